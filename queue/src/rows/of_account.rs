//! Statements for one account each, on a database that is distributed by account
//! (docs/decisions/0039-statements-for-a-distributed-database.md).
//!
//! Such a database sends a statement to one node only if the statement compares `tenant_id` with a constant, and it
//! accepts no volatile function in a change. So each account's rows are a statement of their own, `$1` is the account,
//! and the time is read once, into a column of `rows`.

use base::store::Store;
use sea_orm::{Statement, Value};

use super::{Column, Rows};

/// The column that names a row's account.
const ACCOUNT: &str = "tenant_id";
/// A parameter that is compared with the account's column.
const CONSTANT: &str = "$1::uuid";
/// End of a statement that inserts what is not there yet.
const IF_MISSING: &str = "ON CONFLICT DO NOTHING";

impl Rows {
    /// A statement for each account, in the order in which the accounts come; one for all rows that name none.
    pub(super) fn for_accounts(self, store: &Store, body: &str) -> Vec<Statement> {
        self.by_account().into_iter().map(|(account, rows)| rows.for_account(store, body, account)).collect()
    }

    fn by_account(mut self) -> Vec<(Option<Value>, Self)> {
        let Some(place) = self.columns.iter().position(|column| column.name == ACCOUNT) else {
            return vec![(None, self)];
        };
        let accounts = self.columns.remove(place).values;
        let mut parts: Vec<(Option<Value>, Self)> = Vec::new();
        let mut columns: Vec<_> = self
            .columns
            .into_iter()
            .map(|column| (column.name, column.cast, column.kind, column.values.into_iter()))
            .collect();
        for account in accounts {
            let known = parts.iter().position(|(known, _)| known.as_ref() == Some(&account));
            let place = known.unwrap_or_else(|| {
                let empty = columns.iter().map(|(name, cast, kind, _)| Column {
                    name,
                    cast,
                    kind: kind.clone(),
                    values: Vec::new(),
                });
                parts.push((Some(account), Self { columns: empty.collect(), length: 0 }));
                parts.len() - 1
            });
            let part = &mut parts[place].1;
            part.length += 1;
            for (column, values) in part.columns.iter_mut().zip(&mut columns) {
                column.values.extend(values.3.next());
            }
        }
        parts
    }

    fn for_account(self, store: &Store, body: &str, account: Option<Value>) -> Statement {
        let first = if account.is_some() { 2 } else { 1 };
        let mut names: Vec<&str> = account.iter().map(|_| ACCOUNT).collect();
        let mut chosen: Vec<String> = account.iter().map(|_| CONSTANT.to_owned()).collect();
        let arrays: Vec<String> =
            (first..).zip(&self.columns).map(|(number, column)| format!("${number}::{}", column.cast)).collect();
        names.extend(self.columns.iter().map(|column| column.name));
        let mut from = String::new();
        if !arrays.is_empty() {
            chosen.push("given.*".to_owned());
            from = format!(" FROM unnest({}) AS given", arrays.join(", "));
        }
        if body.contains("{now}") {
            names.push("now_at");
            chosen.push(store.now_sql());
        }
        let body = if account.is_some() { with_constant(body) } else { body.to_owned() };
        let body = body.replace("{now}", "rows.now_at");
        let text = format!("WITH rows({}) AS (SELECT {}{from}) {body}", names.join(", "), chosen.join(", "));
        let values = self.columns.into_iter().map(|column| Value::Array(column.kind, Some(Box::new(column.values))));
        Statement::from_sql_and_values(store.backend(), text, account.into_iter().chain(values))
    }
}

/// Compares every account's column with the constant: all rows of the statement are of one account.
fn with_constant(body: &str) -> String {
    let column = format!(".{ACCOUNT}");
    let body = body.replace(&format!("WHERE ({ACCOUNT}, "), &format!("WHERE {ACCOUNT} = {CONSTANT} AND ({ACCOUNT}, "));
    let mut text = String::with_capacity(body.len());
    let mut parts = body.split(&column).peekable();
    while let Some(part) = parts.next() {
        let table = part.rfind(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').map_or(0, |at| at + 1);
        let is_compared = parts.peek().is_some() && part[..table].ends_with("= ");
        text.push_str(if is_compared { &part[..table] } else { part });
        if is_compared {
            text.push_str(CONSTANT);
        } else if parts.peek().is_some() {
            text.push_str(&column);
        }
    }
    text
}

/// The statement, so that it returns a row for each row that it inserts: the number of inserted rows that Citus reports
/// includes those that were there already.
pub(super) fn counting(body: &str) -> Option<String> {
    body.ends_with(IF_MISSING).then(|| format!("{body} RETURNING {ACCOUNT}"))
}

#[cfg(test)]
mod tests {
    use super::with_constant;

    #[test]
    fn each_comparison_of_accounts_is_one_with_the_constant() {
        let update = "UPDATE lane SET due_at = 1 FROM rows WHERE lane.tenant_id = rows.tenant_id AND lane.lane_id = rows.lane_id";
        let one =
            "UPDATE lane SET due_at = 1 FROM rows WHERE lane.tenant_id = $1::uuid AND lane.lane_id = rows.lane_id";
        assert_eq!(with_constant(update), one);
        let join =
            "SELECT a.tenant_id FROM rows JOIN a ON a.tenant_id = rows.tenant_id JOIN b ON b.tenant_id = a.tenant_id";
        let one = "SELECT a.tenant_id FROM rows JOIN a ON a.tenant_id = $1::uuid JOIN b ON b.tenant_id = $1::uuid";
        assert_eq!(with_constant(join), one);
        let delete = "DELETE FROM letter WHERE (tenant_id, seq) IN (SELECT rows.tenant_id, rows.seq FROM rows)";
        let one = "DELETE FROM letter WHERE tenant_id = $1::uuid AND (tenant_id, seq) IN (SELECT rows.tenant_id, rows.seq FROM rows)";
        assert_eq!(with_constant(delete), one);
        assert_eq!(
            with_constant("INSERT INTO lane SELECT tenant_id FROM rows"),
            "INSERT INTO lane SELECT tenant_id FROM rows"
        );
    }
}
