//! What can be commented on.

use serde::Deserialize;

use crate::vk::state::CommentOf;

/// An object that a community published, by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thing {
    /// A post on its wall.
    Post(i64),
    /// A photo.
    Photo(i64),
    /// A video.
    Video(i64),
    /// An item on sale.
    Item(i64),
}

impl Thing {
    pub(crate) const fn parts(self) -> (CommentOf, i64) {
        match self {
            Self::Post(id) => (CommentOf::Wall, id),
            Self::Photo(id) => (CommentOf::Photo, id),
            Self::Video(id) => (CommentOf::Video, id),
            Self::Item(id) => (CommentOf::Market, id),
        }
    }
}
