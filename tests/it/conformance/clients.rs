//! The table of other people's clients in `docs/conformance.md`: each row that is played has the pinned version and its tests,
//! each test of a client and each pinned client of a list that has nothing else is in a row.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::walls::read::root;

/// Files of `tests/it/clients` that play our own programs.
const OWN: [&str; 3] = ["generated.rs", "of_the_crate.rs", "packages.rs"];
/// Beside the clients in `tests/clients/node/package.json`: what writes queries for one of them.
const HELPER: &str = "qs";

/// What stands in backquotes.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Pinned versions of what is installed, by name; and the names of lists that have clients alone.
fn pinned() -> (BTreeMap<String, String>, BTreeSet<String>) {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).unwrap();
    let mut versions = BTreeMap::new();
    let mut clients = BTreeSet::new();
    for (file, is_alone) in [("requirements.txt", false), ("apart.txt", true)] {
        let text = read(&format!("tests/clients/python/{file}"));
        for (name, version) in text.lines().filter_map(|line| line.split_once("==")) {
            versions.insert(name.to_owned(), version.to_owned());
            clients.extend(is_alone.then(|| name.to_owned()));
        }
    }
    let node: Value = serde_json::from_str(&read("tests/clients/node/package.json")).unwrap();
    for (name, version) in node["dependencies"].as_object().unwrap().iter().filter(|(name, _)| *name != HELPER) {
        versions.insert(name.clone(), version.as_str().unwrap().to_owned());
        clients.insert(name.clone());
    }
    let lock = read("Cargo.lock");
    let rust = lock.split("[[package]]\nname = \"frankenstein\"\nversion = \"").nth(1).unwrap();
    versions.insert("frankenstein".to_owned(), rust.split('"').next().unwrap().to_owned());
    (versions, clients)
}

/// Names of the tests that play a client, as the table has them.
fn tests() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut read = |path: &std::path::Path, module: &str| {
        let text = std::fs::read_to_string(path).unwrap();
        let marked = text.split("#[tokio::test]\n").skip(1).filter_map(|rest| rest.split("async fn ").nth(1));
        let listed = text.split("\nclients! {\n").nth(1).into_iter().flat_map(|rest| rest.split(";\n"));
        let names =
            marked.filter_map(|rest| rest.split('(').next()).chain(listed.filter_map(|line| line.split(':').next()));
        let names = names.map(str::trim).filter(|name| !name.is_empty() && !name.contains(['$', '}']));
        found.extend(names.map(|name| format!("{module}{name}")));
    };
    for entry in std::fs::read_dir(root().join("tests/it/clients")).unwrap() {
        let path = entry.unwrap().path();
        let module = format!("{}::", path.file_stem().unwrap().to_str().unwrap());
        if !OWN.contains(&path.file_name().unwrap().to_str().unwrap()) {
            read(&path, &module);
        }
    }
    read(&root().join("tests/it/clients.rs"), "");
    found.remove("linters_find_nothing_by_their_recommended_rules");
    found
}

/// What is wrong with a table.
fn faults(page: &str) -> Vec<String> {
    let (versions, clients) = pinned();
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let rows: Vec<Vec<&str>> = rows.map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect();
    let mut wrong = Vec::new();
    let (mut named, mut played) = (BTreeSet::new(), BTreeSet::new());
    for row in &rows {
        let [client, version, language, _, result, test] = row[..] else {
            wrong.push(format!("six cells: {row:?}"));
            continue;
        };
        let tests = quoted(test);
        let is_played = result.starts_with("green");
        let is_explained = (result.starts_with("not played") || result.starts_with("recorded")) && result.len() > 20;
        if language.is_empty() || is_played == tests.is_empty() || !(is_played || is_explained) {
            wrong.push(format!("{client}: green with its tests, or why it is not: {result} {test}"));
        }
        let names = quoted(client);
        for (name, said) in names.iter().zip(version.split(", ")).filter(|_| is_played) {
            if versions.get(name).is_none_or(|pinned| pinned != said) {
                wrong.push(format!("{name} {said}: pinned is {:?}", versions.get(name)));
            }
        }
        named.extend(names);
        played.extend(tests);
    }
    let there = tests();
    wrong.extend(clients.difference(&named).map(|name| format!("{name} is pinned and in no row")));
    wrong.extend(there.difference(&played).map(|test| format!("{test} is in no row")));
    wrong.extend(played.difference(&there).map(|test| format!("there is no test {test}")));
    wrong
}

/// Each recorded example of amoCRM's SDK for PHP, with the number of its calls, as the page and as the recording have them.
#[test]
fn every_recorded_example_is_on_the_page_with_its_calls() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).unwrap();
    let page = read("docs/conformance.md");
    let rows = page.split("| result | examples |").nth(1).unwrap().lines().filter(|line| line.starts_with("| "));
    let parts: Vec<&str> = rows.flat_map(|line| line.split('`')).collect();
    let calls = |text: &str| text.trim().split([',', ':', ' ']).next().and_then(|number| number.parse::<usize>().ok());
    let shown = parts.windows(2).filter_map(|pair| Some((pair[0], calls(pair[1]).filter(|calls| *calls > 0)?)));
    let shown: BTreeMap<&str, usize> = shown.collect();
    let recording = read("simulator/tests/it/crm/sdk_examples.tsv");
    let mut recorded = BTreeMap::new();
    for example in recording.lines().skip(1).filter_map(|line| line.split('\t').next()).filter(|name| !name.is_empty())
    {
        *recorded.entry(example).or_insert(0) += 1;
    }
    assert_eq!(shown, recorded);
    assert!(page.contains(&format!("Their {} calls", recorded.values().sum::<usize>())));
}

#[test]
fn every_client_has_a_row_with_its_version_its_result_and_its_tests() {
    let page = std::fs::read_to_string(root().join("docs/conformance.md")).unwrap();
    let wrong = faults(&page);
    assert!(wrong.is_empty(), "docs/conformance.md:\n{}", wrong.join("\n"));
    for (right, planted) in [
        ("| `telegraf` | 4.16.3 |", "| `telegraf` | 4.16.2 |"),
        ("`messengers::telegraf_talks`", "`messengers::telegraf_sings`"),
        ("| green | `messengers::telegraf_talks` |", "| | `messengers::telegraf_talks` |"),
        ("| `telegraf` |", "| telegraf |"),
    ] {
        assert!(page.contains(right), "{right}");
        assert!(!faults(&page.replace(right, planted)).is_empty(), "{planted}");
    }
}
