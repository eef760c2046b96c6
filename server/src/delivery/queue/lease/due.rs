//! Which lanes of the turns are due.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use uuid::Uuid;

use crate::delivery::queue::Queue;
use crate::delivery::queue::rows::Rows;
use crate::delivery::queue::turn::Turn;

/// A due lane.
pub(super) struct Candidate {
    pub lane_id: Uuid,
    pub due_at: i64,
    pub conversation_id: Uuid,
    pub source_id: Uuid,
    pub direction: i16,
    pub stream: i16,
    pub owner: Option<Uuid>,
    pub epoch: i64,
    pub starts: i32,
    pub turn: usize,
}

/// What is read of a due lane.
pub(super) const CANDIDATE: &str = "lane.lane_id, lane.conversation_id, lane.source_id, lane.direction, lane.stream, lane.owner, \
                         lane.epoch, lane.starts, lane.due_at";

impl Candidate {
    pub fn read(row: &QueryResult, turn: usize) -> Result<Self, DbErr> {
        Ok(Self {
            lane_id: row.try_get("", "lane_id")?,
            due_at: row.try_get("", "due_at")?,
            conversation_id: row.try_get("", "conversation_id")?,
            source_id: row.try_get("", "source_id")?,
            direction: row.try_get("", "direction")?,
            stream: row.try_get("", "stream")?,
            owner: row.try_get("", "owner")?,
            epoch: row.try_get("", "epoch")?,
            starts: row.try_get("", "starts")?,
            turn,
        })
    }
}

impl Queue {
    /// Due lanes of each turn, by its place, the longest due first: one more than it is allowed, if there is one.
    pub(super) async fn due_lanes(
        &self,
        tx: &impl ConnectionTrait,
        turns: &[Turn],
        now: i64,
        allowed: &[i64],
    ) -> Result<HashMap<usize, Vec<Candidate>>, DbErr> {
        let most = allowed.iter().max().copied().unwrap_or(0) + 1;
        // One index descent a turn. SQLite takes no column for a LIMIT, so all turns have the largest there.
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
        let which = "due.tenant_id = rows.tenant_id AND due.target = rows.target AND due.due_at IS NOT NULL \
                     AND due.due_at <= rows.until";
        let due = due.replace("{due}", which).replace("{limit}", &limit);
        let text = format!("SELECT {CANDIDATE}, rows.place FROM rows {due}");
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
            let place = usize::try_from(row.try_get::<i64>("", "place")?).unwrap_or(usize::MAX);
            found.entry(place).or_default().push(Candidate::read(&row, place)?);
        }
        for due in found.values_mut() {
            due.sort_by_key(|candidate| candidate.due_at);
        }
        Ok(found)
    }
}
