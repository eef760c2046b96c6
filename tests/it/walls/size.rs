//! How long a file may be.

use std::collections::BTreeMap;

use super::read::{members, root, rust_files, short};

/// No file is longer.
const MOST: usize = 400;
/// A file that is longer is on the list.
const USUAL: usize = 300;

/// Files beyond the usual length, with the length that they had when they were listed. The list only shrinks: a new
/// file is divided instead, and one that has become shorter leaves it.
const LONG: &[(&str, usize)] = &[
    ("base/src/fault.rs", 309),
    ("server/src/import/take_in.rs", 325),
    ("base/src/spool/tests.rs", 315),
    ("tests/it/browser/hostile.rs", 365),
    ("tests/it/browser/site_chat.rs", 322),
    ("tests/it/conformance/cells.rs", 335),
    ("tests/it/install.rs", 309),
    ("tests/src/people.rs", 312),
];

/// What is wrong with files of these lengths.
fn wrong(lengths: &BTreeMap<String, usize>, listed: &[(&str, usize)]) -> Vec<String> {
    let listed: BTreeMap<&str, usize> = listed.iter().copied().collect();
    let mut wrong = Vec::new();
    for (file, lines) in lengths {
        match listed.get(file.as_str()) {
            _ if *lines > MOST => wrong.push(format!("{file} has {lines} lines, more than {MOST}: divide it")),
            Some(before) if lines > before => {
                wrong.push(format!("{file} grew from {before} to {lines} lines: divide it"))
            }
            Some(_) if *lines <= USUAL => wrong.push(format!("{file} has {lines} lines: take it off the list")),
            None if *lines > USUAL => wrong.push(format!("{file} has {lines} lines, more than {USUAL}: divide it")),
            _ => {}
        }
    }
    let gone = listed.keys().filter(|file| !lengths.contains_key(**file));
    wrong.extend(gone.map(|file| format!("{file} is gone: take it off the list")));
    wrong
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
    let wrong = wrong(&lengths, LONG);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_violation_is_found() {
    let listed = [("a.rs", 320), ("b.rs", 320), ("c.rs", 320), ("gone.rs", 350)];
    let lengths = [("a.rs", 320), ("b.rs", 321), ("c.rs", 300), ("new.rs", 301), ("short.rs", 300), ("huge.rs", 401)];
    let lengths = lengths.map(|(file, lines)| (file.to_owned(), lines)).into();
    let found = wrong(&lengths, &listed);
    let named: Vec<&str> = found.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(named, ["b.rs", "c.rs", "huge.rs", "new.rs", "gone.rs"]);
}
