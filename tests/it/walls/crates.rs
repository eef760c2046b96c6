//! Which crate of ours may depend on which, and what the binary is built from, read from the manifests.

use std::collections::BTreeSet;

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
    let walls: [(&str, &[&str]); 4] = [
        ("base", &["entity", "migration"]),
        ("queue", &["base", "entity"]),
        ("connectors", &["base"]),
        ("server", &["amocrm", "base", "connectors", "entity", "queue"]),
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
    for folder in ["connectors/src", "server/src/delivery"] {
        for file in rust_files(&root().join(folder)) {
            let code = code(&file);
            let past = [".send()", ".execute(request"].into_iter().find(|call| code.contains(call));
            assert_eq!(past, None, "{}: call base::http_client::send", short(&file));
        }
    }
}
