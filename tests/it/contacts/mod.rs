//! The contact of a new chat: left to amoCRM, looked for, or made first.

mod blocked;
mod chosen;
mod command_line;
mod consents;
mod followed;
mod held;
mod ledger;

use parom_tests::settings::HOST;
use parom_tests::{Line, World};
use serde_json::{Value, json};

const PHONE: &str = "+79151112233";
const EMAIL: &str = "anna@example.com";

/// A line with this rule.
async fn line(world: &World, rule: &str) -> Line {
    line_at(world, HOST, rule).await
}

async fn line_at(world: &World, host: &str, rule: &str) -> Line {
    let line = world.line_at(host, "support").await;
    world.api.patch(&line.path(""), &json!({"contact_rule": rule})).await.is(200);
    line
}

/// Anna's first message, with her number and address.
async fn anna_writes(world: &mut World, line: &Line) {
    let mut body = world.customer(line, "anna").body("a-1", "Hello");
    body["sender"]["phone"] = json!(PHONE);
    body["sender"]["email"] = json!(EMAIL);
    world.customer(line, "anna").posts(&body).await.is(202);
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(line), ["Hello"], "the message is there, whatever became of the contact");
}

/// The contact to which Anna's chat is linked at amoCRM.
fn linked_contact(world: &World, line: &Line) -> i64 {
    let chat = world.manager(line).chat_with("anna");
    let links = world.sandbox.contact_links(&line.host);
    let there: Vec<i64> = links.iter().filter(|link| link.chat_id == chat).map(|link| link.contact_id).collect();
    assert_eq!(there.len(), 1, "{links:?}");
    there[0]
}

/// What the API says of the contact of the line's only conversation.
async fn shown(world: &World, line: &Line) -> Value {
    let list = world.api.get(&line.path("/conversations")).await.is(200);
    assert_eq!(list.json["items"].as_array().unwrap().len(), 1, "{}", list.text);
    list.json["items"][0]["contact"].clone()
}

/// Id and reason of that contact.
async fn why(world: &World, line: &Line) -> (Option<i64>, Option<String>) {
    let contact = shown(world, line).await;
    let id = contact["amocrm_contact_id"].as_str().map(|id| id.parse().unwrap());
    (id, contact["why"].as_str().map(str::to_owned))
}

/// The same as a pair to compare with.
fn because(id: i64, why: &str) -> (Option<i64>, Option<String>) {
    (Some(id), Some(why.to_owned()))
}
