//! What a settlement in a transaction locks.

use std::collections::BTreeMap;

use base::store::Executor;
use sea_orm::DbErr;
use uuid::Uuid;

use super::Settlement;
use crate::lane::Seed;
use crate::turn::{self, Turn};
use crate::{Claim, Queue};

impl Queue {
    /// Locks the turns of all settled lanes and of all possible follow-ups, in one sorted pass.
    pub(super) async fn lock_all_turns(
        &self,
        tx: &impl Executor,
        settlements: &[Settlement],
    ) -> Result<Vec<Turn>, DbErr> {
        let mut pools: BTreeMap<(Uuid, Uuid), String> = BTreeMap::new();
        for one in settlements {
            let tenant_id = one.claim.tenant_id;
            pools.entry((tenant_id, one.claim.target)).or_default();
            if let Some((target, pool)) = &one.crm {
                pools.insert((tenant_id, *target), pool.clone());
            }
            for letter in &one.follow_ups {
                pools.insert((tenant_id, letter.target), letter.pool.clone());
            }
        }
        let keys: Vec<_> = pools.keys().copied().collect();
        let (turns, _) = self.lock_turns(tx, &keys).await?;
        if turns.len() == keys.len() {
            return Ok(turns);
        }
        // Needed once per turn. These are created out of lock order: after a deadlock the whole batch is repeated.
        pools.retain(|key, _| !turns.iter().any(|turn| (turn.tenant_id, turn.target) == *key));
        turn::make_turns(tx, &self.store, &pools).await?;
        Ok(self.lock_turns(tx, &keys).await?.0)
    }
}

/// The lane of a claim, in case it is missing.
pub(super) fn seed_of(claim: &Claim) -> Seed {
    Seed {
        conversation_id: claim.conversation_id,
        source_id: claim.source_id,
        direction: claim.direction,
        stream: claim.stream,
        target: claim.target,
    }
}
