//! The row of an install call: stored before it is answered, processed by one worker at a time, kept with its
//! outcome.

use std::collections::BTreeMap;

use base::message::stored_as_small_integer;
use base::store::VENDOR;
use chrono::TimeDelta;
use entity::install_call::{self, Column};
use sea_orm::sea_query::{Expr, OnConflict, Order};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, UpdateMany};
use secrecy::SecretString;
use uuid::Uuid;

use super::stage::InstallStage;
use crate::alert::{self, Alarm};
use crate::tenant::TenantContext;

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
    install_call::Entity::delete_many()
        .filter(Column::TenantId.eq(row.tenant_id))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Status.eq(NEW))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// Ends a call as failed, without secrets.
pub(super) async fn failed(app: &TenantContext, row: &install_call::Model, words: &str) -> Result<(), DbErr> {
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
    install_call::Entity::update_many()
        .filter(Column::TenantId.eq(row.tenant_id))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Status.eq(NEW))
}
