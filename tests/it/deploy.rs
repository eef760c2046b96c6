//! The files of `deploy/`, and what they rely on.

mod kubernetes;
mod package;
mod runbook;

use std::path::{Path, PathBuf};
use std::process::Stdio;

use parom_tests::drill::{Drill, LIMIT};
use parom_tests::needed::needed;
use parom_tests::{Engine, World, answer, once};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

#[tokio::test]
async fn the_deployment_files_pass_their_check() {
    let Some(python) = needed("PAROM_TEST_PYTHON") else { return };
    let check = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/check");
    let done = Command::new(python).arg(check).output().await.expect("the check runs");
    assert!(
        done.status.success(),
        "{}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
}

fn prometheus(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/prometheus").join(file)
}

/// P1: every rule fires at what it is for, at the first loss too, and stays silent otherwise.
#[tokio::test]
async fn every_alert_rule_fires_and_stays_silent() {
    let rules = std::fs::read_to_string(prometheus("alerts.yaml")).unwrap();
    let tests = std::fs::read_to_string(prometheus("alerts.test.yaml")).unwrap();
    let alerts: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(alerts.len() > 10, "{alerts:?}");
    for alert in alerts {
        assert!(tests.contains(&format!("- name: {alert} fires")), "no test of {alert} that it fires");
        assert!(tests.contains(&format!("- name: {alert} stays silent")), "no test of {alert} that it stays silent");
        assert!(tests.contains(&format!("alertname=\"{alert}\"")), "no test expects {alert}");
    }
    let Some(promtool) = needed("PAROM_TEST_PROMTOOL") else { return };
    for arguments in [["check", "rules", "alerts.yaml"], ["test", "rules", "alerts.test.yaml"]] {
        let done = Command::new(&promtool).args(arguments).current_dir(prometheus("")).output().await.unwrap();
        let said = [done.stdout, done.stderr].concat();
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&said));
    }
}

/// A real Prometheus reads a running Parom, and every query of the dashboard has data.
#[tokio::test]
async fn no_panel_of_the_dashboard_is_empty() {
    let Some(python) = needed("PAROM_TEST_PYTHON") else { return };
    let Some(prometheus) = needed("PAROM_TEST_PROMETHEUS") else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/try-dashboard");
    let mut command = Command::new(python);
    command.arg(script).arg(env!("CARGO_BIN_EXE_parom_faults")).arg(prometheus);
    let done = command.output().await.unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let queries = said.lines().filter(|line| line.starts_with("ok ")).count();
    assert!(done.status.success() && queries > 20, "{said}{}", String::from_utf8_lossy(&done.stderr));
}

