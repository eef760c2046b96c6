//! Changes of sources by users in amoCRM, which sends no notice of them, and sources there that are none of ours.

use amocrm::rest::NewSource;
use parom::source::reconcile::due_now;
use parom_tests::{both, once};

use super::*;

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn a_source_deleted_in_amocrm_is_shown_and_restored(world: &mut World) {
    let tenant_id = installed(world).await;
    let mut wanted = body(world, "support");
    wanted["default"] = json!(true);
    wanted["services"] = json!([{"type": "whatsapp", "params": {"waba": true}, "pages": []}]);
    let made = make(world, tenant_id, &wanted).await.is(201);
    let other = make(world, tenant_id, &body(world, "other")).await.is(201);
    world.sandbox.delete_source(HOST, "support");
    let path = format!("/api/v1/sources/{}", made.text_at("/id"));
    let refused = world.api.patch(&path, &json!({"name": "Sales"})).await.is(409);
    assert!(refused.text.contains("deleted_in_crm"), "{}", refused.text);
    let shown = get(world, &made).await;
    assert_eq!((&shown.json["name"], &shown.json["status_reason"]), (&json!("Support"), &json!("deleted_in_crm")));

    assert_eq!(reconcile(world, tenant_id).await, json!({"missing": 1, "changed": 0, "strays": 0}));
    let shown = get(world, &made).await;
    assert_eq!(
        (&shown.json["status"], &shown.json["status_reason"], &shown.json["status_action"]),
        (&json!("needs_attention"), &json!("deleted_in_crm"), &json!("restore")),
        "{}",
        shown.text
    );
    assert_eq!(get(world, &other).await.json["status"], "working");
    let open = parom::alert::open(world.app().store.read(), tenant_id).await.unwrap();
    assert_eq!((open.len(), open[0].kind.as_str()), (1, "source_gone"));
    assert_eq!(reconcile(world, tenant_id).await["missing"], 1);
    let open = parom::alert::open(world.app().store.read(), tenant_id).await.unwrap();
    assert_eq!(open[0].count, 1, "one cause is one alert");

    let restored = world.api.post(&format!("{path}/restore"), &json!({})).await.is(200);
    assert_eq!((&restored.json["status"], &restored.json["default"]), (&json!("working"), &json!(true)));
    let source = there(world, "support");
    assert_eq!((&source["default"], &source["origin_code"]), (&json!(true), &json!("amo.ext.30490163")));
    assert_eq!(source["services"][0]["params"]["waba"], true);
    assert_eq!(restored.json["amocrm_source_id"], source["id"].to_string().as_str());
    assert!(parom::alert::open(world.app().store.read(), tenant_id).await.unwrap().is_empty());
    let again = world.api.post(&format!("{path}/restore"), &json!({})).await.is(409);
    assert!(again.text.contains("not_deleted_in_crm"), "{}", again.text);
    assert_eq!(reconcile(world, tenant_id).await, json!({"missing": 0, "changed": 0, "strays": 0}));
    world.api.patch(&path, &json!({"name": "Sales"})).await.is(200);
    assert_eq!(there(world, "support")["name"], "Sales");
}

async fn messages_go_on_while_amocrm_lacks_the_source(world: &mut World) {
    let line = world.chatting().await.0;
    world.sandbox.delete_source(HOST, "support");
    reconcile(world, line.tenant_id).await;
    world.customer(&line, "anna").writes("Are you there?").await;
    world.deliver_all().await;
    world.manager(&line).answers("anna", "Yes").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Yes"]);
    assert_eq!(world.texts_at_crm(&line), ["Hello", "Are you there?"]);
    let shown = world.api.get(&line.path("")).await.is(200);
    assert_eq!(shown.json["status_reason"], "deleted_in_crm", "a message that goes through does not repair it");
}

