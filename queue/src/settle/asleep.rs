//! Turns without anything left to do.
//!
//! A claim lets its turn wake when the lease ends, in case that this process dies. Once the target's last lane is
//! empty, that wakes nobody for anything but an empty claim, one for each message of a quiet account.

use std::collections::BTreeSet;

use super::plain::Plain;
use crate::Queue;
use crate::rows::{Rows, Write};

/// Lanes that are not empty, of the target of a row.
const LEFT: &str = "SELECT 1 FROM lane WHERE lane.tenant_id = rows.tenant_id AND lane.target = rows.target \
     AND lane.due_at IS NOT NULL";

impl Queue {
    /// Lays the turns of released lanes to rest if no lane of theirs has letters. On PostgreSQL as a part of the
    /// statement that releases the lanes, as its expression `released`.
    ///
    /// It comes after the lanes, so it never waits for a turn's lock. Whoever makes a lane due writes the turn: a turn
    /// that is not as the statement has seen it, or that is locked, keeps its time.
    pub(super) fn laid_to_rest(&self, plain: &Plain<'_>, released: &str) -> Write {
        let woken = plain.woken();
        let quiet: BTreeSet<_> = plain
            .all
            .iter()
            .map(|one| (one.claim.tenant_id, one.claim.target, one.claim.lane_id))
            .filter(|(tenant_id, target, _)| !woken.contains_key(&(*tenant_id, *target)))
            .collect();
        let rows = Rows::new()
            .uuid("tenant_id", quiet.iter().map(|one| one.0))
            .uuid("target", quiet.iter().map(|one| one.1))
            .uuid("lane_id", quiet.iter().map(|one| one.2));
        if self.store.is_sqlite() {
            return rows.write(format!(
                "UPDATE turn SET ready_at = NULL FROM rows WHERE turn.tenant_id = rows.tenant_id \
                 AND turn.target = rows.target AND turn.reason = '' AND turn.ready_at > {{now}} AND NOT EXISTS ({LEFT})"
            ));
        }
        let rows = rows.write(format!(
            ", idle AS (SELECT DISTINCT turn.tenant_id, turn.target, turn.xmin::text::bigint AS version FROM rows JOIN turn \
             ON turn.tenant_id = rows.tenant_id AND turn.target = rows.target WHERE turn.reason = '' \
             AND coalesce(turn.ready_at, 0) > {{now}} AND NOT EXISTS ({LEFT} \
             AND ((lane.tenant_id, lane.lane_id) IN (SELECT of_tenant, of_lane FROM {released})) IS NOT TRUE)), \
             mine AS (SELECT turn.tenant_id, turn.target FROM idle JOIN turn ON turn.tenant_id = idle.tenant_id \
             AND turn.target = idle.target AND turn.xmin::text::bigint = idle.version \
             ORDER BY turn.tenant_id, turn.target FOR NO KEY UPDATE OF turn SKIP LOCKED) \
             UPDATE turn SET ready_at = NULL FROM mine WHERE turn.tenant_id = mine.tenant_id AND turn.target = mine.target"
        ));
        rows.only_for("lane_id", released)
    }
}
