//! The actions of one person in one chat.

use anyhow::{Context, Result};

use super::{
    act::{self, Act, Chat, Content, Done, Dressing},
    telegram::Telegram,
};

/// A person in a chat. Each action is complete when it returns; its updates are sent later.
#[derive(Clone, Copy)]
pub struct Customer<'a> {
    telegram: &'a Telegram,
    who: i64,
    to: Chat,
}

impl Telegram {
    /// Performs an action; `POST /acts` does the same with JSON. The error explains why nothing was done.
    pub fn act(&self, act: Act) -> Result<Done> {
        act::perform(&self.core, act)
    }

    /// A person in the private chat with a bot.
    pub fn customer(&self, person: i64, bot: i64) -> Customer<'_> {
        Customer { telegram: self, who: person, to: Chat::Bot(bot) }
    }

    /// A person in a group.
    pub fn member(&self, person: i64, group: i64) -> Customer<'_> {
        Customer { telegram: self, who: person, to: Chat::Group(group) }
    }

    /// A person in the personal chat with another one.
    pub fn correspondent(&self, person: i64, other: i64) -> Customer<'_> {
        Customer { telegram: self, who: person, to: Chat::Person(other) }
    }
}

impl Customer<'_> {
    /// The same person in a topic of the group.
    pub fn in_topic(self, thread: i64) -> Self {
        let to = match self.to {
            Chat::Group(group) | Chat::Topic(group, _) => Chat::Topic(group, thread),
            other => other,
        };
        Self { to, ..self }
    }

    fn one(&self, act: Act) -> Result<i64> {
        self.telegram.act(act)?.messages.first().copied().context("no message came of it")
    }

    fn bot(&self) -> Result<i64> {
        match self.to {
            Chat::Bot(bot) => Ok(bot),
            _ => anyhow::bail!("only in the private chat with a bot"),
        }
    }

    /// Presses Start, through a link with or without a payload; unblocks the bot.
    pub fn starts(&self, payload: &str) -> Result<i64> {
        self.one(Act::Start { who: self.who, bot: self.bot()?, payload: payload.to_owned() })
    }

    /// Writes a text.
    pub fn writes(&self, text: &str) -> Result<i64> {
        self.sends(Content::text(text))
    }

    /// Sends any content.
    pub fn sends(&self, content: Content) -> Result<i64> {
        self.sends_with(content, Dressing::default())
    }

    /// Sends content with a quote, as a forward, or in the name of a group.
    pub fn sends_with(&self, content: Content, with: Dressing) -> Result<i64> {
        self.one(Act::Send { who: self.who, to: self.to, content, with: Box::new(with) })
    }

    /// Replies to a message.
    pub fn replies(&self, to: i64, text: &str) -> Result<i64> {
        self.sends_with(Content::text(text), Dressing { reply_to: Some(to), ..Dressing::default() })
    }

    /// Sends 2 to 10 files as an album; returns their message ids.
    pub fn sends_album(&self, items: Vec<Content>) -> Result<Vec<i64>> {
        let with = Box::new(Dressing::default());
        Ok(self.telegram.act(Act::Album { who: self.who, to: self.to, items, with })?.messages)
    }

    /// Edits an own message.
    pub fn edits(&self, message: i64, content: Content) -> Result<i64> {
        self.one(Act::Edit { who: self.who, to: self.to, message, content })
    }

    /// Replaces the set of reactions, `custom:<id>` for a custom emoji; an empty set removes all.
    pub fn reacts(&self, message: i64, emoji: &[&str]) -> Result<()> {
        let emoji = emoji.iter().map(|one| (*one).to_owned()).collect();
        self.done(Act::React { who: self.who, to: self.to, message, emoji })
    }

    /// Presses an inline button; returns the id of the callback query.
    pub fn presses(&self, message: i64, row: usize, column: usize) -> Result<String> {
        Ok(self.telegram.act(Act::Press { who: self.who, to: self.to, message, row, column })?.id)
    }

    /// Deletes messages for both sides; only business bots are notified.
    pub fn deletes(&self, messages: &[i64]) -> Result<()> {
        self.done(Act::Delete { who: self.who, to: self.to, messages: messages.to_vec() })
    }

    /// Blocks the bot.
    pub fn blocks(&self) -> Result<()> {
        self.done(Act::Block { who: self.who, bot: self.bot()? })
    }

    /// Unblocks the bot.
    pub fn unblocks(&self) -> Result<()> {
        self.done(Act::Unblock { who: self.who, bot: self.bot()? })
    }

    fn done(&self, act: Act) -> Result<()> {
        self.telegram.act(act).map(|_: Done| ())
    }
}
