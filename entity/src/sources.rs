//! Lines at messengers and the sources in amoCRM that mirror them.

/// One messenger line of a tenant, mirrored as an amoCRM source.
pub mod source {
    use sea_orm::entity::prelude::*;

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
        /// Since when it is a shadow: it receives beside another service and sends nothing. None: it is none.
        pub shadow_since: Option<i64>,
        /// How many chats that customers begin are passed on within an hour; 0: all.
        pub new_chats_per_hour: i32,
    }

    tenant_rows!();

    impl Model {
        /// Whether it receives beside another service and sends nothing, neither to amoCRM nor to customers.
        pub fn is_shadow(&self) -> bool {
            self.shadow_since.is_some()
        }

        /// Whether its creation is complete: amoCRM has a source for it, unless it is a shadow.
        pub fn is_made(&self) -> bool {
            self.amocrm_source_id != 0 || self.is_shadow()
        }

        /// A person's pause holds both directions; Parom's own holds only the one to the messenger, which is at fault.
        pub fn is_paused_by_person(&self) -> bool {
            self.paused && !self.paused_by.is_empty() && self.deleted_at.is_none()
        }
    }
}

/// A change of a source that a custom messenger has not been notified of yet: at most one per source, the last.
pub mod source_notice {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "source_notice")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub source_id: Uuid,
        /// `webhook-id`; a later change gets a new one.
        pub id: Uuid,
        /// The source was deleted; if false, it was changed.
        pub deleted: bool,
        /// Encrypted: the address and secrets of the messenger of a deleted source. Else empty.
        pub access: Vec<u8>,
        pub created_at: i64,
        /// Also when the claim of the current sender ends.
        pub next_try_at: i64,
        pub tries: i32,
        /// Whether an earlier attempt arrived is unknown.
        pub unknown: bool,
    }

    tenant_rows!();
}

/// A source that amoCRM lists under our integration and that Parom does not know.
pub mod stray_source {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "stray_source")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub amocrm_source_id: i64,
        #[sea_orm(column_type = "Text")]
        pub external_id: String,
        #[sea_orm(column_type = "Text")]
        pub name: String,
        pub pipeline_id: Option<i64>,
        pub is_default: bool,
        /// `own_default`: created by amoCRM itself, with the widget's code as external id; else `unknown`.
        #[sea_orm(column_type = "Text")]
        pub reason: String,
        pub seen_at: i64,
    }

    tenant_rows!();
}

/// A template of a source that its messenger reviews: the state of the review at the messenger, and what was reported
/// to amoCRM.
pub mod message_template {
    use sea_orm::entity::prelude::*;

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
        /// amoCRM's id of the review to which the outcome is reported.
        pub review_id: i64,
        /// A new id for each request of a review.
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
        /// The outcome that was last reported to amoCRM; empty if none was.
        #[sea_orm(column_type = "Text")]
        pub told: String,
        /// Why the next step has failed so far; empty if it has not.
        #[sea_orm(column_type = "Text")]
        pub trouble: String,
        /// Consecutive failures of the next step.
        pub tries: i32,
        /// When the next step is due, for pages; its job decides.
        pub next_try_at: Option<i64>,
        pub created_at: i64,
        /// When it was submitted to the messenger; 0 if it was not.
        pub submitted_at: i64,
        /// When the messenger's state last changed; 0: never.
        pub changed_at: i64,
    }

    tenant_rows!();
}

/// When a source usually has messages, learned from the ledger's counts, and how far these have been looked at.
pub mod source_pulse {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "source_pulse")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub source_id: Uuid,
        /// The first day of the two counts, from 1970.
        pub day: i32,
        /// Messages from customers since that day.
        pub came: i64,
        /// Messages of both directions that were not delivered since that day.
        pub failed: i64,
        /// The hour that is being counted, from 1970.
        pub hour: i64,
        /// Its messages so far; -1: its beginning was missed, so nothing is learned from it.
        pub in_hour: i64,
        /// The first hour that was counted.
        pub since_hour: i64,
        /// When the last message was seen; 0: never.
        pub last_at: i64,
        /// JSON: what is known of each hour of the week.
        #[sea_orm(column_type = "Text")]
        pub week: String,
    }

    tenant_rows!();
}

/// The picture in the header of a site's chat.
pub mod chat_logo {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "chat_logo")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub source_id: Uuid,
        pub picture: Vec<u8>,
        /// Detected from the picture's first bytes.
        #[sea_orm(column_type = "Text")]
        pub mime_type: String,
        pub created_at: i64,
    }

    tenant_rows!();
}

/// A photo of someone who answers in a site's chat, by the name in its settings.
pub mod chat_photo {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "chat_photo")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub source_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub name: String,
        pub picture: Vec<u8>,
        /// Detected from the picture's first bytes.
        #[sea_orm(column_type = "Text")]
        pub mime_type: String,
        pub created_at: i64,
    }

    tenant_rows!();
}

/// When a page of a site last loaded a web chat.
pub mod chat_site {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "chat_site")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub source_id: Uuid,
        /// An origin that the source's settings allowed then.
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub origin: String,
        /// Milliseconds since 1970; to the minute.
        pub seen_at: i64,
    }

    tenant_rows!();
}
