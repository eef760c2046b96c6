//! Messages, statuses, and who they are from (whatsapp §3, §5, §13).

use serde_json::Value;

use super::content::{Button, Card, Context, Edit, FileRef, Interactive, Location, Order, Reaction, Referral, Revoke};
use super::content::{System, Text, Unsupported};
use super::{Code, HistoryThread, Id, Many, Seconds, StateSync, UserIdUpdate, wire};

wire! {
    /// The value of `messages`, `smb_message_echoes`, `history` and others that concern one number.
    MessagesValue {
        metadata: Metadata,
        contacts: Many<Contact>,
        messages: Many<Message>,
        statuses: Many<Status>,
        errors: Many<Refusal>,
        message_echoes: Many<Message>,
        history: Many<History>,
        state_sync: Many<StateSync>,
        user_id_update: Many<UserIdUpdate>,
    }

    /// The line.
    Metadata {
        display_phone_number: Id,
        phone_number_id: Id,
    }

    /// A person as they describe themselves.
    Contact {
        profile: Profile,
        wa_id: Id,
        user_id: Id,
    }

    Profile {
        name: Id,
        username: Id,
    }

    /// A message, in either direction.
    Message {
        id: Id,
        from: Id,
        from_user_id: Id,
        /// Set for messages that the business wrote.
        to: Id,
        to_user_id: Id,
        group_id: Id,
        timestamp: Seconds,
        r#type: Id,
        context: Option<Context>,
        referral: Option<Referral>,
        errors: Many<Refusal>,
        text: Option<Text>,
        image: Option<FileRef>,
        video: Option<FileRef>,
        audio: Option<FileRef>,
        document: Option<FileRef>,
        sticker: Option<FileRef>,
        location: Option<Location>,
        contacts: Many<Card>,
        interactive: Option<Interactive>,
        button: Option<Button>,
        order: Option<Order>,
        reaction: Option<Reaction>,
        system: Option<System>,
        edit: Option<Edit>,
        revoke: Option<Revoke>,
        unsupported: Option<Unsupported>,
    }

    /// The delivery status of one of our messages.
    Status {
        id: Id,
        status: Id,
        timestamp: Seconds,
        recipient_id: Id,
        recipient_user_id: Id,
        errors: Many<Refusal>,
        biz_opaque_callback_data: Id,
    }

    /// Why something failed (whatsapp §15).
    Refusal {
        code: Code,
        title: Id,
        message: Id,
        error_data: Value,
    }

    /// A part of the phone app's history.
    History {
        threads: Many<HistoryThread>,
        errors: Many<Refusal>,
    }
}

impl Refusal {
    /// Its code; if there is none, one that is not in the catalog, because 0 has a meaning.
    pub fn code(&self) -> u32 {
        self.code.0.unwrap_or(u32::MAX)
    }

    /// All its texts, for matching and for troubleshooting.
    pub fn text(&self) -> String {
        let details = self.error_data.get("details").unwrap_or(&self.error_data).as_str().unwrap_or_default();
        let mut texts = vec![&*self.title, &*self.message, details];
        texts.retain(|text| !text.is_empty());
        texts.dedup();
        texts.join(": ")
    }
}
