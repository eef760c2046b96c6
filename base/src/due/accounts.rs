//! Due rows of many accounts: several accounts at a time, one row of each, so that an account whose remote side hangs, or
//! whose rows pile up, delays no other.
//!
//! ```text
//! search: due rows of accounts that are not being worked on ─▶ claim ─▶ work ─┐
//!    ▲                                                                        │
//!    └────── a row is done, or time has passed ◀──────────────────────────────┘
//! ```

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, ModelTrait, QueryFilter, Select};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{claim, found};
use crate::store::Store;

/// Rows of accounts, and how they are worked on.
pub struct DueOfAccounts<E: EntityTrait> {
    pub rows: Select<E>,
    /// When a row is due next.
    pub at: E::Column,
    /// Whose row it is.
    pub account: E::Column,
    /// How long a row belongs to the process that works on it: longer than the work takes.
    pub claimed: TimeDelta,
    /// This many accounts at a time.
    pub at_once: usize,
    /// Time between searches while accounts are being worked on.
    pub pause: Duration,
}

/// What became of a row.
enum Outcome {
    Worked(usize),
    /// Another process has it, or it changed.
    Elsewhere,
    /// Its account is left alone until the next search.
    NotClaimed,
}

impl<E: EntityTrait> DueOfAccounts<E> {
    /// Works on due rows until none is left, of each account the earliest first; returns the sum of what the work returns.
    /// `work` gets the row as it was read and the end of its claim (milliseconds since 1970), and moves the row's time on.
    /// After `stop` no row is begun.
    ///
    /// # Errors
    /// A search that failed, after the work that had begun is done. A panic of the work is passed on likewise.
    pub async fn work<Working: Future<Output = usize>>(
        &self,
        store: &Store,
        stop: &CancellationToken,
        work: impl Fn(E::Model, i64) -> Working,
    ) -> Result<usize, DbErr> {
        let search = |busy: Vec<Uuid>, most: usize| async move {
            let mut rows = self.rows.clone();
            if !busy.is_empty() {
                rows = rows.filter(self.account.is_not_in(busy));
            }
            let found = found(store, rows, self.at, u64::try_from(most).unwrap_or(u64::MAX)).await?;
            Ok::<Vec<_>, DbErr>(found.into_iter().map(|row| (self.account_of(&row), row)).collect())
        };
        let work = &work;
        let begin = |row: E::Model| async move {
            let until = store.clock().millis() + self.claimed.num_milliseconds();
            match claim(store, &row, self.at, until).await {
                Ok(true) => Outcome::Worked(work(row, until).await),
                Ok(false) => Outcome::Elsewhere,
                Err(error) => {
                    tracing::warn!(tenant.id = %self.account_of(&row), %error, "a due row could not be claimed; it will be retried");
                    Outcome::NotClaimed
                }
            }
        };
        side_by_side(self.at_once, self.pause, stop, search, begin).await
    }

    fn account_of(&self, row: &E::Model) -> Uuid {
        <Uuid as sea_orm::sea_query::ValueType>::try_from(row.get(self.account)).unwrap_or_default()
    }
}

