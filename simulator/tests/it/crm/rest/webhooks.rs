//! CRM hooks: subscribing, and what arrives.

use std::{collections::BTreeMap, time::Duration};

use chrono::TimeDelta;
use serde_json::json;
use simulator::crm::CrmHookView;

use crate::crm::caller::{HOST, World, kommo, text};
use crate::stage::Receiver;

const NOWHERE: &str = "http://127.0.0.1:9/crm/secret";

async fn subscribed(world: &World, destination: &str, settings: &[&str]) -> String {
    let token = world.access().await;
    let body = json!({"destination": destination, "settings": settings, "sort": 10});
    let (status, shown) = world.api(&token, "POST", "webhooks", Some(body)).await;
    assert_eq!(status, 201, "{shown}");
    token
}

/// Waits until so many attempts were made.
async fn attempts(world: &World, count: usize) -> Vec<CrmHookView> {
    let enough = |sandbox: &simulator::crm::Sandbox| Some(sandbox.crm_hooks()).filter(|all| all.len() >= count);
    let found = world.sandbox.wait_for(enough, Duration::from_secs(10)).await;
    assert!(found.is_some(), "only {:?}", world.sandbox.crm_hooks());
    found.unwrap()
}

fn form(body: &str) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

#[tokio::test]
async fn a_destination_is_a_subscriptions_identity() {
    let world = World::new().await;
    let token = subscribed(&world, NOWHERE, &["add_talk", "update_talk"]).await;
    let other = json!({"destination": NOWHERE, "settings": ["add_contact"]});
    let (_, shown) = world.api(&token, "POST", "webhooks", Some(other)).await;
    assert_eq!(
        (&shown["settings"], &shown["sort"], &shown["disabled"]),
        (&json!(["add_contact"]), &json!(10), &json!(false))
    );
    assert_eq!(world.sandbox.webhooks(HOST).len(), 1);
    let filter = format!("webhooks?filter[destination]={NOWHERE}");
    assert_eq!(world.api(&token, "GET", &filter, None).await.1["_embedded"]["webhooks"][0]["id"], shown["id"]);
    assert_eq!(world.api(&token, "GET", "webhooks?filter[destination]=http://other.test/", None).await.0, 204);
    for wrong in [
        json!({"settings": ["add_lead"]}),
        json!({"destination": "not an address", "settings": ["add_lead"]}),
        json!({"destination": "https://пример.рф/x", "settings": ["add_lead"]}),
        json!({"destination": "https://xn--e1afmkfd.xn--p1ai/x", "settings": ["add_lead"]}),
        json!({"destination": "https://a.test/", "settings": []}),
        json!({"destination": "https://a.test/", "settings": ["add_everything"]}),
        json!({"destination": "https://a.test/", "settings": ["add_talk", "restore_message"]}),
    ] {
        assert_eq!(world.api(&token, "POST", "webhooks", Some(wrong.clone())).await.0, 400, "{wrong}");
    }
    for at in 1..100 {
        let more = json!({"destination": format!("https://a.test/{at}"), "settings": ["add_lead"]});
        assert_eq!(world.api(&token, "POST", "webhooks", Some(more)).await.0, 201);
    }
    let too_many = json!({"destination": "https://a.test/100", "settings": ["add_lead"]});
    assert_eq!(world.api(&token, "POST", "webhooks", Some(too_many)).await.0, 400);
    let gone = || Some(json!({"destination": NOWHERE}));
    assert_eq!(world.api(&token, "DELETE", "webhooks", gone()).await.0, 204);
    assert_eq!(world.api(&token, "DELETE", "webhooks", gone()).await.0, 404);
    world.sandbox.switch(HOST, |switches| switches.no_webhooks = true);
    let again = json!({"destination": NOWHERE, "settings": ["add_lead"]});
    assert_eq!(world.api(&token, "POST", "webhooks", Some(again)).await.0, 403);
}

#[tokio::test]
async fn kommo_answers_200_and_has_no_customers() {
    let world = World::new().await;
    let (host, token) = kommo(&world).await;
    let body = json!({"destination": NOWHERE, "settings": ["add_message", "add_outgoing_message"]});
    assert_eq!(world.post_of(&host, "/api/v4/webhooks", &token, &body).await.0, 200);
    let customers = json!({"destination": NOWHERE, "settings": ["add_customer"]});
    assert_eq!(world.post_of(&host, "/api/v4/webhooks", &token, &customers).await.0, 400);
}

