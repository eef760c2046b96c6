//! What `deploy/release` packs. A small program takes the place of the binary; `deploy/try-package` uses the real one.

use std::path::{Path, PathBuf};

use base::config::Config;
use parom_tests::needed::needed;
use tokio::process::Command;

use super::edit;
use crate::walls::read::root;

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

/// Mode, owner and path of each line of `dpkg-deb --contents`.
fn entries(listed: &str) -> Vec<(&str, &str, &str)> {
    let mut entries = Vec::new();
    for line in listed.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let [mode, owner, .., path] = words[..] {
            entries.push((mode, owner, path));
        }
    }
    entries
}

#[tokio::test]
async fn has_what_the_page_promises() {
    let Some(_) = needed("PAROM_TEST_PYTHON") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    let binary = stand_in(folder.path(), &format!("{VERSION} (0123456789ab)")).await;
    for out in [&first, &second] {
        let (well, printed) = release(&root(), &binary, out).await;
        assert!(well && printed.contains("glibc"), "{printed}");
    }
    let sums = std::fs::read_to_string(first.join("SHA256SUMS")).unwrap();
    assert_eq!(
        sums,
        std::fs::read_to_string(second.join("SHA256SUMS")).unwrap(),
        "the same input gives the same bytes"
    );
    let (deb, archive) = (format!("parom_{VERSION}_amd64.deb"), format!("parom-{VERSION}-linux-amd64"));
    let packed = format!("{archive}.tar.gz");
    for name in ["parom", &deb, &packed, &format!("parom-{VERSION}.cdx.json"), "CHANGELOG.md"] {
        assert!(sums.lines().any(|line| line.ends_with(&format!("  {name}"))), "{name} has no checksum: {sums}");
    }
    said(Command::new("sha256sum").args(["--check", "--strict", "SHA256SUMS"]).current_dir(&first)).await;

    let package = first.join(&deb);
    let listed = said(Command::new("dpkg-deb").arg("--contents").arg(&package)).await;
    let entries = entries(&listed);
    assert!(entries.iter().all(|(_, owner, _)| *owner == "root/root"), "{listed}");
    for (mode, path) in [
        ("-rwxr-xr-x", "./usr/bin/parom"),
        ("drwxr-x---", "./etc/parom/"),
        ("-rw-r-----", "./etc/parom/parom.toml"),
        ("-rwxr-xr-x", "./usr/libexec/parom/backup"),
        ("-rw-r--r--", "./usr/share/bash-completion/completions/parom"),
        ("-rw-r--r--", "./usr/share/zsh/vendor-completions/_parom"),
        ("-rw-r--r--", "./usr/share/fish/vendor_completions.d/parom.fish"),
        ("-rw-r--r--", "./usr/share/man/man1/parom.1.gz"),
        ("-rw-r--r--", "./usr/share/doc/parom/operations.md"),
        ("-rw-r--r--", "./usr/share/doc/parom/runbook.md"),
        ("-rw-r--r--", "./usr/share/doc/parom/parom.cdx.json.gz"),
        ("-rw-r--r--", "./usr/share/doc/parom/examples/Caddyfile.machine"),
        ("-rw-r--r--", "./usr/share/doc/parom/examples/prometheus.yaml"),
        ("-rw-r--r--", "./usr/share/doc/parom/examples/alerts.yaml"),
    ] {
        assert!(entries.iter().any(|(m, _, p)| (*m, *p) == (mode, path)), "no {path} with {mode}: {listed}");
    }
    // Every unit is there, and every program that one starts.
    let mut programs = 0;
    for unit in std::fs::read_dir(root().join("deploy/systemd")).unwrap() {
        let unit = unit.unwrap();
        let path = format!("./usr/lib/systemd/system/{}", unit.file_name().to_str().unwrap());
        assert!(entries.iter().any(|(_, _, p)| *p == path), "no {path}: {listed}");
        let text = std::fs::read_to_string(unit.path()).unwrap();
        for program in text.lines().filter_map(|line| line.strip_prefix("ExecStart=")?.split(' ').next()) {
            programs += 1;
            assert!(entries.iter().any(|(_, _, p)| *p == format!(".{program}")), "{path} starts {program}: {listed}");
        }
    }
    assert_eq!(programs, 2);

    let conffiles = said(Command::new("dpkg-deb").arg("--info").arg(&package).arg("conffiles")).await;
    assert_eq!(conffiles, "/etc/parom/parom.toml\n");
    let depends = said(Command::new("dpkg-deb").arg("--field").arg(&package).arg("Depends")).await;
    assert_eq!(depends, "adduser, ca-certificates, libc6 (>= 2.34), libgcc-s1\n");
    for script in ["postinst", "prerm", "postrm"] {
        said(Command::new("dpkg-deb").arg("--info").arg(&package).arg(script)).await;
    }
    the_configuration_is_the_default(&package, folder.path()).await;

    let inside = said(Command::new("tar").arg("--list").arg("--file").arg(first.join(&packed))).await;
    for name in [
        "parom",
        "parom.toml",
        "LICENSE",
        "backup",
        "systemd/parom@.service",
        "completions/parom.bash",
        "man/parom.1",
        "docs/operations.md",
    ] {
        let path = format!("{archive}/{name}");
        assert!(inside.lines().any(|line| line == path), "no {path}: {inside}");
    }
}

/// Every setting is in it and commented out, but for four paths, which do not depend on the folder of the caller.
async fn the_configuration_is_the_default(package: &Path, folder: &Path) {
    let extracted = folder.join("extracted");
    said(Command::new("dpkg-deb").arg("--extract").arg(package).arg(&extracted)).await;
    let text = std::fs::read_to_string(extracted.join("etc/parom/parom.toml")).unwrap();
    Config::from_toml(&text).expect("the server reads it");
    let set: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '['])).collect();
    let wanted = [
        "url = \"sqlite:///var/lib/parom/parom.db\"",
        "key_file = \"/var/lib/parom/parom.key\"",
        "dir = \"/var/lib/parom/media\"",
        "dir = \"/var/lib/parom/spool\"",
    ];
    assert_eq!(set, wanted);
    let default = std::fs::read_to_string(root().join("server/config.default.toml")).unwrap();
    let body = default.split_once("\n[server]").unwrap().1;
    let keys = body.lines().filter_map(|line| line.trim_start_matches('#').split_once(" = ")).map(|(key, _)| key);
    let keys: Vec<&str> = keys.filter(|key| !key.contains(' ')).collect();
    assert!(keys.len() > 80, "{keys:?}");
    for key in keys {
        let there = |line: &str| line.trim_start_matches('#').starts_with(&format!("{key} = "));
        assert!(text.lines().any(there), "{key} is missing");
    }
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
