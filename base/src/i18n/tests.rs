mod translated;
mod used;
mod voice;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};

use super::*;
use crate::product::ProductName;

/// Key → arguments of every message of a language.
fn catalog(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../locales/").to_owned() + language.code();
    let mut found = BTreeMap::new();
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let mut key = None;
        for line in text.lines() {
            if let Some((name, _)) =
                line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase()))
            {
                assert!(found.insert(name.to_owned(), BTreeSet::new()).is_none(), "{name} occurs twice");
                key = Some(name.to_owned());
            }
            for part in line.split('$').skip(1) {
                let name = part.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
                found.get_mut(key.as_ref().unwrap()).unwrap().insert(name.to_owned());
            }
        }
    }
    found
}

#[test]
fn both_languages_have_the_same_keys_and_placeables() {
    let (english, russian) = (catalog(Language::En), catalog(Language::Ru));
    for (key, placeables) in &english {
        assert_eq!(russian.get(key), Some(placeables), "{key}");
        assert!(Words::new(Language::En).has(key) && Words::new(Language::Ru).has(key), "{key} does not parse");
    }
    let only_russian: Vec<_> = russian.keys().filter(|key| !english.contains_key(*key)).collect();
    assert!(only_russian.is_empty(), "{only_russian:?}");
}

/// All texts, with numbers for every plural form.
fn texts(language: Language) -> BTreeSet<(String, String)> {
    let mut texts = BTreeSet::new();
    for (key, placeables) in catalog(language) {
        for number in [0, 1, 2, 5, 21, 1234, 12345] {
            let mut sentence = Words::new(language).text(key.clone());
            for name in &placeables {
                sentence.arguments.insert(name.clone().into(), FluentValue::from(number));
            }
            texts.insert((key.clone(), sentence.to_string().replace('\u{a0}', " ")));
        }
    }
    texts
}

#[test]
fn every_sentence_renders_with_every_number() {
    for (key, text) in Language::ALL.into_iter().flat_map(texts) {
        assert!(!text.contains('$') && !text.contains("{ "), "{key}: {text}");
    }
}

#[test]
fn plural_forms_are_those_of_the_language() {
    let ago = |language, count: i64| {
        Words::new(language).text("time-minutes-ago").with("count", count).to_string().replace('\u{a0}', " ")
    };
    let russian = [1, 3, 5, 21, 1234].map(|count| ago(Language::Ru, count));
    assert_eq!(russian, ["1 минуту назад", "3 минуты назад", "5 минут назад", "21 минуту назад", "1234 минуты назад"]);
    assert_eq!(ago(Language::En, 1), "1 minute ago");
    assert_eq!(ago(Language::En, 1234), "1,234 minutes ago");
    assert_eq!(
        [1, 2, 1234].map(|count| ago(Language::Es, count)),
        ["hace 1 minuto", "hace 2 minutos", "hace 1234 minutos"]
    );
    // In Portuguese none is one.
    let portuguese = [0, 1, 2, 12_345].map(|count| ago(Language::Pt, count));
    assert_eq!(portuguese, ["há 0 minuto", "há 1 minuto", "há 2 minutos", "há 12.345 minutos"]);
}

#[test]
fn a_missing_text_is_shown_as_its_key() {
    assert_eq!(Words::new(Language::Ru).text("no-such-key").to_string(), "no-such-key");
    assert!(!Words::new(Language::Es).has("no-such-key"));
}

#[test]
fn a_text_without_a_translation_is_shown_in_english() {
    for language in [Language::Es, Language::Pt] {
        let words = Words::new(language);
        assert!(words.has("admin-title") && !catalog(language).contains_key("admin-title"));
        assert_eq!(words.text("admin-title").to_string(), Words::new(Language::En).text("admin-title").to_string());
        assert_ne!(
            words.text("widget-connect").to_string(),
            Words::new(Language::En).text("widget-connect").to_string()
        );
    }
}

#[test]
fn the_browsers_preference_decides() {
    let preferred = Language::preferred;
    assert_eq!(preferred("ru-RU,ru;q=0.9,en-US;q=0.8"), Language::Ru);
    assert_eq!(preferred("de,en;q=0.7,ru;q=0.3"), Language::En);
    assert_eq!(preferred("*"), Language::En);
    assert_eq!(preferred(""), Language::En);
    assert_eq!(preferred("en;q=0,ru;q=0.001"), Language::Ru);
    assert_eq!(preferred("es-MX,es;q=0.9,en;q=0.8"), Language::Es);
    assert_eq!(preferred("fr, pt-BR;q=0.9, es;q=0.8"), Language::Pt);
}

