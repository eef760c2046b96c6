//! docs/runbook.md: each alert rule and each alert of the vendor has its place in it.

use parom::alert::VENDOR_KINDS;
use queue::ALL_PERHAPS_DELIVERED;

use crate::walls::read::root;

/// What every section answers.
const ANSWERS: [&str; 5] = ["**Means:**", "**Affected:**", "**First look:**", "**Do:**", "**Worry when**"];

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// What is missing in the page for these rules and kinds.
fn missing(rules: &str, kinds: &[&str], page: &str) -> Vec<String> {
    let mut missing = Vec::new();
    let sections: Vec<(&str, &str)> = page.split("\n## ").filter_map(|section| section.split_once('\n')).collect();
    let mut alerts = Vec::new();
    for rule in rules.split("- alert: ").skip(1) {
        let alert = rule.lines().next().unwrap();
        alerts.push(alert);
        let link = format!("runbook: docs/runbook.md#{}", alert.to_lowercase());
        if !rule.lines().any(|line| line.trim() == link) {
            missing.push(format!("{alert} does not name its section: {link}"));
        }
        match sections.iter().find(|(title, _)| *title == alert) {
            None => missing.push(format!("{alert} has no section")),
            Some((_, text)) => {
                let unanswered = ANSWERS.iter().filter(|answer| !text.contains(*answer));
                missing.extend(unanswered.map(|answer| format!("{alert}: no {answer}")));
            }
        }
    }
    let titles = sections.iter().map(|(title, _)| *title).filter(|title| title.starts_with("Parom"));
    missing.extend(titles.filter(|title| !alerts.contains(title)).map(|title| format!("{title} is no rule")));
    let row = |kind: &&&str| !page.lines().any(|line| line.starts_with(&format!("| `{kind}` | ")));
    missing.extend(kinds.iter().filter(row).map(|kind| format!("{kind} has no row")));
    missing
}

#[test]
fn every_alert_has_its_place() {
    let (rules, page) = (read("deploy/prometheus/alerts.yaml"), read("docs/runbook.md"));
    assert!(rules.matches("- alert: ").count() > 10, "the rules are read");
    assert_eq!(missing(&rules, &VENDOR_KINDS, &page), Vec::<String>::new());
}

#[test]
fn alerts_without_a_section_of_the_runbook_are_found() {
    let rules = "- alert: ParomOne\n  annotations:\n    runbook: docs/runbook.md#paromone\n- alert: ParomTwo\n";
    let page = "# Runbook\n\n## ParomOne\n\n**Means:** **Affected:** **First look:** **Do:**\n\n## ParomThree\n\n| `a` | b |\n";
    let found = missing(rules, &["a", "b"], page);
    let wanted = [
        "ParomOne: no **Worry when**",
        "ParomTwo does not name its section: runbook: docs/runbook.md#paromtwo",
        "ParomTwo has no section",
        "ParomThree is no rule",
        "b has no row",
    ];
    assert_eq!(found, wanted);
}

/// docs/operations.md, "Point-in-time recovery": by hand what `parom backup restore` does by itself.
#[test]
fn the_statement_after_a_recovery_is_the_one_of_a_restore() {
    let page = read("docs/operations.md");
    let section = page.split("\n### ").find(|section| section.starts_with("Point-in-time recovery\n")).unwrap();
    assert!(section.contains(&format!("psql parom -c '{ALL_PERHAPS_DELIVERED}'")), "{section}");
}
