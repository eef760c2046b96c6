//! The customer types and reacts.

use std::time::Duration;

use parom_tests::{World, both, once};
use serde_json::json;

use super::last_at_crm;

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
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.writes("Hello").await;
    world.deliver_all().await;
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
}

async fn wrong_reactions_are_named(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.posts(&anna.body("one", "Hello")).await.is(202);
    let path = line.path("/reactions");
    for (body, status) in [
        (json!({"message": {"id": "one"}, "sender": {"id": "u"}, "emoji": "thumbs up"}), 422),
        (json!({"message": {"id": "one"}, "sender": {"id": "u"}, "emoji": ""}), 422),
        (json!({"message": {"id": "one"}, "sender": {"id": ""}, "emoji": "👍"}), 422),
        (json!({"message": {"id": "unknown"}, "sender": {"id": "u"}, "emoji": "👍"}), 404),
    ] {
        world.api.post(&path, &body).await.is(status);
    }
    world.deliver_all().await;
}

both!(typing_is_seen_for_a_while, reactions_are_set_changed_and_taken_back);
once!(wrong_reactions_are_named);
