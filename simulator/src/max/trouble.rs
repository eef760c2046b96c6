//! Faults of bots and files.

use anyhow::{Context, Result};
use serde_json::Value;

use super::faults::Faults;
use super::max::Max;
use super::state::{State, Subscription};

impl Max {
    /// Faults of calls and updates.
    pub fn faults(&self) -> &Faults {
        &self.core.faults
    }

    /// Another service with the token replaces all webhooks by its own.
    pub fn hijack_webhook(&self, bot: i64, url: &str) {
        self.core.change(|state| state.hijack(bot, url));
    }

    /// Invalidates the token: calls get 401.
    pub fn revoke_token(&self, bot: i64) {
        self.core.change(|state| state.revoke(bot));
    }

    /// Expires the addresses of all files: old ones get 403; messages contain new ones.
    pub fn end_addresses(&self) {
        self.core.change(State::end_addresses);
    }

    /// Adds an update to a bot's queue unchanged.
    pub fn inject(&self, bot: i64, update: &Value) -> Result<()> {
        self.core.change(|state| state.inject(bot, update))
    }
}

impl State {
    pub(crate) fn hijack(&mut self, bot: i64, url: &str) {
        let time = self.now;
        if let Some(bot) = self.bots.get_mut(&bot) {
            let url = url.to_owned();
            bot.subscriptions = vec![Subscription { url, time, update_types: None, secret: None, failing_since: None }];
        }
    }

    pub(crate) fn revoke(&mut self, bot: i64) {
        if let Some(bot) = self.bots.get_mut(&bot) {
            bot.is_revoked = true;
        }
    }

    pub(crate) fn end_addresses(&mut self) {
        for file in self.files.values_mut() {
            file.version += 1;
        }
    }

    pub(crate) fn inject(&mut self, bot: i64, update: &Value) -> Result<()> {
        let now = self.now;
        self.bots.get_mut(&bot).context("there is no such bot")?.tell(update, now);
        Ok(())
    }
}
