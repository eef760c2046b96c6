//! Which module may know which, and that no way leads from a module back to itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::arrows::arrows;
use super::read::{SERVER, code, members, paths, root, rust_files, short};
use super::{CLI, modules_of, server_modules};

/// They wire the modules together and know all of them.
const WIRING: &[&str] = &["app", "lib", "routes", "server"];

/// How a file of the server names modules of its own crate and of those below.
fn server_paths(file: &Path) -> &'static [&'static str] {
    let floor = SERVER.iter().position(|member| file.starts_with(root().join(member))).unwrap_or(0);
    &["crate::", "domain::", "pages::"][..=floor]
}

/// The modules of a folder that a file of it names: from the crate's root, as paths that begin with `from_root`, and by
/// `super::`. `inside`: where the file is in the folder.
fn tops(code: &str, from_root: &str, inside: &Path) -> BTreeSet<String> {
    let parts: Vec<&str> = inside.iter().map(|part| part.to_str().unwrap()).collect();
    let here = "super::".repeat(parts.len() - usize::from(parts.last() == Some(&"mod.rs")));
    let named = paths(code, from_root).into_iter().chain(paths(code, &here));
    named.map(|path| path.split("::").next().unwrap_or_default().to_owned()).collect()
}

/// Whether only tests compile a file. The server that a connector's unit tests call may build connectors.
fn is_of_tests(file: &Path) -> bool {
    let inside = file.strip_prefix(root()).unwrap_or(file);
    inside.ends_with("fake.rs") || inside.ends_with("tests.rs") || inside.iter().any(|part| part == "tests")
}

/// What each module of a folder names of the others: from the crate's root, where the folder is `path`, and by `super::`.
fn edges_within(folder: &Path, path: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut edges = BTreeMap::<String, BTreeSet<String>>::new();
    for file in rust_files(folder).into_iter().filter(|file| !is_of_tests(file)) {
        let inside = file.strip_prefix(folder).unwrap();
        let first = inside.iter().next().unwrap().to_str().unwrap();
        if !["mod.rs", "lib.rs", "main.rs"].contains(&first) {
            let named = tops(&code(&file), &format!("crate::{path}"), inside);
            edges.entry(first.trim_end_matches(".rs").to_owned()).or_default().extend(named);
        }
    }
    let modules: BTreeSet<String> = edges.keys().cloned().collect();
    edges.iter_mut().for_each(|(module, named)| named.retain(|other| other != module && modules.contains(other)));
    edges
}

/// Groups of modules that lead to each other.
fn loops(edges: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<BTreeSet<String>> {
    let reached = |from: &String| -> BTreeSet<String> {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(module) = next.pop() {
            next.extend(edges.get(module).into_iter().flatten().filter(|other| seen.insert((*other).clone())));
        }
        seen
    };
    let reached: BTreeMap<&String, BTreeSet<String>> = edges.keys().map(|module| (module, reached(module))).collect();
    let circle = |module: &String| -> BTreeSet<String> {
        reached[module].iter().filter(|other| reached[*other].contains(module)).cloned().collect()
    };
    edges.keys().map(circle).filter(|circle| !circle.is_empty()).collect()
}

/// The loops of a folder and of those in it, each with its folder.
fn loops_below(folder: &Path, path: &str, found: &mut Vec<String>) {
    let circles = loops(&edges_within(folder, path));
    found.extend(circles.iter().map(|circle| format!("{}: {circle:?}", short(folder))));
    for entry in std::fs::read_dir(folder).unwrap() {
        let inner = entry.unwrap().path();
        if inner.is_dir() && inner.file_name().is_some_and(|name| name != "tests") {
            let name = inner.file_name().unwrap().to_str().unwrap();
            loops_below(&inner, &format!("{path}{name}::"), found);
        }
    }
}

#[test]
fn no_folder_has_a_loop_of_files() {
    let mut found = Vec::new();
    for member in members().iter().filter(|member| *member != "tests") {
        loops_below(&root().join(member).join("src"), "", &mut found);
    }
    assert!(found.is_empty(), "merge the files or turn an arrow: {found:#?}");
}

#[test]
fn planted_loops_are_counted_once() {
    let edge = |(from, to): &(&str, &[&str])| ((*from).to_owned(), to.iter().map(|one| (*one).to_owned()).collect());
    let planted: [(&str, &[&str]); 5] =
        [("a", &["b"]), ("b", &["c"]), ("c", &["a", "d"]), ("d", &["e"]), ("e", &["d"])];
    let found = loops(&planted.iter().map(edge).collect());
    let found: Vec<Vec<&str>> = found.iter().map(|circle| circle.iter().map(String::as_str).collect()).collect();
    assert_eq!(found, [vec!["a", "b", "c"], vec!["d", "e"]]);
    let chain: [(&str, &[&str]); 2] = [("a", &["b"]), ("b", &[])];
    assert!(loops(&chain.iter().map(edge).collect()).is_empty());
}

#[test]
fn modules_know_only_whom_they_may() {
    let arrows = arrows();
    let mut broken = Vec::new();
    for (module, files) in server_modules() {
        if WIRING.contains(&module.as_str()) {
            continue;
        }
        let Some(allowed) = arrows.get(module.as_str()) else {
            broken.push(format!("{module} is in no list of this file"));
            continue;
        };
        broken.extend(unknown(&module, &files, server_paths, allowed));
    }
    for files in modules_of(CLI).into_values() {
        broken.extend(unknown(CLI, &files, |_| &["parom::"], &arrows[CLI]));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Paths to modules that are not allowed.
fn unknown(
    module: &str,
    files: &[PathBuf],
    starts: fn(&Path) -> &'static [&'static str],
    allowed: &[&str],
) -> Vec<String> {
    let mut broken = Vec::new();
    for file in files {
        for path in starts(file).iter().flat_map(|start| paths(&code(file), start)) {
            let own = path.split("::").next() == Some(module) || path == "stored_as_small_integer";
            if !own && !allowed.iter().any(|arrow| leads_to(&path, arrow)) {
                broken.push(format!("{}: {module} must not know {path}", short(file)));
            }
        }
    }
    broken
}

/// An arrow that nothing uses would let a wall be crossed unseen.
#[test]
fn every_arrow_is_used() {
    let modules = server_modules();
    for (module, allowed) in arrows().into_iter().filter(|(module, _)| *module != CLI) {
        let Some(files) = modules.get(module) else { panic!("{module} is no module of the server") };
        let named = |file: &PathBuf| -> Vec<String> {
            server_paths(file).iter().flat_map(|start| paths(&code(file), start)).collect()
        };
        let known: BTreeSet<String> = files.iter().flat_map(named).collect();
        for arrow in allowed {
            assert!(known.iter().any(|path| leads_to(path, arrow)), "{module} does not use {arrow}");
        }
    }
}

fn leads_to(path: &str, arrow: &str) -> bool {
    path == arrow || path.starts_with(&format!("{arrow}::"))
}
