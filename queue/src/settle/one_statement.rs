//! Plain settlements ([`super::plain`]) in one PostgreSQL statement, which is its own transaction; on SQLite, where a
//! statement costs no round trip, in a transaction of single ones.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult};

use super::plain::Plain;
use super::{Settlement, learned};
use crate::keys::{insert_keys, insert_keys_ahead, inserted};
use crate::lane::{self, LaneKey};
use crate::letter::{Placed, Unplaced, new_letters, placed_by};
use crate::rows::{write_batch, write_in_order};
use crate::{Queue, turn};

/// The expression of the statement that releases lanes: after keys and turns.
const RELEASED: &str = "w2";
/// The one that makes room for letters that follow.
const ROOM: &str = "w3";

impl Queue {
    /// Returns the lanes that were released.
    pub(super) async fn settle_in_one_statement(&self, plain: &Plain<'_>) -> Result<HashSet<LaneKey>, DbErr> {
        // A status that comes while a message learns its id either sees the id or is seen by the settlement
        // (`intake/messenger/status.rs`): the id is visible before the statement looks for the status.
        let is_awaited = |one: &&Settlement| learned::awaited(one).is_some();
        let (ahead, with): (Vec<&Settlement>, Vec<&Settlement>) = plain.all.iter().copied().partition(is_awaited);
        insert_keys_ahead(&self.store, &learned::keys(ahead.into_iter())).await?;
        let keys = learned::keys(with.into_iter());
        let accepted_at = self.store.clock().millis();
        let following: Vec<_> = plain
            .following
            .iter()
            .map(|one| Unplaced { lane: one.lane, left: 1, letter: one.letter, accepted_at })
            .collect();
        let locking = [
            inserted(&self.store, &keys),
            turn::waking(&self.store, &plain.woken()),
            self.released(&plain.all),
            lane::upserted_behind(&plain.following_lanes(), RELEASED),
        ];
        let others = self.ended(&plain.all).map(|write| write.only_for("lane_id", RELEASED));
        let rest = [placed_by(&following, ROOM), self.laid_to_rest(plain, RELEASED)];
        let others = others.into_iter().chain(rest);
        let found = write_in_order(self.store.write(), &self.store, locking, others, RELEASED).await?;
        lanes_of(&found)
    }

    pub(super) async fn settle_plain_in_transaction(&self, plain: &Plain<'_>) -> Result<HashSet<LaneKey>, DbErr> {
        let tx = self.store.write_tx().await?;
        let done = self.settle_plain_in(&tx, plain).await;
        base::store::finish_tx(tx, done).await
    }

    async fn settle_plain_in(&self, tx: &DatabaseTransaction, plain: &Plain<'_>) -> Result<HashSet<LaneKey>, DbErr> {
        insert_keys(tx, &self.store, &learned::keys(plain.all.iter().copied())).await?;
        let released = lanes_of(&self.released(&plain.all).fetch(tx, &self.store).await?)?;
        let is_mine = |one: &&Settlement| released.contains(&(one.claim.tenant_id, one.claim.lane_id));
        let mine = Plain::among(plain.all.iter().copied().filter(is_mine));
        turn::wake_turns(tx, &self.store, &mine.woken()).await?;
        self.follow(tx, &mine).await?;
        write_batch(tx, &self.store, self.ended(&mine.all)).await?;
        self.laid_to_rest(&mine, RELEASED).run(tx, &self.store).await?;
        Ok(released)
    }

    /// Appends the letters that follow to their lanes.
    async fn follow(&self, tx: &impl ConnectionTrait, mine: &Plain<'_>) -> Result<(), DbErr> {
        let wants = mine.following.iter().map(|one| (one.lane, one.change.clone())).collect();
        let mut places = lane::make_room(tx, &self.store, &wants).await?;
        let accepted_at = self.store.clock().millis();
        let placed: Vec<_> = mine
            .following
            .iter()
            .filter_map(|one| {
                let (order_key, seq) = places.get_mut(&one.lane)?.next(None);
                let (tenant_id, lane_id) = one.lane;
                Some(Placed { tenant_id, lane_id, order_key, seq, letter: one.letter, accepted_at })
            })
            .collect();
        new_letters(&placed).run(tx, &self.store).await
    }
}

fn lanes_of(found: &[QueryResult]) -> Result<HashSet<LaneKey>, DbErr> {
    found.iter().map(|row| Ok((row.try_get("", "of_tenant")?, row.try_get("", "of_lane")?))).collect()
}
