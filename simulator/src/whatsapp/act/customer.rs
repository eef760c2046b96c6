//! Short methods for one person's chat with one number.

use anyhow::Result;

use super::{Act, Content, Dressing};
use crate::whatsapp::whatsapp::WhatsApp;

/// A customer of a business number. Every method returns the wamid of the message it created.
pub struct Customer<'a> {
    whatsapp: &'a WhatsApp,
    who: i64,
    phone: String,
}

impl WhatsApp {
    /// A person who writes to a number.
    pub fn customer(&self, who: i64, phone: &str) -> Customer<'_> {
        Customer { whatsapp: self, who, phone: phone.to_owned() }
    }
}

impl Customer<'_> {
    fn does(&self, act: impl FnOnce(i64, String) -> Act) -> Result<String> {
        Ok(self.whatsapp.act(act(self.who, self.phone.clone()))?.id)
    }

    /// Sends a text.
    pub fn writes(&self, text: &str) -> Result<String> {
        self.sends(Content::text(text))
    }

    /// Sends any content.
    pub fn sends(&self, content: Content) -> Result<String> {
        self.sends_with(content, Dressing::default())
    }

    /// Sends any content as an answer, forwarded, from an ad, …
    pub fn sends_with(&self, content: Content, with: Dressing) -> Result<String> {
        self.does(|who, phone| Act::Send { who, phone, content, with: Box::new(with) })
    }

    /// Answers a message.
    pub fn replies(&self, message: &str, text: &str) -> Result<String> {
        let with = Dressing { reply_to: Some(message.to_owned()), ..Dressing::default() };
        self.sends_with(Content::text(text), with)
    }

    /// Reacts; an empty emoji removes the reaction.
    pub fn reacts(&self, message: &str, emoji: &str) -> Result<String> {
        let (message, emoji) = (message.to_owned(), emoji.to_owned());
        self.does(|who, phone| Act::React { who, phone, message, emoji })
    }

    /// Presses a button, counted from 0.
    pub fn presses(&self, message: &str, button: usize) -> Result<String> {
        let message = message.to_owned();
        self.does(|who, phone| Act::Press { who, phone, message, button })
    }

    /// Chooses a row by its id.
    pub fn chooses(&self, message: &str, row: &str) -> Result<String> {
        let (message, row) = (message.to_owned(), row.to_owned());
        self.does(|who, phone| Act::Choose { who, phone, message, row })
    }

    /// Edits a text or a caption.
    pub fn edits(&self, message: &str, text: &str) -> Result<String> {
        let (message, text) = (message.to_owned(), text.to_owned());
        self.does(|who, phone| Act::Edit { who, phone, message, text })
    }

    /// Deletes a message for everyone.
    pub fn revokes(&self, message: &str) -> Result<String> {
        let message = message.to_owned();
        self.does(|who, phone| Act::Revoke { who, phone, message })
    }

    /// Opens the chat, which marks its messages as read.
    pub fn reads(&self) -> Result<String> {
        self.does(|who, phone| Act::Read { who, phone })
    }

    /// Plays a voice message.
    pub fn plays(&self, message: &str) -> Result<String> {
        let message = message.to_owned();
        self.does(|who, phone| Act::Play { who, phone, message })
    }

    /// Blocks the business or unblocks it.
    pub fn blocks(&self, on: bool) -> Result<String> {
        self.does(|who, phone| Act::Block { who, phone, on })
    }
}
