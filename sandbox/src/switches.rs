//! What a test or a person can break about accounts, channels and integrations.

use std::time::Duration;

use anyhow::Result;

use crate::{
    breakage::{self, Breakage},
    installation,
    sandbox::Sandbox,
    state::Switches,
};

impl Sandbox {
    fn switch(&self, host: &str, change: impl FnOnce(&mut Switches)) {
        self.core.change(|state| {
            if let Some(account) = state.accounts.get_mut(host) {
                change(&mut account.switches);
            }
        });
    }

    /// An account whose paid time has ended: REST and the token endpoint answer 402 with amoCRM's problem body.
    pub fn set_unpaid(&self, host: &str, unpaid: bool) {
        self.switch(host, |switches| switches.unpaid = unpaid);
    }

    /// A blocked account: REST and the token endpoint answer 403 to everything.
    pub fn set_blocked(&self, host: &str, blocked: bool) {
        self.switch(host, |switches| switches.blocked = blocked);
    }

    /// REST and the token endpoint answer a gateway's page of HTML with this status (403, 502); none mends it.
    pub fn set_gateway_page(&self, host: &str, status: Option<u16>) {
        self.switch(host, |switches| switches.page = status);
    }

    /// REST and the token endpoint answer 429 with `retry_after` and `Retry-After` of these seconds; none mends it.
    pub fn set_too_many(&self, host: &str, retry_after: Option<u64>) {
        self.switch(host, |switches| switches.too_many = retry_after);
    }

    /// Whether chats make incoming leads, as they do at first, or leads at once.
    pub fn set_unsorted(&self, host: &str, on: bool) {
        self.switch(host, |switches| switches.no_unsorted = !on);
    }

    /// Where the hook of a template that was sent for approval stands: under `chat_template_reviews`, as third parties
    /// read it, or with `add` at the root, as the Russian sample shows it and as it is at first.
    pub fn set_wrapped_reviews(&self, host: &str, wrapped: bool) {
        self.switch(host, |switches| switches.wrapped_reviews = wrapped);
    }

    /// A plan without CRM hooks: subscribing is refused with 403.
    pub fn set_plan_without_webhooks(&self, host: &str, without: bool) {
        self.switch(host, |switches| switches.no_webhooks = without);
    }

    /// How many templates an integration may have in an account; beyond it creating answers 422.
    pub fn set_template_limit(&self, limit: usize) {
        self.core.change(|state| state.template_limit = limit);
    }

    /// From now on REST counts: 7 requests a second for each integration and account, 50 for an account, 429 beyond;
    /// after repeated excess 403 for everything and everybody, until [`Sandbox::lift_ban`]. By the sandbox's clock, so
    /// a frozen one refuses for good. Off at first.
    pub fn set_rate_limits(&self, on: bool) {
        self.core.change(|state| state.rates.on = on);
    }

    /// Support unblocks the address that did not listen to 429.
    pub fn lift_ban(&self) {
        self.core.change(|state| state.rates.forgive());
    }

    /// The slow queue: an integration whose chat hooks were answered slowly or not at all gets them so much later, until
    /// its answers are quick again. None switches it off, as it is at first.
    pub fn set_demotion(&self, delay: Option<Duration>) {
        self.core.demotion.set(delay);
    }

    /// Whether an integration (by name) is in the slow queue now.
    pub fn is_demoted(&self, integration: &str) -> bool {
        self.core.integration_named(integration).is_some_and(|one| self.core.demotion.is_demoted(&one.client_id))
    }

    /// Breaks what the text of a command line would. An error says why there is nothing to break.
    pub fn break_it(&self, breakage: &Breakage) -> Result<()> {
        breakage.apply(&self.core)
    }

    /// Mends everything that can be mended: what has expired stays so, and a renamed account keeps its host.
    pub fn mend(&self) {
        breakage::mend(&self.core);
    }

    /// What is broken now, as `GET /faults` tells it.
    pub fn broken(&self) -> Vec<String> {
        breakage::now(&self.core)
    }

    /// A user puts a pipeline into the archive, or takes it out again. Its sources stay as they are.
    pub fn set_archived(&self, host: &str, pipeline_id: i64, archived: bool) {
        self.switch(host, |switches| {
            switches.archived.retain(|id| *id != pipeline_id);
            if archived {
                switches.archived.push(pipeline_id);
            }
        });
    }

    /// Whether disposable tokens carry `is_admin`, which amoCRM's documents don't mention. They do at first.
    pub fn set_admin_claim(&self, host: &str, present: bool) {
        self.switch(host, |switches| switches.no_admin_claim = !present);
    }

    /// Lets all refresh tokens of an account die as if three months had passed; access tokens live on.
    pub fn expire_refresh_tokens(&self, host: &str) {
        self.core.change(|state| {
            if let Some(id) = state.accounts.get(host).map(|account| account.id) {
                state.grants.drop_refresh(id);
            }
        });
    }

    /// What [`Sandbox::revoke`] does, but nobody is told: its hook is lost.
    pub fn revoke_silently(&self, host: &str, integration: &str) {
        installation::revoke_silently(&self.core, host, integration);
    }

    /// Makes a channel (by id) private, so that only these accounts (by numeric id) may connect it: others get 403.
    /// None makes it public, as every channel is at first. Connections that exist stay.
    pub fn allow_accounts(&self, channel_id: &str, accounts: Option<Vec<i64>>) {
        self.core.change(|state| match accounts {
            Some(list) => {
                state.private_channels.insert(channel_id.to_owned(), list);
            }
            None => {
                state.private_channels.remove(channel_id);
            }
        });
    }

    /// How many active sources an integration may have in an account: copies of the documents say 100 or 50.
    pub fn set_source_limit(&self, limit: usize) {
        self.core.change(|state| state.source_limit = limit);
    }

    /// The flag "multiple sources" of an integration's card, on at first. While it is off, amoCRM makes one source
    /// itself on installation and on add-as-source; its external id is the widget code.
    pub fn set_multiple_sources(&self, integration: &str, on: bool) {
        let Some(known) = self.core.integration_named(integration) else {
            return;
        };
        self.core.change(|state| {
            if on {
                state.single_source.remove(&known.client_id);
            } else {
                state.single_source.insert(known.client_id.clone());
            }
        });
    }

    /// From now on the calls that tell of an installation get lost, or arrive again.
    pub fn set_lose_install_calls(&self, lose: bool) {
        self.core.change(|state| state.lose_install_calls = lose);
    }
}
