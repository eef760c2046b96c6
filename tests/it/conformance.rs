//! `docs/proofs/` lists the tests of each rule of amoCRM's and the messengers' documents (`docs/protocol/`): the named tests exist, and every
//! rule has a test or a reason. How to read them: docs/conformance.md.

mod abilities;
mod cells;
pub mod hold;
mod meta_and_max;
mod vk_and_avito;
mod whatsapp;

use std::collections::BTreeMap;

use hold::{missing, proofs};

use crate::walls::pages::{Section, sections};
use crate::walls::read::root;

/// The pages with rules, and the least rules that each has.
const RULES: &[(&str, usize)] = &[("chats-api", 200), ("crm-api", 100)];
/// What a rule without a test contains, with the reason behind it.
const UNTESTED: &str = "(*no test* – ";

fn page(name: &str) -> String {
    std::fs::read_to_string(root().join("docs/protocol").join(name).with_extension("md")).unwrap()
}

/// The rules of a page, `- r7: …`: their keys and texts.
fn rules(page: &str) -> Vec<(&str, &str)> {
    let is_key = |key: &str| key.strip_prefix('r').is_some_and(|number| number.parse::<usize>().is_ok());
    let lines = page.lines().filter_map(|line| line.strip_prefix("- ")?.split_once(": "));
    lines.filter(|(key, _)| is_key(key)).collect()
}

/// What is wrong with the rules of a page and their tests.
fn faults(page: &str, proofs: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let rules = rules(page);
    let mut faults = Vec::new();
    for (at, (key, rule)) in rules.iter().enumerate() {
        let tests = proofs.get(*key).map_or(&[][..], Vec::as_slice);
        if rules[..at].iter().any(|(known, _)| known == key) {
            faults.push(format!("{key}: the number of two rules"));
        }
        if tests.is_empty() && !rule.contains(UNTESTED) {
            faults.push(format!("{key}: neither a test nor a reason: {rule}"));
        }
        faults.extend(tests.iter().filter_map(|name| missing(name)).map(|fault| format!("{key}: {fault}")));
    }
    let strangers = proofs.keys().filter(|key| !rules.iter().any(|(known, _)| known == key));
    faults.extend(strangers.map(|key| format!("{key}: no such rule")));
    faults
}

#[test]
fn every_rule_has_a_test_that_is_there_or_a_reason() {
    let mut wrong = Vec::new();
    for (name, least) in RULES {
        let page = page(name);
        assert!(rules(&page).len() > *least, "the rules of {name} are read: {}", rules(&page).len());
        wrong.extend(faults(&page, &proofs(name)).into_iter().map(|fault| format!("{name} {fault}")));
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
    let of = |page: &str, test: Option<&str>| {
        let tests = test.map(|test| ("r1".to_owned(), vec![test.to_owned()]));
        faults(page, &tests.into_iter().collect()).len()
    };
    let there = Some("parom-tests::it conformance::rules_without_a_test_are_noticed");
    assert_eq!(of("- r1: a", there), 0);
    assert_eq!(of("- r1: a (*no test* – server: it never asks)", None), 0);
    assert_eq!(of("- r1: a", None), 1);
    assert_eq!(of("- r1: a", Some("parom-tests::it conformance::nothing")), 1);
    assert_eq!(of("- r1: a", Some("conformance")), 1);
    assert_eq!(of("- r1: a\n- r1: b", there), 1, "a number of two rules");
    assert_eq!(of("- r2: a (*no test* – server: it never asks)", there), 1, "a test of a rule that is not there");
}
