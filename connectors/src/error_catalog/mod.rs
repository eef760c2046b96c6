//! The catalog of errors: what each refusal of a messenger means, as data. Connectors judge by it, the message page
//! shows its texts, and `docs/errors.md` is generated from it.

use std::ops::RangeInclusive;

use base::i18n::Words;
use base::message::{Failure, FailureCode};
use serde::{Deserialize, Serialize};

/// The rows of a kind: id, codes, parts of the text, reaction, failure code, and cause. Codes of 0 match no answer.
macro_rules! rows {
    ($kind:literal: $(
        $id:literal $from:literal..=$to:literal $([$($text:literal),*])? => $class:expr, $failure:expr, $cause:literal;
    )*) => {
        &[$(CatalogEntry {
            id: $id,
            key: concat!("passport-", $kind, "-", $id),
            codes: $from..=$to,
            texts: &[$($($text),*)?],
            cause: $cause,
            class: $class,
            failure: $failure,
        }),*]
    };
}

mod rows;
#[cfg(test)]
mod tests;

pub use rows::{AVITO, FACEBOOK, INSTAGRAM, MAX, TELEGRAM, VK, WHATSAPP};

/// All known refusals of one messenger.
#[derive(Clone, Copy)]
pub struct ErrorCatalog {
    /// The kind of source.
    pub kind: &'static str,
    /// Checked in order; the first match counts.
    pub rows: &'static [CatalogEntry],
    /// Matched by code if no row matches.
    pub defaults: &'static [CatalogEntry],
}

/// One refusal.
#[derive(Debug, PartialEq, Eq)]
pub struct CatalogEntry {
    /// Its number in the documents, and the end of its text key: `passport-{kind}-{id}`.
    pub id: &'static str,
    key: &'static str,
    /// Codes of the answer; 0 if no answer contains one.
    pub codes: RangeInclusive<u32>,
    /// Parts of the text, one of which must occur, in whatever case, with `_` as a space; empty for any text.
    pub texts: &'static [&'static str],
    pub cause: &'static str,
    pub class: RefusalClass,
    /// The failure code of the message; none if this error does not fail a message.
    pub failure: Option<FailureCode>,
}

/// How to react to a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalClass {
    /// Nothing helps: the message fails.
    Permanent,
    /// Retry with back-off, or at the time that the messenger gives.
    Transient,
    /// Nothing is sent to this source until it is repaired.
    Pause,
    /// The request is changed and sent once more; a second refusal is permanent.
    Resend(Fix),
    /// There is nothing left to do.
    Done,
    /// It is unknown whether the message arrived.
    Unknown,
}

base::worded! {
    /// How to change a request, with its word in the documentation.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Fix, word {
        /// Use the chat's new id, which is stored.
        NewChat = "to the new chat id, which is kept",
        /// Remove the topic.
        NoTopic = "without the topic",
        /// Split the text into shorter parts.
        Shorter = "in shorter parts",
        /// Send the caption as a separate message.
        CaptionApart = "the caption apart",
        /// Remove the formatting.
        Plain = "without formatting",
        /// Remove the quote.
        NoQuote = "without the quote",
        /// Send the bytes instead of an address; if they are not stored here, a link of ours.
        Bytes = "the bytes, else a link",
        /// Send it as a file.
        Document = "as a document",
        /// Send it as music.
        Audio = "as audio",
        /// Send each file separately.
        OneByOne = "one by one",
        /// Send the buttons as text.
        ButtonsAsText = "buttons as text",
        /// Remove line breaks from the values of a template.
        OneLine = "values on one line",
    }
}

impl ErrorCatalog {
    /// What a refusal means; none for an unknown code.
    pub fn find(&self, code: impl Into<u32>, text: &str) -> Option<&'static CatalogEntry> {
        let (code, text) = (code.into(), spelled(text));
        let known = self.rows.iter().find(|row| row.fits(code, &text));
        known.or_else(|| self.defaults.iter().find(|row| row.fits(code, &text)))
    }

    /// The row that matches a stored answer; for messengers whose codes differ from the HTTP status, by the code in its
    /// JSON (`{"error":{"code":…}}`).
    pub fn of_answer(&self, status: u16, answer: &str) -> Option<&'static CatalogEntry> {
        let answered: serde_json::Value = serde_json::from_str(answer).unwrap_or_default();
        let code = ["/error/code", "/error_code"].into_iter().find_map(|place| answered.pointer(place)?.as_u64());
        let code = code.and_then(|code| u32::try_from(code).ok());
        self.find(code.unwrap_or_else(|| u32::from(status)), answer)
    }

    /// The row that lists this code, whatever the text; none for codes that only the defaults cover.
    pub fn known(&self, code: u32) -> Option<&'static CatalogEntry> {
        self.rows.iter().find(|row| row.codes.contains(&code))
    }

    /// The failure shown to the manager for a row, for failures that need no call to the messenger.
    pub fn failure(&self, id: &str, words: Words) -> Failure {
        let nameless = || Failure { code: FailureCode::Rejected, text: String::new() };
        self.row(id).map_or_else(nameless, |row| row.failure(words))
    }

    /// A row by its id.
    pub fn row(&self, id: &str) -> Option<&'static CatalogEntry> {
        self.rows.iter().chain(self.defaults).find(|row| row.id == id)
    }
}

impl CatalogEntry {
    /// `text`: as [`spelled`].
    fn fits(&self, code: u32, text: &str) -> bool {
        let any = || self.texts.iter().any(|part| text.contains(&spelled(part)));
        self.codes.contains(&code) && (self.texts.is_empty() || any())
    }

    /// Its text key.
    pub const fn key(&self) -> &'static str {
        self.key
    }

    /// The failure shown to the manager.
    pub fn failure(&self, words: Words) -> Failure {
        let code = self.failure.unwrap_or(FailureCode::Rejected);
        Failure { code, text: words.text(self.key).to_string() }
    }
}

/// A text for comparison: messengers write one refusal as a sentence or as `A_WORD`.
fn spelled(text: &str) -> String {
    text.to_lowercase().replace('_', " ")
}

/// The catalogs of all messengers that refuse in words or codes of their own.
pub const ALL: [ErrorCatalog; 7] = [AVITO, FACEBOOK, INSTAGRAM, MAX, TELEGRAM, VK, WHATSAPP];

/// The catalog of a kind of source; none if it has none.
pub fn of(kind: &str) -> Option<ErrorCatalog> {
    ALL.into_iter().find(|catalog| catalog.kind == kind)
}
