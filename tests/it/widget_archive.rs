//! `parom widget build|check` as the vendor meets it: real processes.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_parom_faults");
const FACTS: &str = r#"
[vendor]
support_url = "https://parom.example/support"
support_email = "help@parom.example"
privacy_url = "https://parom.example/privacy"
[server]
public_url = "https://parom.example"
"#;

/// A folder with a configuration: these sections, and an integration of each platform.
fn folder(sections: &str, widget: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let integrations: String = ["amocrm", "kommo"]
        .map(|platform| {
            format!(
                "[[integration]]\nname = \"{platform}\"\nplatform = \"{platform}\"\nclient_id = \"{platform}\"\n\
                 client_secret = \"secret\"\nown_redirect = true\n{widget}\n"
            )
        })
        .concat();
    std::fs::write(folder.path().join("parom.toml"), format!("{sections}\n{integrations}")).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command.current_dir(folder).args(arguments).env("PAROM_CONFIG", folder.join("parom.toml"));
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

const WIDGET: &str = "[integration.widget]\ncode = \"parom_widget\"";

#[test]
fn the_archives_of_both_platforms_pass_the_check() {
    let folder = folder(FACTS, WIDGET);
    for platform in ["amocrm", "kommo"] {
        for card in [&[][..], &["--card"]] {
            let built = run(
                folder.path(),
                &[&["widget", "build", "--out", "widget.zip", "--platform", platform], card].concat(),
            );
            assert!(built.status.success(), "{}", said(&built));
            assert!(!said(&built).contains("refuse"), "{}", said(&built));
            let checked = run(folder.path(), &["widget", "check", "widget.zip", "--json"]);
            assert!(checked.status.success(), "{}", said(&checked));
            let told: Value = serde_json::from_slice(&checked.stdout).unwrap();
            assert_eq!(told["findings"], Value::Array(Vec::new()), "{platform} {card:?}");
        }
    }
}

#[test]
fn the_same_configuration_gives_the_same_bytes() {
    let folder = folder(FACTS, WIDGET);
    let build = |name: &str| {
        assert!(run(folder.path(), &["widget", "build", "--out", name, "--platform", "amocrm"]).status.success());
        std::fs::read(folder.path().join(name)).unwrap()
    };
    assert_eq!(build("one.zip"), build("two.zip"));
}

#[test]
fn a_missing_fact_is_a_warning_and_the_check_refuses_the_archive() {
    let bare = "[server]\npublic_url = \"https://parom.example\"";
    let cases = [
        (FACTS, "[integration.widget]", "[integration.widget] code", None),
        (bare, WIDGET, "[vendor] support_url", Some("support")),
        (bare, WIDGET, "[vendor] privacy_url", Some("privacy")),
        (&FACTS.replace("public_url = \"https", "public_url = \"http"), WIDGET, "https only", Some("server-address")),
    ];
    for (sections, widget, named, rule) in cases {
        let folder = folder(sections, widget);
        let built = run(folder.path(), &["widget", "build", "--out", "widget.zip", "--platform", "amocrm"]);
        assert!(built.status.success(), "{named}: {}", said(&built));
        assert!(String::from_utf8_lossy(&built.stderr).contains(named), "{named}: {}", said(&built));
        let checked = run(folder.path(), &["widget", "check", "widget.zip"]);
        assert_eq!(checked.status.success(), rule.is_none(), "{named}: {}", said(&checked));
        assert!(said(&checked).contains(rule.unwrap_or("Nothing to refuse")), "{named}: {}", said(&checked));
    }
    let folder = folder(bare, WIDGET);
    let built = run(folder.path(), &["widget", "build", "--platform", "amocrm", "--json"]);
    let told: Value = serde_json::from_slice(&built.stdout).unwrap();
    assert_eq!((&told["file"], &told["platform"]), (&"widget.zip".into(), &"amoCRM".into()));
    assert_eq!(told["warnings"].as_array().unwrap().len(), 2, "{told}");
    assert!(!told["findings"].as_array().unwrap().is_empty(), "{told}");
}

#[test]
fn the_error_for_an_integration_without_a_widget_names_what_is_missing() {
    let folder = folder(FACTS, "");
    let output = run(folder.path(), &["widget", "build", "--out", "widget.zip", "--platform", "amocrm"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("[integration.widget]"), "{}", said(&output));
    assert!(!folder.path().join("widget.zip").exists());
}

#[test]
fn several_integrations_ask_which() {
    let folder = folder(FACTS, WIDGET);
    let output = run(folder.path(), &["widget", "build"]);
    assert!(!output.status.success());
    assert!(said(&output).contains("--integration amocrm or --integration kommo"), "{}", said(&output));
    assert!(run(folder.path(), &["widget", "build", "--integration", "kommo"]).status.success());
    assert!(folder.path().join("widget.zip").exists());
}

#[test]
fn for_trying_out_placeholders_are_marked_and_the_check_finds_them() {
    let folder = folder("", "");
    let built = run(folder.path(), &["widget", "build", "--dev", "--platform", "amocrm"]);
    assert!(built.status.success(), "{}", said(&built));
    let checked = run(folder.path(), &["widget", "check", "widget.zip"]);
    assert_eq!(checked.status.code(), Some(1));
    for rule in ["dev-placeholder", "server-address"] {
        assert!(said(&checked).contains(rule), "{}", said(&checked));
    }
    let strange = run(folder.path(), &["widget", "check", "parom.toml"]);
    assert_eq!(strange.status.code(), Some(1));
    assert!(said(&strange).contains("parom.toml cannot be checked: this is not a zip archive"), "{}", said(&strange));
}
