//! From an authorization code to a working account. Each step may be repeated: after a crash, a lost answer or a
//! second installation.

pub(super) mod call;
mod run;

use amocrm::oauth::OAuthError;
use amocrm::rest::{Account, Rest, User};
use amocrm::{Error as CrmError, Host, claims};
use base::config::{CustomersMode, Integration, PlansConfig};
use base::i18n::LocalizedText;
use base::store::directory::{self, IdKind};
use base::store::{VENDOR, in_transaction};
use base::vault::{Place, Vault};
use chrono::TimeDelta;
use entity::tenant;
use sea_orm::ActiveValue::Set;
use sea_orm::{DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QuerySelect};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::grant::{self, Giver, Grant};
use super::{TenantContext, TenantStatus, channels, oauth_error_text, plan, status};
use crate::vendor_events::{self, VendorEventKind};

pub use super::channels::InstallError;
pub use call::{CallProcessor, InstallCall, Overflow, Trust, network_of, store as store_call, store_unclear, trust_of};
pub use run::{InstallProgress, may_exchange, process, run};

/// An installation is attempted for a day; after this time the account is visited, which resumes an interrupted one.
pub(super) const UNFINISHED: TimeDelta = TimeDelta::hours(25);

/// The key of an account in the directory.
pub fn account_key(integration: &str, account_id: i64) -> String {
    format!("{integration}:{account_id}")
}

/// The tenant of an account, in any state.
pub async fn find(app: &TenantContext, integration: &str, account_id: i64) -> Result<Option<Uuid>, DbErr> {
    let key = account_key(integration, account_id);
    let entry = directory::find(app.store.read(), IdKind::Account, &key, app.clock.millis()).await?;
    Ok(entry.map(|entry| entry.tenant_id))
}

/// Exchanges an authorization code for tokens. The host has passed [`super::host_rules`]. After a success the code is
/// used up: store the tokens before anything else.
pub async fn exchange(
    app: &TenantContext,
    integration: &Integration,
    host: &Host,
    code: &SecretString,
) -> Result<Grant, InstallError> {
    let address = super::account_base(integration, host)?;
    let asked_at = app.clock.millis();
    match super::oauth(app, integration).exchange_code(address.as_str(), code).await {
        Ok(tokens) => Ok(Grant::of(tokens, asked_at)),
        Err(error) => {
            let reason = oauth_error_text(&error);
            Err(match error {
                // Anybody can name a host that does not exist: such a call gets one exchange, not those of twenty minutes.
                OAuthError::Rejected { .. } | OAuthError::HostChanged { .. } | OAuthError::Invalid { .. } => {
                    InstallError::Never(reason)
                }
                OAuthError::Busy { retry_after, .. } | OAuthError::Unavailable { retry_after, .. } => {
                    InstallError::Later { reason, after: retry_after }
                }
                _ => InstallError::later(reason),
            })
        }
    }
}

