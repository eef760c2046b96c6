//! Links of Markdown lead to files and headings that are there, and so does the name of every page in a text.

use std::collections::BTreeMap;
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

/// Where the paths of `docs/architecture.md` are to be read from: the root, or the modules of the server or base.
const FOLDERS: &[&str] = &["", "domain/src", "pages/src", "server/src", "base/src"];

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

// Every section that a text names is there: `chats-api §3.4.5` is the heading with this number in
// `docs/protocol/chats-api.md`, and `row 7` behind it a row of that section's table. Several follow each other with
// a comma, "and" or "to". A page of the folder names its own sections without its name; sections of an RFC are its
// own matter.

/// The sign of a section. Written like this, samples of wrong references are none.
const SIGN: char = '\u{a7}';

/// Text between references to one page.
const JOINTS: &[&str] = &[", ", " and ", " to "];

/// Pages by name.
type Pages = BTreeMap<String, String>;

/// Whose section is named.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Owner<'a> {
    Page(&'a str),
    /// A document that is none of ours.
    Elsewhere,
    Nobody,
}

/// A section as a text names it.
struct Named<'a> {
    owner: Owner<'a>,
    number: &'a str,
    row: Option<&'a str>,
}

/// The number at the beginning of a text: digits with points, or one letter. Empty: there is none.
fn number_of(text: &str) -> &str {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let letter = text.chars().take_while(char::is_ascii_alphanumeric).count();
    match text.chars().next() {
        Some(first) if first.is_ascii_uppercase() && letter == 1 => &text[..1],
        _ => text[..digits].trim_end_matches('.'),
    }
}

/// Whose section follows a text: its last word says it.
fn owner<'a>(before: &'a str, pages: &Pages) -> Owner<'a> {
    let Some(before) = before.strip_suffix(' ') else { return Owner::Nobody };
    let start = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let word = start.map_or(before, |start| &before[start..]).trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let rfc = before.strip_suffix(word).is_some_and(|start| start.ends_with("RFC "));
    match word {
        _ if rfc => Owner::Elsewhere,
        word if pages.contains_key(word) => Owner::Page(word),
        _ => Owner::Nobody,
    }
}

/// The sections that a line names. `own`: the page of the line.
fn named<'a>(line: &'a str, own: Option<&'a str>, pages: &Pages) -> Vec<Named<'a>> {
    let mut parts = line.split(SIGN);
    let mut before = parts.next().unwrap_or_default();
    let mut last = Owner::Nobody;
    let mut found = Vec::new();
    for part in parts {
        let number = number_of(part);
        let rest = &part[number.len()..];
        let row = rest.strip_prefix(" row ").map(number_of).filter(|row| !row.is_empty());
        let joined = JOINTS.contains(&before) && last != Owner::Nobody;
        last = match owner(before, pages) {
            _ if joined => last,
            Owner::Nobody => own.map_or(Owner::Nobody, Owner::Page),
            owner => owner,
        };
        found.push(Named { owner: last, number, row });
        before = row.map_or(rest, |row| &rest[" row ".len() + row.len()..]);
    }
    found
}

/// What is wrong with a section that is named.
fn missing_section(named: &Named<'_>, pages: &Pages) -> Option<String> {
    let Named { owner, number, row } = *named;
    let page = match owner {
        _ if number.is_empty() => return Some(format!("{SIGN} without a number")),
        Owner::Nobody => return Some(format!("{SIGN}{number}: no page of docs/protocol is named before it")),
        Owner::Elsewhere => return None,
        Owner::Page(page) => page,
    };
    let sections = sections(&pages[page]);
    let Some(section) = sections.iter().skip(1).find(|section| section.number() == Some(number)) else {
        return Some(format!("docs/protocol/{page}.md has no heading {number}"));
    };
    let there = |row: &str| section.lines.iter().any(|line| line.starts_with(&format!("| {row} |")));
    let row = row.filter(|row| !there(row))?;
    Some(format!("{number} of docs/protocol/{page}.md has no row {row}"))
}

fn missing_sections(text: &str, own: Option<&str>, pages: &Pages) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line): &(usize, &str)| line.contains(SIGN)) {
        let faults = named(line, own, pages);
        found.extend(
            faults.iter().filter_map(|named| missing_section(named, pages)).map(|fault| format!("{number}: {fault}")),
        );
    }
    found
}

/// The pages of `docs/protocol`.
fn protocol() -> Pages {
    let folder = root().join("docs/protocol");
    let files = texts().into_iter().filter(|path| path.parent() == Some(folder.as_path()));
    files
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap()))
        .collect()
}

#[test]
fn every_section_that_is_named_is_there() {
    let pages = protocol();
    assert!(["chats-api", "crm-api", "telegram"].iter().all(|page| pages.contains_key(*page)), "{:?}", pages.keys());
    let (mut wrong, mut signs) = (Vec::new(), 0);
    for path in texts() {
        let text = std::fs::read_to_string(&path).unwrap();
        signs += text.matches(SIGN).count();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let own = path.starts_with(root().join("docs/protocol")).then_some(name.as_str());
        wrong.extend(missing_sections(&text, own, &pages).into_iter().map(|fault| format!("{}:{fault}", short(&path))));
    }
    assert!(signs > 200, "the texts are read: {signs}");
    assert!(wrong.is_empty(), "sections that are not there:\n{}", wrong.join("\n"));
}

#[test]
fn numbers_of_headings_are_given_once() {
    for (page, text) in protocol() {
        let sections = sections(&text);
        let mut numbers: Vec<&str> = sections.iter().skip(1).filter_map(Section::number).collect();
        assert_eq!(numbers.len(), sections.len() - 1, "{page}: a heading without a number");
        numbers.sort_unstable();
        let all = numbers.len();
        numbers.dedup();
        assert_eq!(numbers.len(), all, "{page}: a number is given to two sections");
    }
}
