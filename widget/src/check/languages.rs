//! Language files (crm-api §9.5, §9.8).

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Subject, leaves, line_with};

pub(super) fn look(subject: &mut Subject<'_>) {
    let locale = subject.locale();
    files(subject, &locale);
    structure(subject, &locale);
    keys(subject, &locale);
    for language in locale.iter().filter(|language| *language != "ru") {
        foreign(subject, language);
    }
    if locale.iter().any(|language| language != "ru") {
        shared_addresses(subject);
    }
}

fn files(subject: &mut Subject<'_>, locale: &[String]) {
    for language in locale {
        let name = format!("i18n/{language}.json");
        if !subject.archive.files.contains_key(&name) {
            subject.find("i18n-file", &name, None, format!("\"{language}\" is declared and has no file"));
        }
    }
    for name in subject.archive.files.keys().filter(|name| name.starts_with("i18n/")) {
        let code = name.trim_start_matches("i18n/").trim_end_matches(".json");
        if !locale.iter().any(|language| language == code) {
            subject.find("i18n-file", name, None, "the manifest does not declare this language");
        }
    }
}

/// Paths of all texts of a language.
fn paths(subject: &Subject<'_>, language: &str) -> BTreeSet<String> {
    let mut all = Vec::new();
    leaves(&subject.words(language), "", &mut all);
    all.into_iter().map(|(path, _)| path).collect()
}

fn structure(subject: &mut Subject<'_>, locale: &[String]) {
    let Some((first, others)) = locale.split_first() else { return };
    let model = paths(subject, first);
    for language in others {
        let own = paths(subject, language);
        let name = format!("i18n/{language}.json");
        if let Some(missing) = model.difference(&own).next() {
            subject.find("i18n-structure", &name, None, format!("\"{missing}\" is in {first}.json and not here"));
        }
        if let Some(extra) = own.difference(&model).next() {
            subject.find("i18n-structure", &name, None, format!("\"{extra}\" is not in {first}.json"));
        }
    }
}

/// Texts that the manifest names.
fn keys(subject: &mut Subject<'_>, locale: &[String]) {
    let manifest = &subject.manifest;
    let mut named: Vec<String> = ["name", "description", "short_description"]
        .iter()
        .filter_map(|field| manifest["widget"][*field].as_str())
        .chain(manifest["tour"]["tour_description"].as_str())
        .chain(manifest["advanced"]["title"].as_str())
        .map(ToOwned::to_owned)
        .collect();
    let fields = manifest["settings"].as_object().into_iter().flat_map(|fields| fields.values());
    named.extend(fields.filter_map(|field| field["name"].as_str()).map(ToOwned::to_owned));
    for language in locale {
        let words = subject.words(language);
        if words.is_null() {
            continue;
        }
        for key in &named {
            let found = key.split('.').fold(&words, |value, part| &value[part]);
            if !found.is_string() {
                let name = format!("i18n/{language}.json");
                subject.find("i18n-key", &name, None, format!("the manifest names \"{key}\", which is not here"));
            }
        }
    }
}

fn foreign(subject: &mut Subject<'_>, language: &str) {
    let name = format!("i18n/{language}.json");
    let text = subject.archive.text(&name).unwrap_or_default().to_owned();
    let mut all = Vec::new();
    leaves(&subject.words(language), "", &mut all);
    for (path, phrase) in all {
        let line = line_with(&text, &Value::String(phrase.clone()).to_string());
        if phrase.chars().any(is_cyrillic) {
            subject.find("foreign-language", &name, line, format!("\"{path}\" holds Russian text"));
        }
        if let Some(address) = russian_address(&phrase) {
            subject.find("ru-link", &name, line, format!("\"{path}\" leads to {address}"));
        }
        if phrase.contains('₽') || phrase.split(|sign: char| !sign.is_alphabetic()).any(|word| word == "RUB") {
            subject.find("rouble-price", &name, line, format!("\"{path}\" names a price in roubles"));
        }
    }
}

/// Addresses that are shown in all languages.
fn shared_addresses(subject: &mut Subject<'_>) {
    let support = &subject.manifest["widget"]["support"];
    let mut shared: Vec<(String, String)> = ["link", "email"]
        .iter()
        .filter_map(|field| support[*field].as_str().map(|text| ("manifest.json".to_owned(), text.to_owned())))
        .collect();
    for (file, _, script) in &subject.scripts {
        // The CRM itself uses .ru, so only the vendor's own addresses count.
        let own = script.strings.iter().filter(|(text, _)| text.contains("://") || text.contains('@'));
        shared.extend(
            own.filter(|(text, _)| !text.contains("amocrm.ru")).map(|(text, _)| ((*file).to_owned(), text.clone())),
        );
    }
    for (file, text) in shared {
        if let Some(address) = russian_address(&text) {
            let message =
                format!("{address} is shown to people of other languages: declare ru alone or give another address");
            subject.find("ru-link", &file, None, message);
        }
    }
}

fn is_cyrillic(sign: char) -> bool {
    ('\u{400}'..='\u{4ff}').contains(&sign)
}

/// The first host under .ru or .рф in a text.
fn russian_address(text: &str) -> Option<String> {
    let ends = |sign: char| sign.is_whitespace() || "/?#,;:()<>\"'«»“”".contains(sign);
    let host = text.split(ends).map(|word| word.trim_end_matches('.'));
    host.filter_map(|word| word.rsplit('@').next())
        .find(|word| word.len() > 3 && (word.to_lowercase().ends_with(".ru") || word.ends_with(".рф")))
        .map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn russian_addresses_are_seen() {
        assert_eq!(russian_address("write to help@firm.ru."), Some("firm.ru".to_owned()));
        assert_eq!(russian_address("https://firm.ru/help?x=1"), Some("firm.ru".to_owned()));
        assert_eq!(russian_address("https://firm.example/.ru/"), None);
        assert_eq!(russian_address("a rule, a guru"), None);
    }
}
