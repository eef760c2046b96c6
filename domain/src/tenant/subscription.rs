//! The account's subscription to the CRM's hooks (crm-api §7.1), at an unguessable address.
//!
//! ```text
//! connected, or back ─▶ soon ─▶ look ─▶ on        checked daily: if switched off or lost, it is made again
//!                                   └▶ refused    the plan has no hooks: retried daily, contacts are polled slowly
//! disconnected, uninstalled ─▶ soon ─▶ off        the address is dead from then on
//! ```
//!
//! The address identifies the subscription at amoCRM, so it stays the same as long as the account exists here.

mod check;

use std::sync::Arc;

use base::store::directory::{self, IdKind};
use base::store::finish_tx;
use chrono::TimeDelta;
use entity::crm_subscription::{self, Column};
use entity::job;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IntoActiveModel};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::job::{NewJob, NextRun, schedule};
use crate::tenant::TenantContext;
use crate::tenant::status_change::AGAIN;

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
    let tx = app.store.write_tx().await?;
    let done = soon(&tx, tenant_id, app.clock.millis()).await;
    finish_tx(tx, done).await
}

/// A check that is due.
pub async fn check(app: Arc<TenantContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let (app, job) = (&app, &job);
    let found = crm_subscription::Entity::of_tenant(job.tenant_id).one(app.store.write()).await?;
    let Some(row) = found else { return Ok(NextRun::Never) };
    check::look(app, job, row).await
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

/// Whether amoCRM reports changes of contacts and talks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionState {
    On,
    /// Not requested yet, or the account left.
    Off,
    /// The account's plan has no hooks, or amoCRM refuses: contacts are polled instead.
    Refused,
}

impl SubscriptionState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::Refused => "refused",
        }
    }
}

/// The current state; none if the account was never connected.
pub async fn standing(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Option<SubscriptionStatus>, DbErr> {
    let row = crm_subscription::Entity::of_tenant(tenant_id).one(db).await?;
    Ok(row.map(|row| SubscriptionStatus {
        state: match row.state.as_str() {
            "on" => SubscriptionState::On,
            "refused" => SubscriptionState::Refused,
            _ => SubscriptionState::Off,
        },
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
