//! The actions of one person with one bot, for tests.

use anyhow::{Context, Result};

use super::act::{Act, Content, Done, Place, perform};
use super::max::Max;

/// A person who talks to a bot.
#[derive(Clone, Copy)]
pub struct Customer<'a> {
    max: &'a Max,
    pub who: i64,
    pub bot: i64,
}

impl Max {
    /// A person and a bot.
    pub fn customer(&self, who: i64, bot: i64) -> Customer<'_> {
        Customer { max: self, who, bot }
    }

    /// Performs any action.
    pub fn act(&self, act: Act) -> Result<Done> {
        perform(&self.core, act)
    }
}

impl Customer<'_> {
    /// Presses Start, with a payload unless it is empty.
    pub fn starts(&self, payload: &str) -> Result<()> {
        let payload = Some(payload.to_owned()).filter(|payload| !payload.is_empty());
        self.max.act(Act::Start { who: self.who, bot: self.bot, payload }).map(drop)
    }

    /// Stops the bot.
    pub fn stops(&self) -> Result<()> {
        self.max.act(Act::Stop { who: self.who, bot: self.bot }).map(drop)
    }

    /// Writes a text; returns its `mid`.
    pub fn writes(&self, text: &str) -> Result<String> {
        self.sends(text, Vec::new())
    }

    /// Sends a text with attachments; returns its `mid`.
    pub fn sends(&self, text: &str, contents: Vec<Content>) -> Result<String> {
        self.says(Place::Bot(self.bot), text, contents, None)
    }

    /// Answers a message; returns the new `mid`.
    pub fn answers(&self, mid: &str, text: &str) -> Result<String> {
        self.says(Place::Bot(self.bot), text, Vec::new(), Some(mid))
    }

    /// Comments on a post; returns the comment's `mid`.
    pub fn comments(&self, post: &str, text: &str) -> Result<String> {
        self.says(Place::Post(post.to_owned()), text, Vec::new(), None)
    }

    /// Edits an own message or comment.
    pub fn edits(&self, mid: &str, text: &str) -> Result<()> {
        let (message, text) = (mid.to_owned(), text.to_owned());
        self.max.act(Act::Edit { who: self.who, message, text }).map(drop)
    }

    /// Removes an own message or comment.
    pub fn removes(&self, mid: &str) -> Result<()> {
        self.max.act(Act::Remove { who: self.who, message: mid.to_owned() }).map(drop)
    }

    /// Presses a button.
    pub fn presses(&self, mid: &str, payload: &str) -> Result<()> {
        let (message, payload) = (mid.to_owned(), payload.to_owned());
        self.max.act(Act::Press { who: self.who, message, payload }).map(drop)
    }

    fn says(&self, to: Place, text: &str, contents: Vec<Content>, reply_to: Option<&str>) -> Result<String> {
        let (text, reply_to) = (text.to_owned(), reply_to.map(str::to_owned));
        let act = Act::Send { who: self.who, to, text, contents, reply_to, forward: None };
        self.max.act(act)?.mid.context("no message was made")
    }
}
