//! Events of a chat (instagram-and-facebook §5 to instagram-and-facebook §7).

use base::message::{Body, Content, Person, Quote, State};
use serde_json::Value;
use uuid::Uuid;

use super::content::Piece;
use super::{Listener, id_of, millis, text_of};
use crate::PressedButton;
use crate::incoming::{
    Began, ButtonPress, EditedMessage, InboundEvent, IncomingMessage, Reacted, StatusReport, StatusUpTo,
};
use crate::meta::send::letter_of;

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
        let mark = mark.or_else(|| ad.map(str::to_owned)).or_else(|| text_of(referral, "ad_id"));
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
