//! How a statement on PostgreSQL gets its rows (docs/decisions/0045-a-lone-row-is-no-array.md).

use sea_orm::Value;

use super::Rows;

/// How a statement on PostgreSQL gets its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowsForm {
    /// One array for each column: one prepared text for any number of rows.
    Arrays,
    /// One value for each: a text for each number, for statements of few rows. Each array costs PostgreSQL as much as writing
    /// the row.
    Values,
}

impl RowsForm {
    /// Of a statement for this number of messages. A lone one has few rows in each table, in few combinations.
    pub fn for_messages(count: usize) -> Self {
        if count <= 1 { Self::Values } else { Self::Arrays }
    }
}

impl Rows {
    pub(super) fn into_arrays(self, first: usize, filter: &str) -> (String, Vec<Value>) {
        let numbered = (first..).zip(&self.columns);
        let arrays: Vec<String> = numbered.map(|(number, column)| format!("${number}::{}", column.cast)).collect();
        let text = format!("SELECT * FROM unnest({}){filter}", arrays.join(", "));
        let values = self.columns.into_iter().map(|column| Value::Array(column.kind, Some(Box::new(column.values))));
        (text, values.collect())
    }

    pub(super) fn into_values(self, first: usize, filter: &str) -> (String, Vec<Value>) {
        let casts: Vec<&str> = self.columns.iter().map(|column| column.cast.trim_end_matches("[]")).collect();
        if self.length == 0 {
            let nothing: Vec<String> = casts.iter().map(|cast| format!("NULL::{cast}")).collect();
            return (format!("SELECT {} WHERE false", nothing.join(", ")), Vec::new());
        }
        let mut numbers = first..;
        let row = |_| {
            let row: Vec<String> = casts.iter().zip(&mut numbers).map(|(cast, at)| format!("${at}::{cast}")).collect();
            format!("({})", row.join(", "))
        };
        let rows: Vec<String> = (0..self.length).map(row).collect();
        let text = format!("SELECT * FROM (VALUES {}) AS given{filter}", rows.join(", "));
        let mut columns: Vec<_> = self.columns.into_iter().map(|column| column.values.into_iter()).collect();
        let values = (0..self.length).flat_map(|_| columns.iter_mut().filter_map(Iterator::next).collect::<Vec<_>>());
        (text, values.collect())
    }
}
