//! The code below the `Model` of every entity, written once.

/// The end of an entity whose rows belong to tenants.
macro_rules! tenant_rows {
    () => {
        without_relations!();

        impl Entity {
            /// Every select starts here: the rows of one tenant.
            pub fn of_tenant(tenant_id: Uuid) -> Select<Self> {
                Self::find().filter(Column::TenantId.eq(tenant_id))
            }
        }
    };
}

/// The end of an entity that is read without a tenant; sea-orm requires this of all entities.
macro_rules! without_relations {
    () => {
        /// None: rows are joined by hand, always within a tenant.
        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}
    };
}
