//! The API's description by the rules of others: redocly's and spectral's recommended ones, without exceptions.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use parom_tests::settings::needed;
use tokio::process::Command;

use crate::walls::read::{root, rust_files, short};

/// What a linter prints about the description; it must find nothing, not even something to think about.
async fn finds_nothing(program: &str, arguments: &[&str]) {
    let Some(folder) = needed("PAROM_TEST_LINT").map(PathBuf::from) else { return };
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let mut command = Command::new("node");
    command.arg(folder.join("node_modules").join(program)).arg("lint").arg(document).args(arguments);
    let done = command.current_dir(&folder).env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true").kill_on_drop(true).output();
    let done = done.await.expect("the linter runs");
    let said = [done.stdout, done.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    // redocly ends well with warnings and counts them: "You have 3 warnings."
    assert!(done.status.success() && !said.contains("You have "), "{said}");
}

#[tokio::test]
async fn redocly_finds_nothing_by_its_recommended_rules() {
    finds_nothing("@redocly/cli/bin/cli.js", &["--config", "redocly.yaml"]).await;
}

#[tokio::test]
async fn spectral_finds_nothing_by_its_recommended_rules() {
    let arguments = ["--ruleset", "spectral.yaml", "--fail-severity", "hint"];
    finds_nothing("@stoplight/spectral-cli/dist/index.js", &arguments).await;
}

/// The names of the types in a file that are schemas of the description.
fn schemas(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_schema = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[derive(") {
            is_schema = line.contains("ToSchema");
        }
        let named = ["pub struct ", "pub enum "].iter().find_map(|start| line.strip_prefix(start));
        if let Some(rest) = named.filter(|_| std::mem::take(&mut is_schema)) {
            found.push(rest.chars().take_while(|letter| letter.is_alphanumeric()).collect());
        }
    }
    found
}

/// The description has one schema per name: of two types with the same name, one would be described as the other.
#[test]
fn no_two_schemas_have_one_name() {
    let planted = "#[derive(ToSchema)]\npub struct A {\n#[derive(Debug)]\npub struct B;\n#[derive(ToSchema)]\n/// C\npub enum C {";
    assert_eq!(schemas(planted), ["A", "C"]);
    let mut seen: BTreeMap<String, PathBuf> = BTreeMap::new();
    for path in ["base/src", "server/src"].iter().flat_map(|folder| rust_files(&root().join(folder))) {
        for name in schemas(&std::fs::read_to_string(&path).unwrap()) {
            if let Some(other) = seen.insert(name.clone(), path.clone()) {
                panic!("{name} is a schema of {} and of {}", short(&other), short(&path));
            }
        }
    }
    assert!(seen.len() > 50, "{}", seen.len());
}
