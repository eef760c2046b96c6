//! Leads that come over the API, and how they end.

use serde_json::{Value, json};

use crate::crm::caller::{HOST, World, text};

async fn call(world: &World, token: &str, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    world.json(method, &format!("/api/v4/leads{path}"), token, body).await
}

#[tokio::test]
async fn a_lead_takes_the_pipeline_of_its_source() {
    let world = World::new().await;
    let token = world.access().await;
    let pipelines = world.sandbox.accounts()[0].pipelines.clone();
    let source = json!([{"name": "Help", "external_id": "help", "pipeline_id": pipelines[1].id}]);
    assert_eq!(world.json("POST", "/api/v4/sources", &token, Some(source)).await.0, 200);
    let with_source = |id: &str| json!([{"name": "Order", "price": 5, "_embedded": {"source": {"external_id": id, "type": "widget"}}}]);
    assert_eq!(call(&world, &token, "POST", "", Some(with_source("none"))).await.0, 400);
    let (status, made) = call(&world, &token, "POST", "", Some(with_source("help"))).await;
    assert_eq!(status, 200, "{made}");
    let id = made["_embedded"]["leads"][0]["id"].clone();
    let (_, lead) = call(&world, &token, "GET", &format!("/{id}?with=contacts,source,source_id"), None).await;
    assert_eq!(
        (&lead["pipeline_id"], &lead["price"], &lead["name"]),
        (&json!(pipelines[1].id), &json!(5), &json!("Order"))
    );
    assert_eq!((&lead["_embedded"]["source"]["name"], &lead["_embedded"]["contacts"]), (&json!("Help"), &json!([])));
    assert_eq!(lead["source_id"], lead["_embedded"]["source"]["id"]);
    let (_, found) = call(&world, &token, "GET", "?query=order", None).await;
    assert_eq!(found["_embedded"]["leads"][0]["id"], id);
    assert_eq!(call(&world, &token, "GET", "?query=other", None).await.0, 204);
}

#[tokio::test]
async fn complex_makes_lead_and_contact_in_one_call() {
    let world = World::new().await;
    let token = world.access().await;
    let contact = |name: &str| json!({"first_name": name, "custom_fields_values": [{"field_code": "PHONE", "values": [{"value": "1"}]}]});
    let both = json!([{"name": "Order", "_embedded": {"contacts": [contact("Ann")]}}]);
    let (status, made) = call(&world, &token, "POST", "/complex", Some(both)).await;
    assert_eq!((status, &made[0]["merged"]), (200, &json!(false)), "{made}");
    let ann = world.sandbox.contacts(HOST).remove(0);
    assert_eq!(
        (ann.name.as_str(), json!(ann.id), json!(ann.leads)),
        ("Ann", made[0]["contact_id"].clone(), json!([made[0]["id"]]))
    );
    let two = json!([{"_embedded": {"contacts": [contact("Ann"), contact("Ben")]}}]);
    assert_eq!(call(&world, &token, "POST", "/complex", Some(two)).await.0, 400);
    assert_eq!(
        call(&world, &token, "POST", "", Some(json!([{"_embedded": {"contacts": [contact("Ben")]}}]))).await.0,
        400
    );
}

#[tokio::test]
async fn the_chat_of_a_closed_lead_gets_a_new_lead() {
    let world = World::connected().await;
    let token = world.access().await;
    world.message(text("m-1", "Hello")).await;
    let first = world.sandbox.incoming_leads(HOST).remove(0);
    assert!(world.sandbox.accept_lead(HOST, &first.uid));
    assert_eq!(
        call(&world, &token, "PATCH", &format!("/{}", first.lead_id), Some(json!({"status_id": 7}))).await.0,
        400
    );
    let won = json!([{"id": first.lead_id, "status_id": 142}]);
    assert_eq!(call(&world, &token, "PATCH", "", Some(won)).await.0, 200);
    let (_, lead) = call(&world, &token, "GET", &format!("/{}", first.lead_id), None).await;
    assert_eq!((&lead["status_id"], &lead["closed_at"]), (&json!(142), &json!(world.now().timestamp())));
    assert!(world.sandbox.chats(HOST)[0].lead.is_none());
    world.message(text("m-2", "One more thing")).await;
    let second = world.sandbox.incoming_leads(HOST).remove(0);
    assert_ne!(second.lead_id, first.lead_id);
    assert_eq!(second.contact_id, first.contact_id);
    assert!(world.sandbox.close_lead(HOST, second.lead_id, false) && world.sandbox.delete_lead(HOST, second.lead_id));
    assert_eq!(call(&world, &token, "GET", &format!("/{}", second.lead_id), None).await.0, 204);
    assert_eq!(call(&world, &token, "PATCH", "/5", Some(json!({}))).await.0, 404);
}
