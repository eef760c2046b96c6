//! Converts a message: its conversation, author and content.

use base::message::{Body, Person, Role};
use base::phone::with_plus;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Listener;
use super::content::ReceivedContent;
use crate::above::above;
use crate::incoming::{Began, EditedMessage, InboundEvent, IncomingMessage};
use crate::telegram::ids::ChatThread;
use crate::telegram::wire::Message;

/// The conversation of a message, and its participants.
pub(super) struct MessageScene {
    pub at: ChatThread,
    /// The other person, for messages written by a person for whom the bot acts.
    pub receiver: Option<Person>,
    /// Set for a group.
    pub room: Option<Person>,
}

impl Listener<'_> {
    /// `message`.
    pub(super) fn wrote(&self, message: &Message) -> Vec<InboundEvent> {
        if let Some(moved) = self.moved(message) {
            return vec![moved];
        }
        match self.scene(message) {
            Ok(scene) if self.is_added(message) => vec![self.added(message, &scene)],
            Ok(scene) => match self.titled(message, &scene) {
                Some(titled) => vec![titled],
                None => self.events_of(message, scene),
            },
            Err(nothing) => vec![nothing],
        }
    }

    /// `edited_message`.
    pub(super) fn edited(&self, message: &Message) -> Vec<InboundEvent> {
        match self.scene(message) {
            Ok(scene) => self.says_now(message, scene),
            Err(nothing) => vec![nothing],
        }
    }

    /// An edit in any kind of chat.
    pub(super) fn says_now(&self, message: &Message, scene: MessageScene) -> Vec<InboundEvent> {
        // A live location is updated every few seconds; the chat keeps the first position.
        if message.location.is_some() {
            return vec![InboundEvent::Nothing("live_location")];
        }
        match self.written(message, scene) {
            Some(written) => {
                let key = key_of(&written, message.edit_date);
                let at = Some(message.edit_date.saturating_mul(1000)).filter(|at| *at > 0);
                vec![InboundEvent::Changed(Box::new(EditedMessage { written, key, at }))]
            }
            None => vec![InboundEvent::Nothing("service")],
        }
    }

    /// A new message in any kind of chat.
    pub(super) fn events_of(&self, message: &Message, scene: MessageScene) -> Vec<InboundEvent> {
        let start = message.text.as_deref().and_then(|text| Start::of(text, self.username));
        let Some(start) = start.filter(|_| scene.receiver.is_none()) else {
            return match self.written(message, scene) {
                Some(written) => vec![InboundEvent::Wrote(Box::new(written))],
                None if self.is_service() => vec![InboundEvent::Nothing("service")],
                None => vec![self.unreadable(message)],
            };
        };
        let customer = match &scene.room {
            Some(room) => room.clone(),
            None => self.author(message),
        };
        let mark = start.payload.map(str::to_owned);
        let greets = scene.room.is_none();
        let began = Began { conversation_id: scene.at.to_string(), customer, mark, greets };
        vec![InboundEvent::Began(Box::new(began))]
    }

    /// None if it has no content.
    fn written(&self, message: &Message, scene: MessageScene) -> Option<IncomingMessage> {
        let ReceivedContent { mut content, mut caption } = self.held(message)?;
        let lines = self.lines_above(message);
        if !lines.is_empty() {
            above(&lines.join("\n"), "\n", &mut content, &mut caption);
        }
        let mut sender = self.author(message);
        if scene.receiver.is_some() {
            sender.role = Role::Manager;
            sender.avatar_reference = None;
        }
        // Only a person's own phone number identifies them.
        let own =
            message.contact.as_ref().filter(|contact| contact.user_id.is_some_and(|id| self.is_from(message, id)));
        if let Some(contact) = own.filter(|_| sender.role == Role::Client) {
            sender.phone = Some(with_plus(&contact.phone_number)).filter(|phone| !phone.is_empty());
        }
        Some(IncomingMessage {
            external_id: scene.at.message(message.message_id),
            conversation_id: scene.at.to_string(),
            sent_at: message.date.checked_mul(1000),
            body: Body {
                receiver: scene.receiver,
                caption,
                reply_to: self.reply_to(scene.at, message),
                ..Body::new(sender, content)
            },
            room: scene.room,
        })
    }

    fn is_from(&self, message: &Message, user_id: i64) -> bool {
        message.from.as_ref().is_some_and(|user| user.id == user_id) && message.sender_chat.is_none()
    }

    /// A kind unknown to this code is replaced by a text that explains it, so that the message keeps its place in the
    /// chat.
    fn unreadable(&self, message: &Message) -> InboundEvent {
        let Ok(scene) = self.scene(message) else { return InboundEvent::Unknown("message") };
        let content = base::message::Content::Text { text: self.text("tg-in-unknown", &[]) };
        let written = IncomingMessage {
            external_id: scene.at.message(message.message_id),
            conversation_id: scene.at.to_string(),
            sent_at: message.date.checked_mul(1000),
            body: Body::new(self.author(message), content),
            room: scene.room,
        };
        InboundEvent::Wrote(Box::new(written))
    }
}

/// `/start`, sent by the Start button or by a link with a payload (telegram §11).
#[derive(Debug, PartialEq)]
struct Start<'a> {
    payload: Option<&'a str>,
}

impl<'a> Start<'a> {
    /// None for any other text, which a person wrote.
    fn of(text: &'a str, username: Option<&str>) -> Option<Self> {
        let rest = text.strip_prefix("/start")?;
        let rest = match rest.strip_prefix('@') {
            Some(named) => {
                let name = username?;
                let same = named.get(..name.len())?.eq_ignore_ascii_case(name);
                named.get(name.len()..).filter(|_| same)?
            }
            None => rest,
        };
        let payload = rest.trim();
        let fits =
            payload.len() <= 64 && payload.bytes().all(|sign| sign.is_ascii_alphanumeric() || b"_-".contains(&sign));
        let apart = rest.is_empty() || rest.starts_with(char::is_whitespace);
        (fits && apart).then_some(Self { payload: Some(payload).filter(|payload| !payload.is_empty()) })
    }
}

/// Equal if the same change is reported again, different for another: the time of the change and the new content.
fn key_of(written: &IncomingMessage, edit_date: i64) -> String {
    let file = written.body.content.media().and_then(|file| file.known_as.as_deref()).unwrap_or_default();
    let says = serde_json::to_value(&written.body.content).unwrap_or(Value::Null);
    let digest = Sha256::digest(format!("{says}\0{file}\0{:?}", written.body.caption));
    format!("{}:{edit_date}:{}", written.external_id, hex::encode(&digest[..12]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_a_command_and_a_payload_and_nothing_else() {
        let payload = |text| Start::of(text, Some("acme_support_bot")).map(|start| start.payload);
        assert_eq!(payload("/start"), Some(None));
        assert_eq!(payload("/start lead_77-A"), Some(Some("lead_77-A")));
        assert_eq!(payload("/start@Acme_Support_Bot lead"), Some(Some("lead")));
        for written in ["/start@other_bot x", "/starter", "/start two words", "start", "/start привет", "/start@"]
        {
            assert_eq!(payload(written), None, "{written}");
        }
    }
}
