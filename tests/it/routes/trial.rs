//! What rules would do, before they do it: the page *Try*, the last 1,000 messages, and the API of both.

use parom_tests::settings::HOST;
use parom_tests::{World, both, once};
use serde_json::json;

use super::{has_rules, path, person, routed};
use crate::pages::olga;

async fn the_last_messages_are_replayed_beside_what_happened(world: &mut World) {
    let line = world.line("support").await;
    has_rules(world, &line, json!([{"id": "all", "then": {"accept": true}}])).await;
    for name in ["anna", "boris"] {
        world.customer(&line, name).writes("What is the price?").await;
        world.customer(&line, name).writes("Hello?").await;
    }
    world.customer(&line, "carla").writes("Hello").await;
    assert_eq!(routed(world).await, 3);
    let before = world.sandbox.requests().len();
    let rules = json!({"rules": [{"id": "price", "name": "Price", "when": {"text_contains": ["PRICE"]}}]});
    let told = world.api.post(&format!("{}/replay", path(&line)), &json!({ "routes": rules })).await.is(200).json;
    assert_eq!((&told["messages"], &told["differing"]), (&json!(5), &json!(3)));
    assert_eq!(told["by_rule"], json!({"price": 2, "": 1}));
    assert_eq!(told["enquiries"][2]["then"]["id"], json!("all"));
    assert_eq!(told["enquiries"][2]["now"]["id"], json!("price"));
    assert_eq!(world.sandbox.requests().len(), before, "nothing was asked");
}

/// What is tried is the account's own, at the time of the message, and amoCRM's ids are strings.
async fn a_made_up_message_is_tried_at_its_time(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line_at("other.amocrm.ru", "support").await;
    let theirs = world.customer(&other, "anna").writes("Hello").await;
    let (early, late) = (world.sandbox.users(HOST)[0].id.to_string(), world.sandbox.users(HOST)[1].id.to_string());
    let seat = |id: &str, times: &str| json!({"user_id": id, "times": [times]});
    let people = json!([seat(&early, "mon-sun 00:00-12:00"), seat(&late, "mon-sun 12:00-24:00")]);
    let then = json!({"accept": true, "responsible": {"kind": "round_robin", "people": people}});
    has_rules(world, &line, json!([{"id": "all", "then": then}])).await;
    world.add_key(line.tenant_id, "prm_ours", "write").await;
    let ours = world.api.with_key("prm_ours");
    let tried = format!("{}/try", path(&line));
    for (time, user) in [("2026-11-30T09:00:00", &early), ("2026-11-30T13:00:00", &late)] {
        let message = json!({"source_id": line.source_id, "text": "Hello", "local_time": time});
        let told = ours.post(&tried, &json!({ "message": message })).await.is(200).json;
        assert_eq!(told["asks"], json!([{"ask": "accept"}, {"ask": "assign", "user_id": user}]), "{time}");
        assert_eq!(told["verdict"]["plan"]["responsible"], json!(user));
    }
    ours.post(&tried, &json!({"message_id": theirs})).await.is(404);
    let message = json!({"source_id": other.source_id, "text": "Hello"});
    assert_eq!(ours.post(&tried, &json!({ "message": message })).await.is(422).wrong_fields(), ["/message/source_id"]);
    for path in [path(&other), format!("{}/versions", path(&other))] {
        ours.get(&path).await.is(404);
    }
    world.deliver_all().await;
}

/// The page tries what customers bring with them from an advert or a site, and what amoCRM has of them.
async fn the_page_tries_every_condition(world: &mut World) {
    let line = world.line("support").await;
    let manager = world.sandbox.users(HOST)[1].clone();
    let user_id = manager.id.to_string();
    has_rules(
        world,
        &line,
        json!([
            {"id": "mail", "when": {"campaign": {"utm_source": "mail"}}},
            {"id": "advert", "when": {"referral": "ad_"}},
            {"id": "city", "when": {"fields": {"City": "Kazan"}}},
            {"id": "closed", "when": {"lead": "closed"}},
            {"id": "theirs", "when": {"contact_responsible": [user_id]}, "then": {"responsible": person(manager.id)}},
            {"id": "known", "when": {"contact": "known"}},
        ]),
    )
    .await;
    let (olga, source) = (olga(world, line.tenant_id).await, line.source_id.to_string());
    for (name, value, rule) in [
        ("campaign", "utm_source = Mail\nutm_term = x", "mail"),
        ("referral", "ad_7", "advert"),
        ("fields", "city = Kazan", "city"),
        ("lead", "closed", "closed"),
        ("responsible", user_id.as_str(), "theirs"),
        ("customer", "returning", "known"),
    ] {
        let tried = olga.sends("/panel/routing/try", &[("source", source.as_str()), (name, value)]).await.is(200);
        tried.says(&[&format!("Decides: Rule {rule}")]);
        // What was typed stays.
        assert!(tried.text.contains(value.split('\n').next().unwrap()), "{}", tried.text);
    }
    olga.sends("/panel/routing/try", &[("source", source.as_str())]).await.is(200).says(&["Decides: No rule"]);
}

both!(the_last_messages_are_replayed_beside_what_happened);
once!(a_made_up_message_is_tried_at_its_time, the_page_tries_every_condition);
