//! A template of a source that its messenger reviews: the state of the review at the messenger, and what was reported
//! to amoCRM.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "message_template")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub source_id: Uuid,
    /// amoCRM's id of the template.
    pub crm_id: i64,
    /// amoCRM's id of the review to which the outcome is reported.
    pub review_id: i64,
    /// A new id for each request of a review.
    pub submission: Uuid,
    /// Its name at amoCRM.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Its name at the messenger; fixed from the start, so that a report can be assigned before its id is known.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub language: String,
    /// `UTILITY`, `MARKETING` or `AUTHENTICATION`: as requested, then as the messenger decided.
    #[sea_orm(column_type = "Text")]
    pub category: String,
    /// JSON of what was submitted, see `parom::template::Spec`.
    #[sea_orm(column_type = "Text")]
    pub spec: String,
    /// See `parom::template::Stage`.
    #[sea_orm(column_type = "Text")]
    pub stage: String,
    /// The messenger's id; empty until it has one.
    #[sea_orm(column_type = "Text")]
    pub external_id: String,
    /// The messenger's rating; empty if it gave none.
    #[sea_orm(column_type = "Text")]
    pub quality: String,
    /// Why it was rejected or paused.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// The outcome that was last reported to amoCRM; empty if none was.
    #[sea_orm(column_type = "Text")]
    pub told: String,
    /// Why the next step has failed so far; empty if it has not.
    #[sea_orm(column_type = "Text")]
    pub trouble: String,
    /// Consecutive failures of the next step.
    pub tries: i32,
    /// When the next step is due, for pages; its job decides.
    pub next_try_at: Option<i64>,
    pub created_at: i64,
    /// When it was submitted to the messenger; 0 if it was not.
    pub submitted_at: i64,
    /// When the messenger's state last changed; 0: never.
    pub changed_at: i64,
}

tenant_rows!();
