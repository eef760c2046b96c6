//! Checks that a binary is the one that operators get.

use std::path::Path;

use anyhow::Context;

/// A text that only a server without fault points contains (`base::fault`).
const WITHOUT: &[u8] = b"but this build has no fault points";

/// Refuses a server with fault points (cargo feature `faults`): a build of the whole workspace has them, and its figures
/// are not the product's.
pub fn check(binary: &Path) -> anyhow::Result<()> {
    let bytes = std::fs::read(binary).with_context(|| format!("the server {}", binary.display()))?;
    anyhow::ensure!(
        is_product(&bytes),
        "{} is built with fault points, as a build of the whole workspace makes it; make the product: \
         cargo build --release -p parom-cli",
        binary.display()
    );
    Ok(())
}

fn is_product(binary: &[u8]) -> bool {
    binary.windows(WITHOUT.len()).any(|part| part == WITHOUT)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario C11: the text is contained in the server, and only in one without fault points.
    #[test]
    fn c11_a_server_with_fault_points_is_told_from_the_product() {
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
