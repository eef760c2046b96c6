//! `docs/proofs/` names the tests of each rule of a protocol, fault of the catalog, requirement and threat: the
//! named tests exist, and what has none says why.

mod abilities;
mod cells;
mod clients;
pub mod hold;
mod open;

use std::collections::BTreeMap;

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

// `docs/reliability.md` has every fault of the catalog, and `docs/proofs/reliability.tsv` the tests of each: the
// named tests exist, and a fault without one says why it is not tested.

const COLUMNS: &str = "| # | Fault | What is expected |";

/// How many faults the catalog has.
const FAULTS: usize = 95;

/// How the expectation of a fault without a test begins.
const UNTESTED: &str = "not tested: ";

/// The faults of a page: number and what is expected.
fn reliability_faults(page: &str) -> Vec<(String, String)> {
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
    let faults = reliability_faults(page);
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
    let numbers: Vec<String> = reliability_faults(&page).into_iter().map(|(number, _)| number).collect();
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
    let there = "parom-tests::it conformance::missing_parts_are_noticed";
    assert_eq!(of("| 1 | a | b |", &[there]), 0);
    assert_eq!(of("| 1 | a | not tested: it cannot be caused here |", &[]), 0);
    assert_eq!(of("| 1 | a | b |", &[]), 1);
    assert_eq!(of("| 1 | a | b |", &["parom-tests::it conformance::nothing"]), 1);
    assert_eq!(
        of("| 2 | a | not tested: it cannot be caused here |", &[there]),
        1,
        "tests of a fault that is not there"
    );
}

// `docs/proofs/asvs.tsv` says of every requirement of OWASP ASVS 5.0, levels 1 and 2, what holds it, and
// `docs/proofs/threats.tsv` of every threat of `docs/security.md`: the tests and files that they name exist, and no
// row is without one or a reason.

/// The requirements of levels 1 and 2, by section and how many it has: `1.2:9` has the numbers 1.2.1 to 1.2.9. From the
/// standard's list of May 2025.
const STANDARD: &str = "\
    1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 \
    6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 \
    10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 \
    14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2";

const THREATS: &str = "| # | who | could try to | what stops it |";

/// A requirement, and the names of the tests and files that hold it.
struct SecurityRow {
    number: String,
    held_by: Vec<String>,
    state: String,
}

/// The rows of `docs/proofs/asvs.tsv`, below its line of column heads.
fn rows(text: &str) -> Result<Vec<SecurityRow>, String> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [number, _, _, state, held] = cells[..] else { return Err(format!("five columns are wanted: {line}")) };
        let held_by = held.split("; ").filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Ok(SecurityRow { number: number.to_owned(), held_by, state: state.to_owned() })
    };
    text.lines().skip(1).map(row).collect()
}

/// The threats of the page: number and who it is about.
fn threats(page: &str) -> Vec<(String, String)> {
    let (_, table) = page.split_once(THREATS).expect("the table of threats");
    let lines = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let cell =
        |line: &str, at: usize| line.split(" | ").nth(at).unwrap_or_default().trim_matches(['|', ' ']).to_owned();
    lines.map(|line| (cell(line, 0), cell(line, 1))).collect()
}

/// Whether a test of that name exists, or a file or folder of the repository.
fn exists(name: &str) -> bool {
    match name.contains(' ') {
        true => missing(name).is_none(),
        false => name.contains(['/', '.']) && root().join(name).exists(),
    }
}

fn security_faults(row: &SecurityRow) -> Vec<String> {
    let SecurityRow { number, held_by, state } = row;
    let mut faults = Vec::new();
    let (word, reason) = state.split_once(": ").unwrap_or((state, ""));
    let explained = reason.split(' ').count() > 1;
    match word {
        "met" if held_by.is_empty() && !explained => faults.push(format!("{number}: met by nothing that is named")),
        "met" => {}
        "partly" | "n.a." if explained => {}
        "partly" | "n.a." => faults.push(format!("{number}: {word} without a reason")),
        _ => faults.push(format!("{number}: {state:?} begins with none of met, partly, n.a.")),
    }
    faults.extend(held_by.iter().filter(|name| !exists(name)).map(|name| format!("{number}: there is no {name}")));
    faults
}

#[test]
fn every_row_of_the_standard_is_held_or_has_a_reason() {
    let text = std::fs::read_to_string(root().join("docs/proofs/asvs.tsv")).unwrap();
    let rows = rows(&text).unwrap();
    let numbers: Vec<&str> = rows.iter().map(|row| row.number.as_str()).collect();
    let of_section = |(section, count): (&str, &str)| -> Vec<String> {
        (1..=count.parse::<u8>().unwrap()).map(|number| format!("{section}.{number}")).collect()
    };
    let sections = STANDARD.split_whitespace().map(|one| one.split_once(':').unwrap());
    let wanted: Vec<String> = sections.flat_map(of_section).collect();
    assert_eq!(numbers, wanted, "each requirement once, in order");
    let faults: Vec<String> = rows.iter().flat_map(security_faults).collect();
    assert!(faults.is_empty(), "docs/proofs/asvs.tsv:\n{}", faults.join("\n"));
    let page = std::fs::read_to_string(root().join("docs/security.md")).unwrap();
    let open = rows.iter().filter(|row| row.state.starts_with("partly") && !page.contains(&row.number));
    assert_eq!(
        open.map(|row| row.number.as_str()).collect::<Vec<_>>(),
        Vec::<&str>::new(),
        "docs/security.md is silent"
    );
}

#[test]
fn every_threat_names_tests_that_exist() {
    let page = std::fs::read_to_string(root().join("docs/security.md")).unwrap();
    let (threats, mut proofs) = (threats(&page), proofs("threats"));
    for who in
        ["stranger", "visitor", "amoCRM user", "viewer", "owner of another account", "operator", "backup", "logs"]
    {
        assert!(threats.iter().any(|(_, person)| person.contains(who)), "no row is about: {who}");
    }
    let mut faults = Vec::new();
    for (number, who) in &threats {
        let tests = proofs.remove(number).unwrap_or_default();
        if tests.is_empty() {
            faults.push(format!("{number}, {who}: no test"));
        }
        faults.extend(tests.iter().filter_map(|name| missing(name)).map(|fault| format!("{number}, {who}: {fault}")));
    }
    assert!(faults.is_empty(), "docs/proofs/threats.tsv:\n{}", faults.join("\n"));
    assert!(proofs.is_empty(), "tests of threats that are not there: {proofs:?}");
}

#[test]
fn a_row_without_a_test_is_noticed() {
    let found = |line: &str| security_faults(&rows(&format!("number\n{line}\n")).unwrap()[0]).len();
    let there = "parom-tests::it conformance::a_row_without_a_test_is_noticed";
    assert_eq!(found(&format!("1.1.1\t1\ta\tmet\t{there}")), 0);
    assert_eq!(found("1.1.1\t1\ta\tmet\tdocs/security.md"), 0);
    assert_eq!(found("1.1.1\t1\ta\tn.a.: nothing of the kind exists\t"), 0);
    assert_eq!(found("1.1.1\t1\ta\tmet\t"), 1);
    assert_eq!(found("1.1.1\t1\ta\tpartly\t"), 1);
    assert_eq!(found(&format!("1.1.1\t1\ta\tmostly\t{there}")), 1);
    assert_eq!(found("1.1.1\t1\ta\tmet\tparom-tests::it conformance::nothing"), 1);
    assert_eq!(found("1.1.1\t1\ta\tmet\tdocs/nothing.md"), 1);
    assert!(rows("number\n1.1.1\t1\ta\n").is_err());
}
