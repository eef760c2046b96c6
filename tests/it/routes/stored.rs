//! Rules as they are stored: the way back from the command line, and how large they may be.

use parom_cli::routes::{RoutesCommand, run};
use parom_tests::settings::HOST;
use parom_tests::{World, answer, once};
use serde_json::{Value, json};

use super::{has_rules, path, routed};
use crate::audited::log;
use crate::cli::command;
use crate::pages::olga;

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
    // By the name that they had.
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

/// The API takes back whatever the panel stores, even from a program that writes every letter beyond ASCII as `\u…`.
async fn the_largest_rules_of_the_panel_come_back_by_the_api(world: &mut World) {
    let line = world.line("support").await;
    let olga = olga(world, line.tenant_id).await;
    let words = |lines: usize| vec!["я".repeat(200); lines].join("\n");
    for (seen, lines, status) in [(0, 50, 303), (1, 50, 303), (2, 50, 303), (3, 50, 303), (4, 50, 422), (4, 15, 303)] {
        let (seen, id, text) = (seen.to_string(), format!("rule{seen}"), words(lines));
        let fields = [("seen", &*seen), ("id", &id), ("name", &id), ("on", "on"), ("accept", "on")];
        let saved = olga.sends("/panel/routing/rules", &[&fields[..], &[("text_contains", &text)]].concat()).await;
        let saved = saved.is(status);
        if status == 422 {
            saved.says(&["too long together"]);
        }
    }
    let shown = world.api.get(&path(&line)).await.is(200).json["draft"]["routes"].clone();
    assert_eq!(shown["rules"].as_array().unwrap().len(), 5);
    let escaped = |sign: char| if sign.is_ascii() { sign.to_string() } else { format!("\\u{:04x}", u32::from(sign)) };
    let body: String = json!({ "routes": shown }).to_string().chars().map(escaped).collect();
    assert!(body.len() > 250_000, "{}", body.len());
    let put = world.api.request(reqwest::Method::PUT, &path(&line)).header("content-type", "application/json");
    let stored = answer(put.body(body)).await.is(200);
    assert_eq!(stored.json["routes"], shown);
}

/// A deleted source and who left stay in the form: without them the rule would decide about everyone.
async fn conditions_that_are_gone_stay_in_the_form(world: &mut World) {
    let line = world.line("support").await;
    let gone = world.line("gone").await;
    let when = json!({"sources": [gone.source_id], "contact_responsible": ["999"]});
    has_rules(world, &line, json!([{"id": "all", "when": when, "then": {"accept": true}}])).await;
    world.api.delete(&gone.path("")).await.is(204);
    let olga = olga(world, line.tenant_id).await;
    olga.opens("/panel/routing").await.is(200).says(&["A deleted source", "Its sources are deleted"]);
    let form = olga.opens("/panel/routing/rules/all").await.is(200);
    form.says(&["A deleted source", "999"]);
    for (name, value) in [("sources", gone.source_id.to_string()), ("contact_responsible", "999".to_owned())] {
        let ticked = format!("name=\"{name}\" value=\"{value}\" checked");
        assert!(form.text.contains(&ticked), "{ticked}");
    }
}

once!(conditions_that_are_gone_stay_in_the_form);
once!(the_command_line_restores_a_version_and_replays, the_largest_rules_of_the_panel_come_back_by_the_api);
