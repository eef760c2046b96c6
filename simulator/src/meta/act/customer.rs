//! The actions of one person in one chat.

use anyhow::Result;

use super::{Act, Content};
use crate::meta::meta::Meta;

/// A person in the chat with an account. Each action is complete when it returns; its events are sent later.
#[derive(Clone, Copy)]
pub struct Customer<'a> {
    meta: &'a Meta,
    who: i64,
    account: &'a str,
}

impl Meta {
    /// A person in the chat with an account.
    pub fn customer<'a>(&'a self, person: i64, account: &'a str) -> Customer<'a> {
        Customer { meta: self, who: person, account }
    }
}

impl Customer<'_> {
    fn done(&self, act: Act) -> Result<String> {
        Ok(self.meta.act(act)?.id)
    }

    fn account(&self) -> String {
        self.account.to_owned()
    }

    /// Writes a text; returns its `mid`.
    pub fn writes(&self, text: &str) -> Result<String> {
        self.sends(Content::text(text))
    }

    /// Sends any content; returns its `mid`.
    pub fn sends(&self, content: Content) -> Result<String> {
        self.done(Act::Send { who: self.who, account: self.account(), content, reply_to: None })
    }

    /// Replies to a message.
    pub fn replies(&self, to: &str, text: &str) -> Result<String> {
        let (content, reply_to) = (Content::text(text), Some(to.to_owned()));
        self.done(Act::Send { who: self.who, account: self.account(), content, reply_to })
    }

    /// Edits an own message.
    pub fn edits(&self, message: &str, text: &str) -> Result<String> {
        let (message, text) = (message.to_owned(), text.to_owned());
        self.done(Act::Edit { who: self.who, account: self.account(), message, text })
    }

    /// Deletes an own message for both sides.
    pub fn unsends(&self, message: &str) -> Result<String> {
        self.done(Act::Unsend { who: self.who, account: self.account(), message: message.to_owned() })
    }

    /// Reacts to a message; none removes the reaction.
    pub fn reacts(&self, message: &str, emoji: Option<&str>) -> Result<String> {
        let (message, emoji) = (message.to_owned(), emoji.map(str::to_owned));
        self.done(Act::React { who: self.who, account: self.account(), message, emoji })
    }

    /// Presses a quick reply or a button.
    pub fn presses(&self, message: &str, title: &str) -> Result<String> {
        let (message, title) = (message.to_owned(), title.to_owned());
        self.done(Act::Press { who: self.who, account: self.account(), message, title })
    }

    /// Opens the chat through a link with `?ref=`.
    pub fn opens(&self, mark: &str) -> Result<String> {
        self.done(Act::Open { who: self.who, account: self.account(), mark: mark.to_owned(), ad: None })
    }

    /// Reads all messages.
    pub fn reads(&self) -> Result<String> {
        self.done(Act::Read { who: self.who, account: self.account() })
    }

    /// Receives all messages.
    pub fn receives(&self) -> Result<String> {
        self.done(Act::Receive { who: self.who, account: self.account() })
    }

    /// Blocks or unblocks the account.
    pub fn blocks(&self, blocked: bool) -> Result<String> {
        self.done(Act::Block { who: self.who, account: self.account(), blocked })
    }

    /// Comments on a post; returns the comment's id.
    pub fn comments(&self, post: &str, text: &str) -> Result<String> {
        self.done(Act::Comment { who: self.who, post: post.to_owned(), text: text.to_owned(), parent: None })
    }

    /// The business writes to this person in its own inbox.
    pub fn hears(&self, text: &str) -> Result<String> {
        self.done(Act::Staff { account: self.account(), who: self.who, text: text.to_owned() })
    }
}
