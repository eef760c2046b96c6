//! Sources: made at amoCRM and here, or not at all.

mod at_once;
mod hours;
pub mod other_vendor;
mod reconciled;
mod shadow;
mod states;
mod takeover;

use std::time::Duration;

use amocrm::rest::{Source, SourceChange};
use parom::tenant::token::with_token;
use parom_tests::settings::HOST;
use parom_tests::{Reply, World, both, once};
use sea_orm::QueryOrder;
use serde_json::{Value, json};
use simulator::crm::{Fault, Part};
use uuid::Uuid;

async fn installed(world: &World) -> Uuid {
    world.owner(HOST).installs_in_a_browser().await.is(200);
    world.active(HOST).await
}

fn body(world: &World, external_id: &str) -> Value {
    json!({"kind": "custom", "name": "Support", "external_id": external_id, "settings": {"webhook_url": world.messenger.url()}})
}

async fn make(world: &World, tenant_id: Uuid, body: &Value) -> Reply {
    world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), body).await
}

async fn count(world: &World, tenant_id: Uuid) -> usize {
    let list = world.api.get(&format!("/api/v1/tenants/{tenant_id}/sources?limit=200")).await.is(200);
    list.json["items"].as_array().unwrap().len()
}

/// The source with this external id as amoCRM has it.
#[track_caller]
fn there(world: &World, external_id: &str) -> Value {
    let found = world.sandbox.sources(HOST).into_iter().find(|source| source["external_id"] == external_id);
    found.unwrap_or_else(|| panic!("amoCRM has no source {external_id}"))
}

/// A user of the account changes a source in amoCRM.
async fn a_user_changes(world: &World, tenant_id: Uuid, external_id: &str, change: SourceChange) -> Source {
    let id = there(world, external_id)["id"].as_i64().unwrap();
    let change = &change;
    let done = with_token(&world.app().tenants, tenant_id, |rest, token| async move {
        rest.update_source(&token, id, change).await
    });
    done.await.unwrap()
}

async fn get(world: &World, made: &Reply) -> Reply {
    world.api.get(&format!("/api/v1/sources/{}", made.text_at("/id"))).await.is(200)
}

/// amoCRM takes calls again: whatever the account was called meanwhile, it is active.
async fn amocrm_takes_calls(world: &World, tenant_id: Uuid) {
    world.sandbox.faults().clear();
    world.api.get(&format!("/api/v1/tenants/{tenant_id}/pipelines")).await.is(200);
}

async fn reconcile(world: &World, tenant_id: Uuid) -> Value {
    world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources/reconcile"), &json!({})).await.is(200).json
}

/// The deeds that were written down of an account, oldest first: action, actor's kind, detail.
async fn deeds(world: &World, tenant_id: Uuid) -> Vec<(String, String, Value)> {
    let rows = entity::audit::Entity::of_tenant(tenant_id).order_by_asc(entity::audit::Column::Id);
    let rows = rows.all(world.app().store.read()).await.unwrap().into_iter();
    rows.map(|row| (row.action, row.actor_kind, serde_json::from_str(&row.detail).unwrap())).collect()
}

async fn a_source_is_mirrored_changed_and_removed(world: &mut World) {
    let tenant_id = installed(world).await;
    let pipelines = world.api.get(&format!("/api/v1/tenants/{tenant_id}/pipelines")).await.is(200);
    let main =
        pipelines.json["items"].as_array().unwrap().iter().find(|one| one["is_main"] == true).unwrap()["id"].clone();
    let second =
        pipelines.json["items"].as_array().unwrap().iter().find(|one| one["is_main"] == false).unwrap()["id"].clone();
    let made = make(world, tenant_id, &body(world, "support")).await.is(201);
    let there = world.sandbox.sources(HOST);
    assert_eq!(there.len(), 1);
    assert_eq!(made.json["amocrm_source_id"], there[0]["id"].to_string().as_str());
    assert_eq!(made.json["pipeline_id"], main, "amoCRM's choice, read back: {}", made.text);
    assert_eq!(
        (&made.json["status"], &made.json["kind"], &made.json["default"]),
        (&json!("working"), &json!("custom"), &json!(false))
    );
    assert!(made.text_at("/webhook_secret").starts_with("whsec_"));
    assert_eq!(there[0]["origin_code"], "amo.ext.30490163");

    let path = format!("/api/v1/sources/{}", made.text_at("/id"));
    let shown = world.api.get(&path).await.is(200);
    assert!(shown.json.get("webhook_secret").is_none(), "only the creation shows it: {}", shown.text);
    let patched =
        world.api.patch(&path, &json!({"name": "Sales", "pipeline_id": second, "default": true})).await.is(200);
    assert_eq!(
        (&patched.json["name"], &patched.json["pipeline_id"], &patched.json["default"]),
        (&json!("Sales"), &second, &json!(true))
    );
    let there = world.sandbox.sources(HOST);
    assert_eq!(
        (&there[0]["name"], there[0]["pipeline_id"].to_string().as_str(), &there[0]["default"]),
        (&json!("Sales"), second.as_str().unwrap(), &json!(true))
    );
    world.api.delete(&path).await.is(204);
    assert!(world.sandbox.sources(HOST).is_empty());
    world.api.delete(&path).await.is(404);
    assert_eq!(count(world, tenant_id).await, 0);
    make(world, tenant_id, &body(world, "support")).await.is(201);
}