async fn changes_by_a_user_in_amocrm_win(world: &mut World) {
    let tenant_id = installed(world).await;
    let mut wanted = body(world, "one");
    wanted["default"] = json!(true);
    let one = make(world, tenant_id, &wanted).await.is(201);
    let two = make(world, tenant_id, &body(world, "two")).await.is(201);
    let pipelines = world.api.get(&format!("/api/v1/tenants/{tenant_id}/pipelines")).await.is(200);
    let pipelines = pipelines.json["items"].as_array().unwrap();
    let second = pipelines.iter().find(|one| one["is_main"] == false).unwrap()["id"].as_str().unwrap();
    let change = SourceChange {
        name: Some("Sales".into()),
        pipeline_id: Some(second.parse().unwrap()),
        default: Some(true),
        ..SourceChange::default()
    };
    a_user_changes(world, tenant_id, "two", change).await;
    assert_eq!(reconcile(world, tenant_id).await, json!({"missing": 0, "changed": 2, "strays": 0}));
    let (one_now, two_now) = (get(world, &one).await, get(world, &two).await);
    assert_eq!(
        (&two_now.json["name"], &two_now.json["pipeline_id"], &two_now.json["default"]),
        (&json!("Sales"), &json!(second), &json!(true))
    );
    assert_eq!(one_now.json["default"], false, "the mark moved");
    assert_ne!(one_now.json["version"], one.json["version"]);
    assert_ne!(two_now.json["version"], two.json["version"], "a person who edits it gets a conflict");
    let deeds = deeds(world, tenant_id).await;
    let by_users: Vec<_> = deeds.iter().filter(|deed| deed.2["in_crm"] == true).collect();
    assert_eq!((by_users.len(), by_users[0].1.as_str()), (2, "parom"));
    assert_eq!(reconcile(world, tenant_id).await["changed"], 0);
}

async fn a_pipeline_in_the_archive_wants_attention(world: &mut World) {
    let tenant_id = installed(world).await;
    let pipelines = world.sandbox.add_account(HOST).pipelines;
    let (main, second) =
        (pipelines.iter().find(|one| one.is_main).unwrap(), pipelines.iter().find(|one| !one.is_main).unwrap());
    let mut wanted = body(world, "support");
    wanted["pipeline_id"] = json!(second.id);
    let made = make(world, tenant_id, &wanted).await.is(201);
    world.sandbox.switch(HOST, |switches| switches.archived.push(second.id));
    reconcile(world, tenant_id).await;
    let shown = get(world, &made).await;
    assert_eq!(
        (&shown.json["status"], &shown.json["status_reason"], &shown.json["status_action"]),
        (&json!("needs_attention"), &json!("pipeline_archived"), &json!("choose_pipeline")),
        "{}",
        shown.text
    );
    // It comes back from the archive.
    world.sandbox.switch(HOST, |switches| switches.archived.clear());
    reconcile(world, tenant_id).await;
    assert_eq!(get(world, &made).await.json["status"], "working");
    // Or another one is chosen that is not archived.
    world.sandbox.switch(HOST, |switches| switches.archived.push(second.id));
    reconcile(world, tenant_id).await;
    let path = format!("/api/v1/sources/{}", made.text_at("/id"));
    let patched = world.api.patch(&path, &json!({"pipeline_id": main.id})).await.is(200);
    assert_eq!((&patched.json["status"], &patched.json["status_reason"]), (&json!("working"), &Value::Null));
    let refused = world.api.patch(&path, &json!({"pipeline_id": second.id})).await.is(422);
    assert_eq!(refused.wrong_fields(), ["/pipeline_id"]);
}

async fn accounts_are_compared_at_first_and_daily(world: &mut World) {
    let tenant_id = installed(world).await;
    make(world, tenant_id, &body(world, "support")).await.is(201);
    assert_eq!((due_now(&world.app().sources).await, due_now(&world.app().sources).await), (1, 0));
    world.sandbox.delete_source(HOST, "support");
    world.advance(DAY - Duration::from_secs(1));
    assert_eq!(due_now(&world.app().sources).await, 0);
    world.advance(Duration::from_secs(1));
    assert_eq!(due_now(&world.app().sources).await, 1);
    let list = world.api.get(&format!("/api/v1/tenants/{tenant_id}/sources")).await.is(200);
    assert_eq!(list.json["items"][0]["status_reason"], "deleted_in_crm");
}

