//! List messages: at most ten rows in total.

use serde_json::Value;

use super::{interactive::is_unique, text_of};
use crate::whatsapp::graph::error::{GraphError, ensure};

const ROWS: usize = 10;
const SECTIONS: usize = 10;
const OPENER: usize = 20;
const TITLE: usize = 24;
const DESCRIPTION: usize = 72;
const ID: usize = 200;

/// Validates the `action` of a list.
pub(super) fn check(action: &Value) -> Result<(), GraphError> {
    text_of(&action["button"], "List button", 1, OPENER)?;
    let sections = action["sections"].as_array().map(Vec::as_slice).unwrap_or_default();
    ensure((1..=SECTIONS).contains(&sections.len()), || {
        GraphError::value(format!("Sections count invalid. Min: 1, Max: {SECTIONS}"))
    })?;
    let mut ids = Vec::new();
    for section in sections {
        let title = &section["title"];
        if sections.len() > 1 || !title.is_null() {
            text_of(title, "Section title", 1, TITLE)?;
        }
        let rows = section["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
        ensure(!rows.is_empty(), || GraphError::value("Rows count invalid. Min: 1"))?;
        for row in rows {
            text_of(&row["title"], "Row title", 1, TITLE)?;
            ids.push(text_of(&row["id"], "Row id", 1, ID)?);
            if !row["description"].is_null() {
                text_of(&row["description"], "Row description", 0, DESCRIPTION)?;
            }
        }
    }
    ensure(ids.len() <= ROWS, || GraphError::value(format!("Total row count exceed max allowed count: {ROWS}")))?;
    ensure(is_unique(&ids), || GraphError::value("Row ids must be unique."))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(rows: usize) -> Value {
        let rows: Vec<Value> = (0..rows).map(|at| json!({"id": at.to_string(), "title": "Row"})).collect();
        json!({"button": "Services", "sections": [{"rows": rows}]})
    }

    fn refused(action: &Value) -> String {
        check(action).unwrap_err().details.unwrap_or_default()
    }

    #[test]
    fn ten_rows_in_all_and_titles_for_more_than_one_section() {
        assert_eq!(check(&with(10)), Ok(()));
        assert_eq!(refused(&with(11)), "Total row count exceed max allowed count: 10");
        let mut two = with(5);
        let more = json!({"title": "More", "rows": [{"id": "z", "title": "Row"}]});
        two["sections"].as_array_mut().unwrap().push(more);
        assert_eq!(refused(&two), "Section title length invalid. Min length: 1, Max length: 24");
        two["sections"][0]["title"] = json!("First");
        assert_eq!(check(&two), Ok(()));
        two["sections"][1]["rows"][0]["id"] = json!("0");
        assert_eq!(refused(&two), "Row ids must be unique.");
    }

    #[test]
    fn texts_have_their_limits() {
        for (path, count) in [("title", 24), ("description", 72), ("id", 200)] {
            for (more, is_fine) in [(0, true), (1, false)] {
                let mut action = with(1);
                action["sections"][0]["rows"][0][path] = json!("я".repeat(count + more));
                assert_eq!(check(&action).is_ok(), is_fine, "{path} {more}");
            }
        }
        let mut action = with(1);
        action["button"] = json!("x".repeat(21));
        assert_eq!(refused(&action), "List button length invalid. Min length: 1, Max length: 20");
    }
}
