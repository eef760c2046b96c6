//! Converts webhooks to events (instagram-and-facebook §4 to instagram-and-facebook §8). Bodies are parsed leniently:
//! ids may be numbers, anything may be null or missing.

use base::i18n::Words;
use base::message::{Body, Content, Person, Post, Quote, Role, State};
use serde_json::Value;
use uuid::Uuid;

use super::graph::{COMMENT, letter_of, text_of};
use super::settings::Account;
use super::{Meta, files};
use crate::incoming::{
    AdvertIds, Began, ButtonPress, EditedMessage, InboundEvent, IncomingMessage, NotReceived, Reacted, StatusReport,
    StatusUpTo, advert_mark,
};
use crate::{PressedButton, Settings};
use content::Piece;

mod content;

/// The receiving account.
struct Listener<'a> {
    meta: &'a Meta,
    account: Account<'a>,
    words: Words,
}

/// Converts one call.
pub(super) async fn receive(
    meta: &Meta,
    settings: &Settings,
    body: &[u8],
    words: Words,
) -> Result<Vec<InboundEvent>, NotReceived> {
    let whole: Value = serde_json::from_slice(body).map_err(|_| NotReceived::Unreadable)?;
    let account = Account::of(meta.platform, settings).ok_or(NotReceived::Unreadable)?;
    let entries = whole.get("entry").and_then(Value::as_array).ok_or(NotReceived::Unreadable)?;
    if text_of(&whole, "object").as_deref() != Some(meta.platform.object) {
        return Ok(vec![InboundEvent::Unknown("object")]);
    }
    let listener = Listener { meta, account, words };
    let mut events = Vec::new();
    for entry in entries {
        // An own app has one callback for all its accounts (instagram-and-facebook §3); this source is for one of them.
        if text_of(entry, "id").as_deref() != Some(account.id) {
            events.push(InboundEvent::Unknown("other_account"));
            continue;
        }
        for list in ["messaging", "standby"] {
            for event in entry.get(list).and_then(Value::as_array).into_iter().flatten() {
                events.extend(listener.chat(event).await);
            }
        }
        for change in entry.get("changes").and_then(Value::as_array).into_iter().flatten() {
            events.extend(listener.change(change, entry).await);
        }
    }
    Ok(if events.is_empty() { vec![InboundEvent::Unknown("entry")] } else { events })
}

/// A non-empty id.
fn id_of(value: &Value, name: &str) -> Option<String> {
    text_of(value, name).filter(|id| !id.is_empty() && !id.contains(char::is_whitespace))
}

