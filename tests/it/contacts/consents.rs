//! What customers decide about marketing: recorded with the message, by people and programs; shown, exported, erased.

use entity::conversation;
use parom::marketing;
use parom_tests::settings::HOST;
use parom_tests::{Line, World, both, once};
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{PHONE, line};
use crate::pages::olga;
use crate::webchat::sites::{new_secret, signed};
use crate::webchat::{OnSite, SHOP};

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

/// A customer with this number writes to a line of the account's own messenger.
async fn writes(world: &mut World, line: &Line, name: &str, text: &str) {
    let mut body = world.customer(line, name).body(&format!("{name}-{}", world.clock.millis()), text);
    body["sender"]["phone"] = json!(PHONE);
    world.customer(line, name).posts(&body).await.is(202);
    world.deliver_all().await;
    world.advance(std::time::Duration::from_secs(1));
}

async fn chat(world: &World, line: &Line, name: &str) -> conversation::Model {
    let chats = conversation::Entity::of_tenant(line.tenant_id);
    let found = chats.filter(conversation::Column::ExternalId.eq(format!("chat-{name}")));
    found.one(world.app().store.read()).await.unwrap().expect("a chat")
}

async fn is_stopped(world: &World, chat: &conversation::Model) -> bool {
    marketing::is_stopped(world.app().store.read(), chat).await.unwrap()
}

/// Whoever types another's number, into a site's chat or a messenger of the account's own, decides for their own chat alone.
async fn a_typed_number_decides_for_no_other_chat(world: &mut World) {
    let line = line(world, "leave").await;
    let consents = format!("/api/v1/tenants/{}/marketing-consents", line.tenant_id);
    let settings = json!({"allowed_origins": [SHOP], "ask": ["phone"]});
    let site = world.line_of("webchat", "Site", "site", settings).await.source_id.to_string();
    writes(world, &line, "anna", "Hello").await;
    let anna = chat(world, &line, "anna").await;
    world.api.post(&consents, &json!({"phone": PHONE, "decision": "stopped", "way": "form"})).await.is(201);
    assert!(is_stopped(world, &anna).await, "by her number");

    let visitor = OnSite::new(&site);
    let start = |text: &str| json!({"id": Uuid::new_v4(), "text": text, "about": {"phone": PHONE}});
    visitor.posts(world, "/messages", start("START")).await.is(202);
    writes(world, &line, "boris", "START").await;
    assert!(is_stopped(world, &anna).await, "nobody allows it in her place");
    let boris = chat(world, &line, "boris").await;
    assert!(!is_stopped(world, &boris).await, "he does for his own chat");
    let by_chat = json!({"conversation_id": boris.id, "decision": "agreed"});
    world.api.post(&consents, &by_chat).await.is(201);
    assert!(is_stopped(world, &anna).await, "nor does a program that hears it from him");
    world.api.post(&consents, &json!({"phone": PHONE, "decision": "agreed"})).await.is(201);
    assert!(!is_stopped(world, &anna).await);
    visitor.posts(world, "/messages", start("STOP")).await.is(202);
    writes(world, &line, "boris", "STOP").await;
    assert!(!is_stopped(world, &anna).await, "nobody stops it in her place");

    // The site says whose number it is.
    let secret = new_secret(&world.panel(line.tenant_id).await, &site).await;
    let exp = world.clock.millis() / 1000 + 3600;
    let signed = async |world: &World, claims: Value, text: &str| {
        let by = OnSite { token: signed(&secret, &claims), ..OnSite::new(&site) };
        by.posts(world, "/messages", start(text)).await.is(202);
    };
    signed(world, json!({"sub": "18", "exp": exp}), "STOP").await;
    assert!(!is_stopped(world, &anna).await, "a signature without the number does not vouch for it");
    signed(world, json!({"sub": "17", "phone": PHONE, "exp": exp}), "STOP").await;
    assert!(is_stopped(world, &anna).await);
    // The erasure of another's chat leaves hers and what was decided by number.
    world.add_key(line.tenant_id, "prm_admin", "admin").await;
    let api = world.api.with_key("prm_admin");
    let customers = format!("/api/v1/tenants/{}/customers", line.tenant_id);
    let who = json!({"conversation_id": boris.id});
    let export = api.post(&format!("{customers}/export"), &who).await.is(200);
    let ways: Vec<&str> = export.text.split("\"way\":\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(ways, ["form", "message", "api", "api", "message"], "nothing of other chats: {}", export.text);
    let before = world.api.get(&consents).await.is(200).json["items"].as_array().unwrap().len();
    api.post(&format!("{customers}/erase"), &who).await.is(201);
    let after = world.api.get(&consents).await.is(200).json["items"].as_array().unwrap().len();
    assert_eq!(before - after, 3, "what he decided, and a program for his chat");
    assert!(is_stopped(world, &anna).await);
    world.deliver_all().await;
}

/// One customer with two chats: each has its own decision until a person records one for both.
async fn a_person_records_for_all_chats_of_the_page(world: &mut World) {
    let line = line(world, "link").await;
    world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    for name in ["anna", "anja"] {
        writes(world, &line, name, "Hello").await;
    }
    writes(world, &line, "anja", "STOP").await;
    let olga = olga(world, line.tenant_id).await;
    let (anna, anja) = (chat(world, &line, "anna").await, chat(world, &line, "anja").await);
    assert_eq!(anna.contact_id, anja.contact_id);
    let home = format!("/panel/customers/{}", anna.id);
    olga.opens(&home).await.is(200).says(&["Record that they stopped", "Record that they agreed"]);
    assert_eq!([is_stopped(world, &anna).await, is_stopped(world, &anja).await], [false, true]);
    for (decision, expected) in [("stopped", true), ("agreed", false)] {
        olga.sends(&format!("{home}/marketing"), &[("decision", decision)]).await.is(303);
        assert_eq!([is_stopped(world, &anna).await, is_stopped(world, &anja).await], [expected; 2]);
    }
    olga.opens(&home).await.is(200).never_says(&["Record that they agreed"]);
}

both!(a_decision_is_stored_with_its_message_and_shown, a_typed_number_decides_for_no_other_chat);
once!(a_person_records_for_all_chats_of_the_page);
once!(unusable_decisions_are_refused);
