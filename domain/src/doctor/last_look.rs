//! What was seen last: on the road of an integration, and by all checks. Looking asks others and takes seconds, so a page shows
//! what was seen, and when.

use anyhow::Context;
use base::i18n::LocalizedText;
use base::store::{Store, VENDOR};
use entity::crm_copy::{self, Column};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Check, Road, Status};

/// What was seen.
#[derive(Clone, Debug)]
pub struct LastLook {
    /// Milliseconds since 1970.
    pub at: i64,
    pub steps: Vec<LookedStep>,
}

/// A step as it was.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LookedStep {
    pub name: String,
    /// None: it could not be proved yet.
    pub status: Option<Status>,
    /// What was wrong, and what to do about it.
    pub said: Vec<(LocalizedText, LocalizedText)>,
}

impl LastLook {
    /// The first step that was not proved.
    pub fn next(&self) -> Option<&LookedStep> {
        self.steps.iter().find(|step| step.status != Some(Status::Ok))
    }

    /// Of this integration; none before the first, or if another release wrote it differently.
    pub async fn of(store: &Store, integration: &str) -> Result<Option<Self>, DbErr> {
        let seen = seen(store, &name(integration)).await?;
        Ok(seen.map(|(at, steps)| Self { at, steps }))
    }

    /// Stores what was seen now.
    pub async fn keep(store: &Store, integration: &str, road: &Road, now: i64) -> anyhow::Result<()> {
        let steps: Vec<LookedStep> = road
            .steps
            .iter()
            .map(|step| LookedStep {
                name: step.name.to_owned(),
                status: step.status(),
                said: step
                    .checks
                    .iter()
                    .filter_map(|check| Some((check.detail.clone(), check.remedy.clone()?)))
                    .collect(),
            })
            .collect();
        keep(store, name(integration), &steps, now).await
    }
}

fn name(integration: &str) -> String {
    format!("road:{integration}")
}

/// The last result of all checks.
#[derive(Clone, Debug)]
pub struct LastResult {
    /// Milliseconds since 1970.
    pub at: i64,
    pub checks: Vec<LookedCheck>,
}

/// A check as it was.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LookedCheck {
    pub name: String,
    pub status: Status,
    pub detail: LocalizedText,
    /// What to do; none if there is nothing to do.
    pub remedy: Option<LocalizedText>,
}

/// Integrations' roads have longer names.
const CHECKS: &str = "checks";

impl LastResult {
    /// None before the first, or if another release wrote it differently.
    pub async fn read(store: &Store) -> Result<Option<Self>, DbErr> {
        let seen = seen(store, CHECKS).await?;
        Ok(seen.map(|(at, checks)| Self { at, checks }))
    }

    /// Stores what was seen now.
    pub async fn keep(store: &Store, checks: Vec<Check>, now: i64) -> anyhow::Result<Self> {
        let looked = |check: Check| LookedCheck {
            name: check.name.to_owned(),
            status: check.status,
            detail: check.detail,
            remedy: check.remedy,
        };
        let checks: Vec<LookedCheck> = checks.into_iter().map(looked).collect();
        keep(store, CHECKS.to_owned(), &checks, now).await?;
        Ok(Self { at: now, checks })
    }
}

async fn seen<T: DeserializeOwned>(store: &Store, name: &str) -> Result<Option<(i64, T)>, DbErr> {
    let row = crm_copy::Entity::of_tenant(VENDOR).filter(Column::Name.eq(name));
    let row = row.one(store.read()).await?;
    Ok(row.and_then(|row| Some((row.read_at, serde_json::from_str(&row.body).ok()?))))
}

async fn keep(store: &Store, name: String, seen: &impl Serialize, now: i64) -> anyhow::Result<()> {
    let body = serde_json::to_string(seen).context("what was seen, as JSON")?;
    let row = crm_copy::Model { tenant_id: VENDOR, name, body, read_at: now, asked_at: now };
    crm_copy::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([Column::TenantId, Column::Name])
                .update_columns([Column::Body, Column::ReadAt, Column::AskedAt])
                .to_owned(),
        )
        .exec_without_returning(store.write())
        .await?;
    Ok(())
}
