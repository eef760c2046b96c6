//! Several changes of sources at once, their limits, and amoCRM that stops answering in the middle.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use parom_tests::{both, once};
use sea_orm::{ConnectionTrait, EntityTrait};

use super::*;

async fn creations_at_once_pass_no_limit_and_leave_one_default(world: &mut World) {
    let tenant_id = installed(world).await;
    world.api.patch(&format!("/api/v1/tenants/{tenant_id}"), &json!({"sources_limit": 3})).await.is(200);
    let default = |number: usize| {
        let mut wish = body(world, &format!("line-{number}"));
        wish["default"] = json!(true);
        wish
    };
    let wishes: Vec<_> = (0..8).map(default).collect();
    let world = &*world;
    let replies = join_all(wishes.iter().map(|wish| make(world, tenant_id, wish))).await;
    let made = replies.iter().filter(|reply| reply.status == 201).count();
    let refused = replies.iter().filter(|reply| reply.status == 409 && reply.text.contains("source_limit")).count();
    assert_eq!((made, refused), (3, 5));
    assert_eq!((count(world, tenant_id).await, world.sandbox.sources(HOST).len()), (3, 3));
    let usage = parom::source::usage(&world.app().sources, tenant_id).await.unwrap();
    assert_eq!((usage.used, usage.limit, usage.is_full()), (3, 3, true));
    let listed = world.api.get(&format!("/api/v1/tenants/{tenant_id}/sources")).await.is(200);
    let defaults = listed.json["items"].as_array().unwrap().iter().filter(|one| one["default"] == true).count();
    assert_eq!(defaults, 1, "{}", listed.text);
}

async fn kinds_are_those_that_a_channel_serves(world: &mut World) {
    let tenant_id = installed(world).await;
    let tenant = parom::tenant::load(world.app().store.read(), tenant_id).await.unwrap().unwrap();
    let kinds = parom::source::kinds(&world.app().sources, &tenant);
    let names: Vec<_> = kinds.iter().map(|kind| kind.kind).collect();
    assert_eq!(names.len(), base::config::CONNECTORS.len(), "{names:?}");
    let custom = kinds.iter().find(|kind| kind.kind == "custom").unwrap();
    assert_eq!((custom.fields.len(), custom.fields[0].name, custom.fields[0].required), (2, "webhook_url", true));
    assert_eq!(custom.channels.len(), 1);
    // Every word that people would see is there.
    for language in base::i18n::Language::ALL {
        let words = base::i18n::Words::new(language);
        let known = |key: &str| words.text(key.to_owned()).with("crm", "amoCRM").to_string() != key;
        for kind in &kinds {
            assert!(known(&format!("connector-{}", kind.kind)));
            for field in kind.fields {
                let choices = field.input.choices().iter().map(|choice| choice.1);
                for key in [field.label].into_iter().chain(field.hint).chain(choices) {
                    assert!(known(key), "{key}");
                }
            }
        }
        for reason in parom::source::StateReason::ALL {
            assert!(known(&format!("source-reason-{}", reason.as_str())), "{reason:?}");
        }
        for action in parom::source::StateAction::ALL {
            assert!(known(&format!("source-action-{}", action.as_str())), "{action:?}");
        }
        for status in parom::source::SourceStatus::ALL {
            assert!(known(&format!("source-state-{}", status.as_str())), "{status:?}");
        }
    }
}

// Two people edit one source: the second gets an error.

async fn patch(world: &World, made: &Reply, version: Option<&str>, change: &Value) -> Reply {
    let path = format!("/api/v1/sources/{}", made.text_at("/id"));
    let request = world.api.request(reqwest::Method::PATCH, &path).json(change);
    let request = match version {
        Some(version) => request.header("If-Match", version),
        None => request,
    };
    parom_tests::answer(request).await
}

async fn the_second_editor_learns_who_was_faster(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    let tag = made.header("etag").to_owned();
    assert_eq!(tag, format!("\"{}\"", made.text_at("/version")));
    let first = patch(world, &made, Some(&tag), &json!({"name": "Sales"})).await.is(200);
    assert_ne!(first.header("etag"), tag);
    let second = patch(world, &made, Some(&tag), &json!({"name": "Service"})).await.is(412);
    assert!(second.text.contains("changed_meanwhile"), "{}", second.text);
    let detail = second.text_at("/detail");
    let told = ["admin key of the tests", "name", "2026-11-20T09:00:00.000Z"];
    assert!(told.iter().all(|words| detail.contains(words)), "{detail}");
    assert_eq!(
        (&get(world, &made).await.json["name"], &there(world, "support")["name"]),
        (&json!("Sales"), &json!("Sales"))
    );
    // With the new tag, with any, and without one it goes.
    patch(world, &made, Some(first.header("etag")), &json!({"name": "A"})).await.is(200);
    patch(world, &made, Some("*"), &json!({"name": "B"})).await.is(200);
    let last = patch(world, &made, None, &json!({"name": "C"})).await.is(200);
    let tag = last.header("etag");
    let (one, two) = (json!({"name": "One"}), json!({"name": "Two"}));
    let (first, second) = tokio::join!(patch(world, &made, Some(tag), &one), patch(world, &made, Some(tag), &two));
    let name = if first.status == 200 { "One" } else { "Two" };
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412], "one of two simultaneous changes wins");
    let now = (get(world, &made).await.text_at("/name"), there(world, "support")["name"].clone());
    assert_eq!(now, (name.to_owned(), json!(name)));
    assert_eq!(patch(world, &made, Some("x"), &json!({"name": "D"})).await.is(422).wrong_fields(), ["/If-Match"]);
}

