//! The pages of `docs/protocol/` list the test of each rule of amoCRM's and Telegram's documents: the named tests
//! exist, and every rule has a test or a reason. How to read them: docs/conformance.md.

mod abilities;
mod cells;
pub mod hold;
mod meta_and_max;
mod vk_and_avito;
mod whatsapp;

use hold::missing;

use crate::walls::pages::sections;
use crate::walls::read::root;

/// The columns of a table of rules: the rule, then the three sides that have to keep it.
const COLUMNS: &str = "| Rule | Client | Server | Sandbox |";
/// This side has no part in the rule.
const NO_PART: &str = "–";
/// The pages with tables of rules, and the least rows that each has.
const TABLES: &[(&str, usize)] = &[("chats-api", 200), ("crm-api", 100)];

/// A rule and what the three sides have for it.
struct ConformanceRow {
    rule: String,
    sides: Vec<String>,
}

fn page(name: &str) -> String {
    std::fs::read_to_string(root().join("docs/protocol").join(name).with_extension("md")).unwrap()
}

fn cells(line: &str) -> Vec<String> {
    line.trim().trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()
}

/// The rows of all tables with these columns.
fn rows(text: &str) -> Vec<ConformanceRow> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        inside = line == COLUMNS || inside && line.starts_with('|');
        if inside && line != COLUMNS && !line.starts_with("|---") {
            let mut cells = cells(line);
            let rule = cells.remove(0);
            found.push(ConformanceRow { rule, sides: cells });
        }
    }
    found
}

/// The texts between backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// What is wrong with a rule.
fn faults(ConformanceRow { rule, sides }: &ConformanceRow) -> Vec<String> {
    if sides.len() != 3 || sides.iter().any(String::is_empty) {
        return vec![format!("{rule}: three cells, each with tests, a reason or {NO_PART}: {sides:?}")];
    }
    let tests: Vec<&str> = sides.iter().flat_map(|side| quoted(side)).collect();
    let reason = |side: &String| quoted(side).is_empty() && side.split(' ').count() > 3;
    if tests.is_empty() && !sides.iter().any(reason) {
        return vec![format!("{rule}: neither a test nor a reason")];
    }
    tests.into_iter().filter_map(missing).map(|fault| format!("{rule}: {fault}")).collect()
}

#[test]
fn every_rule_has_a_test_that_is_there_or_a_reason() {
    let mut wrong = Vec::new();
    for (name, least) in TABLES {
        let rows = rows(&page(name));
        assert!(rows.len() > *least, "the tables of {name} are read: {}", rows.len());
        wrong.extend(rows.iter().flat_map(faults).map(|fault| format!("{name}: {fault}")));
    }
    assert!(wrong.is_empty(), "docs/protocol:\n{}", wrong.join("\n"));
}

/// Each section of a messenger's page ends with its tests.
#[test]
fn every_section_of_a_messenger_names_tests_that_are_there() {
    let mut wrong = Vec::new();
    for name in ["telegram", "whatsapp"] {
        let text = page(name);
        let sections = sections(&text);
        assert!(sections.len() > 15, "the sections of {name} are read: {}", sections.len());
        for section in sections.iter().skip(1) {
            let text = section.lines.join("\n");
            let Some((_, named)) = text.split_once("\nTests:") else {
                wrong.push(format!("{name} {}: no “Tests:” below it", section.title));
                continue;
            };
            let named = named.split("\n\n").next().unwrap_or_default();
            let faults = quoted(named).into_iter().filter_map(missing);
            wrong.extend(faults.map(|fault| format!("{name} {}: {fault}", section.title)));
            if quoted(named).is_empty() {
                wrong.push(format!("{name} {}: “Tests:” names no test", section.title));
            }
        }
    }
    assert!(wrong.is_empty(), "docs/protocol:\n{}", wrong.join("\n"));
}

/// The parts of the APIs, as the pages number them.
#[test]
fn every_part_is_there() {
    let parts = |name: &str| -> Vec<String> {
        let text = page(name);
        let headings = text.lines().filter_map(|line| line.strip_prefix("## "));
        headings.filter_map(|heading| heading.split(' ').next()).map(str::to_owned).collect()
    };
    let numbers = |last: u8| (0..=last).map(|number| number.to_string());
    let annexes = ["A", "B"].map(str::to_owned);
    assert_eq!(parts("chats-api"), numbers(8).chain(annexes).collect::<Vec<_>>());
    assert_eq!(parts("crm-api"), numbers(11).collect::<Vec<_>>());
}

#[test]
fn rules_without_a_test_are_noticed() {
    let of = |line: &str| {
        let rows = rows(&format!("{COLUMNS}\n|---|---|---|---|\n{line}\n"));
        rows.iter().flat_map(faults).count()
    };
    let there = "`parom-tests::it conformance::rules_without_a_test_are_noticed`";
    assert_eq!(of(&format!("| a | {there} | – | – |")), 0);
    assert_eq!(of("| a | – | nobody can ask for it | – |"), 0);
    assert_eq!(of("| a | – | – | – |"), 1);
    assert_eq!(of("| a | `parom-tests::it conformance::nothing` | – | – |"), 1);
    assert_eq!(of("| a | `conformance` | – | – |"), 1);
    assert_eq!(of("| a | – |"), 1);
}
