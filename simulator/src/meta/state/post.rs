//! Posts and their comments.

/// A post of an account.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) caption: String,
    pub(crate) permalink: String,
    /// `FEED`, `REELS`, `AD` or `LIVE`.
    pub(crate) product: String,
    /// The id of its picture.
    pub(crate) file: String,
    /// A live broadcast in progress.
    pub(crate) is_live: bool,
}

/// A comment on a post.
#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub(crate) id: String,
    pub(crate) post: String,
    /// The comment it answers.
    pub(crate) parent: Option<String>,
    /// None means the account itself.
    pub(crate) person: Option<i64>,
    pub(crate) text: String,
    pub(crate) at: i64,
    pub(crate) is_hidden: bool,
    /// A private reply was sent; only one is possible.
    pub(crate) is_replied: bool,
}
