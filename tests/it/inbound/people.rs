//! Managers and bots who wrote outside amoCRM.

use base::config::{Bot, Config};
use parom_tests::settings::BOT_ID;
use parom_tests::{Engine, Place, Setup, World, once};
use serde_json::{Value, json};
use simulator::crm::Direction;

use super::last_at_crm;

fn outgoing(id: &str, sender: Value) -> Value {
    json!({
        "id": id, "conversation": {"id": "chat-anna"}, "sender": sender, "receiver": super::anna(),
        "content": {"type": "text", "text": "We are open 9-18."}, "silent": true,
    })
}

fn with_bot(config: &mut Config) {
    let bot = Bot { id: BOT_ID.into(), client_id: "acme-bot".into(), name: "Acme".into() };
    config.integrations[0].channels[0].bot = Some(bot);
}

async fn a_user_is_named_a_stranger_is_the_bot(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let user = world.sandbox.add_account(&line.host).users.into_iter().find(|user| user.amojo_id.is_some()).unwrap();
    let named = json!({"role": "manager", "id": "mgr-5", "name": "Oleg", "user_id": user.id.to_string()});
    let sent = anna.posts(&outgoing("one", named)).await.is(202);
    world.deliver_all().await;
    let there = last_at_crm(world, &line);
    assert_eq!(there.direction, Direction::Imported);
    assert_eq!(there.payload["sender"]["ref_id"], user.amojo_id.clone().unwrap().as_str());
    assert_eq!(there.payload["receiver"]["name"], "Anna");
    assert!(there.silent);
    let shown = world.api.get(&format!("/api/v1/messages/{}", sent.text_at("/id"))).await.is(200);
    assert_eq!(
        (&shown.json["sender"]["role"], &shown.json["receiver"]["id"]),
        (&json!("manager"), &json!("user-anna"))
    );

    for (id, sender) in [
        ("two", json!({"role": "manager", "id": "mgr-6", "name": "Nobody", "user_id": "999999999"})),
        ("three", json!({"role": "manager", "id": "mgr-7"})),
        ("four", json!({"role": "bot", "id": "any"})),
    ] {
        anna.posts(&outgoing(id, sender)).await.is(202);
        world.deliver_all().await;
        let sender = last_at_crm(world, &line).payload["sender"].clone();
        assert_eq!(sender["id"], "acme-bot", "{id}");
        assert_eq!(sender["ref_id"], BOT_ID, "{id}");
        assert_eq!(sender["name"], "Acme", "{id}");
    }
    // The customer of the conversation is still Anna.
    let conversations = world.api.get(&line.path("/conversations")).await.is(200);
    assert_eq!(conversations.json["items"][0]["contact"]["name"], "Anna");
    assert_eq!(world.sandbox.messages(&line.host).len(), 4);
}

/// The bot is agreed with amoCRM's support and configured.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn managers_and_bots_write_outside_amocrm() {
    let Some(mut world) = World::start(Engine::Sqlite, Setup { change: with_bot, ..Setup::default() }).await else {
        return;
    };
    a_user_is_named_a_stranger_is_the_bot(&mut world).await;
    world.close().await;
}

async fn wrong_people_are_named(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let manager = json!({"role": "manager", "id": "mgr-5"});
    let mut without = outgoing("one", manager.clone());
    without.as_object_mut().unwrap().remove("receiver");
    assert_eq!(anna.posts(&without).await.is(422).wrong_fields(), ["/receiver"]);
    let mut named = anna.body("two", "Hello");
    named["receiver"] = super::anna();
    assert_eq!(anna.posts(&named).await.is(422).wrong_fields(), ["/receiver"]);
    // Without a bot there is no possible author: a dead letter with this reason.
    anna.posts(&outgoing("three", manager)).await.is(202);
    world.deliver_all().await;
    let dead = world.api.get(&line.dead_letters()).await.is(200);
    assert_eq!(dead.json["items"][0]["reason"], "no_bot", "{}", dead.text);
}

once!(wrong_people_are_named);
