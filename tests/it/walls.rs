//! What may be named and done where: crates, statics, tasks, SQL.

mod arrows;
mod counts;
mod crates;
mod links;
mod modules;
pub mod pages;
pub mod read;
mod styles;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use read::{SERVER, code, members, paths, root, rust_files, short};

/// The crate of the command line, which counts as one module above the server's.
const CLI: &str = "cli";

/// The modules that may name the client of amoCRM; what verifies a site's tokens is installed by the web chat.
const OF_AMOCRM: &str = "api webchat cli contact delivery doctor missed_hooks lead_note lead_origin intake oauth route sale salesbot source takeover template \
     tenant widget_api";

/// Files of a crate by their top module, without tests.
fn modules_of(member: &str) -> BTreeMap<String, Vec<PathBuf>> {
    let folder = root().join(member).join("src");
    let mut modules: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for path in rust_files(&folder) {
        let inside = path.strip_prefix(&folder).unwrap();
        let first = inside.iter().next().unwrap().to_str().unwrap();
        let is_test = inside.iter().any(|part| part == "tests" || part == "tests.rs");
        if !is_test {
            modules.entry(first.trim_end_matches(".rs").to_owned()).or_default().push(path);
        }
    }
    modules
}

/// The files of the server's crates by their top modules.
fn server_modules() -> BTreeMap<String, Vec<PathBuf>> {
    let mut modules: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for (module, files) in SERVER.into_iter().flat_map(modules_of) {
        modules.entry(module).or_default().extend(files);
    }
    modules
}

/// The files of the product: those of server and base by their top modules, those of smaller crates by the crate.
fn modules() -> BTreeMap<String, Vec<PathBuf>> {
    let mut modules = server_modules();
    for (name, files) in modules_of("base") {
        modules.entry(name).or_default().extend(files);
    }
    for member in ["queue", "connectors", CLI] {
        modules.insert(member.to_owned(), modules_of(member).into_values().flatten().collect());
    }
    modules
}

/// ASVS 1.2.5: without a call of the operating system's commands, none can be built from input.
#[test]
fn the_product_starts_no_process() {
    for file in modules().into_values().flatten() {
        for start in ["process::Command", "Command::new", "libc::exec"] {
            assert!(!code(&file).contains(start), "{} starts a process", short(&file));
        }
    }
}

#[test]
fn the_connectors_know_no_tables_and_no_amocrm() {
    for file in &modules()["connectors"] {
        let code = code(file);
        for foreign in ["entity::", "sea_orm::", "amocrm::", "base::store::"] {
            assert!(paths(&code, foreign).is_empty(), "{} knows {foreign}", short(file));
        }
    }
}

/// Where a kind of messenger may be named by a literal outside of its folder, and why.
const KINDS_BY_NAME: &[(&str, &str)] = &[
    ("base/src/config/check.rs", "the sections of a configuration"),
    ("base/src/config/mod.rs", "the names that a configuration may contain"),
    ("base/src/config/proxies.rs", "the sections of a configuration"),
    ("server/src/api/sources.rs", "examples of the API's description"),
    ("domain/src/source/check.rs", "amoCRM's type of a service"),
    ("cli/src/demo/", "the demonstration's own sources"),
];

