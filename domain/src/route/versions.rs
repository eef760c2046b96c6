//! Versions of an account's rules: every change is a new one, so there is a way back to each of the latest.
//!
//! ```text
//! draft: decides nothing, replaced by the next one ─▶ put in force = a new version with its rules
//! in force: the highest number that is no draft    ◀─ restored = a new version with the rules of an old one
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use base::cache::Cache;
use base::error::{ChangedMeanwhile, Error, FieldError, Result};
use base::i18n::LocalizedText;
use base::store::in_transaction;
use entity::route_version::{self, Column, Model};
use entity::{job, message_template, tenant};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::json;
use uuid::Uuid;

use super::{Rule, RuleSet};
use crate::alert::{self, ROUTE_FAILED};
use crate::audit::By;
use crate::job::NextRun;
use crate::platform::PlatformContext;
use crate::source::live;
use crate::template::Stage;

/// Versions that are listed.
const LISTED: u64 = 100;
/// Versions that are kept.
const KEPT: i32 = 500;

/// The rules of a version as stored; none if they cannot be read.
pub fn rules_of(row: &Model) -> Option<RuleSet> {
    serde_json::from_str(&row.rules).ok()
}

/// The version that decides; none if there never was one.
pub async fn in_force(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Option<Model>, DbErr> {
    newest(tenant_id).filter(Column::IsDraft.eq(false)).one(db).await
}

/// The rules in force of accounts, as numbers of versions name them: a version is parsed once, because its rules never change.
#[derive(Clone)]
pub struct RulesInForce(Cache<(Uuid, i32, i64), Option<Arc<RuleSet>>>);

impl Default for RulesInForce {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(1_000).time_to_idle(Duration::from_secs(600)).build())
    }
}

