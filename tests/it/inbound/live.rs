//! The customer types and reacts; messages are changed and taken back.

use std::time::Duration;

use parom_tests::{Line, World, both, once};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{last_at_crm, with_content};

async fn typing_is_seen_for_a_while(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let typing = json!({"conversation": {"id": "chat-anna"}, "sender": {"id": "user-anna"}});
    let path = line.path("/typing");
    world.api.post(&path, &typing).await.is(404);
    anna.writes("Hello").await;
    world.deliver_all().await;
    for _ in 0..3 {
        world.api.post(&path, &typing).await.is(202);
    }
    assert_eq!(world.letters().await.len(), 1, "repeats within seconds are one");
    world.deliver_all().await;
    let types = |world: &World| world.sandbox.chats(&line.host)[0].typing_until.is_some();
    assert!(types(world));
    // Late ones are not sent at all and are dropped without a trace.
    world.advance(Duration::from_secs(10));
    world.api.post(&path, &typing).await.is(202);
    world.advance(Duration::from_secs(10));
    world.deliver_all().await;
    assert!(!types(world));
    assert_eq!(world.api.get(&line.dead_letters()).await.is(200).json["items"], json!([]));
}

async fn reactions_are_set_changed_and_taken_back(world: &mut World) {
    let line = world.chatting().await.0;
    let anna = world.customer(&line, "anna");
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let theirs = world.messenger.received().last().unwrap().message_id();
    let path = line.path("/reactions");
    let react = |emoji: serde_json::Value| json!({"message": {"id": theirs.clone()}, "sender": {"id": "user-anna"}, "emoji": emoji});
    let emoji_there = |world: &World| {
        let all = world.sandbox.messages(&line.host).into_iter().flat_map(|message| message.reactions);
        all.map(|(_, emoji)| emoji).collect::<Vec<_>>()
    };
    for emoji in ["👍", "❤️"] {
        world.api.post(&path, &react(json!(emoji))).await.is(202);
        world.deliver_all().await;
        assert_eq!(emoji_there(world), [emoji]);
    }
    world.api.post(&path, &react(json!(null))).await.is(202);
    world.deliver_all().await;
    assert!(emoji_there(world).is_empty());
    // One's own message, by the messenger's id; before it has gone.
    anna.posts(&anna.body("two", "Deal")).await.is(202);
    let own = json!({"message": {"id": "two"}, "sender": {"id": "user-anna"}, "emoji": "🎉"});
    world.api.post(&path, &own).await.is(202);
    world.deliver_to_the_end().await;
    assert_eq!(last_at_crm(world, &line).reactions.len(), 1);
    for (id, sender, emoji, status) in
        [("two", "u", "thumbs up", 422), ("two", "u", "", 422), ("two", "", "👍", 422), ("unknown", "u", "👍", 404)]
    {
        let wrong = json!({"message": {"id": id}, "sender": {"id": sender}, "emoji": emoji});
        world.api.post(&path, &wrong).await.is(status);
    }
}

// Messages that are changed or taken back.

fn path(line: &Line, id: &str) -> String {
    line.path(&format!("/messages/{id}"))
}

fn text(text: &str) -> Value {
    json!({"content": {"type": "text", "text": text}})
}

async fn a_change_follows_its_message(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let sent = anna.posts(&anna.body("one", "Is the blue one in stock?")).await.is(202);
    // Before the message has gone, and twice.
    let changed = world.api.patch(&path(&line, "one"), &text("Is the red one in stock?")).await.is(202);
    assert_eq!(changed.json, json!({"id": sent.text_at("/id"), "status": "queued"}));
    world.api.patch(&path(&line, "one"), &text("Is the green one in stock?")).await.is(202);
    // What changes nothing is nothing.
    world.api.patch(&path(&line, "one"), &text("Is the green one in stock?")).await.is(202);
    assert_eq!(world.letters().await.len(), 3);
    world.deliver_all().await;
    let there = last_at_crm(world, &line);
    assert_eq!((there.text.as_str(), there.edited), ("Is the green one in stock?", true));
    // After it has gone, by our id.
    world.api.patch(&path(&line, &sent.text_at("/id")), &text("None at all?")).await.is(202);
    // A change back to an earlier content counts too.
    world.api.patch(&path(&line, "one"), &text("Is the red one in stock?")).await.is(202);
    world.deliver_all().await;
    assert_eq!(last_at_crm(world, &line).text, "Is the red one in stock?");
    assert_eq!(world.sandbox.messages(&line.host).len(), 1);
    let shown = world.api.get(&format!("/api/v1/messages/{}", sent.text_at("/id"))).await.is(200);
    assert_eq!(shown.json["content"]["text"], "Is the red one in stock?");
    let ledger = world.api.get(&line.path("/ledger")).await.is(200);
    assert_eq!(ledger.json["to_crm"]["accepted"], 1, "changes are no messages");
}

async fn a_message_is_taken_back(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let sent = anna.posts(&anna.body("one", "My card is 4242")).await.is(202);
    world.deliver_all().await;
    let gone = world.api.delete(&path(&line, "one")).await.is(202);
    assert_eq!(gone.json, json!({"id": sent.text_at("/id"), "status": "queued"}));
    world.deliver_all().await;
    assert_eq!(last_at_crm(world, &line).text, "Удалено клиентом");
    let shown = world.api.get(&format!("/api/v1/messages/{}", sent.text_at("/id"))).await.is(200);
    assert_eq!((&shown.json["deleted"], &shown.json["content"]["text"]), (&json!(true), &json!("My card is 4242")));
    // Once more is nothing; a change of it is too late.
    world.api.delete(&path(&line, "one")).await.is(202);
    let late = world.api.patch(&path(&line, "one"), &text("x")).await.is(409);
    assert_eq!(late.json["type"], "/problems/message_deleted");
    assert!(world.letters().await.is_empty());
}

