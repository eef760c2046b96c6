//! Styles that nothing has any more, and the weight of those that every page loads.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::pages::texts;
use super::read::root;

/// What every page of panel and admin loads, and how much of it there may be.
const EVERYWHERE: [&str; 3] = ["base.css", "parts.css", "pages.css"];
const MOST: u64 = 46_200;

/// Beginnings of classes and ids whose ends are known only when a page is drawn.
const DRAWN: &[&str] = &["f-", "heat-", "is-", "s-", "t-"];

fn is_word(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || "-_".contains(sign)
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|sign| !is_word(sign)).filter(|word| !word.is_empty()).collect()
}

/// The classes and ids that a style names, without comments, values and addresses.
fn named(style: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for part in style.split("*/").map(|part| part.split("/*").next().unwrap_or_default()) {
        for selector in part.split('{').map(|rule| rule.rsplit('}').next().unwrap_or_default()) {
            for (at, _) in selector.match_indices(['.', '#']) {
                let name = selector[at + 1..].split(|sign| !is_word(sign)).next().unwrap_or_default();
                found.extend(name.starts_with(|first: char| first.is_ascii_alphabetic()).then_some(name));
            }
        }
    }
    found
}

#[test]
fn every_style_belongs_to_something_that_a_page_has() {
    let is_drawing = |path: &&PathBuf| {
        let inside = path.strip_prefix(root()).unwrap();
        let is_code = ["html", "js", "rs"].iter().any(|kind| path.extension().is_some_and(|one| one == *kind));
        is_code && ["templates", "pages", "base", "domain"].iter().any(|top| inside.starts_with(top))
    };
    let all: String = texts().iter().filter(is_drawing).map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let known = words(&all);
    for folder in ["panel", "admin"] {
        for entry in std::fs::read_dir(root().join("pages/assets").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|kind| kind == "css") {
                let style = std::fs::read_to_string(&path).unwrap();
                let is_left = |name: &&str| !known.contains(name) && !DRAWN.iter().any(|drawn| name.starts_with(drawn));
                let left: Vec<_> = named(&style).into_iter().filter(is_left).collect();
                assert!(left.is_empty(), "{}: nothing has {left:?}", path.display());
            }
        }
    }
}

#[test]
fn what_every_page_loads_stays_small() {
    let size = |name: &str| std::fs::metadata(root().join("pages/assets/panel").join(name)).unwrap().len();
    let bytes: u64 = EVERYWHERE.into_iter().map(size).sum();
    assert!(bytes <= MOST, "{bytes} bytes of styles");
}
