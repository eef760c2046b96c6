//! The pages in `docs/` and the README: links lead somewhere, and a Russian page has the steps of its English one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::walls::read::root;

/// Russian pages of a few sections of their English ones, with these sections.
const PARTS: [(&str, &[&str]); 1] = [(
    "operations.md",
    &["Operations", "Start", "On a machine, for good", "Upgrade", "The database", "Backups", "The key"],
)];

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn pages() -> Vec<PathBuf> {
    let in_folder = |folder: &str| {
        let entries = std::fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.extension().is_some_and(|ending| ending == "md")).collect::<Vec<_>>()
    };
    [
        "",
        "docs",
        "docs/ru",
        "docs/decisions",
        "docs/protocol",
        "deploy",
        "examples",
        "locales",
        "simulator",
        "widget",
        "amocrm",
    ]
    .into_iter()
    .flat_map(in_folder)
    .collect()
}

/// Lines outside of code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        !in_code && !is_fence
    })
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let (signs, title) = line.split_once(' ')?;
    let is_heading = !signs.is_empty() && signs.chars().all(|sign| sign == '#');
    is_heading.then_some((signs.len(), title))
}

/// A heading's anchor, as GitHub makes it.
fn anchor(title: &str) -> String {
    let kept = title.to_lowercase().replace(' ', "-");
    kept.chars().filter(|sign| sign.is_alphanumeric() || "-_".contains(*sign)).collect()
}

fn anchors(text: &str) -> BTreeSet<String> {
    prose(text).filter_map(heading).map(|(_, title)| anchor(title)).collect()
}

/// Targets of `[…](target)` on a line, without those in code.
fn links(line: &str) -> Vec<&str> {
    let outside = line.split('`').step_by(2);
    outside.flat_map(|part| part.split("](").skip(1)).filter_map(|rest| Some(rest.split_once(')')?.0)).collect()
}

#[test]
fn every_link_leads_to_a_page_and_its_section() {
    let mut broken = Vec::new();
    let mut followed = 0;
    for page in pages() {
        let text = read(&page);
        for link in prose(&text).flat_map(links).filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
            followed += 1;
            let (file, section) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            let is_section = || target.is_dir() || anchors(&read(&target)).contains(section);
            if !target.exists() || (!section.is_empty() && !is_section()) {
                broken.push(format!("{}: {link}", page.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(followed > 250, "the pages are read: {followed}");
    assert!(broken.is_empty(), "{broken:#?}");
}

/// What translations have in common, by section: its depth, steps, items, rows of tables, pieces of code and pictures.
#[derive(Debug, Default, PartialEq, Eq)]
struct Shape {
    depth: usize,
    steps: usize,
    items: usize,
    rows: usize,
    code: usize,
    pictures: usize,
}

/// The shapes of a page's sections, with their titles.
fn shapes(text: &str) -> Vec<(&str, Shape)> {
    let mut found: Vec<(&str, Shape)> = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        let (begins, line) = (line.starts_with(|sign: char| !sign.is_whitespace()), line.trim_start());
        if line.starts_with("```") {
            in_code = !in_code;
            found.last_mut().unwrap().1.code += usize::from(in_code);
            continue;
        }
        if in_code {
            continue;
        }
        if let Some((depth, title)) = heading(line) {
            found.push((title, Shape { depth, ..Shape::default() }));
            continue;
        }
        let Some((_, shape)) = found.last_mut() else { continue };
        let is_step = line.split_once(". ").is_some_and(|(number, _)| number.parse::<u8>().is_ok());
        shape.steps += usize::from(begins && is_step);
        shape.items += usize::from(begins && (line.starts_with("- ") || line.starts_with("* ")));
        shape.rows += usize::from(line.starts_with('|'));
        shape.pictures += line.matches("![").count();
    }
    found
}

#[test]
fn russian_pages_have_the_steps_of_the_english_ones() {
    let folder = root().join("docs/ru");
    let mut compared = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let english = if name == "README.md" { root().join(name) } else { root().join("docs").join(name) };
        let (english, russian) = (read(&english), read(&path));
        let part = PARTS.iter().find(|(page, _)| *page == name).map(|(_, sections)| *sections);
        let mut wanted = shapes(&english);
        wanted.retain(|(title, _)| part.is_none_or(|sections| sections.contains(title)));
        let found = shapes(&russian);
        let titles = |shapes: &[(&str, Shape)]| shapes.iter().map(|(title, _)| (*title).to_owned()).collect::<Vec<_>>();
        assert_eq!(found.len(), wanted.len(), "{name}: {:#?}", (titles(&wanted), titles(&found)));
        for ((title, wanted), (own, found)) in wanted.iter().zip(&found) {
            assert_eq!(found, wanted, "docs/ru/{name}: “{own}” is not as “{title}”");
        }
        compared += 1;
    }
    assert!(compared >= 8, "{compared}");
}
