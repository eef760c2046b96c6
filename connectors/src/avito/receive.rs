//! Converts Avito's posts to events (avito §5).

use base::i18n::{LocalizedText, Words};
use base::message::{Body, Content, Media, Person, Quote, Role, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Avito;
use super::chats::{Scene, buyer};
use super::send::OwnSend;
use super::settings::Account;
use super::wire::{Chat, Item, Link, Location, Message, Post, SharedItem};
use crate::Settings;
use crate::incoming::{InboundEvent, IncomingMessage, NotReceived, StatusReport};
use crate::receiving::{self, above};

/// The seller's account, and the language of texts that Parom adds.
pub(super) struct Listener<'a> {
    pub account: &'a Account<'a>,
    pub words: Words,
}

/// Converts one webhook call.
pub(super) async fn receive(
    avito: &Avito,
    settings: &Settings,
    body: &[u8],
    words: Words,
) -> Result<Vec<InboundEvent>, NotReceived> {
    let raw: Value = serde_json::from_slice(body).map_err(|_| NotReceived::Unreadable)?;
    let Some(payload) = Post::deserialize(&raw).map_err(|_| NotReceived::Unreadable)?.payload else {
        // Avito sends `{}` to check that the address answers (avito §5).
        let is_ping = raw.as_object().is_some_and(serde_json::Map::is_empty);
        return Ok(vec![if is_ping { InboundEvent::Nothing("ping") } else { InboundEvent::Unknown("post") }]);
    };
    if payload.r#type != "message" {
        return Ok(vec![InboundEvent::Unknown("payload")]);
    }
    let message = Message::deserialize(payload.value).map_err(|_| NotReceived::Unreadable)?;
    let account = Account::of(settings).ok_or(NotReceived::Unreadable)?;
    let listener = Listener { account: &account, words };
    if let Some(settled) = listener.without_asking(&message) {
        return Ok(vec![settled]);
    }
    let is_own = account.is_own(&message.author_id);
    if is_own && let Some(event) = own_send(avito, &account, &message).await {
        return Ok(vec![event]);
    }
    let scene = avito.chats.scene(&avito.api, &account, &message).await;
    let mut events = Vec::new();
    if account.since.is_none() {
        let value = json!(message.created);
        events.push(InboundEvent::Learned { part: "avito", key: "since".to_owned(), value });
    }
    let Scene { chat, advert, .. } = scene;
    events.push(InboundEvent::Wrote(Box::new(listener.message(&message, chat.as_deref(), advert.as_ref()))));
    Ok(events)
}

/// The event for a seller's message that this process sent. None if it was written in Avito's application.
async fn own_send(avito: &Avito, account: &Account<'_>, message: &Message) -> Option<InboundEvent> {
    match avito.sends.recognise(account, message).await? {
        OwnSend::Answered => Some(InboundEvent::Nothing("own_send")),
        // The call ended without an answer; now the message is known to have arrived.
        OwnSend::Unanswered(letter_id) => Some(InboundEvent::Status(Box::new(StatusReport {
            letter_id: Some(letter_id),
            message: message.id.to_string(),
            state: State::Delivered,
            failure: None,
            at: message.created.checked_mul(1000),
        }))),
    }
}

/// A message from the history. None for those that are left out.
pub(super) fn read_old(
    listener: &Listener<'_>,
    message: &Message,
    chat: &Chat,
    advert: Option<&Item>,
) -> Option<IncomingMessage> {
    if listener.without_asking(message).is_some() {
        return None;
    }
    let mut written = listener.message(message, Some(chat), advert);
    if let Some(opposite) = written.room.take() {
        written.body.receiver = Some(opposite);
    }
    Some(written)
}

impl Listener<'_> {
    /// The event, if the message alone decides it.
    fn without_asking(&self, message: &Message) -> Option<InboundEvent> {
        let is_foreign = !message.user_id.is_empty()
            && !self.account.user_id.is_empty()
            && message.user_id.as_str() != self.account.user_id;
        if is_foreign {
            return Some(InboundEvent::Unknown("account"));
        }
        if message.id.is_empty() || message.chat_id.is_empty() {
            return Some(InboundEvent::Unknown("message"));
        }
        match (message.r#type.as_str(), message.chat_type.as_str()) {
            ("deleted", _) => Some(InboundEvent::TookBack { pieces: vec![message.id.to_string()] }),
            // Messages of Avito's bots are not written by a customer (avito §5.4).
            ("system", _) => Some(InboundEvent::Nothing("system")),
            (_, "a2u") => Some(InboundEvent::Nothing("avito_chat")),
            _ if message.author_id.is_avito() => Some(InboundEvent::Nothing("system")),
            _ => None,
        }
    }

    fn message(&self, message: &Message, chat: Option<&Chat>, advert: Option<&Item>) -> IncomingMessage {
        let is_own = self.account.is_own(&message.author_id);
        let (sender, receiver) = if is_own {
            let opposite = chat.and_then(|chat| chat.buyer(self.account));
            let seller = Person { id: message.author_id.to_string(), role: Role::Manager, ..Person::default() };
            (seller, opposite.map(|user| buyer(&user.id, Some(user), self.words)))
        } else {
            let user = chat.and_then(|chat| chat.user(&message.author_id));
            (buyer(&message.author_id, user, self.words), None)
        };
        // The seller's own message in a chat that Avito does not describe goes to the chat's known contact; without
        // one, a conversation is created by the chat's id.
        let room = (is_own && receiver.is_none()).then(|| buyer(&message.chat_id, None, self.words));
        let (mut content, mut caption) = self.content(message);
        let advert = advert.map(|advert| self.advert(advert));
        if let Some(advert) = &advert {
            above(advert, "\n\n", &mut content, &mut caption);
        }
        let reply_to = message.quote.as_ref().filter(|quote| !quote.id.is_empty());
        let reply_to = reply_to.map(|quote| Quote { external_id: Some(quote.id.to_string()), ..Quote::default() });
        IncomingMessage {
            external_id: message.id.to_string(),
            conversation_id: message.chat_id.to_string(),
            sent_at: message.created.checked_mul(1000).filter(|at| *at > 0),
            body: Body { receiver, caption, above: advert, reply_to, ..Body::new(sender, content) },
            room,
        }
    }

    /// A text that Parom adds to a customer's message, with plain spaces instead of no-break ones.
    fn text(&self, key: &'static str, with: &[(&'static str, &str)]) -> String {
        let said = with.iter().fold(LocalizedText::new(key), |said, (name, text)| said.with(name, *text));
        said.plain(self.words, "")
    }
}

