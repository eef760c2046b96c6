//! Pages of the documentation and the other texts of the repository, as the tests of references read them.

use std::path::{Path, PathBuf};

use super::read::root;

/// Texts that name sections and pages.
const KINDS: &[&str] = &["css", "ftl", "html", "js", "json", "md", "mjs", "py", "rs", "sql", "toml", "ts", "yaml"];
/// What others made, or the compiler.
const FOREIGN: &[&str] = &["node_modules", "target"];
/// What a server that was tried out here left at the root.
const LEFT: &[&str] = &["media", "shots", "spool"];

/// Every text of the repository.
pub fn texts() -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(&root(), &mut found);
    found.sort();
    found
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let left = LEFT.contains(&name.as_ref()) && folder == root();
        // What a link leads to is read in its own place.
        if left || name.starts_with('.') || FOREIGN.contains(&name.as_ref()) || path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            walk(&path, found);
        } else if KINDS.iter().any(|kind| path.extension().is_some_and(|extension| extension == *kind)) {
            found.push(path);
        }
    }
}

/// The lines of a page with their numbers, except those in fences.
pub fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fence && !fenced
    })
}

/// A heading, and the text below it up to the next one that is not below it.
#[derive(Debug)]
pub struct Section<'a> {
    pub title: &'a str,
    pub lines: Vec<&'a str>,
}

impl Section<'_> {
    /// What the title begins with: `3.4.5`, or one letter of an annex.
    pub fn number(&self) -> Option<&str> {
        let first = self.title.split(' ').next().unwrap_or_default().trim_end_matches('.');
        let digits = !first.is_empty() && first.chars().all(|c| c.is_ascii_digit() || c == '.');
        let letter = first.len() == 1 && first.chars().all(|c| c.is_ascii_uppercase());
        (digits || letter).then_some(first)
    }

    /// By which links name it, as GitHub makes it of the title.
    pub fn anchor(&self) -> String {
        let title = self.title.to_lowercase();
        let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    }
}

/// All sections of a page, those below others too.
pub fn sections(text: &str) -> Vec<Section<'_>> {
    let lines: Vec<&str> = prose(text).map(|(_, line)| line).collect();
    let level = |line: &str| line.chars().take_while(|c| *c == '#').count();
    let heading = |line: &str| level(line) > 0 && line[level(line)..].starts_with(' ');
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| heading(line)) {
        let below = lines[at + 1..].iter().take_while(|next| !heading(next) || level(next) > level(line));
        found.push(Section { title: line[level(line)..].trim(), lines: below.copied().collect() });
    }
    found
}

#[test]
fn sections_have_numbers_anchors_and_what_is_below_them() {
    let text = "# A page\n\n## 3 Sending\none\n### 3.4 `text`, and (more)\ntwo\n```\n# no heading\n```\n## 4. Next\n## A Annex\n";
    let sections = sections(text);
    let numbers: Vec<_> = sections.iter().filter_map(Section::number).collect();
    assert_eq!(numbers, ["A", "3", "3.4", "4", "A"], "the page's own title is not referred to");
    let anchors: Vec<_> = sections.iter().map(Section::anchor).collect();
    assert_eq!(anchors, ["a-page", "3-sending", "34-text-and-more", "4-next", "a-annex"]);
    assert_eq!(sections[1].lines, ["one", "### 3.4 `text`, and (more)", "two"]);
}