async fn errors_name_the_field(world: &mut World) {
    let tenant_id = installed(world).await;
    let wrong = |pointer: &str, value: Value| {
        let mut body = body(world, "support");
        body.as_object_mut().unwrap().insert("pipeline_id".to_owned(), Value::Null);
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    for (pointer, value) in [
        ("/name", json!("")),
        ("/external_id", json!("")),
        ("/external_id", json!("x".repeat(37))),
        ("/external_id", json!("пробел")),
        ("/kind", json!("pigeon")),
        ("/pipeline_id", json!("999999999")),
        ("/settings/webhook_url", json!("no address")),
        ("/settings/webhook_url", json!("https://10.0.0.1/hook")),
        ("/settings/webhook_url", json!("https://169.254.169.254/latest")),
        ("/settings/webhook_url", json!("file:///etc/passwd")),
    ] {
        let reply = make(world, tenant_id, &wrong(pointer, value.clone())).await.is(422);
        assert_eq!(reply.wrong_fields(), [pointer], "{value}: {}", reply.text);
    }
    for (services, pointer) in [
        (json!({}), "/services"),
        (json!([{"type": "pigeon"}]), "/services/0/type"),
        (json!([{"type": "whatsapp", "params": {"waba": "yes"}}]), "/services/0"),
        (json!([{"type": "whatsapp", "pages": [{"id": "1", "name": "", "link": "+7"}]}]), "/services/0/pages/0/name"),
    ] {
        let mut wanted = body(world, "support");
        wanted["services"] = services.clone();
        assert_eq!(make(world, tenant_id, &wanted).await.is(422).wrong_fields(), [pointer], "{services}");
    }
    assert_eq!((count(world, tenant_id).await, world.sandbox.sources(HOST).len()), (0, 0));
}

async fn webhooks_are_https_where_nothing_private_is_listed(world: &mut World) {
    let tenant_id = installed(world).await;
    for address in
        ["http://example.com/hook", "http://127.0.0.1:1/hook", "https://127.0.0.1/hook", "https://[::1]/hook"]
    {
        let mut body = body(world, "support");
        body["settings"]["webhook_url"] = json!(address);
        assert_eq!(make(world, tenant_id, &body).await.is(422).wrong_fields(), ["/settings/webhook_url"], "{address}");
    }
}

async fn an_obstacle_is_a_conflict_with_an_explanation(world: &mut World) {
    let tenant_id = installed(world).await;
    make(world, tenant_id, &body(world, "support")).await.is(201);
    let taken = make(world, tenant_id, &body(world, "support")).await.is(409);
    assert!(taken.text.contains("external_id_taken"), "{}", taken.text);
    world.sandbox.faults().next(Part::Rest, 5, Fault::Status { code: 400, retry_after: None });
    let refused = make(world, tenant_id, &body(world, "refused")).await.is(409);
    assert!(refused.text.contains("crm_refused"), "{}", refused.text);
    world.sandbox.faults().clear();
    world.api.patch(&format!("/api/v1/tenants/{tenant_id}"), &json!({"suspended": true})).await.is(200);
    let inactive = make(world, tenant_id, &body(world, "another")).await.is(409);
    assert!(inactive.text.contains("tenant_inactive"), "{}", inactive.text);
    assert_eq!((count(world, tenant_id).await, world.sandbox.sources(HOST).len()), (1, 1));
}

async fn a_lost_answer_makes_one_source(world: &mut World) {
    let tenant_id = installed(world).await;
    for fault in [Fault::LostAnswer, Fault::HalfBody] {
        world.sandbox.faults().next_with(Part::Rest, "\"external_id\"", 1, fault);
        let made = make(world, tenant_id, &body(world, "support")).await.is(201);
        assert_eq!(world.sandbox.faults().left(), 0, "it was met");
        assert_eq!((count(world, tenant_id).await, world.sandbox.sources(HOST).len()), (1, 1));
        world.api.delete(&format!("/api/v1/sources/{}", made.text_at("/id"))).await.is(204);
    }
}

async fn two_that_want_one_external_id_get_one_source(world: &mut World) {
    let tenant_id = installed(world).await;
    let body = body(world, "support");
    let (one, two) = tokio::join!(make(world, tenant_id, &body), make(world, tenant_id, &body));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    assert_eq!((count(world, tenant_id).await, world.sandbox.sources(HOST).len()), (1, 1));
}

async fn an_idempotency_key_makes_one_source(world: &mut World) {
    let tenant_id = installed(world).await;
    let path = format!("/api/v1/tenants/{tenant_id}/sources");
    let mut body = body(world, "x");
    body.as_object_mut().unwrap().remove("external_id");
    let post = async |key: &str, body: &Value| {
        let request = world.api.request(reqwest::Method::POST, &path).header("Idempotency-Key", key).json(body);
        parom_tests::answer(request).await
    };
    let first = post("one", &body).await.is(201);
    let again = post("one", &body).await.is(201);
    assert_eq!(first.json["id"], again.json["id"]);
    let other = json!({"kind": "webchat", "name": "Site", "settings": {}});
    post("one", &other).await.is(422);
    post("two", &other).await.is(201);
    assert_eq!(count(world, tenant_id).await, 2);
}

// The fields of a source that amoCRM gets besides its name.

fn whatsapp(waba: bool) -> Value {
    json!([{"type": "whatsapp", "params": {"waba": waba},
        "pages": [{"id": "79005550101", "name": "Sales", "link": "+79005550101"}]}])
}

async fn services_are_mirrored_at_creation_and_change(world: &mut World) {
    let tenant_id = installed(world).await;
    let mut wanted = body(world, "support");
    wanted["services"] = whatsapp(true);
    let made = make(world, tenant_id, &wanted).await.is(201);
    assert_eq!(made.json["services"], whatsapp(true));
    assert_eq!(there(world, "support")["services"], whatsapp(true));
    assert_eq!(there(world, "support")["origin_code"], "amo.ext.30490163");

    let path = format!("/api/v1/sources/{}", made.text_at("/id"));
    world.api.patch(&path, &json!({"services": whatsapp(false)})).await.is(200);
    assert_eq!(there(world, "support")["services"], whatsapp(false));
    let before = world.sandbox.requests().len();
    world.api.patch(&path, &json!({"services": whatsapp(false)})).await.is(200);
    assert_eq!(world.sandbox.requests().len(), before, "what amoCRM has already is not sent again");
    // What amoCRM lost is sent again.
    let none = SourceChange { services: Some(Vec::new()), ..SourceChange::default() };
    a_user_changes(world, tenant_id, "support", none).await;
    reconcile(world, tenant_id).await;
    assert_eq!(there(world, "support")["services"], whatsapp(false));
    let patched = world.api.patch(&path, &json!({"services": []})).await.is(200);
    assert_eq!((&patched.json["services"], &there(world, "support")["services"]), (&json!([]), &json!([])));
}

// Names with plain http: only those that lead to a listed address are taken.

/// A network is listed; a name has to be resolved.
async fn a_name_with_plain_http_must_lead_to_a_listed_address(world: &mut World) {
    let tenant_id = installed(world).await;
    let with = |url: &str| {
        let mut body = body(world, "support");
        body["settings"]["webhook_url"] = json!(url);
        body
    };
    let own = world.messenger.url().to_owned();
    for address in ["http://nobody.invalid/hook", "http://8.8.8.8/hook", "http://127.0.0.2/hook"] {
        let reply = make(world, tenant_id, &with(address)).await.is(422);
        assert_eq!(reply.wrong_fields(), ["/settings/webhook_url"], "{address}: {}", reply.text);
    }
    let made = make(world, tenant_id, &with(&own.replace("127.0.0.1", "localhost"))).await.is(201);
    let path = format!("/api/v1/sources/{}", made.text_at("/id"));
    let change = |url: &str| json!({"settings": {"webhook_url": url}});
    let refused = world.api.patch(&path, &change("http://nobody.invalid/hook")).await.is(422);
    assert_eq!(refused.wrong_fields(), ["/settings/webhook_url"], "{}", refused.text);
    world.api.patch(&path, &change(&own)).await.is(200);
    let picture = |url: &str| {
        json!({
            "id": url, "conversation": {"id": "chat-anna"}, "sender": {"role": "client", "id": "anna", "name": "Anna"},
            "content": {"type": "picture", "media_url": url},
        })
    };
    let messages = format!("{path}/messages");
    let refused = world.api.post(&messages, &picture("http://nobody.invalid/a.png")).await.is(422);
    assert_eq!(refused.wrong_fields(), ["/content/media_url"], "{}", refused.text);
    world.api.post(&messages, &picture("http://localhost:9/a.png")).await.is(202);
    // No server answers there.
    world.leave_letters();
}

both!(an_idempotency_key_makes_one_source, two_that_want_one_external_id_get_one_source);
once!(a_name_with_plain_http_must_lead_to_a_listed_address, an_obstacle_is_a_conflict_with_an_explanation);
once!(services_are_mirrored_at_creation_and_change, a_source_is_mirrored_changed_and_removed, errors_name_the_field);
once!(a_lost_answer_makes_one_source);
once!(webhooks_are_https_where_nothing_private_is_listed in |config| config.network.allow_private.clear());
