//! Every sample body (tests/fixtures/vk) with its result; and altered bodies, none of which may cause a panic.

mod comments;
mod mangled;
mod messages;
mod signals;

use base::config::Config;
use base::http_client::HttpClients;
use base::i18n::Language;
use base::message::{Content, Media, Person};
use secrecy::SecretString;
use serde_json::json;
use url::Url;

use super::*;
use crate::incoming::IncomingMessage;
use crate::tests::fixtures;
use crate::vk::fake::Fake;

/// A community that reads, and the VK it asks.
struct Stage {
    fake: Fake,
    api: VkApi,
    people: People,
    seen: Seen,
}

impl Stage {
    async fn start() -> Self {
        let fake = Fake::start().await;
        let api = api(&fake.base);
        Self { fake, api, people: People::default(), seen: Seen::default() }
    }

    async fn read(&self, body: &str) -> Result<Vec<InboundEvent>, NotReceived> {
        let parts = (&self.api, &self.people, &self.seen);
        receive(parts, &settings(), body.as_bytes(), Words::new(Language::En)).await
    }

    /// A person as described on the way to amoCRM.
    async fn described(&self, id: i64) -> Option<Person> {
        let (settings, words) = (settings(), Words::new(Language::En));
        let community = Community::of(&settings).unwrap();
        Asking { api: &self.api, people: &self.people, community, words }.described(id).await
    }
}

fn api(base: &Url) -> VkApi {
    let http = HttpClients::new(&Config::from_toml("").unwrap().network).unwrap();
    VkApi::new(&http, base)
}

fn settings() -> Settings {
    let secrets = [("access_token".to_owned(), SecretString::from("vk1.a.0123456789abcdef"))].into();
    Settings { public: json!({ "group_id": 223_344_556 }), secrets }
}

/// A body of the fixtures.
fn body(name: &str) -> String {
    fixtures::body("vk", name)
}

/// The names of all events among the fixtures.
fn names() -> Vec<String> {
    fixtures::names("vk")
}

/// The events of a fixture's body, in English.
async fn read(name: &str) -> Vec<InboundEvent> {
    Stage::start().await.read(&body(name)).await.unwrap_or_else(|why| panic!("{name}: {why:?}"))
}

/// The messages in a fixture's body.
async fn all(name: &str) -> Vec<IncomingMessage> {
    let events = read(name).await.into_iter();
    let written = events.filter_map(|event| match event {
        InboundEvent::Wrote(written) => Some(*written),
        _ => None,
    });
    written.collect()
}

/// The only message in a fixture's body.
async fn written(name: &str) -> IncomingMessage {
    let mut all = all(name).await;
    assert_eq!(all.len(), 1, "{name}: {all:#?}");
    all.remove(0)
}

async fn text(name: &str) -> String {
    match written(name).await.body.content {
        Content::Text { text } => text,
        other => panic!("{name}: {other:?}"),
    }
}

async fn media(name: &str, kind: &str) -> Media {
    let content = written(name).await.body.content;
    assert_eq!(content.kind(), kind, "{name}");
    content.media().cloned().unwrap_or_else(|| panic!("{name} has no file"))
}

async fn one(name: &str) -> InboundEvent {
    let [event] = <[InboundEvent; 1]>::try_from(read(name).await).unwrap_or_else(|all| panic!("{name}: {all:?}"));
    event
}
