//! The code of the product, for tests that hold texts and metrics against it.

use std::path::{Path, PathBuf};

/// The crates that write texts, or choose their keys.
pub const CRATES: [&str; 7] = ["base", "queue", "connectors", "domain", "pages", "server", "cli"];

/// The Rust files of these crates' `src`, with their contents.
pub fn rust_files() -> Vec<(PathBuf, String)> {
    let mut folders: Vec<PathBuf> = CRATES.map(|name| root().join(name).join("src")).into();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                files.push((path, text));
            }
        }
    }
    files
}

/// The folder of the workspace.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
