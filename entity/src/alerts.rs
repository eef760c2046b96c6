//! Conditions that need a person's attention, and the notices sent about them.

tables! {
    /// A condition that needs a person's attention. Rows of the nil tenant are the vendor's.
    alert(
        tenant_id: Uuid,
        /// Kind and object: each cause has one row.
        key: String,
    ) {
        pub kind: String,
        pub source_id: Option<Uuid>,
        /// JSON with the arguments of its texts.
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
        pub taken_by: String,
    }

    /// A person's choice of an account's alerts on one channel; in rows of the nil tenant, an operator's. Without a row the
    /// role decides.
    alert_reader(
        tenant_id: Uuid,
        person_id: Uuid,
        /// `email`, `chat`
        channel: String,
    ) {
        pub wants_letters: bool,
        /// JSON: the kinds of which the person wants to hear nothing there.
        pub without: String,
        /// Confirmed by a code; empty: the person's own address.
        pub email: String,
        pub updated_at: i64,
    }

    /// The chat to which the vendor's bot sends a person's alerts, or the code that will link one. Rows belong to the nil
    /// tenant.
    alert_chat(tenant_id: Uuid, person_id: Uuid) {
        /// The account in which the person asked for it; its audit log has the link.
        pub asked_in_id: Uuid,
        /// 0: none is linked.
        pub chat_id: i64,
        /// The chat's name, as its owner wrote it.
        pub title: String,
        /// The bot's name, without the @.
        pub bot: String,
        /// SHA-256 of the code that links a chat, in hex; empty: none waits.
        pub code: String,
        pub code_until: i64,
        pub linked_at: i64,
        /// Why nothing is sent there any more, as a key of texts; empty: all is well.
        pub trouble: String,
    }

    /// The address of an account's own program that gets its alerts.
    alert_webhook(tenant_id: Uuid) {
        pub url: String,
        /// The secret that signs, encrypted.
        pub secret: Vec<u8>,
        /// JSON: the kinds that are not sent.
        pub without: String,
        pub created_at: i64,
        /// Why the last call failed, in English; empty: it succeeded, or there was none.
        pub trouble: String,
        /// When it began to fail.
        pub trouble_at: i64,
    }

    /// A browser that shows a person's alerts. Rows belong to the nil tenant.
    alert_device(tenant_id: Uuid, id: Uuid) {
        pub person_id: Uuid,
        /// JSON of the browser's subscription, encrypted.
        pub subscription: Vec<u8>,
        /// SHA-256 of the subscription's address, in hex.
        pub endpoint_hash: String,
        /// The browser, as it calls itself.
        pub name: String,
        pub created_at: i64,
    }

    /// The key by which push services recognise this server. One row, of the nil tenant.
    push_key(tenant_id: Uuid) {
        /// A secret key on P-256, encrypted.
        pub secret: Vec<u8>,
        pub created_at: i64,
    }

    /// A notice about alerts that is still to be sent, to one recipient on one channel.
    alert_notice(tenant_id: Uuid, id: Uuid) {
        /// `email`, `chat`, `webhook`
        pub channel: String,
        /// The nil id: the account's own program.
        pub person_id: Uuid,
        /// JSON of its texts. No message of a customer or manager is in it.
        pub body: String,
        pub created_at: i64,
        /// Also the claim of the process that sends it.
        pub next_try_at: i64,
        pub tries: i32,
    }
}
