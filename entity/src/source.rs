//! One messenger line of a tenant, mirrored as an amoCRM source.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "source")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The connector.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// At most 36 printable ASCII characters; the same at amoCRM.
    #[sea_orm(column_type = "Text")]
    pub external_id: String,
    pub channel_id: Uuid,
    pub amocrm_source_id: i64,
    pub pipeline_id: i64,
    pub is_default: bool,
    /// A state, see `parom::source::SourceStatus`.
    #[sea_orm(column_type = "Text")]
    pub status: String,
    #[sea_orm(column_type = "Text")]
    pub status_reason: String,
    pub paused: bool,
    /// `leave`, `link` or `create`.
    #[sea_orm(column_type = "Text")]
    pub contact_rule: String,
    /// Whether customers' origins are written into their leads.
    pub lead_origin: bool,
    /// The version of the chat's logo, in its address; empty if there is none.
    #[sea_orm(column_type = "Text")]
    pub logo: String,
    /// JSON, as in amoCRM's Sources API.
    #[sea_orm(column_type = "Text")]
    pub services: String,
    /// JSON of the kind's settings without credentials.
    #[sea_orm(column_type = "Text")]
    pub settings: String,
    /// Sealed JSON of the credentials.
    pub secrets: Option<Vec<u8>>,
    pub created_at: i64,
    pub updated_at: i64,
    pub deleted_at: Option<i64>,
    /// Since when it has been in its state.
    pub status_since: i64,
    /// Who paused it; empty if Parom did, because the messenger did not answer.
    #[sea_orm(column_type = "Text")]
    pub paused_by: String,
    /// When a message or a test last succeeded.
    pub proved_at: Option<i64>,
    /// The services as last sent to amoCRM.
    #[sea_orm(column_type = "Text")]
    pub services_sent: String,
    /// JSON of the known facts about its line at the messenger, see `parom::source::line`.
    #[sea_orm(column_type = "Text")]
    pub facts: String,
}

tenant_rows!();

impl Model {
    /// A person's pause holds both directions; Parom's own holds only the one to the messenger, which is at fault.
    pub fn is_paused_by_person(&self) -> bool {
        self.paused && !self.paused_by.is_empty() && self.deleted_at.is_none()
    }
}
