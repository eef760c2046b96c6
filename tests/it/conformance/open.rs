//! `docs/protocol/open.md`: every point that no page says has a row, and every probe of `parom sandbox record` is in one.

use std::collections::BTreeSet;

use super::page;
use crate::walls::pages::sections;
use crate::walls::read::root;

const PAGES: [&str; 10] = [
    "avito",
    "chats-api",
    "crm-api",
    "dumps",
    "instagram-and-facebook",
    "max",
    "metrica",
    "telegram",
    "vk",
    "whatsapp",
];
/// Stands before the number of a section.
const SIGN: char = '\u{a7}';
const MARKS: [&str; 3] = ["(*assumed*", "*assumed*)", "ot documented"];

#[test]
fn every_open_point_says_how_it_is_found_out() {
    let open = page("open");
    let rows: Vec<Vec<&str>> = open
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    let answered: BTreeSet<&str> = rows.iter().filter(|row| row[3].len() > 10).map(|row| row[1]).collect();
    let mut missing = Vec::new();
    for name in PAGES {
        let text = page(name);
        for section in sections(&text) {
            let own: Vec<&str> = section.lines.iter().copied().take_while(|line| !line.starts_with('#')).collect();
            let is_open = MARKS.iter().any(|mark| own.join(" ").contains(mark));
            let Some(number) = section.number().filter(|_| is_open) else { continue };
            let title = format!("{name} {SIGN}{number}");
            if !answered.contains(title.as_str()) {
                missing.push(title);
            }
        }
    }
    assert!(missing.is_empty(), "docs/protocol/open.md has no row for {missing:?}");

    let probes = std::fs::read_to_string(root().join("cli/src/sandbox/probes.tsv")).unwrap();
    for line in probes.lines().skip(1) {
        let [name, section] = line.splitn(3, '\t').take(2).collect::<Vec<_>>()[..] else { panic!("{line}") };
        let named = format!("`{name}`");
        let row = rows.iter().find(|row| row[4].contains(&named));
        let row = row.unwrap_or_else(|| panic!("docs/protocol/open.md has no row with the probe {name}"));
        assert!(
            row[1] == section || name.starts_with("sources") || name == "pipelines",
            "{name}: {section}, {}",
            row[1]
        );
    }
}
