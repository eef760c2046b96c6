//! Options, which are the wire of WhatsApp, and the state that only it has: apps, accounts, numbers, tokens, templates,
//! and what is particular to people and chats.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::kit::{Budgets, Code, Id, Message, State, list};

/// An hour and a day in milliseconds.
pub(super) const HOUR: i64 = 3_600_000;
pub(super) const DAY: i64 = 24 * HOUR;

crate::kit::options!();

#[derive(Clone, Debug)]
pub(super) struct App {
    pub(super) secret: String,
    pub(super) name: String,
    /// The app's only callback, set after its handshake.
    pub(super) callback: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Waba {
    pub(super) name: String,
    /// Subscribed apps, each with the address that overrides its callback.
    pub(super) subscribed: BTreeMap<String, Option<String>>,
    /// Sending is refused (131031).
    pub(super) is_locked: bool,
    pub(super) template_limit: usize,
    /// Until when names of deleted approved templates, with their languages, are reserved.
    pub(super) locked_names: BTreeMap<[String; 2], i64>,
}

/// What a business number has beside its line.
#[derive(Clone, Debug, Default)]
pub(super) struct Phone {
    pub(super) waba: String,
    /// Digits only.
    pub(super) number: String,
    /// Fields as `GET` shows them: `status`, `quality_rating`, …
    pub(super) fields: Value,
    pub(super) pin: Option<String>,
    pub(super) wrong_pins: usize,
    /// Coexistence: it stays in the phone app.
    pub(super) is_on_biz_app: bool,
    /// `smb_app_data` can be called for a day from then.
    pub(super) connected_at: i64,
    pub(super) synced: BTreeSet<String>,
    pub(super) shares_history: bool,
    /// By app: overrides the addresses of the account and of the app.
    pub(super) overrides: BTreeMap<String, String>,
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) app: String,
    pub(super) wabas: BTreeSet<String>,
    pub(super) issued_at: i64,
    /// `None`: never.
    pub(super) expires_at: Option<i64>,
    pub(super) is_revoked: bool,
}

/// What a person with WhatsApp has beside a name and a number.
#[derive(Clone, Debug, Default)]
pub(super) struct User {
    /// The business-scoped id; `None` as before April 2026.
    pub(super) user_id: Option<String>,
    pub(super) parent_user_id: Option<String>,
}

/// What a number's chat with one person has beside its dialog. Times are in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Chat {
    /// When the window for free-form messages closes.
    pub(super) open_until: i64,
    /// When the window opened by an ad or a post closes.
    pub(super) entry_until: i64,
    /// When the number last wrote to the phone.
    pub(super) phone_used_at: Option<i64>,
    /// The person has stopped marketing messages.
    pub(super) is_stopped: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Template {
    pub(super) waba: String,
    /// As `GET` shows it.
    pub(super) fields: Value,
    /// Times of edits while it was approved.
    pub(super) edits: Vec<i64>,
    pub(super) pauses: usize,
}

impl Template {
    pub(super) fn text(&self, name: &str) -> &str {
        self.fields[name].as_str().unwrap_or_default()
    }

    /// The component of a type; null if it has none.
    pub(super) fn component(&self, kind: &str) -> &Value {
        let mut all = self.fields["components"].as_array().into_iter().flatten();
        let is_meant = |one: &&Value| one["type"].as_str().is_some_and(|one| one.eq_ignore_ascii_case(kind));
        all.find(is_meant).unwrap_or(&Value::Null)
    }

    pub(super) fn buttons(&self) -> &[Value] {
        list(&self.component("BUTTONS")["buttons"])
    }
}

/// A session of the Resumable Upload API.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) app: String,
    pub(super) length: usize,
    pub(super) mime: String,
    pub(super) bytes: Vec<u8>,
    /// The handle, once the file is complete.
    pub(super) handle: Option<String>,
}

