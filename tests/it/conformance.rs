//! `docs/proofs/` lists the tests of each rule of amoCRM's and the messengers' documents (`docs/protocol/`): the named tests exist, and every
//! rule has a test or a reason. How to read them: docs/conformance.md.

mod abilities;
mod cells;
pub mod hold;

use hold::{missing, proofs};

use crate::walls::pages::{Section, sections};
use crate::walls::read::root;

/// The pages with rules in `docs/proofs`, and the least that each has.
const RULES: &[(&str, usize)] = &[("chats-api", 200), ("crm-api", 100)];
/// This side has no part in the rule.
const NO_PART: &str = "–";

fn page(name: &str) -> String {
    std::fs::read_to_string(root().join("docs/protocol").join(name).with_extension("md")).unwrap()
}

/// What is wrong with a rule: a section of these, the rule, and what the three sides that have to keep it have for it.
fn faults(line: &str, sections: &[&str]) -> Vec<String> {
    let cells: Vec<&str> = line.split('\t').collect();
    let [section, rule, sides @ ..] = &cells[..] else { return vec![format!("a section and a rule: {line}")] };
    if sides.len() != 3 || sides.iter().any(|side| side.is_empty()) {
        return vec![format!("{rule}: three sides, each with tests, a reason or {NO_PART}: {sides:?}")];
    }
    let is_reason = |side: &str| side.split(' ').count() > 3 && !side.contains("::");
    let with_tests = sides.iter().filter(|side| **side != NO_PART && !is_reason(side));
    let tests: Vec<&str> = with_tests.flat_map(|side| side.split("; ")).collect();
    let mut faults: Vec<String> = tests.iter().filter_map(|name| missing(name)).collect();
    if tests.is_empty() && !sides.iter().any(|side| is_reason(side)) {
        faults.push("neither a test nor a reason".to_owned());
    }
    if !sections.contains(section) {
        faults.push(format!("there is no section {section}"));
    }
    faults.into_iter().map(|fault| format!("{rule}: {fault}")).collect()
}

#[test]
fn every_rule_has_a_test_that_is_there_or_a_reason() {
    let mut wrong = Vec::new();
    for (name, least) in RULES {
        let page = page(name);
        let sections = sections(&page);
        let numbers: Vec<&str> = sections.iter().skip(1).filter_map(Section::number).collect();
        let text = std::fs::read_to_string(root().join("docs/proofs").join(name).with_extension("tsv")).unwrap();
        assert!(text.lines().count() > *least, "the rules of {name} are read");
        let found = text.lines().skip(1).flat_map(|line| faults(line, &numbers));
        wrong.extend(found.map(|fault| format!("{name}: {fault}")));
    }
    assert!(wrong.is_empty(), "docs/proofs:\n{}", wrong.join("\n"));
}

/// The pages of messengers, and whether each of their sections has a test.
const MESSENGERS: &[(&str, bool)] = &[
    ("telegram", true),
    ("whatsapp", true),
    ("vk", false),
    ("max", false),
    ("avito", false),
    ("instagram-and-facebook", false),
];

#[test]
fn sections_of_messengers_have_tests_that_are_there() {
    let mut wrong = Vec::new();
    for (name, whole) in MESSENGERS {
        let (text, proofs) = (page(name), proofs(name));
        let sections = sections(&text);
        assert!(sections.len() > 10, "the sections of {name} are read: {}", sections.len());
        let numbers: Vec<&str> = sections.iter().skip(1).filter_map(Section::number).collect();
        let untested = numbers.iter().filter(|number| *whole && !proofs.contains_key(**number));
        wrong.extend(untested.map(|number| format!("{name} {number}: no test")));
        let strangers = proofs.keys().filter(|number| !numbers.contains(&number.as_str()));
        wrong.extend(strangers.map(|number| format!("{name} {number}: no such section")));
        wrong
            .extend(proofs.values().flatten().filter_map(|test| missing(test)).map(|fault| format!("{name}: {fault}")));
    }
    assert!(wrong.is_empty(), "docs/proofs:\n{}", wrong.join("\n"));
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
    let of = |sides: &str| faults(&format!("1.2\ta\t{sides}"), &["1.2"]).len();
    let there = "parom-tests::it conformance::rules_without_a_test_are_noticed";
    assert_eq!(of(&format!("{there}\t–\t–")), 0);
    assert_eq!(of("–\tnobody can ask for it\t–"), 0);
    assert_eq!(of("–\t–\t–"), 1);
    assert_eq!(of("parom-tests::it conformance::nothing\t–\t–"), 1);
    assert_eq!(of("conformance\t–\t–"), 1);
    assert_eq!(of("–"), 1);
    assert_eq!(faults(&format!("7\ta\t{there}\t–\t–"), &["1.2"]).len(), 1, "a rule of a section that is not there");
}
