//! Exports of other programs ("dumps") as messages of an import. A reader for each translates into the one vocabulary of
//! [`DumpMessage`]: who wrote, when, what, in answer to what, with which file. Formats and their sources: dumps (docs/protocol/dumps.md).
//!
//! Readers block, so they run on a thread of their own and hand over through a short channel what they find.

mod chatwoot;
mod telegram;
#[cfg(test)]
mod tests;
mod text;
mod walk;
mod whatsapp;
mod workbook;

use std::io::Read;

use base::error::{Error, Result};
use base::i18n::{LocalizedText, Zone};
use base::worded::worded;
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::format::Format;
use crate::intake::message_in::ContentType;
use text::{ARCHIVE, Opened, Utf8, utf_8};

pub use text::DumpFile;
pub(super) use text::{broke_off, scratch};
pub(super) use whatsapp::{short_hash, time as time_of_day};

/// What a dump may leave open.
#[derive(Clone, Debug, Default)]
pub struct DumpOptions {
    /// The name under which the account's own side wrote; empty if the dump says it.
    pub we: String,
    /// The customer's phone number; empty if the dump says it.
    pub phone: String,
    /// The order of day and month; none if the dump shows it.
    pub dates: Option<DateOrder>,
    /// The zone of times that name none; none for the account's.
    pub zone: Option<Zone>,
}

worded! {
    /// The order of day and month in dates.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum DateOrder, word {
        DayFirst = "day_first",
        MonthFirst = "month_first",
    }
}

/// What a reader has to know.
pub(super) struct DumpContext {
    /// None: as the first bytes say.
    pub format: Option<Format>,
    pub options: DumpOptions,
    pub file_name: String,
    pub zone: Zone,
    /// Unix milliseconds.
    pub now: i64,
    /// `import.file_mb`.
    pub most_mb: u32,
}

/// What a reader finds, in the file's order.
#[derive(Debug)]
pub(super) enum Found {
    Message {
        line: i64,
        message: Box<DumpMessage>,
    },
    Skipped {
        line: i64,
        reason: LocalizedText,
    },
    /// Bytes of the file of the next message.
    Bytes(Bytes),
    /// A row of a workbook; the first one is its header.
    Row {
        line: i64,
        cells: Vec<String>,
    },
}

/// A message of a dump.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DumpMessage {
    pub id: String,
    pub chat: String,
    pub customer: DumpPerson,
    /// Who wrote it on the account's side; none: the customer wrote it.
    pub author: Option<DumpPerson>,
    /// Unix milliseconds.
    pub sent_at: i64,
    pub text: String,
    pub reply_to: Option<String>,
    pub attached: Attached,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct DumpPerson {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// What a message has besides its text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Attached {
    #[default]
    Nothing,
    File {
        kind: ContentType,
        name: String,
        place: FilePlace,
    },
    /// A place or a contact, as content in the format of the public API.
    Content(Value),
}

/// Where the file of a message is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum FilePlace {
    Address(String),
    /// Its bytes came before the message.
    Passed,
    /// The dump names it and does not have it.
    Missing,
}

impl DumpMessage {
    pub fn has_file(&self) -> bool {
        matches!(self.attached, Attached::File { .. })
    }

    /// The name of the file whose bytes came before the message.
    pub fn passed_file(&self) -> Option<&str> {
        match &self.attached {
            Attached::File { name, place: FilePlace::Passed, .. } => Some(name),
            _ => None,
        }
    }

    /// The message in the format of the public API. A file that the dump does not have is named in the text.
    pub fn json(&self, media_id: Option<Uuid>) -> Value {
        let text = || Some(self.text.as_str()).filter(|text| !text.is_empty());
        let content = match &self.attached {
            Attached::Content(content) => content.clone(),
            Attached::Nothing => json!({"type": ContentType::Text.word(), "text": self.text}),
            Attached::File { name, place: FilePlace::Missing, .. } => {
                json!({"type": ContentType::Text.word(), "text": format!("[{name}]\n{}", self.text).trim()})
            }
            Attached::File { kind, name, place: FilePlace::Address(url) } => {
                json!({"type": kind.word(), "text": text(), "file_name": name, "media_url": url})
            }
            Attached::File { kind, name, place: FilePlace::Passed } => {
                json!({"type": kind.word(), "text": text(), "file_name": name, "media_id": media_id})
            }
        };
        let sent_at = DateTime::from_timestamp_millis(self.sent_at).unwrap_or_default();
        let mut sender = json!(self.author.as_ref().unwrap_or(&self.customer));
        sender["role"] = if self.author.is_some() { "manager" } else { "client" }.into();
        json!({
            "id": self.id,
            "conversation": {"id": self.chat},
            "sender": sender,
            "receiver": self.author.as_ref().map(|_| &self.customer),
            "sent_at": sent_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            "content": content,
            "reply_to": self.reply_to.as_ref().map(|id| json!({"id": id})),
        })
    }
}

/// Takes what a reader finds.
pub(super) struct Sink {
    to: mpsc::Sender<Found>,
    last: i64,
}

