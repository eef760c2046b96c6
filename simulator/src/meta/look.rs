//! Inspection of the state.

use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use super::{
    hooks,
    meta::Meta,
    state::{Author, HookState, Message, State},
};

/// A Graph call.
#[derive(Clone, Debug, Serialize)]
pub struct CallView {
    /// `GET`, `POST`, `DELETE`.
    pub method: String,
    /// Without the version.
    pub path: String,
    /// All parameters, without secrets.
    pub params: Value,
    /// 0 if no answer was sent.
    pub status: u16,
}

/// An event for an app.
#[derive(Clone, Debug, Serialize)]
pub struct HookView {
    /// The app's id.
    pub app: String,
    /// The account's id.
    pub account: String,
    /// The event, from `messaging` or `changes`.
    pub event: Value,
    /// Number of attempts.
    pub attempts: u32,
    /// Its state.
    pub state: HookState,
    /// The app's last status.
    pub last_status: Option<u16>,
}

/// A message of a chat.
#[derive(Clone, Debug, Serialize)]
pub struct MessageView {
    /// Its id.
    pub mid: String,
    /// Who wrote it.
    pub author: Author,
    /// Its text.
    pub text: Option<String>,
    /// Attachments as contained in webhooks.
    pub attachments: Vec<Value>,
    /// Titles of its quick replies and buttons.
    pub choices: Vec<String>,
    /// The tag with which it was sent.
    pub tag: Option<String>,
    /// `reply_to.mid`.
    pub reply_to: Option<String>,
    /// The account's reaction to it.
    pub reaction: Option<String>,
    /// It was deleted by its sender.
    pub is_deleted: bool,
    /// The name, media type and bytes of its first file.
    #[serde(skip)]
    pub file: Option<(String, String, Bytes)>,
}

impl MessageView {
    pub(crate) fn of(state: &State, message: &Message) -> Self {
        let file = message.attachments.first().and_then(|one| one["payload"]["file"].as_str());
        let file = file.and_then(|id| state.files.get(id));
        Self {
            mid: message.mid.clone(),
            author: message.author.clone(),
            text: message.text.clone(),
            attachments: message.attachments.iter().map(|one| state.with_address(one)).collect(),
            choices: message.choices.iter().map(|one| one.title.clone()).collect(),
            tag: message.tag.clone(),
            reply_to: message.more.get("reply_to").and_then(|one| one["mid"].as_str()).map(str::to_owned),
            reaction: message.reactions.get("account").cloned(),
            is_deleted: message.is_deleted,
            file: file.map(|file| (file.name.clone(), file.mime.clone(), file.bytes.clone())),
        }
    }
}

impl Meta {
    /// The messages of a chat, oldest first.
    pub fn chat(&self, account: &str, person: i64) -> Vec<MessageView> {
        self.core.read(|state| {
            let chat = state.chats.get(&(account.to_owned(), person));
            chat.into_iter().flat_map(|chat| &chat.messages).map(|one| MessageView::of(state, one)).collect()
        })
    }

    /// The messages that the business sent to a person.
    pub fn sent(&self, account: &str, person: i64) -> Vec<MessageView> {
        self.chat(account, person).into_iter().filter(|one| one.author != Author::Person).collect()
    }

    /// The comments of a post with their authors' names; the account's own comments have none.
    pub fn comments(&self, post: &str) -> Vec<(String, Option<String>, String)> {
        self.core.read(|state| {
            let all = state.comments.values().filter(|one| one.post == post);
            all.map(|one| {
                let name = one.person.and_then(|id| state.people.get(&id)).map(|person| person.username.clone());
                (one.id.clone(), name, one.text.clone())
            })
            .collect()
        })
    }

    /// Whether the account is shown as typing.
    pub fn is_typing(&self, account: &str, person: i64) -> bool {
        let now = self.core.millis();
        self.core
            .read(|state| state.chats.get(&(account.to_owned(), person)).is_some_and(|chat| chat.typing_until > now))
    }

    /// When the account marked the chat as seen, in milliseconds; 0 means never.
    pub fn seen_at(&self, account: &str, person: i64) -> i64 {
        self.core.read(|state| state.chats.get(&(account.to_owned(), person)).map_or(0, |chat| chat.seen_at))
    }

    /// The fields of an account that an app is subscribed to; none if it is not.
    pub fn subscribed(&self, account: &str, app: &str) -> Option<Vec<String>> {
        self.core.read(|state| {
            let fields = state.accounts.get(account)?.subscribed.get(app)?;
            Some(fields.iter().cloned().collect())
        })
    }

    /// The callback of an app for a platform.
    pub fn callback(&self, app: &str, platform: super::Platform) -> Option<String> {
        self.core.read(|state| Some(state.apps.get(app)?.subscriptions.get(platform.object())?.callback_url.clone()))
    }

    /// All calls, oldest first.
    pub fn calls(&self) -> Vec<CallView> {
        self.core.read(|state| state.calls.clone())
    }

    /// All events, oldest first.
    pub fn hooks(&self) -> Vec<HookView> {
        self.core.read(|state| {
            let view = |one: &super::state::Hook| HookView {
                app: one.app.clone(),
                account: one.account.clone(),
                event: one.event.clone(),
                attempts: one.attempts,
                state: one.state,
                last_status: one.last_status,
            };
            state.hooks.iter().map(view).collect()
        })
    }

    fn attempts(&self) -> u32 {
        self.core.read(|state| state.hooks.iter().map(|one| one.attempts).sum())
    }

    /// Waits until nothing more is due; returns the number of events sent, including retries.
    pub async fn deliver_all(&self) -> usize {
        let before = self.attempts();
        self.core.settle(|| !hooks::is_busy(&self.core)).await;
        usize::try_from(self.attempts() - before).unwrap_or_default()
    }

    /// Evaluates `what` now and after every change until it returns a value or the time limit has passed. It never
    /// polls.
    pub async fn wait_for<T>(&self, what: impl Fn(&Meta) -> Option<T>, limit: Duration) -> Option<T> {
        self.core.wait_for(limit, || what(self)).await
    }

    /// Pauses the sender of events; false resumes it.
    pub fn hold_hooks(&self, hold: bool) {
        self.core.hold(hold);
    }

    /// Re-reads the clock after a test moved it.
    pub fn tick(&self) {
        self.core.touch();
    }
}
