//! Sales: where an account sends them, and those that were sent.

/// A target of an account's sales.
pub mod sale_target {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sale_target")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        /// A word of `domain::sale::TargetKind`.
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub kind: String,
        pub is_on: bool,
        /// JSON, see `domain::sale::TargetSettings`.
        #[sea_orm(column_type = "Text")]
        pub settings: String,
        /// The access token, encrypted; none if the kind has none, or it was not given yet.
        pub token: Option<Vec<u8>>,
        /// When it was last switched on: earlier sales are not sent.
        pub on_since: i64,
    }

    tenant_rows!();
}

/// A lead that was won, and what became of it at each target.
pub mod sale {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sale")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        /// CRM id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub lead_id: i64,
        /// JSON, see `domain::sale::Sale`.
        #[sea_orm(column_type = "Text")]
        pub facts: String,
        /// JSON: a `domain::sale::Sending` for each target.
        #[sea_orm(column_type = "Text")]
        pub sendings: String,
        pub created_at: i64,
    }

    tenant_rows!();
}
