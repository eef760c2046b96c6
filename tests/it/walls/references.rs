//! Every section that a text names is there: `chats-api §3.4.5` is the heading with this number in
//! `docs/protocol/chats-api.md`, and `row 7` behind it a row of that section's table. Several follow each other with a
//! comma, "and" or "to". A page of the folder names its own sections without its name; sections of an RFC are its own
//! matter.

use std::collections::BTreeMap;

use super::pages::{Section, sections, texts};
use super::read::{root, short};

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
fn fault(named: &Named<'_>, pages: &Pages) -> Option<String> {
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

fn faults(text: &str, own: Option<&str>, pages: &Pages) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line): &(usize, &str)| line.contains(SIGN)) {
        let faults = named(line, own, pages);
        found.extend(faults.iter().filter_map(|named| fault(named, pages)).map(|fault| format!("{number}: {fault}")));
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
        wrong.extend(faults(&text, own, &pages).into_iter().map(|fault| format!("{}:{fault}", short(&path))));
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

#[test]
fn missing_parts_are_noticed() {
    let text = "# A page\n## 1 One\n### 1.2 Two\n| 7 | b |\n## B Annex\n".to_owned();
    let pages = Pages::from([("a-page".to_owned(), text)]);
    let of = |text: &str, own| faults(&text.replace('$', "\u{a7}"), own, &pages);
    for good in [
        "// Sent once (a-page $1.2), see also `a-page $B`.",
        "(a-page $1, $1.2 and $B; a-page $1 to $1.2.)",
        "a-page $1 row 7, $1.2 row 7",
        "RFC 7515 $4.1.11 is elsewhere, RFC 7845 $9",
        "no sign",
    ] {
        assert_eq!(of(good, None), Vec::<String>::new(), "{good}");
    }
    assert_eq!(of("$1.2, as in $1", Some("a-page")), Vec::<String>::new(), "a page's own sections need no name");
    for (bad, told) in [
        ("\n(a-page $1.3)", "2: docs/protocol/a-page.md has no heading 1.3"),
        ("(a-page $A)", "1: docs/protocol/a-page.md has no heading A"),
        ("a-page $1.2 row 8", "1: 1.2 of docs/protocol/a-page.md has no row 8"),
        ("a-page $$1.2", "1: $ without a number"),
        ("product.md $1.2", "1: $1.2: no page of docs/protocol is named before it"),
        ("($1.2)", "1: $1.2: no page of docs/protocol is named before it"),
        ("a-page says; $1.2", "1: $1.2: no page of docs/protocol is named before it"),
        ("b-page $1, $1.2", "1: $1: no page of docs/protocol is named before it"),
    ] {
        let told = told.replace('$', "\u{a7}");
        assert_eq!(of(bad, None).first(), Some(&told), "{bad}");
    }
}
