//! The state of a simulated Meta.

mod account;
mod chat;
mod file;
mod hook;
mod post;
mod wire;

use std::collections::BTreeMap;

pub use account::Platform;
pub(crate) use account::{Account, App, Person, Subscription, Token};
pub use chat::Author;
pub(crate) use chat::{Chat, Choice, Message};
pub(crate) use file::File;
pub(crate) use hook::Hook;
pub use hook::HookState;
pub(crate) use post::{Comment, Post};

use super::look::CallView;

/// Milliseconds of a day.
pub(crate) const DAY: i64 = 86_400_000;

/// The whole state. Times are milliseconds since 1970.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) now: i64,
    serial: i64,
    pub(crate) base_url: String,
    pub(crate) apps: BTreeMap<String, App>,
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) people: BTreeMap<i64, Person>,
    pub(crate) tokens: BTreeMap<String, Token>,
    /// By account and person.
    pub(crate) chats: BTreeMap<(String, i64), Chat>,
    pub(crate) posts: BTreeMap<String, Post>,
    pub(crate) comments: BTreeMap<String, Comment>,
    pub(crate) files: BTreeMap<String, File>,
    /// In order of creation.
    pub(crate) hooks: Vec<Hook>,
    pub(crate) calls: Vec<CallView>,
}

impl State {
    /// A unique number.
    pub(crate) fn next_serial(&mut self) -> i64 {
        self.serial += 1;
        self.serial
    }

    /// A person's id at an account: ids are scoped, so a person has a different id at each account.
    pub(crate) fn scoped(&self, account: &str, person: i64) -> String {
        let Some(account) = self.accounts.get(account) else { return String::new() };
        let prefix = match account.platform {
            Platform::Instagram => "66",
            Platform::Facebook => "70",
        };
        format!("{prefix}{:06}{:08}", account.number, person)
    }

    /// The person with this id at an account.
    pub(crate) fn person_at(&self, account: &str, scoped: &str) -> Option<i64> {
        self.people.keys().copied().find(|person| self.scoped(account, *person) == scoped)
    }

    /// The chat of a person with an account, created if necessary.
    pub(crate) fn chat(&mut self, account: &str, person: i64) -> &mut Chat {
        self.chats.entry((account.to_owned(), person)).or_default()
    }

    /// The chat that contains a message, and its index there.
    pub(crate) fn find(&self, mid: &str) -> Option<(&(String, i64), &Message)> {
        self.chats.iter().find_map(|(key, chat)| Some((key, chat.messages.iter().find(|one| one.mid == mid)?)))
    }

    /// A message, for changes.
    pub(crate) fn message_mut(&mut self, mid: &str) -> Option<&mut Message> {
        self.chats.values_mut().flat_map(|chat| chat.messages.iter_mut()).find(|one| one.mid == mid)
    }
}
