//! Lines at messengers and the sources in amoCRM that mirror them.

tables! {
    /// One messenger line of a tenant, mirrored as an amoCRM source.
    source(tenant_id: Uuid, id: Uuid) {
        /// The connector.
        pub kind: String,
        pub name: String,
        /// At most 36 printable ASCII characters; the same at amoCRM.
        pub external_id: String,
        pub channel_id: Uuid,
        pub amocrm_source_id: i64,
        pub pipeline_id: i64,
        pub is_default: bool,
        /// A state, see `parom::source::SourceStatus`.
        pub status: String,
        pub status_reason: String,
        pub paused: bool,
        /// `leave`, `link` or `create`.
        pub contact_rule: String,
        /// Whether customers' origins are written into their leads.
        pub lead_origin: bool,
        /// The version of the chat's logo, in its address; empty if there is none.
        pub logo: String,
        /// JSON, as in amoCRM's Sources API.
        pub services: String,
        /// JSON of the kind's settings without credentials.
        pub settings: String,
        /// Sealed JSON of the credentials.
        pub secrets: Option<Vec<u8>>,
        pub created_at: i64,
        pub updated_at: i64,
        pub deleted_at: Option<i64>,
        /// Since when it has been in its state.
        pub status_since: i64,
        /// Who paused it; empty if Parom did, because the messenger did not answer.
        pub paused_by: String,
        /// When a message or a test last succeeded.
        pub proved_at: Option<i64>,
        /// The services as last sent to amoCRM.
        pub services_sent: String,
        /// JSON of the known facts about its line at the messenger, see `parom::source::line`.
        pub facts: String,
        /// Since when it is a shadow: it receives beside another service and sends nothing. None: it is none.
        pub shadow_since: Option<i64>,
        /// How many chats that customers begin are passed on within an hour; 0: all.
        pub new_chats_per_hour: i32,
    }, with {
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
    source_notice(tenant_id: Uuid, source_id: Uuid) {
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

    /// A source that amoCRM lists under our integration and that Parom does not know.
    stray_source(tenant_id: Uuid, amocrm_source_id: i64) {
        pub external_id: String,
        pub name: String,
        pub pipeline_id: Option<i64>,
        pub is_default: bool,
        /// `own_default`: created by amoCRM itself, with the widget's code as external id; else `unknown`.
        pub reason: String,
        pub seen_at: i64,
    }

    /// A template of a source that its messenger reviews: the state of the review at the messenger, and what was reported
    /// to amoCRM.
    message_template(tenant_id: Uuid, id: Uuid) {
        pub source_id: Uuid,
        /// amoCRM's id of the template.
        pub crm_id: i64,
        /// amoCRM's id of the review to which the outcome is reported.
        pub review_id: i64,
        /// A new id for each request of a review.
        pub submission: Uuid,
        /// Its name at amoCRM.
        pub title: String,
        /// Its name at the messenger; fixed from the start, so that a report can be assigned before its id is known.
        pub name: String,
        pub language: String,
        /// `UTILITY`, `MARKETING` or `AUTHENTICATION`: as requested, then as the messenger decided.
        pub category: String,
        /// JSON of what was submitted, see `parom::template::Spec`.
        pub spec: String,
        /// See `parom::template::Stage`.
        pub stage: String,
        /// The messenger's id; empty until it has one.
        pub external_id: String,
        /// The messenger's rating; empty if it gave none.
        pub quality: String,
        /// Why it was rejected or paused.
        pub reason: String,
        /// The outcome that was last reported to amoCRM; empty if none was.
        pub told: String,
        /// Why the next step has failed so far; empty if it has not.
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

    /// When a source usually has messages, learned from the ledger's counts, and how far these have been looked at.
    source_pulse(tenant_id: Uuid, source_id: Uuid) {
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
        pub week: String,
    }

    /// The picture in the header of a site's chat.
    chat_logo(tenant_id: Uuid, source_id: Uuid) {
        pub picture: Vec<u8>,
        /// Detected from the picture's first bytes.
        pub mime_type: String,
        pub created_at: i64,
    }

    /// A photo of someone who answers in a site's chat, by the name in its settings.
    chat_photo(tenant_id: Uuid, source_id: Uuid, name: String) {
        pub picture: Vec<u8>,
        /// Detected from the picture's first bytes.
        pub mime_type: String,
        pub created_at: i64,
    }

    /// When a page of a site last loaded a web chat.
    chat_site(
        tenant_id: Uuid,
        source_id: Uuid,
        /// An origin that the source's settings allowed then.
        origin: String,
    ) {
        /// Milliseconds since 1970; to the minute.
        pub seen_at: i64,
    }
}
