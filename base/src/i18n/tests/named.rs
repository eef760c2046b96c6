//! Spanish and Portuguese have every text of the set that `locales/README.md` names, and no other.

use std::fs;
use std::path::Path;

use super::{Language, catalog};

const PARTIAL: [Language; 2] = [Language::Es, Language::Pt];

/// Files of which every text is translated.
const FILES: [&str; 11] =
    ["alerts", "chat", "common", "forms", "install", "reasons", "sources", "states", "widget", "widget_api", "wizard"];

/// Beginnings of keys in other files that are translated too: what the wizard asks and finds, for every messenger.
const BEGINNINGS: [&str; 15] = [
    "alert-kind-",
    "connector-",
    "messages-kind-",
    "problem-line_taken",
    "problem-messenger_refused",
    "said-line-",
    "said-messenger-",
    "said-meta-",
    "said-net-",
    "said-server-",
    "said-telegram-",
    "said-url-",
    "said-wa-",
    "source-",
    "wizard-",
];

/// Beginnings of keys of the set that are not translated, with the reason.
const WITHOUT: [(&str, &str); 12] = [
    ("alert-several-vendor", "the vendor's own people read it"),
    ("alert-task_failing-", "the vendor's own people read it"),
    ("alert-vendor_", "the vendor's own people read it"),
    ("alert-why-vendor", "the vendor's own people read it"),
    ("audit-did-", "the page of the audit log is English"),
    ("wizard-avito-", "a messenger of Russia"),
    ("wizard-consent-avito", "a messenger of Russia"),
    ("wizard-consent-hint-avito", "a messenger of Russia"),
    ("wizard-max-", "a messenger of Russia"),
    ("wizard-slow-max-", "a messenger of Russia"),
    ("wizard-slow-vk-", "a messenger of Russia"),
    ("wizard-vk-", "a messenger of Russia"),
];

/// Keys that wait for their translation, and are English until then.
const LATER: &[&str] = &[];

/// The keys of the set.
fn named() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../locales/en");
    let mut named = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let is_whole = FILES.contains(&path.file_stem().unwrap().to_str().unwrap());
        let text = fs::read_to_string(&path).unwrap();
        let keys = text.lines().filter_map(|line| Some(line.split_once(" =")?.0));
        let keys = keys.filter(|key| key.starts_with(|sign: char| sign.is_ascii_lowercase()));
        let translated = keys.filter(|key| is_whole || BEGINNINGS.iter().any(|one| key.starts_with(one)));
        let translated = translated.filter(|key| !WITHOUT.iter().any(|(one, _)| key.starts_with(one)));
        named.extend(translated.map(str::to_owned));
    }
    assert!(named.len() > 900, "the files are read: {}", named.len());
    named
}

#[test]
fn the_named_set_is_complete_in_all_languages() {
    let named = named();
    let english = catalog(Language::En);
    for language in PARTIAL {
        let own = catalog(language);
        let wrong = |key: &&String| own.get(*key) != english.get(*key) && !LATER.contains(&key.as_str());
        let wrong: Vec<_> = named.iter().filter(wrong).collect();
        let code = language.code();
        assert!(
            wrong.is_empty(),
            "locales/{code} lacks these, or has other placeables (or list them in LATER): {wrong:#?}"
        );
        let more: Vec<_> = own.keys().filter(|key| !named.contains(key)).collect();
        assert!(more.is_empty(), "locales/{code} has these, which are not in the set: {more:#?}");
        let late: Vec<_> = LATER.iter().filter(|key| own.contains_key(**key)).collect();
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
fn the_page_about_the_locales_names_the_set() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../locales/README.md")).unwrap();
    for file in FILES {
        assert!(page.contains(&format!("`{file}.ftl`")), "{file}");
    }
    for beginning in BEGINNINGS {
        assert!(page.contains(&format!("`{beginning}`")), "{beginning}");
    }
    assert!(page.contains("not yet read by a native"));
}
