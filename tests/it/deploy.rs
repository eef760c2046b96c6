//! The files of `deploy/`, and what they rely on.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use chrono::{DateTime, Utc};
use parom_tests::drill::{Drill, LIMIT};
use parom_tests::settings::needed;
use parom_tests::{Engine, World, answer, both, once};
use queue::ALL_PERHAPS_DELIVERED;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixDatagram};
use tokio::process::Command;

use crate::walls::read::root;

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

/// Whether an answer of 12:03 was an error, which route is slow, and whether the process or its database is short of something.
async fn requests_pools_and_the_process_are_measured(world: &mut World) {
    let line = world.line("support").await;
    let (ours, nobodys) = (line.source_id.to_string(), "01900000-0000-7000-8000-000000000000");
    world.api.get(&format!("/api/v1/sources/{ours}")).await.is(200);
    world.api.get(&format!("/api/v1/sources/{nobodys}")).await.is(404);
    answer(world.api.anonymous(reqwest::Method::GET, "/nothing/here")).await.is(404);
    let page = answer(world.api.anonymous(reqwest::Method::GET, "/metrics")).await.is(200).text;
    for series in [
        "parom_http_requests_total{route=\"/api/v1/sources/{source_id}\",status=\"2xx\"}",
        "parom_http_requests_total{route=\"/api/v1/sources/{source_id}\",status=\"4xx\"}",
        "parom_http_requests_total{route=\"none\",status=\"4xx\"}",
        "parom_http_request_seconds_bucket{route=\"/api/v1/sources/{source_id}\",le=\"1\"}",
        "parom_db_connections{pool=\"read\",state=\"idle\"}",
        "parom_db_connections{pool=\"write\",state=\"used\"}",
        "process_resident_memory_bytes ",
        "process_cpu_seconds_total ",
    ] {
        assert!(page.lines().any(|line| line.starts_with(series)), "{series}\n{page}");
    }
    for kind in &world.app().jobs.kinds {
        let series = format!("parom_jobs_total{{kind=\"{}\",outcome=\"given_up\"}}", kind.name());
        assert!(page.contains(&series), "{series} is there before anything happens");
    }
    assert!(!page.contains(&ours), "no label names an object");
}

both!(requests_pools_and_the_process_are_measured);

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

/// RFC 9116.
async fn whom_to_tell_of_a_vulnerability(world: &mut World) {
    let page = answer(world.api.anonymous(reqwest::Method::GET, "/.well-known/security.txt")).await.is(200).text;
    let lines: Vec<&str> = page.lines().collect();
    assert_eq!(lines[0], "Contact: mailto:security@vendor.example");
    let expires = lines[1].strip_prefix("Expires: ").unwrap().parse::<DateTime<Utc>>().unwrap();
    let days = (expires - world.clock.now()).num_days();
    assert!((30..365).contains(&days), "{days}");
    assert!(lines.last().unwrap().ends_with("/.well-known/security.txt"), "{page}");
}

async fn nobody_is_to_be_told_of_a_vulnerability(world: &mut World) {
    answer(world.api.anonymous(reqwest::Method::GET, "/.well-known/security.txt")).await.is(404);
}

once!(whom_to_tell_of_a_vulnerability in |config| config.vendor.security_contact = "security@vendor.example".to_owned());
once!(nobody_is_to_be_told_of_a_vulnerability, the_licences_of_what_is_inside_are_public);

/// `deploy/sbom --check` compares them with Cargo.lock.
async fn the_licences_of_what_is_inside_are_public(world: &mut World) {
    let page = answer(world.api.anonymous(reqwest::Method::GET, "/legal/licences")).await.is(200);
    assert_eq!(page.header("content-type"), "text/plain; charset=utf-8");
    page.says(&["Under the Apache License 2.0:", "TERMS AND CONDITIONS", "Daan Leijen", "ring 0.17"]);
}

