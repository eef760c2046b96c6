//! Links of Markdown lead to files and headings that are there, and so does the name of every page in a text.

use std::path::{Path, PathBuf};

use super::pages::{Section, prose, sections, texts};
use super::read::{root, short};

/// Addresses that lead out of the repository.
const OUTSIDE: &[&str] = &["http://", "https://", "mailto:"];

/// Where the links of a line lead, without those in code.
fn links(line: &str) -> Vec<String> {
    let words = line.split('`').step_by(2).collect::<String>();
    let targets = words.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    targets.filter(|target| !OUTSIDE.iter().any(|outside| target.starts_with(outside))).map(str::to_owned).collect()
}

/// The Markdown files that a line names in words, each with its anchor.
fn mentions(line: &str) -> Vec<&str> {
    let outside = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '/' | '.' | '-' | '_' | ':' | '#');
    let words = line.split(outside).map(|word| word.trim_end_matches(['.', ':', '#']));
    let file = |word: &str| word.split('#').next().is_some_and(|file| file.len() > 3 && file.ends_with(".md"));
    words.filter(|word| file(word) && !word.contains("://")).collect()
}

/// What is wrong with a link from a file of this folder. `file`: what an empty path means.
fn fault(target: &str, folder: &Path, file: &Path) -> Option<String> {
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let path = if path.is_empty() { file.to_owned() } else { folder.join(path) };
    if !path.exists() {
        return Some(format!("{target}: no such file"));
    }
    let anchor = anchor.filter(|_| path.extension().is_some_and(|extension| extension == "md"))?;
    let text = std::fs::read_to_string(&path).unwrap();
    let there = sections(&text).iter().map(Section::anchor).any(|there| there == anchor);
    (!there).then(|| format!("{target}: no such heading"))
}

/// From where the name of a page is to be read: from its file, the root or `docs/`.
fn folder_of(name: &str, file: &Path) -> PathBuf {
    let path = name.split('#').next().unwrap_or_default();
    let folders = [root(), root().join("docs"), file.parent().unwrap().to_owned()];
    folders.into_iter().find(|folder| folder.join(path).exists()).unwrap_or_else(root)
}

/// What of a line of code may name a page: its comment.
fn comment(line: &str) -> &str {
    let mut signs = line.match_indices("//").filter(|(at, _)| !line[..*at].ends_with(':'));
    signs.next().map_or("", |(at, _)| &line[at..])
}

/// A line without where its links lead.
fn unlinked(line: &str) -> String {
    let mut parts = line.split("](");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "] " + part.split_once(')').map_or("", |(_, rest)| rest))
}

fn faults(text: &str, file: &Path) -> Vec<String> {
    let is = |kind: &str| file.extension().is_some_and(|extension| extension == kind);
    let mut found = Vec::new();
    if is("md") {
        let folder = file.parent().unwrap();
        for (number, line) in prose(text) {
            let faults = links(line).into_iter().filter_map(|target| fault(&target, folder, file));
            found.extend(faults.map(|fault| format!("{number}: {fault}")));
        }
    }
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| line.contains(".md")) {
        let line = if is("rs") { comment(line).to_owned() } else { unlinked(line) };
        let faults = mentions(&line).into_iter().filter_map(|name| fault(name, &folder_of(name, file), file));
        found.extend(faults.map(|fault| format!("{number}: {fault}")));
    }
    found
}

#[test]
fn every_link_leads_somewhere() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for path in texts() {
        let text = std::fs::read_to_string(&path).unwrap();
        seen += text.lines().map(|line| links(line).len() + mentions(line).len()).sum::<usize>();
        wrong.extend(faults(&text, &path).into_iter().map(|fault| format!("{}:{fault}", short(&path))));
    }
    assert!(seen > 200, "the texts are read: {seen}");
    assert!(wrong.is_empty(), "links that lead nowhere:\n{}", wrong.join("\n"));
}

/// Where the paths of `docs/architecture.md` are to be read from: the root, or the modules of server or base.
const FOLDERS: &[&str] = &["", "server/src", "base/src"];

/// The files and folders that a page names in backticks and that are not there.
fn paths_that_are_gone(page: &str) -> Vec<&str> {
    let names = page.split('`').skip(1).step_by(2).filter(|name| name.contains('/') && !name.contains([' ', '{', '*']));
    let files = names.filter(|name| name.ends_with(".rs") || name.ends_with('/'));
    files.filter(|name| !FOLDERS.iter().any(|folder| root().join(folder).join(name).exists())).collect()
}

#[test]
fn the_files_of_the_architecture_are_there() {
    let page = std::fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    assert!(page.matches(".rs`").count() > 20, "the walks name files");
    assert_eq!(paths_that_are_gone(&page), Vec::<&str>::new());
    assert_eq!(paths_that_are_gone("`base/` and `intake/gone.rs`, `POST /a/{id}/`"), ["intake/gone.rs"]);
}

#[test]
fn links_that_lead_nowhere_are_noticed() {
    let page = root().join("docs/operations.md");
    for good in [
        "[a](architecture.md), ![b](images/widget.png) and [c](#files)",
        "[a](architecture.md#where-things-live) [b](../README.md) [c](protocol/)",
        "[a](https://example.com/nowhere.md) and `[b](nowhere)`",
        "```\n[a](nowhere)\n```",
        "as docs/architecture.md#where-things-live. says, and docs/operations.md.",
        "operations.md, \u{201c}architecture.md\u{201d} and ../README.md; `*.md`, https://example.com/nowhere.md",
    ] {
        assert_eq!(faults(good, &page), Vec::<String>::new(), "{good}");
    }
    for (bad, told) in [
        ("\n[a](nowhere.md)", "2: nowhere.md: no such file"),
        ("![a](images/nowhere.png)", "1: images/nowhere.png: no such file"),
        ("[a](architecture.md#nowhere)", "1: architecture.md#nowhere: no such heading"),
        ("[a](#nowhere)", "1: #nowhere: no such heading"),
        ("`docs/nowhere.md`", "1: docs/nowhere.md: no such file"),
        ("(docs/architecture.md#nowhere).", "1: docs/architecture.md#nowhere: no such heading"),
    ] {
        assert_eq!(faults(bad, &page), [told], "{bad}");
    }
    let code = root().join("tests/it/main.rs");
    let line = |text: &str| faults(&text.replace('$', ".md"), &code);
    assert_eq!(line("let a = 1; // see nowhere$ and docs/kinds$"), [format!("1: nowhere{}: no such file", ".md")]);
    assert_eq!(line("let page = \"docs/nowhere$\";"), Vec::<String>::new(), "a string is no reference");
}
