//! The chats of a channel, held against amoCRM's history round by round.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "history_look")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: Uuid,
    /// When somebody goes on; also the end of the claim of whoever does.
    pub next_at: i64,
    /// Grows with each claim: who lost it writes nothing any more.
    pub epoch: i64,
    /// Since when hooks may be missing; none: as far as is known, none are. The next round begins there.
    pub interrupted_at: Option<i64>,
    /// When the round under way began; none: there is none.
    pub began_at: Option<i64>,
    /// Messages written before are not looked for in this round.
    pub since: i64,
    /// In this round every chat is read back to here; none: as far as something is known.
    pub back_to: Option<i64>,
    /// The chat compared last in this round, by its activity and id: rounds go from the latest to the oldest.
    pub cursor_at: i64,
    pub cursor_id: Uuid,
    /// The next chat is looked at for the second time: at the first, a hook might still have been on its way.
    pub again: bool,
    /// Tries in a row to which amoCRM gave no answer.
    pub tries: i32,
    /// Of the round under way: chats compared, messages sent on, messages held for a person.
    pub chats: i64,
    pub sent: i64,
    pub held: i64,
    /// When the last round ended; none: never yet. Then its counts.
    pub ended_at: Option<i64>,
    pub last_chats: i64,
    pub last_sent: i64,
    pub last_held: i64,
    /// Messages found since the beginning.
    pub found: i64,
}

tenant_rows!();
