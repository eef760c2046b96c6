//! Options, which are the wire of both networks, and the state that only Meta has: apps, tokens, and what is particular
//! to accounts and chats.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::kit::{Code, File, Id, State};

pub(super) const DAY: i64 = 86_400_000;

crate::kit::options!();

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Platform {
    #[default]
    Instagram,
    Facebook,
}

impl Platform {
    /// The `object` in its webhooks.
    pub(super) const fn object(self) -> &'static str {
        match self {
            Self::Instagram => "instagram",
            Self::Facebook => "page",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct App {
    pub(super) id: String,
    pub(super) secret: String,
    pub(super) name: String,
    /// It has the feature "Page Public Metadata Access".
    pub(super) reads_public_pages: bool,
    /// By object; each has one callback.
    pub(super) subscriptions: BTreeMap<String, Subscription>,
    /// The addresses to which its dialog may return; empty: all.
    pub(super) redirect_uris: Vec<String>,
}

impl App {
    pub(super) fn may_return(&self, redirect_uri: &str) -> bool {
        self.redirect_uris.is_empty() || self.redirect_uris.iter().any(|one| one == redirect_uri)
    }
}

/// Where an app receives the events of an object.
#[derive(Clone, Debug)]
pub(super) struct Subscription {
    pub(super) callback_url: String,
    pub(super) fields: BTreeSet<String>,
}

/// What a business account has beside its line.
#[derive(Clone, Debug, Default)]
pub(super) struct Account {
    /// A small number, part of ids.
    pub(super) number: i64,
    /// The other id by which an Instagram account's token sees it; for a page the same id.
    pub(super) app_scoped: String,
    pub(super) platform: Platform,
    /// Apps subscribed to it, and their fields.
    pub(super) subscribed: BTreeMap<String, BTreeSet<String>>,
    /// Its Messenger profile, by property.
    pub(super) profile: Map<String, Value>,
}

/// An access token of an account for an app.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) app: String,
    pub(super) account: Id,
    pub(super) issued_at: i64,
    /// None means never, as for page tokens.
    pub(super) expires_at: Option<i64>,
    pub(super) is_revoked: bool,
}

/// What a person gave an app.
#[derive(Clone, Debug)]
pub(super) struct Gift {
    pub(super) platform: Platform,
    pub(super) app: String,
    pub(super) lines: Vec<Id>,
    pub(super) asked: Vec<String>,
    pub(super) granted: Vec<String>,
}

/// A person's token of Facebook.
#[derive(Clone, Debug)]
pub(super) struct PersonToken {
    pub(super) gift: Gift,
    pub(super) expires_at: i64,
    /// Tokens of pages that it gives do not expire.
    pub(super) is_long: bool,
}

/// What a chat has beside its dialog.
#[derive(Clone, Debug, Default)]
pub(super) struct Chat {
    /// When the person last wrote, or pressed a template's button.
    pub(super) heard_at: Option<i64>,
    /// The serial up to which messages were delivered to the phone.
    pub(super) delivered: i64,
}

/// A data set of the Conversions API.
#[derive(Clone, Debug, Default)]
pub(super) struct DataSet {
    pub(super) token: String,
    pub(super) events: Vec<Value>,
}

#[derive(Default)]
pub struct Own {
    pub(super) apps: BTreeMap<String, App>,
    pub(super) accounts: BTreeMap<Id, Account>,
    pub(super) tokens: BTreeMap<String, Token>,
    pub(super) codes: BTreeMap<String, Code<Gift>>,
    pub(super) people_tokens: BTreeMap<String, PersonToken>,
    /// By the ids of dialogs.
    pub(super) chats: BTreeMap<Id, Chat>,
    pub(super) datasets: BTreeMap<String, DataSet>,
}

/// The whole state. A post is a dialog whose first message is the post, and the others its comments.
pub(super) type Meta = State<Own>;

impl Meta {
    pub(super) fn platform(&self, account: &Id) -> Platform {
        self.own.accounts.get(account).map(|one| one.platform).unwrap_or_default()
    }

