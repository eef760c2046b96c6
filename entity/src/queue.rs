//! The delivery queue: waiting letters, their order, the rates of targets, and the outcomes; and jobs.

tables! {
    /// The unit of order: one direction of one conversation in one of two streams.
    lane(tenant_id: Uuid, lane_id: Uuid) {
        pub conversation_id: Uuid,
        pub source_id: Uuid,
        pub direction: i16,
        pub stream: i16,
        /// Its `turn`: channel or source.
        pub target: Uuid,
        pub next_seq: i64,
        /// `order_key` of the letter leased last.
        pub last_key: i64,
        pub max_key: i64,
        /// Letters in it.
        pub waiting: i64,
        /// None if nothing waits. While leased: when the lease ends.
        pub due_at: Option<i64>,
        /// The process that delivers its head.
        pub owner: Option<Uuid>,
        /// Counts leases.
        pub epoch: i64,
        pub leased_until: i64,
        /// Leases of this head that were never settled.
        pub starts: i32,
        pub carried: i64,
        /// Number of the claim that leased it, among those of its owner; on PostgreSQL only.
        pub claim: Option<i64>,
    }

    /// One entry of the queue. Deleted when it is settled.
    letter(tenant_id: Uuid, lane_id: Uuid, order_key: i64, seq: i64) {
        pub id: Uuid,
        pub message_id: Uuid,
        pub source_id: Uuid,
        pub direction: i16,
        /// See `base::message::LetterKind`.
        pub kind: i16,
        /// JSON with the data that the message's row does not have; for a message in parts, its progress.
        pub payload: String,
        pub attempts: i32,
        /// Whether an earlier attempt arrived is unknown.
        pub unknown: bool,
        /// Sends after an outcome that could not be determined.
        pub resends: i32,
        /// A dead letter that was retried.
        pub late: bool,
        pub accepted_at: i64,
        pub expires_at: i64,
        /// Of the message's acceptance.
        pub day: i32,
    }

    /// When a remote account may be served next: fairness, timer, pause and rate in one narrow row.
    turn(
        tenant_id: Uuid,
        /// Channel (amoCRM) or source (messenger).
        target: Uuid,
    ) {
        /// The pool whose call slots it uses.
        pub pool: String,
        /// None if nothing is to be done, or if it is held; `reason` says why.
        pub ready_at: Option<i64>,
        /// Thousandths of a request.
        pub tokens: i64,
        pub refilled_at: i64,
        /// Empty if nothing prevents it from being served.
        pub reason: String,
        /// In a row.
        pub failures: i32,
        /// Since when every call has failed, and of a developer's endpoint every webhook; none if the last one succeeded.
        pub failing_since: Option<i64>,
        /// Webhooks that failed since then.
        pub failing: i32,
        /// Rate found by experience, in thousandths of a request per second; 0 if not tried yet or fixed.
        pub rate: i64,
        /// When that changed last.
        pub rate_at: i64,
        /// Calls since `counted_from`; together with `errors` they decide when the breaker opens.
        pub calls: i32,
        pub errors: i32,
        pub counted_from: i64,
        /// The source whose lane was claimed last; none before the first claim since the upgrade.
        pub last_source: Option<Uuid>,
    }

    /// One attempt to deliver a letter.
    attempt(tenant_id: Uuid, message_id: Uuid, letter_id: Uuid, number: i32) {
        pub kind: i16,
        pub direction: i16,
        pub at: i64,
        pub ms: i32,
        pub verdict: String,
        /// HTTP status; 0: none.
        pub status: i32,
        /// At most 4 KiB, redacted.
        pub answer: String,
        pub reason: String,
        /// For a webhook: its own id, and its source.
        pub id: Option<Uuid>,
        pub source_id: Option<Uuid>,
        /// The webhook's type; empty if it is not a webhook.
        pub event: String,
        /// From the message's acceptance to the end of this attempt, milliseconds, if by it the other side accepted the
        /// message; else 0.
        pub took: i64,
        /// What was sent, masked, at most 4 KiB; none if it succeeded or sent nothing. Empty once its customer was erased.
        pub request: Option<String>,
    }, with {
        impl Model {
            /// Whether the other side was called. It was not for a letter that waits for its file, or that a rule of ours
            /// refuses: that says nothing about the other side.
            pub fn made_call(&self) -> bool {
                self.verdict == "done" || self.status > 0 || self.request.is_some()
            }
        }
    }

    /// A letter that is no longer tried automatically.
    dead_letter(
        tenant_id: Uuid,
        /// The letter's id.
        id: Uuid,
    ) {
        pub lane_id: Uuid,
        pub conversation_id: Uuid,
        pub source_id: Uuid,
        pub message_id: Uuid,
        pub target: Uuid,
        pub direction: i16,
        pub stream: i16,
        pub kind: i16,
        pub payload: String,
        pub reason: String,
        pub detail: String,
        pub attempts: i32,
        pub first_at: i64,
        pub last_at: i64,
        pub day: i32,
    }

    /// A bulk operation on dead letters, sending again or deleting: which letters, started by whom, and its progress.
    replay(tenant_id: Uuid, id: Uuid) {
        /// `retry` or `drop`.
        pub action: String,
        /// Only those of this source.
        pub source_id: Option<Uuid>,
        /// Only those with this reason; empty: all.
        pub reason: String,
        /// Only those that were accepted at this time or later.
        pub since: i64,
        /// `running`, `done`, `cancelled`.
        pub state: String,
        /// Counted when it began.
        pub total: i64,
        pub done: i64,
        pub started_by: String,
        /// Letters that were given up later are not part of it.
        pub created_at: i64,
        pub finished_at: Option<i64>,
    }

    /// Counts per source, direction and day of acceptance, incremented once per batch.
    ledger_delta(
        tenant_id: Uuid,
        source_id: Uuid,
        direction: i16,
        day: i32,
        /// Each instance has its own rows, so that they do not wait for each other.
        instance: Uuid,
    ) {
        pub accepted: i64,
        pub delivered: i64,
        pub failed: i64,
    }

    /// How many calls or messages took how long, per hour and source: [`Model::measure`] and [`Model::bucket`] as the queue's
    /// `histogram` numbers them. Kept for a day.
    histogram(
        tenant_id: Uuid,
        /// Of the end of the call, counted from 1970.
        hour: i32,
        source_id: Uuid,
        direction: i16,
        measure: i16,
        bucket: i16,
        /// Each instance has its own rows, so that they do not wait for each other.
        instance: Uuid,
    ) {
        pub count: i64,
        /// When the last of the calls began.
        pub last_at: i64,
    }

    /// Work that must be done even if the process ends first.
    job(
        tenant_id: Uuid,
        kind: String,
        /// What the work is about; unique in its kind.
        key: String,
    ) {
        /// JSON that the kind defines, without secrets.
        pub payload: String,
        /// Encrypted: what the work needs and no other row has. Erased when the work is done or given up.
        pub sealed: Option<Vec<u8>>,
        /// Failed attempts.
        pub tries: i32,
        /// Also when the claim of the current worker ends. None: it was given up.
        pub next_try_at: Option<i64>,
        pub created_at: i64,
    }
}