#[tokio::test]
async fn every_event_that_can_be_subscribed_to_is_sent_and_no_other() {
    let world = World::connected().await;
    let all = [
        "add_lead",
        "status_lead",
        "add_contact",
        "update_contact",
        "delete_contact",
        "update_talk",
        "add_chat_template_review",
    ];
    let token = subscribed(&world, NOWHERE, &all).await;
    world.message(text("m-1", "Hello")).await;
    let one = world.sandbox.incoming_leads(HOST).remove(0);
    world.sandbox.accept_lead(HOST, &one.uid);
    let lead = format!("/api/v4/leads/{}", one.lead_id);
    assert_eq!(world.json("PATCH", &lead, &token, Some(json!({"status_id": 142}))).await.0, 200);
    let other = world.sandbox.add_contact(HOST, "Ann", None, None);
    world.sandbox.merge_contacts(HOST, other, one.contact_id);
    let talk = format!("/api/v4/talks/{}/close", world.sandbox.talks(HOST)[0].id);
    assert_eq!(world.json("POST", &talk, &token, None).await.0, 202);
    let attachment = json!({"id": "f-1", "name": "offer.pdf", "type": "document"});
    let fields = json!({"type": "waba", "external_id": "order_ready", "attachment": attachment});
    let template = world.sandbox.add_template(HOST, "order", "Hi", fields);
    world.sandbox.ask_template_review(HOST, template);
    let told = attempts(&world, 10).await;
    let keys: Vec<String> = told
        .iter()
        .map(|one| {
            let fields = form(&one.body);
            let first = fields.keys().find(|key| !key.starts_with("account[")).unwrap();
            first.split("[0]").next().unwrap().to_owned()
        })
        .collect();
    assert_eq!(
        keys,
        [
            "contacts[add]",
            "unsorted[add]",
            "unsorted[delete]",
            "leads[add]",
            "leads[status]",
            "contacts[add]",
            "contacts[delete]",
            "contacts[update]",
            "talk[update]",
            "add",
        ]
    );
    let sorted = form(&told[2].body);
    assert_eq!(sorted["unsorted[delete][0][action]"], "accept");
    assert_eq!(sorted["unsorted[delete][0][accept_result][leads][0]"], one.lead_id.to_string());
    assert_eq!(form(&told[8].body)["talk[update][0][is_in_work]"], "0");
    let review = form(&told[9].body);
    assert_eq!((review["add[0][type]"].as_str(), review["add[0][is_on_review]"].as_str()), ("waba", "0"));
    let named =
        [&review["add[0][external_id]"], &review["add[0][attachment][id]"], &review["add[0][attachment][type]"]];
    assert_eq!(named, ["order_ready", "f-1", "document"]);
    world.sandbox.switch(HOST, |switches| switches.bare_reviews = true);
    world.sandbox.ask_template_review(HOST, template);
    let bare = attempts(&world, 11).await[10].body.clone();
    assert!(!bare.contains("attachment") && !bare.contains("external_id"), "{bare}");
}

#[tokio::test]
async fn an_invalid_answer_is_asked_again_and_too_many_end_the_subscription() {
    let world = World::new().await;
    subscribed(&world, NOWHERE, &["add_contact"]).await;
    world.sandbox.add_contact(HOST, "Ann", None, None);
    assert_eq!(attempts(&world, 1).await[0].status, None);
    world.advance(TimeDelta::minutes(5));
    assert_eq!(attempts(&world, 2).await[1].attempt, 2);
    let hook = Receiver::start();
    hook.answers(&[(200, "")]);
    hook.always(404, "");
    let url = &hook.url;
    assert!(world.sandbox.delete_webhook(HOST, NOWHERE));
    subscribed(&world, url, &["add_contact"]).await;
    world.advance(TimeDelta::minutes(15));
    assert_eq!(attempts(&world, 3).await[2].attempt, 3, "what is on its way goes on");
    world.sandbox.add_contact(HOST, "Ben", None, None);
    hook.call(0).await;
    let before = attempts(&world, 4).await.len();
    for at in 0..101 {
        world.sandbox.add_contact(HOST, &format!("C {at}"), None, None);
    }
    attempts(&world, before + 101).await;
    assert!(world.sandbox.webhooks(HOST)[0].disabled);
    world.sandbox.add_contact(HOST, "Nobody hears of", None, None);
    assert!(world.sandbox.set_webhook_disabled(HOST, url, false));
    world.sandbox.add_contact(HOST, "Somebody hears of", None, None);
    let last = attempts(&world, before + 102).await.pop().unwrap();
    assert_eq!(form(&last.body)["contacts[add][0][name]"], "Somebody hears of");
}

