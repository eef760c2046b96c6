//! Messages from the past: imports from other systems, and messages whose hooks were lost.

tables! {
    /// A history import: its parameters, its progress, and when the next step is due.
    import(tenant_id: Uuid, id: Uuid) {
        pub source_id: Uuid,
        /// The channel whose rate it uses: one import per channel runs at a time.
        pub target: Uuid,
        /// See `parom::import::ImportState`.
        pub state: i16,
        /// Only counted so far.
        pub dry_run: bool,
        /// The newest message of each chat triggers a notification; if false, all are silent.
        pub newest_loud: bool,
        /// New chats are linked to existing contacts, whatever the source's rule.
        pub link_contacts: bool,
        /// Name of the file; may be empty.
        pub file_name: String,
        /// Messages in the file.
        pub total: i64,
        /// Bytes of the file received so far.
        pub bytes: i64,
        pub chats: i64,
        pub leads_expected: i64,
        /// Messages that amoCRM has now, including those it had before.
        pub done: i64,
        /// Messages that had been received before.
        pub duplicates: i64,
        /// Skipped lines.
        pub skipped: i64,
        /// Thousandths of a message that may be queued now.
        pub tokens: i64,
        pub refilled_at: i64,
        /// Live messages are waiting, so the import is throttled.
        pub gives_way: bool,
        /// Incremented by each claim: a worker that lost its claim can no longer write.
        pub epoch: i64,
        /// Also when the claim of the current worker ends; none if nothing is to be done.
        pub next_at: Option<i64>,
        /// The messages come from the messenger itself, beginning at this time; none: from a file.
        pub history_since: Option<i64>,
        /// The page to request from the messenger next, empty for the first one; none if there are no more pages.
        pub history_page: Option<String>,
        /// Why it stopped or waits, JSON by language; empty if it does neither.
        pub failure: String,
        /// What the columns of its table mean, JSON; none if it is no table. While the file is read and has this, its lines are
        /// rows of cells that wait for a choice.
        pub columns: Option<String>,
        /// The import with the rows from which its messages were read.
        pub table_id: Option<Uuid>,
        pub created_at: i64,
        pub finished_at: Option<i64>,
    }

    /// A message of an import that amoCRM does not have yet.
    import_line(
        tenant_id: Uuid,
        import_id: Uuid,
        /// The messenger's id of the message.
        external_id: String,
    ) {
        /// Line number in the file, from 1.
        pub line: i64,
        /// The messenger's id of the chat.
        pub conversation_id: String,
        /// Milliseconds since 1970.
        pub sent_at: i64,
        /// Our id, generated before the message is queued: after a crash it shows whether the message was queued by this
        /// import or had been received before.
        pub message_id: Uuid,
        /// The message in the format of the public API, JSON; of a table that waits for a choice the list of the row's cells.
        pub text: String,
        /// It is in the queue.
        pub accepted: bool,
    }

    /// A skipped line of an import.
    import_skip(
        tenant_id: Uuid,
        import_id: Uuid,
        /// Line number in the file, from 1.
        line: i64,
    ) {
        /// Why, JSON by language.
        pub reason: String,
    }

    /// A process that accepts hooks, and its last heartbeat. Rows of the nil tenant.
    heartbeat(
        tenant_id: Uuid,
        /// A new id for each start.
        instance: Uuid,
    ) {
        /// Milliseconds since 1970 by the database's clock.
        pub beat_at: i64,
        /// It was stopped in order.
        pub ended: bool,
        /// Hooks in its spool.
        pub spooled: i64,
        /// Ids of the master keys that the process knows, separated by spaces, the encrypting one first. None: a process of
        /// an earlier version.
        pub keys: Option<String>,
        /// The version of the process. None: a process of an earlier version.
        pub version: Option<String>,
        /// What its calls of the last minutes came to, as JSON. None: a process of an earlier version.
        pub calls: Option<String>,
    }

    /// Progress of comparing a channel's chats with amoCRM's history, round by round.
    history_look(tenant_id: Uuid, channel_id: Uuid) {
        /// When the next step is due; also when the claim of the current worker ends.
        pub next_at: i64,
        /// Incremented by each claim: a worker that lost its claim can no longer write.
        pub epoch: i64,
        /// Since when hooks may be missing; none if none are known to be. The next round begins there.
        pub interrupted_at: Option<i64>,
        /// When the current round began; none if there is none.
        pub began_at: Option<i64>,
        /// Messages written earlier are ignored in this round.
        pub since: i64,
        /// In this round every chat is read back to this time; none: only to the first known messages.
        pub back_to: Option<i64>,
        /// The chat compared last in this round, by the time of its last message and its id: rounds go from the latest to
        /// the oldest.
        pub cursor_at: i64,
        pub cursor_id: Uuid,
        /// The next chat is compared for the second time: at the first, a hook might still have been in transit.
        pub again: bool,
        /// Consecutive attempts without an answer from amoCRM.
        pub tries: i32,
        /// Counts of the current round: chats compared, messages sent on, messages held for a person.
        pub chats: i64,
        pub sent: i64,
        pub held: i64,
        /// When the last round ended; none if no round has ended yet. Then its counts.
        pub ended_at: Option<i64>,
        pub last_chats: i64,
        pub last_sent: i64,
        pub last_held: i64,
        /// Messages found since the beginning.
        pub found: i64,
    }

    /// A message that was found in amoCRM's history because its hook never arrived.
    found_message(tenant_id: Uuid, message_id: Uuid) {
        /// When it was found.
        pub at: i64,
        /// It was too old to be sent automatically.
        pub held: bool,
    }
}