impl RulesInForce {
    /// An account's, with the number of their version. None if there never were any, or they cannot be read.
    pub async fn of(&self, db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Option<(i32, Arc<RuleSet>)>, DbErr> {
        let version = newest(tenant_id).filter(Column::IsDraft.eq(false)).select_only();
        let version = version.column(Column::Number).column(Column::CreatedAt).into_tuple().one(db).await?;
        let Some((number, created_at)) = version else { return Ok(None) };
        // A restored backup may have given the number to other rules.
        let key = (tenant_id, number, created_at);
        let read =
            async { Ok::<_, DbErr>(one(db, tenant_id, number).await?.as_ref().and_then(rules_of).map(Arc::new)) };
        let rules = self.0.try_get_with(key, read).await.map_err(|error| DbErr::clone(&error))?;
        Ok(rules.map(|rules| (number, rules)))
    }
}

/// The draft.
pub async fn draft(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Option<Model>, DbErr> {
    newest(tenant_id).filter(Column::IsDraft.eq(true)).one(db).await
}

/// The rules that are edited and tried: the draft, else those in force.
pub async fn latest(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Option<Model>, DbErr> {
    newest(tenant_id).one(db).await
}

/// One version.
pub async fn one(db: &impl ConnectionTrait, tenant_id: Uuid, number: i32) -> Result<Option<Model>, DbErr> {
    route_version::Entity::find_by_id((tenant_id, number)).one(db).await
}

/// The latest versions, the newest first.
pub async fn list(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Vec<Model>, DbErr> {
    newest(tenant_id).limit(LISTED).all(db).await
}

fn newest(tenant_id: Uuid) -> sea_orm::Select<route_version::Entity> {
    route_version::Entity::of_tenant(tenant_id).order_by_desc(Column::Number)
}

/// What is to be saved.
#[derive(Clone, Debug)]
pub struct NewVersion {
    pub rules: RuleSet,
    pub is_draft: bool,
    /// The highest number that the person saw: 0 if there was none. None saves whatever others did meanwhile.
    pub seen: Option<i32>,
    /// The version that it restores.
    pub restored: Option<i32>,
}

/// Saves rules as a new version: 422 for every mistake in them, 412 if somebody saved another one meanwhile. A draft replaces
/// the draft before; what is put in force ends it.
pub async fn save(app: &PlatformContext, tenant_id: Uuid, new: NewVersion, by: &By) -> Result<Model> {
    let rules = new.rules.checked().map_err(Error::Invalid)?;
    let wrong = unsendable(app, tenant_id, &rules).await?;
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let text = serde_json::to_string(&rules).map_err(anyhow::Error::from)?;
    let saved = in_transaction(&app.store, async |tx| {
        let last = latest(tx, tenant_id).await?;
        let number = last.as_ref().map_or(0, |row| row.number);
        if new.seen.is_some_and(|seen| seen != number) {
            let last = last.map(|row| ChangedMeanwhile { who: row.author, what: Vec::new(), at: row.created_at });
            return Err(Error::Changed(Box::new(last.unwrap_or_default())));
        }
        route_version::Entity::delete_of(tenant_id).filter(Column::IsDraft.eq(true)).exec(tx).await?;
        let row = Model {
            tenant_id,
            number: number + 1,
            rules: text.clone(),
            created_at: app.clock.millis(),
            author: by.actor.name().to_owned(),
            is_draft: new.is_draft,
        };
        // Of two at once the second meets the first one's number, and fails.
        route_version::Entity::insert(row.clone().into_active_model()).exec_without_returning(tx).await?;
        if !new.is_draft {
            // A draft leaves the version in force alone, however long ago it was saved.
            let old = Column::Number.lte(row.number.saturating_sub(KEPT));
            route_version::Entity::delete_of(tenant_id).filter(old).exec(tx).await?;
            set_hours(tx, &rules, tenant_id).await?;
            end_alerts(app, tx, &rules, tenant_id).await?;
        }
        let action = match (new.is_draft, new.restored) {
            (true, _) => "routes.drafted",
            (false, None) => "routes.changed",
            (false, Some(_)) => "routes.restored",
        };
        let detail = json!({"rules": rules.rules.len(), "of_version": new.restored});
        by.did(app, tx, action, (tenant_id, &row.number.to_string()), detail).await?;
        Ok(row)
    })
    .await?;
    app.lookup.forget();
    Ok(saved)
}

/// The templates of rules that no source of theirs may send.
async fn unsendable(app: &PlatformContext, tenant_id: Uuid, rules: &RuleSet) -> Result<Vec<FieldError>> {
    let named =
        || rules.rules.iter().enumerate().filter_map(|(place, rule)| Some((place, rule, rule.then.template?.0)));
    let ids: BTreeSet<i64> = named().filter(|(_, rule, _)| rule.on).map(|(.., id)| id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let db = app.store.read();
    let sources: BTreeMap<Uuid, String> =
        live(tenant_id).all(db).await?.into_iter().map(|source| (source.id, source.kind)).collect();
    let rows = message_template::Entity::of_tenant(tenant_id).filter(message_template::Column::CrmId.is_in(ids));
    let mut rows = rows.all(db).await?;
    rows.retain(|row| Stage::of(row) == Stage::Approved);
    let may_send = |rule: &Rule, id: i64| {
        rows.iter().filter(|row| row.crm_id == id).any(|row| {
            let is_there = sources
                .get(&row.source_id)
                .is_some_and(|kind| rule.when.messengers.is_empty() || rule.when.messengers.contains(kind));
            is_there && (rule.when.sources.is_empty() || rule.when.sources.contains(&row.source_id))
        })
    };
    let wrong = named().filter(|(_, rule, id)| rule.on && !may_send(rule, *id));
    let error = |(place, ..): (usize, &Rule, i64)| {
        FieldError::new(format!("/rules/{place}/then/template"), LocalizedText::new("said-route-template"))
    };
    Ok(wrong.map(error).collect())
}

/// Puts the rules of a version in force: the way back, and the way of a draft.
pub async fn restore(app: &PlatformContext, tenant_id: Uuid, number: i32, seen: Option<i32>, by: &By) -> Result<Model> {
    let row = one(app.store.read(), tenant_id, number).await?.ok_or(Error::NotFound)?;
    let rules = rules_of(&row).ok_or_else(|| anyhow::anyhow!("version {number} of an account's routes is damaged"))?;
    let restored = Some(number).filter(|_| !row.is_draft);
    save(app, tenant_id, NewVersion { rules, is_draft: false, seen, restored }, by).await
}

/// Removes the draft. False if there is none.
pub async fn discard(app: &PlatformContext, tenant_id: Uuid, by: &By) -> Result<bool> {
    in_transaction(&app.store, async |tx| {
        let gone = route_version::Entity::delete_of(tenant_id).filter(Column::IsDraft.eq(true)).exec(tx).await?;
        if gone.rows_affected > 0 {
            by.did(app, tx, "routes.discarded", (tenant_id, ""), json!({})).await?;
        }
        Ok(gone.rows_affected > 0)
    })
    .await
}

/// The object of the alert about enquiries that no rule could decide about, because amoCRM does not answer.
pub(super) const UNDECIDED: &str = "";

/// An enquiry has ended, decided or not: without another one that is tried again, the alert about them has ended too.
pub(super) async fn nothing_waits(app: &PlatformContext, ended: &job::Model) -> anyhow::Result<NextRun> {
    let others = job::Entity::of_tenant(ended.tenant_id)
        .filter(job::Column::Kind.eq(ended.kind.as_str()))
        .filter(job::Column::Key.ne(ended.key.as_str()))
        .filter(job::Column::Tries.gt(0));
    let db = app.store.read();
    if alert::is_open(db, ended.tenant_id, ROUTE_FAILED, UNDECIDED).await? && others.one(db).await?.is_none() {
        alert::resolve(app, app.store.write(), ended.tenant_id, ROUTE_FAILED, UNDECIDED).await?;
    }
    Ok(NextRun::Never)
}

/// Rules that are no longer in force do not fail.
async fn end_alerts(
    app: &PlatformContext,
    db: &impl ConnectionTrait,
    rules: &RuleSet,
    tenant_id: Uuid,
) -> Result<(), DbErr> {
    let open = alert::open(db, tenant_id).await?;
    for id in open.iter().filter(|open| open.kind == ROUTE_FAILED).map(alert::object_of) {
        let is_there = if id == UNDECIDED { rules.is_on() } else { rules.enabled().any(|rule| rule.id == id) };
        if !is_there {
            alert::end(app, db, tenant_id, ROUTE_FAILED, id).await?;
        }
    }
    Ok(())
}

/// What every message needs to know, where it finds it without a query of its own.
async fn set_hours(db: &impl ConnectionTrait, rules: &RuleSet, tenant_id: Uuid) -> Result<(), DbErr> {
    let hours = rules.is_on().then(|| i32::try_from(rules.silence_hours).unwrap_or(i32::MAX));
    tenant::Entity::update_of(tenant_id)
        .col_expr(tenant::Column::RoutesHours, Expr::value(hours))
        .exec(db)
        .await
        .map(drop)
}
