//! History imports: what is counted, what amoCRM gets, in which order, how fast, and what a crash leaves.

mod dumps;
mod file;
mod life;
mod order;
pub mod tables;

use std::time::Duration;

use parom_tests::{Line, Reply, Stage, World, answer};
use reqwest::Method;
use serde_json::{Value, json};
use simulator::crm::MessageView;

/// A second of 2026-01-01, before which these tests have no messages.
const DAY: &str = "2026-01-01T00:00:";

/// A customer's text of that day, as a line.
pub fn wrote(id: &str, chat: &str, second: u32, text: &str) -> Value {
    json!({
        "id": id,
        "conversation": {"id": chat},
        "sender": {"role": "client", "id": format!("user-{chat}"), "name": chat},
        "sent_at": format!("{DAY}{second:02}Z"),
        "content": {"type": "text", "text": text},
    })
}

pub fn lines(values: &[Value]) -> String {
    values.iter().map(|value| format!("{value}\n")).collect()
}

/// So many texts of one chat, each a second after the other.
pub fn texts(chat: &str, count: u32) -> String {
    let all: Vec<Value> =
        (0..count).map(|n| wrote(&format!("{chat}-{n}"), chat, n % 60, &format!("{chat} {n}"))).collect();
    lines(&all)
}

/// Sends a file of lines.
pub async fn sends(world: &World, line: &Line, query: &str, file: impl Into<reqwest::Body>) -> Reply {
    let request = world.api.request(Method::POST, &line.path(&format!("/imports{query}")));
    answer(request.header("content-type", "application/x-ndjson").body(file)).await
}

pub async fn import_of(world: &World, id: &str) -> Value {
    world.api.get(&format!("/api/v1/imports/{id}")).await.is(200).json
}

/// A second of the server's life.
pub async fn a_second(world: &mut World) {
    world.advance(Duration::from_secs(1));
    parom::import::step_all(&world.app().usage).await;
    world.deliver_all().await;
}

/// Lets seconds pass until the import is over; returns its final state.
pub async fn ends(world: &mut World, id: &str) -> Value {
    for _ in 0..300 {
        a_second(world).await;
        let told = import_of(world, id).await;
        if !["queued", "running"].contains(&told["status"].as_str().unwrap()) {
            return told;
        }
    }
    panic!("the import does not end: {}", import_of(world, id).await);
}

/// Sends a file and lets it be imported.
pub async fn imports(world: &mut World, line: &Line, query: &str, file: &str) -> Value {
    let id = sends(world, line, query, file.to_owned()).await.is(202).text_at("/id");
    ends(world, &id).await
}

/// What amoCRM took of a chat, in its order.
pub fn of_chat(stage: &Stage, line: &Line, chat: &str) -> Vec<MessageView> {
    let ours = line.crm_conversation(chat);
    let all = stage.sandbox.messages(&line.host);
    all.into_iter().filter(|message| message.conversation_id.as_deref() == Some(&ours)).collect()
}

/// The texts of a chat, each with whether it was silent.
pub fn heard(stage: &Stage, line: &Line, chat: &str) -> Vec<(String, bool)> {
    of_chat(stage, line, chat).into_iter().map(|message| (message.text, message.silent)).collect()
}
