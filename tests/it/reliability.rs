//! `docs/reliability.md` has every fault of the catalog, and `docs/proofs/reliability.tsv` the tests of each: the named tests exist, and a
//! fault without one says why it is not tested.

use std::collections::BTreeMap;

use crate::conformance::hold::{missing, proofs};
use crate::walls::read::root;

const COLUMNS: &str = "| # | Fault | What is expected |";
/// How many faults the catalog has.
const FAULTS: usize = 95;
/// How the expectation of a fault without a test begins.
const UNTESTED: &str = "not tested: ";

/// The faults of a page: number and what is expected.
fn faults(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        inside = line == COLUMNS || inside && line.starts_with('|');
        if inside && line != COLUMNS && !line.starts_with("|---") {
            let cells: Vec<&str> = line.trim().trim_matches('|').split(" | ").map(str::trim).collect();
            assert_eq!(cells.len(), 3, "three cells: {line}");
            found.push((cells[0].to_owned(), cells[2].to_owned()));
        }
    }
    found
}

fn wrong(page: &str, proofs: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let faults = faults(page);
    let mut wrong = Vec::new();
    for (number, expected) in &faults {
        let tests = proofs.get(number).map_or(&[][..], Vec::as_slice);
        if tests.is_empty() && !expected.starts_with(UNTESTED) {
            wrong.push(format!("{number}: neither a test nor {UNTESTED:?} with the reason"));
        }
        wrong.extend(tests.iter().filter_map(|name| missing(name)).map(|fault| format!("{number}: {fault}")));
    }
    let strangers = proofs.keys().filter(|number| !faults.iter().any(|(known, _)| known == *number));
    wrong.extend(strangers.map(|number| format!("{number}: no such fault")));
    wrong
}

#[test]
fn every_fault_has_a_test_that_is_there_or_a_reason() {
    let page = std::fs::read_to_string(root().join("docs/reliability.md")).unwrap();
    let numbers: Vec<String> = faults(&page).into_iter().map(|(number, _)| number).collect();
    assert_eq!(numbers, (1..=FAULTS).map(|number| number.to_string()).collect::<Vec<_>>(), "each fault once, in order");
    let wrong = wrong(&page, &proofs("reliability"));
    assert!(wrong.is_empty(), "docs/proofs/reliability.tsv:\n{}", wrong.join("\n"));
}

#[test]
fn missing_parts_are_noticed() {
    let of = |line: &str, tests: &[&str]| {
        let tests = tests.iter().map(|name| (*name).to_owned()).collect();
        wrong(&format!("{COLUMNS}\n|---|---|---|\n{line}\n"), &BTreeMap::from([("1".to_owned(), tests)])).len()
    };
    let there = "parom-tests::it reliability::missing_parts_are_noticed";
    assert_eq!(of("| 1 | a | b |", &[there]), 0);
    assert_eq!(of("| 1 | a | not tested: it cannot be caused here |", &[]), 0);
    assert_eq!(of("| 1 | a | b |", &[]), 1);
    assert_eq!(of("| 1 | a | b |", &["parom-tests::it reliability::nothing"]), 1);
    assert_eq!(
        of("| 2 | a | not tested: it cannot be caused here |", &[there]),
        1,
        "tests of a fault that is not there"
    );
}
