//! Incoming leads of chats.

use serde_json::json;

use crate::crm::caller::{HOST, World, text};

#[tokio::test]
async fn an_account_without_incoming_leads_makes_leads_at_once() {
    let world = World::connected().await;
    let token = world.access().await;
    world.sandbox.break_it(&"no-unsorted".parse().unwrap()).unwrap();
    world.message(text("m-1", "Hello")).await;
    assert!(world.sandbox.incoming_leads(HOST).is_empty());
    let lead = world.sandbox.chats(HOST)[0].lead.clone().unwrap();
    let (_, shown) = world.api(&token, "GET", &format!("leads/{}", lead.id), None).await;
    assert_eq!(shown["status_id"], json!(lead.pipeline_id + 2));
    let (_, account) = world.api(&token, "GET", "account", None).await;
    assert_eq!(account["is_unsorted_on"], json!(false));
}
