//! One message in either direction.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "message")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub source_id: Uuid,
    pub conversation_id: Uuid,
    /// See `base::message::Direction`.
    pub direction: i16,
    /// See `base::message::State`; grows only.
    pub state: i16,
    /// The highest state that was reported to amoCRM.
    pub reported: i16,
    /// The messenger's id; empty until known.
    #[sea_orm(column_type = "Text")]
    pub external_id: String,
    /// amojo's id; empty until known.
    #[sea_orm(column_type = "Text")]
    pub amocrm_message_id: String,
    /// JSON, see `base::message::Body`.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// JSON `{code,text}` of a failed message, else empty.
    #[sea_orm(column_type = "Text")]
    pub error: String,
    /// By the sender's clock, checked.
    pub sent_at: i64,
    pub accepted_at: i64,
    /// Days since 1970 of `accepted_at`.
    pub day: i32,
    /// Number of its delivery within the lane; 0 until delivered.
    pub position: i64,
    pub possible_duplicate: bool,
    /// The customer's reaction, an emoji; empty: none.
    #[sea_orm(column_type = "Text")]
    pub client_reaction: String,
    /// The managers' last reaction.
    #[sea_orm(column_type = "Text")]
    pub manager_reaction: String,
    /// When either changed last; 0: never.
    pub reacted_at: i64,
}

tenant_rows!();
