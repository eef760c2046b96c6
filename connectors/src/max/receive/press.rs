//! Pressed buttons (max §9).

use base::message::{Body, Content};

use super::Listener;
use crate::PressedButton;
use crate::incoming::{ButtonPress, InboundEvent, IncomingMessage};
use crate::max::ids::Place;
use crate::max::wire::{Message, Update};

/// Maximum length of a press id in bytes.
const CALLBACK: usize = 400;

impl Listener<'_> {
    /// `message_callback`. Without its message the chat of the press is unknown.
    pub(super) async fn pressed(&self, update: &Update) -> Vec<InboundEvent> {
        let (Some(callback), Some(message)) = (&update.callback, &update.message) else {
            return vec![InboundEvent::Nothing("message_callback")];
        };
        let (chat, user) = (message.recipient.chat_id.0, &callback.user);
        let fits = (1..=CALLBACK).contains(&callback.callback_id.len());
        if chat == 0 || user.user_id.0 == 0 || !fits {
            return vec![InboundEvent::Unknown("message_callback")];
        }
        let is_group = match message.recipient.chat_type.as_str() {
            "channel" => return vec![InboundEvent::Nothing("channel")],
            "chat" if !self.options.groups => return vec![InboundEvent::Nothing("group")],
            kind => kind == "chat",
        };
        let (room, mut events) = match is_group {
            true => {
                let (room, learned) = self.known_room(chat).await;
                (Some(room), learned)
            }
            false => (None, Vec::new()),
        };
        let data = callback.payload.clone().unwrap_or_default();
        let content = Content::Text { text: label(message, &data).unwrap_or_default() };
        let at = callback.timestamp.0;
        events.push(InboundEvent::Pressed(Box::new(ButtonPress {
            written: IncomingMessage {
                // The id belongs to the keyboard, so a second press has the same one.
                external_id: format!("callback:{}:{at}:{}", callback.callback_id, user.user_id.0),
                conversation_id: Place::Chat(chat).to_string(),
                sent_at: Some(at).filter(|at| *at > 0),
                body: Body::new(self.person(user), content),
                room,
            },
            message_id: PressedButton::read(&data).map(|pressed| pressed.message_id),
            data,
            acknowledge: callback.callback_id.clone(),
        })));
        events
    }
}

/// The label of the button with this payload.
fn label(message: &Message, payload: &str) -> Option<String> {
    let attachments = message.body.iter().flat_map(|body| body.attachments());
    let mut buttons = attachments.flat_map(|attachment| attachment.payload.buttons.into_iter().flatten());
    buttons.find(|button| button.payload.as_deref() == Some(payload)).map(|button| button.text)
}