/// sd_notify(3): what a unit of `Type=notify` with a watchdog waits for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_manager_is_told_what_the_process_does() {
    let mut drill =
        Drill::prepare(Engine::Sqlite, Path::new(env!("CARGO_BIN_EXE_parom_faults"))).await.expect("SQLite");
    let path = drill.folder().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    drill.has_environment(vec![("NOTIFY_SOCKET", path.into()), ("WATCHDOG_USEC", "400000".into())]);
    let told = async || {
        let mut bytes = [0; 256];
        let came = tokio::time::timeout(LIMIT, manager.recv(&mut bytes)).await.expect("it is told in time").unwrap();
        String::from_utf8_lossy(&bytes[..came]).into_owned()
    };
    let told_besides_beats = async || loop {
        let told = told().await;
        if told != "WATCHDOG=1\n" {
            return told;
        }
    };
    drill.serves("").await;
    assert_eq!(told().await, "READY=1\n");
    for beat in 0..3 {
        assert_eq!(told().await, "WATCHDOG=1\n", "{beat}");
    }
    drill.reads_its_file_again().await;
    let reload = told_besides_beats().await;
    assert!(reload.starts_with("RELOADING=1\nMONOTONIC_USEC="), "{reload}");
    assert_eq!(told_besides_beats().await, "READY=1\n");
    drill.stops().await;
    assert_eq!(told_besides_beats().await, "STOPPING=1\n");
    drill.ends_well().await;
}

/// Strangers who hold every connection of an address, the machine's own too, have the process not restarted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_watchdog_is_told_while_no_connection_is_free() {
    let mut drill =
        Drill::prepare(Engine::Sqlite, Path::new(env!("CARGO_BIN_EXE_parom_faults"))).await.expect("SQLite");
    let path = drill.folder().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    drill.has_environment(vec![("NOTIFY_SOCKET", path.into()), ("WATCHDOG_USEC", "400000".into())]);
    drill.configures("trusted_proxies = [\"127.0.0.1/32\"]", "trusted_proxies = []");
    drill.configures("[limits]\n", "[limits]\nconnections_per_address = 2\nbody_seconds = 300\n");
    drill.serves("").await;
    let address = drill.api.base().replace("http://", "");
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut caller = TcpStream::connect(&address).await.unwrap();
        let head = "POST /panel/sign-in HTTP/1.1\r\nHost: parom\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n";
        caller.write_all(head.as_bytes()).await.unwrap();
        // "100 Continue": the body is waited for.
        let heard = tokio::time::timeout(LIMIT, caller.read(&mut [0; 1])).await;
        assert_eq!(heard.expect("it is heard in time").unwrap(), 1);
        held.push(caller);
    }
    let refused = tokio::time::timeout(LIMIT, async {
        let mut third = TcpStream::connect(&address).await.unwrap();
        third.read(&mut [0; 1]).await
    });
    assert_eq!(refused.await.expect("it is ended in time").unwrap_or_default(), 0, "the address is full");
    let mut bytes = [0; 256];
    // What came before the address was full does not count.
    while manager.try_recv(&mut bytes).is_ok() {}
    for beat in 0..3 {
        let came = tokio::time::timeout(LIMIT, manager.recv(&mut bytes)).await.expect("it is told in time").unwrap();
        assert_eq!(&bytes[..came], b"WATCHDOG=1\n", "{beat}");
    }
    drop(held);
    drill.stops().await;
}

