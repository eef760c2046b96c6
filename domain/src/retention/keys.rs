//! The ids by which repeats are recognised. They have no time in their key and no index by their day, which would
//! slow every accept; so all ids of an account are read in key order, in small pieces, and the old ones deleted by
//! key.

use sea_orm::DbErr;
use uuid::Uuid;

use crate::delivery::DeliveryContext;

/// Ids read at once.
const PIECE: u32 = 1_000;

/// Deletes the ids of what arrived before a day (counted from 1970).
pub(super) async fn forget(app: &DeliveryContext, tenant_id: Uuid, before: i32) -> Result<u64, DbErr> {
    let (mut gone, mut after) = (0, None);
    loop {
        let piece = app.queue.known_ids(tenant_id, after.as_ref(), PIECE).await?;
        let full = piece.len() >= usize::try_from(PIECE).unwrap_or(usize::MAX);
        after = piece.last().map(|known| known.key.clone());
        let old: Vec<_> = piece.into_iter().filter(|known| known.day < before).map(|known| known.key).collect();
        gone += app.queue.forget_ids(tenant_id, &old, before).await?;
        if !full {
            return Ok(gone);
        }
    }
}
