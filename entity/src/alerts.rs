//! Conditions that need a person's attention, and the notices sent about them.

/// A condition that needs a person's attention. Rows of the nil tenant are the vendor's.
pub mod alert {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "alert")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        /// Kind and object: each cause has one row.
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub key: String,
        #[sea_orm(column_type = "Text")]
        pub kind: String,
        pub source_id: Option<Uuid>,
        /// JSON with the arguments of its texts.
        #[sea_orm(column_type = "Text")]
        pub detail: String,
        pub opened_at: i64,
        pub last_at: i64,
        pub count: i64,
        pub resolved_at: Option<i64>,
        pub muted_until: Option<i64>,
        /// When the next e-mail about it is due; none: no e-mail is due.
        pub letter_at: Option<i64>,
        /// Letters sent since it opened.
        pub letters: i32,
        /// When the last of them was sent.
        pub lettered_at: Option<i64>,
        /// Name of the person who handles it; empty if no one does.
        #[sea_orm(column_type = "Text")]
        pub taken_by: String,
    }

    tenant_rows!();
}

/// A person's choice of an account's alerts on one channel; in rows of the nil tenant, an operator's. Without a row the
/// role decides.
pub mod alert_reader {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "alert_reader")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: Uuid,
        /// `email`, `chat`
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub channel: String,
        pub wants_letters: bool,
        /// JSON: the kinds of which the person wants to hear nothing there.
        #[sea_orm(column_type = "Text")]
        pub without: String,
        /// Confirmed by a code; empty: the person's own address.
        #[sea_orm(column_type = "Text")]
        pub email: String,
        pub updated_at: i64,
    }

    tenant_rows!();
}

/// The chat to which the vendor's bot sends a person's alerts, or the code that will link one. Rows belong to the nil
/// tenant.
pub mod alert_chat {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "alert_chat")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: Uuid,
        /// The account in which the person asked for it; its audit log has the link.
        pub asked_in_id: Uuid,
        /// 0: none is linked.
        pub chat_id: i64,
        /// The chat's name, as its owner wrote it.
        #[sea_orm(column_type = "Text")]
        pub title: String,
        /// The bot's name, without the @.
        #[sea_orm(column_type = "Text")]
        pub bot: String,
        /// SHA-256 of the code that links a chat, in hex; empty: none waits.
        #[sea_orm(column_type = "Text")]
        pub code: String,
        pub code_until: i64,
        pub linked_at: i64,
        /// Why nothing is sent there any more, as a key of texts; empty: all is well.
        #[sea_orm(column_type = "Text")]
        pub trouble: String,
    }

    tenant_rows!();
}

/// The address of an account's own program that gets its alerts.
pub mod alert_webhook {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "alert_webhook")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(column_type = "Text")]
        pub url: String,
        /// The secret that signs, encrypted.
        pub secret: Vec<u8>,
        /// JSON: the kinds that are not sent.
        #[sea_orm(column_type = "Text")]
        pub without: String,
        pub created_at: i64,
        /// Why the last call failed, in English; empty: it succeeded, or there was none.
        #[sea_orm(column_type = "Text")]
        pub trouble: String,
        /// When it began to fail.
        pub trouble_at: i64,
    }

    tenant_rows!();
}

/// A browser that shows a person's alerts. Rows belong to the nil tenant.
pub mod alert_device {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "alert_device")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub person_id: Uuid,
        /// JSON of the browser's subscription, encrypted.
        pub subscription: Vec<u8>,
        /// SHA-256 of the subscription's address, in hex.
        #[sea_orm(column_type = "Text")]
        pub endpoint_hash: String,
        /// The browser, as it calls itself.
        #[sea_orm(column_type = "Text")]
        pub name: String,
        pub created_at: i64,
    }

    tenant_rows!();
}

/// The key by which push services recognise this server. One row, of the nil tenant.
pub mod push_key {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "push_key")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        /// A secret key on P-256, encrypted.
        pub secret: Vec<u8>,
        pub created_at: i64,
    }

    tenant_rows!();
}

/// A notice about alerts that is still to be sent, to one recipient on one channel.
pub mod alert_notice {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "alert_notice")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// `email`, `chat`, `webhook`
        #[sea_orm(column_type = "Text")]
        pub channel: String,
        /// The nil id: the account's own program.
        pub person_id: Uuid,
        /// JSON of its texts. No message of a customer or manager is in it.
        #[sea_orm(column_type = "Text")]
        pub body: String,
        pub created_at: i64,
        /// Also the claim of the process that sends it.
        pub next_try_at: i64,
        pub tries: i32,
    }

    tenant_rows!();
}
