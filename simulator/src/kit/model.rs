//! The model of every messenger, as plain data: people who write to lines in dialogs, messages with files and buttons.
//!
//! What only one messenger knows is in `more`, under the names that its wire gives it, or in [`State::own`].

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::call::CallView;
use super::id::Id;
use super::outbox::{Hook, Outbox};

#[derive(Clone, Debug, Default)]
pub struct Person {
    pub id: i64,
    pub first_name: String,
    pub last_name: String,
    pub username: Option<String>,
    pub phone: String,
    pub is_deleted: bool,
    pub more: Map<String, Value>,
}

impl Person {
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }

    /// The contact card of the person.
    pub fn vcard(&self) -> String {
        vcard(&self.name(), &self.phone)
    }
}

/// A contact card with one number.
pub fn vcard(name: &str, phone: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;TYPE=cell:{phone}\r\nFN:{name}\r\nEND:VCARD\r\n")
}

/// What a program connects: a bot, a number, a page, a community, a seller.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub id: Id,
    pub name: String,
    /// Without `@`.
    pub username: String,
    pub token: String,
    pub is_revoked: bool,
    pub subscriptions: Vec<Subscription>,
    /// What programs showed to people who pressed a button.
    pub notices: Vec<Notice>,
    pub more: Map<String, Value>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    pub url: String,
    pub secret: Option<String>,
    /// `None`: all kinds of events.
    pub kinds: Option<Vec<String>>,
    /// In milliseconds.
    pub since: i64,
    /// When the current series of failures began, in milliseconds.
    pub failing_since: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub press: Id,
    pub text: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DialogKind {
    /// One person and a line.
    #[default]
    Private,
    /// Several people and a line.
    Group,
    /// Posts of a line, and comments of people on them.
    Channel,
}

#[derive(Clone, Debug, Default)]
pub struct Dialog {
    pub id: Id,
    pub kind: DialogKind,
    pub line: Id,
    /// `None` in groups and channels.
    pub person: Option<i64>,
    /// Of a group or a channel.
    pub title: String,
    /// The person has allowed the line to write.
    pub is_started: bool,
    pub is_blocked: bool,
    pub messages: Vec<Message>,
    /// Keys that the line put below the input: they send their text, or the content of their kind.
    pub keyboard: Vec<Vec<Button>>,
    /// What the line was shown to do, such as typing.
    pub activities: Vec<Activity>,
    pub more: Map<String, Value>,
}

/// An activity that the person sees for a moment.
#[derive(Clone, Debug)]
pub struct Activity {
    /// The messenger's word for it.
    pub name: String,
    /// In milliseconds.
    pub at: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Author {
    Person(i64),
    /// A program with the line's token.
    #[default]
    Line,
    /// A person of the business, in the messenger's own application.
    Owner,
    /// The messenger itself, or the channel.
    Anonymous,
}

#[derive(Clone, Debug, Default)]
pub struct Message {
    pub id: Id,
    /// Its place among all messages of the simulator.
    pub serial: i64,
    pub author: Author,
    /// In milliseconds.
    pub at: i64,
    /// The messenger's word for its content.
    pub kind: String,
    pub text: String,
    pub files: Vec<Id>,
    /// Content other than files, in the messenger's JSON.
    pub parts: Vec<Value>,
    pub buttons: Vec<Vec<Button>>,
    pub reply_to: Option<Id>,
    pub forward: Option<Id>,
    pub post: Option<Id>,
    pub reactions: BTreeMap<Author, Vec<String>>,
    pub edited_at: Option<i64>,
    /// When the other side read it, in milliseconds.
    pub read_at: Option<i64>,
    pub is_removed: bool,
    pub more: Map<String, Value>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Button {
    /// The messenger's word: `callback`, `link`, …
    pub kind: String,
    pub text: String,
    /// What a press brings to the line.
    pub payload: Option<String>,
    /// What a press opens.
    pub url: Option<String>,
}

/// A file, or the place where one will be uploaded.
#[derive(Clone, Debug, Default)]
pub struct File {
    pub id: Id,
    pub serial: i64,
    /// The messenger's word: `image`, `photo`, …
    pub kind: String,
    /// What a program sends to name it.
    pub token: String,
    pub name: String,
    pub mime: String,
    /// `None`: not uploaded yet.
    pub bytes: Option<Bytes>,
    /// When it can be sent, in milliseconds.
    pub ready_at: i64,
    /// Increased when its public addresses expire.
    pub version: u32,
    pub more: Map<String, Value>,
}

impl File {
    pub fn size(&self) -> usize {
        self.bytes.as_ref().map_or(0, Bytes::len)
    }
}

/// The whole state of a simulator, behind one lock. `O` is what only its messenger has.
#[derive(Default)]
pub struct State<O> {
    /// The time of the current access, in milliseconds.
    pub now: i64,
    /// The simulator's own address, without a trailing slash.
    pub base: String,
    pub people: BTreeMap<i64, Person>,
    pub lines: BTreeMap<Id, Line>,
    pub dialogs: BTreeMap<Id, Dialog>,
    pub files: BTreeMap<Id, File>,
    /// Files that programs uploaded for later acts.
    pub uploads: BTreeMap<String, Upload>,
    pub outbox: Outbox,
    pub calls: Vec<CallView>,
    /// Rate limits are applied.
    pub has_rates: bool,
    pub own: O,
    pub(crate) serial: i64,
}

#[derive(Clone, Debug, Default)]
pub struct Upload {
    pub name: String,
    pub mime: String,
    pub bytes: Bytes,
}

impl<O> State<O> {
    /// A unique number for ids of every kind.
    pub fn next_serial(&mut self) -> i64 {
        self.serial += 1;
        self.serial
    }

