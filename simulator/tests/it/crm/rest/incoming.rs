//! Incoming leads of chats.

use serde_json::{Value, json};

use crate::crm::caller::{HOST, World, text};

async fn call(world: &World, token: &str, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    world.json(method, &format!("/api/v4/leads/unsorted{path}"), token, body).await
}

async fn written(world: &World, at: usize) {
    let mut message = text(&format!("m-{at}"), &format!("Hello {at}"));
    message["conversation_id"] = json!(format!("conv-{at}"));
    message["sender"]["id"] = json!(format!("user-{at}"));
    assert_eq!(world.message(message).await.0, 200);
}

#[tokio::test]
async fn a_chat_waits_with_contact_lead_and_last_words() {
    let world = World::connected().await;
    let token = world.access().await;
    assert_eq!(call(&world, &token, "GET", "", None).await.0, 204);
    written(&world, 1).await;
    written(&world, 2).await;
    let chats = world.sandbox.chats(HOST);
    let (_, found) = call(&world, &token, "GET", "?filter[category][]=chats&order[created_at]=desc", None).await;
    let list = found["_embedded"]["unsorted"].as_array().unwrap();
    assert_eq!(list.len(), 2);
    let second = &list[0];
    assert_eq!(second["metadata"]["origin"]["chat_id"], json!(chats[1].id));
    assert_eq!((&second["category"], &second["metadata"]["last_message_text"]), (&json!("chats"), &json!("Hello 2")));
    assert_eq!(second["metadata"]["client"]["name"], "Maria");
    let lead = chats[1].lead.as_ref().unwrap();
    assert_eq!(
        (&second["_embedded"]["leads"][0]["id"], &second["_embedded"]["contacts"][0]["id"]),
        (&json!(lead.id), &json!(lead.contact_id))
    );
    let uid = second["uid"].as_str().unwrap();
    assert_eq!(call(&world, &token, "GET", &format!("/{uid}"), None).await.1["uid"], second["uid"]);
    let (_, found) = call(&world, &token, "GET", &format!("?filter[uid][]={uid}"), None).await;
    assert_eq!(found["_embedded"]["unsorted"].as_array().unwrap().len(), 1);
    for query in ["?filter[category][]=forms", "?filter[pipeline_id]=5", "?filter[uid]=none"] {
        assert_eq!(call(&world, &token, "GET", query, None).await.0, 204, "{query}");
    }
    assert_eq!(call(&world, &token, "GET", "/none", None).await.0, 404);
    assert_eq!(call(&world, &token, "POST", "", Some(json!([]))).await.0, 405, "they can't be made");
}

#[tokio::test]
async fn accepting_moves_it_into_the_pipeline() {
    let world = World::connected().await;
    let token = world.access().await;
    written(&world, 1).await;
    let one = world.sandbox.incoming_leads(HOST).remove(0);
    let accept = format!("/{}/accept", one.uid);
    assert_eq!(call(&world, &token, "POST", &accept, Some(json!({"user_id": 5}))).await.0, 400);
    assert_eq!(call(&world, &token, "POST", &accept, Some(json!({"status_id": 5}))).await.0, 400);
    let maria = world.sandbox.users(HOST)[1].id;
    let (status, body) = call(&world, &token, "POST", &accept, Some(json!({"user_id": maria}))).await;
    assert_eq!((status, &body["_embedded"]["leads"][0]["id"]), (200, &json!(one.lead_id)));
    assert_eq!(call(&world, &token, "POST", &accept, None).await.0, 404, "it does not wait any more");
    let (_, lead) = world.json("GET", &format!("/api/v4/leads/{}", one.lead_id), &token, None).await;
    assert_eq!((&lead["responsible_user_id"], &lead["status_id"]), (&json!(maria), &json!(one.pipeline_id + 2)));
    let (_, summary) = call(&world, &token, "GET", "/summary", None).await;
    assert_eq!((&summary["total"], &summary["accepted"], &summary["declined"]), (&json!(1), &json!(1), &json!(0)));
}

#[tokio::test]
async fn after_declining_the_next_message_asks_again() {
    let world = World::connected().await;
    let token = world.access().await;
    written(&world, 1).await;
    let one = world.sandbox.incoming_leads(HOST).remove(0);
    let (status, _) = call(&world, &token, "DELETE", &format!("/{}/decline", one.uid), None).await;
    assert_eq!(status, 200);
    assert_eq!(world.json("GET", &format!("/api/v4/leads/{}", one.lead_id), &token, None).await.0, 204);
    assert!(world.sandbox.chats(HOST)[0].lead.is_none());
    let mut again = text("m-9", "Again");
    again["conversation_id"] = json!("conv-1");
    again["sender"]["id"] = json!("user-1");
    world.message(again).await;
    let next = world.sandbox.incoming_leads(HOST).remove(0);
    assert_eq!((next.contact_id, next.chat_id), (one.contact_id, one.chat_id));
    assert!(world.sandbox.accept_lead(HOST, &next.uid));
}

#[tokio::test]
async fn linking_puts_the_chat_into_a_lead_that_is_there() {
    let world = World::connected().await;
    let token = world.access().await;
    written(&world, 1).await;
    let one = world.sandbox.incoming_leads(HOST).remove(0);
    let contact = world.sandbox.add_contact(HOST, "Ann", None, None);
    let (_, lead) = world.json("POST", "/api/v4/leads", &token, Some(json!([{"name": "Order"}]))).await;
    let lead = lead["_embedded"]["leads"][0]["id"].clone();
    let link = |lead: &Value, kind: &str| json!({"link": {"entity_id": lead, "entity_type": kind, "metadata": {"contact_id": contact}}});
    let path = format!("/{}/link", one.uid);
    assert_eq!(call(&world, &token, "POST", &path, Some(link(&lead, "customers"))).await.0, 400);
    assert_eq!(call(&world, &token, "POST", &path, Some(link(&json!(5), "leads"))).await.0, 400);
    assert_eq!(call(&world, &token, "POST", &path, Some(link(&lead, "leads"))).await.0, 200);
    assert_eq!(json!(world.sandbox.chats(HOST)[0].lead.as_ref().unwrap().id), lead);
    let links = world.sandbox.contact_links(HOST);
    assert_eq!((links.len(), links[0].contact_id), (1, contact));
    assert!(world.sandbox.incoming_leads(HOST).is_empty());
}

#[tokio::test]
async fn an_account_without_incoming_leads_makes_leads_at_once() {
    let world = World::connected().await;
    let token = world.access().await;
    world.sandbox.break_it(&"no-unsorted".parse().unwrap()).unwrap();
    written(&world, 1).await;
    assert!(world.sandbox.incoming_leads(HOST).is_empty());
    let lead = world.sandbox.chats(HOST)[0].lead.clone().unwrap();
    let (_, shown) = world.json("GET", &format!("/api/v4/leads/{}", lead.id), &token, None).await;
    assert_eq!(shown["status_id"], json!(lead.pipeline_id + 2));
    let (_, account) = world.json("GET", "/api/v4/account", &token, None).await;
    assert_eq!(account["is_unsorted_on"], json!(false));
}
