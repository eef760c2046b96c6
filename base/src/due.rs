//! Rows that are due: found, claimed and worked on, by one process each.
//!
//! A column holds the time at which a row is due next. It is schedule and claim in one: the process that moves it on while
//! the row is unchanged since it was read does the work; if that process dies, the row is due again when the claim ends.
//!
//! ```text
//! every few seconds: due rows, the earliest first ─▶ each: claim ─▶ work ─▶ the next time, or none
//! ```

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, stream};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, Iterable, ModelTrait, PrimaryKeyToColumn, QueryFilter, QueryOrder, QuerySelect,
    Select, UpdateMany,
};
use tokio_util::sync::CancellationToken;

use crate::store::Store;

/// Runs rounds, each so long after the end of the one before, until `stop` is cancelled. A round that has begun is
/// finished.
pub async fn every<Round: Future>(pause: Duration, stop: &CancellationToken, round: impl Fn() -> Round) {
    while stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_some() {
        round().await;
    }
}

/// Those of these rows that are due by the column `at`, the earliest first, `most` of them.
pub async fn rows<E: EntityTrait>(
    store: &Store,
    rows: Select<E>,
    at: E::Column,
    most: u64,
) -> Result<Vec<E::Model>, DbErr> {
    store.all_in_reach(rows.filter(at.lte(store.clock().millis())).order_by_asc(at).limit(most)).await
}

/// Works on each row, the first ones first and `at_once` at a time; returns the sum of what the work returns. A panic
/// of one is passed on after the others are done.
pub async fn each<Row, Work>(rows: Vec<Row>, at_once: usize, work: impl Fn(Row) -> Work) -> usize
where
    Work: Future<Output = usize>,
{
    let works = stream::iter(rows).map(|row| AssertUnwindSafe(work(row)).catch_unwind());
    // With room for none it would wait for ever, even without rows.
    let mut working = std::pin::pin!(works.buffer_unordered(at_once.max(1)));
    let (mut sum, mut panic) = (0, None);
    while let Some(ended) = working.next().await {
        match ended {
            Ok(done) => sum += done,
            Err(cause) => panic = Some(cause),
        }
    }
    if let Some(cause) = panic {
        resume_unwind(cause);
    }
    sum
}

/// Claims a row by moving its time on. False if it is no longer as it was read: another process has it, or it changed.
pub async fn claim<M, E>(store: &Store, seen: &M, at: E::Column, until: i64) -> Result<bool, DbErr>
where
    M: ModelTrait<Entity = E>,
    E: EntityTrait,
{
    update_one(store, as_seen(seen, at).col_expr(at, Expr::value(Some(until)))).await
}

/// An update of this row while its time is still the one that was seen.
pub fn as_seen<M, E>(seen: &M, at: E::Column) -> UpdateMany<E>
where
    M: ModelTrait<Entity = E>,
    E: EntityTrait,
{
    let keys = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column);
    let row = keys.fold(E::update_many(), |update, key| update.filter(key.eq(seen.get(key))));
    let time = seen.get(at);
    if time == time.as_null() { row.filter(at.is_null()) } else { row.filter(at.eq(time)) }
}

/// Whether this update of one row found it.
pub async fn update_one<E: EntityTrait>(store: &Store, update: UpdateMany<E>) -> Result<bool, DbErr> {
    Ok(update.exec(store.write()).await?.rows_affected == 1)
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use tokio::sync::Barrier;

    use super::*;

    #[tokio::test]
    async fn rows_are_processed_in_order_up_to_the_limit_at_once() {
        // Two by two: alone, none would get on.
        let (pair, working, begun) = (Barrier::new(2), Cell::new(0), RefCell::new(Vec::new()));
        let sum = each((1..=6).collect(), 2, async |row: usize| {
            begun.borrow_mut().push(row);
            working.set(working.get() + 1);
            assert!(working.get() <= 2);
            pair.wait().await;
            working.set(working.get() - 1);
            row
        })
        .await;
        assert_eq!((sum, begun.into_inner()), (21, (1..=6).collect()));
    }

    #[tokio::test]
    async fn no_rows_are_done_at_once() {
        assert_eq!(each(Vec::<usize>::new(), 0, async |row| row).await, 0);
    }

    #[tokio::test]
    async fn a_panic_waits_for_the_others() {
        let done = Cell::new(0);
        let work = each(vec![1, 2, 3], 2, async |row| {
            assert!(row != 1, "the first one fails");
            tokio::task::yield_now().await;
            done.set(done.get() + 1);
            1
        });
        AssertUnwindSafe(work).catch_unwind().await.unwrap_err();
        assert_eq!(done.get(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn rounds_go_on_until_the_stop() {
        let (stop, rounds) = (CancellationToken::new(), Cell::new(0));
        every(Duration::from_secs(5), &stop, async || {
            rounds.set(rounds.get() + 1);
            if rounds.get() == 3 {
                stop.cancel();
            }
        })
        .await;
        assert_eq!(rounds.get(), 3);
    }
}
