//! One check: compares the subscription that the account's state requires with amoCRM's.

use base::millis::DAY;
use std::sync::Arc;

use amocrm::rest::{Rest, Webhook};
use anyhow::Context;
use base::store::directory::{self, IdKind};
use base::store::finish_tx;
use base::vault::Place;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::crm_subscription::{self, Column};
use entity::job;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{PLACE, hash};
use crate::job::{NextRun, still_held};
use crate::tenant::TenantContext;
use crate::tenant::status_change::slowly;
use crate::tenant::token::{CallError, TokenError, with_token};
use crate::tenant::{self as tenants, TenantStatus};

/// Events that are processed: contacts that were renamed, merged or deleted, and chats moved to other contacts.
const WANTED: [&str; 4] = ["update_contact", "delete_contact", "add_talk", "update_talk"];
/// The same with an event that not every account supports.
const WANTED_ALL: [&str; 5] =
    ["update_contact", "delete_contact", "add_talk", "update_talk", "add_chat_template_review"];
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

pub(super) async fn look(
    app: &Arc<TenantContext>,
    job: &job::Model,
    row: crm_subscription::Model,
) -> anyhow::Result<NextRun> {
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
    let tx = app.store.write_tx().await?;
    let done = async {
        crm_subscription::Entity::update_many()
            .col_expr(Column::Destination, Expr::value(Some(sealed)))
            .filter(Column::TenantId.eq(tenant_id))
            .exec(&tx)
            .await?;
        directory::set(&tx, IdKind::CrmHooks, &hash(token), entry).await
    };
    let done = done.await;
    Ok(finish_tx(tx, done).await?)
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
        crm_subscription::Entity::update_many()
            .col_expr(Column::State, Expr::value(state))
            .col_expr(Column::Detail, Expr::value(detail))
            .col_expr(Column::CheckedAt, Expr::value(now))
            .col_expr(Column::Tries, Expr::value(tries))
            .filter(Column::TenantId.eq(row.tenant_id))
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
            id: 1,
            destination: "https://parom.example/crm/hooks/x".into(),
            settings: settings.iter().map(|one| (*one).to_owned()).collect(),
            disabled,
            sort: None,
            created_by: None,
            created_at: None,
            updated_at: None,
        }
    }

    #[test]
    fn exactly_what_is_acted_upon_is_right() {
        assert!(is_right(&webhook(&WANTED, false)) && is_right(&webhook(&WANTED_ALL, false)));
        assert!(!is_right(&webhook(&WANTED, true)), "switched off");
        assert!(!is_right(&webhook(&WANTED[..3], false)), "too little");
        let much = ["update_contact", "delete_contact", "add_talk", "update_talk", "add_lead"];
        assert!(!is_right(&webhook(&much, false)), "something else");
        assert_eq!(token("https://parom.example/crm/hooks/abc"), Some("abc"));
        assert!(new_token().len() >= 43 && new_token() != new_token());
    }
}
