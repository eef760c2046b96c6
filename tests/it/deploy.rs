//! The files of `deploy/`, and what they rely on.

use std::path::Path;

use parom::config::variable;
use parom_tests::Engine;
use parom_tests::drill::{Drill, LIMIT};
use tokio::process::Command;

/// A Python with the packages of the tests; a line says so where there is none.
fn python() -> Option<String> {
    let python = variable("PAROM_TEST_PYTHON");
    if python.is_none() {
        println!("skipped: PAROM_TEST_PYTHON is not set; tests/run installs it and sets it");
    }
    python
}

#[tokio::test]
async fn the_files_are_well() {
    let Some(python) = python() else { return };
    let check = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/check");
    let done = Command::new(python).arg(check).output().await.expect("the check runs");
    assert!(
        done.status.success(),
        "{}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
}

#[tokio::test]
async fn a_socket_that_systemd_holds_refuses_nobody_while_the_process_is_replaced() {
    let Some(python) = python() else { return };
    let drill = Drill::prepare(Engine::Sqlite, Path::new(env!("CARGO_BIN_EXE_parom_faults"))).await.expect("SQLite");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/hand_over.py");
    let mut command = Command::new(python);
    command.arg(script).arg(env!("CARGO_BIN_EXE_parom_faults")).arg(drill.config_file()).kill_on_drop(true);
    let done = tokio::time::timeout(LIMIT, command.output()).await.expect("it ends in time").expect("the script runs");
    let said = String::from_utf8_lossy(&done.stdout);
    let lines: Vec<&str> = said.lines().collect();
    let errors = String::from_utf8_lossy(&done.stderr);
    assert_eq!(lines, ["first 200", "ended 0", "second HTTP/1.1 200 OK"], "{errors}");
    drill.ends_well().await;
}
