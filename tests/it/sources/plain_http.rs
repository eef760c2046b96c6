//! Names with plain http: only those that lead to a listed address are taken.

use parom_tests::{World, once};
use serde_json::json;

use super::{body, installed, make};

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

once!(a_name_with_plain_http_must_lead_to_a_listed_address);
