//! `docs/proofs/asvs.tsv` says of every requirement of OWASP ASVS 5.0, levels 1 and 2, what holds it, and `docs/proofs/threats.tsv` of every
//! threat of `docs/security.md`: the tests and files that they name exist, and no row is without one or a reason.

use crate::conformance::hold::{missing, proofs};
use crate::walls::read::root;

/// The requirements of levels 1 and 2, by section: `1.2` has the numbers 1 to 9. From the standard's list of May 2025.
const STANDARD: &[(&str, &[u8])] = &[
    ("1.1", &[1, 2]),
    ("1.2", &[1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ("1.3", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
    ("1.4", &[1, 2, 3]),
    ("1.5", &[1, 2]),
    ("2.1", &[1, 2, 3]),
    ("2.2", &[1, 2, 3]),
    ("2.3", &[1, 2, 3, 4]),
    ("2.4", &[1]),
    ("3.2", &[1, 2]),
    ("3.3", &[1, 2, 3, 4]),
    ("3.4", &[1, 2, 3, 4, 5, 6]),
    ("3.5", &[1, 2, 3, 4, 5]),
    ("3.7", &[1, 2]),
    ("4.1", &[1, 2, 3]),
    ("4.2", &[1]),
    ("4.3", &[1, 2]),
    ("4.4", &[1, 2, 3, 4]),
    ("5.1", &[1]),
    ("5.2", &[1, 2, 3]),
    ("5.3", &[1, 2]),
    ("5.4", &[1, 2, 3]),
    ("6.1", &[1, 2, 3]),
    ("6.2", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
    ("6.3", &[1, 2, 3, 4]),
    ("6.4", &[1, 2, 3, 4]),
    ("6.5", &[1, 2, 3, 4, 5]),
    ("6.6", &[1, 2, 3]),
    ("6.8", &[1, 2, 3, 4]),
    ("7.1", &[1, 2, 3]),
    ("7.2", &[1, 2, 3, 4]),
    ("7.3", &[1, 2]),
    ("7.4", &[1, 2, 3, 4, 5]),
    ("7.5", &[1, 2]),
    ("7.6", &[1, 2]),
    ("8.1", &[1, 2]),
    ("8.2", &[1, 2, 3]),
    ("8.3", &[1]),
    ("8.4", &[1]),
    ("9.1", &[1, 2, 3]),
    ("9.2", &[1, 2, 3, 4]),
    ("10.1", &[1, 2]),
    ("10.2", &[1, 2]),
    ("10.3", &[1, 2, 3, 4]),
    ("10.4", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
    ("10.5", &[1, 2, 3, 4, 5]),
    ("10.6", &[1, 2]),
    ("10.7", &[1, 2, 3]),
    ("11.1", &[1, 2]),
    ("11.2", &[1, 2, 3]),
    ("11.3", &[1, 2, 3]),
    ("11.4", &[1, 2, 3, 4]),
    ("11.5", &[1]),
    ("11.6", &[1]),
    ("12.1", &[1, 2, 3]),
    ("12.2", &[1, 2]),
    ("12.3", &[1, 2, 3, 4]),
    ("13.1", &[1]),
    ("13.2", &[1, 2, 3, 4, 5]),
    ("13.3", &[1, 2]),
    ("13.4", &[1, 2, 3, 4, 5]),
    ("14.1", &[1, 2]),
    ("14.2", &[1, 2, 3, 4]),
    ("14.3", &[1, 2, 3]),
    ("15.1", &[1, 2, 3]),
    ("15.2", &[1, 2, 3]),
    ("15.3", &[1, 2, 3, 4, 5, 6, 7]),
    ("16.1", &[1]),
    ("16.2", &[1, 2, 3, 4, 5]),
    ("16.3", &[1, 2, 3, 4]),
    ("16.4", &[1, 2, 3]),
    ("16.5", &[1, 2, 3]),
    ("17.1", &[1]),
    ("17.2", &[1, 2, 3, 4]),
    ("17.3", &[1, 2]),
];

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

fn faults(row: &SecurityRow) -> Vec<String> {
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
    let of_section = |(section, numbers): &(&str, &[u8])| -> Vec<String> {
        numbers.iter().map(|number| format!("{section}.{number}")).collect()
    };
    let wanted: Vec<String> = STANDARD.iter().flat_map(of_section).collect();
    assert_eq!(numbers, wanted, "each requirement once, in order");
    let faults: Vec<String> = rows.iter().flat_map(faults).collect();
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
    let found = |line: &str| faults(&rows(&format!("number\n{line}\n")).unwrap()[0]).len();
    let there = "parom-tests::it security::a_row_without_a_test_is_noticed";
    assert_eq!(found(&format!("1.1.1\t1\ta\tmet\t{there}")), 0);
    assert_eq!(found("1.1.1\t1\ta\tmet\tdocs/security.md"), 0);
    assert_eq!(found("1.1.1\t1\ta\tn.a.: nothing of the kind exists\t"), 0);
    assert_eq!(found("1.1.1\t1\ta\tmet\t"), 1);
    assert_eq!(found("1.1.1\t1\ta\tpartly\t"), 1);
    assert_eq!(found(&format!("1.1.1\t1\ta\tmostly\t{there}")), 1);
    assert_eq!(found("1.1.1\t1\ta\tmet\tparom-tests::it security::nothing"), 1);
    assert_eq!(found("1.1.1\t1\ta\tmet\tdocs/nothing.md"), 1);
    assert!(rows("number\n1.1.1\t1\ta\n").is_err());
}