/// P2: what a server serves at `/metrics`, by Prometheus's own rules.
async fn metrics_are_as_prometheus_wants_them(world: &mut World) {
    let Some(promtool) = needed("PAROM_TEST_PROMTOOL") else { return };
    let page = answer(world.api.anonymous(reqwest::Method::GET, "/metrics")).await.is(200).text;
    let mut check = Command::new(promtool);
    check.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut check = check.spawn().unwrap();
    check.stdin.take().unwrap().write_all(page.as_bytes()).await.unwrap();
    let done = check.wait_with_output().await.unwrap();
    let said = [done.stdout, done.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    // The name is a contract and contains its unit.
    let wrong: Vec<&str> = said.lines().filter(|line| !line.starts_with("parom_disk_free_percent ")).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

once!(metrics_are_as_prometheus_wants_them);

#[tokio::test]
async fn a_socket_held_by_systemd_refuses_no_call_while_the_process_is_replaced() {
    let Some(python) = needed("PAROM_TEST_PYTHON") else { return };
    let drill = Drill::prepare(Engine::Sqlite, Path::new(env!("CARGO_BIN_EXE_parom_faults"))).await.expect("SQLite");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/hand_over.py");
    let mut command = Command::new(python);
    command.arg(script).arg(env!("CARGO_BIN_EXE_parom_faults")).arg(drill.config_file()).kill_on_drop(true);
    let done = tokio::time::timeout(LIMIT, command.output()).await.expect("it ends in time").expect("the script runs");
    let said = String::from_utf8_lossy(&done.stdout);
    let lines: Vec<&str> = said.lines().collect();
    let errors = String::from_utf8_lossy(&done.stderr);
    assert_eq!(lines, ["first 200", "early HTTP/1.1 200 OK", "ended 0", "second HTTP/1.1 200 OK"], "{errors}");
    drill.ends_well().await;
}

/// A copy of `deploy/`, changed, with the rest of the repository beside it.
async fn checked(python: &str, change: impl FnOnce(&Path)) -> (bool, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    let copy = tempfile::tempdir().unwrap();
    let done = Command::new("cp").arg("-r").arg(root.join("deploy")).arg(copy.path()).status().await.unwrap();
    assert!(done.success());
    for name in ["base", "connectors", "queue", "server", ".gitignore", "rust-toolchain.toml"] {
        std::os::unix::fs::symlink(root.join(name), copy.path().join(name)).unwrap();
    }
    std::fs::copy(root.join(".dockerignore"), copy.path().join(".dockerignore")).unwrap();
    change(copy.path());
    let done = Command::new(python).arg(copy.path().join("deploy/check")).output().await.unwrap();
    (done.status.success(), String::from_utf8_lossy(&done.stdout).into_owned())
}

fn edit(file: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{} has no {from:?}", file.display());
    std::fs::write(file, text.replacen(from, to, 1)).unwrap();
}

/// L11: the check finds what it is there for.
#[tokio::test]
async fn l11_unpinned_images_and_open_containers_are_refused() {
    let Some(python) = needed("PAROM_TEST_PYTHON") else { return };
    let (well, said) = checked(&python, |_| {}).await;
    assert!(well, "{said}");
    for (file, from, to, words) in [
        ("deploy/Containerfile", "@sha256:", " AS was#", "is not pinned by its digest"),
        ("deploy/Containerfile", "-p parom-cli", "--workspace", "what is shipped is not the binary alone"),
        ("deploy/compose.yaml", "postgres:15@sha256:", "postgres:15#", "the image of postgres is not pinned"),
        ("deploy/compose.yaml", "read_only: true", "read_only: false", "the root of parom-1 can be written"),
        ("deploy/compose.yaml", "cap_drop: [ALL]", "cap_drop: []", "keeps capabilities"),
        ("deploy/compose.yaml", "no-new-privileges:true", "no-new-privileges:false", "may gain rights"),
        ("deploy/compose.yaml", "mem_limit: 1g", "labels: []", "parom-1 has no limit of memory"),
        ("deploy/compose.yaml", "[NET_BIND_SERVICE]", "[SYS_ADMIN]", "proxy has more capabilities"),
        ("deploy/systemd/parom@.service", "MemoryMax=", "#MemoryMax=", "MemoryMax is missing"),
        ("deploy/systemd/parom@.service", "NoNewPrivileges=true", "", "NoNewPrivileges=true is missing"),
        ("deploy/systemd/parom-backup.service", "UMask=0077", "", "parom-backup.service: UMask=0077 is missing"),
        ("deploy/Containerfile", "USER 10001:10001", "USER parom", "the process runs as root, or as a name"),
        ("deploy/Containerfile", "/data /media", "/data", "['/media'] would belong to root in compose.yaml"),
        ("deploy/Caddyfile", "header Content-Type text/html*", "header Content-Type text/*", "event streams wait"),
        ("deploy/Caddyfile.machine", "header Content-Type text/css*", "not header A b", "Caddyfile.machine: caddy: "),
        ("deploy/debian/postinst", "if ! getent", "if ! getent; fi; fi", "debian/postinst: no program"),
        (".dockerignore", "**/.env\n", "", "deploy/.env would go into the build"),
        (".dockerignore", "**/parom.toml\n", "", "deploy/parom.toml would go into the build"),
    ] {
        let (well, said) = checked(&python, |root| edit(&root.join(file), from, to)).await;
        assert!(!well && said.contains(words), "{file} {from}: {said}");
    }
}

/// L11: every crate that is shipped is in the bill of materials, with licence and checksum, and none of the tests'.
#[tokio::test]
async fn l11_the_bill_of_materials_is_whole() {
    let Some(python) = needed("PAROM_TEST_PYTHON") else { return };
    let sbom = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/sbom");
    let done = Command::new(python).arg(sbom).arg("--check").output().await.unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && said.contains("components"), "{said}{}", String::from_utf8_lossy(&done.stderr));
}
