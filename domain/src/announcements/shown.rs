//! What is shown to an account, from a list that each process keeps for a second.

use std::sync::{Arc, Mutex, PoisonError};

use base::store::{Store, VENDOR};
use entity::announcement::{self, Column, Model};
use entity::tenant;
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder};

use super::Audience;

/// For how long the list is kept, in milliseconds: other processes change it too.
const KEPT: i64 = 1000;

/// The announcements that may be shown now, as last read: every page and every call of the widget asks for them.
#[derive(Debug, Default)]
pub struct Announced(Mutex<Option<Kept>>);

#[derive(Clone, Debug)]
struct Kept {
    at: i64,
    rows: Arc<[Model]>,
}

impl Announced {
    /// What is shown to this account now, the earliest first. A change by another process is seen within a second.
    pub async fn to(&self, store: &Store, tenant: &tenant::Model) -> Result<Vec<Model>, DbErr> {
        let now = store.clock().millis();
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let rows = match kept.filter(|kept| (kept.at..kept.at + KEPT).contains(&now)) {
            Some(kept) => kept.rows,
            None => {
                let rows: Arc<[Model]> = read(store, now).await?.into();
                *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Kept { at: now, rows: rows.clone() });
                rows
            }
        };
        let shown = |row: &&Model| row.starts_at <= now && row.ends_at > now && Audience::stored(row).includes(tenant);
        Ok(rows.iter().filter(shown).cloned().collect())
    }

    /// Reads the list again with the next call: it was changed here.
    pub fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Those that are shown at some moment until the list is read again.
async fn read(store: &Store, now: i64) -> Result<Vec<Model>, DbErr> {
    announcement::Entity::of_tenant(VENDOR)
        .filter(Column::EndsAt.gt(now))
        .filter(Column::StartsAt.lt(now + KEPT))
        .order_by_asc(Column::StartsAt)
        .order_by_asc(Column::Id)
        .all(store.read())
        .await
}
