//! One customer over one source, or one group chat.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "conversation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub source_id: Uuid,
    /// The messenger's id; empty until a conversation that a manager began is answered.
    #[sea_orm(column_type = "Text")]
    pub external_id: String,
    /// amojo's id of the chat, empty until known.
    #[sea_orm(column_type = "Text")]
    pub amocrm_chat_id: String,
    /// JSON of the customer, see `parom::message::Person`.
    #[sea_orm(column_type = "Text")]
    pub contact: String,
    pub created_at: i64,
}

/// None: rows are joined by hand, always within a tenant.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Every select starts here: the rows of one tenant.
    pub fn of_tenant(tenant_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::TenantId.eq(tenant_id))
    }
}
