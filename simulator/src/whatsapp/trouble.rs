//! Faults of tokens, files, people and accounts.

use super::{act::sample, faults::Faults, whatsapp::WhatsApp};
use crate::whatsapp::state::Status;

impl WhatsApp {
    /// Faults of calls and webhooks.
    pub fn faults(&self) -> &Faults {
        &self.core.faults
    }

    /// Turns limits on or off: 80 messages a second of a number (20 with the phone app), one in six seconds to one
    /// person with a burst of `pair_burst` (Meta's is 45). Uses WhatsApp's clock.
    pub fn set_rates(&self, on: bool, pair_burst: i64) {
        self.core.change(|state| {
            state.rates.on = on;
            state.rates.pair_burst = pair_burst;
        });
    }

    /// Whether phones report `delivered` at once.
    pub fn set_delivers(&self, on: bool) {
        self.core.change(|state| state.delivers = on);
    }

    /// Whether to refuse in the answer what Meta usually reports as `failed`.
    pub fn set_refuses_at_once(&self, on: bool) {
        self.core.change(|state| state.refuses_at_once = on);
    }

    /// Invalidates a token: 190 with subcode 467.
    pub fn revoke_token(&self, token: &str) {
        self.core.change(|state| {
            if let Some(token) = state.tokens.get_mut(token) {
                token.is_revoked = true;
            }
        });
    }

    /// Expires a token after this many days: 190 with subcode 463.
    pub fn expire_token(&self, token: &str, days: i64) {
        self.core.change(|state| state.expire(token, days));
    }

    /// Removes a permission from a token, such as `whatsapp_business_messaging`.
    pub fn withdraw(&self, token: &str, permission: &str) {
        self.core.change(|state| {
            if let Some(token) = state.tokens.get_mut(token) {
                token.scopes.remove(permission);
            }
        });
    }

    /// Deletes a file at Meta: its id and addresses become unknown.
    pub fn lose_file(&self, id: &str) {
        self.core.change(|state| {
            if let Some(media) = state.media.get_mut(id) {
                media.is_lost = true;
            }
        });
    }

    /// Adds a file with this id, the built-in one of its kind, for webhooks taken from elsewhere.
    pub fn knows_file(&self, phone: &str, id: &str, kind: &str) {
        self.core.change(|state| state.knows_file(phone, id, sample(kind)));
    }

    /// Reports any status of a message, also repeated or out of order.
    pub fn reports(&self, id: &str, status: Status) {
        self.core.change(|state| {
            if let Some(phone) = state.phone_of_message(id) {
                state.report(&phone, id, status);
            }
        });
    }

    /// Reports that a message failed, with a documented code.
    pub fn fails(&self, id: &str, code: i64) {
        self.core.change(|state| {
            if let Some(phone) = state.phone_of_message(id) {
                state.report_failure(&phone, id, code, None);
            }
        });
    }

    /// Whether Meta withholds marketing messages from a person: 131049.
    pub fn set_sated(&self, person: i64, on: bool) {
        self.core.change(|state| {
            if let Some(person) = state.people.get_mut(&person) {
                person.is_sated = on;
            }
        });
    }

    /// A person's read receipts are on or off.
    pub fn set_receipts(&self, person: i64, on: bool) {
        self.core.change(|state| {
            if let Some(person) = state.people.get_mut(&person) {
                person.tells_reads = on;
            }
        });
    }
}