    /// A text of so many hexadecimal digits, different each time and the same in each run.
    pub fn next_hex(&mut self, digits: usize) -> String {
        let mut number = self.next_serial().unsigned_abs();
        let mut text = String::new();
        while text.len() < digits {
            // Splitmix64: consecutive numbers give dissimilar ids.
            number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            text.push_str(&format!("{:016x}", mixed ^ (mixed >> 31)));
        }
        text.truncate(digits);
        text
    }

    /// Now in Unix seconds.
    pub fn date(&self) -> i64 {
        self.now.div_euclid(1000)
    }

    /// The line with this valid token.
    pub fn line_with(&self, token: &str) -> Option<&Line> {
        self.lines.values().find(|line| line.token == token && !line.is_revoked)
    }

    pub fn private(&self, line: &Id, person: i64) -> Option<&Dialog> {
        self.dialogs
            .values()
            .find(|one| one.line == *line && one.person == Some(person) && one.kind == DialogKind::Private)
    }

    /// The private dialog with this id, created if necessary.
    pub(crate) fn open(&mut self, id: Id, line: &Id, person: i64) -> Id {
        let dialog = Dialog { id: id.clone(), line: line.clone(), person: Some(person), ..Dialog::default() };
        self.dialogs.entry(id.clone()).or_insert(dialog);
        id
    }

    /// Shows an activity of the line to the person.
    pub(crate) fn show(&mut self, dialog: &Id, name: &str) {
        let activity = Activity { name: name.to_owned(), at: self.now };
        self.dialogs.entry(dialog.clone()).and_modify(|dialog| dialog.activities.push(activity));
    }

    pub fn dialog(&self, id: &Id) -> Option<&Dialog> {
        self.dialogs.get(id)
    }

    /// The dialog that holds a message; for messengers whose ids of messages differ in all dialogs.
    pub fn dialog_with(&self, message: &Id) -> Option<&Dialog> {
        self.dialogs.values().find(|dialog| dialog.message(message).is_some())
    }

    /// A message that was not removed, in whatever dialog; for the same messengers.
    pub fn message(&self, id: &Id) -> Option<&Message> {
        self.dialogs.values().find_map(|dialog| dialog.message(id))
    }

    /// The same, to be changed.
    pub fn message_mut(&mut self, id: &Id) -> Option<&mut Message> {
        self.dialogs.values_mut().find_map(|dialog| dialog.message_mut(id))
    }

    /// All messages of a line in the order of their creation, with the removed ones.
    pub fn messages_of(&self, line: &Id) -> Vec<(&Dialog, &Message)> {
        let of_line = self.dialogs.values().filter(|dialog| dialog.line == *line);
        let mut all: Vec<_> =
            of_line.flat_map(|dialog| dialog.messages.iter().map(move |message| (dialog, message))).collect();
        all.sort_by_key(|(_, message)| message.serial);
        all
    }

    /// Adds a message with this id to a dialog; sets its serial and its time unless it has one.
    pub fn add(&mut self, dialog: &Id, message: Message) {
        let (serial, now) = (self.next_serial(), self.now);
        if let Some(dialog) = self.dialogs.get_mut(dialog) {
            let at = if message.at == 0 { now } else { message.at };
            dialog.messages.push(Message { serial, at, ..message });
        }
    }

    /// Queues an event for every webhook of a line that wants its kind.
    pub fn notify(&mut self, line: &Id, kind: &str, lane: &str, body: &Value) {
        let Some(known) = self.lines.get(line) else { return };
        let wants = |one: &&Subscription| {
            let kinds = one.kinds.as_ref();
            kinds.is_none_or(|kinds| kinds.is_empty() || kinds.iter().any(|wanted| wanted == kind))
        };
        for one in known.subscriptions.iter().filter(wants) {
            self.outbox.push(Hook {
                line: line.clone(),
                target: one.url.clone(),
                lane: lane.to_owned(),
                kind: kind.to_owned(),
                body: body.clone(),
                made_at: self.now,
                due_at: self.now,
                ..Hook::default()
            });
        }
    }

    /// A place for a file; its id is `u` and its serial, its token is left to the messenger.
    pub fn place(&mut self, kind: &str) -> &mut File {
        let serial = self.next_serial();
        let id = Id::from(format!("u{serial}"));
        let file = File { id: id.clone(), serial, kind: kind.to_owned(), version: 1, ..File::default() };
        self.files.entry(id).or_insert(file)
    }

    pub fn file_by_token(&self, token: &str) -> Option<&File> {
        self.files.values().find(|file| file.token == token && !token.is_empty())
    }
}

impl Dialog {
    pub fn message(&self, id: &Id) -> Option<&Message> {
        self.messages.iter().find(|message| message.id == *id && !message.is_removed)
    }

    pub fn message_mut(&mut self, id: &Id) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| message.id == *id && !message.is_removed)
    }

    /// The activity that is shown at this time.
    pub fn activity(&self, now: i64, millis: i64) -> Option<&Activity> {
        self.activities.last().filter(|activity| now - activity.at < millis)
    }
}
