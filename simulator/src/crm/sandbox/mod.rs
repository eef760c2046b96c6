//! The handle of a sandbox: starting, stopping, and actions of amoCRM and its people.

mod crm;
mod look;
mod managers;
mod media;
mod switches;
mod widgets;

use std::{future::Future, sync::Arc};

use actix_web::body::MessageBody;
use actix_web::dev::{ServerHandle, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, HttpServer, web};
use anyhow::{Context, Result};

use crate::crm::{
    config::SandboxConfig,
    core::Core,
    crm_hooks,
    faults::Faults,
    hook_message::HookMessage,
    hooks::{self, PreparedHook, Said},
    installation,
    log::HookAnswer,
    oauth::consent,
    open_chat::open_chat,
    pages,
    view::AccountView,
    widget_host, wire,
};

/// A running sandbox. It stops when it is dropped; [`Sandbox::stop`] also waits for the end.
pub struct Sandbox {
    core: Arc<Core>,
    url: String,
    server: ServerHandle,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // The command is sent at once; the future only waits for the end.
        drop(self.server.stop(false));
    }
}

impl Sandbox {
    /// Binds the address and serves from the current tokio runtime until the handle is stopped or dropped.
    /// A rustls crypto provider must be installed before.
    #[expect(
        clippy::disallowed_methods,
        reason = "the server's HttpClients is out of reach here: the sandbox shares nothing with it"
    )]
    pub async fn start(config: SandboxConfig) -> Result<Self> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            // A reused connection that the other side has just closed would look like a lost hook.
            .pool_max_idle_per_host(0)
            .user_agent("parom-sandbox")
            .build()
            .context("the client for hooks")?;
        let core = Arc::new(Core::new(config.integrations, config.now, client));
        core.set_parom_url(&config.parom_url);
        widget_host::upload_configured(&core, config.widgets)?;
        let shared = web::Data::new(Arc::clone(&core));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .app_data(web::PayloadConfig::new(wire::BODY_LIMIT))
                .wrap(from_fn(dated))
                .configure(wire::routes)
                .configure(pages::routes)
        })
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1)
        .bind(&config.listen)
        .with_context(|| format!("the sandbox can't listen on {}", config.listen))?;
        let address = server.addrs().first().copied().context("the sandbox has no address")?;
        let url = format!("http://{address}");
        core.set_own_url(&url);
        tokio::spawn(crm_hooks::run(Arc::downgrade(&core)));
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(async move {
            if let Err(error) = server.await {
                tracing::error!(%error, "the sandbox stopped");
            }
        });
        Ok(Self { core, url, server: handle })
    }

    /// Base URL, `http://127.0.0.1:PORT`, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
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

    /// Creates the account of a host, or returns the existing one. Its ids depend only on the host.
    pub fn add_account(&self, host: &str) -> AccountView {
        let now = self.core.now();
        self.core.change(|state| AccountView::of(state.ensure_account(host, now)))
    }

    /// Sets the language in which the users of an account have their amoCRM: `ru`, which it is at first, `en` and
    /// others. With `ru` its people, pipelines and stages get Russian names.
    pub fn set_language(&self, host: &str, language: &str) {
        self.core.change(|state| {
            if let Some(account) = state.accounts.get_mut(host) {
                account.speak(language);
            }
        });
    }

    /// Makes a user an administrator of the account, or an ordinary user.
    pub fn set_administrator(&self, host: &str, user_id: i64, is_admin: bool) {
        self.core.change(|state| {
            let users = state.accounts.get_mut(host).map(|account| account.users.iter_mut());
            for user in users.into_iter().flatten().filter(|user| user.id == user_id) {
                user.is_admin = is_admin;
            }
        });
    }

    /// Removes a user from the account.
    pub fn remove_user(&self, host: &str, user_id: i64) {
        self.core.change(|state| {
            if let Some(account) = state.accounts.get_mut(host) {
                account.users.retain(|user| user.id != user_id);
            }
        });
    }

    /// All accounts.
    pub fn accounts(&self) -> Vec<AccountView> {
        self.core.read(|state| state.accounts.values().map(AccountView::of).collect())
    }

    /// Shows a link to a customer's page in the manager's window.
    pub fn set_customer_page(&self, host: &str, url: &str) {
        self.core.change(|state| {
            if let Some(account) = state.accounts.get_mut(host) {
                account.customer_page = Some(url.to_owned());
            }
        });
    }

    /// An authorization code for the administrator; empty if account or integration is unknown.
    pub fn issue_code(&self, host: &str, integration: &str) -> String {
        self.core
            .integration_named(integration)
            .and_then(|known| consent::code_for(&self.core, host, known))
            .unwrap_or_default()
    }

    /// An authorization code for any user; empty if account or integration is unknown.
    pub fn issue_code_for(&self, host: &str, integration: &str, user_id: i64) -> String {
        let Some(known) = self.core.integration_named(integration) else {
            return String::new();
        };
        let now = self.core.now();
        self.core.change(|state| {
            let Some(id) = state.accounts.get(host).map(|account| account.id) else {
                return String::new();
            };
            state.grants.issue_code(&known.client_id, id, user_id, now)
        })
    }

    /// The address that the browser is redirected to after consent; empty if anything is unknown.
    pub fn allow(&self, host: &str, integration: &str, state: Option<&str>) -> String {
        self.core
            .integration_named(integration)
            .and_then(|known| consent::allowed(&self.core, host, known, state, None))
            .unwrap_or_default()
    }

    /// Installs the integration as from the marketplace. amoCRM's own call about it follows: `GET redirect_uri` with a
    /// code, 3 seconds, never repeated.
    pub async fn install(&self, host: &str, integration: &str) -> HookAnswer {
        installation::install(&self.core, host, integration).await
    }

    /// Disables the integration: revokes tokens and codes, disconnects its channels, and notifies
    /// `{parom_url}/oauth/revoked` once.
    pub async fn revoke(&self, host: &str, integration: &str) -> HookAnswer {
        installation::revoke(&self.core, host, integration).await
    }

    /// Expires all access tokens of an account; refresh tokens stay valid.
    pub fn expire_access_tokens(&self, host: &str) {
        self.core.change(|state| {
            if let Some(id) = state.accounts.get(host).map(|account| account.id) {
                state.grants.drop_access(id);
            }
        });
    }

    /// Chooses between two documented readings: a used refresh token is refused (the default), or works until the new
    /// pair was used once.
    pub fn set_lenient_refresh(&self, lenient: bool) {
        self.core.change(|state| state.grants.lenient = lenient);
    }

    /// Renames an account's host; ids and tokens stay.
    pub fn rename_account(&self, host: &str, new_host: &str) {
        self.core.change(|state| state.rename(host, new_host));
    }

    /// A manager sends a text: it is stored in the chat and its signed hook is sent once, with a time limit of 5
    /// seconds. An error means that nothing could be sent: no such chat, or its channel is not connected.
    pub async fn manager_says(&self, host: &str, chat_id: &str, text: &str) -> Result<Said> {
        hooks::send(&self.core, host, chat_id, HookMessage::text(text)).await
    }

    /// [`Sandbox::manager_says`] with any kind of message.
    pub async fn manager_sends(&self, host: &str, chat_id: &str, message: HookMessage) -> Result<Said> {
        hooks::send(&self.core, host, chat_id, message).await
    }

    /// A manager writes first to a phone number over a channel and a source.
    pub async fn write_first(
        &self,
        host: &str,
        channel_id: &str,
        source: Option<&str>,
        phone: &str,
        text: &str,
    ) -> Result<Said> {
        let chat_id = open_chat(&self.core, host, channel_id, source, phone)?;
        hooks::send(&self.core, host, &chat_id, HookMessage::text(text)).await
    }

    /// Stores a manager's message and builds its signed hook without sending it: for duplicated, reordered or late
    /// hooks.
    pub fn hook_body_for(&self, host: &str, chat_id: &str, message: HookMessage) -> Result<PreparedHook> {
        hooks::prepare(&self.core, host, chat_id, message)
    }

    /// The correct signature of any bytes under the channel of a scope (or channel id); empty if it is unknown.
    pub fn sign_hook(&self, scope_id: &str, body: &[u8]) -> String {
        hooks::sign(&self.core, scope_id, body)
    }

    /// Posts any bytes to the hook address of a scope, with any signature or none.
    pub async fn post_hook(&self, scope_id: &str, body: Vec<u8>, signature: Option<&str>) -> HookAnswer {
        hooks::post(&self.core, scope_id, body, signature).await
    }

    /// The injected faults.
    pub fn faults(&self) -> &Faults {
        &self.core.faults
    }

    /// Deletes a source as a user can in Digital Pipeline, without a notice.
    pub fn delete_source(&self, host: &str, external_id: &str) {
        self.core.change(|state| {
            if let Some(account) = state.accounts.get_mut(host) {
                account.sources.retain(|source| source.external_id != external_id);
            }
        });
    }

    /// Stops serving and returns when the address is free again.
    pub fn stop(self) -> impl Future<Output = ()> {
        // The handle outlives this value, whose drop would only send the same command again.
        self.server.stop(false)
    }
}

/// Every answer's `Date` is by the sandbox's own clock.
async fn dated(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut answer = next.call(request).await?;
    let now = answer.request().app_data::<web::Data<Arc<Core>>>().map(|core| core.now());
    let date = now.map(|now| now.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    if let Some(date) = date.and_then(|date| HeaderValue::from_str(&date).ok()) {
        answer.headers_mut().insert(header::DATE, date);
    }
    Ok(answer)
}