/// What differs between kinds is data or a method of the connector, so that a new messenger is one folder.
#[test]
fn a_kind_is_named_only_in_its_folder() {
    let kinds: Vec<String> = base::config::CONNECTORS.iter().map(|kind| format!("\"{kind}\"")).collect();
    let mut unused: BTreeSet<&str> = KINDS_BY_NAME.iter().map(|(file, _)| *file).collect();
    let mut broken = Vec::new();
    for file in modules().into_iter().filter(|(module, _)| module != "connectors").flat_map(|(_, files)| files) {
        let (code, name) = (code(&file), short(&file));
        for kind in kinds.iter().filter(|kind| code.contains(*kind)) {
            match KINDS_BY_NAME.iter().find(|(known, _)| name.starts_with(known)) {
                Some((known, _)) => {
                    unused.remove(known);
                }
                None => broken.push(format!("{name} names {kind}")),
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(unused.is_empty(), "these name no kind any more, take them off the list: {unused:?}");
}

/// The router decodes a path before it chooses a route, so that `/admin/%6Fperators` is `/admin/operators`: a rule that
/// reads the path as it was sent does not see it.
#[test]
fn paths_are_read_as_the_router_reads_them() {
    for file in modules().into_values().flatten() {
        let is_raw = code(&file).contains("request.path()") || code(&file).contains("request.uri().path()");
        assert!(!is_raw, "{}: use request.match_info().as_str()", short(&file));
    }
}

#[test]
fn crates_are_named_only_where_they_belong() {
    for (module, files) in modules() {
        for file in &files {
            let code = code(file);
            let names = |name: &str| !paths(&code, name).is_empty();
            assert!(
                !names("amocrm::") || OF_AMOCRM.split(' ').any(|one| one == module),
                "{} names amocrm",
                short(file)
            );
            assert!(!names("migration::") || module == "store", "{} names migration", short(file));
        }
    }
}

#[test]
fn nothing_is_static_but_recorder_allocator_words_and_names() {
    for (module, files) in modules() {
        for file in files {
            for line in code(&file).lines() {
                let bare = line.trim_start();
                let bare = bare.strip_prefix("pub ").or(bare.strip_prefix("pub(crate) ")).unwrap_or(bare);
                let is_static = bare.starts_with("static ") || bare.contains("thread_local!");
                let needed =
                    ["static ALLOCATOR:", "static CATALOG =", "static OF_TASK:", "static ATTEMPT:", "static NAMES:"]
                        .iter()
                        .any(|needed| bare.starts_with(needed));
                let needed = needed || module == "telemetry";
                assert!(!is_static || needed, "{}: {line}", short(&file));
            }
        }
    }
}

/// What a function uses is named: the contexts below its own are fields. Only the platform can be passed in the place of a
/// context, and a form in that of what was filled in.
#[test]
fn contexts_stand_on_the_platform_alone() {
    for file in server_modules().into_values().flatten() {
        let (code, name) = (code(&file), short(&file));
        let known = match name.as_str() {
            "domain/src/platform.rs" => 1,
            "domain/src/identity/realm.rs" => 3,
            _ => 0,
        };
        assert_eq!(code.matches("Deref for ").count(), known, "{name} implements Deref: make it a field");
    }
}

/// A task without a supervisor would end unnoticed.
#[test]
fn background_tasks_are_run_by_the_supervisor() {
    for (module, files) in modules() {
        for file in files {
            // The thread that writes the log cannot report its end.
            let home = module == "supervisor" || short(&file).ends_with("base/src/telemetry.rs");
            for call in ["tokio::spawn(", "rt::spawn(", "task::spawn(", "thread::spawn(", "thread::Builder"] {
                let tests = short(&file).ends_with("fake.rs");
                assert!(home || tests || !code(&file).contains(call), "{} calls {call}", short(&file));
            }
        }
    }
}

#[test]
fn only_the_queue_writes_sql_by_hand() {
    for (module, files) in modules() {
        for file in files {
            let home = module == "store" || module == "queue";
            let by_hand = ["INSERT INTO ", "UPDATE lane", "UPDATE letter", "UPDATE turn", "DELETE FROM "];
            for words in by_hand {
                assert!(home || !code(&file).contains(words), "{} holds SQL: {words}", short(&file));
            }
        }
    }
}

/// A file without a `mod` is not compiled, but looks like working code.
#[test]
fn every_file_is_compiled() {
    let mut alone = Vec::new();
    for folder in members() {
        for path in rust_files(&root().join(folder)) {
            let (name, above) = (path.file_stem().unwrap().to_str().unwrap(), path.parent().unwrap());
            let (name, above) = match name {
                "mod" => (above.file_name().unwrap().to_str().unwrap(), above.parent().unwrap()),
                name => (name, above),
            };
            let is_root = ["lib", "main", "build"].contains(&name)
                || ["bin", "examples", "benches"].iter().any(|folder| above.ends_with(folder))
                || path.ends_with("tests/it/main.rs");
            let parents =
                [above.join("mod.rs"), above.join("lib.rs"), above.join("main.rs"), above.with_extension("rs")];
            let named = |parent: &PathBuf| {
                let text = std::fs::read_to_string(parent).unwrap_or_default();
                text.lines().any(|line| line.trim_end().ends_with(&format!("mod {name};")))
            };
            if !is_root && !parents.iter().any(named) {
                alone.push(short(&path));
            }
        }
    }
    assert!(alone.is_empty(), "no `mod` names these: {alone:#?}");
}