async fn a_comparison_that_failed_changes_nothing_and_is_repeated(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    world.sandbox.delete_source(HOST, "support");
    for fault in [
        Fault::Status { code: 503, retry_after: None },
        Fault::Status { code: 403, retry_after: None },
        Fault::Html200,
        Fault::Reset,
    ] {
        world.sandbox.faults().until_cleared(Part::Rest, fault);
        due_now(&world.app().sources).await;
        amocrm_takes_calls(world, tenant_id).await;
        assert_eq!(get(world, &made).await.json["status_reason"], Value::Null, "a failure proves nothing");
        world.advance(Duration::from_secs(3600));
    }
    assert_eq!(due_now(&world.app().sources).await, 1);
    assert_eq!(get(world, &made).await.json["status_reason"], "deleted_in_crm");
}

/// A comparison that began during a change finds in amoCRM what the change has put there.
async fn a_change_in_progress_is_not_mistaken_for_one_made_in_amocrm(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    let path = format!("/api/v1/sources/{}", made.text_at("/id"));
    let change = json!({"name": "Sales", "default": true});
    let at_change = world.sandbox.faults().hold_with(Part::Rest, "Sales");
    let mut at_comparison = None;
    let app = world.app().clone();
    let mut comparing = tokio::task::JoinSet::new();
    let beginning = async {
        at_change.until_waiting(1).await;
        let gate = at_comparison.insert(world.sandbox.faults().hold(Part::Rest));
        comparing.spawn(async move { parom::source::reconcile::reconcile(&app.sources, tenant_id).await.map(|_| ()) });
        gate.until_waiting(1).await;
        at_change.open();
    };
    let (changed, ()) = tokio::join!(world.api.patch(&path, &change), beginning);
    at_comparison.unwrap().open();
    comparing.join_next().await.unwrap().unwrap().unwrap();
    assert_eq!(get(world, &made).await.json, changed.is(200).json, "nothing was changed since");
    let changes = deeds(world, tenant_id).await.into_iter().filter(|(action, ..)| action == "source.changed");
    assert_eq!(changes.count(), 1, "the change alone is in the log");
}

async fn a_hook_that_names_an_unknown_source_brings_it_forward(world: &mut World) {
    let line = world.line("support").await;
    due_now(&world.app().sources).await;
    let ghost = amocrm::rest::NewSource {
        name: "Ghost".into(),
        external_id: "ghost".into(),
        pipeline_id: None,
        default: None,
        origin_code: None,
        services: None,
    };
    let ghost = &ghost;
    with_token(&world.app().tenants, line.tenant_id, |rest, token| async move {
        rest.create_sources(&token, std::slice::from_ref(ghost)).await
    })
    .await
    .unwrap();
    let write_first = async |world: &mut World, phone: &str| {
        let channel = parom_tests::settings::CHANNEL_ID;
        world
            .sandbox
            .manager_writes_first(HOST, channel, Some("ghost"), phone, simulator::crm::HookMessage::text("Hello"))
            .await
            .unwrap();
        world.deliver_all().await;
    };
    write_first(world, "79150000001").await;
    assert_eq!(due_now(&world.app().sources).await, 0, "it was compared a moment ago");
    world.advance(Duration::from_secs(601));
    assert_eq!(due_now(&world.app().sources).await, 0, "time alone is no reason");
    write_first(world, "79150000002").await;
    assert_eq!(due_now(&world.app().sources).await, 1);
    let strays = world.api.get(&format!("/api/v1/tenants/{}/stray-sources", line.tenant_id)).await.is(200);
    assert_eq!(strays.json["items"][0]["external_id"], "ghost");
    write_first(world, "79150000003").await;
    assert_eq!(due_now(&world.app().sources).await, 0, "at most once in ten minutes");
}

async fn of_several_instances_one_compares(world: &mut World) {
    installed(world).await;
    let other = world.another_server().await;
    let (one, two) = tokio::join!(due_now(&world.app().sources), due_now(&other.app.sources));
    assert_eq!(one + two, 1);
    other.stop().await;
}