/// A time in milliseconds. Meta's test events send it as text, comments in seconds.
fn millis(value: Option<&Value>) -> Option<i64> {
    let at = match value? {
        Value::Number(number) => number.as_i64()?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    let at = if at < 100_000_000_000 { at.checked_mul(1000)? } else { at };
    (at > 0).then_some(at)
}

// Events of a chat (instagram-and-facebook §5 to instagram-and-facebook §7).

/// Events that are understood, but irrelevant.
const IGNORED: [&str; 12] = [
    "account_linking",
    "app_roles",
    "game_play",
    "message_context",
    "messaging_feedback",
    "optin",
    "pass_thread_control",
    "pass_thread_metadata",
    "policy_enforcement",
    "request_thread_control",
    "response_feedback",
    "take_thread_control",
];

/// Maximum number of messages that one of Meta's becomes: its text, ten attachments and a story. Which of them exist is
/// not known when it is deleted.
const PIECES: usize = 12;

/// The participants and the time of an event.
struct Scene {
    /// The customer's id, which is also the conversation's.
    customer: String,
    at: Option<i64>,
    /// Whether the business wrote it.
    is_ours: bool,
}

impl Listener<'_> {
    /// One event of `messaging`.
    pub(super) async fn chat(&self, event: &Value) -> Vec<InboundEvent> {
        let Some(scene) = self.scene(event) else { return vec![InboundEvent::Unknown("participants")] };
        let found = |name: &str| event.get(name).filter(|value| value.is_object());
        if let Some(message) = found("message") {
            return self.message(message, &scene).await;
        }
        if let Some(edit) = found("message_edit") {
            return vec![self.edited(edit, &scene).await];
        }
        if let Some(reaction) = found("reaction") {
            return vec![self.reacted(reaction, &scene).await];
        }
        if let Some(postback) = found("postback") {
            return self.pressed(postback, &scene).await;
        }
        if let Some(referral) = found("referral") {
            return vec![self.began(referral, &scene).await];
        }
        if let Some(read) = found("read") {
            let (message, until) = (id_of(read, "mid"), millis(read.get("watermark")));
            return vec![up_to(&scene, message, until, State::Read)];
        }
        if let Some(delivery) = found("delivery") {
            return delivered(delivery, &scene);
        }
        let is_ignored = IGNORED.iter().any(|name| event.get(name).is_some());
        vec![if is_ignored { InboundEvent::Nothing("service") } else { InboundEvent::Unknown("messaging") }]
    }

    fn scene(&self, event: &Value) -> Option<Scene> {
        let (sender, recipient) = (id_of(event.get("sender")?, "id")?, id_of(event.get("recipient")?, "id")?);
        let is_ours = sender == self.account.id;
        let customer = if is_ours { recipient } else { sender };
        // A message of the account to itself has no customer.
        let is_real = customer != self.account.id;
        is_real.then(|| Scene { customer, at: millis(event.get("timestamp")), is_ours })
    }

    async fn message(&self, message: &Value, scene: &Scene) -> Vec<InboundEvent> {
        let Some(mid) = id_of(message, "mid") else { return vec![InboundEvent::Unknown("message")] };
        let is = |name: &str| message.get(name).and_then(Value::as_bool) == Some(true);
        if is("is_deleted") {
            let pieces = (0..PIECES).map(|place| piece_id(&mid, place)).collect();
            return vec![InboundEvent::TookBack { pieces }];
        }
        if (is("is_echo") || scene.is_ours)
            && let Some(own) = self.own_echo(message, &mid, scene).await
        {
            return vec![own];
        }
        let mut events = Vec::new();
        if let Some(referral) =
            message.get("referral").filter(|_| !scene.is_ours && message.pointer("/referral/ref").is_some())
        {
            events.push(self.began(referral, scene).await);
        }
        let pieces = self.pieces(message);
        if pieces.is_empty() {
            events.push(InboundEvent::Nothing("empty"));
        }
        let data = message.pointer("/quick_reply/payload").and_then(Value::as_str).unwrap_or_default();
        for (place, piece) in pieces.into_iter().enumerate() {
            let written = self.written(piece_id(&mid, place), piece, message, scene).await;
            events.push(if place == 0 && !scene.is_ours { press_or_text(written, data) } else { wrote(written) });
        }
        events
    }

    /// A message that Parom itself sent, recognised by its mark, its app or the cache (instagram-and-facebook §5). None
    /// if another program or a person wrote it.
    async fn own_echo(&self, message: &Value, mid: &str, scene: &Scene) -> Option<InboundEvent> {
        let metadata = text_of(message, "metadata").unwrap_or_default();
        if let Some(letter) = letter_of(&metadata) {
            // The answer to the call may have been lost; the echo confirms the same.
            return Some(letter.map_or(InboundEvent::Nothing("echo"), |letter_id| {
                status(Some(letter_id), mid, State::Sent, scene.at)
            }));
        }
        let app = text_of(message, "app_id");
        let own = self.account.fact("/bot/app_id").and_then(Value::as_str);
        let vendors = self.meta.vendor.as_ref().and_then(|vendor| vendor.app_id.as_deref());
        if app.as_deref().is_some_and(|app| own == Some(app) || vendors == Some(app)) {
            return Some(InboundEvent::Nothing("echo"));
        }
        let memory = &self.meta.memory;
        let sent = memory.sent.contains_key(&(self.account.id.to_owned(), mid.to_owned()));
        let text = text_of(message, "text").unwrap_or_default();
        let key = (self.account.id.to_owned(), scene.customer.clone(), text);
        if sent {
            return Some(InboundEvent::Nothing("echo"));
        }
        // Echoes on Instagram name no app.
        let letter = if app.is_none() { memory.sending.remove(&key).await? } else { return None };
        Some(
            letter
                .map_or(InboundEvent::Nothing("echo"), |letter_id| status(Some(letter_id), mid, State::Sent, scene.at)),
        )
    }

    async fn written(&self, id: String, piece: Piece, message: &Value, scene: &Scene) -> IncomingMessage {
        let customer = self.customer(&scene.customer, scene.at).await;
        let (sender, receiver) = if scene.is_ours {
            (self.business(), Some(Person { avatar_reference: None, ..customer }))
        } else {
            (customer, None)
        };
        let quoted = message.pointer("/reply_to/mid").and_then(Value::as_str).filter(|mid| !mid.is_empty());
        let reply_to = quoted.map(|mid| Quote { external_id: Some(mid.to_owned()), ..Quote::default() });
        let body = Body { receiver, reply_to, shared_post: piece.shared, ..Body::new(sender, piece.content) };
        self.at(id, scene, body)
    }

    fn at(&self, external_id: String, scene: &Scene, body: Body) -> IncomingMessage {
        let conversation_id = scene.customer.clone();
        IncomingMessage { external_id, conversation_id, sent_at: scene.at, body, room: None }
    }

    async fn edited(&self, edit: &Value, scene: &Scene) -> InboundEvent {
        // Instagram also reports new messages as edits, with neither a text nor a count (instagram-and-facebook §6).
        let (Some(mid), Some(text)) = (id_of(edit, "mid"), text_of(edit, "text").filter(|text| !text.is_empty()))
        else {
            return InboundEvent::Nothing("message_edit");
        };
        let count = text_of(edit, "num_edit").unwrap_or_default();
        let key = format!("{mid}:{count}:{}", scene.at.unwrap_or_default());
        let piece = Piece::from(Content::Text { text });
        let written = self.written(mid, piece, &Value::Null, scene).await;
        InboundEvent::Changed(Box::new(EditedMessage { written, key, at: scene.at }))
    }

    async fn reacted(&self, reaction: &Value, scene: &Scene) -> InboundEvent {
        let Some(message) = id_of(reaction, "mid") else { return InboundEvent::Unknown("reaction") };
        if scene.is_ours {
            return InboundEvent::Nothing("own_reaction");
        }
        let is_set = text_of(reaction, "action").as_deref() != Some("unreact");
        let given = text_of(reaction, "emoji").filter(|emoji| !emoji.is_empty());
        let emoji = given.or_else(|| text_of(reaction, "reaction").and_then(|word| emoji_of(&word)));
        let emoji = emoji.filter(|_| is_set);
        let key = format!("{message}:{}:{}", scene.at.unwrap_or_default(), emoji.as_deref().unwrap_or("-"));
        let sender = self.customer(&scene.customer, scene.at).await;
        InboundEvent::Reacted(Box::new(Reacted { message, sender, emoji, key, at: scene.at }))
    }

    /// A pressed button, Get started, or an ice breaker.
    async fn pressed(&self, postback: &Value, scene: &Scene) -> Vec<InboundEvent> {
        let mut events = Vec::new();
        if let Some(referral) = postback.get("referral").filter(|value| value.is_object()) {
            events.push(self.began(referral, scene).await);
        }
        let title = text_of(postback, "title").unwrap_or_default();
        let data = text_of(postback, "payload").unwrap_or_default();
        if title.trim().is_empty() && data.is_empty() {
            events.push(InboundEvent::Nothing("postback"));
            return events;
        }
        let id = format!("postback:{}:{}", id_of(postback, "mid").unwrap_or_default(), scene.at.unwrap_or_default());
        let text = if title.trim().is_empty() { self.say("incoming-button") } else { title };
        let piece = Piece::from(Content::Text { text });
        events.push(press_or_text(self.written(id, piece, &Value::Null, scene).await, &data));
        events
    }

    /// A person came through a link or an advertisement.
    async fn began(&self, referral: &Value, scene: &Scene) -> InboundEvent {
        let mark = text_of(referral, "ref").filter(|mark| !mark.is_empty());
        let ad = referral.pointer("/ads_context_data/ad_title").and_then(Value::as_str);
        let id = text_of(referral, "ad_id").map(|id| format!("{}{id}", AdvertIds::AD));
        let mark = advert_mark(mark.as_deref().or(ad), [id.as_deref()]);
        let customer = self.customer(&scene.customer, scene.at).await;
        InboundEvent::Began(Box::new(Began { conversation_id: scene.customer.clone(), customer, mark, greets: false }))
    }
}

