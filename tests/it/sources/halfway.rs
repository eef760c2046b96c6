//! amoCRM stops answering in the middle: nothing half-made is left on either side, and the same wish goes through
//! later.

use super::*;

/// Other answers of amoCRM, and the resulting status.
fn answers() -> Vec<(Fault, u16)> {
    let status = |code, retry_after| Fault::Status { code, retry_after };
    vec![
        (status(402, None), 409),
        (status(403, None), 409),
        (status(429, Some(7)), 503),
        (status(500, None), 503),
        (Fault::Html200, 503),
        (Fault::Reset, 503),
    ]
}

fn nothing_left(world: &World, here: usize) {
    assert_eq!((here, world.sandbox.sources(HOST).len()), (0, 0));
}

/// Which call of a creation with a pipeline meets the answer: asking for pipelines, or making the source.
async fn a_creation_leaves_nothing_behind(world: &mut World) {
    let tenant_id = installed(world).await;
    let account = world.sandbox.add_account(HOST);
    let pipeline_id = account.pipelines[0].id.to_string();
    for (number, (fault, expected)) in answers().into_iter().enumerate() {
        for step in ["", "\"external_id\""] {
            let mut wanted = body(world, &format!("line-{number}{}", step.len()));
            wanted["pipeline_id"] = json!(pipeline_id);
            match step {
                "" => world.sandbox.faults().next(Part::Rest, 1, fault.clone()),
                needle => world.sandbox.faults().next_with(Part::Rest, needle, 1, fault.clone()),
            }
            let refused = make(world, tenant_id, &wanted).await;
            assert_eq!(refused.status, expected, "{fault:?} {step}: {}", refused.text);
            assert_eq!(world.sandbox.faults().left(), 0, "it was met");
            assert_eq!(refused.header("retry-after").is_empty(), expected == 409, "{}", refused.text);
            nothing_left(world, count(world, tenant_id).await);
            let usage = parom::source::usage(&world.app().sources, tenant_id).await.unwrap();
            assert_eq!(usage.used, 0, "no place is taken");
            // It goes on where it stopped.
            amocrm_takes_calls(world, tenant_id).await;
            let made = make(world, tenant_id, &wanted).await.is(201);
            world.api.delete(&format!("/api/v1/sources/{}", made.text_at("/id"))).await.is(204);
            nothing_left(world, count(world, tenant_id).await);
        }
    }
}

/// While a creation waits for amoCRM, another call learns that the account is not paid for: that is why it fails. A page
/// called the account "not active" if it asked for pipelines in the background at that moment.
async fn a_creation_fails_for_what_another_call_learns_meanwhile(world: &mut World) {
    let tenant_id = installed(world).await;
    let mut wanted = body(world, "support");
    wanted["pipeline_id"] = json!(world.sandbox.add_account(HOST).pipelines[0].id.to_string());
    let gate = world.sandbox.faults().hold(Part::Rest);
    let another = async {
        gate.until_waiting(1).await;
        parom::tenant::chats_answered(&world.app().tenants, tenant_id, false).await.unwrap();
        gate.open();
    };
    let (refused, ()) = tokio::join!(make(world, tenant_id, &wanted), another);
    let refused = refused.is(409);
    assert!(refused.text.contains("crm_unpaid"), "{}", refused.text);
    nothing_left(world, count(world, tenant_id).await);
    amocrm_takes_calls(world, tenant_id).await;
    make(world, tenant_id, &wanted).await.is(201);
}

async fn a_change_that_amocrm_refuses_changes_neither_side(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    let path = format!("/api/v1/sources/{}", made.text_at("/id"));
    for (fault, expected) in answers() {
        world.sandbox.faults().next(Part::Rest, 1, fault.clone());
        let change = json!({"name": "Sales", "default": true, "contact_rule": "link", "paused": true});
        let refused = world.api.patch(&path, &change).await;
        assert_eq!(refused.status, expected, "{fault:?}: {}", refused.text);
        amocrm_takes_calls(world, tenant_id).await;
        let now = get(world, &made).await;
        assert_eq!(now.json, made_as_shown(&made, &now), "{fault:?}");
        assert_eq!(there(world, "support")["name"], "Support");
    }
}

/// The created source as GET shows it: without the secret that is returned once.
fn made_as_shown(made: &Reply, now: &Reply) -> Value {
    let mut shown = made.json.clone();
    let fields = shown.as_object_mut().unwrap();
    fields.remove("webhook_secret");
    assert!(now.json.get("webhook_secret").is_none());
    shown
}

async fn a_deletion_that_amocrm_refuses_deletes_nothing(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    let path = format!("/api/v1/sources/{}", made.text_at("/id"));
    for (fault, expected) in answers() {
        if matches!(fault, Fault::Html200) {
            // A 2xx is taken for done: nothing is promised of a deletion's body, and the next comparison sees it.
            continue;
        }
        world.sandbox.faults().next(Part::Rest, 1, fault.clone());
        assert_eq!(world.api.delete(&path).await.status, expected, "{fault:?}");
        assert_eq!((count(world, tenant_id).await, world.sandbox.sources(HOST).len()), (1, 1));
        amocrm_takes_calls(world, tenant_id).await;
    }
    world.api.delete(&path).await.is(204);
}

async fn a_restoration_that_amocrm_refuses_can_be_repeated(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    let path = format!("/api/v1/sources/{}/restore", made.text_at("/id"));
    world.sandbox.delete_source(HOST, "support");
    reconcile(world, tenant_id).await;
    for (fault, expected) in answers() {
        world.sandbox.faults().next_with(Part::Rest, "\"external_id\"", 1, fault.clone());
        let refused = world.api.post(&path, &json!({})).await;
        assert_eq!(refused.status, expected, "{fault:?}: {}", refused.text);
        assert_eq!(world.sandbox.faults().left(), 0, "it was met");
        amocrm_takes_calls(world, tenant_id).await;
        assert_eq!(get(world, &made).await.json["status_reason"], "deleted_in_crm");
        assert!(world.sandbox.sources(HOST).is_empty());
    }
    // The answer is lost, the source is made: found again, not made twice.
    world.sandbox.faults().next_with(Part::Rest, "\"external_id\"", 1, Fault::LostAnswer);
    world.api.post(&path, &json!({})).await.is(200);
    assert_eq!(world.sandbox.sources(HOST).len(), 1);
}

async fn an_unpaid_or_blocked_account_makes_no_source(world: &mut World) {
    let tenant_id = installed(world).await;
    world.sandbox.set_unpaid(HOST, true);
    make(world, tenant_id, &body(world, "support")).await.is(409);
    world.sandbox.set_unpaid(HOST, false);
    amocrm_takes_calls(world, tenant_id).await;
    world.sandbox.set_gateway_page(HOST, Some(502));
    make(world, tenant_id, &body(world, "support")).await.is(503);
    world.sandbox.set_gateway_page(HOST, None);
    amocrm_takes_calls(world, tenant_id).await;
    nothing_left(world, count(world, tenant_id).await);
}

both!(a_creation_leaves_nothing_behind, a_creation_fails_for_what_another_call_learns_meanwhile);
once!(
    a_change_that_amocrm_refuses_changes_neither_side,
    a_deletion_that_amocrm_refuses_deletes_nothing,
    a_restoration_that_amocrm_refuses_can_be_repeated,
    an_unpaid_or_blocked_account_makes_no_source,
);
