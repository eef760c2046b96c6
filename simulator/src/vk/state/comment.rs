//! Comments on objects that a community published.

use serde_json::Value;

/// What is commented on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CommentOf {
    Wall,
    Photo,
    Video,
    Market,
}

impl CommentOf {
    /// The prefix of its events' names: `wall_reply_new`, `photo_comment_edit`.
    pub(crate) const fn event(self) -> &'static str {
        match self {
            Self::Wall => "wall_reply",
            Self::Photo => "photo_comment",
            Self::Video => "video_comment",
            Self::Market => "market_comment",
        }
    }

    /// The field with the object's id.
    pub(crate) const fn field(self) -> &'static str {
        match self {
            Self::Wall => "post_id",
            Self::Photo => "photo_id",
            Self::Video => "video_id",
            Self::Market => "item_id",
        }
    }

    /// The field with the object's owner.
    pub(crate) const fn owner_field(self) -> &'static str {
        match self {
            Self::Wall => "post_owner_id",
            Self::Photo => "photo_owner_id",
            Self::Video => "video_owner_id",
            Self::Market => "market_owner_id",
        }
    }
}

/// A comment.
#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub(crate) id: i64,
    pub(crate) community: i64,
    pub(crate) of: CommentOf,
    /// The post, photo, video or item.
    pub(crate) object: i64,
    pub(crate) from_id: i64,
    pub(crate) date: i64,
    pub(crate) text: String,
    pub(crate) attachments: Vec<Value>,
    pub(crate) reply_to: Option<i64>,
    /// The caller's idempotency key.
    pub(crate) guid: Option<String>,
    pub(crate) is_deleted: bool,
}
