//! Edited messages. amoCRM reports none today, so the connector is called directly.

use std::collections::BTreeMap;

use base::i18n::{Language, Words};
use base::message::{Content, Media, Person};
use base::verdict::Verdict;
use connectors::file::SharedShelf;
use connectors::{Event, Message, Outgoing, Settings};
use parom_tests::{TelegramLine, TelegramWorld, both};
use secrecy::SecretString;
use simulator::crm::{Attachment, HookMessage};
use uuid::Uuid;

use super::{chatting, last};

async fn changes(world: &TelegramWorld, line: &TelegramLine, content: Content) -> Verdict {
    let sent = world.messages().await.into_iter().rfind(|one| one.direction == 2).unwrap();
    let person = Person { id: line.person.to_string(), ..Person::default() };
    let message = Message {
        external_id: Some(sent.external_id),
        receiver: person,
        ..Message::of(sent.id, content, world.clock.now())
    };
    let outgoing = Outgoing {
        letter_id: Uuid::from_u128(9),
        source_id: line.line.source_id,
        conversation_id: line.person.to_string(),
        last_incoming: None,
        event: Event::Edited(Box::new(message)),
        begun: String::new(),
        repeat: false,
        now: world.clock.now(),
        words: Words::new(Language::En),
        files: SharedShelf::none(),
    };
    let secrets = BTreeMap::from([("bot_token".to_owned(), SecretString::from(line.token.clone()))]);
    let settings = Settings { public: serde_json::json!({}), secrets };
    world.app().connectors.get("telegram").unwrap().send(&settings, &outgoing).await.verdict
}

async fn texts_and_captions_are_edited_in_place(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    line.manager_sends(world, HookMessage::text("Good mornign")).await;
    world.deliver_all().await;
    let done = changes(world, &line, Content::Text { text: "Good morning".into() }).await;
    assert!(matches!(done, Verdict::Done(_)), "{done:?}");
    assert_eq!((last(world, &line).text.as_str(), last(world, &line).is_edited), ("Good morning", true));
    assert_eq!(line.sent(world).len(), 1, "it is no new message");
    let again = changes(world, &line, Content::Text { text: "Good morning".into() }).await;
    assert!(matches!(again, Verdict::Done(_)), "it has this text already: {again:?}");

    line.manager_sends(world, HookMessage::attachment(Attachment::sample("picture")).caption("In bleu")).await;
    world.deliver_all().await;
    let before = last(world, &line);
    let picture = Content::Picture(Media { text: Some("In blue".into()), ..Media::default() });
    assert!(matches!(changes(world, &line, picture).await, Verdict::Done(_)));
    let after = last(world, &line);
    assert_eq!((after.id, after.kind.as_str(), after.text.as_str()), (before.id, "photo", "In blue"));
    assert_eq!(after.files[0].bytes, before.files[0].bytes, "the file stays");
}

both!(texts_and_captions_are_edited_in_place);
