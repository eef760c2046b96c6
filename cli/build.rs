//! What `parom --version` says: the release, and the commit that the binary was built from – `PAROM_COMMIT`, else the one
//! that this source tree has checked out. A tree without git names none, and so does a development build: it would be
//! compiled again after each commit.

#![expect(clippy::disallowed_methods, reason = "a build script is told by variables")]

use std::env::var;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-env-changed=PAROM_COMMIT");
    println!("cargo::rerun-if-changed=build.rs");
    let given = var("PAROM_COMMIT").ok().filter(|commit| !commit.is_empty());
    let is_development = var("PROFILE").is_ok_and(|profile| profile == "debug");
    let commit = given.or_else(|| if is_development { None } else { checked_out() }).unwrap_or_default();
    let release = var("CARGO_PKG_VERSION").unwrap_or_default();
    let version = match commit.as_str() {
        "" if is_development => format!("{release} (development build)"),
        "" => release,
        commit => format!("{release} ({commit})"),
    };
    println!("cargo::rustc-env=PAROM_VERSION={version}");
    println!("cargo::rustc-env=PAROM_COMMIT={commit}");
}

/// The commit of the work tree that this folder belongs to, if its root is ours.
fn checked_out() -> Option<String> {
    if git(&["rev-parse", "--show-prefix"])? != "cli/" {
        return None;
    }
    // Its log changes with each commit and each switch of branches.
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"]).filter(|log| Path::new(log).exists());
    println!("cargo::rerun-if-changed={}", log?);
    git(&["rev-parse", "--short=12", "HEAD"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let done = Command::new("git").args(arguments).output().ok().filter(|done| done.status.success())?;
    Some(String::from_utf8(done.stdout).ok()?.trim().to_owned())
}
