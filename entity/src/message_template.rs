//! A template of a source that its messenger reviews: how far the review is at the messenger, and what amoCRM was told.

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
    /// amoCRM's id of the review that is to be told the outcome.
    pub review_id: i64,
    /// A new one for each request of a review.
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
    /// The outcome that amoCRM was told last; empty: none.
    #[sea_orm(column_type = "Text")]
    pub told: String,
    /// Why the next step failed so far; empty: it did not.
    #[sea_orm(column_type = "Text")]
    pub trouble: String,
    /// Failures of the next step in a row.
    pub tries: i32,
    /// When the next step is due; none: there is none. While it is done: the end of its claim.
    pub next_try_at: Option<i64>,
    pub created_at: i64,
    /// When the messenger got it; 0: it has not.
    pub submitted_at: i64,
    /// When the messenger's state last changed; 0: never.
    pub changed_at: i64,
}

tenant_rows!();
