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

/// What was seen, of each step or check.
#[derive(Clone, Debug)]
pub struct LastLook<Seen> {
    /// Milliseconds since 1970.
    pub at: i64,
    pub seen: Vec<Seen>,
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

/// A check as it was.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LookedCheck {
    pub name: String,
    pub status: Status,
    pub detail: LocalizedText,
    /// What to do; none if there is nothing to do.
    pub remedy: Option<LocalizedText>,
}

impl LastLook<LookedStep> {
    /// The first step that was not proved.
    pub fn next(&self) -> Option<&LookedStep> {
        self.seen.iter().find(|step| step.status != Some(Status::Ok))
    }

    /// At the road of this integration.
    pub async fn of_road(store: &Store, integration: &str) -> Result<Option<Self>, DbErr> {
        Self::of(store, &name(integration)).await
    }

    /// Stores what was seen now.
    pub async fn keep_road(store: &Store, integration: &str, road: &Road, now: i64) -> anyhow::Result<()> {
        let steps = road.steps.iter().map(|step| LookedStep {
            name: step.name.to_owned(),
            status: step.status(),
            said: step.checks.iter().filter_map(|check| Some((check.detail.clone(), check.remedy.clone()?))).collect(),
        });
        Self { at: now, seen: steps.collect() }.keep(store, name(integration)).await
    }
}

/// Integrations' roads have longer names.
const CHECKS: &str = "checks";

fn name(integration: &str) -> String {
    format!("road:{integration}")
}

impl LastLook<LookedCheck> {
    /// At all checks.
    pub async fn of_checks(store: &Store) -> Result<Option<Self>, DbErr> {
        Self::of(store, CHECKS).await
    }

    /// Stores what was seen now.
    pub async fn keep_checks(store: &Store, checks: Vec<Check>, now: i64) -> anyhow::Result<()> {
        let looked = |check: Check| LookedCheck {
            name: check.name.to_owned(),
            status: check.status,
            detail: check.detail,
            remedy: check.remedy,
        };
        Self { at: now, seen: checks.into_iter().map(looked).collect() }.keep(store, CHECKS.to_owned()).await
    }
}

impl<Seen: Serialize + DeserializeOwned> LastLook<Seen> {
    /// None before the first, or if another release wrote it differently.
    async fn of(store: &Store, name: &str) -> Result<Option<Self>, DbErr> {
        let row = crm_copy::Entity::of_tenant(VENDOR).filter(Column::Name.eq(name));
        let row = row.one(store.read()).await?;
        Ok(row.and_then(|row| Some(Self { at: row.read_at, seen: serde_json::from_str(&row.body).ok()? })))
    }

    async fn keep(&self, store: &Store, name: String) -> anyhow::Result<()> {
        let body = serde_json::to_string(&self.seen).context("what was seen, as JSON")?;
        let row = crm_copy::Model { tenant_id: VENDOR, name, body, read_at: self.at, asked_at: self.at };
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
}
