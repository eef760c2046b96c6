//! The ways of a message are short and mirror each other: each walk of `docs/architecture.md` names at most four files
//! a side, and both sides of the intake have the same ones.

use super::read::root;

/// Files of one side that a walk may name.
const MOST: usize = 4;
/// What both sides of the intake have.
const BOTH: &[&str] = &["mod.rs", "events.rs", "message.rs", "content.rs", "route.rs", "typing_reactions.rs"];

/// The files below a folder of the server that a text names with their path, each once.
fn named(text: &str, folder: &str) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    for name in text.split('`').skip(1).step_by(2).filter(|name| name.starts_with(folder) && name.ends_with(".rs")) {
        if !named.iter().any(|known| known == name) {
            named.push(name.to_owned());
        }
    }
    named
}

/// The numbered steps of a walk.
fn steps(page: &str, walk: &str) -> String {
    let from = page.split(&format!("## {walk}: ")).nth(1).unwrap_or_else(|| panic!("{walk} is missing"));
    let to = from.split("\n## ").next().unwrap_or_default();
    let is_step = |part: &&str| part.trim_start().starts_with(|c: char| c.is_ascii_digit());
    to.split("\n\n").filter(is_step).collect::<Vec<_>>().join("\n")
}

/// What is wrong with a side of a walk.
fn wrong(files: &[String], is_there: impl Fn(&str) -> bool) -> Vec<String> {
    let mut wrong: Vec<String> =
        files.iter().filter(|file| !is_there(file)).map(|file| format!("{file} is gone")).collect();
    if files.is_empty() || files.len() > MOST {
        wrong.push(format!("{} files: {}", files.len(), files.join(", ")));
    }
    wrong
}

#[test]
fn a_code_walk_names_at_most_four_files_a_side() {
    let page = std::fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    for walk in ["Walk one", "Walk two"] {
        let steps = steps(&page, walk);
        for side in ["intake/", "delivery/"] {
            let files = named(&steps, side);
            let wrong = wrong(&files, |file| root().join("server/src").join(file).is_file());
            assert!(wrong.is_empty(), "{walk}, {side}: {}", wrong.join("; "));
        }
    }
}

#[test]
fn both_sides_of_the_intake_have_the_same_files() {
    for side in ["messenger", "crm"] {
        for file in BOTH {
            let path = root().join("server/src/intake").join(side).join(file);
            assert!(path.is_file(), "{} is missing", path.display());
        }
    }
}

#[test]
fn a_long_walk_and_a_file_that_is_gone_are_found() {
    let page = "## Walk one: a walk\n\n1. `intake/a.rs`, `intake/b.rs`, `intake/a.rs`\n2. `intake/c.rs` and `queue/x.rs`\n\nBeside it `intake/z.rs`.\n\n## Walk two: other\n";
    let files = named(&steps(page, "Walk one"), "intake/");
    assert_eq!(files, ["intake/a.rs", "intake/b.rs", "intake/c.rs"]);
    assert!(wrong(&files, |_| true).is_empty());
    assert_eq!(wrong(&files, |file| file != "intake/b.rs"), ["intake/b.rs is gone"]);
    let five = ["a", "b", "c", "d", "e"].map(str::to_owned);
    assert_eq!(wrong(&five, |_| true), ["5 files: a, b, c, d, e"]);
}