async fn many_at_once_without_a_tag_all_end(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    let changes: Vec<_> = (0..24).map(|number| json!({ "name": format!("Name {number}") })).collect();
    let world = &*world;
    let replies = join_all(changes.iter().map(|change| patch(world, &made, None, change))).await;
    let versions: BTreeSet<_> = replies.into_iter().map(|reply| reply.is(200).text_at("/version")).collect();
    assert_eq!(versions.len(), changes.len(), "each is a version of its own");
    assert_eq!(get(world, &made).await.json["name"], there(world, "support")["name"], "both sides agree");
}

/// Of simultaneous deletions one succeeds. A change that meets it is done before it, or finds no source.
async fn a_deletion_and_changes_at_once_leave_no_source(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    let path = format!("/api/v1/sources/{}", made.text_at("/id"));
    let world = &*world;
    let changes: Vec<_> = (0..8).map(|number| json!({ "name": format!("Name {number}") })).collect();
    let patches = join_all(changes.iter().map(|change| patch(world, &made, None, change)));
    let (changed, deleted) = tokio::join!(patches, join_all((0..5).map(|_| world.api.delete(&path))));
    let mut deleted: Vec<_> = deleted.iter().map(|reply| reply.status).collect();
    deleted.sort_unstable();
    assert_eq!(deleted, [204, 404, 404, 404, 404]);
    for reply in &changed {
        assert!(matches!(reply.status, 200 | 404), "{}: {}", reply.status, reply.text);
    }
    world.api.get(&path).await.is(404);
    assert_eq!(world.sandbox.sources(HOST).len(), 0);
}

/// As between two processes: the source is deleted after the change was claimed.
async fn a_change_that_was_overtaken_by_a_deletion_writes_nothing(world: &mut World) {
    let tenant_id = installed(world).await;
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    let gate = world.sandbox.faults().hold_with(Part::Rest, "Sales");
    let (world, change) = (&*world, json!({"name": "Sales"}));
    let deleting = async {
        gate.until_waiting(1).await;
        let gone = "UPDATE source SET deleted_at = updated_at, name = 'Gone'";
        world.app().store.write().execute_unprepared(gone).await.unwrap();
        gate.open();
    };
    let (reply, ()) = tokio::join!(patch(world, &made, None, &change), deleting);
    reply.is(404);
    let row = entity::source::Entity::find().one(world.app().store.read()).await.unwrap().unwrap();
    assert_eq!(row.name, "Gone");
}

// amoCRM stops answering in the middle: nothing half-made is left on either side, and the same wish goes through later.

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

async fn a_change_or_deletion_that_amocrm_refuses_changes_neither_side(world: &mut World) {
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
        // A 2xx is taken for done: nothing is promised of a deletion's body, and the next comparison sees it.
        if !matches!(fault, Fault::Html200) {
            world.sandbox.faults().next(Part::Rest, 1, fault.clone());
            assert_eq!(world.api.delete(&path).await.status, expected, "{fault:?}");
            assert_eq!((count(world, tenant_id).await, world.sandbox.sources(HOST).len()), (1, 1));
            amocrm_takes_calls(world, tenant_id).await;
        }
    }
    world.api.delete(&path).await.is(204);
}

/// The created source as GET shows it: without the secret that is returned once.
fn made_as_shown(made: &Reply, now: &Reply) -> Value {
    let mut shown = made.json.clone();
    let fields = shown.as_object_mut().unwrap();
    fields.remove("webhook_secret");
    assert!(now.json.get("webhook_secret").is_none());
    shown
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

both!(a_change_that_was_overtaken_by_a_deletion_writes_nothing, creations_at_once_pass_no_limit_and_leave_one_default);
both!(a_deletion_and_changes_at_once_leave_no_source, the_second_editor_learns_who_was_faster);
both!(many_at_once_without_a_tag_all_end);
once!(a_change_or_deletion_that_amocrm_refuses_changes_neither_side, a_restoration_that_amocrm_refuses_can_be_repeated);
once!(a_creation_fails_for_what_another_call_learns_meanwhile, kinds_are_those_that_a_channel_serves);
once!(a_creation_leaves_nothing_behind);
