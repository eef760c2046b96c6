//! Managers type and react.

use std::time::Duration;

use base::store::VENDOR;
use entity::tenant_channel;
use parom_tests::{Answer, Line, World, both, once};
use serde_json::{Value, json};
use simulator::crm::{HookForm, HookMessage};

use super::{last, last_id};

const RFC_3339: &str = "%Y-%m-%dT%H:%M:%S%.3fZ";

async fn typing_is_sent_once_while_it_lasts(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let chat = manager.chat_with("anna");
    for (number, form) in [HookForm::Sample, HookForm::Table].into_iter().enumerate() {
        world.advance(Duration::from_secs(6));
        world.sandbox.manager_types(&line.host, &chat, None, form).await.unwrap().expect("a hook");
        world.deliver_all().await;
        assert_eq!(world.messenger.received().len(), number + 1);
        let until = world.clock.now() + Duration::from_secs(5);
        assert_eq!(
            last(world),
            json!({
                "type": "typing",
                "timestamp": world.clock.now().format(RFC_3339).to_string(),
                "data": {
                    "source_id": line.source_id,
                    "conversation": {"id": "chat-anna"},
                    "sender": {"id": last(world)["data"]["sender"]["id"]},
                    "until": until.format(RFC_3339).to_string(),
                },
            })
        );
        let users = world.sandbox.users(&line.host).into_iter().filter_map(|user| user.amojo_id);
        assert!(users.into_iter().any(|id| last(world)["data"]["sender"]["id"] == id.as_str()));
    }
    assert!(world.letters().await.is_empty());
}

/// A hook about something that a manager does; gives our answer.
async fn acts(world: &World, line: &Line, action: Value) -> Option<u16> {
    let account = world.sandbox.add_account(&line.host).amojo_id;
    let body = serde_json::to_vec(&json!({"account_id": account, "time": 1, "action": action})).unwrap();
    let signature = world.sandbox.sign_hook(&line.scope_id, &body);
    world.sandbox.post_hook(&line.scope_id, body, Some(&signature)).await.status
}

/// A typing hook that ends at this second.
async fn types_until(world: &World, line: &Line, expired_at: Value) -> Option<u16> {
    let chat = world.manager(line).chat_with("anna");
    let typing = json!({"user": {"id": "a9b8c7d6-e5f4-4a3b-8c2d-1e0f9a8b7c6d"}, "expired_at": expired_at,
        "conversation": {"id": chat, "client_id": line.crm_conversation("chat-anna")}});
    acts(world, line, json!({ "typing": typing })).await
}

async fn typing_that_has_ended_is_not_sent(world: &mut World) {
    let (line, _) = world.chatting().await;
    let now = world.clock.now().timestamp();
    assert_eq!(types_until(world, &line, json!(now)).await, Some(200));
    assert!(world.letters().await.is_empty(), "it came too late");
    // Text, floats, nothing, next year: five seconds when it does not say, thirty at most.
    for (expired_at, seconds) in [(json!((now + 5).to_string()), 5), (json!(null), 5), (json!(now + 86_400), 30)] {
        assert_eq!(types_until(world, &line, expired_at).await, Some(200));
        let letters = world.letters().await;
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].expires_at, (world.clock.now().timestamp() + seconds) * 1000);
        world.deliver_all().await;
        world.advance(Duration::from_secs(4));
    }
    assert_eq!(world.messenger.received().len(), 3);
    // It was not delivered in time: no webhook, no dead letter.
    types_until(world, &line, json!(world.clock.now().timestamp() + 5)).await;
    world.advance(Duration::from_secs(6));
    world.deliver_all().await;
    assert_eq!(world.messenger.received().len(), 3);
    let dead = world.api.get(&line.dead_letters()).await.is(200);
    assert_eq!(dead.json["items"], json!([]));
}

async fn typing_is_coalesced_and_its_failures_have_no_effect(world: &mut World) {
    let (line, manager) = world.chatting().await;
    for _ in 0..3 {
        types_until(world, &line, json!(world.clock.now().timestamp() + 5)).await;
    }
    assert_eq!(world.letters().await.len(), 1, "repeats within seconds are one");
    world.deliver_all().await;
    let answers = [401, 403, 410, 404, 500, 429].map(Answer::status).into_iter().chain([Answer::Cut]);
    for answer in answers {
        world.advance(Duration::from_secs(6));
        let before = world.messenger.received().len();
        world.messenger.answers_next([answer.clone()]);
        types_until(world, &line, json!(world.clock.now().timestamp() + 5)).await;
        world.deliver_all().await;
        assert_eq!(world.messenger.received().len(), before + 1, "{answer:?} is not repeated");
        assert!(world.letters().await.is_empty());
    }
    let source = world.api.get(&line.path("")).await.is(200);
    assert_eq!(source.json["status"], "working", "{}", source.text);
    manager.answers("anna", "Good morning").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Good morning"]);
}