// Converts the content of a message, by kind (avito §5.2).

impl Listener<'_> {
    /// The content, and text that accompanies a location. Never empty: what cannot be shown is replaced by a text that
    /// explains it.
    pub(super) fn content(&self, message: &Message) -> (Content, Option<String>) {
        let content = &message.content;
        let found = match message.r#type.as_str() {
            "text" => content.text.clone().filter(|text| !text.trim().is_empty()).map(text),
            "image" => content.image.as_ref().and_then(|image| image.largest()).map(|link| picture(message, link)),
            "voice" => {
                content.voice.as_ref().map(|voice| voice.voice_id.as_str()).filter(|id| !id.is_empty()).map(voice)
            }
            "link" => content.link.as_ref().and_then(linked).map(text),
            "item" => content.item.as_ref().map(|item| text(self.shared_item(item))),
            "location" => content.location.as_ref().and_then(location),
            "call" => {
                let is_missed = content.call.as_ref().is_none_or(|call| call.status == "missed");
                Some(text(self.text(if is_missed { "avito-in-missed-call" } else { "avito-in-call" }, &[])))
            }
            "appCall" => Some(text(self.text("avito-in-call", &[]))),
            "file" => Some(text(self.text("avito-in-file", &[]))),
            "video" => Some(text(self.text("avito-in-video", &[]))),
            _ => None,
        };
        // A message of an unknown type may still contain text.
        let spoken = || content.text.clone().filter(|text| !text.trim().is_empty()).map(text);
        found.or_else(spoken).unwrap_or_else(|| text(self.text("avito-in-unknown", &[])))
    }

    /// The advert above a chat's first message.
    pub(super) fn advert(&self, item: &Item) -> String {
        let about = self.text("avito-in-about", &[("title", named(&item.title, &item.price_string).as_str())]);
        lines(&[&about, &item.url])
    }

    fn shared_item(&self, item: &SharedItem) -> String {
        let shown = self.text("avito-in-item", &[("title", named(&item.title, &item.price_string).as_str())]);
        lines(&[&shown, &item.item_url])
    }
}

fn text(text: String) -> (Content, Option<String>) {
    (Content::Text { text }, None)
}

fn picture(message: &Message, link: &str) -> (Content, Option<String>) {
    let media =
        Media { media_url: link.to_owned(), file_name: format!("photo_{}.jpg", message.id), ..Media::default() };
    (Content::Picture(media), None)
}

/// Opus in MP4 (avito §5.3).
fn voice(id: &str) -> (Content, Option<String>) {
    let media = Media {
        file_name: "voice.mp4".to_owned(),
        mime_type: Some("audio/mp4".to_owned()),
        reference: Some(format!("voice:{id}")),
        ..Media::default()
    };
    (Content::Voice(media), None)
}

fn linked(link: &Link) -> Option<String> {
    let (said, url) = (link.text.trim(), link.url.trim());
    let is_same = said.trim_end_matches('/') == url.trim_end_matches('/');
    let text = if is_same { url.to_owned() } else { lines(&[said, url]) };
    Some(text).filter(|text| !text.is_empty())
}

fn location(location: &Location) -> Option<(Content, Option<String>)> {
    let place = [&location.text, &location.title].into_iter().map(|text| text.trim()).find(|text| !text.is_empty());
    let place = place.map(str::to_owned);
    match receiving::place(location.lat, location.lon) {
        Some(content) => Some((content, place)),
        None => place.map(text),
    }
}

/// A title with its price.
fn named(title: &str, price: &str) -> String {
    // Prices have non-breaking spaces.
    let price = price.replace('\u{a0}', " ");
    let parts = [title.trim(), price.trim()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn lines(lines: &[&str]) -> String {
    lines.iter().filter(|line| !line.is_empty()).copied().collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