    pub(super) fn is_instagram(&self, account: &Id) -> bool {
        self.platform(account) == Platform::Instagram
    }

    /// A person's id at an account: ids are scoped, so a person has a different id at each account.
    pub(super) fn scoped(&self, account: &Id, person: i64) -> String {
        let Some(known) = self.own.accounts.get(account) else { return String::new() };
        let prefix = if known.platform == Platform::Instagram { "66" } else { "70" };
        format!("{prefix}{:06}{person:08}", known.number)
    }

    pub(super) fn person_at(&self, account: &Id, scoped: &str) -> Option<i64> {
        self.people.keys().copied().find(|person| self.scoped(account, *person) == scoped)
    }

    /// The chat of a person with an account, created if necessary.
    pub(super) fn chat(&mut self, account: &Id, person: i64) -> Id {
        self.open(Id::from(format!("t_{account}_{person}")), account, person)
    }

    /// When the person last wrote to the account.
    pub(super) fn heard_at(&self, account: &Id, person: i64) -> Option<i64> {
        self.own.chats.get(&self.private(account, person)?.id)?.heard_at
    }

    /// The next message of a dialog; for a post, its next comment.
    pub(super) fn next_id(&mut self, dialog: &Id) -> Id {
        let serial = self.next_serial();
        let known = self.dialog(dialog);
        let is_instagram = known.is_some_and(|dialog| self.is_instagram(&dialog.line));
        Id::from(match (known.is_some_and(|dialog| dialog.person.is_some()), is_instagram) {
            (true, true) => format!("aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOj{serial:010}ZD"),
            (true, false) => format!("m_QwErTy{serial:08}-aBc_0"),
            (false, true) => format!("1800{serial:013}"),
            (false, false) => {
                format!("{}_{serial:010}", dialog.as_str().rsplit('_').next().unwrap_or_default())
            }
        })
    }

    /// Stores a file; returns its id. Addresses work for a day.
    pub(super) fn keep(&mut self, kind: &str, name: String, mime: String, bytes: Bytes) -> Id {
        let serial = self.next_serial();
        let id = Id::from(1_700_000_000_000_000 + serial);
        let mut file = File { id: id.clone(), serial, kind: kind.to_owned(), name, mime, ..File::default() };
        file.bytes = Some(bytes);
        file.more.insert("expires_at".to_owned(), json!(self.now + DAY));
        self.files.insert(id.clone(), file);
        id
    }

    /// The signed address of a file.
    pub(super) fn address(&self, id: &str) -> String {
        format!("{}/cdn/{id}?asset_id={id}&signature=AbSig{id}", self.base)
    }

    /// Expires the addresses of all files now.
    pub(super) fn expire_files(&mut self) {
        self.files.values_mut().for_each(|file| drop(file.more.remove("expires_at")));
    }

    /// A new token; `life` in milliseconds.
    pub(super) fn new_token(&mut self, app: &str, account: &Id, life: Option<i64>) -> String {
        let prefix = if self.is_instagram(account) { "IGAA" } else { "EAA" };
        let text = format!("{prefix}{:032x}ZD", self.next_serial() * 7_919 + 0x00c0_ffee);
        let token = Token {
            app: app.to_owned(),
            account: account.clone(),
            issued_at: self.now,
            expires_at: life.map(|life| self.now + life),
            is_revoked: false,
        };
        self.own.tokens.insert(text.clone(), token);
        text
    }

    /// Issues another token to the app that had one.
    pub(super) fn renew(&mut self, account: &Id) {
        let known = self.own.tokens.values().find(|token| token.account == *account).cloned();
        let Some(Token { app, issued_at, expires_at, .. }) = known else { return };
        let token = self.new_token(&app, account, expires_at.map(|at| at - issued_at));
        if let Some(line) = self.lines.get_mut(account) {
            (line.is_revoked, line.token) = (false, token);
        }
    }
}