/// The id of a message that is created from the piece at this place.
fn piece_id(mid: &str, place: usize) -> String {
    if place == 0 { mid.to_owned() } else { format!("{mid}#{place}") }
}

fn wrote(written: IncomingMessage) -> InboundEvent {
    InboundEvent::Wrote(Box::new(written))
}

/// A press of one of our buttons, otherwise its text.
fn press_or_text(written: IncomingMessage, data: &str) -> InboundEvent {
    match PressedButton::read(data).map(|pressed| pressed.message_id) {
        Some(message_id) => InboundEvent::Pressed(Box::new(ButtonPress {
            written,
            message_id: Some(message_id),
            data: data.to_owned(),
            acknowledge: String::new(),
        })),
        None => wrote(written),
    }
}

fn status(letter_id: Option<Uuid>, message: &str, state: State, at: Option<i64>) -> InboundEvent {
    let message = message.to_owned();
    InboundEvent::Status(Box::new(StatusReport { letter_id, message, state, failure: None, at }))
}

fn up_to(scene: &Scene, message: Option<String>, until: Option<i64>, state: State) -> InboundEvent {
    if message.is_none() && until.is_none() {
        return InboundEvent::Unknown("receipt");
    }
    let conversation_id = scene.customer.clone();
    InboundEvent::StatusUpTo(Box::new(StatusUpTo { conversation_id, message, until, state }))
}

