//! Every supported cell of `docs/connectors.md` has a test through the simulated messenger, in both directions: a scenario
//! of the contract, or for those who do not play it a test of `cells.rs`.

use std::collections::BTreeSet;

use connectors::{Abilities, Support};

use super::cells::{CELLS, Cell, Held};
use super::hold::{Named, is_there};
use crate::content::documented::connectors;
use crate::contract::{self, Way};

/// The files of tests that play who does not play the contract: with the simulated messenger, or the messenger, the
/// visitor and the browser of the tests.
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
    (
        "webchat",
        &[
            "parom-tests::it browser::site_chat::",
            "parom-tests::it content::kinds::",
            "parom-tests::it content::visitor::",
            "parom-tests::it webchat::",
        ],
    ),
];

/// All abilities of a connector by name.
fn things(abilities: &Abilities) -> Vec<(&'static str, Support)> {
    abilities.content.rows().into_iter().chain(abilities.features.rows()).collect()
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
    for kind in connectors.kinds().filter(|kind| !contract::KINDS.contains(kind)) {
        for (thing, support) in things(connectors.get(kind).unwrap().abilities()) {
            wanted.insert((kind, thing));
            let mut cells = CELLS.iter().filter(|cell| cell.connector == kind && cell.things.contains(&thing));
            let (Some(cell), None) = (cells.next(), cells.next()) else {
                faults.push(format!("{thing} of {kind}: one row of the table"));
                continue;
            };
            if support != Support::Refused && thing != "edits" && matches!(cell.out, Held::Never(_)) {
                faults.push(format!("{thing} of {kind}: {} and no test of it", support.word()));
            }
        }
    }
    for cell in CELLS {
        faults.extend(wrong(cell, &cell.out).into_iter().chain(wrong(cell, &cell.inwards)));
        let strangers = cell.things.iter().filter(|thing| !wanted.contains(&(cell.connector, **thing)));
        faults.extend(strangers.map(|thing| format!("{thing} of {}: no such ability", cell.connector)));
    }
    assert!(faults.is_empty(), "tests/it/conformance/cells.rs:\n{}", faults.join("\n"));
}

/// A scenario is played by those who have its abilities, and every ability has a scenario both ways.
#[test]
fn every_ability_of_the_contract_has_a_scenario() {
    let connectors = connectors();
    let mut faults = Vec::new();
    let mut wanted = BTreeSet::new();
    for kind in contract::KINDS {
        for (thing, support) in things(connectors.get(kind).unwrap().abilities()) {
            let played = |way| {
                let mut all = contract::scenarios().filter(|one| one.way == way || one.way == Way::Both);
                all.any(|one| one.things.contains(&thing) && one.kinds.contains(kind))
            };
            // amoCRM sends no hook when a manager changes a message.
            let leaves = support != Support::Refused && thing != "edits";
            if played(Way::Out) != leaves {
                faults.push(format!("{thing} of {kind} is {} and plays {} scenario", support.word(), word(!leaves)));
            }
            let comes = contract::comes(kind, thing);
            if comes && !played(Way::In) {
                faults.push(format!("{thing} of {kind} comes from customers and plays no scenario"));
            }
            wanted.insert(thing);
        }
    }
    let named = contract::scenarios().flat_map(|one| one.things).chain(contract::NEVER.iter().flat_map(|row| row.1));
    faults.extend(named.filter(|thing| !wanted.contains(*thing)).map(|thing| format!("{thing}: no such ability")));
    assert!(faults.is_empty(), "tests/it/contract:\n{}", faults.join("\n"));
}

fn word(some: bool) -> &'static str {
    if some { "a" } else { "no" }
}
