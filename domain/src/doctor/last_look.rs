//! The last look at the road of an integration: looking asks amoCRM, a page shows what was seen, and when.

use anyhow::Context;
use base::i18n::LocalizedText;
use base::store::{Store, VENDOR};
use entity::crm_copy::{self, Column};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use serde::{Deserialize, Serialize};

use super::{Road, Status};

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
        let row = crm_copy::Entity::of_tenant(VENDOR).filter(Column::Name.eq(name(integration)));
        let row = row.one(store.read()).await?;
        Ok(row.and_then(|row| Some(Self { at: row.read_at, steps: serde_json::from_str(&row.body).ok()? })))
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
        let body = serde_json::to_string(&steps).context("a road as JSON")?;
        let row = crm_copy::Model { tenant_id: VENDOR, name: name(integration), body, read_at: now, asked_at: now };
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

fn name(integration: &str) -> String {
    format!("road:{integration}")
}
