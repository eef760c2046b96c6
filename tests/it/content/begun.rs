//! Conversations that a manager begins.

use parom_tests::settings::{CHANNEL_ID, HOST};
use parom_tests::{Answer, World, both};
use serde_json::json;
use simulator::crm::HookMessage;

use super::{last, last_id};

async fn the_messenger_is_asked_to_begin_by_a_phone(world: &mut World) {
    let line = world.line("support").await;
    world.messenger.answers_next([Answer::Status(
        200,
        json!({"conversation": {"id": "chat-9"}, "receiver": {"id": "user-9"}, "id": 9_007_199_254_740_993_i64}),
    )]);
    let said = world
        .sandbox
        .manager_writes_first(
            &line.host,
            CHANNEL_ID,
            Some("support"),
            "+79150000000",
            HookMessage::text("Hello, Acme here"),
        )
        .await
        .unwrap();
    assert_eq!(said.answer.status, Some(200));
    world.deliver_all().await;
    let id = last_id(world).await;
    let told = last(world);
    assert_eq!(
        told,
        json!({
            "type": "conversation.started",
            "timestamp": told["timestamp"],
            "data": {"message": {
                "id": id,
                "conversation": {"id": null},
                "source_id": line.source_id,
                "receiver": {"id": null, "phone": told["data"]["message"]["receiver"]["phone"], "name": null},
                "sender": told["data"]["message"]["sender"],
                "content": {"type": "text", "text": "Hello, Acme here"},
                "sent_at": told["data"]["message"]["sent_at"],
                "template": null,
                "reply_to": null,
            }},
        })
    );
    assert_eq!(told["data"]["message"]["receiver"]["phone"], "+79150000000", "{told}");
    let shown = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200);
    assert_eq!(
        (&shown.json["status"], &shown.json["external_id"]),
        (&json!("sent"), &json!("9007199254740993")),
        "{}",
        shown.text
    );
}

async fn a_chat_on_a_site_cannot_be_begun(world: &mut World) {
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let tenant_id = world.active(HOST).await;
    let source = json!({"kind": "webchat", "name": "Site", "external_id": "site", "settings": {}});
    world.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &source).await.is(201);
    let first = HookMessage::text("Hello");
    let said = world.sandbox.manager_writes_first(HOST, CHANNEL_ID, Some("site"), "+79150000000", first).await.unwrap();
    world.deliver_all().await;
    let told = world.sandbox.messages(HOST).into_iter().find(|one| one.id == said.message_id).unwrap();
    let told: Vec<_> = told.statuses.iter().map(|one| (one.code, one.error_code)).collect();
    assert_eq!(told, [(-1, Some(905))]);
}

both!(the_messenger_is_asked_to_begin_by_a_phone, a_chat_on_a_site_cannot_be_begun);
