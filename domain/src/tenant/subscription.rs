//! The account's subscription to the CRM's hooks (crm-api §7.1), at an unguessable address.
//!
//! ```text
//! connected, or back ─▶ soon ─▶ look ─▶ on        checked daily: if switched off or lost, it is made again
//!                                   └▶ refused    the plan has no hooks: retried daily, contacts are polled slowly
//! disconnected, uninstalled ─▶ soon ─▶ off        the address is dead from then on
//! ```
//!
//! The address identifies the subscription at amoCRM, so it stays the same as long as the account exists here.

use std::sync::Arc;

use amocrm::rest::{Rest, Webhook};
use anyhow::Context;
use base::millis::DAY;
use base::store::directory::{self, IdKind};
use base::store::in_transaction;
use base::vault::Place;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use entity::crm_subscription::{self, Column};
use entity::job;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IntoActiveModel};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::status::{AGAIN, slowly};
use super::token::{CallError, TokenError, with_token};
use super::{TenantContext, TenantStatus};
use crate::job::{NewJob, NextRun, schedule, still_held};
use crate::tenant as tenants;

/// The kind's name.
pub const KIND: &str = "subscriptions";
/// After a check without an answer.
pub const WAITS: [TimeDelta; 1] = [TimeDelta::milliseconds(AGAIN)];

/// The route below the public address.
const PLACE: &str = "/crm/hooks/";

/// Schedules a check at once, in the commit in which the account was connected, came back or left.
pub(super) async fn soon(db: &impl ConnectionTrait, tenant_id: Uuid, now: i64) -> Result<(), DbErr> {
    let row = crm_subscription::Model {
        tenant_id,
        destination: None,
        state: "off".to_owned(),
        detail: String::new(),
        checked_at: 0,
        tries: 0,
    };
    crm_subscription::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(Column::TenantId).update_column(Column::Tries).to_owned())
        .exec_without_returning(db)
        .await?;
    schedule(db, now, NewJob::new(tenant_id, KIND, "", now)).await
}

/// The same in a commit of its own.
pub(super) async fn soon_alone(app: &TenantContext, tenant_id: Uuid) -> Result<(), DbErr> {
    in_transaction(&app.store, async |tx| soon(tx, tenant_id, app.clock.millis()).await).await
}

/// A check that is due.
pub async fn check(app: Arc<TenantContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let (app, job) = (&app, &job);
    let found = crm_subscription::Entity::of_tenant(job.tenant_id).one(app.store.write()).await?;
    let Some(row) = found else { return Ok(NextRun::Never) };
    look(app, job, row).await
}

/// State of an account's subscription.
#[derive(Debug)]
pub struct SubscriptionStatus {
    pub state: SubscriptionState,
    /// amoCRM's text if it refused.
    pub detail: String,
    /// When amoCRM last reported this, in milliseconds since 1970.
    pub checked_at: i64,
}

base::worded! {
    /// Whether amoCRM reports changes of contacts and talks.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum SubscriptionState, as_str {
        On = "on",
        /// Not requested yet, or the account left.
        Off = "off",
        /// The account's plan has no hooks, or amoCRM refuses: contacts are polled instead.
        Refused = "refused",
    }
}

