//! The walls of the house: which module of the server may know which, read from its `use` lines and `crate::` paths, and
//! which of them the command line may know.

mod crates;
mod links;
pub mod pages;
pub mod read;
mod references;
mod size;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use read::{code, members, paths, root, rust_files, short};

/// The crate of the command line, which counts as one module above the server's.
const CLI: &str = "cli";

/// Modules that everything may stand on.
const FOUNDATION: &[&str] = &[
    "alert",
    "app",
    "audit",
    "browser",
    "clock",
    "config",
    "error",
    "fault",
    "fixture",
    "http_client",
    "lookup",
    "message",
    "pace",
    "rotation",
    "shed",
    "spool",
    "store",
    "strangers",
    "supervisor",
    "telemetry",
    "usage",
    "vault",
    "verdict",
    "words",
];

/// Who may know whom beside the foundation (docs/architecture.md#rules-that-a-test-holds). `lib`, `server` and `routes`
/// put everything together.
const ARROWS: &[(&str, &[&str])] = &[
    (
        CLI,
        &[
            "doctor", "import", "holes", "server", "intake", "tenant", "source", "delivery", "api", "admin", "people",
            "customer",
        ],
    ),
    ("doctor", &["media", "tenant", "source", "delivery::queue"]),
    ("api", &["media", "import", "intake", "tenant", "source", "delivery", "connector", "people::door"]),
    ("alert_letters", &["people", "tenant", "delivery::read"]),
    (
        "admin",
        &["alert_letters", "panel", "people", "customer", "tenant", "source", "delivery", "api::cursor", "doctor"],
    ),
    (
        "panel",
        &[
            "alert_letters",
            "holes",
            "import",
            "people",
            "intake",
            "contact",
            "tenant",
            "source",
            "delivery",
            "connector",
            "template",
            "api::cursor",
            "api::key",
            "api::key_ring",
        ],
    ),
    (
        "widget_api",
        &[
            "people",
            "customer",
            "tenant",
            "source",
            "delivery",
            "connector",
            // the shapes of sources and what keeps repeats apart are the public API's
            "api::idempotency",
            "api::json",
            "api::key",
            "api::source_types",
            "api::sources",
        ],
    ),
    ("customer", &["people", "tenant", "connector::custom"]),
    ("people", &[]),
    ("chat", &["media", "intake", "tenant", "source", "connector", "people::door"]),
    ("oauth", &["people", "tenant"]),
    // A line of an import is a message of the public API, read by the same code.
    ("import", &["intake", "tenant::remove", "source", "delivery::queue", "api::message_in", "api::json"]),
    ("tenant", &["media"]),
    ("retention", &["tenant::remove", "delivery::read"]),
    // Rows: one text for many rows on both engines
    ("source", &["tenant", "connector", "delivery::queue::Rows"]),
    ("media", &["source::settings", "connector"]),
    // What the CRM tells of contacts and templates is acted upon.
    ("intake", &["media", "tenant", "source", "connector", "delivery::queue", "contact", "template"]),
    ("template", &["tenant", "source"]),
    // What a messenger is told of its source has the public API's shape.
    ("source_notices", &["api::sources", "connector", "source"]),
    // What no hook told goes the way of hooks.
    ("holes", &["intake", "tenant", "delivery"]),
    ("delivery", &["media", "contact", "tenant", "source", "connector"]),
    ("contact", &["tenant"]),
    ("connector", &[]),
];

/// Steps over a wall that stand today, each with what would end it. A step that is gone must leave this list.
const STEPS_OVER: &[(&str, &str, &str)] = &[
    ("chat", "delivery::queue::parcel", "the types of aliases and outcomes could be handed on by intake and lookup"),
    (CLI, "connector::custom", "the demo's messenger checks signatures with the connector's own function"),
];

/// Crates that only some may name.
const CRATES: &[(&str, &[&str])] = &[
    (
        "entity",
        &[
            "admin",
            "alert",
            "alert_letters",
            "api",
            "audit",
            "chat",
            CLI,
            "contact",
            "customer",
            "delivery",
            "doctor",
            "fixture",
            "holes",
            "import",
            "intake",
            "lookup",
            "media",
            "oauth",
            "panel",
            "people",
            "retention",
            "rotation",
            "source",
            "source_notices",
            "store",
            "template",
            "tenant",
            "usage",
            "widget_api",
        ],
    ),
    (
        "amocrm",
        &[
            "api",
            // what verifies a site's tokens is installed by it
            "chat",
            CLI,
            "contact",
            "delivery",
            "doctor",
            "holes",
            "intake",
            "oauth",
            "source",
            "template",
            "tenant",
            "widget_api",
        ],
    ),
    ("sandbox", &[CLI]),
    ("doubles", &[CLI]),
    ("widget", &[CLI]),
    ("migration", &["store"]),
];

