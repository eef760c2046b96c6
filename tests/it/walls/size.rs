//! How long a file may be.

use std::collections::BTreeMap;

use super::read::{members, root, rust_files, short};

/// No file is longer: a file is an idea, and one this long is several.
const MOST: usize = 600;

/// The files that are too long.
fn long(lengths: &BTreeMap<String, usize>) -> Vec<String> {
    let long = lengths.iter().filter(|(_, lines)| **lines > MOST);
    long.map(|(file, lines)| format!("{file} has {lines} lines, more than {MOST}: divide it")).collect()
}

#[test]
fn no_file_is_too_long() {
    let mut lengths = BTreeMap::new();
    for member in members() {
        for path in rust_files(&root().join(member)) {
            if !path.components().any(|part| part.as_os_str() == "target" || part.as_os_str() == "node_modules") {
                lengths.insert(short(&path), std::fs::read_to_string(&path).unwrap().lines().count());
            }
        }
    }
    assert!(lengths.len() > 1_000, "the files are found");
    let long = long(&lengths);
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn a_long_file_is_found() {
    let lengths = [("short.rs", 600), ("huge.rs", 601)].map(|(file, lines)| (file.to_owned(), lines)).into();
    assert_eq!(long(&lengths), ["huge.rs has 601 lines, more than 600: divide it"]);
}
