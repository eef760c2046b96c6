//! How leads end.

use serde_json::json;

use crate::crm::caller::{HOST, World, text};

#[tokio::test]
async fn the_chat_of_a_closed_lead_gets_a_new_lead() {
    let world = World::connected().await;
    let token = world.access().await;
    world.message(text("m-1", "Hello")).await;
    let first = world.sandbox.incoming_leads(HOST).remove(0);
    assert!(world.sandbox.accept_lead(HOST, &first.uid));
    assert_eq!(
        world.api(&token, "PATCH", &format!("leads/{}", first.lead_id), Some(json!({"status_id": 7}))).await.0,
        400
    );
    let won = json!({"status_id": 142});
    assert_eq!(world.api(&token, "PATCH", &format!("leads/{}", first.lead_id), Some(won)).await.0, 200);
    let (_, lead) = world.api(&token, "GET", &format!("leads/{}", first.lead_id), None).await;
    assert_eq!((&lead["status_id"], &lead["closed_at"]), (&json!(142), &json!(world.now().timestamp())));
    assert!(world.sandbox.chats(HOST)[0].lead.is_none());
    world.message(text("m-2", "One more thing")).await;
    let second = world.sandbox.incoming_leads(HOST).remove(0);
    assert_ne!(second.lead_id, first.lead_id);
    assert_eq!(second.contact_id, first.contact_id);
    assert_eq!(world.api(&token, "PATCH", "leads/5", Some(json!({}))).await.0, 404);
}