/// amoCRM's own limit is reported in its words.
async fn fifty_sources_are_the_limit_and_many_are_restored_in_few_calls(world: &mut World) {
    let tenant_id = installed(world).await;
    let path = format!("/api/v1/tenants/{tenant_id}");
    world.api.patch(&path, &json!({"sources_limit": 60})).await.is(200);
    world.sandbox.set(|settings| settings.source_limit = 50);
    for number in 0..52 {
        let wanted = body(world, &format!("line-{number}"));
        if number == 50 {
            let refused = make(world, tenant_id, &wanted).await.is(409);
            refused.says(&["crm_limit", "at most 50 sources"]);
            assert_eq!((count(world, tenant_id).await, world.sandbox.sources(HOST).len()), (50, 50));
            world.sandbox.set(|settings| settings.source_limit = 100);
        }
        make(world, tenant_id, &wanted).await.is(201);
    }
    for number in 0..52 {
        world.sandbox.delete_source(HOST, &format!("line-{number}"));
    }
    assert_eq!(reconcile(world, tenant_id).await["missing"], 52);
    let by = parom::source::By::parom();
    let creations = |world: &World| {
        let posts = world.sandbox.requests().into_iter();
        posts.filter(|one| one.method == "POST" && one.path.ends_with("/api/v4/sources")).count()
    };
    let before = creations(world);
    let restored = parom::source::restore_all(&world.app().sources, tenant_id, &by).await.unwrap();
    assert_eq!((restored.len(), world.sandbox.sources(HOST).len()), (52, 52));
    assert_eq!(creations(world) - before, 2, "at most 50 in a call");
}

parom_tests::on_postgres!(of_several_instances_one_compares);

// Sources that amoCRM has under our integration and that are none of ours.

const CODE: &str = "parom_chats";

/// Something makes a source in our name, not through us.
async fn add(world: &World, tenant_id: Uuid, external_id: &str, default: bool) -> i64 {
    let new = NewSource {
        name: format!("Made elsewhere: {external_id}"),
        external_id: external_id.to_owned(),
        pipeline_id: Some(second_pipeline(world)),
        default: Some(default),
        origin_code: None,
        services: None,
    };
    let new = &new;
    let made = with_token(&world.app().tenants, tenant_id, |rest, token| async move {
        rest.create_sources(&token, std::slice::from_ref(new)).await
    });
    made.await.unwrap()[0].id
}

fn second_pipeline(world: &World) -> i64 {
    let account = world.sandbox.add_account(HOST);
    account.pipelines.iter().find(|pipeline| !pipeline.is_main).unwrap().id
}

async fn strays(world: &World, tenant_id: Uuid) -> Vec<Value> {
    let list = world.api.get(&format!("/api/v1/tenants/{tenant_id}/stray-sources")).await.is(200);
    list.json["items"].as_array().unwrap().clone()
}

fn path(tenant_id: Uuid, stray: &Value, deed: &str) -> String {
    format!("/api/v1/tenants/{tenant_id}/stray-sources/{}/{deed}", stray["amocrm_source_id"].as_str().unwrap())
}

