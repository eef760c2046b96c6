//! Hooks that never came: what managers wrote is found in amoCRM's history.

mod beats;
mod cost;
mod found;
mod held;
mod kinds;
mod pages;
mod several;
mod trouble;

use std::time::Duration;

use parom::missed_hooks;
use parom_tests::{Line, Manager, World};
use serde_json::Value;
use simulator::crm::{HookFault, HookKind, HookMessage};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// A line with a chat of Anna's at amoCRM, on a server that listens.
async fn chatting(world: &mut World) -> (Line, Manager) {
    let chatting = world.chatting().await;
    beats(world).await;
    chatting
}

/// The server writes down that it listens, as it does every ten seconds.
async fn beats(world: &World) {
    missed_hooks::beat(&world.app().intake).await.expect("the database is there");
}

/// Looks where it is due; gives how many chats were looked into.
async fn looks(world: &World) -> usize {
    missed_hooks::look_now(&world.app().intake).await.expect("the database is there")
}

/// A person requests a comparison now.
async fn looks_by_hand(world: &World, line: &Line) -> usize {
    assert!(missed_hooks::soon(&world.app().intake, line.tenant_id).await.expect("the database is there"));
    looks(world).await
}

/// The server is away for this time, as after a crash, and then checks for what it missed.
async fn is_away_for(world: &mut World, time: Duration) {
    world.advance(time);
    world.restart().await;
    beats(world).await;
    looks(world).await;
}

/// A manager writes, and the hook gets lost on its way; gives amojo's id of the message.
async fn loses(world: &World, line: &Line, name: &str, message: HookMessage) -> String {
    world.sandbox.faults().next_hooks(HookKind::Chats, 1, HookFault::Lost);
    let chat = world.manager(line).chat_with(name);
    let said = world.sandbox.manager_sends(&line.host, &chat, message).await.expect("the manager writes");
    assert_eq!(said.answer.status, None, "the hook is lost");
    said.message_id
}

/// The same of a text.
async fn loses_text(world: &World, line: &Line, text: &str) -> String {
    loses(world, line, "anna", HookMessage::text(text)).await
}

/// What the API shows of the message that amoCRM knows by this id.
async fn shown(world: &World, amojo_id: &str) -> Value {
    let found = world.messages().await.into_iter().find(|message| message.amocrm_message_id == amojo_id);
    let id = found.expect("the message is here").id;
    world.api.get(&format!("/api/v1/messages/{id}")).await.is(200).json
}

/// The events of a message's timeline.
fn events(shown: &Value) -> Vec<&str> {
    shown["timeline"].as_array().expect("a timeline").iter().filter_map(|event| event["event"].as_str()).collect()
}

/// How often histories were asked for.
fn asked(world: &World) -> usize {
    world.sandbox.requests().iter().filter(|request| request.path.contains("/history")).count()
}
