//! What amoCRM gets: oldest first, silent but the newest, each once.

use parom_tests::settings::HOST;
use parom_tests::{World, both, once};
use serde_json::json;

use super::{heard, imports, lines, of_chat, wrote};

fn silent(text: &str) -> (String, bool) {
    (text.to_owned(), true)
}

fn loud(text: &str) -> (String, bool) {
    (text.to_owned(), false)
}

async fn history_arrives_oldest_first_and_the_newest_notifies(world: &mut World) {
    let line = world.line("support").await;
    let file = lines(&[
        wrote("a3", "anna", 30, "third"),
        wrote("b1", "boris", 15, "one"),
        wrote("a1", "anna", 10, "first"),
        wrote("b2", "boris", 25, "two"),
        wrote("a2", "anna", 20, "second"),
    ]);
    let told = imports(world, &line, "", &file).await;
    assert_eq!(
        [&told["status"], &told["total"], &told["chats"], &told["done"], &told["duplicates"], &told["skipped"]],
        [&json!("done"), &json!(5), &json!(2), &json!(5), &json!(0), &json!([])]
    );
    assert!(told["finished_at"].is_string());
    assert_eq!(heard(world, &line, "anna"), [silent("first"), silent("second"), loud("third")]);
    assert_eq!(heard(world, &line, "boris"), [silent("one"), loud("two")]);
    let times: Vec<i64> = of_chat(world, &line, "anna").iter().map(|one| one.msec_timestamp).collect();
    assert_eq!(times, [1_767_225_610_000, 1_767_225_620_000, 1_767_225_630_000], "they keep their time");
    assert_eq!(world.sandbox.incoming_leads(HOST).len(), 2, "one lead a chat");
    let ledger = world.api.get(&line.path("/ledger")).await.is(200).json;
    assert_eq!([&ledger["to_crm"]["accepted"], &ledger["to_crm"]["delivered"]], [&json!(5), &json!(5)]);
}

async fn silent_imports_and_messages_notify_no_manager(world: &mut World) {
    let line = world.line("support").await;
    let mut marked = wrote("c1", "carl", 1, "marked");
    marked["silent"] = json!(true);
    let file = lines(&[wrote("a1", "anna", 1, "first"), wrote("a2", "anna", 2, "second")]);
    let told = imports(world, &line, "?leads=none", &file).await;
    assert_eq!((&told["leads"], &told["leads_expected"]), (&json!("none"), &json!(0)));
    assert_eq!(heard(world, &line, "anna"), [silent("first"), silent("second")]);
    imports(world, &line, "?leads=newest", &lines(&[marked])).await;
    assert_eq!(heard(world, &line, "carl"), [silent("marked")], "what asks for silence keeps it");
    assert!(world.sandbox.incoming_leads(HOST).is_empty());
}

async fn messages_that_arrived_before_the_import_are_recognised(world: &mut World) {
    let line = world.line("support").await;
    let live = world.customer(&line, "anna").body("a2", "live");
    world.api.post(&line.path("/messages"), &live).await.is(202);
    world.deliver_all().await;
    let mut same = live.clone();
    same["sent_at"] = json!("2026-01-01T00:00:20Z");
    let chat = live["conversation"]["id"].as_str().unwrap();
    let mut older = live.clone();
    (older["id"], older["content"]["text"], older["sent_at"]) =
        (json!("a1"), json!("older"), json!("2026-01-01T00:00:10Z"));
    let mut other = live.clone();
    (other["id"], other["content"]["text"]) = (json!("a2"), json!("another text under its id"));
    let file = lines(&[older.clone(), same]);
    let told = imports(world, &line, "", &file).await;
    assert_eq!(
        [&told["total"], &told["done"], &told["duplicates"], &told["leads_expected"]],
        [&json!(2), &json!(2), &json!(1), &json!(0)]
    );
    assert_eq!(heard(world, &line, chat), [loud("live"), silent("older")], "the live one is newer: nothing is news");
    let again = imports(world, &line, "", &file).await;
    assert_eq!([&again["done"], &again["duplicates"]], [&json!(2), &json!(2)]);
    let differs = imports(world, &line, "", &lines(&[other])).await;
    assert_eq!((&differs["done"], &differs["skipped"][0]["line"]), (&json!(0), &json!(1)));
    assert_eq!(heard(world, &line, chat).len(), 2, "nothing came twice");
}

async fn managers_are_imported_in_their_name(world: &mut World) {
    let line = world.line("support").await;
    let user = world.sandbox.add_account(HOST).users.into_iter().find(|user| user.amojo_id.is_some()).unwrap();
    let answer = |id: &str, second: u32, user_id: Option<i64>| {
        let mut answer = wrote(id, "anna", second, id);
        answer["sender"] = json!({"role": "manager", "id": "m-1", "name": "Olga"});
        if let Some(user_id) = user_id {
            answer["sender"]["user_id"] = json!(user_id.to_string());
        }
        answer["receiver"] = json!({"id": "user-anna", "name": "anna"});
        answer
    };
    let file = lines(&[wrote("a1", "anna", 10, "asks"), answer("a2", 20, Some(user.id)), answer("a3", 30, None)]);
    let told = imports(world, &line, "", &file).await;
    let texts: Vec<String> = heard(world, &line, "anna").into_iter().map(|(text, _)| text).collect();
    assert_eq!(texts, ["asks", "a2"]);
    // The third has no possible author: the check skips it, and nothing of it is sent.
    assert_eq!([&told["done"], &told["skipped"][0]["line"]], [&json!(2), &json!(3)], "{told}");
    let dead = world.api.get(&line.dead_letters()).await.is(200).json;
    assert_eq!(dead["items"].as_array().unwrap().len(), 0);
    let reason = told["skipped"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("the channel has no bot"), "{told}");
}

both!(history_arrives_oldest_first_and_the_newest_notifies, messages_that_arrived_before_the_import_are_recognised);
once!(silent_imports_and_messages_notify_no_manager, managers_are_imported_in_their_name);