/// C2 and C6: recorded at accounts of both platforms, in no table of codes.
#[tokio::test]
async fn c2_messages_and_incoming_leads_are_told_as_recorded() {
    let world = World::connected().await;
    let all = ["add_message", "add_outgoing_message", "add_unsorted", "update_unsorted", "delete_unsorted"];
    let token = subscribed(&world, NOWHERE, &all).await;
    world.message(text("m-1", "Hello")).await;
    world.message(text("m-2", "Anyone?")).await;
    let chat = world.sandbox.chats(HOST).remove(0);
    world.sandbox.manager_says(HOST, &chat.id, "Here").await.unwrap();
    let one = world.sandbox.incoming_leads(HOST).remove(0);
    let decline = format!("/api/v4/leads/unsorted/{}/decline", one.uid);
    assert_eq!(world.json("DELETE", &decline, &token, Some(json!({}))).await.0, 200);
    let told = attempts(&world, 6).await;
    let events: Vec<&str> = told.iter().map(|one| one.event.as_str()).collect();
    let order =
        ["add_unsorted", "add_message", "update_unsorted", "add_message", "add_outgoing_message", "delete_unsorted"];
    assert_eq!(events, order);
    let talk = world.sandbox.talks(HOST).remove(0);
    let (unsorted, incoming, outgoing) = (form(&told[0].body), form(&told[1].body), form(&told[4].body));
    for (field, value) in [
        ("lead_id", one.lead_id.to_string()),
        ("category", "chats".to_owned()),
        ("source_data][origin][chat_id", chat.id.clone()),
        ("source_data][client][id", chat.person_id.clone()),
        ("source_data][data][0][text", "Hello".to_owned()),
        ("data][contacts][0][id", one.contact_id.to_string()),
    ] {
        assert_eq!(unsorted[&format!("unsorted[add][0][{field}]")], value, "{field}");
    }
    for (field, value) in [
        ("chat_id", chat.id.clone()),
        ("talk_id", talk.id.to_string()),
        ("contact_id", one.contact_id.to_string()),
        ("text", "Hello".to_owned()),
        ("message_type", "text".to_owned()),
        ("type", "incoming".to_owned()),
        ("element_type", "2".to_owned()),
        ("element_id", one.lead_id.to_string()),
        ("entity_type", "lead".to_owned()),
        ("author][type", "external".to_owned()),
        ("author][name", "Maria".to_owned()),
        ("origin", "amo.ext.30490163".to_owned()),
    ] {
        assert_eq!(incoming[&format!("message[add][0][{field}]")], value, "{field}");
    }
    let maria = world.sandbox.users(HOST)[1].id;
    for (field, value) in [
        ("type", "outgoing".to_owned()),
        ("text", "Here".to_owned()),
        ("author][type", "internal".to_owned()),
        ("author][user_id", maria.to_string()),
        ("recipient][id", chat.person_id.clone()),
        ("recipient][type", "external".to_owned()),
    ] {
        assert_eq!(outgoing[&format!("outgoing_message[add][0][{field}]")], value, "{field}");
    }
    assert_eq!(form(&told[5].body)["unsorted[delete][0][action]"], "decline");
}

/// What receivers of production recorded (crm-api §11.1), as `amocrm` keeps it, is there with every key.
#[tokio::test]
async fn hooks_have_what_was_recorded() {
    let world = World::connected().await;
    let events = ["add_message", "add_unsorted", "add_talk", "add_lead", "update_lead"];
    let token = subscribed(&world, NOWHERE, &events).await;
    let (_, made) = world.api(&token, "POST", "leads", Some(json!([{"name": "Sofa", "price": 300}]))).await;
    let lead = made["_embedded"]["leads"][0]["id"].as_i64().unwrap();
    let (_, pipelines) = world.api(&token, "GET", "leads/pipelines", None).await;
    let step = pipelines["_embedded"]["pipelines"][0]["_embedded"]["statuses"][2]["id"].clone();
    world.api(&token, "PATCH", &format!("leads/{lead}"), Some(json!({"status_id": step}))).await;
    let mut words = text("m-1", "Where is it?");
    words["sender"]["avatar"] = json!("https://acme.test/avatar.jpg");
    world.message(words).await;
    let sent = attempts(&world, 5).await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../amocrm/tests/fixtures/recorded");
    for (name, event) in [
        ("crm_message", "add_message"),
        ("crm_incoming_lead", "add_unsorted"),
        ("crm_talk", "add_talk"),
        ("crm_lead_add", "add_lead"),
        ("crm_lead_update", "update_lead"),
    ] {
        let recorded = std::fs::read_to_string(format!("{folder}/{name}.txt")).unwrap();
        let recorded = form(&recorded.lines().collect::<Vec<_>>().join("&"));
        let ours: Vec<_> = sent.iter().filter(|one| one.event == event).map(|one| form(&one.body)).collect();
        let missing: Vec<&String> =
            recorded.keys().filter(|key| !ours.iter().any(|one| one.contains_key(*key))).collect();
        assert!(missing.is_empty(), "{event} lacks {missing:?}: {ours:?}");
    }
}
