//! Faults of tokens, files and people.

use serde_json::Value;

use super::{faults::Faults, meta::Meta, state::State};

impl Meta {
    /// Faults of calls and events.
    pub fn faults(&self) -> &Faults {
        &self.core.faults
    }

    /// Invalidates a token, as after a change of the owner's password.
    pub fn revoke_token(&self, token: &str) {
        self.core.change(|state| state.revoke(token));
    }

    /// Revokes a permission of a token: `messages` or `comments`.
    pub fn take_permission(&self, token: &str, what: &str) {
        self.core.change(|state| {
            if let Some(token) = state.tokens.get_mut(token) {
                token.without.insert(what.to_owned());
            }
        });
    }

    /// Expires the addresses of all files now.
    pub fn expire_files(&self) {
        self.core.change(State::expire_files);
    }

    /// The owner removes the app from the account, which stops its events.
    pub fn unsubscribe(&self, account: &str, app: &str) {
        self.core.change(|state| {
            if let Some(account) = state.accounts.get_mut(account) {
                account.subscribed.remove(app);
            }
        });
    }

    /// Ends a live broadcast.
    pub fn end_live(&self, post: &str) {
        self.core.change(|state| {
            if let Some(post) = state.posts.get_mut(post) {
                post.is_live = false;
            }
        });
    }

    /// Queues an event of `messaging` unchanged.
    pub fn inject(&self, account: &str, field: &str, event: Value) {
        self.core.change(|state| state.tell(account, field, event));
    }
}

impl State {
    pub(crate) fn revoke(&mut self, token: &str) {
        if let Some(token) = self.tokens.get_mut(token) {
            token.is_revoked = true;
        }
    }

    pub(crate) fn expire_files(&mut self) {
        for file in self.files.values_mut() {
            file.expires_at = 0;
        }
    }
}