/// Asks amoCRM whose tokens these are and stores account and grant in one commit. The account is the one amoCRM
/// names, never the one a caller claimed.
pub async fn enter(
    app: &TenantContext,
    integration: &Integration,
    host: &Host,
    fresh: &Grant,
) -> Result<Granted, InstallError> {
    let rest = super::rest_at(app, integration, host)?;
    let account = rest.account(&fresh.access_token, &["amojo_id", "datetime_settings"]).await?;
    let claims = claims::read(&fresh.access_token).unwrap_or_default();
    if claims.account_id.is_some_and(|claimed| claimed != account.id) {
        return Err(InstallError::Never(LocalizedText::new("said-install-foreign")));
    }
    if integration.paused && find(app, &integration.name, account.id).await?.is_none() {
        return Err(InstallError::Never(
            LocalizedText::new("said-install-paused").with("integration", integration.name.as_str()),
        ));
    }
    let Some(amojo_id) = account.amojo_id.clone() else {
        return Err(InstallError::Never(
            LocalizedText::new("said-install-no-chats").with("account", account.id.to_string()),
        ));
    };
    let user_id = account.current_user_id.or_else(|| claims.sub.as_ref()?.parse().ok());
    let user = match user_id {
        Some(user_id) => user(&rest, fresh, user_id).await?,
        None => None,
    };
    let giver = Giver {
        crm_user_id: user_id.unwrap_or(0),
        is_admin: user.as_ref().is_some_and(|user| user.is_admin),
        name: user.as_ref().and_then(|user| user.name.clone()).unwrap_or_default(),
    };
    let facts = InstallFacts {
        integration: &integration.name,
        host,
        amojo_id,
        api_domain: claims.api_domain.filter(|domain| super::host_rules(integration).parse(domain).is_ok()),
        account: &account,
        language: user.and_then(|user| user.lang).unwrap_or_default(),
    };
    let tenant_id = store(app, &facts, &giver, fresh).await?;
    app.lookup.forget();
    tracing::info!(tenant.id = %tenant_id, account.id = account.id, is_admin = giver.is_admin, "an account granted access");
    let Giver { crm_user_id, name, is_admin } = giver;
    Ok(Granted { tenant_id, crm_user_id, name, is_admin })
}

/// Connects the channels of a tenant that [`enter`] stored. If customers must sign in and the account was not
/// connected before, it waits for credentials instead.
pub async fn finish(app: &TenantContext, tenant_id: Uuid) -> Result<(), InstallError> {
    let Some(tenant) = super::load(app.store.read(), tenant_id).await? else {
        return Err(InstallError::Never(LocalizedText::new("said-install-gone")));
    };
    let status = TenantStatus::stored(&tenant);
    if app.config.customers.mode == CustomersMode::Open || status.was_connected() {
        return channels::connect(app, tenant_id).await;
    }
    let from = [TenantStatus::Provisioning, TenantStatus::Disconnected, TenantStatus::Uninstalled];
    status::change_alone(app, tenant_id, &from, TenantStatus::AwaitingCredentials).await?;
    app.lookup.forget();
    Ok(())
}

