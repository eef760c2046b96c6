//! What belongs to the vendor and to all processes of an installation: rows of the nil tenant, and notes on accounts.

/// An integration of the vendor that is not in the configuration file. All rows are the nil tenant's.
pub mod integration {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "integration")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub name: String,
        /// Its `[[integration]]` as in the configuration file, sealed.
        pub body: Vec<u8>,
        /// What counts, whatever the body says.
        pub paused: bool,
        pub updated_at: i64,
        /// Kind and name of who changed it last, as in the audit log.
        #[sea_orm(column_type = "Text")]
        pub updated_by: String,
    }

    tenant_rows!();
}

/// The worst state of a part of the service on a day, as the status page shows it. All rows are the nil tenant's.
pub mod status_day {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "status_day")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        /// Days since 1970, in UTC.
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: i32,
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub part: String,
        /// 0 worked, 1 slow or failing for some accounts, 2 down.
        pub state: i16,
    }

    tenant_rows!();
}

/// What the vendor's operators noted about an account. The account does not see it; it is deleted with the account.
pub mod account_note {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "account_note")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// The operator's name at that time.
        #[sea_orm(column_type = "Text")]
        pub author: String,
        #[sea_orm(column_type = "Text")]
        pub text: String,
        pub created_at: i64,
    }

    tenant_rows!();
}

/// What the vendor announces to accounts, in the panel and in the widget. It belongs to the vendor (the nil tenant).
pub mod announcement {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "announcement")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        #[sea_orm(column_type = "Text")]
        pub text_ru: String,
        #[sea_orm(column_type = "Text")]
        pub text_en: String,
        /// An https address; empty if there is none.
        #[sea_orm(column_type = "Text")]
        pub link: String,
        /// `all`, `accounts`, `plan`, `integration`
        #[sea_orm(column_type = "Text")]
        pub audience: String,
        /// JSON: ids of accounts, or the name of the plan or integration; an empty list for all accounts.
        #[sea_orm(column_type = "Text")]
        pub names: String,
        /// Shown from then on.
        pub starts_at: i64,
        /// No longer shown from then on.
        pub ends_at: i64,
        pub created_at: i64,
    }

    tenant_rows!();
}

/// An event for one of the vendor's own webhooks. It belongs to the vendor (the nil tenant), so that it outlives the
/// account.
pub mod vendor_event {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "vendor_event")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        /// `webhook-id`: the same in every attempt.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// The account that it is about.
        pub about_id: Uuid,
        /// Name of the webhook in the configuration.
        #[sea_orm(column_type = "Text")]
        pub webhook: String,
        /// `type` in the body.
        #[sea_orm(column_type = "Text")]
        pub kind: String,
        /// What is sent: the account as it was when it happened. No message of a customer or manager is in it.
        #[sea_orm(column_type = "Text")]
        pub body: String,
        /// `waiting`, `delivered`, `failed`
        #[sea_orm(column_type = "Text")]
        pub state: String,
        pub created_at: i64,
        /// Its place among the events of its account; a resent one is the last.
        pub queued_at: i64,
        /// Also the claim of the process that sends it; none once it is settled.
        pub next_try_at: Option<i64>,
        pub tries: i32,
    }

    tenant_rows!();
}

/// One try to send an event to one of the vendor's own webhooks.
pub mod vendor_event_attempt {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "vendor_event_attempt")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub event_id: Uuid,
        /// From 1; goes on when the event is resent.
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i32,
        pub at: i64,
        pub ms: i32,
        /// HTTP status of the answer; none if there was none.
        pub status: Option<i32>,
        /// Why it failed, in English; empty if it did not.
        #[sea_orm(column_type = "Text")]
        pub error: String,
    }

    tenant_rows!();
}

/// Work that one process does for all: its current owner, and when it was last completed. Rows of the nil tenant.
pub mod chore {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "chore")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub name: String,
        /// The process that has claimed it.
        pub owner: Uuid,
        /// By the database's clock; once it has passed, the work is unclaimed.
        pub leased_until: i64,
        /// 0: never.
        pub done_at: i64,
    }

    tenant_rows!();
}

/// A rate limit shared by all processes.
pub mod pace {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "pace")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub key: String,
        /// When the budget is full again, in milliseconds since 1970.
        pub whole_at: i64,
    }

    tenant_rows!();
}

/// The rate at which all processes together call an account's REST API. Rows of the nil tenant: all integrations of the
/// vendor share amoCRM's limit for an account.
pub mod rest_pace {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "rest_pace")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        /// Its host.
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub account: String,
        /// When the last granted call is paid for: milliseconds since 1970 by the database's clock.
        pub next_at: i64,
    }

    tenant_rows!();
}

/// Master keys besides those of the key file: one that is being added, and replaced ones. All rows are the nil
/// tenant's.
pub mod vault_key {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "vault_key")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        /// The key's id, in hex; reveals nothing of the key.
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub id: String,
        /// The replaced key, encrypted. Empty: this key is to become the first of the key file.
        pub sealed: Vec<u8>,
        pub noted_at: i64,
    }

    tenant_rows!();
}
