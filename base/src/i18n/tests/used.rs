//! Every key is used.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Language, catalog};
use crate::source_code::{CRATES, root};

/// Where texts are used beside the code of [`CRATES`]: pages, scripts, the widget.
const OTHERS: [&str; 5] = ["pages/assets", "server/assets", "templates", "widget/src", "widget/assets"];

/// String literals of the sources that may be a key or a part of one.
#[derive(Default)]
struct KeyLiterals {
    /// Complete literals.
    whole: BTreeSet<String>,
    /// The same as suffixes of keys: audit actions with dashes instead of dots.
    ends: BTreeSet<String>,
    /// Literals that end in a dash or continue with a value: `text_of("source-state-", …)`,
    /// `format!("problem-{name}")`.
    beginnings: BTreeSet<String>,
    /// Keys of texts that are asked for as they are: `words.text("a-key")`.
    asked: BTreeSet<String>,
}

impl KeyLiterals {
    fn read() -> Self {
        let mut literals = Self::default();
        for folder in CRATES.map(|name| format!("{name}/src")).into_iter().chain(OTHERS.map(str::to_owned)) {
            literals.read_folder(&root().join(folder));
        }
        literals
    }

    fn read_folder(&mut self, folder: &Path) {
        let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        for path in paths.collect::<Vec<PathBuf>>() {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with("tests") {
                continue;
            } else if path.is_dir() {
                self.read_folder(&path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                // Rust's test modules show no texts to people.
                self.read_text(text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default());
            }
        }
    }

    fn read_text(&mut self, text: &str) {
        let asked = text.split("words.text(\"").skip(1).filter_map(|rest| rest.split_once('"'));
        self.asked.extend(asked.map(|(key, _)| key.to_owned()));
        for quote in ['"', '\'', '`'] {
            let mut before = "";
            for part in text.split(quote) {
                // An escaped quote within a literal does not begin one.
                let is_within = std::mem::replace(&mut before, part).ends_with('\\');
                if is_within {
                    continue;
                }
                let end = part.find(|sign: char| !sign.is_ascii_alphanumeric() && !"-_.".contains(sign));
                let word = part[..end.unwrap_or(part.len())].to_owned();
                let goes_on = end.is_some_and(|end| part[end..].starts_with('{'));
                if word.len() > 1 && (goes_on || (end.is_none() && word.ends_with('-'))) {
                    self.beginnings.insert(word);
                } else if end.is_none() {
                    self.ends.insert(word.replace('.', "-"));
                    self.whole.insert(word);
                }
            }
        }
    }

    /// Complete, or composed of a known prefix and a literal or a number.
    fn has(&self, key: &str) -> bool {
        let known = |tail: &str| self.ends.contains(tail) || tail.parse::<u32>().is_ok();
        let ends = |tail: &str| known(tail) || tail.match_indices('-').any(|(at, _)| known(&tail[..at]));
        self.whole.contains(key)
            || self.beginnings.iter().any(|beginning| key.strip_prefix(beginning.as_str()).is_some_and(ends))
    }
}

#[test]
fn every_key_is_used() {
    let literals = KeyLiterals::read();
    let unused: Vec<String> = catalog(Language::En).into_keys().filter(|key| !literals.has(key)).collect();
    // This kind is shown by the name that it has in JSON.
    assert_eq!(unused, ["letter-kind-resend"], "no code uses these, use them or remove them");
}

#[test]
fn every_text_that_is_asked_for_is_there() {
    let (asked, texts) = (KeyLiterals::read().asked, catalog(Language::En));
    assert!(asked.len() > 1000, "only {} were found", asked.len());
    let missing: Vec<&String> = asked.iter().filter(|key| !texts.contains_key(*key)).collect();
    assert!(missing.is_empty(), "a page would show these keys: {missing:?}");
}

#[test]
fn sources_are_read_as_they_are_written() {
    let mut literals = KeyLiterals::default();
    literals.read_text(
        r#"words.text("a-key"); words.text_of("state-", x); format!("why-{name}"); by.did("key.made"); "held" "the.event""#,
    );
    for key in ["a-key", "state-held", "state-held-fix", "why-held", "why-2", "state-key-made", "why-key-made-fix"] {
        assert!(literals.has(key), "{key}");
    }
    for key in ["a-key-fix", "state-lost", "held-fix", "why-lost-held", "the-event"] {
        assert!(!literals.has(key), "{key}");
    }
}

pub(super) const PARTIAL: [Language; 2] = [Language::Es, Language::Pt];

/// Files that only the vendor's own people and programs read, and the contracts, which lawyers translate.
const NOT_TRANSLATED: [&str; 12] = [
    "admin",
    "announcements",
    "channel",
    "check",
    "configuration",
    "demo",
    "doctor",
    "integrations",
    "legal",
    "notes",
    "plans",
    "wrong",
];

/// Beginnings of keys in other files that are not translated either: alerts for the vendor, and the API's pages about
/// problems.
const WITHOUT: [&str; 6] = [
    "alert-several-vendor",
    "alert-task_failing-",
    "alert-vendor_",
    "alert-why-vendor",
    "problem-fix-",
    "problem-page-",
];

/// Keys that wait for their translation, and are English until then.
const LATER_NAMES: &[&str] = &[];

/// The keys of all texts that people of accounts and their customers see.
fn seen_by_accounts() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../locales/en");
    let mut seen = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if NOT_TRANSLATED.contains(&path.file_stem().unwrap().to_str().unwrap()) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let keys = text.lines().filter_map(|line| Some(line.split_once(" =")?.0));
        let keys = keys.filter(|key| key.starts_with(|sign: char| sign.is_ascii_lowercase()));
        let keys = keys.filter(|key| !WITHOUT.iter().any(|one| key.starts_with(one)));
        seen.extend(keys.map(str::to_owned));
    }
    assert!(seen.len() > 2_500, "the files are read: {}", seen.len());
    seen
}

