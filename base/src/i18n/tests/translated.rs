//! A translation is of the English text that is there now: `locales/{es,pt}.translated_from` keeps which one it was made
//! from.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::Language;
use super::used::PARTIAL;

/// Its value is `1`, or the keys, with spaces between, whose translations still fit the new English text.
const UPDATE: &str = "UPDATE_TRANSLATED_FROM";

/// Key → text as written.
type Texts = BTreeMap<String, String>;
/// Key → a translation and what it was made from.
type Record = BTreeMap<String, Translated>;

/// A line of the record: hashes of the English text and of its translation.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Translated {
    english: String,
    own: String,
}

impl Translated {
    fn of(english: &str, own: &str) -> Self {
        Self { english: hash(english), own: hash(own) }
    }
}

/// Another line break is no other text.
fn hash(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    hex::encode(&Sha256::digest(words.join(" "))[..3])
}

/// The record of today, and what is stale: translations that are as before though their English text is another. These
/// keep their line, until they are changed or `fits` names them.
fn brought_up(record: &Record, english: &Texts, own: &Texts, fits: &[&str]) -> (Record, Vec<String>) {
    let mut stale = Vec::new();
    let line = |(key, text): (&String, &String)| {
        let now = Translated::of(english.get(key)?, text);
        let before = record.get(key).filter(|was| was.english != now.english && was.own == now.own);
        let before = before.filter(|_| !fits.contains(&key.as_str()));
        stale.extend(before.map(|_| key.clone()));
        Some((key.clone(), before.cloned().unwrap_or(now)))
    };
    (own.iter().filter_map(line).collect(), stale)
}

fn read(record: &str) -> Record {
    let line = |line: &str| {
        let mut words = line.split(' ').map(str::to_owned);
        Some((words.next()?, Translated { english: words.next()?, own: words.next()? }))
    };
    record.lines().filter_map(line).collect()
}

fn written(record: &Record) -> String {
    record.iter().map(|(key, line)| format!("{key} {} {}\n", line.english, line.own)).collect()
}

fn texts_as_written(language: Language) -> Texts {
    let mut texts = Texts::new();
    for file in fs::read_dir(locales().join(language.code())).unwrap() {
        let mut key = None;
        for line in fs::read_to_string(file.unwrap().path()).unwrap().lines() {
            let begins = line.split_once(" =").filter(|_| line.starts_with(|sign: char| sign.is_ascii_lowercase()));
            if let Some((name, text)) = begins {
                key = Some(name.to_owned());
                texts.insert(name.to_owned(), text.to_owned());
            } else if let Some(key) = key.as_ref().filter(|_| line.starts_with([' ', '}'])) {
                texts.get_mut(key).unwrap().push_str(&format!("\n{line}"));
            }
        }
    }
    texts
}

fn locales() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../locales").into()
}

#[test]
fn translations_are_of_the_present_english_texts() {
    let english = texts_as_written(Language::En);
    let update = crate::config::variable(UPDATE);
    let fits: Vec<&str> = update.iter().flat_map(|keys| keys.split_whitespace()).collect();
    for language in PARTIAL {
        let own = texts_as_written(language);
        let path = locales().join(format!("{}.translated_from", language.code()));
        let kept = fs::read_to_string(&path).unwrap_or_default();
        let (record, stale) = brought_up(&read(&kept), &english, &own, &fits);
        if update.is_some() {
            fs::write(&path, written(&record)).unwrap();
        }
        let code = language.code();
        let told: Vec<_> = stale.iter().map(|key| format!("{key} ={}\n  {code}:{}", english[key], own[key])).collect();
        assert!(
            stale.is_empty(),
            "the English text changed and locales/{code} did not. Translate anew, then run this test with {UPDATE}=1; if \
             a translation still fits, with {UPDATE}=\"{}\":\n{}",
            stale.join(" "),
            told.join("\n")
        );
        let is_up = update.is_some() || kept == written(&record);
        assert!(is_up, "locales/{code}.translated_from lacks the latest translations: run this test with {UPDATE}=1");
    }
}

fn made_up(rows: &[(&str, &str)]) -> Texts {
    rows.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn a_translation_is_stale_when_only_the_english_text_changed() {
    let own = made_up(&[("greeting", "Hola"), ("farewell", "Adiós")]);
    let (record, stale) = brought_up(
        &Record::new(),
        &made_up(&[("greeting", "Hello"), ("farewell", "Goodbye"), ("later", "Later")]),
        &own,
        &[],
    );
    assert_eq!((record.len(), stale), (2, vec![]), "what has no line yet is of the present text");

    let english = made_up(&[("greeting", "Hi"), ("farewell", "Good-\n    bye")]);
    let english_broken = made_up(&[("greeting", "Hello"), ("farewell", "\n    Goodbye")]);
    assert_eq!(brought_up(&record, &english_broken, &own, &[]), (record.clone(), vec![]), "a line break is no change");
    let (kept, stale) = brought_up(&record, &english, &own, &[]);
    assert_eq!((kept, stale), (record.clone(), vec!["farewell".to_owned(), "greeting".to_owned()]));

    // One is translated anew, of the other a person says that it fits.
    let own = made_up(&[("greeting", "Buenas"), ("farewell", "Adiós")]);
    let (kept, stale) = brought_up(&record, &english, &own, &["farewell"]);
    assert_eq!(
        (kept.clone(), stale),
        (
            Record::from_iter([
                ("farewell".to_owned(), Translated::of("Good- bye", "Adiós")),
                ("greeting".to_owned(), Translated::of("Hi", "Buenas")),
            ]),
            vec![]
        )
    );
    assert_eq!(read(&written(&kept)), kept);
}

#[test]
fn a_better_translation_of_the_same_text_gets_its_line() {
    let english = made_up(&[("greeting", "Hello")]);
    let (record, _) = brought_up(&Record::new(), &english, &made_up(&[("greeting", "Hola")]), &[]);
    let (better, stale) = brought_up(&record, &english, &made_up(&[("greeting", "Buenas")]), &[]);
    assert!(stale.is_empty() && better["greeting"] == Translated::of("Hello", "Buenas"));
    // Without that line the next change of the English text would pass unseen.
    let (_, stale) = brought_up(&better, &made_up(&[("greeting", "Hi")]), &made_up(&[("greeting", "Buenas")]), &[]);
    assert_eq!(stale, ["greeting"]);
    assert!(brought_up(&better, &english, &Texts::new(), &[]).0.is_empty(), "a key that is gone has no line");
}
