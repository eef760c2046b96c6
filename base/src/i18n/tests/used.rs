//! Every key is used, or reserved for something named here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Language, catalog};

/// Keys, or prefixes of keys, that are not used yet, and what will use them. A used one must leave this list.
const LATER: &[(&str, &str)] = &[
    ("alert-vendor_refused-", "Engine: the spool for amoCRM's hooks"),
    ("attempt-limited", "Engine: limits of rate"),
    ("msg-not-found", "Engine: retention"),
    ("form-date-future", "Protocol: history import"),
    ("form-file-not-jsonl", "Protocol: history import"),
    ("form-not-date", "Protocol: history import"),
    ("letter-kind-resend", "said by the name that the kind has in JSON"),
    ("message-deleted", "Protocol: deletions"),
    ("message-edited", "Protocol: edits"),
    ("wizard-checking", "Messengers: access that is checked by asking the messenger"),
    ("wizard-custom-test-", "Messengers: parom connector check, from the wizard"),
    ("reason-template_refused", "WhatsApp: templates"),
    ("wizard-wa-", "WhatsApp"),
    ("admin-notice", "a notice of the vendor to all accounts"),
    ("cli-", "the command line in the operator's language"),
    ("doctor-", "the command line in the operator's language"),
];

/// Where texts are used: code, pages, scripts.
const SOURCES: [&str; 12] = [
    "base/src",
    "queue/src",
    "connectors/src",
    "domain/src",
    "pages/src",
    "server/src",
    "pages/assets",
    "server/assets",
    "cli/src",
    "templates",
    "widget/src",
    "widget/assets",
];

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
}

impl KeyLiterals {
    fn read() -> Self {
        let mut said = Self::default();
        for folder in SOURCES {
            said.read_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder));
        }
        said
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
fn every_key_is_used_or_listed_for_later_use() {
    let said = KeyLiterals::read();
    let unsaid: Vec<String> = catalog(Language::En).into_keys().filter(|key| !said.has(key)).collect();
    let waits = |key: &str| LATER.iter().any(|(beginning, _)| key.starts_with(beginning));
    let forgotten: Vec<&String> = unsaid.iter().filter(|key| !waits(key)).collect();
    assert!(forgotten.is_empty(), "no code uses these, use them or remove them: {forgotten:#?}");
    let over = LATER.iter().filter(|(beginning, _)| !unsaid.iter().any(|key| key.starts_with(beginning)));
    let over: Vec<_> = over.collect();
    assert!(over.is_empty(), "these wait no more, take them off the list: {over:#?}");
}

#[test]
fn sources_are_read_as_they_are_written() {
    let mut said = KeyLiterals::default();
    said.read_text(
        r#"words.text("a-key"); words.text_of("state-", x); format!("why-{name}"); by.did("key.made"); "held" "the.event""#,
    );
    for key in ["a-key", "state-held", "state-held-fix", "why-held", "why-2", "state-key-made", "why-key-made-fix"] {
        assert!(said.has(key), "{key}");
    }
    for key in ["a-key-fix", "state-lost", "held-fix", "why-lost-held", "the-event"] {
        assert!(!said.has(key), "{key}");
    }
}
