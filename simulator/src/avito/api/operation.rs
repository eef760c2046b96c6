//! Maps a method and a path to an operation of the OpenAPI file.

/// An operation with the ids of its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Myself,
    Chats { user: i64 },
    Chat { user: i64, chat: String },
    Messages { user: i64, chat: String },
    Send { user: i64, chat: String },
    SendImage { user: i64, chat: String },
    Delete { user: i64, chat: String, message: String },
    Read { user: i64, chat: String },
    Voices { user: i64 },
    Upload { user: i64 },
    Blacklist { user: i64 },
    Subscribe,
    Unsubscribe,
    Subscriptions,
}

impl Operation {
    pub(super) fn of(method: &str, path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let id = |text: &str| text.parse::<i64>().ok();
        let own = |text: &str| text.to_owned();
        match (method, parts.as_slice()) {
            ("GET", ["core", "v1", "accounts", "self"]) => Some(Self::Myself),
            ("POST", ["messenger", "v3", "webhook"]) => Some(Self::Subscribe),
            ("POST", ["messenger", "v1", "webhook", "unsubscribe"]) => Some(Self::Unsubscribe),
            ("POST", ["messenger", "v1", "subscriptions"]) => Some(Self::Subscriptions),
            (_, ["messenger", version, "accounts", user, rest @ ..]) => {
                let user = id(user)?;
                match (method, *version, rest) {
                    ("GET", "v2", ["chats"]) => Some(Self::Chats { user }),
                    ("GET", "v2", ["chats", chat]) => Some(Self::Chat { user, chat: own(chat) }),
                    ("GET", "v3", ["chats", chat, "messages"]) => Some(Self::Messages { user, chat: own(chat) }),
                    ("POST", "v1", ["chats", chat, "messages"]) => Some(Self::Send { user, chat: own(chat) }),
                    ("POST", "v1", ["chats", chat, "messages", "image"]) => {
                        Some(Self::SendImage { user, chat: own(chat) })
                    }
                    ("POST", "v1", ["chats", chat, "messages", message]) => {
                        Some(Self::Delete { user, chat: own(chat), message: own(message) })
                    }
                    ("POST", "v1", ["chats", chat, "read"]) => Some(Self::Read { user, chat: own(chat) }),
                    ("GET", "v1", ["getVoiceFiles"]) => Some(Self::Voices { user }),
                    ("POST", "v1", ["uploadImages"]) => Some(Self::Upload { user }),
                    ("POST", "v2", ["blacklist"]) => Some(Self::Blacklist { user }),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Its `operationId`.
    pub(super) const fn id(&self) -> &'static str {
        match self {
            Self::Myself => "getUserInfoSelf",
            Self::Chats { .. } => "getChatsV2",
            Self::Chat { .. } => "getChatByIdV2",
            Self::Messages { .. } => "getMessagesV3",
            Self::Send { .. } => "postSendMessage",
            Self::SendImage { .. } => "postSendImageMessage",
            Self::Delete { .. } => "deleteMessage",
            Self::Read { .. } => "chatRead",
            Self::Voices { .. } => "getVoiceFiles",
            Self::Upload { .. } => "uploadImages",
            Self::Blacklist { .. } => "postBlacklistV2",
            Self::Subscribe => "postWebhookV3",
            Self::Unsubscribe => "postWebhookUnsubscribe",
            Self::Subscriptions => "getSubscriptions",
        }
    }

    /// The scope that an application needs for it.
    pub(super) const fn scope(&self) -> &'static str {
        match self {
            Self::Myself => "user:read",
            Self::Send { .. }
            | Self::SendImage { .. }
            | Self::Delete { .. }
            | Self::Upload { .. }
            | Self::Blacklist { .. } => "messenger:write",
            _ => "messenger:read",
        }
    }

    /// The account in its path.
    pub(super) const fn user(&self) -> Option<i64> {
        match self {
            Self::Chats { user }
            | Self::Chat { user, .. }
            | Self::Messages { user, .. }
            | Self::Send { user, .. }
            | Self::SendImage { user, .. }
            | Self::Delete { user, .. }
            | Self::Read { user, .. }
            | Self::Voices { user }
            | Self::Upload { user }
            | Self::Blacklist { user } => Some(*user),
            Self::Myself | Self::Subscribe | Self::Unsubscribe | Self::Subscriptions => None,
        }
    }

    /// The chat in its path.
    pub(super) fn chat(&self) -> Option<&str> {
        match self {
            Self::Chat { chat, .. }
            | Self::Messages { chat, .. }
            | Self::Send { chat, .. }
            | Self::SendImage { chat, .. }
            | Self::Delete { chat, .. }
            | Self::Read { chat, .. } => Some(chat),
            _ => None,
        }
    }
}
