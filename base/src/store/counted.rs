//! Counts statements and transactions for tests that check their number.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::{DbErr, Statement};

use super::{Executor, Row, Store};

/// What tests watch and change.
#[derive(Clone, Default)]
pub(super) struct StoreTests {
    pub plans: CheckedStatements,
    pub counted: CountedStatements,
    /// None if it is 0; see [`Store::limit_pages`].
    pub page_limit: Arc<AtomicI64>,
}

/// The statements that a [`Store`] ran. Clones share the count.
#[derive(Clone, Default)]
pub struct CountedStatements(Arc<StatementCounts>);

#[derive(Default)]
struct StatementCounts {
    watched: AtomicBool,
    transactions: AtomicUsize,
    handed_over: AtomicUsize,
    statements: Mutex<Vec<String>>,
}

/// What one task ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatementsOfTask {
    /// In order, without BEGIN and COMMIT.
    pub statements: Vec<String>,
    /// Writing transactions begun.
    pub transactions: usize,
}

tokio::task_local! {
    static OF_TASK: Mutex<StatementsOfTask>;
}

/// Runs `work` and returns the statements that it ran itself, on any store: not those of tasks that it spawned, nor
/// those of background tasks meanwhile.
pub async fn statements_of(work: impl Future<Output = ()>) -> StatementsOfTask {
    OF_TASK
        .scope(Mutex::default(), async {
            work.await;
            OF_TASK.with(|log| open(log).clone())
        })
        .await
}

fn open<T>(log: &Mutex<T>) -> MutexGuard<'_, T> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

impl CountedStatements {
    /// Restarts counting.
    pub fn watch(&self) {
        self.texts().clear();
        self.0.transactions.store(0, Ordering::SeqCst);
        self.0.handed_over.store(0, Ordering::SeqCst);
        self.0.watched.store(true, Ordering::SeqCst);
    }

    /// The statements since [`CountedStatements::watch`], in order, without BEGIN and COMMIT.
    pub fn statements(&self) -> Vec<String> {
        self.texts().clone()
    }

    /// Writing transactions begun since then.
    pub fn transactions(&self) -> usize {
        self.0.transactions.load(Ordering::SeqCst)
    }

    /// Those of them that the driver ran: on SQLite, on its own thread.
    pub fn handed_over(&self) -> usize {
        self.0.handed_over.load(Ordering::SeqCst)
    }

    pub(super) fn begins(&self) {
        self.0.transactions.fetch_add(1, Ordering::SeqCst);
        let _ = OF_TASK.try_with(|log| open(log).transactions += 1);
    }

    /// The driver ran it.
    pub(super) fn handed_over_to_driver(&self, text: &str) {
        self.0.handed_over.fetch_add(1, Ordering::SeqCst);
        self.asked(text);
    }

    /// Statements that inspect query plans belong to the tests and are not counted.
    pub(super) fn asked(&self, text: &str) {
        if text.starts_with("EXPLAIN ") {
            return;
        }
        let _ = OF_TASK.try_with(|log| open(log).statements.push(text.to_owned()));
        if self.0.watched.load(Ordering::SeqCst) {
            self.texts().push(text.to_owned());
        }
    }

    fn texts(&self) -> MutexGuard<'_, Vec<String>> {
        open(&self.0.statements)
    }
}

impl Store {
    /// The statements that this store ran.
    pub fn counted(&self) -> &CountedStatements {
        &self.tests.counted
    }

    pub(super) fn with_counts(mut self) -> Self {
        let counted = self.tests.counted.clone();
        let kept = [self.by_keys.counting(&counted), self.kept.counting(&counted)];
        for connection in [&mut self.write, &mut self.read].into_iter().chain(kept) {
            let counted = counted.clone();
            connection.set_metric_callback(move |asked| counted.handed_over_to_driver(&asked.statement.sql));
        }
        self
    }
}

// Checks query plans in tests. SQLite plans a statement from its text, not from the tables' contents, so a plan that
// scans a table is found even while it is empty. Each statement is checked when it first runs.

/// The statements already checked.
#[derive(Clone, Default)]
pub(super) struct CheckedStatements(Arc<Mutex<HashSet<String>>>);

impl Store {
    /// Errors if the statement does not use an index to get from its rows to those of tables. `body`: identifies the
    /// statement.
    pub async fn check_plan(&self, db: Executor<'_>, body: &str, statement: &Statement) -> Result<(), DbErr> {
        let new = || self.tests.plans.0.lock().unwrap_or_else(PoisonError::into_inner).insert(body.to_owned());
        if self.is_sqlite() && new() { look(db, body, statement).await } else { Ok(()) }
    }
}

async fn look(db: Executor<'_>, body: &str, statement: &Statement) -> Result<(), DbErr> {
    let mut asked = statement.clone();
    asked.sql.insert_str(0, "EXPLAIN QUERY PLAN ");
    let steps = db.query(asked).await?;
    let steps: Result<Vec<String>, DbErr> = steps.iter().map(|step| step.get("detail")).collect();
    let steps = steps?;
    if walks(&steps) {
        return Err(DbErr::Custom(format!("walks through a table: {body}\n{}", steps.join("\n"))));
    }
    Ok(())
}

/// Whether a table is scanned, or all of our rows for each of its rows.
fn walks(steps: &[String]) -> bool {
    let mut searched = false;
    for step in steps {
        let walks = match step.as_str() {
            "SCAN rows" => searched,
            // The same, once SQLite has merged it with its filter.
            step if step.starts_with("SCAN ") && step.ends_with("-ROW VALUES CLAUSE") => searched,
            // Contains only what is due; its repair reads all of it.
            "SCAN lane USING COVERING INDEX lane_due" => false,
            // The sources of an account that have work, and what was found by their own steps.
            "SCAN served" => false,
            step if step.starts_with("SCAN (subquery-") => false,
            step if step.starts_with("SCAN ") => !step.contains(" CONSTANT ROW"),
            // It is read once, before the rest.
            step if step.starts_with("LIST SUBQUERY") => {
                searched = false;
                false
            }
            step if step.starts_with("SEARCH ") => {
                searched = true;
                step.contains("AUTOMATIC")
            }
            _ => false,
        };
        if walks {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_scans_are_distinguished_from_index_searches() {
        let plan = |steps: &[&str]| walks(&steps.iter().map(ToString::to_string).collect::<Vec<_>>());
        let key = "SEARCH directory USING INDEX sqlite_autoindex_directory_1 (kind=? AND key=?)";
        assert!(!plan(&["CO-ROUTINE rows", "SCAN 64 CONSTANT ROWS", "SCAN rows", key]));
        assert!(!plan(&["SCAN 64 CONSTANT ROWS", "SCAN 0-ROW VALUES CLAUSE", key]));
        assert!(plan(&[key, "SCAN 0-ROW VALUES CLAUSE"]));
        assert!(!plan(&[key, "LIST SUBQUERY 3", "SCAN rows"]));
        assert!(plan(&["SCAN 64 CONSTANT ROWS", "SEARCH directory USING INDEX i (kind=?)", "SCAN rows"]));
        assert!(plan(&["SCAN rows", "SCAN tenant"]));
        assert!(!plan(&[
            "SCAN rows",
            "SEARCH one USING INDEX lane_source (tenant_id=?)",
            "SCAN served",
            "SCAN (subquery-12)"
        ]));
        assert!(plan(&["SCAN rows", "SEARCH tenant USING AUTOMATIC COVERING INDEX (host=?)"]));
    }
}
