//! Progress of comparing a channel's chats with amoCRM's history, round by round.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "history_look")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: Uuid,
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

tenant_rows!();
