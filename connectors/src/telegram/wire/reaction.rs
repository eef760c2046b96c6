//! Updates other than messages: reactions, pressed buttons, membership, and connections of Telegram Business.

use super::{Chat, Message, User, wire};

wire! {
    MessageReaction {
        chat: Chat,
        message_id: i64,
        user: Option<User>,
        actor_chat: Option<Chat>,
        date: i64,
        /// All reactions of the person after the change.
        new_reaction: Vec<Reaction>,
    }

    Reaction {
        /// `emoji`, `custom_emoji` or `paid`.
        r#type: String,
        emoji: Option<String>,
    }

    CallbackQuery {
        id: String,
        from: User,
        /// With `date` 0 it is too old for the bot to access.
        message: Option<Box<Message>>,
        data: Option<String>,
    }

    ChatMemberUpdated {
        chat: Chat,
        date: i64,
        new_chat_member: ChatMember,
    }

    ChatMember {
        /// `creator`, `administrator`, `member`, `restricted`, `left` or `kicked`.
        status: String,
    }

    BusinessConnection {
        id: String,
        user: User,
        date: i64,
        /// The same field before Bot API 9.0.
        can_reply: bool,
        rights: BusinessRights,
        is_enabled: bool,
    }

    BusinessRights {
        can_reply: bool,
        can_read_messages: bool,
    }

    DeletedBusinessMessages {
        business_connection_id: String,
        chat: Chat,
        message_ids: Vec<i64>,
    }
}