/// Each message by its id, or all up to the watermark (instagram-and-facebook §6).
fn delivered(delivery: &Value, scene: &Scene) -> Vec<InboundEvent> {
    let until = millis(delivery.get("watermark"));
    let mids = delivery.get("mids").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let each: Vec<InboundEvent> =
        mids.filter(|mid| !mid.is_empty()).map(|mid| status(None, mid, State::Delivered, until)).collect();
    if each.is_empty() { vec![up_to(scene, None, until, State::Delivered)] } else { each }
}

/// The emoji for Meta's name of a reaction.
fn emoji_of(word: &str) -> Option<String> {
    let emoji = match word {
        "love" => "❤️",
        "like" => "👍",
        "dislike" => "👎",
        "smile" | "laugh" | "haha" => "😆",
        "wow" => "😮",
        "sad" => "😢",
        "angry" => "😠",
        _ => return None,
    };
    Some(emoji.to_owned())
}

// Comments on posts (instagram-and-facebook §8). They are shown in the same chat as the person's messages.

/// A comment of either network.
struct Comment {
    id: String,
    text: Option<String>,
    person: Option<(String, Option<String>)>,
    post: String,
    parent: Option<String>,
    at: Option<i64>,
}

impl Listener<'_> {
    /// One of `changes`.
    pub(super) async fn change(&self, change: &Value, entry: &Value) -> Vec<InboundEvent> {
        let (Some(field), Some(value)) = (text_of(change, "field"), change.get("value").filter(|one| one.is_object()))
        else {
            return vec![InboundEvent::Unknown("changes")];
        };
        let event = match field.as_str() {
            "comments" | "live_comments" => match of_instagram(value, entry) {
                Some(comment) => self.commented(comment).await,
                None => InboundEvent::Unknown("comments"),
            },
            "feed" if text_of(value, "item").as_deref() == Some("comment") => self.on_page(value).await,
            "feed" | "mention" | "mentions" | "story_insights" => InboundEvent::Nothing("feed"),
            _ => InboundEvent::Unknown("changes"),
        };
        vec![event]
    }

    async fn on_page(&self, value: &Value) -> InboundEvent {
        let Some(comment) = of_facebook(value) else { return InboundEvent::Unknown("feed") };
        match text_of(value, "verb").as_deref() {
            Some("add") | None => self.commented(comment).await,
            Some("remove") => InboundEvent::TookBack { pieces: vec![format!("{COMMENT}{}", comment.id)] },
            Some("edited" | "edit") => {
                let at = comment.at.unwrap_or_default();
                match self.commented(comment).await {
                    InboundEvent::Wrote(written) => {
                        let said = serde_json::to_string(&written.body.content).unwrap_or_default();
                        let key = format!("{}:{at}:{said}", written.external_id);
                        InboundEvent::Changed(Box::new(EditedMessage { written: *written, key, at: None }))
                    }
                    other => other,
                }
            }
            Some(_) => InboundEvent::Nothing("feed"),
        }
    }

    async fn commented(&self, comment: Comment) -> InboundEvent {
        if comment.person.as_ref().is_some_and(|(id, _)| id == self.account.id) {
            // Parom's own answers are reported the same way and cannot be distinguished from those written in the app.
            return InboundEvent::Nothing("own_comment");
        }
        let external_id = format!("{COMMENT}{}", comment.id);
        // Facebook hides people who have not given the app access: such a comment becomes a conversation of its own.
        let (id, name) = comment.person.unwrap_or_else(|| (external_id.clone(), None));
        let text = comment.text.filter(|text| !text.trim().is_empty());
        let content = Content::Text { text: text.unwrap_or_else(|| self.say("meta-in-comment-empty")) };
        let page = name.as_ref().filter(|_| !self.meta.platform.person_page.is_empty());
        let profile_url = page.map(|name| format!("{}{name}", self.meta.platform.person_page));
        let name = name.unwrap_or_else(|| self.say("meta-in-unnamed"));
        let sender = Person { id: id.clone(), role: Role::Client, name: Some(name), profile_url, ..Person::default() };
        let reply_to = comment.parent.filter(|parent| *parent != comment.post);
        let reply_to = reply_to.map(|id| Quote { external_id: Some(format!("{COMMENT}{id}")), ..Quote::default() });
        // Its address is requested on the way to amoCRM (`people.rs`).
        let post = Post { id: comment.post, ..Post::default() };
        let body = Body { post: Some(post), reply_to, ..Body::new(sender, content) };
        let written = IncomingMessage { external_id, conversation_id: id, sent_at: comment.at, body, room: None };
        InboundEvent::Wrote(Box::new(written))
    }
}

