//! What rules would do, before they do it: the page *Try*, the last 1,000 messages, and the API of both.

use parom_cli::routes::{RoutesCommand, run};
use parom_tests::settings::HOST;
use parom_tests::{World, both, once};
use serde_json::{Value, json};

use super::{has_rules, path, person, routed};
use crate::audited::log;
use crate::cli::command;
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
    let told = world.api.post(&format!("{}/replay", path(&line)), &json!({ "rules": rules })).await.is(200).json;
    assert_eq!((&told["messages"], &told["differing"]), (&json!(5), &json!(3)));
    assert_eq!(told["by_rule"], json!({"price": 2, "": 1}));
    assert_eq!(told["enquiries"][2]["then"]["id"], json!("all"));
    assert_eq!(told["enquiries"][2]["now"]["id"], json!("price"));
    assert_eq!(world.sandbox.requests().len(), before, "nothing was asked");
}

/// The way back, and a replay of a file, as the API answers.
async fn the_command_line_restores_a_version_and_replays(world: &mut World) {
    let line = world.line("support").await;
    for id in ["first", "second"] {
        has_rules(world, &line, json!([{"id": id, "then": {"accept": true}}])).await;
        world.customer(&line, id).writes("What is the price?").await;
        assert_eq!(routed(world).await, 1);
    }
    let says = async |world: &World, arguments: &[&str]| {
        let mut out = Vec::new();
        let done = Box::pin(run(command::<RoutesCommand>(arguments), world.app(), &mut out)).await;
        done.map(|_| String::from_utf8(out).unwrap()).map_err(|error| format!("{error:#}"))
    };
    let list = says(world, &["versions", HOST]).await.unwrap();
    let words: Vec<Vec<&str>> = list.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!((words.len(), &words[0][..3], words[1][0]), (2, &["2", "in", "force"][..], "1"), "{list}");
    assert!(list.contains("  1 rule  "), "{list}");
    let api = world.api.get(&format!("{}/versions", path(&line))).await.is(200).json;
    let printed = |said: &str| serde_json::from_str::<Value>(said).unwrap();
    assert_eq!(printed(&says(world, &["versions", HOST, "--json"]).await.unwrap()), api);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.json").display().to_string();
    let rules = json!({"rules": [{"id": "price", "name": "Price", "when": {"text_contains": ["PRICE"]}}]});
    std::fs::write(&file, rules.to_string()).unwrap();
    let api = world.api.post(&format!("{}/replay", path(&line)), &json!({ "rules": rules })).await.is(200).json;
    assert_eq!(printed(&says(world, &["replay", HOST, &file]).await.unwrap()), api);
    let replayed = printed(&says(world, &["replay", HOST]).await.unwrap());
    assert_eq!((&replayed["by_rule"], &replayed["differing"]), (&json!({"second": 2}), &json!(1)));
    std::fs::write(&file, json!({"rules": [{"id": "A", "name": "x"}]}).to_string()).unwrap();
    let wrong = says(world, &["replay", HOST, &file]).await.unwrap_err();
    assert!(wrong.starts_with("/rules/0/id: "), "{wrong}");

    let restored = says(world, &["restore", HOST, "1"]).await.unwrap();
    assert_eq!(printed(&restored), json!({"version": 3, "draft": false}));
    let now = world.api.get(&path(&line)).await.is(200).json;
    assert_eq!((&now["version"], &now["routes"]["rules"][0]["id"]), (&json!(3), &json!("first")));
    let unknown = says(world, &["restore", HOST, "7"]).await.unwrap_err();
    assert!(unknown.contains(&format!("parom routes versions {HOST}")), "{unknown}");
    let rows = log(world, line.tenant_id).await.into_iter().filter(|row| row.actor_kind == "cli");
    assert_eq!(
        rows.map(|row| (row.action, row.object)).collect::<Vec<_>>(),
        [("routes.restored".to_owned(), "3".to_owned())]
    );
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
    assert_eq!(ours.post(&tried, &json!({ "message": message })).await.is(422).wrong_fields(), ["/source_id"]);
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
once!(the_command_line_restores_a_version_and_replays);
