//! Everything that a manager or a bot can do in amoCRM, on its way to the messenger.

pub mod documented;
mod documents;
mod kinds;
mod live;
mod visitor;

use parom_tests::World;
use reqwest::Method;
use serde_json::{Value, json};

/// The last webhook.
fn last(world: &World) -> Value {
    world.messenger.received().last().expect("a webhook").body.clone()
}

/// The message of the last webhook.
fn message(world: &World) -> Value {
    last(world)["data"]["message"].clone()
}

/// The last content, with the link to its file taken out and returned.
fn content(world: &World) -> (Value, String) {
    let mut content = message(world)["content"].clone();
    let link = content["media_url"].as_str().unwrap_or_default().to_owned();
    if !link.is_empty() {
        content["media_url"] = json!("a link");
    }
    (content, link)
}

/// The file that a link of ours lends out.
async fn lent(world: &World, link: &str) -> Vec<u8> {
    let path = link.strip_prefix(&world.api.base()).expect("a link of ours");
    let file = world.api.anonymous(Method::GET, path).send().await.unwrap();
    assert_eq!(file.status(), 200, "{link}");
    file.bytes().await.unwrap().to_vec()
}

/// Our id of the last message that a manager wrote.
async fn last_id(world: &World) -> String {
    world.messages().await.into_iter().rfind(|message| message.direction == 2).unwrap().id.to_string()
}
