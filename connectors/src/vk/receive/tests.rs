//! Every sample body (tests/fixtures/vk) with its result; and altered bodies, none of which may cause a panic.

use base::i18n::Language;
use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::json;
use url::Url;

use super::*;
use crate::fake::{Answer, Fake};
use crate::tests::bodies::{self, body, hold, mangle, says};
use crate::vk::fake;

/// A community that reads, and the VK it asks.
struct Stage {
    fake: Fake,
    api: VkApi,
    people: People,
    seen: Seen,
}

impl Stage {
    async fn start() -> Self {
        let fake = fake::start().await;
        let api = api(&fake.base);
        Self { fake, api, people: People::default(), seen: Seen::default() }
    }

    async fn read(&self, body: &str) -> Result<Vec<InboundEvent>, NotReceived> {
        let words = Words::new(Language::En);
        receive(&self.api, &self.people, &self.seen, &settings(), body.as_bytes(), words).await
    }

    /// A person as described on the way to amoCRM.
    async fn described(&self, id: i64) -> Option<Person> {
        let (settings, words) = (settings(), Words::new(Language::En));
        let community = Community::of(&settings).unwrap();
        Asking { api: &self.api, people: &self.people, community, words }.described(id).await
    }
}

fn api(base: &Url) -> VkApi {
    VkApi::new(&crate::fake::http(), base)
}

fn settings() -> Settings {
    let secrets = [("access_token".to_owned(), SecretString::from("vk1.a.0123456789abcdef"))].into();
    Settings { public: json!({ "group_id": 223_344_556 }), secrets }
}

#[tokio::test]
async fn every_sample_becomes_what_the_table_says() {
    let read = async |body: String| format!("{:?}", Stage::start().await.read(&body).await.unwrap());
    bodies::become_what_the_table_says("vk", read).await;
}

#[tokio::test]
async fn changed_samples_become_something_else() {
    for (name, from, to, words) in [
        ("text", "712345678,", "\"712345678\",", "\"712345678:9001\""),
        // A message that is marked as deleted cannot be written to again.
        ("wall_reply_new", "wall_reply_new", "wall_reply_restore", "\"wall-223344556_77:81/restored\""),
        ("message_read", "\"from_id\": 712345678", "\"from_id\": -223344556", "[Nothing(\"own_reading\")]"),
    ] {
        let changed = body("vk", name).replace(from, to);
        says(name, &format!("{:?}", Stage::start().await.read(&changed).await.unwrap()), &[words]);
    }
    let stage = Stage::start().await;
    stage.seen.sends(223_344_556, 1_804_289_383).await;
    let own = body("vk", "message_reply_own");
    assert_eq!(stage.read(&own).await.unwrap(), [InboundEvent::Nothing("echo")]);
    let admins = own.replace("\"random_id\"", "\"admin_author_id\": 42, \"random_id\"");
    assert!(matches!(stage.read(&admins).await.unwrap()[..], [InboundEvent::Wrote(_)]), "a person wrote it");
    for wrong in ["", "[]", "{", "\"ok\"", "1", &format!("{{\"object\":{}", "[".repeat(10_000))] {
        assert_eq!(stage.read(wrong).await, Err(NotReceived::Unreadable), "{wrong}");
    }
}

#[tokio::test]
async fn edits_are_known_by_their_content() {
    let stage = Stage::start().await;
    let key = async |body: String| match &stage.read(&body).await.unwrap()[..] {
        [InboundEvent::Changed(changed)] => changed.key.clone(),
        other => panic!("{other:?}"),
    };
    let edit = body("vk", "message_edit");
    let first = key(edit.clone()).await;
    assert_eq!(key(edit.clone()).await, first);
    assert_ne!(key(edit.replace("доставка", "сборка")).await, first);
}

#[test]
fn nothing_in_a_body_breaks_its_reader() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut stage = runtime.block_on(Stage::start());
    // A VK that does not answer.
    stage.api = api(&Url::parse("http://127.0.0.1:1").unwrap());
    mangle(1024, &bodies::all("vk"), json!("9007199254740993"), |_, body| {
        let told = runtime.block_on(stage.read(body)).unwrap_or_default();
        hold(&told)?;
        for one in told {
            if let InboundEvent::Wrote(written) = one {
                let id = written.external_id;
                prop_assert!(id.len() <= 255);
                prop_assert!(MessageId::parse(&id).is_some() || PostId::of_comment(&id).is_some(), "{}", id);
                prop_assert!(written.conversation_id.parse::<i64>().is_ok_and(|peer| peer != 0));
            }
        }
        Ok(())
    });
}

#[tokio::test]
async fn an_event_waits_for_no_name_and_a_name_is_asked_for_once() {
    let stage = Stage::start().await;
    stage.read(&body("vk", "text")).await.unwrap();
    assert!(stage.fake.methods().is_empty());
    stage.fake.answers("users.get", fake::refused(10, "Internal server error"));
    for name in [None, Some("Maria Kovaleva"), Some("Maria Kovaleva")] {
        assert_eq!(stage.described(712_345_678).await.and_then(|person| person.name).as_deref(), name);
    }
    assert_eq!(stage.fake.methods(), ["users.get", "users.get"]);
    let events = format!("{:?}", stage.read(&body("vk", "text")).await.unwrap());
    says("text", &events, &["Maria Kovaleva", "https://sun.vk.test/maria.jpg"]);
    let titled = json!({ "items": [{ "chat_settings": { "title": "Team" } }] });
    stage.fake.answers("messages.getConversationsById", fake::done(titled));
    assert_eq!(stage.described(2_000_000_004).await.unwrap().name.as_deref(), Some("Team"));
    let silent = Stage::start().await;
    silent.fake.answers("users.get", Answer::Reset);
    for id in [712_345_678, 712_345_679, 2_000_000_004] {
        assert_eq!(silent.described(id).await, None, "VK is not asked for each message");
    }
    assert_eq!(silent.fake.methods(), ["users.get"]);
}

#[tokio::test]
async fn a_reaction_finds_its_message_by_either_number() {
    let stage = Stage::start().await;
    let found = json!({ "count": 1, "items": [{ "id": 9000, "peer_id": 712_345_678, "conversation_message_id": 16 }] });
    stage.fake.answers("messages.getByConversationMessageId", fake::done(found));
    for (name, emoji) in [("reaction_set", Some("👍")), ("reaction_removed", None)] {
        let events = stage.read(&body("vk", name)).await.unwrap();
        let [InboundEvent::Reacted(reacted)] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!((reacted.message.as_str(), reacted.emoji.as_deref()), ("712345678:9000", emoji));
    }
    assert_eq!(stage.fake.methods(), ["messages.getByConversationMessageId"], "it is remembered");
}
