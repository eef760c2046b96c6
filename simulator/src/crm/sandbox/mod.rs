//! The handle of a local amoCRM: starting, stopping, what is in it, and waiting for changes.

mod crm;
mod managers;

pub use crm::PastSale;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use anyhow::Result;
use serde_json::{Value, json};

use super::config::SandboxConfig;
use super::core::Core;
use super::faults::Faults;
use super::log::{RepeatView, RequestView, TokenCall};
use super::state::{Account, Connection, Delivery, Message, State, User};
use super::view::{AccountView, ChatView};
use super::{crm_hooks, serve};
use crate::kit;

/// A running local amoCRM. It stops when it is dropped; [`Sandbox::stop`] also waits for the end.
pub struct Sandbox {
    core: Arc<Core>,
    server: kit::Server,
}

impl Sandbox {
    /// Binds the address and serves from the current tokio runtime until the handle is stopped or dropped.
    /// A rustls crypto provider must be installed before.
    pub async fn start(config: SandboxConfig) -> Result<Self> {
        let core = Arc::new(Core::new(config.integrations, config.now, kit::client()?));
        core.set_parom_url(&config.parom_url);
        let shared = web::Data::new(Arc::clone(&core));
        let server = kit::Server::start("the sandbox", &config.listen, move |app| {
            app.app_data(shared.clone()).default_service(web::to(serve::serve));
        })?;
        core.set_own_url(&server.url);
        tokio::spawn(crm_hooks::run(Arc::downgrade(&core)));
        Ok(Self { core, server })
    }

    /// Base URL, `http://127.0.0.1:PORT`, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.server.url
    }

    /// Stops serving and returns when the address is free again.
    pub fn stop(self) -> impl Future<Output = ()> {
        // The handle outlives this value, whose drop would only send the same command again.
        self.server.handle.stop(false)
    }

    /// Sets the destination of hooks: `{url}/location/{scope_id}`.
    pub fn set_parom_url(&self, url: &str) {
        self.core.set_parom_url(url);
    }

    /// Sets the redirect URI of an integration (by name). An unknown name changes nothing.
    pub fn set_redirect_uri(&self, integration: &str, uri: &str) {
        if let Some(known) = self.core.integration_named(integration) {
            self.core.set_redirect_uri(&known.client_id, uri);
        }
    }

    /// Sets the destination of the hooks of an integration (by name) that is not Parom. An unknown name changes nothing.
    pub fn set_hooks_url(&self, integration: &str, url: &str) {
        if let Some(known) = self.core.integration_named(integration) {
            self.core.set_hooks_url(&known.client_id, url);
        }
    }

    pub fn faults(&self) -> &Faults {
        &self.core.faults
    }

    /// Uploads a widget archive (the bytes of its zip) of an integration, replacing the previous one. An error says why
    /// amoCRM would refuse it: no manifest at the root, bad JSON, a missing image or text, …
    pub fn set_widget(&self, integration: &str, code: &str, zip: &[u8]) -> Result<()> {
        self.core.upload_widget(integration, code, zip)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        self.core.change(change)
    }

    /// Changes an account, with the time in Unix seconds; the default for an unknown host.
    fn act<T: Default>(&self, host: &str, act: impl FnOnce(&mut Account, i64) -> T) -> T {
        let now = self.core.now().timestamp();
        self.change(|state| state.accounts.get_mut(host).map(|account| act(account, now)).unwrap_or_default())
    }

    fn look<T: Default>(&self, host: &str, look: impl FnOnce(&Account) -> T) -> T {
        self.core.read(|state| state.accounts.get(host).map(look).unwrap_or_default())
    }

    /// Creates the account of a host, or returns the existing one. Its ids depend only on the host.
    pub fn add_account(&self, host: &str) -> AccountView {
        let now = self.core.now();
        self.change(|state| AccountView::of(state.ensure_account(host, now)))
    }

    pub fn accounts(&self) -> Vec<AccountView> {
        self.core.read(|state| state.accounts.values().map(AccountView::of).collect())
    }

    /// The users of an account: Olga (administrator), Maria (manager), Pavel (manager without an id in the Chats
    /// API). Empty if the account is unknown.
    pub fn users(&self, host: &str) -> Vec<User> {
        self.look(host, |account| account.users.clone())
    }

    /// Chats of an account in order of creation.
    pub fn chats(&self, host: &str) -> Vec<ChatView> {
        let now = self.core.now();
        self.look(host, |account| account.chats.iter().map(|chat| ChatView::of(account, chat, now)).collect())
    }

    /// Every accepted message of an account in order of acceptance, including managers' messages.
    pub fn messages(&self, host: &str) -> Vec<Message> {
        self.look(host, |account| {
            let conversation_id = |message: &Message| account.chat(&message.chat_id)?.conversation_id.clone();
            let all = account.messages.iter();
            all.map(|one| Message { conversation_id: conversation_id(one), ..one.clone() }).collect()
        })
    }

    /// Sources of an account as JSON: `id`, `name`, `external_id`, `pipeline_id`, `default`, `origin_code`,
    /// `services`, `client_id` of the integration.
    pub fn sources(&self, host: &str) -> Vec<Value> {
        self.look(host, |account| account.sources.iter().map(|source| json!(source)).collect())
    }

    /// The connected channels, sorted by scope id.
    pub fn connections(&self) -> Vec<Connection> {
        self.core.read(|state| state.connections.values().cloned().collect())
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

    /// The latest 2000 attempts to send a CRM hook, of all accounts, oldest first.
    pub fn crm_hooks(&self) -> Vec<Delivery> {
        self.core.read(|state| state.crm_hooks.tried.iter().cloned().collect())
    }

    /// Evaluates `what` now and after every change until it returns a value or the time limit has passed. It never
    /// polls.
    pub async fn wait_for<T>(&self, what: impl Fn(&Sandbox) -> Option<T>, limit: Duration) -> Option<T> {
        self.core.shared.wait_for(limit, || what(self)).await
    }
}