async fn reactions_are_set_and_taken_back(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let hello = world.sandbox.messages(&line.host).into_iter().find(|one| one.text == "Hello").unwrap().id;
    let id = world.messages().await[0].id.to_string();
    for (emoji, form) in [(Some("👍"), HookForm::Table), (Some("❤️"), HookForm::Sample), (None, HookForm::Table)]
    {
        world.advance(Duration::from_secs(1));
        let answer = world.sandbox.manager_reacts(&line.host, &hello, emoji, form).await.unwrap();
        assert_eq!(answer.status, Some(200));
        world.deliver_all().await;
        assert_eq!(
            last(world),
            json!({
                "type": "reaction",
                "timestamp": last(world)["timestamp"],
                "data": {
                    "source_id": line.source_id,
                    "conversation": {"id": "chat-anna"},
                    "message": {"id": id, "external_id": "anna-0"},
                    "sender": {"id": last(world)["data"]["sender"]["id"]},
                    "emoji": emoji,
                },
            })
        );
    }
    assert_eq!(world.messenger.received().len(), 3);
    // To one's own message, which has no id of the messenger's.
    let said = manager.answers("anna", "Good morning").await;
    world.deliver_all().await;
    let own = last_id(world).await;
    world.sandbox.manager_reacts(&line.host, &said.message_id, Some("🎉"), HookForm::Table).await.unwrap();
    world.deliver_all().await;
    assert_eq!(last(world)["data"]["message"], json!({"id": own, "external_id": null}));
}

async fn a_reaction_waits_for_its_message(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.messenger.answers_next([Answer::status(500)]);
    let said = manager.answers("anna", "Good morning").await;
    world.sandbox.manager_reacts(&line.host, &said.message_id, Some("🎉"), HookForm::Table).await.unwrap();
    world.deliver_to_the_end().await;
    let kinds: Vec<_> = world.messenger.received().iter().map(|one| one.body["type"].clone()).collect();
    assert_eq!(kinds, ["message.created", "message.created", "reaction"]);
}

async fn hooks_about_unknown_objects_are_quarantined(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let chat = manager.chat_with("anna");
    let stranger = "00000000-0000-4000-8000-000000000009";
    let hooks = [
        json!({"typing": {"user": {"id": "x"}, "conversation": {"id": stranger}}}),
        json!({"reaction": {"message": {"id": "m"}, "user": {"id": "x"}, "conversation": {"id": stranger}, "type": "unreact"}}),
        json!({"reaction": {"message": {"id": "m"}, "user": {"id": "x"}, "conversation": {"id": chat}, "type": "unreact"}}),
    ];
    for action in hooks {
        assert_eq!(acts(world, &line, action).await, Some(200));
    }
    world.deliver_all().await;
    assert!(world.messenger.received().is_empty());
    assert_eq!(world.quarantined().await, ["unknown_conversation", "unknown_conversation", "unknown_message"]);
    // A reaction that comes twice is one.
    let hello = world.sandbox.messages(&line.host).pop().unwrap();
    let reaction = json!({"message": {"id": hello.id}, "user": {"id": "x"}, "conversation": {"id": hello.chat_id},
        "type": "react", "emoji": "👩‍👩‍👧‍👦"});
    for _ in 0..2 {
        acts(world, &line, json!({"reaction": reaction.clone()})).await;
    }
    world.deliver_all().await;
    assert_eq!(world.messenger.received().len(), 1);
    assert_eq!(last(world)["data"]["emoji"], "👩‍👩‍👧‍👦");
}

// Hooks of the dead version 1: kept, mended once, and the vendor knows.

/// Connects that amoCRM saw.
fn connects(world: &World) -> usize {
    world.sandbox.requests().iter().filter(|one| one.path.ends_with("/connect")).count()
}

async fn alarms(world: &World) -> Vec<String> {
    let open = parom::alert::open(world.app().store.read(), VENDOR).await.unwrap();
    open.into_iter().map(|alert| alert.kind).collect()
}

/// A hook of version 1 comes; gives how often the channel was connected by then.
async fn comes_by_version_1(world: &mut World, line: &Line, wanted: usize) {
    world.sandbox.set_hook_version(&line.scope_id, "v1");
    world.manager(line).sends("anna", HookMessage::text("the old way")).await;
    world.until("the channel is connected", async || (connects(world) >= wanted).then_some(())).await;
    let row = async || tenant_channel::Entity::of_tenant(line.tenant_id).one(world.app().store.read()).await.unwrap();
    world
        .until("the connect is stored", async || row().await.filter(|row| row.renewed_at == Some(row.connected_at)))
        .await;
}

async fn a_dead_hook_has_the_channel_connected_again_once_a_day(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.allow_problems();
    let before = connects(world);
    world.advance(Duration::from_secs(1));
    comes_by_version_1(world, &line, before + 1).await;
    assert_eq!(world.quarantined().await, ["version_1"]);
    assert_eq!(alarms(world).await, ["channel_hook_version"]);
    assert_eq!(world.sandbox.connections()[0].hook_api_version, "v2");
    // Another one soon is only counted, also after a restart.
    world.restart().await;
    world.sandbox.set_hook_version(&line.scope_id, "v1");
    manager.sends("anna", HookMessage::text("again")).await;
    let counted = async || {
        let open = parom::alert::open(world.app().store.read(), VENDOR).await.unwrap();
        open.first().filter(|alert| alert.count == 2).map(|_| ())
    };
    world.until("it is counted", counted).await;
    assert_eq!(connects(world), before + 1);
    // The next day it is tried again; hooks that are well end the alert.
    world.advance(Duration::from_secs(86_400));
    comes_by_version_1(world, &line, before + 2).await;
    world.sandbox.set_hook_version(&line.scope_id, "v2");
    manager.answers("anna", "Well again").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Well again"]);
    assert!(alarms(world).await.is_empty());
}

both!(a_reaction_waits_for_its_message, reactions_are_set_and_taken_back);
once!(a_dead_hook_has_the_channel_connected_again_once_a_day, typing_is_coalesced_and_its_failures_have_no_effect);
once!(hooks_about_unknown_objects_are_quarantined);
once!(typing_is_sent_once_while_it_lasts, typing_that_has_ended_is_not_sent);
