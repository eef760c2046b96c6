//! amoCRM accounts: how they are installed, how calls are made on their behalf, how they leave.
//!
//! ```text
//! install call ─▶ oauth ─▶ install::run ─▶ install::enter ─▶ channels::connect ─▶ active
//! call for the account ─▶ token::with_token ─▶ (refresh by a lease on the grant) ─▶ amocrm::rest
//! revoke notice ─▶ uninstall::confirm ─▶ uninstalled, turns held
//! in the background: watch ─▶ idle access renewed, refused accounts and channels retried slowly
//! ```
//!
//! Nothing in chats depends on OAuth: messages are signed with the channel's secret.

pub mod channels;
pub mod erase;
pub mod export;
pub mod forget;
pub mod grant;
pub mod install;
pub mod plan;
mod preferences;
pub mod remove;
mod rest_rate_limit;
pub mod status;
pub mod subscription;
pub mod token;
pub mod uninstall;
pub mod users;
pub mod watch;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use amocrm::chats::Chats;
use amocrm::disposable_token::Expected;
use amocrm::oauth::OAuth;
use amocrm::rest::{Pace, Rest, Unsorted};
use amocrm::{Host, HostRules};
use anyhow::Context;
use base::cache::Cache;
use base::config::{ConfiguredChannel, Integration, base};
use entity::tenant;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QuerySelect};
use url::Url;
use uuid::Uuid;

use crate::media::MediaContext;
use crate::platform::{PlatformContext, stands_on};
use install::Overflow;
use users::UserLists;

pub use channels::switch_window;
pub use erase::{Erasure, Who, erase};
pub use export::{CustomerExport, Export, ExportPages};
pub use forget::forget;
pub use grant::{Access, AccessState, of as access};
pub use plan::hold::{MOST_SOURCES, MOST_WEIGHT, limit_sources, suspend, weigh};
pub use preferences::{
    KeptChange, check_texts_days, country, country_of, emptied, keep, keep_texts, keeps_no_texts, language, most_days,
    retention, texts_days, words, words_in,
};
pub use rest_rate_limit::RestRateLimit;
pub use status::{ChannelStatus, TenantStatus, chats_answered, error_text, oauth_error_text, status_text};
pub use uninstall::{connect, disconnect};

/// The tenant's current row, bypassing every cache.
pub async fn load(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Option<tenant::Model>, DbErr> {
    tenant::Entity::of_tenant(tenant_id).one(db).await
}

/// The integration a tenant installed. An error if it is no longer configured.
pub fn integration(app: &TenantContext, tenant: &tenant::Model) -> anyhow::Result<Arc<Integration>> {
    app.integrations.named(&tenant.integration).with_context(|| {
        format!("integration {:?} of account {} is not in the configuration", tenant.integration, tenant.account_id)
    })
}

/// The hosts that may receive this integration's secret and its accounts' tokens.
pub fn host_rules(integration: &Integration) -> HostRules {
    HostRules::new(&integration.account_hosts)
}

/// What tokens of an integration, by its `client_id`, must match.
pub fn token_rules(app: &PlatformContext, client_id: &str) -> Option<Expected> {
    let integration = app.integrations.by_client_id(client_id)?;
    let secrets = [Some(&integration.client_secret), integration.previous_client_secret.as_ref()];
    Some(Expected {
        secrets: secrets.into_iter().flatten().cloned().collect(),
        redirect_uri: integration.redirect_uri(&app.config.server.public_url),
        hosts: host_rules(&integration),
    })
}

/// The base address of the API of an account's host.
pub fn account_base(integration: &Integration, host: &Host) -> anyhow::Result<Url> {
    integration
        .account_base(host.as_str())
        .with_context(|| format!("account_url of integration {:?} gives no address for {host}", integration.name))
}

/// Whether a URL is a page of the tenant's account: amoCRM's own at the account's host, or its replacement if
/// `account_url` points elsewhere.
pub fn is_account_page(app: &TenantContext, tenant: &tenant::Model, address: &Url) -> bool {
    let Some(integration) = app.integrations.named(&tenant.integration) else { return false };
    let stands_in = integration.account_base(&tenant.host).is_ok_and(|base| base.origin() == address.origin());
    let is_own = address.host_str() == Some(tenant.host.as_str());
    stands_in || address.scheme() == "https" && address.port().is_none() && is_own
}

/// A client of the CRM API of a tenant's account. The stored host is checked against the current allow-list: a token
/// is never sent to a host that the configuration does not allow today.
pub fn rest(app: &TenantContext, tenant: &tenant::Model) -> anyhow::Result<Rest> {
    let integration = integration(app, tenant)?;
    let host = allowed_host(&integration, &tenant.host)?;
    rest_at(app, &integration, &host)
}

/// Locks a tenant's row until the transaction ends: every change of its access or state holds this lock.
pub async fn lock(tx: &DatabaseTransaction, tenant_id: Uuid) -> Result<(), DbErr> {
    tenant::Entity::of_tenant(tenant_id).lock_exclusive().one(tx).await?;
    Ok(())
}

/// A client of the CRM API of an allow-listed host; each of its calls waits for the account's rate limit.
pub fn rest_at(app: &TenantContext, integration: &Integration, host: &Host) -> anyhow::Result<Rest> {
    let address = account_base(integration, host)?;
    let rest = Rest::new(app.http.amocrm().clone(), address.as_str()).context("account_url gives no usable address")?;
    Ok(rest.paced(pace_of(app, host)))
}

/// The rate limit that each call of an account waits for.
fn pace_of(app: &TenantContext, host: &Host) -> Pace {
    let (pace, account) = (app.rest_rate_limit.clone(), host.to_string());
    Arc::new(move || -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let (pace, account) = (pace.clone(), account.clone());
        Box::pin(async move { pace.wait(&account).await })
    })
}

