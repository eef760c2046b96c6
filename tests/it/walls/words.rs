//! Comments, pages and the names of functions are plain technical English: forms that made readers guess do not come back.

use std::collections::BTreeSet;
use std::path::Path;

use super::pages::{prose, texts};
use super::read::short;

/// Forms that no comment, page or name of a function may contain, with what to write instead. Code in backticks is not read.
const BANNED: &[(&str, &str)] = &[
    ("told", "reported, notified, sent, recorded, known, configured"),
    ("tells", "reports, returns, shows, contains"),
    ("somebody", "the actor: a person, a user, a manager, another process"),
    ("whoever", "the actor: the caller, the process that …, people who …"),
    ("wherever", "the cases, or \"everywhere\""),
    ("nobody knows", "unknown"),
    ("says so", "what is reported, and where"),
    ("is said", "what is reported, and where"),
    ("stands", "is, is stored, is shown, means"),
    ("hangs on", "is linked to, is attached to"),
    ("put aside", "quarantined"),
    ("of no use", "has no effect"),
    ("of its own accord", "automatically, unsolicited"),
    ("the house", "Parom, the repository"),
    ("anew", "again, from the beginning"),
    ("to be had", "available"),
    ("kept aside", "quarantined, kept separately"),
    ("catalogue", "catalog: one spelling"),
];

/// Forms that the name of a function may not contain either.
const NAMES: &[(&str, &str)] = &[
    ("nobody", "who: no caller, no other account"),
    ("nobodys", "of no account, unknown"),
    ("nobody elses", "only their own"),
    ("somebodys", "of a person, of a user"),
];

/// Lines that may have a banned form: the file, a part of the line, and why. One that is not needed leaves the list.
const RIGHT: &[(&str, &str, &str)] = &[("CHANGELOG.md", "or made anew in amoCRM", "an entry of a past release")];

/// The words of a line that are read: lower case, without code in backticks and the targets of links.
fn words(line: &str) -> String {
    let plain: String = line.split('`').step_by(2).collect();
    let mut parts = plain.split("](");
    let first = parts.next().unwrap_or_default().to_owned();
    let bare = parts.fold(first, |text, part| text + " " + part.split_once(')').map_or("", |(_, rest)| rest));
    bare.to_lowercase()
}

/// Whether a line has these words, as whole words.
fn has(line: &str, form: &str) -> bool {
    line.match_indices(form).any(|(at, _)| {
        let (before, after) = (line[..at].chars().next_back(), line[at + form.len()..].chars().next());
        [before, after].into_iter().flatten().all(|sign| !sign.is_alphanumeric() && sign != '_')
    })
}

/// The comment of a line of code, if it has one.
fn comment<'line>(line: &'line str, kind: &str) -> Option<&'line str> {
    let bare = line.trim_start();
    let in_block = kind != "rs" && (bare.starts_with("/*") || bare.starts_with("* "));
    if bare.starts_with("//") || in_block {
        return Some(bare);
    }
    // After an odd number of quotation marks it is part of a string.
    let (at, _) = line.match_indices(" // ").find(|(at, _)| line[..*at].matches('"').count().is_multiple_of(2))?;
    Some(&line[at + 4..])
}

/// The name of the function that a line begins.
fn name(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once("fn ")?;
    let is_function =
        before.split_whitespace().all(|word| word.starts_with("pub") || ["async", "const"].contains(&word));
    is_function.then(|| rest.split(|sign: char| !sign.is_alphanumeric() && sign != '_').next().unwrap_or_default())
}

/// The lines of a text with a banned form: number, line and form.
fn banned<'text>(text: &'text str, kind: &str) -> Vec<(usize, &'text str, &'static str)> {
    let lines: Vec<(usize, &str)> = match kind {
        "md" => prose(text).collect(),
        _ => (1..).zip(text.lines()).filter_map(|(number, line)| Some((number, comment(line, kind)?))).collect(),
    };
    let mut found: Vec<_> = lines
        .into_iter()
        .filter_map(|(number, line)| {
            let words = words(line);
            let (form, _) = BANNED.iter().find(|(form, _)| has(&words, form))?;
            Some((number, line, *form))
        })
        .collect();
    if kind == "rs" {
        found.extend((1..).zip(text.lines()).filter_map(|(number, line)| {
            let words = name(line)?.replace('_', " ");
            let (form, _) = BANNED.iter().chain(NAMES).find(|(form, _)| has(&words, form))?;
            Some((number, line, *form))
        }));
    }
    found
}

/// Pages, scripts and all code but this file, which has the forms as examples.
fn kind_of(path: &Path) -> Option<&str> {
    let (kind, name) = (path.extension()?.to_str()?, short(path));
    let is_code =
        ["rs", "js", "mjs"].contains(&kind) && !name.contains("/vendor/") && !name.ends_with("walls/words.rs");
    (kind == "md" || is_code).then_some(kind)
}

#[test]
fn comments_pages_and_names_say_who_does_what() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    let mut unused: BTreeSet<_> = RIGHT.iter().map(|(file, part, _)| (*file, *part)).collect();
    for path in texts() {
        let Some(kind) = kind_of(&path) else { continue };
        let (name, text) = (short(&path), std::fs::read_to_string(&path).unwrap());
        seen += text.lines().count();
        for (number, line, form) in banned(&text, kind) {
            if let Some((file, part, _)) = RIGHT.iter().find(|(file, part, _)| *file == name && line.contains(part)) {
                unused.remove(&(*file, *part));
            } else {
                let (_, instead) = BANNED.iter().chain(NAMES).find(|(banned, _)| *banned == form).unwrap();
                wrong.push(format!("{name}:{number}: \"{form}\" (write: {instead}): {line}"));
            }
        }
    }
    assert!(seen > 50_000, "the texts are read: {seen}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(unused.is_empty(), "take these off the list: {unused:?}");
}

#[test]
fn a_planted_form_is_found() {
    let forms = |text: &str, kind: &str| -> Vec<(usize, &str)> {
        banned(text, kind).into_iter().map(|(number, _, form)| (number, form)).collect()
    };
    assert_eq!(forms("/// Whoever asks.\nlet told = 1; // is it told?\n", "rs"), [(1, "whoever"), (2, "told")]);
    assert_eq!(forms("/**\n * Nobody knows.\n */\nlet a; /* \"stands\" */", "js"), [(2, "nobody knows")]);
    assert_eq!(forms("let a = \"https: // told\"; // told\n", "rs"), [(1, "told")], "not in the string");
    let names =
        "fn it_is_told() {}\nmod tests {\n    async fn it_says_so() {}\n    pub(super) fn nobody_asks() {}\n}\n";
    assert_eq!(forms(names, "rs"), [(1, "told"), (3, "says so"), (4, "nobody")]);
    assert_eq!(forms("It says so.\n```\nit stands\n```\n[told](https://a/tells)", "md"), [(1, "says so"), (5, "told")]);
    for (text, kind) in [
        ("let told = \"somebody\"; // `told` is a column\nlet url = \"https://told\";", "rs"),
        ("// a toldo, understands, outstands", "rs"),
        ("Reported by `told`, see [a page](told.md).", "md"),
    ] {
        assert_eq!(forms(text, kind), [], "{text}");
    }
}
