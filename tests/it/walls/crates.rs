//! Which crate of ours may depend on which, and what the binary is built from, read from the manifests.

use std::collections::{BTreeMap, BTreeSet};

use super::read::{code, members, paths, root, rust_files, short};

/// The dependencies of a crate of ours, by its manifest.
fn dependencies(name: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join(name).join("Cargo.toml")).unwrap();
    let lines = text.lines().skip_while(|line| line.trim() != "[dependencies]").skip(1);
    lines
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn client_and_simulator_depend_on_no_crate_of_the_product() {
    let names = ["amocrm", "simulator", "entity", "migration"];
    let mut ours: Vec<String> = names.iter().flat_map(|name| [(*name).to_owned(), format!("parom-{name}")]).collect();
    ours.extend(["parom", "parom-cli"].map(str::to_owned));
    for name in names {
        for other in dependencies(name) {
            let held = name == "migration" && other == "entity";
            assert!(held || !ours.contains(&other), "{name} depends on {other}");
        }
    }
    for file in rust_files(&root().join("simulator/src")) {
        assert!(paths(&code(&file), "amocrm::").is_empty(), "{} is built from the client", short(&file));
    }
}

/// The walls that are manifests: which of our crates each may depend on.
#[test]
fn lower_crates_know_only_what_is_below_them() {
    let walls: [(&str, &[&str]); 6] = [
        ("base", &["entity", "migration"]),
        ("queue", &["base", "entity"]),
        ("connectors", &["base"]),
        ("domain", &["amocrm", "base", "connectors", "entity", "queue"]),
        ("pages", &["base", "connectors", "domain", "entity", "queue"]),
        ("server", &["amocrm", "base", "connectors", "domain", "entity", "pages", "queue"]),
    ];
    let ours: BTreeSet<String> = members().into_iter().chain(["parom".to_owned(), "parom-cli".to_owned()]).collect();
    for (name, allowed) in walls {
        let known: Vec<String> = dependencies(name).into_iter().filter(|other| ours.contains(other)).collect();
        assert_eq!(known, allowed, "{name}");
    }
}

/// Crates that link them are rebuilt when they change; a server in production needs none of them.
#[test]
fn simulator_and_widget_are_linked_by_the_command_line_alone() {
    let members = members();
    assert!(["server", "cli"].iter().all(|name| members.iter().any(|member| member == name)), "{members:?}");
    for member in members {
        let linked = dependencies(&member);
        let linked: Vec<&str> = ["simulator", "widget"].into_iter().filter(|name| linked.contains(*name)).collect();
        assert!(linked.is_empty() || ["cli", "tests"].contains(&member.as_str()), "{member} links {linked:?}");
    }
}

/// What a failed attempt sent is kept for its message's page: `base::http_client::send` notes it.
#[test]
fn connectors_send_by_the_function_that_notes_requests() {
    for folder in ["connectors/src", "domain/src/delivery"] {
        for file in rust_files(&root().join(folder)) {
            let code = code(&file);
            let past = [".send()", ".execute(request"].into_iter().find(|call| code.contains(call));
            assert_eq!(past, None, "{}: call base::http_client::send", short(&file));
        }
    }
}

// What is tested is what is shipped: nothing of the product asks for fault points, and `tests/run` lints, builds
// and tries the binary as operators get it.

/// The members that are for tests: they alone may ask for fault points, and no crate of the product depends on them.
const OF_TESTS: &[&str] = &["tests", "bench"];

/// Commands of `tests/run` that are about the shipped build, in this order.
const STEPS: &[&str] = &[
    "export PAROM_TEST_ALL=1",
    "cargo build --profile demo --locked --package parom-cli --bin parom",
    "cargo clippy --workspace --exclude parom-tests --exclude bench -- -D warnings",
    "cargo clippy --workspace --all-targets -- -D warnings",
    "tests/smoke target/demo/parom",
    "cargo nextest run --workspace 2>&1",
];

/// What is wrong with the manifests, by their folders; "" is the workspace's.
fn wrong_manifests(manifests: &BTreeMap<String, String>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (folder, text) in manifests.iter().filter(|(folder, _)| !OF_TESTS.contains(&folder.as_str())) {
        let mut section = "";
        for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
            if line.starts_with('[') {
                section = line;
            } else if section == "[features]" {
                if line.starts_with("default") && line.contains("faults") {
                    wrong.push(format!("{folder}/Cargo.toml: `{line}` turns fault points on for everybody"));
                }
            } else if line.contains("faults") {
                wrong.push(format!("{folder}/Cargo.toml: `{line}` asks for fault points"));
            } else if line.starts_with("parom-tests") && section != "[workspace.dependencies]" {
                wrong.push(format!("{folder}/Cargo.toml depends on parom-tests, which asks for fault points"));
            }
        }
    }
    wrong
}

/// What is wrong with `tests/run`.
fn wrong_steps(script: &str) -> Vec<String> {
    let lines: Vec<&str> = script.lines().map(str::trim).collect();
    let mut wrong = Vec::new();
    let mut after = 0;
    for step in STEPS {
        match lines.iter().skip(after).position(|line| line.starts_with(step)) {
            Some(at) => after += at + 1,
            None => wrong.push(format!("tests/run: `{step}` is missing, or not where it belongs")),
        }
    }
    wrong
}

fn manifests() -> BTreeMap<String, String> {
    let read = |folder: &str| std::fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
    members().into_iter().chain([String::new()]).map(|folder| (folder.clone(), read(&folder))).collect()
}

#[test]
fn nothing_that_is_shipped_asks_for_fault_points() {
    let wrong = wrong_manifests(&manifests());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_shipped_binary_is_linted_built_and_tried() {
    let wrong = wrong_steps(&std::fs::read_to_string(root().join("tests/run")).unwrap());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
