//! Functions for widgets, users and the pages of an account.

use anyhow::Result;

use super::Sandbox;
use crate::crm::{disposable, state::UserRights, view::UserView, widget_host};

impl Sandbox {
    /// Uploads a widget archive (the bytes of its zip) of an integration, replacing the previous one. An error says why
    /// amoCRM would refuse it: no manifest at the root, bad JSON, a missing image or text, …
    pub fn set_widget(&self, integration: &str, code: &str, zip: &[u8]) -> Result<()> {
        widget_host::upload(&self.core, integration, code, zip)
    }

    /// The users of an account: Olga (administrator), Maria (manager), Pavel (manager without an id in the Chats
    /// API). Empty if the account is unknown.
    pub fn users(&self, host: &str) -> Vec<UserView> {
        self.accounts().into_iter().find(|account| account.host == host).map_or_else(Vec::new, |account| account.users)
    }

    /// Sets the user of the account's pages; the administrator by default. An unknown id changes nothing.
    pub fn sign_in(&self, host: &str, user_id: i64) {
        self.core.change(|state| {
            if let Some(account) = state.accounts.get_mut(host)
                && account.users.iter().any(|user| user.id == user_id)
            {
                account.signed_in = user_id;
            }
        });
    }

    /// Sets the rights of a user who is not an administrator; everything by default. An unknown id changes nothing.
    pub fn set_rights(&self, host: &str, user_id: i64, rights: UserRights) {
        self.core.change(|state| {
            let account = state.accounts.get_mut(host);
            if let Some(user) = account.and_then(|account| account.users.iter_mut().find(|user| user.id == user_id)) {
                user.rights = rights;
            }
        });
    }

    /// Sets who is responsible for a contact or a lead; the administrator by default.
    pub fn set_responsible(&self, host: &str, id: i64, user_id: i64) {
        self.core.change(|state| {
            let Some(account) = state.accounts.get_mut(host) else { return };
            if let Some(contact) = account.crm.contact_mut(id) {
                contact.responsible_user_id = user_id;
            }
            if let Some(card) = account.crm.cards.get_mut(&id) {
                card.responsible_user_id = user_id;
            }
        });
    }

    /// Gives a lead another number: contacts and leads are counted apart in amoCRM, so one of each may have the same.
    pub fn renumber_lead(&self, host: &str, from: i64, to: i64) {
        self.core.change(|state| {
            let Some(account) = state.accounts.get_mut(host) else { return };
            for lead in account.leads.iter_mut().filter(|lead| lead.id == from) {
                lead.id = to;
            }
            if let Some(card) = account.crm.cards.remove(&from) {
                account.crm.cards.insert(to, card);
            }
        });
    }

    /// Sets pipeline and stage of a lead.
    pub fn stage_of(&self, host: &str, lead_id: i64) -> Option<(i64, i64)> {
        self.core.read(|state| {
            let account = state.accounts.get(host)?;
            Some((account.lead(lead_id)?.pipeline_id, account.crm.cards.get(&lead_id)?.status_id))
        })
    }

    /// The disposable token that a widget's request sends in `X-Auth-Token`: HS256 under the client secret, valid for
    /// 30 minutes of the sandbox's clock. Empty if account, user or integration is unknown.
    pub fn disposable_token(&self, host: &str, user_id: i64, integration: &str) -> String {
        self.core
            .integration_named(integration)
            .and_then(|known| disposable::token(&self.core, host, user_id, known))
            .unwrap_or_default()
    }

    /// Whether an integration is enabled in an account.
    pub fn is_installed(&self, host: &str, integration: &str) -> bool {
        let Some(known) = self.core.integration_named(integration) else {
            return false;
        };
        self.core.read(|state| state.accounts.get(host).is_some_and(|account| account.has_active(&known.client_id)))
    }
}