/// How several webhooks are merged into one body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Batch {
    /// One entry for each.
    Entries,
    /// One entry per account, with one change for each.
    Changes,
    /// One change per number and field, with all its messages, statuses and contacts.
    Messages,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It was not delivered and will not be.
    Failed,
    Sent,
    Delivered,
    Read,
    Played,
}

impl Status {
    /// Of a message of the business.
    pub(super) fn of(more: &Map<String, Value>) -> Option<Self> {
        Self::deserialize(more.get("status")?).ok()
    }
}

#[derive(Default)]
pub struct Own {
    pub(super) apps: BTreeMap<String, App>,
    pub(super) wabas: BTreeMap<String, Waba>,
    pub(super) phones: BTreeMap<Id, Phone>,
    pub(super) tokens: BTreeMap<String, Token>,
    pub(super) codes: BTreeMap<String, Code<String>>,
    pub(super) users: BTreeMap<i64, User>,
    /// By the ids of dialogs.
    pub(super) chats: BTreeMap<Id, Chat>,
    pub(super) templates: BTreeMap<String, Template>,
    pub(super) sessions: BTreeMap<String, Session>,
    /// What numbers spent on each chat, by the ids of dialogs.
    pub(super) pairs: Budgets<Id>,
    /// Messages to one person that may be sent at once; none: Meta's.
    pub(super) pair_burst: Option<i64>,
    /// Waiting webhooks of an app are merged.
    pub(super) batch: Option<Batch>,
    /// Phones do not report `delivered` by themselves.
    pub(super) is_slow: bool,
    pub(super) refuses_at_once: bool,
}

/// The whole state. A message has its body as its only part, and in `more` what only messages of WhatsApp have: `json`
/// (the request, or the object in the webhook), `beside` (what a customer's message has beside its body), `status`,
/// `error` (the code of `failed`), `callback`, `category`, `is_to_phone`, `is_old`, and `shown` (header and footer of a
/// template).
pub(super) type WhatsApp = State<Own>;

pub(super) fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

pub(super) fn body(message: &Message) -> &Value {
    message.parts.first().unwrap_or(&Value::Null)
}

fn chat_id(phone: &Id, person: i64) -> Id {
    Id::from(format!("{phone}_{person}"))
}

impl WhatsApp {
    /// The dialog of a number with a person, created if necessary.
    pub(super) fn dialog_of(&mut self, phone: &Id, person: i64) -> Id {
        self.open(chat_id(phone, person), phone, person)
    }

    /// What a chat has beside its dialog.
    pub(super) fn chat(&self, phone: &Id, person: i64) -> Chat {
        self.own.chats.get(&chat_id(phone, person)).copied().unwrap_or_default()
    }

    /// The same, to be changed.
    pub(super) fn chat_mut(&mut self, phone: &Id, person: i64) -> &mut Chat {
        self.own.chats.entry(chat_id(phone, person)).or_default()
    }

    /// A message of a number, also one that was deleted, and the person of its chat.
    pub(super) fn found(&self, phone: &Id, id: &str) -> Option<(i64, &Message)> {
        let mut of_phone = self.dialogs.values().filter(|dialog| dialog.line == *phone);
        of_phone.find_map(|dialog| Some((dialog.person?, dialog.messages.iter().find(|one| one.id == *id)?)))
    }

    /// The same message, to be changed.
    pub(super) fn found_mut(&mut self, phone: &Id, id: &str) -> Option<&mut Message> {
        let mut of_phone = self.dialogs.values_mut().filter(|dialog| dialog.line == *phone);
        of_phone.find_map(|dialog| dialog.messages.iter_mut().find(|one| one.id == *id))
    }

    /// `1800000000000001` and so on: ids of files, templates and numbers consist of digits.
    pub(super) fn next_number(&mut self, base: i64) -> String {
        (base + self.next_serial()).to_string()
    }