/// A copy of `deploy/`, changed, with the rest of the repository beside it.
async fn checked(python: &str, change: impl FnOnce(&Path)) -> (bool, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    let copy = tempfile::tempdir().unwrap();
    let done = Command::new("cp").arg("-r").arg(root.join("deploy")).arg(copy.path()).status().await.unwrap();
    assert!(done.success());
    for name in
        ["base", "connectors", "domain", "pages", "queue", "server", ".gitignore", "rust-toolchain.toml", "Cargo.toml"]
    {
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

/// L11: every crate that is shipped is in the bill of materials, with licence and checksum, and none of the tests'.
#[tokio::test]
async fn l11_the_bill_of_materials_is_whole() {
    let Some(python) = needed("PAROM_TEST_PYTHON") else { return };
    let sbom = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/sbom");
    let done = Command::new(python).arg(sbom).arg("--check").output().await.unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && said.contains("components"), "{said}{}", String::from_utf8_lossy(&done.stderr));
}

// The manifests for Kubernetes: `deploy/check` finds what would break a promise of docs/operations.md, "Kubernetes".

#[tokio::test]
async fn a_manifest_that_breaks_a_promise_is_found() {
    let Some(python) = needed("PAROM_TEST_PYTHON") else { return };
    for (file, from, to, words) in [
        ("templates/processes.yaml", "runAsUser: 10001", "runAsUser: 0", "the process runs as root"),
        ("templates/processes.yaml", "fsGroup: 10001", "fsGroup: 1", "the process cannot write to its disk"),
        (
            "templates/processes.yaml",
            "readOnlyRootFilesystem: true",
            "readOnlyRootFilesystem: false",
            "the root can be written",
        ),
        ("templates/processes.yaml", "drop: [ALL]", "drop: []", "the process keeps capabilities"),
        ("templates/processes.yaml", "enableServiceLinks: false", "enableServiceLinks: true", "look like settings"),
        (
            "templates/processes.yaml",
            "path: /readyz",
            "path: /healthz",
            "the readiness probe does not ask /readyz at 9090",
        ),
        (
            "templates/processes.yaml",
            "terminationGracePeriodSeconds: 80",
            "terminationGracePeriodSeconds: 30",
            "30 are allowed",
        ),
        ("templates/processes.yaml", "[sleep, \"5\"]", "[sleep, \"0\"]", "before the service stops sending"),
        ("templates/processes.yaml", "type: RollingUpdate", "type: OnDelete", "replaced at once"),
        ("templates/processes.yaml", "mountPath: /data }", "mountPath: /tmp }", "/data is no persistent disk"),
        ("templates/processes.yaml", "whenScaled: Retain", "whenScaled: Delete", "a disk with hooks would be deleted"),
        (
            "templates/services.yaml",
            "name: parom }\n  ports",
            "name: other }\n  ports",
            "the service parom finds no process",
        ),
        ("templates/route.yaml", "port: 80", "port: 8080", "the route asks for no port of parom"),
        (
            "templates/route.yaml",
            "name: parom, port: 80",
            "name: parom-processes, port: 9090",
            "leads to the operators' port",
        ),
        ("templates/route.yaml", "request: 0s", "request: 10s", "the route cuts event streams off"),
        ("templates/disruption.yaml", "maxUnavailable: 1", "maxUnavailable: 2", "lets several processes go at once"),
        ("templates/disruption.yaml", "maxUnavailable: 1", "maximum: 1", "PodDisruptionBudget parom is wrong for 1.27"),
        ("templates/network.yaml", "port: operators", "port: 9091", "opens no port of the processes"),
        (
            "templates/network.yaml",
            "kind: NetworkPolicy",
            "kind: ConfigMap",
            "every pod of the cluster reaches the operators' port",
        ),
        ("config.toml", "192.0.2.0/24", "10.0.0.0/8", "trusted before its owner has named it"),
        ("config.toml", "ops_listen = \"0.0.0.0:9090\"", "ops_listen = \"0.0.0.0:9091\"", "operators' port differs"),
        ("config.toml", "url = \"s3://parom-files\"", "dir = \"/data/media\"", "no common place for files"),
        ("config.toml", "dir = \"/data/spool\"", "dir = \"/tmp/spool\"", "the spool is on no persistent disk"),
        ("config.toml", "public_url", "public_address", "server.public_address is no key of the configuration"),
        ("config.toml", "client_id = ", "client_secret = ", "client_secret belongs into secrets.env"),
        ("secrets.env.example", "__CLIENT_SECRET=", "__CLIENT_SECRET=abc", "CLIENT_SECRET has a value"),
        (
            "templates/processes.yaml",
            "{ secretRef: { name: {{ .Values.secret }} } }",
            "",
            "the processes read no secret",
        ),
        ("templates/config.yaml", "name: parom-config", "name: config", "the processes' configuration is missing"),
        ("config.toml", "https://parom.example", "https://other.example", "public_url is not the host of the route"),
        (".helmignore", "secrets.env*", "", "a packed chart would have secrets in it"),
        ("Chart.yaml", "version: 0.1.0", "version: 0.0.9", "Chart.yaml: the release is"),
    ] {
        let (well, said) = checked(&python, |root| edit(&root.join("deploy/kubernetes").join(file), from, to)).await;
        assert!(!well && said.contains(words), "{file} {from}: {said}");
    }
}

// What `deploy/release` packs. A small program takes the place of the binary; `deploy/try-package` uses the real one.

/// The release that is packed.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A program that prints what `parom --version` prints and writes one page for `parom man --out DIR`, made by the compiler that
/// Rust links with.
async fn stand_in(folder: &Path, version: &str) -> PathBuf {
    let (source, binary) = (folder.join("stand_in.c"), folder.join("stand_in"));
    let program = format!(
        r#"#include <stdio.h>
#include <string.h>
int main(int count, char **words) {{
    if (count == 4 && !strcmp(words[1], "man")) {{
        char path[4096];
        snprintf(path, sizeof path, "%s/parom.1", words[3]);
        FILE *page = fopen(path, "w");
        return !page || fputs(".TH parom 1\n", page) < 0 || fclose(page);
    }}
    puts("parom {version}");
    return 0;
}}
"#
    );
    std::fs::write(&source, program).unwrap();
    said(Command::new("cc").arg(&source).arg("-o").arg(&binary)).await;
    binary
}

/// What a command prints, which must succeed.
async fn said(command: &mut Command) -> String {
    let done = command.output().await.unwrap();
    let (out, errors) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{command:?}: {out}{errors}");
    out.into_owned()
}

/// Runs `deploy/release` of a tree.
async fn release(tree: &Path, binary: &Path, out: &Path) -> (bool, String) {
    let mut command = Command::new(tree.join("deploy/release"));
    command.arg("--binary").arg(binary).arg("--out").arg(out).env("SOURCE_DATE_EPOCH", "1795000000");
    let done = command.output().await.unwrap();
    (done.status.success(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}

#[tokio::test]
async fn a_release_that_breaks_a_promise_is_refused() {
    let Some(_) = needed("PAROM_TEST_PYTHON") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (right, other) = (folder.path().join("right"), folder.path().join("other"));
    std::fs::create_dir_all(&right).unwrap();
    std::fs::create_dir_all(&other).unwrap();
    let right = stand_in(&right, VERSION).await;
    let other = stand_in(&other, "9.9.9").await;
    let script = root().join("deploy/check");
    let (file, changes, defaults) = ("deploy/release", "CHANGELOG.md", "server/config.default.toml");
    let (dated, other_date) = (format!("\n## {VERSION} –"), "\n## 9.9.9 –");
    for (binary, file, from, to, words) in [
        (&other, file, "", "", "Cargo.toml says"),
        (&script, file, "", "", "is no program of this kind of system"),
        (&right, file, "floor=2.34", "floor=2.1", "the promise is 2.1"),
        (&right, file, r"'libc\.so\.6|", "'", "needs libc.so.6 which not every system has"),
        (&right, changes, dated.as_str(), other_date, "has no section"),
        (&right, defaults, "key_file = \"parom.key\"", "keys = \"parom.key\"", "were renamed"),
    ] {
        let tree = tempfile::tempdir().unwrap();
        said(Command::new("cp").arg("-r").arg(root().join("deploy")).arg(tree.path())).await;
        std::fs::create_dir(tree.path().join("server")).unwrap();
        for name in ["Cargo.toml", changes, defaults] {
            std::fs::copy(root().join(name), tree.path().join(name)).unwrap();
        }
        edit(&tree.path().join(file), from, to);
        let out = tree.path().join("dist");
        let (well, printed) = release(tree.path(), binary, &out).await;
        assert!(!well && printed.contains(words), "{file} {from}: {printed}");
        assert!(!out.exists(), "nothing is packed: {printed}");
    }
}

/// What the README tells a newcomer to fetch is what a release consists of, with the places that it was given.
#[tokio::test]
async fn a_release_has_what_its_readme_names() {
    let Some(_) = needed("PAROM_TEST_PYTHON") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (binary, out) = (stand_in(folder.path(), VERSION).await, folder.path().join("dist"));
    let mut command = Command::new(root().join("deploy/release"));
    command.arg("--binary").arg(&binary).arg("--demo").arg(&binary).arg("--out").arg(&out);
    command.env("PAROM_DOWNLOADS", "https://acme.example/parom").env("PAROM_IMAGE", "acme.example/parom");
    said(&mut command).await;
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let (readme, sums) = (read("README.md"), read("SHA256SUMS"));
    assert!(!readme.contains("$PAROM_"), "{readme}");
    assert!(readme.contains(&format!("acme.example/parom:{VERSION}-demo")), "{readme}");
    let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    for name in [
        format!("parom-demo-{VERSION}-linux-amd64.tar.gz"),
        format!("parom-{VERSION}-linux-amd64.tar.gz"),
        format!("parom_{VERSION}_amd64.deb"),
    ] {
        assert!(readme.contains(&name), "{name}: {readme}");
        let made = name.replace("amd64", machine);
        assert!(sums.contains(&made) && out.join(&made).exists(), "{made}: {sums}");
    }
}

/// The tagged commit is packed only as it was released: dated, with its fixtures frozen, and a binary that names the commit.
#[tokio::test]
async fn a_tagged_commit_that_is_no_release_is_refused() {
    let Some(_) = needed("PAROM_TEST_PYTHON") else { return };
    let folder = tempfile::tempdir().unwrap();
    let nameless = stand_in(folder.path(), VERSION).await;
    let tree = folder.path().join("tree");
    let frozen = tree.join("tests/it/upgrade");
    std::fs::create_dir_all(&frozen).unwrap();
    std::fs::write(frozen.join("released.sha256"), "").unwrap();
    std::fs::write(tree.join("CHANGELOG.md"), format!("# Changelog\n\n## {VERSION} – not released yet\n")).unwrap();
    std::fs::copy(root().join("Cargo.toml"), tree.join("Cargo.toml")).unwrap();
    said(Command::new("cp").arg("-r").arg(root().join("deploy")).arg(&tree)).await;
    let git = async |words: &[&str]| {
        let named = ["-c", "user.name=Anna", "-c", "user.email=anna@parom.example"];
        said(Command::new("git").arg("-C").arg(&tree).args(named).args(words)).await;
    };
    git(&["init", "--quiet"]).await;
    git(&["commit", "--quiet", "--allow-empty", "--message", "The release"]).await;
    git(&["tag", "--annotate", "--message", "Parom", &format!("v{VERSION}")]).await;
    let out = folder.path().join("dist");
    let refused = async |words: &str| {
        let (well, printed) = release(&tree, &nameless, &out).await;
        assert!(!well && printed.contains(words), "{words}: {printed}");
    };
    refused("has no date").await;
    edit(&tree.join("CHANGELOG.md"), "not released yet", "25 November 2026");
    refused("does not have its fixtures").await;
    std::fs::write(frozen.join("released.sha256"), format!("00  {VERSION}.sqlite.sql\n")).unwrap();
    refused("does not name its commit").await;
    let named = stand_in(folder.path(), &format!("{VERSION} (0123456789ab)")).await;
    // Nothing more is asked of a tag: what is missing next is in the tree of this test alone.
    let (_, printed) = release(&tree, &named, &out).await;
    assert!(printed.contains("the floor is"), "{printed}");
}

/// The nightly backup keeps the newest ones, and removes none for a damaged one.
#[tokio::test]
async fn backups_are_verified_and_the_oldest_removed() {
    let folder = tempfile::tempdir().unwrap();
    let (programs, backups) = (folder.path().join("programs"), folder.path().join("backups"));
    std::fs::create_dir_all(&programs).unwrap();
    let parom = programs.join("parom");
    std::fs::write(&parom, "#!/bin/sh\ncase $2 in create) mkdir -p \"$3\" ;; verify) exit \"$DAMAGED\" ;; esac\n")
        .unwrap();
    said(Command::new("chmod").arg("755").arg(&parom)).await;
    for day in 1..=16 {
        std::fs::create_dir_all(backups.join(format!("2020-01-{day:02}T03-30-00Z"))).unwrap();
    }
    std::fs::create_dir_all(backups.join("of another program")).unwrap();
    let path = format!("{}:/usr/bin:/bin", programs.display());
    let run = async |damaged: &str| {
        let mut command = Command::new(root().join("deploy/backup"));
        command.arg(&backups).env("PATH", &path).env("DAMAGED", damaged);
        command.output().await.unwrap().status.success()
    };
    let names = || {
        let mut names: Vec<String> = std::fs::read_dir(&backups)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert!(!run("1").await, "a damaged one is a failure");
    let after = names();
    assert_eq!(after.len(), 18, "{after:?}");
    assert!(after.iter().any(|name| name.starts_with("damaged-")), "{after:?}");

    assert!(run("0").await);
    let after = names();
    let kept: Vec<&String> = after.iter().filter(|name| name.starts_with("20")).collect();
    assert_eq!(kept.len(), 14, "{after:?}");
    assert_eq!(kept[0], "2020-01-04T03-30-00Z", "the oldest go first: {after:?}");
    assert!(after.contains(&"of another program".to_owned()), "{after:?}");
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// docs/operations.md, "Point-in-time recovery": by hand what `parom backup restore` does by itself.
#[test]
fn the_statement_after_a_recovery_is_the_one_of_a_restore() {
    let page = read("docs/operations.md");
    let section = page.split("\n### ").find(|section| section.starts_with("Point-in-time recovery\n")).unwrap();
    assert!(section.contains(&format!("psql parom -c '{ALL_PERHAPS_DELIVERED}'")), "{section}");
}
