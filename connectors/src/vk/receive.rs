//! Converts events of the Callback API (vk §4).

use base::i18n::{LocalizedText, Words};
use base::message::{Body, Content, Person, Post, Quote, Role, State};
use serde::Deserialize;
use serde_json::Value;

use super::api::VkApi;
use super::keyboard;
use super::people::{Asking, People, Seen};
use super::setup::Community;
use super::wire::{Callback, Comment, Message, MessageId, PostId, Published, integer, is_chat};
use crate::incoming::{
    Began, ButtonPress, EditedMessage, InboundEvent, IncomingMessage, NotReceived, Reacted, StatusUpTo,
};
use crate::receiving::key_of;
use crate::{PressedButton, Settings};

mod content;

/// What is needed to read an event.
#[derive(Clone, Copy)]
pub(super) struct Listener<'a> {
    pub asking: Asking<'a>,
    pub seen: &'a Seen,
}

/// Converts one call.
pub(super) async fn receive(
    api: &VkApi,
    people: &People,
    seen: &Seen,
    settings: &Settings,
    body: &[u8],
    words: Words,
) -> Result<Vec<InboundEvent>, NotReceived> {
    let raw: Value = serde_json::from_slice(body).map_err(|_| NotReceived::Unreadable)?;
    let callback = Some(raw).filter(Value::is_object).and_then(|raw| Callback::deserialize(raw).ok());
    let callback = callback.ok_or(NotReceived::Unreadable)?;
    let community = Community::of(settings).ok_or(NotReceived::Unreadable)?;
    let listener = Listener { asking: Asking { api, people, community, words }, seen };
    Ok(listener.read(&callback).await)
}

impl Listener<'_> {
    async fn read(&self, callback: &Callback) -> Vec<InboundEvent> {
        let object = &callback.object;
        let event_id = callback.event_id.as_str();
        match callback.r#type.as_str() {
            "confirmation" => vec![InboundEvent::Nothing("confirmation")],
            "message_new" => match message(object.get("message").unwrap_or(object)) {
                Some(message) => self.wrote(&message).await,
                None => vec![InboundEvent::Unknown("message_new")],
            },
            "message_reply" => match message(object) {
                Some(message) => self.replied(&message).await,
                None => vec![InboundEvent::Unknown("message_reply")],
            },
            "message_edit" => match message(object) {
                Some(message) => self.edited(&message).await,
                None => vec![InboundEvent::Unknown("message_edit")],
            },
            "message_read" => vec![self.read_up_to(object)],
            "message_typing_state" => vec![self.types(object).await],
            "message_event" => vec![self.pressed(object).await],
            "message_reaction_event" => vec![self.reacted(object, event_id).await],
            "message_allow" => self.allowed(object).await,
            "message_deny" => vec![denied(object)],
            kind => self.comment(kind, object).await,
        }
    }

    /// A text that Parom adds to a customer's message, with plain spaces instead of no-break ones.
    fn text(&self, key: &'static str, with: &[(&'static str, &str)]) -> String {
        let said = with.iter().fold(LocalizedText::new(key), |said, (name, text)| said.with(name, *text));
        said.plain(self.asking.words, "")
    }

    const fn community(&self) -> i64 {
        self.asking.community.id
    }
}

/// A message, if it contains its sender and its chat.
pub(super) fn message(object: &Value) -> Option<Message> {
    let message = Message::deserialize(object).ok()?;
    (message.peer_id != 0 && message.from_id != 0).then_some(message)
}

// Messages of private dialogues and group chats (vk §4, §5).

