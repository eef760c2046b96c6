//! The error passport: what each refusal of a messenger means, as data. Connectors judge by it, the message page shows its
//! words, and `docs/errors.md` is made from it.

use std::ops::RangeInclusive;

use crate::message::{Failure, FailureCode};
use crate::words::Words;

mod telegram;
#[cfg(test)]
mod tests;

pub use telegram::TELEGRAM;

/// All refusals of one messenger that are known.
#[derive(Clone, Copy)]
pub struct Passport {
    /// The kind of source.
    pub kind: &'static str,
    /// The first that fits counts.
    pub rows: &'static [Row],
    /// For what no row fits, by its code.
    pub defaults: &'static [Row],
}

/// One refusal.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number in the documents, and the end of the key of its words: `passport-{kind}-{id}`.
    pub id: &'static str,
    key: &'static str,
    /// Codes of the answer; 0: no answer tells it.
    pub codes: RangeInclusive<u16>,
    /// Parts of the text, one of which must be in it, in whatever case; none: any text.
    pub texts: &'static [&'static str],
    pub cause: &'static str,
    pub class: Class,
    /// What the manager is told when the message fails; none: no message fails by it.
    pub failure: Option<FailureCode>,
}

/// What is to be done about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Nothing helps: the message fails.
    Permanent,
    /// Later, by the back-off or when the messenger said.
    Transient,
    /// Nothing goes to this source until somebody repairs it.
    Pause,
    /// The request is changed, once, and sent again; refused once more it is permanent.
    Resend(Fix),
    /// There is nothing left to do.
    Done,
    /// Nobody knows whether it arrived.
    Unknown,
}

/// How a request is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fix {
    /// To the chat's new id, which is kept.
    NewChat,
    /// Without the topic.
    NoTopic,
    /// The text in shorter parts.
    Shorter,
    /// The caption as a message of its own.
    CaptionApart,
    /// Without formatting.
    Plain,
    /// Without the quote.
    NoQuote,
    /// The bytes instead of an address; a link of ours where they are not here.
    Bytes,
    /// As a file.
    Document,
    /// As a piece of music.
    Audio,
    /// Each file by itself.
    OneByOne,
    /// The buttons as text.
    ButtonsAsText,
}

impl Fix {
    /// Its word in the documentation.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NewChat => "to the new chat id, which is kept",
            Self::NoTopic => "without the topic",
            Self::Shorter => "in shorter parts",
            Self::CaptionApart => "the caption apart",
            Self::Plain => "without formatting",
            Self::NoQuote => "without the quote",
            Self::Bytes => "the bytes, else a link",
            Self::Document => "as a document",
            Self::Audio => "as audio",
            Self::OneByOne => "one by one",
            Self::ButtonsAsText => "buttons as text",
        }
    }
}

impl Passport {
    /// What a refusal means; none: nobody knows a code like this.
    pub fn find(&self, code: u16, text: &str) -> Option<&'static Row> {
        let text = text.to_lowercase();
        let known = self.rows.iter().find(|row| row.fits(code, &text));
        known.or_else(|| self.defaults.iter().find(|row| row.fits(code, &text)))
    }

    /// What the manager is told by a row: for what is known without asking the messenger.
    pub fn failure(&self, id: &str, words: Words) -> Failure {
        let nameless = || Failure { code: FailureCode::Rejected, text: String::new() };
        self.row(id).map_or_else(nameless, |row| row.failure(words))
    }

    /// A row by its id.
    pub fn row(&self, id: &str) -> Option<&'static Row> {
        self.rows.iter().chain(self.defaults).find(|row| row.id == id)
    }
}

impl Row {
    /// `text`: in lower case.
    fn fits(&self, code: u16, text: &str) -> bool {
        let any = || self.texts.iter().any(|part| text.contains(&part.to_lowercase()));
        self.codes.contains(&code) && (self.texts.is_empty() || any())
    }

    /// The key of its words.
    pub const fn key(&self) -> &'static str {
        self.key
    }

    /// What the manager is told when the message fails by it.
    pub fn failure(&self, words: Words) -> Failure {
        let code = self.failure.unwrap_or(FailureCode::Rejected);
        Failure { code, text: words.say(self.key).to_string() }
    }
}

/// The passport of a kind of source; none: its refusals have no names.
pub fn of(kind: &str) -> Option<Passport> {
    [TELEGRAM].into_iter().find(|passport| passport.kind == kind)
}