#[test]
fn what_accounts_see_is_in_all_languages() {
    let seen = seen_by_accounts();
    let english = catalog(Language::En);
    for language in PARTIAL {
        let own = catalog(language);
        let wrong = |key: &&String| own.get(*key) != english.get(*key) && !LATER_NAMES.contains(&key.as_str());
        let wrong: Vec<_> = seen.iter().filter(wrong).collect();
        let code = language.code();
        assert!(
            wrong.is_empty(),
            "locales/{code} lacks these, or has other placeables (or list them in LATER_NAMES): {wrong:#?}"
        );
        let more: Vec<_> = own.keys().filter(|key| !seen.contains(key)).collect();
        assert!(more.is_empty(), "locales/{code} has these, which accounts do not see: {more:#?}");
        let late: Vec<_> = LATER_NAMES.iter().filter(|key| own.contains_key(**key)).collect();
        assert!(late.is_empty(), "{code} has these, take them off the list: {late:?}");
    }
}

#[test]
fn no_sentence_was_left_in_english() {
    let sentences = |language: Language| {
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../locales")).join(language.code());
        let texts = fs::read_dir(folder).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
        let lines = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
        let is_word = |part: &&str| part.starts_with(char::is_alphabetic);
        lines.filter(|line| !line.starts_with('#') && line.split(' ').filter(is_word).count() > 4).collect::<Vec<_>>()
    };
    let english = sentences(Language::En);
    assert!(english.len() > 1_000, "{}", english.len());
    for language in PARTIAL {
        let same: Vec<_> = sentences(language).into_iter().filter(|line| english.contains(line)).collect();
        assert!(same.is_empty(), "{}: {same:#?}", language.code());
    }
}

#[test]
fn translations_that_no_native_has_read_say_so() {
    let locales = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../locales"));
    let page = fs::read_to_string(locales.join("README.md")).unwrap();
    for file in NOT_TRANSLATED {
        assert!(page.contains(&format!("`{file}.ftl`")), "{file}");
    }
    for beginning in WITHOUT {
        assert!(page.contains(&format!("`{beginning}`")), "{beginning}");
    }
    for language in Language::ALL {
        let files = fs::read_dir(locales.join(language.code())).unwrap();
        for path in files.map(|file| file.unwrap().path()) {
            let is_marked =
                fs::read_to_string(&path).unwrap().starts_with("# Machine-made: no native has read it yet.");
            assert_eq!(is_marked, language.is_machine_made(), "{path:?}");
        }
        let row = page.lines().find(|line| line.starts_with(&format!("| `{}/`", language.code()))).unwrap();
        assert_eq!(row.contains("not yet read by a native"), language.is_machine_made(), "{row}");
    }
}