impl Listener<'_> {
    /// `message_new`.
    pub(super) async fn wrote(&self, message: &Message) -> Vec<InboundEvent> {
        if !message.action.is_null() {
            return vec![InboundEvent::Nothing("service")];
        }
        if message.from_id == -self.community() {
            return self.replied(message).await;
        }
        let payload = message.payload.as_str().unwrap_or_default();
        let start = keyboard::is_start(payload);
        let mut events = Vec::new();
        if let Some(began) = self.began(message, start).await {
            events.push(began);
        }
        if start {
            return events;
        }
        let mut written = self.written(message).await.into_iter();
        let Some(first) = written.next() else { return vec![InboundEvent::Unknown("message_new")] };
        events.push(match keyboard::pressed(&message.payload) {
            Some(pressed) => InboundEvent::Pressed(Box::new(ButtonPress {
                written: first,
                message_id: Some(pressed.message_id),
                data: pressed.data(),
                // A text button needs no acknowledgement.
                acknowledge: String::new(),
            })),
            None => InboundEvent::Wrote(Box::new(first)),
        });
        events.extend(written.map(|one| InboundEvent::Wrote(Box::new(one))));
        events
    }

    /// `message_reply`: a message that anything but Parom writes for the community counts as a manager's. Parom's own
    /// messages are recognised by their `random_id` in the process that sent them, and in other processes by their
    /// stored ids.
    pub(super) async fn replied(&self, message: &Message) -> Vec<InboundEvent> {
        if !message.action.is_null() {
            return vec![InboundEvent::Nothing("service")];
        }
        if self.is_own(message) {
            self.seen.keep(self.community(), message).await;
            return vec![InboundEvent::Nothing("echo")];
        }
        let written = self.written(message).await;
        written.into_iter().map(|one| InboundEvent::Wrote(Box::new(one))).collect()
    }

    /// Whether this process sent it. Messages written by people contain an admin (vk §6).
    fn is_own(&self, message: &Message) -> bool {
        let is_by_program = message.from_id == -self.community() && message.admin_author_id <= 0;
        is_by_program && self.seen.is_sent(self.community(), message.random_id)
    }

    /// `message_edit`.
    pub(super) async fn edited(&self, message: &Message) -> Vec<InboundEvent> {
        if self.is_own(message) {
            return vec![InboundEvent::Nothing("echo")];
        }
        let Some(written) = self.written(message).await.into_iter().next() else {
            return vec![InboundEvent::Unknown("message_edit")];
        };
        let key = key_of(&written, message.update_time);
        let at = Some(message.update_time.saturating_mul(1000)).filter(|at| *at > 0);
        vec![InboundEvent::Changed(Box::new(EditedMessage { written, key, at }))]
    }

    /// Where the customer came from, or that they pressed Start, as reported with a message.
    async fn began(&self, message: &Message, start: bool) -> Option<InboundEvent> {
        let word = |value: &Value| value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned);
        let mark = match (word(&message.r#ref), word(&message.ref_source)) {
            (Some(mark), Some(source)) => Some(format!("{mark} ({source})")),
            (mark, source) => mark.or(source),
        };
        if !start && mark.is_none() || is_chat(message.peer_id) {
            return None;
        }
        let customer = self.asking.person(message.from_id).await;
        let conversation_id = message.peer_id.to_string();
        Some(InboundEvent::Began(Box::new(Began { conversation_id, customer, mark, greets: false })))
    }

    /// The message, and each further file as a message of its own. None if it has no number.
    pub(crate) async fn written(&self, message: &Message) -> Vec<IncomingMessage> {
        let peer = message.peer_id;
        let Some(id) = MessageId::of(peer, message.id, message.conversation_message_id) else { return Vec::new() };
        self.seen.keep(self.community(), message).await;
        let id = id.to_string();
        let (lines, forwarded) = self.forwarded(message).await;
        let attachments = [message.attachments.as_slice(), &forwarded].concat();
        let held = self.held(&message.text, lines, &attachments, message.geo.as_ref()).grouped(&id);
        let (sender, receiver) = self.people_of(message).await;
        let room = self.room(peer).await;
        let one = |external_id: String, content: Content| IncomingMessage {
            external_id,
            conversation_id: peer.to_string(),
            sent_at: message.date.checked_mul(1000).filter(|at| *at > 0),
            body: Body { receiver: receiver.clone(), ..Body::new(sender.clone(), content) },
            room: room.clone(),
        };
        let mut first = one(id.clone(), held.first);
        first.body.caption = held.caption;
        first.body.reply_to = self.reply_to(peer, message).await;
        let more =
            held.more.into_iter().zip(2..).map(|(content, number): (_, usize)| one(format!("{id}/{number}"), content));
        std::iter::once(first).chain(more).collect()
    }

    /// A group chat.
    async fn room(&self, peer: i64) -> Option<Person> {
        if is_chat(peer) { Some(self.asking.person(peer).await) } else { None }
    }

    async fn people_of(&self, message: &Message) -> (Person, Option<Person>) {
        if message.from_id != -self.community() {
            return (self.asking.person(message.from_id).await, None);
        }
        let manager = match message.admin_author_id {
            1.. => self.asking.manager(message.admin_author_id).await,
            _ => Person { role: Role::Manager, name: None, ..self.asking.person(message.from_id).await },
        };
        (manager, Some(self.asking.person(message.peer_id).await))
    }
}

// Comments on posts, photos, videos and goods (vk §10). They are shown in the same conversation as the person's
// messages, each with the post it is about.

/// The event's name without its suffix, and what is commented on.
const KINDS: [(&str, Published); 4] = [
    ("wall_reply_", Published::Wall),
    ("photo_comment_", Published::Photo),
    ("video_comment_", Published::Video),
    ("market_comment_", Published::Market),
];

