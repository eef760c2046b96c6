//! Sample events: one of each kind that Parom sends.

use base::clock::Clock;
use base::message::{Button, Content, List, Marker, Markup, Media, Person, Post, Quote, Role, Row, Section, Template};
use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::Endpoint;
use crate::{Event, Message, MessageIds};

/// Longer than most messengers accept.
const LONG: usize = 20_000;
/// Difficult text: composed emoji, right-to-left, markup, characters that JSON escapes.
const TEXT: &str = "Добрый день 👩‍👩‍👧 مرحبا <b>&amp;</b> \"quoted\" \\ \u{2028}\nsecond line";
/// Used if no conversation is given.
const CONVERSATION: &str = "parom-check";

/// The participants of a check and their conversation.
#[derive(Clone)]
pub(super) struct CheckScene<'a> {
    clock: &'a Clock,
    endpoint: &'a Endpoint,
    pub conversation: String,
}

impl<'a> CheckScene<'a> {
    pub fn new(clock: &'a Clock, endpoint: &'a Endpoint) -> Self {
        let conversation = endpoint.conversation.clone().unwrap_or_else(|| CONVERSATION.to_owned());
        Self { clock, endpoint, conversation }
    }

    /// The same people without an existing conversation.
    pub fn without_dialogue(&self) -> Self {
        Self { conversation: String::new(), ..self.clone() }
    }

    /// The first message to a person without a conversation.
    pub fn begun(&self) -> Event {
        let receiver = Person { phone: Some(self.endpoint.phone.clone()), ..Person::default() };
        Event::Started(Box::new(Message { receiver, ..self.message(text("Good morning")) }))
    }

    pub fn text(&self) -> Event {
        created(self.message(text(TEXT)))
    }

    /// All further events, in an order in which they may happen.
    pub fn events(&self) -> Vec<(&'static str, Event)> {
        let first = self.message(text(TEXT));
        let id = first.id;
        let mut events = vec![("message.text", created(first))];
        events.push(("message.long", created(self.message(text(&"длинно ".repeat(LONG / 7))))));
        events.extend(self.contents().map(|(name, content)| (name, created(self.message(content)))));
        events.extend(self.dressed().map(|(name, message)| (name, created(message))));
        let edited = Message { id, ..self.message(text("Good evening")) };
        events.push(("message.edited", Event::Edited(Box::new(edited))));
        let until = self.now() + Duration::seconds(5);
        events.push(("typing", Event::Typing { sender: manager(), until }));
        events.push(("reaction.set", reaction(id, Some("👍"))));
        events.push(("reaction.taken_back", reaction(id, None)));
        events
    }

    fn contents(&self) -> impl Iterator<Item = (&'static str, Content)> {
        let file = |name: &str, kind: &str| Media {
            media_url: self.endpoint.media_url.clone(),
            file_name: name.to_owned(),
            file_size: 12_345,
            mime_type: Some(kind.to_owned()),
            ..Media::default()
        };
        let captioned = Media { text: Some(TEXT.to_owned()), ..file("picture.jpg", "image/jpeg") };
        let long = Media { duration: Some(7), ..file("video.mp4", "video/mp4") };
        let sticker = Media { sticker_id: Some("parom-check".to_owned()), ..file("sticker.webp", "image/webp") };
        let grouped = |name: &str| Media { group_id: Some("parom-check".to_owned()), ..file(name, "image/jpeg") };
        [
            ("message.picture", Content::Picture(captioned)),
            ("message.video", Content::Video(long)),
            ("message.file", Content::File(file("договор №1.pdf", "application/pdf"))),
            ("message.voice", Content::Voice(Media { duration: Some(3), ..file("voice.ogg", "audio/ogg") })),
            ("message.audio", Content::Audio(Media { duration: Some(180), ..file("song.mp3", "audio/mpeg") })),
            ("message.sticker", Content::Sticker(sticker)),
            ("message.location", Content::Location { latitude: 55.753_93, longitude: 37.620_795 }),
            ("message.contact", Content::Contact { name: "Anna".to_owned(), phone: "+79150000000".to_owned() }),
            ("message.group_first", Content::Picture(grouped("one.jpg"))),
            ("message.group_second", Content::Picture(grouped("two.jpg"))),
        ]
        .into_iter()
    }

    /// Messages with everything that can accompany a text.
    fn dressed(&self) -> impl Iterator<Item = (&'static str, Message)> {
        let plain = || self.message(text("Good morning"));
        let quote = || Quote {
            content: Some(text("Hello")),
            sender: Some(Person { name: Some("Anna".to_owned()), ..Person::default() }),
            sent_at: Some(self.clock.millis() - 60_000),
            ..Quote::default()
        };
        let ours = Quote { message_id: Some(self.clock.uuid_v7()), ..quote() };
        let bot = Person { role: Role::Bot, name: Some("Acme".to_owned()), ..manager() };
        [
            ("message.by_bot", Message { sender: bot, ..plain() }),
            ("message.buttons", Message { markup: Some(buttons()), ..plain() }),
            ("message.list", Message { markup: Some(list()), ..plain() }),
            ("message.template", Message { template: Some(template()), ..plain() }),
            ("message.quote", Message { reply_to: Some(ours.clone()), ..plain() }),
            ("message.quote_told", Message { reply_to: Some(quote()), ..plain() }),
            ("message.forward", Message { forward: Some(quote()), ..plain() }),
            ("message.comment", Message { post: Some(post()), ..plain() }),
        ]
        .into_iter()
    }

    fn message(&self, content: Content) -> Message {
        let customer = Person { id: CONVERSATION.to_owned(), name: Some("Anna".to_owned()), ..Person::default() };
        Message {
            sender: manager(),
            receiver: Person { phone: Some(self.endpoint.phone.clone()), ..customer },
            ..Message::of(self.clock.uuid_v7(), content, self.now())
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

fn created(message: Message) -> Event {
    Event::Created(Box::new(message))
}

fn text(text: &str) -> Content {
    Content::Text { text: text.to_owned() }
}

fn manager() -> Person {
    Person { id: "76fc2bea-902f-425c-9a3d-dcdac4766090".to_owned(), role: Role::Manager, ..Person::default() }
}

fn reaction(message_id: Uuid, emoji: Option<&str>) -> Event {
    let message = MessageIds { id: message_id, external_id: None };
    Event::Reaction { message, sender: manager(), emoji: emoji.map(str::to_owned) }
}

fn buttons() -> Markup {
    let button = |text: &str, url: Option<&str>| Button { text: text.to_owned(), url: url.map(str::to_owned) };
    let site = button("Site", Some("https://example.com/"));
    Markup::Buttons(vec![vec![button("Yes", None), button("No", None)], vec![site]])
}

fn list() -> Markup {
    let row = |id: &str| Row { id: id.to_owned(), title: format!("Size {id}"), description: String::new() };
    Markup::List(List {
        header: "Sizes".to_owned(),
        body: "Which one?".to_owned(),
        footer: String::new(),
        button: "Choose".to_owned(),
        sections: vec![Section { title: "Small".to_owned(), rows: vec![row("s"), row("m")] }],
    })
}

fn template() -> Template {
    let param = Marker { key: "{{contact.name}}".to_owned(), value: "Anna".to_owned() };
    Template {
        id: "7103".to_owned(),
        external_id: Some("greeting".to_owned()),
        content: "Good morning, {{contact.name}}".to_owned(),
        params: vec![param],
    }
}

fn post() -> Post {
    Post { id: "post-1".to_owned(), url: Some("https://example.com/post-1".to_owned()), ..Post::default() }
}