    /// The id of a message: opaque to clients, it contains the user and a number.
    pub(super) fn next_wamid(&mut self, user: &str) -> Id {
        let serial = self.next_serial();
        let mut bytes = vec![0x1C, 0x18, u8::try_from(user.len()).unwrap_or(u8::MAX)];
        bytes.extend_from_slice(user.as_bytes());
        bytes.extend_from_slice(&[0x15, 0x02, 0x00, 0x11, 0x18, 0x14]);
        bytes.extend_from_slice(format!("{serial:020X}\0").as_bytes());
        Id::from(format!("wamid.{}", STANDARD.encode(bytes)))
    }

    /// The id, or the next free number after it.
    pub(super) fn free_id(&self, id: &str) -> String {
        let own = &self.own;
        let is_taken = |id: &str| {
            own.apps.contains_key(id) || own.wabas.contains_key(id) || own.phones.contains_key(&Id::from(id))
        };
        let (mut number, mut id) = (id.parse().unwrap_or(1_i64), id.to_owned());
        while is_taken(&id) {
            number += 1;
            id = number.to_string();
        }
        id
    }

    /// A new token that begins with `EAA`.
    pub(super) fn issue(&mut self, app: &str, wabas: BTreeSet<String>, lasts: Option<i64>) -> String {
        let text = format!("EAAG{:08}ZD", self.next_serial());
        let token = Token {
            app: app.to_owned(),
            wabas,
            issued_at: self.now,
            expires_at: lasts.map(|lasts| self.now + lasts),
            is_revoked: false,
        };
        self.own.tokens.insert(text.clone(), token);
        text
    }

    /// Adds a number, verified and registered or neither; returns its id.
    pub(super) fn add_phone(&mut self, new: NewPhone) -> Id {
        let id = Id::from(self.free_id(&new.id));
        let number = digits(&new.number);
        let is_ready = new.is_registered || new.is_on_biz_app;
        let word = |yes: &str, no: &str| (if is_ready { yes } else { no }).to_owned();
        let fields = json!({
            "quality_rating": word("GREEN", "UNKNOWN"),
            "messaging_limit_tier": "TIER_250",
            "status": word("CONNECTED", "PENDING"),
            "code_verification_status": word("VERIFIED", "NOT_VERIFIED"),
            "name_status": word("APPROVED", "PENDING_REVIEW"),
            "platform_type": word("CLOUD_API", "NOT_APPLICABLE"),
        });
        let username = format!("+{number}");
        let line = crate::kit::Line { id: id.clone(), name: new.name, username, ..Default::default() };
        let phone = Phone {
            waba: new.waba,
            number,
            fields,
            is_on_biz_app: new.is_on_biz_app,
            connected_at: self.now,
            shares_history: true,
            ..Phone::default()
        };
        self.lines.insert(id.clone(), line);
        self.own.phones.insert(id.clone(), phone);
        id
    }

    /// The number's digits, as used in webhooks.
    pub(super) fn number_of(&self, phone: &Id) -> String {
        self.own.phones.get(phone).map(|phone| phone.number.clone()).unwrap_or_default()
    }
}

/// A business phone number to create.
#[derive(Clone, Debug)]
pub struct NewPhone {
    /// Its id; if taken, the next free number is used.
    pub id: String,
    pub waba: String,
    /// The number; everything but digits is ignored.
    pub number: String,
    pub name: String,
    /// It stays in the WhatsApp Business app (coexistence).
    pub is_on_biz_app: bool,
    /// It is verified and registered. A number in the phone app counts as registered.
    pub is_registered: bool,
}

impl NewPhone {
    /// A typical number of an account.
    pub fn of(waba: &str) -> Self {
        Self {
            id: "330022334455667".to_owned(),
            waba: waba.to_owned(),
            number: "77010009900".to_owned(),
            name: "Acme".to_owned(),
            is_on_biz_app: false,
            is_registered: true,
        }
    }
}
