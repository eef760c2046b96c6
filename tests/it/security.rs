//! `docs/security.md` says of every row of OWASP ASVS 5.0, levels 1 and 2, what holds it: the tests and files that it
//! names exist, and no row is without one or a reason. The table of threats names tests that exist, too.

use crate::conformance::hold::{Named, is_there};
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

const COLUMNS: &str = "| # | Level | Requirement | Held by | State |";
const THREATS: &str = "| who | could try to | what stops it | holds |";

struct SecurityRow {
    number: String,
    held_by: Vec<String>,
    state: String,
}

/// The rows below a line of column heads, cut into cells; a row with another number of cells is an error.
fn cells<const COUNT: usize>(text: &str, columns: &str) -> Result<Vec<[String; COUNT]>, String> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        inside = line == columns || inside && line.starts_with('|');
        if !inside || line == columns || line.starts_with("|---") || line.starts_with("| ---") {
            continue;
        }
        let row: Vec<String> = line.trim().trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
        found.push(row.try_into().map_err(|_| format!("{COUNT} cells are wanted: {line}"))?);
    }
    Ok(found)
}

fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn rows(text: &str) -> Result<Vec<SecurityRow>, String> {
    let rows = cells::<5>(text, COLUMNS)?;
    Ok(rows
        .into_iter()
        .map(|[number, _, _, held, state]| SecurityRow { number, held_by: quoted(&held), state })
        .collect())
}

/// Whether a test of that name exists, or a file or folder of the repository.
fn exists(name: &str) -> bool {
    match name.contains(' ') {
        true => Named::read(name).is_some_and(|test| is_there(&test)),
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
    let text = std::fs::read_to_string(root().join("docs/security.md")).unwrap();
    let rows = rows(&text).unwrap();
    let numbers: Vec<&str> = rows.iter().map(|row| row.number.as_str()).collect();
    let wanted: Vec<String> = STANDARD
        .iter()
        .flat_map(|(section, numbers)| numbers.iter().map(move |number| format!("{section}.{number}")))
        .collect();
    assert_eq!(numbers, wanted, "each requirement once, in order");
    let faults: Vec<String> = rows.iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "docs/security.md:\n{}", faults.join("\n"));
}

#[test]
fn every_threat_names_tests_that_exist() {
    let text = std::fs::read_to_string(root().join("docs/security.md")).unwrap();
    let threats = cells::<4>(&text, THREATS).unwrap();
    for who in
        ["stranger", "visitor", "amoCRM user", "viewer", "owner of another account", "operator", "backup", "logs"]
    {
        assert!(threats.iter().any(|[person, ..]| person.contains(who)), "no row is about: {who}");
    }
    let faults: Vec<String> = threats
        .iter()
        .flat_map(|[who, what, _, held]| {
            let names = quoted(held);
            let missing = names.is_empty().then(|| format!("{who}, {what}: nothing is named"));
            let wrong = names.into_iter().filter(|name| !exists(name));
            missing.into_iter().chain(wrong.map(move |name| format!("{who}, {what}: there is no {name}")))
        })
        .collect();
    assert!(faults.is_empty(), "docs/security.md:\n{}", faults.join("\n"));
}

#[test]
fn a_row_without_a_test_is_noticed() {
    let found = |line: &str| faults(&rows(&format!("{COLUMNS}\n|---|\n{line}\n")).unwrap()[0]).len();
    let there = "`parom-tests::it security::a_row_without_a_test_is_noticed`";
    assert_eq!(found(&format!("| 1.1.1 | 1 | a | {there} | met |")), 0);
    assert_eq!(found("| 1.1.1 | 1 | a | `docs/security.md` | met |"), 0);
    assert_eq!(found("| 1.1.1 | 1 | a | – | n.a.: nothing of the kind exists |"), 0);
    assert_eq!(found("| 1.1.1 | 1 | a | – | met |"), 1);
    assert_eq!(found("| 1.1.1 | 1 | a | – | partly |"), 1);
    assert_eq!(found(&format!("| 1.1.1 | 1 | a | {there} | mostly |")), 1);
    assert_eq!(found("| 1.1.1 | 1 | a | `parom-tests::it security::nothing` | met |"), 1);
    assert_eq!(found("| 1.1.1 | 1 | a | `docs/nothing.md` | met |"), 1);
    assert!(rows(&format!("{COLUMNS}\n| 1.1.1 | 1 | a |\n")).is_err());
}
