//! The row of an install call: stored before it is answered, processed by one worker at a time, kept with its
//! outcome.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base::message::stored_as_small_integer;
use base::store::VENDOR;
use base::store::directory::{self, DirectoryEntry, IdKind};
use chrono::TimeDelta;
use entity::install_call::{self, Column};
use sea_orm::sea_query::{Expr, OnConflict, Order};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, UpdateMany};
use secrecy::SecretString;
use uuid::Uuid;

use super::InstallStage;
use crate::alert::{self, Alarm};
use crate::tenant::TenantContext;
use crate::unknown_callers;

const NEW: &str = "new";
const DONE: &str = "done";
const FAILED: &str = "failed";

/// How long a call is claimed while it is being processed; renewed during the work.
pub(super) const HELD: TimeDelta = TimeDelta::seconds(15);
/// How long after its arrival a call is still processed.
pub(super) const LONGEST: TimeDelta = TimeDelta::days(1);

/// The vendor's alert about calls that match no integration.
pub(in crate::tenant) const ALARM: &str = "installs_unclear";

/// How likely a call is genuine. Anyone can forge one, so more likely ones go first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Trust {
    Stranger,
    /// It comes from an address with an earlier genuine call.
    KnownAddress,
    /// It comes from a browser that started the installation here.
    OwnBrowser,
    /// amoCRM accepted the code.
    Exchanged,
}

stored_as_small_integer!(Trust { Stranger = 0, KnownAddress = 1, OwnBrowser = 2, Exchanged = 3 });

/// The processor of a stored call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallProcessor {
    /// The background task, at once.
    Anybody,
    /// The caller: it passes the row to [`super::process`] now.
    Me,
}

/// An install call. Its host has passed the allow-list.
#[derive(Clone, Debug)]
pub struct InstallCall {
    pub integration: String,
    pub host: String,
    pub code: SecretString,
    pub trust: Trust,
    /// The hash of its network address; empty if it does not matter.
    pub network: String,
}

/// Stores an authorization code durably; afterwards the call may be answered. An earlier unprocessed call for the
/// same host from the same address is replaced: of an account's codes the newest is valid.
pub async fn store(
    app: &TenantContext,
    call: InstallCall,
    whose: CallProcessor,
) -> anyhow::Result<install_call::Model> {
    let now = app.clock.millis();
    let id = app.clock.uuid_v7();
    let InstallCall { integration, host, code, trust, network } = call;
    let row = install_call::Model {
        tenant_id: VENDOR,
        id,
        integration,
        host,
        code: InstallStage::Code(code).seal(&app.vault, id)?,
        status: NEW.to_owned(),
        attempts: i32::from(whose == CallProcessor::Me),
        next_at: if whose == CallProcessor::Me { now + HELD.num_milliseconds() } else { now },
        error: String::new(),
        received_at: now,
        trust: trust.number(),
        network,
    };
    if !row.network.is_empty() {
        replace(app, &row).await?;
    }
    install_call::Entity::insert(row.clone().into_active_model()).exec_without_returning(app.store.write()).await?;
    Ok(row)
}

/// Ends waiting calls for the same host from the same address. Other addresses cannot end them.
async fn replace(app: &TenantContext, row: &install_call::Model) -> Result<(), DbErr> {
    let same = install_call::Entity::of_tenant(VENDOR)
        .filter(Column::Status.eq(NEW))
        .filter(Column::Attempts.eq(0))
        .filter(Column::Integration.eq(row.integration.as_str()))
        .filter(Column::Host.eq(row.host.as_str()))
        .filter(Column::Network.eq(row.network.as_str()));
    for earlier in same.all(app.store.read()).await? {
        of(&earlier)
            .col_expr(Column::Status, Expr::value(FAILED))
            .col_expr(Column::Code, Expr::value(Vec::<u8>::new()))
            .col_expr(Column::Error, Expr::value("a newer call of this account replaced it"))
            .filter(Column::Attempts.eq(0))
            .exec(app.store.write())
            .await?;
    }
    Ok(())
}

/// Stores a call whose integration cannot be determined, for the operator to inspect. Its code is kept: it is valid
/// for 20 minutes.
pub async fn store_unclear(app: &TenantContext, host: &str, code: SecretString, reason: &str) -> anyhow::Result<()> {
    let now = app.clock.millis();
    let id = app.clock.uuid_v7();
    let row = install_call::Model {
        tenant_id: VENDOR,
        id,
        integration: String::new(),
        host: host.to_owned(),
        code: InstallStage::Code(code).seal(&app.vault, id)?,
        status: FAILED.to_owned(),
        attempts: 0,
        next_at: now,
        error: reason.to_owned(),
        received_at: now,
        trust: Trust::Stranger.number(),
        network: String::new(),
    };
    install_call::Entity::insert(row.into_active_model()).exec_without_returning(app.store.write()).await?;
    let detail = serde_json::json!({"host": host, "said": reason});
    let alarm = Alarm { tenant_id: VENDOR, kind: ALARM, object: "", source_id: None, detail };
    alert::raise(app, app.store.write(), alarm).await?;
    Ok(())
}

