//! Routes: versions of an account's rules, and what was decided by them.

/// The rules of an account at one time.
pub mod route_version {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "route_version")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        /// Counted from 1. The highest that is no draft is in force.
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i32,
        /// JSON, see `domain::route::RuleSet`.
        #[sea_orm(column_type = "Text")]
        pub rules: String,
        pub created_at: i64,
        /// The name at that time of who saved it; empty: the command line.
        #[sea_orm(column_type = "Text")]
        pub author: String,
        /// It decides nothing.
        pub is_draft: bool,
    }

    tenant_rows!();
}

/// What was decided about a dialogue, and what was done of it.
pub mod route_decision {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "route_decision")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        /// The message that began the dialogue.
        #[sea_orm(primary_key, auto_increment = false)]
        pub message_id: Uuid,
        pub conversation_id: Uuid,
        /// The version of the rules that decided.
        pub version: i32,
        /// Empty if no rule matched.
        #[sea_orm(column_type = "Text")]
        pub rule_id: String,
        /// JSON, see `domain::route::Facts`.
        #[sea_orm(column_type = "Text")]
        pub facts: String,
        /// JSON, see `domain::route::Verdict`.
        #[sea_orm(column_type = "Text")]
        pub verdict: String,
        /// JSON, see `domain::route::decision::Step`.
        #[sea_orm(column_type = "Text")]
        pub steps: String,
        /// The lead of the dialogue; 0 until it has one.
        pub lead_id: i64,
        /// A word of `domain::route::decision::DecisionState`.
        #[sea_orm(column_type = "Text")]
        pub state: String,
        pub created_at: i64,
    }

    tenant_rows!();
}

/// Whose turn it is in a round robin.
pub mod route_turn {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "route_turn")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        /// See `domain::route::decide::turn_key`.
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub key: String,
        /// JSON, see `domain::route::decide`.
        #[sea_orm(column_type = "Text")]
        pub turn: String,
    }

    tenant_rows!();
}
