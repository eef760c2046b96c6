//! Every supported cell of `docs/connectors.md` has a test through the messenger's double, in both directions.
//! `cells.rs` lists the tests.

use std::collections::BTreeSet;

use connectors::{Abilities, Support};

use super::cells::{CELLS, Cell, Held};
use super::hold::{Named, is_there};
use super::{meta_and_max, vk_and_avito, whatsapp};
use crate::content::documented::connectors;

/// The files of tests that run a connector against its double: the simulated messenger, or the messenger, the visitor
/// and the browser of the tests.
const STAGES: &[(&str, &[&str])] = &[
    (
        "custom",
        &[
            "parom-tests::it examples::",
            "parom-tests::it content::",
            "parom-tests::it inbound::",
            "parom-tests::it road::",
            "parom-tests::it write_first::",
        ],
    ),
    ("avito", &["parom-tests::it messengers::avito::"]),
    ("facebook", &["parom-tests::it messengers::facebook::"]),
    ("instagram", &["parom-tests::it messengers::instagram::"]),
    ("max", &["parom-tests::it messengers::max::"]),
    ("telegram", &["parom-connectors telegram::", "parom-tests::it telegram::"]),
    ("vk", &["parom-tests::it messengers::vk::"]),
    (
        "webchat",
        &[
            "parom-tests::it browser::site_chat::",
            "parom-tests::it content::kinds::",
            "parom-tests::it content::visitor::",
            "parom-tests::it webchat::",
        ],
    ),
    ("whatsapp", &["parom-tests::it messengers::whatsapp::"]),
];

/// All abilities of a connector by name.
fn things(abilities: &Abilities) -> Vec<(&'static str, Support)> {
    abilities.content.rows().into_iter().chain(abilities.features.rows()).collect()
}

fn all() -> impl Iterator<Item = &'static Cell> {
    [CELLS, whatsapp::CELLS, vk_and_avito::CELLS, meta_and_max::INSTAGRAM, meta_and_max::FACEBOOK, meta_and_max::MAX]
        .into_iter()
        .flatten()
}

/// What is wrong with one side of a cell.
fn wrong(cell: &Cell, held: &Held) -> Vec<String> {
    let said = format!("{} of {}", cell.things.join(", "), cell.connector);
    let stages = STAGES.iter().find(|(kind, _)| *kind == cell.connector).map_or(&[][..], |(_, stages)| *stages);
    match held {
        Held::By([]) => vec![format!("{said}: no test")],
        Held::By(names) => names
            .iter()
            .filter_map(|name| match Named::read(name) {
                None => Some(format!("{said}: {name} is no name as cargo nextest prints it")),
                Some(test) if !is_there(&test) => Some(format!("{said}: there is no test {name}")),
                Some(_) if !stages.iter().any(|stage| name.starts_with(stage)) => {
                    Some(format!("{said}: {name} does not play this connector"))
                }
                Some(_) => None,
            })
            .collect(),
        Held::Never(reason) if reason.split(' ').count() > 3 => Vec::new(),
        Held::Never(reason) => vec![format!("{said}: “{reason}” is no reason")],
    }
}

#[test]
fn every_ability_is_played_both_ways() {
    let connectors = connectors();
    let mut faults = Vec::new();
    let mut wanted = BTreeSet::new();
    for kind in connectors.kinds() {
        for (thing, support) in things(connectors.get(kind).unwrap().abilities()) {
            wanted.insert((kind, thing));
            let mut cells = all().filter(|cell| cell.connector == kind && cell.things.contains(&thing));
            let (Some(cell), None) = (cells.next(), cells.next()) else {
                faults.push(format!("{thing} of {kind}: one row of the table"));
                continue;
            };
            if support != Support::Refused && thing != "edits" && matches!(cell.out, Held::Never(_)) {
                faults.push(format!("{thing} of {kind}: {} and no test of it", support.word()));
            }
        }
    }
    for cell in all() {
        faults.extend(wrong(cell, &cell.out).into_iter().chain(wrong(cell, &cell.inwards)));
        let strangers = cell.things.iter().filter(|thing| !wanted.contains(&(cell.connector, **thing)));
        faults.extend(strangers.map(|thing| format!("{thing} of {}: no such ability", cell.connector)));
    }
    assert!(faults.is_empty(), "tests/it/conformance/cells.rs:\n{}", faults.join("\n"));
}