/// Maximum number of messages that a comment becomes: one for each attachment. Which of them exist is not known when it
/// is deleted.
const PIECES: usize = 5;

/// The id of a comment's n-th message, counted from 1.
fn piece_id(comment: &str, number: usize) -> String {
    if number == 1 { comment.to_owned() } else { format!("{comment}/{number}") }
}

/// The id of a comment that was deleted and restored: its first message is marked as deleted, so another one is needed.
fn restored(comment: &str) -> String {
    format!("{comment}/restored")
}

impl Listener<'_> {
    /// Converts an event that is not about messages.
    pub(super) async fn comment(&self, kind: &str, object: &Value) -> Vec<InboundEvent> {
        let found = KINDS.iter().find_map(|(start, kind_of)| Some((*kind_of, kind.strip_prefix(start)?)));
        let Some((of, what)) = found else { return vec![InboundEvent::Unknown("event")] };
        let Ok(comment) = Comment::deserialize(object) else { return vec![InboundEvent::Unknown("comment")] };
        let Some(post) = self.post(of, &comment).filter(|_| comment.id != 0) else {
            return vec![InboundEvent::Unknown("comment")];
        };
        if what == "delete" {
            let id = post.comment(comment.id);
            let pieces = |id: &str| (1..=PIECES).map(|number| piece_id(id, number)).collect::<Vec<_>>();
            return vec![InboundEvent::TookBack { pieces: [pieces(&id), pieces(&restored(&id))].concat() }];
        }
        if comment.from_id == -self.community() {
            // Our own public answer, or that of an admin: VK does not distinguish them.
            return vec![InboundEvent::Nothing("own_comment")];
        }
        if comment.from_id == 0 {
            return vec![InboundEvent::Unknown("comment")];
        }
        match what {
            "new" | "restore" => {
                let id = post.comment(comment.id);
                let id = if what == "restore" { restored(&id) } else { id };
                let written = self.commented(post, &comment, &id).await;
                written.into_iter().map(|one| InboundEvent::Wrote(Box::new(one))).collect()
            }
            "edit" => match self.commented(post, &comment, &post.comment(comment.id)).await.into_iter().next() {
                Some(written) => {
                    // A comment does not contain the time of its change.
                    let key = key_of(&written, 0);
                    vec![InboundEvent::Changed(Box::new(EditedMessage { written, key, at: None }))]
                }
                None => vec![InboundEvent::Unknown("comment")],
            },
            _ => vec![InboundEvent::Unknown("comment")],
        }
    }

    fn post(&self, kind: Published, comment: &Comment) -> Option<PostId> {
        let object = match kind {
            Published::Wall => comment.post_id,
            Published::Photo if comment.photo_id == 0 => comment.pid,
            Published::Photo => comment.photo_id,
            Published::Video => comment.video_id,
            Published::Market => comment.item_id,
        };
        (object != 0).then_some(PostId { kind, owner: -self.community(), object })
    }

    async fn commented(&self, post: PostId, comment: &Comment, id: &str) -> Vec<IncomingMessage> {
        let held = self.held(&comment.text, Vec::new(), &comment.attachments, None).grouped(id);
        let sender = self.asking.person(comment.from_id).await;
        let url = post.url();
        let link = match post.kind {
            Published::Wall => format!("{url}?reply={}", comment.id),
            _ => url.clone(),
        };
        let about = Post { id: post.to_string(), url: Some(link), permalink: Some(url), ..Post::default() };
        let answered = Some(comment.reply_to_comment).filter(|id| *id != 0);
        let reply_to = answered.map(|id| Quote { external_id: Some(post.comment(id)), ..Quote::default() });
        let contents = std::iter::once(held.first).chain(held.more).zip(1..);
        let one = |(content, number): (_, usize)| IncomingMessage {
            external_id: piece_id(id, number),
            conversation_id: comment.from_id.to_string(),
            sent_at: comment.date.checked_mul(1000).filter(|at| *at > 0),
            body: Body {
                post: Some(about.clone()),
                reply_to: reply_to.clone().filter(|_| number == 1),
                ..Body::new(sender.clone(), content)
            },
            room: None,
        };
        contents.map(one).collect()
    }
}

/// `message_deny`.
pub(super) fn denied(object: &Value) -> InboundEvent {
    match integer(&object["user_id"]) {
        0 => InboundEvent::Unknown("message_deny"),
        person => InboundEvent::Reach { conversation_id: person.to_string(), reachable: false, at: 0 },
    }
}