/// Due calls: of the most trusted the oldest and the newest, at most `limit`.
pub(super) async fn due(app: &TenantContext, limit: u64) -> Result<Vec<install_call::Model>, DbErr> {
    let now = app.clock.millis();
    let mut found = BTreeMap::new();
    for order in [Order::Asc, Order::Desc] {
        let half = install_call::Entity::of_tenant(VENDOR)
            .filter(Column::Status.eq(NEW))
            .filter(Column::NextAt.lte(now))
            .filter(Column::ReceivedAt.gte(now.saturating_sub(LONGEST.num_milliseconds() + HELD.num_milliseconds())))
            .order_by_desc(Column::Trust)
            .order_by(Column::Id, order)
            .limit(limit / 2)
            .all(app.store.read())
            .await?;
        found.extend(half.into_iter().map(|row| (row.id, row)));
    }
    Ok(found.into_values().collect())
}

/// Claims a due call. None if it is already claimed.
pub(super) async fn claim(
    app: &TenantContext,
    mut row: install_call::Model,
) -> Result<Option<install_call::Model>, DbErr> {
    let next_at = app.clock.millis() + HELD.num_milliseconds();
    let done = of(&row)
        .col_expr(Column::Attempts, Expr::value(row.attempts + 1))
        .col_expr(Column::NextAt, Expr::value(next_at))
        .filter(Column::Attempts.eq(row.attempts))
        .filter(Column::NextAt.eq(row.next_at))
        .exec(app.store.write())
        .await?;
    row.attempts += 1;
    row.next_at = next_at;
    Ok((done.rows_affected == 1).then_some(row))
}

/// Extends a claim during the work.
pub(super) async fn hold_on(app: &TenantContext, row: &install_call::Model) -> Result<(), DbErr> {
    let next_at = Expr::value(app.clock.millis() + HELD.num_milliseconds());
    of(row).col_expr(Column::NextAt, next_at).exec(app.store.write()).await?;
    Ok(())
}

