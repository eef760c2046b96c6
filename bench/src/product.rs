//! The measured program: the binary that operators get, in a process of its own.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

/// A text that only a server without fault points contains (`base::fault`).
const WITHOUT: &[u8] = b"but this build has no fault points";

/// Where it is.
#[derive(Args, Clone, Debug)]
pub struct Product {
    /// The program `parom`; by default the one beside this program.
    #[arg(long)]
    binary: Option<PathBuf>,
}

impl Product {
    /// Its path; an error unless it is built as operators build it.
    pub fn path(&self) -> anyhow::Result<PathBuf> {
        let binary = match &self.binary {
            Some(binary) => binary.clone(),
            None => std::env::current_exe().context("this program")?.with_file_name("parom"),
        };
        check(&binary)?;
        Ok(binary)
    }
}

/// Refuses a server with fault points (cargo feature `faults`): a build of the whole workspace has them, and its
/// figures are not the product's.
fn check(binary: &Path) -> anyhow::Result<()> {
    let make = "make the product: cargo build --release -p parom-cli";
    let bytes = std::fs::read(binary).with_context(|| format!("no program {} ({make})", binary.display()))?;
    anyhow::ensure!(
        is_product(&bytes),
        "{} is built with fault points, as a build of the whole workspace makes it; {make}",
        binary.display()
    );
    Ok(())
}

fn is_product(binary: &[u8]) -> bool {
    memchr::memmem::find(binary, WITHOUT).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario C11: the text is contained in the server, and only in one without fault points.
    #[test]
    fn c11_a_server_with_fault_points_is_distinguished_from_the_product() {
        let words = std::str::from_utf8(WITHOUT).unwrap();
        let server = include_str!("../../base/src/fault.rs");
        let (without, with) = server.split_once("#[cfg(feature = \"faults\")]\nimpl Faults").unwrap();
        assert!(without.contains(words) && !with.contains(words));
        assert!(is_product(format!("\0{words} (cargo\0").as_bytes()));
        assert!(!is_product(b"walks through a table"));
        // These tests are built with fault points.
        let with_faults = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("parom_faults");
        if with_faults.exists() {
            let refused = check(&with_faults).unwrap_err().to_string();
            assert!(refused.contains("cargo build --release -p parom-cli"), "{refused}");
        }
    }
}
