//! Salesbots by the API: listed, run again, stopped.

use serde_json::json;

use crate::crm::caller::{HOST, World};
use crate::stage::Receiver;

#[tokio::test]
async fn a_bot_of_the_designer_is_listed_run_again_and_stopped() {
    let world = World::new().await;
    let token = world.access().await;
    let server = Receiver::start();
    let call = async |method: &str, path: &str, body: serde_json::Value| {
        world.api(&token, method, path, Some(body).filter(|body| !body.is_null())).await
    };
    assert_eq!(call("GET", "bots", json!(null)).await.0, 204);
    let contact = json!([{"name": "Sofa", "_embedded": {"contacts": [{"name": "Ann"}]}}]);
    let (_, made) = call("POST", "leads/complex", contact).await;
    let [lead, contact] = ["id", "contact_id"].map(|key| made[0][key].as_i64().unwrap());
    let ask = json!({"handler": "widget_request", "params": {"url": server.url, "data": {"step": "ask"}}});
    let steps = json!([{"question": [ask]}]).to_string();
    world.sandbox.runs_bot(HOST, "main", lead, &steps).await.unwrap();
    let (_, list) = call("GET", "bots?filter[type_functionality][]=regular", json!(null)).await;
    let bot = list["_embedded"]["items"][0].clone();
    let id = bot["id"].as_i64().unwrap();
    assert_eq!((&list["_page"], &bot["settings"]["active"]), (&json!(1), &json!(true)), "{list}");
    assert_eq!(call("GET", &format!("bots/{id}"), json!(null)).await.1, bot);
    assert_eq!(call("GET", "bots/1", json!(null)).await.0, 204);

    let of_lead = json!({"entity_id": lead, "entity_type": "leads"});
    let of_contact = json!({"bot_id": id, "entity_id": contact, "entity_type": "contacts"});
    assert_eq!(call("POST", &format!("bots/{id}/run"), of_lead.clone()).await.0, 202);
    server.call(1).await;
    for body in [json!([of_contact]), of_contact.clone()] {
        assert_eq!(call("POST", "bots/run", body).await.0, 202);
    }
    server.call(3).await;
    let runs = world.sandbox.bots(HOST);
    assert!(
        runs.len() == 4 && runs.iter().all(|run| (run.bot_id, run.lead_id, run.waits) == (id, lead, true)),
        "{runs:?}"
    );
    assert_eq!(call("POST", &format!("bots/{id}/stop"), of_lead.clone()).await.0, 202);
    assert!(world.sandbox.bots(HOST).iter().all(|run| !run.waits));

    assert_eq!(call("POST", "bots/1/run", of_lead).await.0, 404);
    for (wrong, path) in [
        (json!({"bot_id": 1, "entity_id": lead, "entity_type": "leads"}), "0.bot_id"),
        (json!({"bot_id": id, "entity_id": 1, "entity_type": "leads"}), "0.entity_id"),
        (json!({"bot_id": id, "entity_id": lead, "entity_type": "tasks"}), "0.entity_type"),
    ] {
        let (status, refusal) = call("POST", "bots/run", json!([wrong])).await;
        assert_eq!((status, &refusal["validation-errors"][0]["errors"][0]["path"]), (400, &json!(path)));
    }
}