/// amoCRM has created a source itself for an integration with a widget.
async fn amocrms_own_source_is_taken_over(world: &mut World) {
    let tenant_id = installed(world).await;
    add(world, tenant_id, CODE, true).await;
    reconcile(world, tenant_id).await;
    let found = strays(world, tenant_id).await;
    assert_eq!((&found[0]["reason"], &found[0]["default"]), (&json!("own_default"), &json!(true)));
    let migration = parom::source::migration(&world.app().sources, tenant_id).await.unwrap();
    assert_eq!((migration.stage, migration.done), (1, false));
    assert_eq!(migration.steps[0].action, Some(parom::source::MigrationAction::CreateDefault));
    let early = world.api.post(&path(tenant_id, &found[0], "adopt"), &json!({})).await.is(409);
    assert!(early.text.contains("no_source"), "{}", early.text);

    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    let adopted = world.api.post(&path(tenant_id, &found[0], "adopt"), &json!({})).await.is(200);
    assert_eq!(adopted.json["id"], made.json["id"]);
    assert_eq!(
        (&adopted.json["default"], adopted.text_at("/pipeline_id")),
        (&json!(true), second_pipeline(world).to_string()),
        "it replaces the old line now"
    );
    let left = world.sandbox.sources(HOST);
    assert_eq!((left.len(), &left[0]["external_id"], &left[0]["default"]), (1, &json!("support"), &json!(true)));
    assert!(strays(world, tenant_id).await.is_empty());
    let migration = parom::source::migration(&world.app().sources, tenant_id).await.unwrap();
    assert_eq!((migration.stage, migration.steps[0].done), (3, true));
    assert_eq!(migration.steps[2].action, Some(parom::source::MigrationAction::AddSource));
    world.api.post(&path(tenant_id, &found[0], "adopt"), &json!({})).await.is(404);
}

async fn a_stray_is_removed(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    add(world, tenant_id, "stranger", true).await;
    add(world, tenant_id, "other", false).await;
    assert_eq!(reconcile(world, tenant_id).await["strays"], 2);
    let found = strays(world, tenant_id).await;
    assert!(found.iter().all(|stray| stray["reason"] == "unknown"), "without a widget's code all are unknown");
    // While amoCRM is away they stay.
    for deed in ["adopt", "remove"] {
        world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 503, retry_after: None });
        world.api.post(&path(tenant_id, &found[0], deed), &json!({})).await.is(503);
        world.sandbox.faults().clear();
        assert_eq!((strays(world, tenant_id).await.len(), world.sandbox.sources(HOST).len()), (2, 3));
    }
    assert_eq!(get(world, &made).await.json["default"], false);
    world.api.post(&path(tenant_id, &found[0], "remove"), &json!({})).await.is(204);
    world.api.post(&path(tenant_id, &found[0], "remove"), &json!({})).await.is(404);
    assert_eq!(world.sandbox.sources(HOST).len(), 2);
    // The other one was removed there: forgotten, without a notice.
    world.sandbox.delete_source(HOST, found[1]["external_id"].as_str().unwrap());
    world.api.post(&path(tenant_id, &found[1], "remove"), &json!({})).await.is(204);
    assert!(strays(world, tenant_id).await.is_empty());
}

async fn a_deletion_during_lost_access_is_completed_later(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    make(world, tenant_id, &body(world, "other")).await.is(201);
    world.sandbox.expire_refresh_tokens(HOST);
    world.sandbox.expire_access_tokens(HOST);
    world.api.delete(&format!("/api/v1/sources/{}", made.text_at("/id"))).await.is(204);
    assert_eq!(world.sandbox.sources(HOST).len(), 2, "amoCRM keeps its part");
    world.owner(HOST).installs_in_a_browser().await.is(200);
    world.active(HOST).await;
    assert_eq!(reconcile(world, tenant_id).await["strays"], 0);
    let left = world.sandbox.sources(HOST);
    assert_eq!((left.len(), &left[0]["external_id"]), (1, &json!("other")));
}

both!(accounts_are_compared_at_first_and_daily);
once!(a_change_in_progress_is_not_mistaken_for_one_made_in_amocrm, a_deletion_during_lost_access_is_completed_later);
once!(a_comparison_that_failed_changes_nothing_and_is_repeated, a_hook_that_names_an_unknown_source_brings_it_forward);
once!(a_source_deleted_in_amocrm_is_shown_and_restored, messages_go_on_while_amocrm_lacks_the_source);
once!(a_pipeline_in_the_archive_wants_attention, a_stray_is_removed);
once!(changes_by_a_user_in_amocrm_win, fifty_sources_are_the_limit_and_many_are_restored_in_few_calls);
once!(amocrms_own_source_is_taken_over in |config| {
    let widget = serde_json::json!({ "code": super::CODE });
    config.integrations[0].widget = Some(serde_json::from_value(widget).unwrap());
});