async fn only_what_came_from_the_messenger_can_be_changed(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line("sales").await;
    let anna = world.customer(&line, "anna");
    anna.posts(&anna.body("one", "Hello")).await.is(202);
    world.deliver_all().await;
    world.api.patch(&path(&line, "unknown"), &text("x")).await.is(404);
    world.api.delete(&path(&line, "unknown")).await.is(404);
    world.api.patch(&path(&other, "one"), &text("x")).await.is(404);
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let theirs = world.messenger.received().last().unwrap().message_id();
    let refused = world.api.patch(&path(&line, &theirs), &text("x")).await.is(409);
    assert_eq!(refused.json["type"], "/problems/not_from_messenger");
    for (body, pointer) in [
        (text(" "), "/content/text"),
        (json!({"content": {"type": "text", "text": "x", "callback_data": "k"}}), "/content/callback_data"),
        (json!({"content": {"type": "picture", "text": "x"}}), "/content/media_url"),
        (json!({"text": "x"}), "/text"),
    ] {
        let wrong = world.api.patch(&path(&line, "one"), &body).await.is(422);
        assert_eq!(wrong.wrong_fields(), [pointer], "{body}");
    }
    // A bot's message over a channel that has no bot dies, and its change with it.
    let before = world.sandbox.messages(&line.host).len();
    let mut body = with_content(&anna, "bot", json!({"type": "text", "text": "We are open"}));
    body["sender"] = json!({"role": "bot", "id": "bot"});
    body["receiver"] = super::anna();
    anna.posts(&body).await.is(202);
    world.api.patch(&path(&line, "bot"), &text("We are closed")).await.is(202);
    world.deliver_all().await;
    assert_eq!(world.sandbox.messages(&line.host).len(), before);
    let dead = world.api.get(&line.dead_letters()).await.is(200);
    assert_eq!(dead.json["items"].as_array().unwrap().len(), 1);
}

async fn many_changes_at_once_end_in_one_order(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let sent = anna.posts(&anna.body("one", "0")).await.is(202);
    let (one, said) = (path(&line, "one"), ["1", "2", "3", "4"].map(text));
    let changes = said.iter().map(|body| world.api.patch(&one, body));
    for reply in futures_util::future::join_all(changes).await {
        assert!([StatusCode::ACCEPTED.as_u16(), 503].contains(&reply.status), "{}", reply.text);
    }
    world.deliver_all().await;
    let shown = world.api.get(&format!("/api/v1/messages/{}", sent.text_at("/id"))).await.is(200);
    assert_eq!(shown.json["content"]["text"], last_at_crm(world, &line).text.as_str());
}

/// Each change reads and writes the whole message, so a message that is changed for ever must not grow for ever.
async fn a_message_that_is_changed_for_ever_keeps_its_first_and_latest_versions(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.posts(&anna.body("one", "0")).await.is(202);
    for number in 1..=60 {
        let large = format!("{number} {}", "x".repeat(if (51..60).contains(&number) { 100_000 } else { 0 }));
        world.api.patch(&path(&line, "one"), &text(&large)).await.is(202);
        let body = world.messages().await.remove(0).body;
        assert!(body.len() < 600_000, "after {number} changes: {} bytes", body.len());
        let versions: Value = serde_json::from_str(&body).unwrap();
        let past: Vec<&Value> =
            versions["past"].as_array().unwrap().iter().map(|one| &one["content"]["text"]).collect();
        assert_eq!(past[0], "0", "the original");
        let before = past[past.len() - 1].as_str().unwrap().split(' ').next().unwrap();
        assert_eq!(before, (number - 1).to_string());
        if number == 50 {
            assert_eq!(past.len(), 20);
        }
    }
    world.deliver_all().await;
    assert!(last_at_crm(world, &line).text.starts_with("60 "));
}

/// The local amoCRM refuses texts of more than 65,536 characters.
async fn what_amocrm_refuses_is_listed_and_says_who_refused(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let long = "x".repeat(65_537);
    let short = anna.writes("short").await;
    world.deliver_all().await;
    world.api.patch(&path(&line, &short), &text(&long)).await.is(202);
    let ids = [short, anna.writes(&long).await];
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["short"]);
    let dead = world.api.get(&line.dead_letters()).await.is(200);
    for (item, (kind, id)) in [("message", &ids[1]), ("edit", &ids[0])].into_iter().enumerate() {
        let item = &dead.json["items"][item];
        let shown = [&item["kind"], &item["message_id"], &item["detail"]];
        assert_eq!(shown, [kind, id, "amoCRM refused the message"], "{}", dead.text);
    }
    let shown = async |id: &str| world.api.get(&format!("/api/v1/messages/{id}")).await.is(200);
    let (edited, refused) = (shown(&ids[0]).await, shown(&ids[1]).await);
    assert_eq!(refused.json["error"], json!({"code": "rejected", "text": "amoCRM refused the message."}));
    assert!(edited.text.contains("edit_failed") && edited.text.contains("longer than 65536"), "{}", edited.text);
}

both!(many_changes_at_once_end_in_one_order);
once!(what_amocrm_refuses_is_listed_and_says_who_refused);
once!(a_message_that_is_changed_for_ever_keeps_its_first_and_latest_versions);
once!(only_what_came_from_the_messenger_can_be_changed, reactions_are_set_changed_and_taken_back);
once!(a_change_follows_its_message, typing_is_seen_for_a_while, a_message_is_taken_back);
