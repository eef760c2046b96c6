//! Checks query plans in tests. SQLite plans a statement from its text, not from the tables' contents, so a plan that
//! scans a table is found even while it is empty. Each statement is checked when it first runs.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::{DbErr, Statement};

use super::{Executor, Row, Store};

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
        assert!(plan(&["SCAN rows", "SEARCH tenant USING AUTOMATIC COVERING INDEX (host=?)"]));
    }
}
