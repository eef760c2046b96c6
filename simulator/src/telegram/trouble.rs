//! Faults of bots and files.

use anyhow::Result;
use serde_json::Value;

use super::{
    act::{StickerForm, sample},
    faults::Faults,
    newcomers::token,
    state::{FileKind, State, Stored, Webhook},
    telegram::Telegram,
};

impl Telegram {
    /// Faults of calls and updates.
    pub fn faults(&self) -> &Faults {
        &self.core.faults
    }

    /// Turns rate limits on or off: one message a second in a chat with a burst of three, 20 a minute in a group, 30 a
    /// second over all chats; beyond that 429 with `retry_after`. Uses Telegram's clock, so a frozen clock never
    /// releases a limit.
    pub fn set_rates(&self, on: bool) {
        self.core.change(|state| state.rates.on = on);
    }

    /// Another service with the token calls setWebhook.
    pub fn hijack_webhook(&self, bot: i64, url: &str) {
        self.core.change(|state| state.hijack(bot, url));
    }

    /// Invalidates the token: calls get 401.
    pub fn revoke_token(&self, bot: i64) {
        self.core.change(|state| state.revoke(bot));
    }

    /// Issues another token, as BotFather does; calls with the old one get 401.
    pub fn renew_token(&self, bot: i64) -> String {
        self.core.change(|state| state.renew(bot))
    }

    /// Makes getFile fail for this file, and invalidates its path.
    pub fn lose_file(&self, file_id: &str) {
        self.core.change(|state| state.spoil(file_id, |file| file.is_lost = true));
    }

    /// Makes the file too big for getFile.
    pub fn swell_file(&self, file_id: &str) {
        self.core.change(|state| state.spoil(file_id, |file| file.is_swollen = true));
    }

    /// Registers a file id from Telegram's documents for a bot, with the built-in file of that field.
    pub fn knows_file(&self, bot: i64, file_id: &str, field: &str) {
        let kind = FileKind::of_field(field);
        let (bytes, _, _) = sample(kind, StickerForm::Static);
        self.core.change(|state| state.files.adopt(bot, file_id, kind, bytes));
    }

    /// Adds an update to a bot's queue unchanged; returns its `update_id`, which is generated if missing.
    pub fn inject(&self, bot: i64, update: Value) -> Result<i64> {
        self.core.change(|state| state.inject(bot, update))
    }
}

impl State {
    pub(crate) fn hijack(&mut self, bot: i64, url: &str) {
        if let Some(bot) = self.bots.get_mut(&bot) {
            bot.webhook = Some(Webhook { url: url.to_owned(), max_connections: 40, ..Webhook::default() });
        }
    }

    pub(crate) fn revoke(&mut self, bot: i64) {
        if let Some(bot) = self.bots.get_mut(&bot) {
            bot.is_revoked = true;
        }
    }

    pub(crate) fn renew(&mut self, bot: i64) -> String {
        let serial = self.next_serial();
        let Some(bot) = self.bots.get_mut(&bot) else {
            return String::new();
        };
        bot.is_revoked = false;
        bot.token = token(bot.id, serial);
        bot.token.clone()
    }

    pub(crate) fn spoil(&mut self, file_id: &str, change: impl FnOnce(&mut Stored)) {
        let unique = self.files.parse(file_id).map(|(_, unique)| unique);
        if let Some(file) = unique.and_then(|unique| self.files.get_mut(&unique)) {
            change(file);
        }
    }
}