/// Files of the server by their top module – `delivery/queue/mod.rs` belongs to `delivery` –, and those of the command line.
fn modules() -> BTreeMap<String, Vec<PathBuf>> {
    let mut modules: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for (folder, crate_of_its_own) in [("server/src", None), ("cli/src", Some(CLI))] {
        let folder = root().join(folder);
        for path in rust_files(&folder) {
            let inside = path.strip_prefix(&folder).unwrap();
            let first = inside.iter().next().unwrap().to_str().unwrap();
            let is_test = inside.iter().any(|part| part == "tests" || part == "tests.rs");
            if !is_test {
                let module = crate_of_its_own.unwrap_or(first.trim_end_matches(".rs"));
                modules.entry(module.to_owned()).or_default().push(path);
            }
        }
    }
    modules
}

#[test]
fn modules_know_only_whom_they_may() {
    let mut broken = Vec::new();
    let mut unused: BTreeSet<_> = STEPS_OVER.iter().collect();
    let arrows: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    for (module, files) in modules() {
        let Some(allowed) = arrows.get(module.as_str()) else { continue };
        // What the modules of the command line know of each other is their own matter.
        let start = if module == CLI { "parom::" } else { "crate::" };
        for file in files {
            for path in paths(&code(&file), start) {
                let target = path.split("::").next().unwrap_or_default();
                let known = target == module
                    || FOUNDATION.contains(&target)
                    || allowed.iter().any(|arrow| leads_to(&path, arrow));
                let step = STEPS_OVER.iter().find(|(from, to, _)| *from == module && leads_to(&path, to));
                unused.remove(&step.unwrap_or(&("", "", "")));
                if !known && step.is_none() {
                    broken.push(format!("{}: {module} must not know {path}", short(&file)));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(unused.is_empty(), "these steps over walls are gone, take them off the list: {unused:?}");
}

fn leads_to(path: &str, arrow: &str) -> bool {
    path == arrow || path.starts_with(&format!("{arrow}::"))
}

#[test]
fn every_module_has_its_place() {
    let places: BTreeSet<&str> = ARROWS.iter().map(|(module, _)| *module).chain(FOUNDATION.iter().copied()).collect();
    for module in modules().keys() {
        let together = ["lib", "routes", "server"].contains(&module.as_str());
        assert!(together || places.contains(module.as_str()), "{module} stands in no list of this file");
    }
}

#[test]
fn the_connectors_know_nothing_of_tenants_tables_and_queue() {
    for file in &modules()["connector"] {
        let code = code(file);
        for foreign in ["tenant::", "delivery::", "intake::", "source::", "store::"] {
            assert!(paths(&code, &format!("crate::{foreign}")).is_empty(), "{} knows {foreign}", short(file));
        }
        for foreign in ["entity::", "sea_orm::", "amocrm::"] {
            assert!(paths(&code, foreign).is_empty(), "{} knows {foreign}", short(file));
        }
    }
}

#[test]
fn crates_are_named_only_where_they_belong() {
    for (module, files) in modules() {
        for (name, allowed) in CRATES {
            for file in &files {
                let named = !paths(&code(file), &format!("{name}::")).is_empty();
                assert!(!named || allowed.contains(&module.as_str()), "{} names {name}", short(file));
            }
        }
    }
}

#[test]
fn nothing_is_static_but_recorder_allocator_and_words() {
    for (module, files) in modules() {
        for file in files {
            for line in code(&file).lines() {
                let bare = line.trim_start();
                let bare = bare.strip_prefix("pub ").or(bare.strip_prefix("pub(crate) ")).unwrap_or(bare);
                let is_static = bare.starts_with("static ") || bare.contains("thread_local!");
                let needed = ["static ALLOCATOR:", "static CATALOGUE ="].iter().any(|needed| bare.starts_with(needed));
                let needed = needed || module == "telemetry";
                assert!(!is_static || needed, "{}: {line}", short(&file));
            }
        }
    }
}

#[test]
fn time_comes_from_the_clock_and_clients_from_their_home() {
    let homes = [
        ("Utc::now", "clock"),
        ("SystemTime::now", "clock"),
        ("Uuid::now_v7", "clock"),
        ("Client::builder", "http_client"),
        ("Client::new()", "http_client"),
        ("env::var", "config"),
        (".begin_with_options(", "store"),
        (".begin()", "store"),
    ];
    for (module, files) in modules() {
        for file in files {
            for (call, home) in homes {
                assert!(module == home || !code(&file).contains(call), "{} calls {call}", short(&file));
            }
        }
    }
}

/// What nobody keeps ends in silence.
#[test]
fn what_runs_beside_requests_is_kept_by_the_supervisor() {
    for (module, files) in modules() {
        for file in files {
            // The thread that writes the log has nobody to tell of its end.
            let home = module == "supervisor" || short(&file).ends_with("telemetry/lines.rs");
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
            let home = module == "store" || short(&file).contains("delivery/queue");
            let by_hand = ["INSERT INTO ", "UPDATE lane", "UPDATE letter", "UPDATE turn", "DELETE FROM "];
            for words in by_hand {
                assert!(home || !code(&file).contains(words), "{} holds SQL: {words}", short(&file));
            }
        }
    }
}

/// What no `mod` names is not compiled: code that nobody runs looks like code that works.
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
