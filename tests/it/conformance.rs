//! `docs/conformance.md` says which test holds each rule of amoCRM's documents: what it names is there, and no rule
//! stands without a test or a reason.

mod abilities;
mod cells;
pub mod hold;

use hold::{Named, is_there};

use crate::walls::read::root;

/// The columns of a table of rules: the rule, then the three sides that have to keep it.
const COLUMNS: &str = "| Rule | Client | Server | Sandbox |";
/// This side has no part in the rule.
const NO_PART: &str = "–";

/// A rule and what the three sides have for it.
struct Row {
    rule: String,
    sides: Vec<String>,
}

fn page(name: &str) -> String {
    std::fs::read_to_string(root().join("docs").join(name)).unwrap()
}

fn cells(line: &str) -> Vec<String> {
    line.trim().trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()
}

/// The rows of all tables with these columns.
fn rows(text: &str) -> Vec<Row> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        inside = line == COLUMNS || inside && line.starts_with('|');
        if inside && line != COLUMNS && !line.starts_with("|---") {
            let mut cells = cells(line);
            let rule = cells.remove(0);
            found.push(Row { rule, sides: cells });
        }
    }
    found
}

/// What stands between backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_rule_has_a_test_that_is_there_or_a_reason() {
    let text = page("conformance.md");
    let mut wrong = Vec::new();
    let rows = rows(&text);
    assert!(rows.len() > 100, "the tables are read: {}", rows.len());
    for Row { rule, sides } in &rows {
        if sides.len() != 3 || sides.iter().any(String::is_empty) {
            wrong.push(format!("{rule}: three cells, each with tests, a reason or {NO_PART}: {sides:?}"));
            continue;
        }
        let tests: Vec<&str> = sides.iter().flat_map(|side| quoted(side)).collect();
        let reason = |side: &String| quoted(side).is_empty() && side.split(' ').count() > 3;
        if tests.is_empty() && !sides.iter().any(reason) {
            wrong.push(format!("{rule}: neither a test nor a reason"));
        }
        for name in tests {
            match Named::read(name) {
                Some(test) if is_there(&test) => {}
                Some(_) => wrong.push(format!("{rule}: there is no test {name}")),
                None => wrong.push(format!("{rule}: {name} is no name as cargo nextest prints it")),
            }
        }
    }
    assert!(wrong.is_empty(), "docs/conformance.md:\n{}", wrong.join("\n"));
}

/// Sections of the references, as headings of the page name them: `### 3.4 …`.
#[test]
fn every_section_is_there() {
    let text = page("conformance.md");
    let (chats, crm) = text.split_once("\n## CRM API").expect("two parts");
    let numbers = |part: &str| -> Vec<String> {
        let headings = part.lines().filter_map(|line| line.strip_prefix("### "));
        headings.filter_map(|heading| heading.split(' ').next()).map(str::to_owned).collect()
    };
    let annexes = ["A", "B"].map(str::to_owned);
    let wanted: Vec<String> = (0..=8).map(|number| number.to_string()).chain(annexes).collect();
    assert_eq!(numbers(chats), wanted);
    assert_eq!(numbers(crm), (0..=7).map(|number| number.to_string()).collect::<Vec<_>>());
}
