//! `docs/reliability.md` lists the tests of every fault of the catalog: the named tests exist, and every fault has a
//! test or a reason.

use crate::conformance::hold::{Named, is_there};
use crate::walls::read::root;

const COLUMNS: &str = "| # | Tier | Fault | What is expected | Tests | Result |";
/// How many faults the catalog has.
const FAULTS: usize = 95;
const HOLDS: &str = "holds";

struct ReliabilityRow {
    number: usize,
    tier: String,
    tests: Vec<String>,
    result: String,
}

/// The rows of the page; an invalid row is an error.
fn rows(text: &str) -> Result<Vec<ReliabilityRow>, String> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        inside = line == COLUMNS || inside && line.starts_with('|');
        if !inside || line == COLUMNS || line.starts_with("|---") {
            continue;
        }
        let cells: Vec<&str> = line.trim().trim_matches('|').split(" | ").map(str::trim).collect();
        let [number, tier, _, _, tests, result] = cells[..] else { return Err(format!("six cells: {line}")) };
        let number = number.parse().map_err(|_| format!("no number: {line}"))?;
        let tests = tests.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        found.push(ReliabilityRow { number, tier: tier.to_owned(), tests, result: result.to_owned() });
    }
    Ok(found)
}

fn wrong(row: &ReliabilityRow) -> Vec<String> {
    let mut wrong = Vec::new();
    let ReliabilityRow { number, tier, tests, result } = row;
    if !["P", "N", "W"].contains(&tier.as_str()) {
        wrong.push(format!("{number}: {tier:?} is no tier"));
    }
    let reason = result.split(' ').count() > 3;
    if tests.is_empty() && !reason {
        wrong.push(format!("{number}: neither a test nor a reason"));
    }
    if result != HOLDS && !reason {
        wrong.push(format!("{number}: the result is {HOLDS:?} or a sentence, not {result:?}"));
    }
    for name in tests {
        if !Named::read(name).is_some_and(|test| is_there(&test)) {
            wrong.push(format!("{number}: there is no test {name}"));
        }
    }
    wrong
}

#[test]
fn every_fault_has_a_test_that_is_there_or_a_reason() {
    let text = std::fs::read_to_string(root().join("docs/reliability.md")).unwrap();
    let rows = rows(&text).unwrap();
    let numbers: Vec<usize> = rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, (1..=FAULTS).collect::<Vec<_>>(), "each fault once, in order");
    let wrong: Vec<String> = rows.iter().flat_map(wrong).collect();
    assert!(wrong.is_empty(), "docs/reliability.md:\n{}", wrong.join("\n"));
}

#[test]
fn missing_parts_are_noticed() {
    let read = |line: &str| rows(&format!("{COLUMNS}\n|---|\n{line}\n"));
    let of = |line: &str| wrong(&read(line).unwrap()[0]).len();
    let there = "`parom-tests::it reliability::missing_parts_are_noticed`";
    assert_eq!(of(&format!("| 1 | P | a | b | {there} | holds |")), 0);
    assert_eq!(of("| 1 | P | a | b | – | nobody can cause it here |"), 0);
    assert_eq!(of("| 1 | P | a | b | – | holds |"), 1);
    assert_eq!(of("| 1 | P | a | b | `parom-tests::it reliability::nothing` | holds |"), 1);
    assert_eq!(of(&format!("| 1 | X | a | b | {there} | holds |")), 1);
    assert_eq!(of(&format!("| 1 | P | a | b | {there} | mostly |")), 1);
    assert!(read("| 1 | P | a | b |").is_err());
}
