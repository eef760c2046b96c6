//! Tests as `cargo nextest list` prints them – `amocrm::it hooks::text`, `parom-base
//! vault::tests::any_value_comes_back` – found in the sources. What runs on both engines is named without `::sqlite`
//! and `::postgres`, what plays with several messengers without their names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::walls::read::root;

/// Names of test binaries, and the file in which each begins.
const BINARIES: &[(&str, &str)] = &[
    ("amocrm", "amocrm/src/lib.rs"),
    ("amocrm::it", "amocrm/tests/it/main.rs"),
    ("parom", "server/src/lib.rs"),
    ("parom-domain", "domain/src/lib.rs"),
    ("parom-pages", "pages/src/lib.rs"),
    ("parom-base", "base/src/lib.rs"),
    ("parom-connectors", "connectors/src/lib.rs"),
    ("parom-queue", "queue/src/lib.rs"),
    ("parom-cli", "cli/src/lib.rs"),
    ("parom-simulator", "simulator/src/lib.rs"),
    ("parom-simulator::it", "simulator/tests/it/main.rs"),
    ("parom-tests::it", "tests/it/main.rs"),
    ("parom-widget", "widget/src/lib.rs"),
];
/// Macros that make tests of plain functions.
const MACROS: &[&str] = &["both!(", "both_engines!(", "once!(", "on_postgres!(", "special!("];

/// A test by its binary and path.
#[derive(Debug)]
pub struct Named<'a> {
    main: &'static str,
    modules: Vec<&'a str>,
    function: &'a str,
}

impl<'a> Named<'a> {
    pub fn read(name: &'a str) -> Option<Self> {
        let (binary, path) = name.split_once(' ')?;
        let (_, main) = BINARIES.iter().find(|(known, _)| *known == binary)?;
        let mut modules: Vec<&str> = path.split("::").collect();
        let function = modules.pop()?;
        Some(Self { main, modules, function })
    }
}

/// Why a name is none of a test.
pub fn missing(name: &str) -> Option<String> {
    match Named::read(name) {
        Some(test) if is_there(&test) => None,
        Some(_) => Some(format!("there is no test {name}")),
        None => Some(format!("{name} is no name as cargo nextest prints it")),
    }
}

/// The tests that `docs/proofs/PAGE.tsv` lists for each row of a page: a line a test, below a line of column heads.
pub fn proofs(page: &str) -> BTreeMap<String, Vec<String>> {
    let text = std::fs::read_to_string(root().join("docs/proofs").join(page).with_extension("tsv")).unwrap();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let (row, test) = line.split_once('\t').unwrap_or_else(|| panic!("{page}: a row and its test: {line}"));
        found.entry(row.to_owned()).or_default().push(test.to_owned());
    }
    found
}

/// Whether the test exists where its name says.
pub fn is_there(test: &Named<'_>) -> bool {
    let main = root().join(test.main);
    let mut folder = main.parent().unwrap().to_owned();
    let mut file = main;
    let mut inside = Vec::new();
    for module in &test.modules {
        match file_of(&folder, module).filter(|_| inside.is_empty()) {
            Some(found) => {
                folder.push(module);
                file = found;
            }
            None => inside.push(format!("mod {module} {{")),
        }
    }
    let text = std::fs::read_to_string(file).unwrap();
    inside.iter().all(|module| text.contains(module)) && is_test(&text, test.function)
}

fn file_of(folder: &Path, module: &str) -> Option<PathBuf> {
    let files = [folder.join(format!("{module}.rs")), folder.join(module).join("mod.rs")];
    files.into_iter().find(|file| file.exists())
}

/// Whether a function of this name is run as a test: by its own attribute, or by a macro.
fn is_test(text: &str, function: &str) -> bool {
    let Some((before, _)) = text.split_once(&format!("fn {function}(")) else { return false };
    let above = before.rsplit_once('\n').map_or("", |(above, _)| above);
    let mut attributes =
        above.lines().rev().map(str::trim).take_while(|line| line.starts_with("#[") || line.starts_with("//"));
    let made = |call: &&str| {
        let calls = text.split(call).skip(1).filter_map(|rest| rest.split(')').next());
        // `special!(max: one, another)`, `once!(one, another in |config| …)`
        let lists = calls.filter_map(|list| list.split(" in ").next());
        let mut names = lists.flat_map(|list| list.split(',')).filter_map(|name| name.rsplit(": ").next());
        names.any(|name| name.trim() == function)
    };
    let is_scenario = text.contains("contract! {") && text.contains(&format!("\n    {function}: "));
    is_scenario || attributes.any(|line| line.starts_with("#[") && line.contains("test")) || MACROS.iter().any(made)
}

#[test]
fn names_are_found() {
    let there = |name: &str| Named::read(name).is_some_and(|test| is_there(&test));
    assert!(there("parom-tests::it conformance::hold::names_are_found"));
    assert!(there("parom-tests::it walls::read::groups_of_paths_are_read"));
    assert!(there("parom-tests::it road::hooks::bodies_too_large_and_compressed_are_refused"), "made by a macro");
    assert!(there("amocrm lenient::tests::numbers_are_read_in_any_notation"), "within its file");
    assert!(there("parom-base config::tests::rules::each_rule_names_its_key"), "in a folder of tests");
    assert!(there("parom-tests::it contract::out::texts_leave"), "a scenario");
    assert!(there("amocrm::it sign::a_signature_verifies"), "a property");
    for wrong in [
        "parom-tests::it road::hooks::no_such_test",
        "parom-tests::it road::hooks::post",
        "parom-tests::it road::no_such_file::chatting",
        "parom-tests::it conformance::hold::is_there",
        "elsewhere a::b",
        "road::hooks",
    ] {
        assert!(!there(wrong), "{wrong}");
    }
}