/// Validates a stored or claimed host against the allow-list.
pub fn allowed_host(integration: &Integration, host: &str) -> anyhow::Result<Host> {
    host_rules(integration)
        .parse(host)
        .with_context(|| format!("{host:?} is not allowed by account_hosts of integration {:?}", integration.name))
}

/// Difference between this machine's clock and amojo's.
pub type CrmSkew = amocrm::chats::Skew;

/// A client of the Chats API of an integration.
pub fn chats(app: &TenantContext, integration: &Integration) -> anyhow::Result<Chats> {
    let clock = app.clock.clone();
    Chats::new(app.http.amocrm().clone(), base(&integration.amojo_url), Arc::new(move || clock.now()))
        .map(|chats| chats.with_skew(app.crm_skew.clone()))
        .with_context(|| format!("amojo_url of integration {:?} is not a usable address", integration.name))
}

/// A client of the token endpoint with an integration's secret.
pub fn oauth(app: &TenantContext, integration: &Integration) -> OAuth {
    OAuth::new(
        app.http.amocrm().clone(),
        &integration.client_id,
        integration.client_secret.clone(),
        integration.redirect_uri(&app.config.server.public_url),
    )
}

/// How the pools of all integrations begin.
pub const AMOJO: &str = "amojo:";

/// The pool of call slots shared by an integration's calls to the Chats API.
pub fn pool_of(integration_name: &str) -> String {
    format!("{AMOJO}{integration_name}")
}

/// A configured channel by its id, with its integration.
pub fn channel_config(app: &TenantContext, channel_id: Uuid) -> Option<(Arc<Integration>, ConfiguredChannel)> {
    app.integrations.channel_by_uuid(channel_id)
}

// The state that this module and those above it share.

/// The context of accounts.
pub struct TenantContext {
    pub platform: Arc<PlatformContext>,
    pub files: Arc<MediaContext>,
    /// Install calls that wait in memory.
    pub installs: Overflow,
    /// Difference between this machine's clock and amojo's.
    pub crm_skew: CrmSkew,
    /// Rate limiter of each account's REST API.
    pub rest_rate_limit: RestRateLimit,
    /// Users of each account's chats.
    pub users: UserLists,
    /// Users as amoCRM described them, cached briefly.
    pub crm_users: users::UserRights,
    pub incoming_leads: IncomingLeads,
}

stands_on!(TenantContext);

/// The newest incoming leads of accounts, each with when they were read: in a flood of new chats they are read once for many.
pub struct IncomingLeads(pub Cache<Uuid, (i64, Arc<Vec<Unsorted>>)>);

impl Default for IncomingLeads {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(1_000).time_to_live(Duration::from_secs(10)).build())
    }
}