/// The current state; none if the account was never connected.
pub async fn standing(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Option<SubscriptionStatus>, DbErr> {
    let row = crm_subscription::Entity::of_tenant(tenant_id).one(db).await?;
    Ok(row.map(|row| SubscriptionStatus {
        state: SubscriptionState::parse(&row.state).unwrap_or(SubscriptionState::Off),
        detail: row.detail,
        checked_at: row.checked_at,
    }))
}

/// The account of a hook's token; none if the token is unknown or no longer valid.
pub async fn tenant_of(app: &TenantContext, token: &str) -> Result<Option<Uuid>, DbErr> {
    let found = directory::find(app.store.read(), IdKind::CrmHooks, &hash(token), app.clock.millis()).await?;
    Ok(found.map(|entry| entry.tenant_id))
}

/// The key of a token in the directory.
fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

// One check: compares the subscription that the account's state requires with amoCRM's.

/// Events that are processed: contacts that were renamed, merged or deleted, chats moved to other contacts, and leads that
/// were won.
const WANTED: [&str; 5] = ["update_contact", "delete_contact", "add_talk", "update_talk", "status_lead"];
/// The same with an event that not every account supports.
const WANTED_ALL: [&str; 6] =
    ["update_contact", "delete_contact", "add_talk", "update_talk", "status_lead", "add_chat_template_review"];
/// Attempts to unsubscribe an account that left.
const TRIES: i32 = 12;

/// The outcome.
enum SubscriptionOutcome {
    On,
    /// By amoCRM, with its text.
    Refused(String),
    Off,
    Later,
}

async fn look(app: &Arc<TenantContext>, job: &job::Model, row: crm_subscription::Model) -> anyhow::Result<NextRun> {
    let Some(tenant) = tenants::load(app.store.read(), row.tenant_id).await? else { return Ok(NextRun::Never) };
    let done = match TenantStatus::stored(&tenant) {
        TenantStatus::Active => on(app, &row).await,
        TenantStatus::Disconnected => off(app, &row).await,
        TenantStatus::Uninstalled => shut(app, &row).await.map(|()| SubscriptionOutcome::Off),
        TenantStatus::Provisioning | TenantStatus::AwaitingCredentials => Ok(SubscriptionOutcome::Off),
        // Nothing can be requested now.
        TenantStatus::NeedsReauth
        | TenantStatus::Unpaid
        | TenantStatus::Blocked
        | TenantStatus::Suspended
        | TenantStatus::PlanEnded => Ok(SubscriptionOutcome::Later),
    };
    let (outcome, failed) = match done {
        Ok(outcome) => (outcome, None),
        Err(error) => (SubscriptionOutcome::Later, Some(error)),
    };
    let next = keep(app, job, &row, &outcome).await?;
    failed.map_or(Ok(next), Err)
}

/// Ensures the subscription: exactly these events, and not switched off.
async fn on(app: &Arc<TenantContext>, row: &crm_subscription::Model) -> anyhow::Result<SubscriptionOutcome> {
    let before = address(app, row)?;
    let address = match &before {
        Some(address) => token(address).map(|token| format!("{}{PLACE}{token}", app.public_url())),
        None => None,
    };
    let address = address.unwrap_or_else(|| format!("{}{PLACE}{}", app.public_url(), new_token()));
    open(app, row.tenant_id, &address).await?;
    if let Some(before) = before.filter(|before| *before != address) {
        // The service moved: the subscription at its old address leads nowhere.
        end(app, row.tenant_id, &before).await?;
    }
    let found = call(app, row.tenant_id, &address, |rest, token, address| async move {
        rest.webhooks(&token, Some(&address)).await
    });
    let found = found.await?.into_iter().find(|one| one.destination == address);
    if found.is_some_and(|found| is_right(&found)) {
        return Ok(SubscriptionOutcome::On);
    }
    let mut made = subscribe(app, row.tenant_id, &address, &WANTED_ALL).await;
    if matches!(&made, Err(CallError::Crm(error)) if matches!(error.status(), Some(400 | 422))) {
        made = subscribe(app, row.tenant_id, &address, &WANTED).await;
    }
    match made {
        Ok(_) => {
            tracing::info!(tenant.id = %row.tenant_id, "subscribed to amoCRM's hooks for contact changes");
            Ok(SubscriptionOutcome::On)
        }
        Err(CallError::Crm(error))
            if error.status().is_some_and(|status| (400..=499).contains(&status) && status != 429) =>
        {
            tracing::info!(tenant.id = %row.tenant_id, %error, "amoCRM sends no hooks for contact changes; contacts are refreshed when they are viewed");
            Ok(SubscriptionOutcome::Refused(error.to_string()))
        }
        Err(error) => Err(error.into()),
    }
}

fn is_right(found: &Webhook) -> bool {
    let has = |wanted: &[&str]| {
        found.settings.len() == wanted.len() && wanted.iter().all(|one| found.settings.iter().any(|had| had == one))
    };
    !found.disabled && (has(&WANTED_ALL) || has(&WANTED))
}

/// Ends the subscription at amoCRM if our access still works; then invalidates the address.
async fn off(app: &Arc<TenantContext>, row: &crm_subscription::Model) -> anyhow::Result<SubscriptionOutcome> {
    let address = address(app, row)?;
    shut(app, row).await?;
    match address {
        Some(address) if row.tries < TRIES => {
            end(app, row.tenant_id, &address).await.map(|()| SubscriptionOutcome::Off)
        }
        _ => Ok(SubscriptionOutcome::Off),
    }
}

async fn end(app: &Arc<TenantContext>, tenant_id: Uuid, address: &str) -> anyhow::Result<()> {
    let done = call(app, tenant_id, address, |rest, token, address| async move {
        rest.unsubscribe_webhook(&token, &address).await
    });
    match done.await {
        Ok(_) | Err(CallError::Token(TokenError::NoGrant | TokenError::NeedsReauth)) => Ok(()),
        Err(CallError::Crm(error)) if error.status() == Some(403) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn subscribe(
    app: &Arc<TenantContext>,
    tenant_id: Uuid,
    address: &str,
    settings: &'static [&'static str],
) -> Result<Webhook, CallError> {
    call(app, tenant_id, address, move |rest, token, address| async move {
        rest.subscribe_webhook(&token, &address, settings).await
    })
    .await
}

async fn call<T, Call, Called>(
    app: &Arc<TenantContext>,
    tenant_id: Uuid,
    address: &str,
    call: Call,
) -> Result<T, CallError>
where
    Call: Fn(Rest, secrecy::SecretString, String) -> Called,
    Called: Future<Output = Result<T, amocrm::Error>>,
{
    with_token(app, tenant_id, |rest, token| call(rest, token, address.to_owned())).await
}

/// Accepts hooks at this address for the account. Done before amoCRM is asked, because it sends at once.
async fn open(app: &TenantContext, tenant_id: Uuid, address: &str) -> anyhow::Result<()> {
    let token = token(address).context("an address without a token")?;
    let sealed = app.vault.seal(tenant_id, Place::CrmSubscription, "", address.as_bytes());
    let entry = directory::DirectoryEntry { tenant_id, id: tenant_id, note: String::new(), expires_at: None };
    Ok(in_transaction(&app.store, async |tx| {
        crm_subscription::Entity::update_of(tenant_id)
            .col_expr(Column::Destination, Expr::value(Some(sealed)))
            .exec(tx)
            .await?;
        directory::set(tx, IdKind::CrmHooks, &hash(token), entry).await
    })
    .await?)
}

/// Stops accepting hooks. The address is kept, so that an account that returns uses the same one.
async fn shut(app: &TenantContext, row: &crm_subscription::Model) -> anyhow::Result<()> {
    if let Some(token) = address(app, row)?.as_deref().and_then(token) {
        directory::take(app.store.write(), IdKind::CrmHooks, &hash(token), app.clock.millis()).await?;
    }
    Ok(())
}

fn address(app: &TenantContext, row: &crm_subscription::Model) -> anyhow::Result<Option<String>> {
    let Some(sealed) = &row.destination else { return Ok(None) };
    let plain = app.vault.open_sealed(row.tenant_id, Place::CrmSubscription, "", sealed)?;
    Ok(Some(String::from_utf8(plain.to_vec()).context("the address of a subscription is damaged")?))
}

fn token(address: &str) -> Option<&str> {
    address.rsplit('/').next().filter(|token| !token.is_empty())
}

fn new_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// Stores the outcome, unless another check was requested meanwhile; returns when the next one is due.
async fn keep(
    app: &TenantContext,
    job: &job::Model,
    row: &crm_subscription::Model,
    outcome: &SubscriptionOutcome,
) -> anyhow::Result<NextRun> {
    let now = app.clock.millis();
    let (state, detail, next, tries) = match outcome {
        SubscriptionOutcome::On => ("on", "", NextRun::At(now + DAY), 0),
        SubscriptionOutcome::Refused(why) => ("refused", why.as_str(), NextRun::At(now + DAY), 0),
        SubscriptionOutcome::Off => ("off", "", NextRun::Never, 0),
        SubscriptionOutcome::Later => {
            (row.state.as_str(), row.detail.as_str(), NextRun::At(now + slowly(row.tries)), row.tries + 1)
        }
    };
    if still_held(app.store.write(), job).await? {
        crm_subscription::Entity::update_of(row.tenant_id)
            .col_expr(Column::State, Expr::value(state))
            .col_expr(Column::Detail, Expr::value(detail))
            .col_expr(Column::CheckedAt, Expr::value(now))
            .col_expr(Column::Tries, Expr::value(tries))
            .exec(app.store.write())
            .await?;
    }
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook(settings: &[&str], disabled: bool) -> Webhook {
        Webhook {
            destination: "https://parom.example/crm/hooks/x".into(),
            settings: settings.iter().map(|one| (*one).to_owned()).collect(),
            disabled,
        }
    }

    #[test]
    fn exactly_what_is_acted_upon_is_right() {
        assert!(is_right(&webhook(&WANTED, false)) && is_right(&webhook(&WANTED_ALL, false)));
        assert!(!is_right(&webhook(&WANTED, true)), "switched off");
        assert!(!is_right(&webhook(&WANTED[..3], false)), "too little");
        let much = ["update_contact", "delete_contact", "add_talk", "update_talk", "status_lead", "add_lead"];
        assert!(!is_right(&webhook(&much, false)), "something else");
        assert_eq!(token("https://parom.example/crm/hooks/abc"), Some("abc"));
        assert!(new_token().len() >= 43 && new_token() != new_token());
    }
}
