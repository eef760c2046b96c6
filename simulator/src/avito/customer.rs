//! The actions of one buyer in one chat.

use anyhow::Result;

use super::{
    act::{Act, Content, To},
    avito::Avito,
};

/// A buyer in a chat. Each action is complete when it returns; webhooks are called later.
#[derive(Clone)]
pub struct Customer<'a> {
    avito: &'a Avito,
    who: i64,
    to: To,
}

impl Avito {
    /// A buyer who opens an advert.
    pub fn customer(&self, buyer: i64, item: i64) -> Customer<'_> {
        Customer { avito: self, who: buyer, to: To::Item(item) }
    }

    /// A buyer who opens a seller's profile.
    pub fn visitor(&self, buyer: i64, seller: i64) -> Customer<'_> {
        Customer { avito: self, who: buyer, to: To::Seller(seller) }
    }
}

impl Customer<'_> {
    /// Writes a text; returns the message's id.
    pub fn writes(&self, text: &str) -> Result<String> {
        self.sends(Content::text(text))
    }

    /// Sends any content; returns the message's id.
    pub fn sends(&self, content: Content) -> Result<String> {
        let act = Act::Send { who: self.who, to: self.to.clone(), content, quote: None };
        Ok(self.avito.act(act)?.0)
    }

    /// Quotes a message.
    pub fn replies(&self, quote: &str, text: &str) -> Result<String> {
        let quote = Some(quote.to_owned());
        let act = Act::Send { who: self.who, to: self.to.clone(), content: Content::text(text), quote };
        Ok(self.avito.act(act)?.0)
    }

    /// The chat's id; the chat is created if there is none.
    pub fn chat(&self) -> Result<String> {
        self.avito.core.change(|state| state.open_chat(self.who, &self.to))
    }

    /// Deletes an own message.
    pub fn takes_back(&self, message: &str) -> Result<()> {
        let act = Act::TakeBack { who: self.who, chat: self.chat()?, message: message.to_owned() };
        self.avito.act(act).map(|_| ())
    }

    /// Reads all messages.
    pub fn reads(&self) -> Result<()> {
        self.avito.act(Act::Read { who: self.who, chat: self.chat()? }).map(|_| ())
    }
}
