//! Somebody who signs in by e-mail, or an amoCRM user who came through the widget. Rows of the nil tenant: a person
//! may belong to several accounts.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Lower case; empty for an amoCRM user without one. `directory` (kind `person`) makes it unique.
    #[sea_orm(column_type = "Text")]
    pub email: String,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// argon2id in PHC form.
    #[sea_orm(column_type = "Text", nullable)]
    pub password_hash: Option<String>,
    /// Sealed.
    pub totp_secret: Option<Vec<u8>>,
    /// The last time step that was used: no code is good twice.
    pub totp_step: Option<i64>,
    /// May enter the vendor's admin.
    pub is_operator: bool,
    /// `en` or `ru`.
    #[sea_orm(column_type = "Text")]
    pub language: String,
    pub created_at: i64,
    pub disabled_at: Option<i64>,
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