/// Stores the result of a step before the next one begins. By then amoCRM has accepted the code, so the call is
/// trusted.
pub(super) async fn advance(
    app: &TenantContext,
    row: &install_call::Model,
    stage: &InstallStage,
) -> anyhow::Result<()> {
    let sealed = stage.seal(&app.vault, row.id)?;
    of(row)
        .col_expr(Column::Code, Expr::value(sealed))
        .col_expr(Column::Trust, Expr::value(Trust::Exchanged.number()))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// Ends a call successfully: its row is assigned to the tenant, without secrets.
pub(super) async fn done(app: &TenantContext, row: &install_call::Model, tenant_id: Uuid) -> Result<(), DbErr> {
    if app.store.one_account_a_commit() {
        return done_elsewhere(app, row, tenant_id).await;
    }
    of(row)
        .col_expr(Column::TenantId, Expr::value(tenant_id))
        .col_expr(Column::Status, Expr::value(DONE))
        .col_expr(Column::Code, Expr::value(Vec::<u8>::new()))
        .col_expr(Column::Error, Expr::value(""))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// [`done`] on a database where a row can't change its account: it is written again, then the earlier one is deleted. If
/// this is interrupted, the call is still there to be ended again.
async fn done_elsewhere(app: &TenantContext, row: &install_call::Model, tenant_id: Uuid) -> Result<(), DbErr> {
    let ended = install_call::Model {
        tenant_id,
        code: Vec::new(),
        status: DONE.to_owned(),
        error: String::new(),
        trust: Trust::Exchanged.number(),
        ..row.clone()
    };
    let twice = OnConflict::columns([Column::TenantId, Column::Id]).do_nothing().to_owned();
    let insert = install_call::Entity::insert(ended.into_active_model()).on_conflict(twice);
    insert.exec_without_returning(app.store.write()).await?;
    install_call::Entity::delete_of(row.tenant_id)
        .filter(Column::Id.eq(row.id))
        .filter(Column::Status.eq(NEW))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// Ends a call as failed, without secrets.
pub(super) async fn fail(app: &TenantContext, row: &install_call::Model, words: &str) -> Result<(), DbErr> {
    of(row)
        .col_expr(Column::Status, Expr::value(FAILED))
        .col_expr(Column::Code, Expr::value(Vec::<u8>::new()))
        .col_expr(Column::Error, Expr::value(words))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// Postpones a call.
pub(super) async fn later(
    app: &TenantContext,
    row: &install_call::Model,
    next_at: i64,
    words: &str,
) -> Result<(), DbErr> {
    of(row)
        .col_expr(Column::NextAt, Expr::value(next_at))
        .col_expr(Column::Error, Expr::value(words))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// The row, unless it has ended.
fn of(row: &install_call::Model) -> UpdateMany<install_call::Entity> {
    install_call::Entity::update_by_id((row.tenant_id, row.id)).filter(Column::Status.eq(NEW))
}

// Addresses from which genuine install calls came. amoCRM uses few, so calls from these go before those from unknown
// addresses.

/// How long an address stays known after its last genuine call.
const KNOWN: TimeDelta = TimeDelta::days(90);

/// The hash of an address: it cannot be reversed without our key.
pub fn network_of(app: &TenantContext, address: Option<IpAddr>) -> String {
    let address = address.map(|address| unknown_callers::site(address).to_string()).unwrap_or_default();
    let derived = app.vault.derive("install_network", &[&address]);
    hex::encode(derived.get(..16).unwrap_or_default())
}

/// The trust in a call from this address.
pub async fn trust_of(app: &TenantContext, network: &str) -> Result<Trust, DbErr> {
    let found = directory::find(app.store.read(), IdKind::InstallNetwork, network, app.clock.millis()).await?;
    Ok(if found.is_some() { Trust::KnownAddress } else { Trust::Stranger })
}

/// Records that amoCRM accepted a code from this address.
pub(super) async fn was_genuine(app: &TenantContext, network: &str) {
    if network.is_empty() {
        return;
    }
    let entry = DirectoryEntry {
        tenant_id: VENDOR,
        id: VENDOR,
        note: String::new(),
        expires_at: Some(app.clock.millis() + KNOWN.num_milliseconds()),
    };
    if let Err(error) = directory::set(app.store.write(), IdKind::InstallNetwork, network, entry).await {
        tracing::warn!(%error, "the address of a genuine install call could not be recorded");
    }
}

// Install calls that exceeded the write limit of unknown callers. amoCRM sends a genuine one only once and ignores
// the answer, so the newest few are kept in memory and stored when their turn comes.

/// Maximum number of calls kept.
const MOST: usize = 64;

/// A call that is not stored.
#[derive(Clone, Debug)]
pub(super) struct Unstored {
    /// Our id, which contains the time of arrival.
    pub id: Uuid,
    pub call: InstallCall,
}

/// The newest calls that are not stored.
#[derive(Default)]
pub struct Overflow(Mutex<VecDeque<Unstored>>);

impl Overflow {
    /// Keeps a call in memory. It replaces an earlier one for the same host from the same address; when there are too
    /// many, the oldest is dropped.
    pub fn put(&self, id: Uuid, call: InstallCall) {
        let mut calls = self.calls();
        calls.retain(|one| {
            let one = &one.call;
            (&one.integration, &one.host, &one.network) != (&call.integration, &call.host, &call.network)
        });
        if calls.len() >= MOST {
            calls.pop_front();
        }
        calls.push_back(Unstored { id, call });
    }

    pub(super) fn all(&self) -> Vec<Unstored> {
        self.calls().iter().cloned().collect()
    }

    /// Removes a call; false if it was not there.
    pub(super) fn claim(&self, id: Uuid) -> bool {
        let mut calls = self.calls();
        let before = calls.len();
        calls.retain(|one| one.id != id);
        calls.len() < before
    }

    fn calls(&self) -> MutexGuard<'_, VecDeque<Unstored>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    #[test]
    fn the_newest_stay() {
        let overflow = Overflow::default();
        for number in 0..100 {
            let call = InstallCall {
                integration: "main".to_owned(),
                host: format!("h{}.amocrm.ru", number % 90),
                code: SecretString::from("x"),
                trust: Trust::Stranger,
                network: "n".to_owned(),
            };
            overflow.put(Uuid::from_u128(number), call);
        }
        let ids: Vec<u128> = overflow.all().iter().map(|one| one.id.as_u128()).collect();
        assert_eq!((ids.len(), ids.first(), ids.last()), (MOST, Some(&36), Some(&99)));
        assert!(overflow.claim(Uuid::from_u128(99)));
        assert!(!overflow.claim(Uuid::from_u128(99)));
        assert!(!overflow.claim(Uuid::from_u128(3)));
    }
}
