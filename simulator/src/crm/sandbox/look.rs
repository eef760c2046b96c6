//! Views of the sandbox's state, and waiting for changes.

use std::time::Duration;

use serde_json::{Value, json};

use super::Sandbox;
use crate::crm::{
    log::{RepeatView, RequestView, TokenCall},
    state::Connection,
    view::{ChatView, ConnectionView, MessageView},
};

impl Sandbox {
    /// Chats of an account in order of creation.
    pub fn chats(&self, host: &str) -> Vec<ChatView> {
        let now = self.core.now();
        self.core.read(|state| {
            let account = state.accounts.get(host);
            account.map_or_else(Vec::new, |account| {
                let view = |chat| ChatView::of(account, chat, now);
                account.chats.iter().map(view).collect()
            })
        })
    }

    /// Every accepted message of an account in order of acceptance, including managers' messages.
    pub fn messages(&self, host: &str) -> Vec<MessageView> {
        self.core.read(|state| {
            let account = state.accounts.get(host);
            account.map_or_else(Vec::new, |account| {
                let view = |message| MessageView::of(account, message);
                account.messages.iter().map(view).collect()
            })
        })
    }

    /// Sources of an account as JSON: `id`, `name`, `external_id`, `pipeline_id`, `default`, `origin_code`,
    /// `services`, `client_id` of the integration.
    pub fn sources(&self, host: &str) -> Vec<Value> {
        self.core.read(|state| {
            let account = state.accounts.get(host);
            account.map_or_else(Vec::new, |account| {
                account
                    .sources
                    .iter()
                    .map(|source| {
                        json!({
                            "id": source.id,
                            "name": source.name,
                            "external_id": source.external_id,
                            "pipeline_id": source.pipeline_id,
                            "default": source.default,
                            "origin_code": source.origin_code,
                            "services": source.services,
                            "client_id": source.client_id,
                        })
                    })
                    .collect()
            })
        })
    }

    /// The connected channels, sorted by scope id.
    pub fn connections(&self) -> Vec<ConnectionView> {
        let mut all: Vec<ConnectionView> = self.core.read(|state| {
            let view = |(scope_id, one): (&String, &Connection)| ConnectionView {
                scope_id: scope_id.clone(),
                title: one.title.clone(),
                hook_api_version: one.hook_version.clone(),
                is_time_window_disabled: one.window_disabled,
            };
            state.connections.iter().map(view).collect()
        });
        all.sort_by(|left, right| left.scope_id.cmp(&right.scope_id));
        all
    }

    /// Messages refused because their `msgid` had been accepted before.
    pub fn repeats(&self) -> Vec<RepeatView> {
        self.core.read(|state| state.repeats.clone())
    }

    /// The latest 2000 lines of the request log, oldest first.
    pub fn requests(&self) -> Vec<RequestView> {
        self.core.read(|state| state.requests.iter().cloned().collect())
    }

    /// Calls that should never have been made, whether they succeeded or not: bad signatures, an obsolete hook version,
    /// unknown fields, quotes of other chats, statuses that go backwards.
    pub fn problems(&self) -> Vec<String> {
        self.core.read(|state| state.problems.clone())
    }

    /// Every call of the token endpoint that was processed, in order.
    pub fn token_calls(&self) -> Vec<TokenCall> {
        self.core.read(|state| state.token_calls.clone())
    }

    /// Evaluates `what` now and after every change until it returns a value or the time limit has passed. It never
    /// polls.
    pub async fn wait_for<T>(&self, what: impl Fn(&Sandbox) -> Option<T>, limit: Duration) -> Option<T> {
        let mut changes = self.core.subscribe();
        let asking = async {
            loop {
                changes.borrow_and_update();
                if let Some(answer) = what(self) {
                    return Some(answer);
                }
                changes.changed().await.ok()?;
            }
        };
        tokio::time::timeout(limit, asking).await.ok().flatten()
    }
}
