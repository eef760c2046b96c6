//! The API's description by the rules of others: redocly's and spectral's recommended ones, without exceptions.

use std::path::{Path, PathBuf};

use parom_tests::needed::needed;
use tokio::process::Command;

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