/// `search` finds at most so many rows of other accounts than these, and `begin` works on one.
async fn side_by_side<Row, Searching, Working>(
    at_once: usize,
    pause: Duration,
    stop: &CancellationToken,
    search: impl Fn(Vec<Uuid>, usize) -> Searching,
    begin: impl Fn(Row) -> Working,
) -> Result<usize, DbErr>
where
    Searching: Future<Output = Result<Vec<(Uuid, Row)>, DbErr>>,
    Working: Future<Output = Outcome>,
{
    let mut working = FuturesUnordered::new();
    // Accounts that are being worked on, or left alone for now.
    let (mut busy, mut alone) = (HashSet::new(), HashSet::new());
    let (mut sum, mut error, mut panic) = (0, None, None);
    loop {
        while working.len() < at_once && error.is_none() && panic.is_none() && !stop.is_cancelled() {
            let found = match search(busy.iter().copied().collect(), at_once - working.len()).await {
                Ok(found) if found.is_empty() => break,
                Ok(found) => found,
                Err(failed) => {
                    error = Some(failed);
                    break;
                }
            };
            // Later rows of the same account wait for their turn.
            for (account, row) in found.into_iter().filter(|(account, _)| busy.insert(*account)) {
                working.push(AssertUnwindSafe(begin(row)).catch_unwind().map(move |ended| (account, ended)));
            }
        }
        if working.is_empty() {
            break;
        }
        tokio::select! {
            Some((account, ended)) = working.next() => match ended {
                Ok(Outcome::NotClaimed) => {
                    alone.insert(account);
                }
                Ok(outcome) => {
                    busy.remove(&account);
                    sum += if let Outcome::Worked(done) = outcome { done } else { 0 };
                }
                Err(cause) => panic = Some(cause),
            },
            () = tokio::time::sleep(pause) => alone.drain().for_each(|account| {
                busy.remove(&account);
            }),
        }
    }
    if let Some(cause) = panic {
        resume_unwind(cause);
    }
    error.map_or(Ok(sum), Err)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    use tokio::sync::Semaphore;

    use super::*;

    const PAUSE: Duration = Duration::from_secs(5);

    fn account(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    /// Rows by account, each once; the first rows come first.
    struct Table(RefCell<Vec<(Uuid, &'static str)>>);

    impl Table {
        fn of(rows: &[(u128, &'static str)]) -> Self {
            Self(RefCell::new(rows.iter().map(|(number, row)| (account(*number), *row)).collect()))
        }

        async fn search(&self, busy: Vec<Uuid>, most: usize) -> Result<Vec<(Uuid, &'static str)>, DbErr> {
            Ok(self.0.borrow().iter().filter(|(account, _)| !busy.contains(account)).take(most).copied().collect())
        }

        fn take(&self, row: &str) {
            self.0.borrow_mut().retain(|(_, other)| *other != row);
        }
    }

    #[tokio::test]
    async fn an_account_that_hangs_delays_no_other() {
        let table = Table::of(&[(1, "hangs"), (1, "behind"), (2, "a"), (3, "b"), (2, "c")]);
        let (gate, done) = (Semaphore::new(0), RefCell::new(Vec::new()));
        let begin = |row: &'static str| {
            table.take(row);
            let (gate, done) = (&gate, &done);
            async move {
                if row == "hangs" {
                    gate.acquire().await.unwrap().forget();
                }
                done.borrow_mut().push(row);
                if row == "c" {
                    gate.add_permits(1);
                }
                Outcome::Worked(1)
            }
        };
        let stop = CancellationToken::new();
        let sum = side_by_side(2, PAUSE, &stop, |busy, most| table.search(busy, most), begin).await;
        assert_eq!(sum.unwrap(), 5);
        assert_eq!(done.into_inner(), ["a", "b", "c", "hangs", "behind"]);
    }

    #[tokio::test(start_paused = true)]
    async fn rows_that_become_due_meanwhile_do_not_wait_for_one_that_hangs() {
        let table = Table::of(&[(1, "hangs")]);
        let (gate, done) = (Semaphore::new(0), RefCell::new(Vec::new()));
        let begin = |row: &'static str| {
            table.take(row);
            let (gate, done) = (&gate, &done);
            async move {
                match row {
                    "hangs" => gate.acquire().await.unwrap().forget(),
                    _ => gate.add_permits(1),
                }
                done.borrow_mut().push(row);
                Outcome::Worked(1)
            }
        };
        let late = async {
            tokio::time::sleep(PAUSE / 2).await;
            table.0.borrow_mut().push((account(2), "late"));
        };
        let stop = CancellationToken::new();
        let working = side_by_side(2, PAUSE, &stop, |busy, most| table.search(busy, most), begin);
        let (sum, ()) = tokio::join!(working, late);
        assert_eq!((sum.unwrap(), done.into_inner()), (2, vec!["late", "hangs"]));
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_claimed_is_not_tried_again_at_once() {
        let table = Table::of(&[(1, "no"), (2, "a"), (2, "b")]);
        let tries = RefCell::new(BTreeMap::new());
        let begin = |row: &'static str| {
            *tries.borrow_mut().entry(row).or_insert(0) += 1;
            if row != "no" {
                table.take(row);
            }
            async move { if row == "no" { Outcome::NotClaimed } else { Outcome::Worked(1) } }
        };
        let stop = CancellationToken::new();
        let sum = side_by_side(2, PAUSE, &stop, |busy, most| table.search(busy, most), begin).await;
        assert_eq!((sum.unwrap(), tries.into_inner()), (2, BTreeMap::from([("a", 1), ("b", 1), ("no", 1)])));
    }

    #[tokio::test]
    async fn after_the_stop_no_row_is_begun() {
        let stop = CancellationToken::new();
        let table = Table::of(&[(1, "a"), (1, "b")]);
        let begin = |row: &'static str| {
            table.take(row);
            stop.cancel();
            async { Outcome::Worked(1) }
        };
        let sum = side_by_side(1, PAUSE, &stop, |busy, most| table.search(busy, most), begin).await;
        assert_eq!(sum.unwrap(), 1);
    }

    #[tokio::test]
    async fn an_error_of_the_search_is_returned_after_the_work() {
        let stop = CancellationToken::new();
        let table = &Table::of(&[(1, "a"), (2, "b")]);
        let search = |busy: Vec<Uuid>, _| async move {
            if busy.is_empty() { table.search(busy, 1).await } else { Err(DbErr::Custom("away".to_owned())) }
        };
        let done = RefCell::new(Vec::new());
        let begin = |row: &'static str| {
            let done = &done;
            async move {
                done.borrow_mut().push(row);
                Outcome::Worked(1)
            }
        };
        assert!(side_by_side(2, PAUSE, &stop, search, begin).await.is_err());
        assert_eq!(done.into_inner(), ["a"]);
    }

    #[tokio::test]
    async fn a_panic_is_passed_on_after_the_work_of_others() {
        let stop = CancellationToken::new();
        let table = Table::of(&[(1, "panics"), (2, "b")]);
        let done = RefCell::new(Vec::new());
        let begin = |row: &'static str| {
            table.take(row);
            let done = &done;
            async move {
                assert!(row != "panics", "as planned");
                tokio::task::yield_now().await;
                done.borrow_mut().push(row);
                Outcome::Worked(1)
            }
        };
        let working = side_by_side(2, PAUSE, &stop, |busy, most| table.search(busy, most), begin);
        assert!(AssertUnwindSafe(working).catch_unwind().await.is_err());
        assert_eq!(done.into_inner(), ["b"]);
    }
}
