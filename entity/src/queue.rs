//! The delivery queue: waiting letters, their order, the rates of targets, and the outcomes; and jobs.

/// The unit of order: one direction of one conversation in one of two streams.
pub mod lane {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "lane")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub lane_id: Uuid,
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

    tenant_rows!();
}

/// One entry of the queue. Deleted when it is settled.
pub mod letter {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "letter")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub lane_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_key: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
        pub id: Uuid,
        pub message_id: Uuid,
        pub source_id: Uuid,
        pub direction: i16,
        /// See `base::message::LetterKind`.
        pub kind: i16,
        /// JSON with the data that the message's row does not have; for a message in parts, its progress.
        #[sea_orm(column_type = "Text")]
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

    tenant_rows!();
}

/// When a remote account may be served next: fairness, timer, pause and rate in one narrow row.
pub mod turn {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "turn")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        /// Channel (amoCRM) or source (messenger).
        #[sea_orm(primary_key, auto_increment = false)]
        pub target: Uuid,
        /// The pool whose call slots it uses.
        #[sea_orm(column_type = "Text")]
        pub pool: String,
        /// None if nothing is to be done, or if it is held; `reason` says why.
        pub ready_at: Option<i64>,
        /// Thousandths of a request.
        pub tokens: i64,
        pub refilled_at: i64,
        /// Empty if nothing prevents it from being served.
        #[sea_orm(column_type = "Text")]
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

    tenant_rows!();
}

/// One attempt to deliver a letter.
pub mod attempt {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "attempt")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub message_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub letter_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i32,
        pub kind: i16,
        pub direction: i16,
        pub at: i64,
        pub ms: i32,
        #[sea_orm(column_type = "Text")]
        pub verdict: String,
        /// HTTP status; 0: none.
        pub status: i32,
        /// At most 4 KiB, redacted.
        #[sea_orm(column_type = "Text")]
        pub answer: String,
        #[sea_orm(column_type = "Text")]
        pub reason: String,
        /// For a webhook: its own id, and its source.
        pub id: Option<Uuid>,
        pub source_id: Option<Uuid>,
        /// The webhook's type; empty if it is not a webhook.
        #[sea_orm(column_type = "Text")]
        pub event: String,
        /// From the message's acceptance to the end of this attempt, milliseconds, if by it the other side accepted the
        /// message; else 0.
        pub took: i64,
        /// What was sent, masked, at most 4 KiB; none if it succeeded or sent nothing. Empty once its customer was erased.
        #[sea_orm(column_type = "Text", nullable)]
        pub request: Option<String>,
    }

    impl Model {
        /// Whether the other side was called. It was not for a letter that waits for its file, or that a rule of ours
        /// refuses: that says nothing about the other side.
        pub fn made_call(&self) -> bool {
            self.verdict == "done" || self.status > 0 || self.request.is_some()
        }
    }

    tenant_rows!();
}

/// A letter that is no longer tried automatically.
pub mod dead_letter {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "dead_letter")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        /// The letter's id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub lane_id: Uuid,
        pub conversation_id: Uuid,
        pub source_id: Uuid,
        pub message_id: Uuid,
        pub target: Uuid,
        pub direction: i16,
        pub stream: i16,
        pub kind: i16,
        #[sea_orm(column_type = "Text")]
        pub payload: String,
        #[sea_orm(column_type = "Text")]
        pub reason: String,
        #[sea_orm(column_type = "Text")]
        pub detail: String,
        pub attempts: i32,
        pub first_at: i64,
        pub last_at: i64,
        pub day: i32,
    }

    tenant_rows!();
}

/// A bulk operation on dead letters, sending again or deleting: which letters, started by whom, and its progress.
pub mod replay {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "replay")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// `retry` or `drop`.
        #[sea_orm(column_type = "Text")]
        pub action: String,
        /// Only those of this source.
        pub source_id: Option<Uuid>,
        /// Only those with this reason; empty: all.
        #[sea_orm(column_type = "Text")]
        pub reason: String,
        /// Only those that were accepted at this time or later.
        pub since: i64,
        /// `running`, `done`, `cancelled`.
        #[sea_orm(column_type = "Text")]
        pub state: String,
        /// Counted when it began.
        pub total: i64,
        pub done: i64,
        #[sea_orm(column_type = "Text")]
        pub started_by: String,
        /// Letters that were given up later are not part of it.
        pub created_at: i64,
        pub finished_at: Option<i64>,
    }

    tenant_rows!();
}

/// Counts per source, direction and day of acceptance, incremented once per batch.
pub mod ledger_delta {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "ledger_delta")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub source_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub direction: i16,
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: i32,
        /// Each instance has its own rows, so that they do not wait for each other.
        #[sea_orm(primary_key, auto_increment = false)]
        pub instance: Uuid,
        pub accepted: i64,
        pub delivered: i64,
        pub failed: i64,
    }

    tenant_rows!();
}

/// How many calls or messages took how long, per hour and source: [`Model::measure`] and [`Model::bucket`] as the queue's
/// `histogram` numbers them. Kept for a day.
pub mod histogram {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "histogram")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        /// Of the end of the call, counted from 1970.
        #[sea_orm(primary_key, auto_increment = false)]
        pub hour: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub source_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub direction: i16,
        #[sea_orm(primary_key, auto_increment = false)]
        pub measure: i16,
        #[sea_orm(primary_key, auto_increment = false)]
        pub bucket: i16,
        /// Each instance has its own rows, so that they do not wait for each other.
        #[sea_orm(primary_key, auto_increment = false)]
        pub instance: Uuid,
        pub count: i64,
        /// When the last of the calls began.
        pub last_at: i64,
    }

    tenant_rows!();
}

/// Work that must be done even if the process ends first.
pub mod job {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "job")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub kind: String,
        /// What the work is about; unique in its kind.
        #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
        pub key: String,
        /// JSON that the kind defines, without secrets.
        #[sea_orm(column_type = "Text")]
        pub payload: String,
        /// Encrypted: what the work needs and no other row has. Erased when the work is done or given up.
        pub sealed: Option<Vec<u8>>,
        /// Failed attempts.
        pub tries: i32,
        /// Also when the claim of the current worker ends. None: it was given up.
        pub next_try_at: Option<i64>,
        pub created_at: i64,
    }

    tenant_rows!();
}