/// The user's data. None if amoCRM refuses: to integrations without the right to read users, and to ordinary users;
/// the grant then counts as an ordinary user's.
async fn user(rest: &Rest, fresh: &Grant, user_id: i64) -> Result<Option<User>, InstallError> {
    match rest.user(&fresh.access_token, user_id).await {
        Ok(user) => Ok(user),
        Err(CrmError::Refused { status, .. }) if status != 429 && status < 500 => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The known data about an account at installation.
struct InstallFacts<'call> {
    integration: &'call str,
    host: &'call Host,
    amojo_id: String,
    api_domain: Option<String>,
    account: &'call Account,
    /// Of the user who gave access; empty if unknown.
    language: String,
}

async fn store(
    app: &TenantContext,
    facts: &InstallFacts<'_>,
    giver: &Giver,
    fresh: &Grant,
) -> Result<Uuid, InstallError> {
    in_transaction(&app.store, async |tx| store_in(app, tx, facts, giver, fresh).await).await
}

async fn store_in(
    app: &TenantContext,
    tx: &DatabaseTransaction,
    facts: &InstallFacts<'_>,
    giver: &Giver,
    fresh: &Grant,
) -> Result<Uuid, InstallError> {
    let key = account_key(facts.integration, facts.account.id);
    let now = app.clock.millis();
    let new_id = app.clock.uuid_v7();
    let entry = directory::DirectoryEntry { tenant_id: new_id, id: new_id, note: String::new(), expires_at: None };
    // Of two concurrent installations one inserts the account; the other waits for its commit and finds it.
    let is_new = directory::enter(tx, IdKind::Account, &key, entry).await?;
    let tenant_id = if is_new {
        tenant::Entity::insert(new_row(&app.config.plans.get(), facts, new_id, now).into_active_model())
            .exec_without_returning(tx)
            .await?;
        new_id
    } else {
        let entry = directory::find(tx, IdKind::Account, &key, now).await?;
        entry.ok_or_else(|| InstallError::later(LocalizedText::new("said-install-leaving")))?.tenant_id
    };
    let Some(known) = tenant::Entity::of_tenant(tenant_id).lock_exclusive().one(tx).await? else {
        return Err(InstallError::Never(LocalizedText::new("said-install-gone")));
    };
    let in_use = grant::keep(app, tx, tenant_id, giver, fresh).await?;
    let was = TenantStatus::stored(&known);
    let status = match was {
        TenantStatus::Uninstalled | TenantStatus::Disconnected => TenantStatus::Provisioning,
        TenantStatus::NeedsReauth | TenantStatus::Unpaid | TenantStatus::Blocked if in_use => TenantStatus::Active,
        same => same,
    };
    let renewed = new_row(&app.config.plans.get(), facts, tenant_id, now);
    let row = tenant::ActiveModel {
        tenant_id: Set(tenant_id),
        host: Set(renewed.host),
        name: Set(renewed.name),
        amojo_id: Set(renewed.amojo_id),
        api_domain: Set(renewed.api_domain.or(known.api_domain)),
        status: Set(status.as_str().to_owned()),
        updated_at: Set(now),
        language: Set(kept(renewed.language, known.language)),
        time_zone: Set(kept(renewed.time_zone, known.time_zone)),
        country: Set(kept(renewed.country, known.country)),
        probes: Set(0),
        // It may have been switched off and on: its sources are listed again.
        reconciled_at: Set(None),
        // An unconfirmed notice concerned the time before.
        uninstalled_at: Set(None),
        erased_at: Set(None),
        ..Default::default()
    };
    tenant::Entity::update(row).exec(tx).await?;
    status::visit_at(tx, tenant_id, now.saturating_add(UNFINISHED.num_milliseconds())).await?;
    if known.trial_until.or(known.paid_until).is_some() {
        // The first look finds the first warning; later ones were withheld while it was away.
        plan::look_at(tx, tenant_id, now).await?;
    }
    status::alarm(app, tx, tenant_id, status).await?;
    if is_new || was == TenantStatus::Uninstalled {
        let data = json!({ "again": !is_new });
        vendor_events::record(app, tx, VendorEventKind::AccountInstalled, tenant_id, data).await?;
    } else if status != was {
        status::report(app, tx, tenant_id, status).await?;
    }
    Ok(tenant_id)
}

fn kept(new: String, old: String) -> String {
    if new.is_empty() { old } else { new }
}

fn new_row(plans: &PlansConfig, facts: &InstallFacts<'_>, tenant_id: Uuid, now: i64) -> tenant::Model {
    let (plan, trial_until) = plan::beginning(plans, now);
    let name = facts.account.name.clone().filter(|name| !name.trim().is_empty());
    tenant::Model {
        tenant_id,
        integration: facts.integration.to_owned(),
        account_id: facts.account.id,
        host: facts.host.to_string(),
        name: name.unwrap_or_else(|| facts.host.to_string()),
        amojo_id: facts.amojo_id.clone(),
        status: TenantStatus::Provisioning.as_str().to_owned(),
        suspended: false,
        sources_limit: None,
        api_domain: facts.api_domain.clone(),
        created_at: now,
        updated_at: now,
        customer_id: None,
        language: facts.language.clone(),
        time_zone: facts.account.timezone.clone().unwrap_or_default(),
        country: facts.account.country.clone().unwrap_or_default(),
        probes: 0,
        reconciled_at: None,
        uninstalled_at: None,
        erased_at: None,
        weight: 1,
        texts_days: None,
        texts_days_at: 0,
        hooks_days: None,
        attempts_days: None,
        undelivered_days: None,
        audit_days: None,
        second_step: false,
        window_off: false,
        plan,
        trial_until,
        paid_until: None,
        plan_ended: false,
        routes_hours: None,
        bots_ask_until: None,
    }
}

// How far an installation has come. It is sealed into the row of its install call, because each step uses up the
// result of the one before: a code works once, and a stored pair of tokens must not overwrite a renewed one.

/// The input of the next step.
#[derive(Clone, Debug)]
enum InstallStage {
    /// To be exchanged.
    Code(SecretString),
    /// Exchanged; the account is not stored yet.
    Tokens(Grant),
    /// Account and grant are stored; the channels are not connected yet.
    Entered(Granted),
}

/// The account, and who gave access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    pub tenant_id: Uuid,
    /// 0 if the token does not contain it.
    pub crm_user_id: i64,
    /// Empty if unknown.
    pub name: String,
    /// Whether they administer the account.
    pub is_admin: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum StageOutput<'stage> {
    Code(&'stage str),
    Tokens { access_token: &'stage str, refresh_token: &'stage str, expires_at: i64 },
    Entered(&'stage Granted),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Read {
    Code(SecretString),
    Tokens { access_token: SecretString, refresh_token: SecretString, expires_at: i64 },
    Entered(Granted),
}

impl InstallStage {
    pub fn seal(&self, vault: &Vault, row: Uuid) -> anyhow::Result<Vec<u8>> {
        let written = match self {
            Self::Code(code) => StageOutput::Code(code.expose_secret()),
            Self::Tokens(fresh) => StageOutput::Tokens {
                access_token: fresh.access_token.expose_secret(),
                refresh_token: fresh.refresh_token.expose_secret(),
                expires_at: fresh.expires_at,
            },
            Self::Entered(entered) => StageOutput::Entered(entered),
        };
        let text = Zeroizing::new(serde_json::to_vec(&written)?);
        Ok(vault.seal(VENDOR, Place::InstallCall, &row.to_string(), &text))
    }

    pub fn open(vault: &Vault, row: Uuid, sealed: &[u8]) -> anyhow::Result<Self> {
        let text = vault.open_sealed(VENDOR, Place::InstallCall, &row.to_string(), sealed)?;
        // The parser's message could quote a secret.
        let read =
            serde_json::from_slice(&text).map_err(|_| anyhow::anyhow!("the install call's contents cannot be read"))?;
        Ok(match read {
            Read::Code(code) => Self::Code(code),
            Read::Tokens { access_token, refresh_token, expires_at } => {
                Self::Tokens(Grant { access_token, refresh_token, expires_at })
            }
            Read::Entered(entered) => Self::Entered(entered),
        })
    }
}

#[cfg(test)]
mod tests {
    use base::config::Secrets;

    use super::*;

    fn vault() -> Vault {
        let key = SecretString::from("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
        Vault::open(&Secrets { key_file: "unused".into(), key: Some(key) }, true).unwrap()
    }

    #[test]
    fn every_stage_comes_back_as_it_was() {
        let (vault, row) = (vault(), Uuid::from_u128(7));
        let back = |stage: InstallStage| InstallStage::open(&vault, row, &stage.seal(&vault, row).unwrap()).unwrap();
        let InstallStage::Code(code) = back(InstallStage::Code(SecretString::from("def502"))) else { panic!("a code") };
        assert_eq!(code.expose_secret(), "def502");
        let fresh = Grant { access_token: "a".into(), refresh_token: "r\"".into(), expires_at: 9 };
        let InstallStage::Tokens(fresh) = back(InstallStage::Tokens(fresh)) else { panic!("tokens") };
        assert_eq!((fresh.refresh_token.expose_secret(), fresh.expires_at), ("r\"", 9));
        let olga = Granted { tenant_id: Uuid::from_u128(3), crm_user_id: 7, name: "Olga".into(), is_admin: true };
        let InstallStage::Entered(entered) = back(InstallStage::Entered(olga.clone())) else { panic!("a tenant") };
        assert_eq!(entered, olga);
    }

    #[test]
    fn another_rows_contents_stay_closed() {
        let (vault, row) = (vault(), Uuid::from_u128(7));
        let sealed = InstallStage::Code("x".into()).seal(&vault, row).unwrap();
        assert!(InstallStage::open(&vault, Uuid::from_u128(8), &sealed).is_err());
    }
}