impl Listener<'_> {
    /// `message_read`: all messages up to this one.
    pub(super) fn read_up_to(&self, object: &Value) -> InboundEvent {
        let number = |name: &str| integer(&object[name]);
        let peer = if number("peer_id") == 0 { number("from_id") } else { number("peer_id") };
        if number("from_id") == -self.community() {
            return InboundEvent::Nothing("own_reading");
        }
        // In a group chat, one reader does not mean that all have read it.
        if is_chat(peer) {
            return InboundEvent::Nothing("group_reading");
        }
        let last = MessageId::of(peer, number("read_message_id"), number("conversation_message_id"));
        let Some(last) = last.filter(|_| peer != 0) else { return InboundEvent::Unknown("message_read") };
        InboundEvent::StatusUpTo(Box::new(StatusUpTo {
            conversation_id: peer.to_string(),
            message: Some(last.to_string()),
            until: None,
            state: State::Read,
        }))
    }

    /// `message_typing_state`: a person types a message to the community.
    pub(super) async fn types(&self, object: &Value) -> InboundEvent {
        match integer(&object["from_id"]) {
            0 => InboundEvent::Unknown("message_typing_state"),
            from if from < 0 => InboundEvent::Nothing("own_typing"),
            from => InboundEvent::Typing {
                conversation_id: from.to_string(),
                sender: Box::new(self.asking.person(from).await),
            },
        }
    }

    /// `message_event`: a press of a callback button, ours or another program's.
    pub(super) async fn pressed(&self, object: &Value) -> InboundEvent {
        let (user, peer) = (integer(&object["user_id"]), integer(&object["peer_id"]));
        let Some(event) = object["event_id"].as_str().filter(|event| !event.is_empty() && !event.contains(' ')) else {
            return InboundEvent::Unknown("message_event");
        };
        if user == 0 || peer == 0 {
            return InboundEvent::Unknown("message_event");
        }
        let pressed = keyboard::pressed(&object["payload"]);
        let data = pressed.map_or_else(|| object["payload"].to_string(), PressedButton::data);
        let label = object["payload"]["label"].as_str().unwrap_or_default().to_owned();
        let sender = self.asking.person(user).await;
        let room = self.room(peer).await;
        InboundEvent::Pressed(Box::new(ButtonPress {
            written: IncomingMessage {
                external_id: format!("event:{event}"),
                conversation_id: peer.to_string(),
                sent_at: None,
                body: Body::new(sender, Content::Text { text: label }),
                room,
            },
            message_id: pressed.map(|pressed| pressed.message_id),
            data,
            acknowledge: format!("{event} {user} {peer}"),
        }))
    }

    /// `message_reaction_event`: each person has one reaction; it was removed if there is no number.
    pub(super) async fn reacted(&self, object: &Value, event_id: &str) -> InboundEvent {
        let [person, peer, cmid, reaction] =
            ["reacted_id", "peer_id", "cmid", "reaction_id"].map(|name| integer(&object[name]));
        if person == 0 || peer == 0 || cmid == 0 {
            return InboundEvent::Unknown("message_reaction_event");
        }
        if person == -self.community() {
            return InboundEvent::Nothing("own_reaction");
        }
        let emoji = match reaction {
            0 => None,
            number => match keyboard::emoji(number) {
                Some(emoji) => Some(emoji.to_owned()),
                None => return InboundEvent::Nothing("new_reaction"),
            },
        };
        let Some(id) = self.seen.id_of(self.asking.api, self.asking.community, peer, cmid).await else {
            return InboundEvent::Nothing("unknown_message");
        };
        let sender = self.asking.person(person).await;
        let key = match event_id {
            "" => format!("{id}:{person}:{reaction}"),
            event => format!("reaction:{event}"),
        };
        InboundEvent::Reacted(Box::new(Reacted { message: id.to_string(), sender, emoji, key, at: None }))
    }

    /// `message_allow`: the community may write; if a button on a site was used, with that button's key.
    pub(super) async fn allowed(&self, object: &Value) -> Vec<InboundEvent> {
        let person = integer(&object["user_id"]);
        if person == 0 {
            return vec![InboundEvent::Unknown("message_allow")];
        }
        let conversation_id = person.to_string();
        let reach = InboundEvent::Reach { conversation_id: conversation_id.clone(), reachable: true, at: 0 };
        match object["key"].as_str().filter(|key| !key.trim().is_empty()) {
            None => vec![reach],
            Some(key) => {
                let customer = self.asking.person(person).await;
                let mark = Some(key.to_owned());
                vec![InboundEvent::Began(Box::new(Began { conversation_id, customer, mark, greets: true })), reach]
            }
        }
    }
}

#[cfg(test)]
mod tests;
