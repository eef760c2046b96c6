//! What customers decide about marketing: recorded with the message, by people and programs; shown, exported, erased.

use parom_tests::{World, both, once};
use serde_json::json;

use super::{PHONE, line};
use crate::pages::olga;

async fn a_decision_is_stored_with_its_message_and_shown(world: &mut World) {
    let line = line(world, "leave").await;
    let mut body = world.customer(&line, "anna").body("a-1", "Stop");
    body["sender"]["phone"] = json!(PHONE);
    for _ in 0..2 {
        let status = world.customer(&line, "anna").posts(&body).await.status;
        assert!([200, 202].contains(&status), "a repeat is no second decision");
    }
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Stop"], "managers see what the customer wrote");
    let path = format!("/api/v1/tenants/{}/marketing-consents", line.tenant_id);
    let listed = world.api.get(&path).await.is(200);
    assert_eq!(listed.json["items"].as_array().unwrap().len(), 1, "{}", listed.text);
    let messages = world.api.get(&line.path("/conversations/chat-anna/messages")).await.is(200);
    assert_eq!(listed.json["items"][0]["id"], messages.json["items"][0]["id"], "the message proves it");

    let chat = listed.text_at("/items/0/conversation_id");
    let olga = olga(world, line.tenant_id).await;
    let home = format!("/panel/customers/{chat}");
    olga.opens(&home).await.is(200).says(&["in a message", "Marketing templates are refused"]);
    olga.sends(&format!("{home}/marketing"), &[("decision", "agreed")]).await.is(303);
    olga.opens(&home).await.is(200).says(&["recorded by Olga Owner", "Record that they stopped"]);
    olga.sends(&format!("{home}/marketing"), &[("decision", "maybe")]).await.is(400);
    for table in [format!("{home}/marketing.csv"), "/panel/data/marketing.csv".to_owned()] {
        let table = olga.opens(&table).await.is(200);
        assert_eq!(table.text.lines().count(), 3, "{}", table.text);
        table.says(&["\"stopped\",\"message\"", "\"agreed\",\"person\",\"Olga Owner\""]);
    }
    world.add_key(line.tenant_id, "prm_admin", "admin").await;
    let who = json!({"phone": PHONE});
    let api = world.api.with_key("prm_admin");
    let customers = format!("/api/v1/tenants/{}/customers", line.tenant_id);
    let export = api.post(&format!("{customers}/export"), &who).await.is(200);
    assert_eq!(export.text.matches("\"marketing_consent\"").count(), 2, "{}", export.text);
    api.post(&format!("{customers}/erase"), &who).await.is(201);
    assert!(world.api.get(&path).await.is(200).json["items"].as_array().unwrap().is_empty());
}

async fn unusable_decisions_are_refused(world: &mut World) {
    let line = line(world, "leave").await;
    let path = format!("/api/v1/tenants/{}/marketing-consents", line.tenant_id);
    for (body, pointer) in [
        (json!({"phone": PHONE, "decision": "maybe"}), "/decision"),
        (json!({"phone": "112", "decision": "agreed"}), "/phone"),
        (json!({"decision": "agreed"}), "/phone"),
        (json!({"phone": PHONE, "decision": "agreed", "way": "message"}), "/way"),
        (json!({"phone": PHONE, "decision": "agreed", "evidence": "x".repeat(256)}), "/evidence"),
    ] {
        assert_eq!(world.api.post(&path, &body).await.is(422).wrong_fields(), [pointer], "{body}");
    }
    world.api.post(&path, &json!({"conversation_id": line.source_id, "decision": "agreed"})).await.is(404);
    assert!(world.api.get(&path).await.is(200).json["items"].as_array().unwrap().is_empty());
}

both!(a_decision_is_stored_with_its_message_and_shown);
once!(unusable_decisions_are_refused);
