//! Faults of accounts, channels and integrations, and what a channel may do.

use anyhow::Result;

use super::Sandbox;
use crate::crm::breakage::{self, Breakage};
use crate::crm::state::Switches;

impl Sandbox {
    fn switch(&self, host: &str, change: impl FnOnce(&mut Switches)) {
        self.act(host, |account, _| change(&mut account.switches));
    }

    /// An account whose paid time has ended: REST and the token endpoint answer 402 with amoCRM's problem body.
    pub fn set_unpaid(&self, host: &str, unpaid: bool) {
        self.switch(host, |switches| switches.unpaid = unpaid);
    }

    /// A blocked account: REST and the token endpoint answer 403 to everything.
    pub fn set_blocked(&self, host: &str, blocked: bool) {
        self.switch(host, |switches| switches.blocked = blocked);
    }

    /// REST and the token endpoint answer with a gateway's HTML page and this status (403, 502); `None` ends it.
    pub fn set_gateway_page(&self, host: &str, status: Option<u16>) {
        self.switch(host, |switches| switches.page = status);
    }

    /// REST and the token endpoint answer 429 with `retry_after` and `Retry-After` of this many seconds; `None` ends
    /// it.
    pub fn set_too_many(&self, host: &str, retry_after: Option<u64>) {
        self.switch(host, |switches| switches.too_many = retry_after);
    }

    /// Whether the hook about a template's approval leaves out its file and its external id, which the Russian sample
    /// does not have. Off by default.
    pub fn set_bare_reviews(&self, host: &str, bare: bool) {
        self.switch(host, |switches| switches.bare_reviews = bare);
    }

    /// A plan without CRM hooks: subscribing is refused with 403.
    pub fn set_plan_without_webhooks(&self, host: &str, without: bool) {
        self.switch(host, |switches| switches.no_webhooks = without);
    }

    /// A user archives a pipeline, or restores it. Its sources are unchanged.
    pub fn set_archived(&self, host: &str, pipeline_id: i64, archived: bool) {
        self.switch(host, |switches| {
            switches.archived.retain(|id| *id != pipeline_id);
            switches.archived.extend(archived.then_some(pipeline_id));
        });
    }

    /// A user removes these custom fields of leads, by code, and restores all others. New accounts have all.
    pub fn remove_tracking_fields(&self, host: &str, codes: &[&str]) {
        self.switch(host, |switches| switches.removed_fields = codes.iter().map(|&code| code.to_owned()).collect());
    }

    /// Limit of templates of an integration in an account; creating more answers 422.
    pub fn set_template_limit(&self, limit: usize) {
        self.change(|state| state.template_limit = limit);
    }

    /// Limit of active sources of an integration in an account: versions of the documents say 100 or 50.
    pub fn set_source_limit(&self, limit: usize) {
        self.change(|state| state.source_limit = limit);
    }

    /// Applies a fault in the command line's syntax. An error says why it cannot be applied.
    pub fn break_it(&self, breakage: &Breakage) -> Result<()> {
        breakage.apply(&self.core)
    }

    /// Removes every fault that can be removed: expired tokens stay expired, and a renamed account keeps its host.
    pub fn mend(&self) {
        breakage::mend(&self.core);
    }

    /// Expires all access tokens of an account; refresh tokens stay valid.
    pub fn expire_access_tokens(&self, host: &str) {
        let id = self.look(host, |account| account.id);
        self.change(|state| state.grants.drop_access(id));
    }

    /// Expires all refresh tokens of an account; access tokens stay valid.
    pub fn expire_refresh_tokens(&self, host: &str) {
        let id = self.look(host, |account| account.id);
        self.change(|state| state.grants.drop_refresh(id));
    }

    /// Chooses between two documented readings: a used refresh token is refused (the default), or works until the new
    /// pair was used once.
    pub fn set_lenient_refresh(&self, lenient: bool) {
        self.change(|state| state.grants.lenient = lenient);
    }

    /// Renames an account's host; ids and tokens stay.
    pub fn rename_account(&self, host: &str, new_host: &str) {
        self.change(|state| state.rename(host, new_host));
    }

    /// Makes a channel (by id) private, so that only these accounts (by numeric id) may connect it: others get 403.
    /// `None` makes it public, the default. Existing connections stay.
    pub fn allow_accounts(&self, channel_id: &str, accounts: Option<Vec<i64>>) {
        self.change(|state| match accounts {
            Some(list) => state.private_channels.insert(channel_id.to_owned(), list),
            None => state.private_channels.remove(channel_id),
        });
    }

    /// Whether calls about installations get lost.
    pub fn set_lose_install_calls(&self, lose: bool) {
        self.change(|state| state.lose_install_calls = lose);
    }
}