#[test]
fn programs_and_the_vendors_people_read_complete_languages() {
    let accepted = |accept: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, accept.parse().unwrap());
        Language::accepted(&headers)
    };
    assert_eq!(accepted("es-MX, es;q=0.9"), Language::En);
    assert_eq!(accepted("es, ru;q=0.5"), Language::Ru);
    for language in Language::ALL {
        assert!(Language::COMPLETE.contains(&language.complete()));
        assert_eq!(language.complete() == language, Language::COMPLETE.contains(&language));
        assert_eq!(language.others().count(), 3);
        assert_eq!(Language::of_code(language.code()), Some(language));
    }
}

#[test]
fn moments_are_said_as_people_say_them() {
    let now = 1_795_165_200_000; // 2026-11-20 09:00 UTC, 12:00 in Moscow
    let say = |language, minutes: i64| {
        let when = When::new(now - minutes * 60_000, now, Zone::named("Europe/Moscow"), Words::new(language));
        when.adverb().replace('\u{a0}', " ")
    };
    let both = |minutes| [say(Language::En, minutes), say(Language::Ru, minutes)];
    assert_eq!(both(0), ["just now", "только что"]);
    assert_eq!(both(5), ["5 minutes ago", "5 минут назад"]);
    assert_eq!(both(-3), ["in 3 minutes", "через 3 минуты"]);
    let due = |seconds: i64| When::new(now + seconds * 1_000, now, Zone::UTC, Words::new(Language::En)).due();
    assert_eq!(
        [due(-5), due(30), due(61)].map(|said| said.replace('\u{a0}', " ")),
        ["within a minute", "within a minute", "in 2 minutes"]
    );
    assert_eq!(both(90), ["today at 10:30", "сегодня в 10:30"]);
    assert_eq!(both(13 * 60), ["yesterday at 23:00", "вчера в 23:00"]);
    assert_eq!(both(3 * 24 * 60), ["17 Nov at 12:00", "17 ноября в 12:00"]);
    assert_eq!(both(366 * 24 * 60), ["19 Nov 2025 at 12:00", "19 ноября 2025 г. в 12:00"]);
    let others = |minutes| [say(Language::Es, minutes), say(Language::Pt, minutes)];
    assert_eq!(others(90), ["hoy a las 10:30", "hoje às 10:30"]);
    assert_eq!(others(3 * 24 * 60), ["17 nov a las 12:00", "17 de nov às 12:00"]);
    assert_eq!(others(366 * 24 * 60), ["19 nov 2025 a las 12:00", "19 de nov de 2025 às 12:00"]);
    let when = When::new(now, now, Zone::named("Europe/Moscow"), Words::new(Language::En));
    assert_eq!((when.stamp(), when.full()), ("12:00".into(), "2026-11-20 12:00:00 +03:00".into()));
    assert_eq!(when.machine(), "2026-11-20T09:00:00.000Z");
}

#[test]
fn durations_have_at_most_two_parts() {
    let say = |millis| duration(millis, Words::new(Language::En)).replace('\u{a0}', " ");
    assert_eq!(say(480), "480 ms");
    assert_eq!(say(5_000), "5 s");
    assert_eq!(say(125_000), "2 min 5 s");
    assert_eq!(say(12_000_000), "3 h 20 min");
    assert_eq!(say(3_600_000), "1 h");
    assert_eq!(say(100 * 3_600_000), "4 d 4 h");
    assert_eq!(say(-5), "0 ms");
}

fn put(text: &str) -> String {
    ProductName::new("Acme Chat").put_into(text)
}

#[test]
fn texts_of_people_stay_unchanged() {
    let words = Words::named(Language::En, Some(ProductName::new("Acme Chat")));
    let text = words.text("stray-unknown").with("crm", "amoCRM").with("name", "Parom of ours").to_string();
    assert_eq!(text, "amoCRM has the source “Parom of ours”, which Acme Chat did not create.");
    assert_eq!(words.product(), "Acme Chat");
    assert_eq!(Words::new(Language::En).product(), "Parom");
    assert_eq!(ProductName::new("Acme Chat").as_str().as_ptr(), ProductName::new("Acme Chat").as_str().as_ptr());
}

#[test]
fn no_text_has_the_word_in_another_form() {
    for language in Language::ALL {
        let folder = format!("{}/../locales/{}", env!("CARGO_MANIFEST_DIR"), language.code());
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let left = put(&text);
            let line = left.lines().find(|line| line.contains("Parom") || line.contains("Паром"));
            assert_eq!(line, None, "{}", language.code());
        }
    }
}