fn person(value: &Value) -> Option<(String, Option<String>)> {
    let from = value.get("from")?;
    let name = text_of(from, "username").or_else(|| text_of(from, "name")).filter(|name| !name.is_empty());
    Some((id_of(from, "id")?, name))
}

fn of_instagram(value: &Value, entry: &Value) -> Option<Comment> {
    Some(Comment {
        id: id_of(value, "id")?,
        text: text_of(value, "text"),
        person: person(value),
        post: value.get("media").and_then(|media| id_of(media, "id"))?,
        parent: id_of(value, "parent_id"),
        // A comment on Instagram has no time of its own.
        at: millis(entry.get("time")),
    })
}

fn of_facebook(value: &Value) -> Option<Comment> {
    Some(Comment {
        id: id_of(value, "comment_id")?,
        text: text_of(value, "message"),
        person: person(value),
        post: id_of(value, "post_id")?,
        parent: id_of(value, "parent_id"),
        at: millis(value.get("created_time")),
    })
}

// Converts people. Webhooks of messages contain only ids; profiles are requested later (`people.rs`).

impl Listener<'_> {
    /// A customer by id, with what is cached of them.
    pub(super) async fn customer(&self, id: &str, at: Option<i64>) -> Person {
        let key = (self.account.id.to_owned(), id.to_owned());
        let mut person = Person {
            id: id.to_owned(),
            role: Role::Client,
            avatar_reference: Some(files::face(id, at.unwrap_or_default())),
            ..Person::default()
        };
        if let Some(profile) = self.meta.memory.profiles.get(&key).await {
            profile.describe(&mut person, self.meta.platform);
        }
        person
    }

    /// The business itself, for messages written in its own app.
    pub(super) fn business(&self) -> Person {
        Person { id: self.account.id.to_owned(), role: Role::Manager, ..Person::default() }
    }
}

#[cfg(test)]
mod tests;