impl Sink {
    fn message(&mut self, line: i64, message: DumpMessage) -> Result<()> {
        let found = Found::Message { line: self.place(line), message: Box::new(message) };
        self.give(found)
    }

    fn skip(&mut self, line: i64, reason: LocalizedText) -> Result<()> {
        let found = Found::Skipped { line: self.place(line), reason };
        self.give(found)
    }

    fn row(&mut self, line: i64, cells: Vec<String>) -> Result<()> {
        let line = self.place(line);
        self.give(Found::Row { line, cells })
    }

    fn bytes(&self, bytes: Bytes) -> Result<()> {
        self.give(Found::Bytes(bytes))
    }

    /// The line, or the next number where several records share a line.
    fn place(&mut self, line: i64) -> i64 {
        self.last = line.max(self.last + 1);
        self.last
    }

    /// Fails if the import has ended.
    fn give(&self, found: Found) -> Result<()> {
        self.to.blocking_send(found).map_err(|_| Error::not_storing())
    }
}

/// Reads a dump, or a workbook, to its end. 422 if it is none, is damaged, or leaves open what [`DumpOptions`] can say.
pub(super) fn read(file: Box<dyn DumpFile>, context: &DumpContext, to: mpsc::Sender<Found>) -> Result<()> {
    let mut sink = Sink { to, last: 0 };
    let mut input = match Opened::of(file, context.most_mb)? {
        Opened::Workbook(files) => return workbook::read(files, &mut sink),
        Opened::Dump(_) if context.format == Some(Format::Workbook) => return Err(refused("said-dump-unknown")),
        Opened::Dump(input) => input,
    };
    let name = input.archive.name.clone().unwrap_or_else(|| context.file_name.clone());
    let format = match context.format {
        Some(format) => Some(format),
        None => {
            let mut head = Vec::new();
            let most = u64::try_from(text::CHUNK).unwrap_or(u64::MAX);
            utf_8(&mut input.text)?.take(most).read_to_end(&mut head).map_err(broke_off)?;
            format_of(&head, &name)
        }
    };
    match format {
        Some(Format::Telegram) => telegram::read(&mut input, context, &mut sink),
        Some(Format::WhatsApp) => whatsapp::read(&mut input, context, &mut sink),
        Some(Format::Chatwoot) => chatwoot::read(&mut input, &mut sink),
        Some(Format::Lines | Format::Csv | Format::Workbook) | None => Err(refused("said-dump-unknown")),
    }
}

/// The format that the first bytes of a file show, else the one that its name does. None for an archive, whose text shows
/// it.
pub(super) fn format_of(head: &[u8], name: &str) -> Option<Format> {
    if head.starts_with(ARCHIVE) {
        return None;
    }
    let mut text = Vec::new();
    let _ = Utf8::new(head).read_to_end(&mut text);
    let text = String::from_utf8_lossy(&text);
    // Brackets around times begin such a chat as they begin JSON.
    if text.lines().take(20).any(whatsapp::is_header) {
        return Some(Format::WhatsApp);
    }
    if !text.trim_start().starts_with(['{', '[']) {
        return Some(Format::of_text(name));
    }
    let signs: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
    // In a text these would have escaped quotes.
    let has = |marks: &[&str]| marks.iter().any(|mark| signs.contains(mark));
    Some(if has(&["\"message_type\":", "\"payload\":["]) {
        Format::Chatwoot
    } else if has(&["\"messages\":[", "\"chats\":{", "\"personal_information\":{"]) {
        Format::Telegram
    } else {
        Format::of_name(name)
    })
}

/// How workbooks of Excel before 2007 begin, and those with a password.
const OLD_WORKBOOK: [u8; 4] = [0xd0, 0xcf, 0x11, 0xe0];

/// 422 for a workbook that cannot be read, by its first bytes.
pub(super) fn check_workbook(head: &[u8]) -> Result<()> {
    if head.starts_with(&OLD_WORKBOOK) { Err(refused("said-import-old-workbook")) } else { Ok(()) }
}

/// 422 for a whole dump.
fn refused(key: &'static str) -> Error {
    Error::field("", LocalizedText::new(key))
}

/// 422 for a dump with more text than `import.file_mb`.
pub(super) fn too_large(most_mb: u32) -> Error {
    Error::field("", LocalizedText::new("said-dump-large").with("most", most_mb))
}

/// 422 for a whole dump because of this line.
fn refused_at(key: &'static str, line: i64) -> Error {
    Error::field("", LocalizedText::new(key).with("line", line))
}

/// How a file is shown, by its name.
pub(super) fn kind_of_name(name: &str) -> ContentType {
    let name = name.to_ascii_uppercase();
    let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
    match ending {
        "WEBP" if stem.starts_with("STK") || stem.contains("STICKER") => ContentType::Sticker,
        "JPG" | "JPEG" | "PNG" | "GIF" | "WEBP" | "HEIC" => ContentType::Picture,
        "MP4" | "MOV" | "3GP" | "AVI" | "MKV" | "WEBM" => ContentType::Video,
        "OPUS" | "OGG" => ContentType::Voice,
        "MP3" | "M4A" | "AAC" | "WAV" | "AMR" => ContentType::Audio,
        _ => ContentType::File,
    }
}
