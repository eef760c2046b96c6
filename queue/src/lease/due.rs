//! Due lanes of the turns, each with its head.

use std::collections::HashMap;

use base::message::{Direction, LetterKind, Stream};
use base::store::{Executor, Row, Store};
use sea_orm::DbErr;
use uuid::Uuid;

use super::{Claim, Letter, damaged};
use crate::Queue;
use crate::rows::Rows;
use crate::turn::{Key, Turn};

/// A due lane.
pub(crate) struct Candidate {
    pub lane_id: Uuid,
    pub due_at: i64,
    pub conversation_id: Uuid,
    pub source_id: Uuid,
    pub direction: i16,
    pub stream: i16,
    pub owner: Option<Uuid>,
    pub epoch: i64,
    pub starts: i32,
    /// None if the lane is empty.
    pub letter: Option<Letter>,
    pub turn: usize,
}

/// Columns read for a due lane and its head.
pub(crate) const CANDIDATE: &str = "lane.lane_id, lane.conversation_id, lane.source_id, lane.direction, lane.stream, \
     lane.owner, lane.epoch, lane.starts, lane.due_at, letter.order_key, letter.seq, letter.id, letter.message_id, \
     letter.kind, letter.payload, letter.attempts, letter.unknown, letter.resends, letter.late, letter.accepted_at, \
     letter.expires_at, letter.day";

/// Joins each `lane` with its head as `letter`: the one that was leased before and is not finished, else the first one. By the
/// primary key, in one descent of the index or two, however many letters wait. `account`: what the lane's is.
pub(crate) fn with_head(store: &Store, account: &str) -> String {
    let text = if store.is_sqlite() {
        "LEFT JOIN letter ON letter.rowid = coalesce((SELECT head.rowid FROM letter AS head \
         WHERE head.tenant_id = {of_lane} AND head.lane_id = lane.lane_id AND head.order_key >= lane.last_key \
         ORDER BY head.order_key, head.seq LIMIT 1), (SELECT first.rowid FROM letter AS first \
         WHERE first.tenant_id = {of_lane} AND first.lane_id = lane.lane_id \
         ORDER BY first.order_key, first.seq LIMIT 1))"
    } else {
        "LEFT JOIN LATERAL ((SELECT * FROM letter AS head WHERE head.tenant_id = {of_lane} \
         AND head.lane_id = lane.lane_id AND head.order_key >= lane.last_key \
         ORDER BY head.order_key, head.seq LIMIT 1) UNION ALL (SELECT * FROM letter AS first \
         WHERE first.tenant_id = {of_lane} AND first.lane_id = lane.lane_id \
         ORDER BY first.order_key, first.seq LIMIT 1) LIMIT 1) AS letter ON true"
    };
    text.replace("{of_lane}", account)
}

impl Candidate {
    pub fn read(row: &impl Row, turn: usize) -> Result<Self, DbErr> {
        Ok(Self {
            lane_id: row.get("lane_id")?,
            due_at: row.get("due_at")?,
            conversation_id: row.get("conversation_id")?,
            source_id: row.get("source_id")?,
            direction: row.get("direction")?,
            stream: row.get("stream")?,
            owner: row.get("owner")?,
            epoch: row.get("epoch")?,
            starts: row.get("starts")?,
            letter: letter(row)?,
            turn,
        })
    }

    /// The lane with its lease; none if it has no letter. `probe`, `until`: see [`Claim`].
    pub fn claim(self, (tenant_id, target): Key, probe: bool, until: i64) -> Result<Option<Claim>, DbErr> {
        let Some(mut letter) = self.letter else {
            tracing::error!(tenant.id = %tenant_id, lane.id = %self.lane_id, "a due lane has no letters; it is marked idle");
            return Ok(None);
        };
        letter.unknown |= self.owner.is_some();
        Ok(Some(Claim {
            tenant_id,
            lane_id: self.lane_id,
            target,
            conversation_id: self.conversation_id,
            source_id: self.source_id,
            direction: Direction::from_number(self.direction).map_err(damaged)?,
            stream: Stream::from_number(self.stream).map_err(damaged)?,
            epoch: self.epoch + 1,
            starts: self.starts + 1,
            probe,
            until,
            letter,
        }))
    }
}

fn letter(row: &impl Row) -> Result<Option<Letter>, DbErr> {
    let Some(id) = row.get("id")? else { return Ok(None) };
    Ok(Some(Letter {
        order_key: row.get("order_key")?,
        seq: row.get("seq")?,
        id,
        message_id: row.get("message_id")?,
        kind: LetterKind::from_number(row.get("kind")?).map_err(damaged)?,
        payload: row.get("payload")?,
        attempts: row.get("attempts")?,
        unknown: row.get("unknown")?,
        resends: row.get("resends")?,
        late: row.get("late")?,
        accepted_at: row.get("accepted_at")?,
        expires_at: row.get("expires_at")?,
        day: row.get("day")?,
    }))
}

impl Queue {
    /// Due lanes of each turn, by its index, longest due first: one more than allowed, if there is one.
    pub(super) async fn due_lanes(
        &self,
        tx: Executor<'_>,
        turns: &[Turn],
        now: i64,
        allowed: &[i64],
    ) -> Result<HashMap<usize, Vec<Candidate>>, DbErr> {
        let most = allowed.iter().max().copied().unwrap_or(0) + 1;
        // One index descent per turn. SQLite accepts no column in LIMIT, so there all turns use the largest value.
        let (limit, due) = if self.store.is_sqlite() {
            (
                most.to_string(),
                "JOIN lane ON lane.rowid IN (SELECT due.rowid FROM lane AS due WHERE {due} ORDER BY due.due_at LIMIT {limit})",
            )
        } else {
            (
                "rows.most".to_owned(),
                "CROSS JOIN LATERAL (SELECT * FROM lane AS due WHERE {due} ORDER BY due.due_at LIMIT {limit}) AS lane",
            )
        };
        let which = "due.tenant_id = {account} AND due.target = rows.target AND due.due_at IS NOT NULL \
                     AND due.due_at <= rows.until";
        let due = due.replace("{due}", which).replace("{limit}", &limit);
        let text = format!("SELECT {CANDIDATE}, rows.place FROM rows {due} {}", with_head(&self.store, "{account}"));
        let rows = Rows::new()
            .uuid("tenant_id", turns.iter().map(|turn| turn.tenant_id))
            .uuid("target", turns.iter().map(|turn| turn.target))
            .long("until", turns.iter().map(|_| now))
            .long("most", allowed.iter().map(|allowed| allowed + 1))
            .long("place", (0..).take(turns.len()))
            .fetch(tx, &self.store, &text)
            .await?;
        let mut found: HashMap<usize, Vec<Candidate>> = HashMap::new();
        for row in rows {
            let place = usize::try_from(row.get::<i64>("place")?).unwrap_or(usize::MAX);
            found.entry(place).or_default().push(Candidate::read(&row, place)?);
        }
        for due in found.values_mut() {
            due.sort_by_key(|candidate| candidate.due_at);
        }
        Ok(found)
    }
}
