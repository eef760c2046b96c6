//! The files of the archive (crm-api §9.1, §9.2, §9.5, §9.8): their places, their encoding, whether they are used; images; and
//! language files.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Subject, leaves, line_with, texts as texts_of};
use crate::manifest::{LOGOS, Platform};

const TEXTS: [&str; 5] = [".js", ".json", ".css", ".twig", ".svg"];

/// What an archive must have before anything else can be said about it.
pub(super) fn structure(subject: &mut Subject<'_>) {
    const MANIFEST: &str = "manifest.json";
    let archive = subject.archive;
    let Some(manifest) = archive.files.get(MANIFEST) else {
        let mut names = archive.files.keys();
        match names.find_map(|name| name.replace('\\', "/").strip_suffix("/manifest.json").map(ToOwned::to_owned)) {
            Some(folder) => {
                let message = format!("zip what is in this folder, not the folder: {MANIFEST} belongs to the root");
                subject.find("top-folder", &format!("{folder}/"), None, message);
            }
            None => subject.find("manifest-missing", MANIFEST, None, "an archive begins with its manifest"),
        }
        return;
    };
    if !subject.manifest.is_object() {
        written(subject, MANIFEST, manifest);
        if subject.findings.is_empty() {
            subject.find("json", MANIFEST, None, "the manifest is no JSON object");
        }
    }
    if !archive.files.contains_key("script.js") && subject.platform == Platform::Amocrm {
        let sources = archive.files.keys().any(|name| name == "package.json" || name.ends_with(".ts"));
        let hint = if sources { "; these are its sources: build it and zip the result" } else { "" };
        subject.find("script-missing", "script.js", None, format!("amoCRM loads the widget by its script.js{hint}"));
    }
}

/// Encoding and syntax of the texts.
pub(super) fn texts(subject: &mut Subject<'_>) {
    let archive = subject.archive;
    let used: Vec<_> = archive.files.iter().filter(|(name, _)| subject.used.contains(name.as_str())).collect();
    for (name, content) in used {
        if TEXTS.iter().any(|ending| name.ends_with(ending)) {
            written(subject, name, content);
        }
    }
}

fn written(subject: &mut Subject<'_>, name: &str, content: &[u8]) {
    if content.starts_with(b"\xef\xbb\xbf") {
        subject.find("byte-order-mark", name, Some(1), "save it as UTF-8 without a byte order mark");
    }
    let Ok(text) = std::str::from_utf8(content) else {
        subject.find("text-encoding", name, None, "the file is not UTF-8");
        return;
    };
    if let Some(index) = text.split('\n').position(|line| line.contains('\r')) {
        subject.find("line-ends", name, Some(index + 1), "line ends are LF alone");
    }
    if name.ends_with(".json")
        && let Err(error) = serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}'))
    {
        subject.find("json", name, Some(error.line()), format!("no strict JSON: {error}"));
    }
}

/// Files that nothing uses; a folder without a single used file is one finding.
pub(super) fn unused(subject: &mut Subject<'_>) {
    let archive = subject.archive;
    let is_used = |name: &String| subject.used.contains(name.as_str());
    let folder = |name: &str| name.split_once('/').map(|(folder, _)| format!("{folder}/"));
    let mixed: BTreeSet<String> =
        archive.files.keys().filter(|name| is_used(name)).filter_map(|name| folder(name)).collect();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    // A language file that is not declared has its own finding.
    let unused = archive.files.keys().filter(|name| !is_used(name) && !name.starts_with("i18n/"));
    for name in unused {
        let place = folder(name).filter(|folder| !mixed.contains(folder));
        *places.entry(place.unwrap_or_else(|| name.clone())).or_default() += 1;
    }
    for (place, count) in places {
        let message = match count {
            1 => "nothing in the archive uses this file".to_owned(),
            count => format!("nothing in the archive uses these {count} files"),
        };
        subject.find("unused-file", &place, None, message);
    }
}

const HEAVIEST: usize = 300 * 1000;
const HEAD: usize = 16 * 1024;
const TOUR: (u32, u32) = (1188, 616);
const ICON: &str = "images/icon.svg";

/// Properties of an image, read from its first bytes.
#[derive(Debug, PartialEq, Eq)]
struct Picture {
    kind: &'static str,
    pixels: (u32, u32),
    moves: bool,
}

pub(super) fn images(subject: &mut Subject<'_>) {
    let mut required: BTreeMap<String, ((u32, u32), &str)> =
        LOGOS.iter().map(|(name, w, h)| ((*name).to_owned(), ((*w, *h), "every widget has this logo"))).collect();
    if subject.locations().iter().any(|location| location == "digital_pipeline") {
        let reason = "the manifest declares digital_pipeline";
        required.insert("images/logo_dp.png".to_owned(), ((174, 109), reason));
    }
    // A logo in the place of a tour image is no screenshot, so the fault is in the manifest.
    required.extend(tour(subject).into_iter().map(|name| (name, (TOUR, "the manifest lists it as a tour image"))));
    for (name, (pixels, reason)) in required {
        match subject.archive.files.get(&name) {
            None => subject.find("image-missing", &name, None, format!("it must be there: {reason}")),
            Some(content) => form(subject, &name, content, pixels, reason),
        }
    }
    let archive = subject.archive;
    let used = archive.files.iter().filter(|(name, _)| name.starts_with("images/"));
    let used: Vec<_> = used.filter(|(name, _)| subject.used.contains(name.as_str())).collect();
    for (name, content) in used {
        if content.len() > HEAVIEST {
            subject.find("image-weight", name, None, format!("{} KB; at most 300", content.len() / 1000));
        }
        if picture(content).is_some_and(|picture| picture.moves) {
            subject.find("image-animated", name, None, "images must not move");
        }
    }
    if subject.platform == Platform::Kommo {
        icon(subject);
    }
}

/// Names of the tour images; checks their number for each language.
fn tour(subject: &mut Subject<'_>) -> Vec<String> {
    let Some(tours) = subject.manifest["tour"]["tour_images"].as_object().cloned() else { return Vec::new() };
    let mut all = Vec::new();
    let locale = subject.locale();
    for language in &locale {
        let names = tours.get(language).map(texts_of).unwrap_or_default();
        if names.is_empty() || names.len() > 5 {
            let message = format!("\"{language}\" has {} tour images; one to five are taken", names.len());
            subject.find("tour", "manifest.json", None, message);
        }
        all.extend(names.iter().map(|name| name.trim_start_matches('/').to_owned()));
    }
    all
}

fn form(subject: &mut Subject<'_>, name: &str, content: &[u8], pixels: (u32, u32), reason: &str) {
    let Some(picture) = picture(content) else {
        subject.find("image-format", name, None, "neither PNG nor JPEG nor GIF");
        return;
    };
    if subject.platform == Platform::Kommo && picture.kind != "png" {
        subject.find("image-format", name, None, "Kommo takes PNG alone");
    }
    let ending = name.rsplit('.').next().unwrap_or_default().to_lowercase().replace("jpg", "jpeg");
    if ending != picture.kind {
        subject.find("image-format", name, None, format!("the name says {ending}, the content is {}", picture.kind));
    }
    if picture.pixels != pixels {
        let ((width, height), (wide, high)) = (picture.pixels, pixels);
        subject.find("image-size", name, None, format!("{width}×{height} instead of {wide}×{high}: {reason}"));
    }
}

/// Kommo's icon must be visible on white and on its dark blue.
fn icon(subject: &mut Subject<'_>) {
    let Some(text) = subject.archive.text(ICON) else {
        subject.find("kommo-icon", ICON, None, "Kommo asks for the icon as SVG");
        return;
    };
    let colours = text.split('#').skip(1).filter_map(|rest| colour(rest.get(..6)?));
    let seen = |colour: f64| contrast(colour, 1.0) >= 3.0 && contrast(colour, luminance([0x15, 0x30, 0x43])) >= 3.0;
    if !text.contains("<svg") || !colours.map(luminance).any(seen) {
        subject.find("kommo-icon", ICON, None, "no colour in it has a contrast of 3 on #FFFFFF and on #153043");
    }
}

fn colour(hex: &str) -> Option<[u8; 3]> {
    let part = |from: usize| u8::from_str_radix(hex.get(from..from + 2)?, 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

/// Relative luminance by WCAG.
fn luminance(colour: [u8; 3]) -> f64 {
    let linear = |part: u8| {
        let share = f64::from(part) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
}

fn contrast(one: f64, other: f64) -> f64 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn picture(content: &[u8]) -> Option<Picture> {
    if content.starts_with(b"\x89PNG\r\n\x1a\n") {
        // The chunk that marks an animated PNG precedes the image data, so it is near the beginning.
        let moves = content.windows(4).take(HEAD).any(|name| name == b"acTL");
        return Some(Picture { kind: "png", pixels: (big(content, 16, 4)?, big(content, 20, 4)?), moves });
    }
    if content.starts_with(b"GIF8") {
        let side = |at: usize| Some(u32::from(*content.get(at)?) + 256 * u32::from(*content.get(at + 1)?));
        let frames = content.windows(3).filter(|mark| mark == b"\x21\xf9\x04").count();
        return Some(Picture { kind: "gif", pixels: (side(6)?, side(8)?), moves: frames > 1 });
    }
    if content.starts_with(b"\xff\xd8") {
        return Some(Picture { kind: "jpeg", pixels: jpeg(content)?, moves: false });
    }
    None
}

/// Size of a JPEG in pixels, from its first frame header.
fn jpeg(content: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    while *content.get(at)? == 0xff {
        let marker = *content.get(at + 1)?;
        let frame = (0xc0..=0xcf).contains(&marker) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
        if frame {
            return Some((big(content, at + 7, 2)?, big(content, at + 5, 2)?));
        }
        at += 2 + usize::try_from(big(content, at + 2, 2)?).ok()?;
    }
    None
}

/// A big-endian number.
fn big(content: &[u8], at: usize, length: usize) -> Option<u32> {
    Some(content.get(at..at + length)?.iter().fold(0, |sum, &byte| sum * 256 + u32::from(byte)))
}

pub(super) fn languages(subject: &mut Subject<'_>) {
    let locale = subject.locale();
    language_files(subject, &locale);
    same_structure(subject, &locale);
    keys(subject, &locale);
    for language in locale.iter().filter(|language| *language != "ru") {
        foreign(subject, language);
    }
    if locale.iter().any(|language| language != "ru") {
        shared_addresses(subject);
    }
}

fn language_files(subject: &mut Subject<'_>, locale: &[String]) {
    for language in locale {
        let name = format!("i18n/{language}.json");
        if !subject.archive.files.contains_key(&name) {
            subject.find("i18n-file", &name, None, format!("\"{language}\" is declared and has no file"));
        }
    }
    if locale.is_empty() {
        return;
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

fn same_structure(subject: &mut Subject<'_>, locale: &[String]) {
    let readable: Vec<&String> = locale.iter().filter(|language| !subject.words(language).is_null()).collect();
    let Some((first, others)) = readable.split_first() else { return };
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

/// The first offence of each kind in a language's file, because one forgotten translation is all of them.
fn foreign(subject: &mut Subject<'_>, language: &str) {
    let name = format!("i18n/{language}.json");
    let text = subject.archive.text(&name).unwrap_or_default().to_owned();
    let mut all = Vec::new();
    leaves(&subject.words(language), "", &mut all);
    let mut first = |rule, said: &dyn Fn(&str) -> Option<String>| {
        let mut found = all.iter().filter_map(|(path, phrase)| Some((path, phrase, said(phrase)?)));
        let Some((path, phrase, said)) = found.next() else { return };
        let more = match found.count() {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let line = line_with(&text, &Value::String(phrase.clone()).to_string());
        subject.find(rule, &name, line, format!("\"{path}\" {said}{more}"));
    };
    first("foreign-language", &|phrase| phrase.chars().any(is_cyrillic).then(|| "holds Russian text".to_owned()));
    first("ru-link", &|phrase| russian_address(phrase).map(|address| format!("leads to {address}")));
    let roubles = |phrase: &str| {
        phrase.contains('₽') || phrase.split(|sign: char| !sign.is_alphabetic()).any(|word| word == "RUB")
    };
    first("rouble-price", &|phrase| roubles(phrase).then(|| "names a price in roubles".to_owned()));
}

/// Addresses that are shown in all languages: the support's, links and e-mail addresses in scripts. Addresses that a
/// script only calls are not shown.
fn shared_addresses(subject: &mut Subject<'_>) {
    let support = &subject.manifest["widget"]["support"];
    let mut shared: Vec<(String, String)> = ["link", "email"]
        .iter()
        .filter_map(|field| support[*field].as_str().map(|text| ("manifest.json".to_owned(), text.to_owned())))
        .collect();
    for (file, _, script) in &subject.scripts {
        let shown = |text: &str| ["href=", "mailto:", "@"].iter().any(|sign| text.contains(sign));
        let shown = script.strings.iter().filter(|(text, _)| shown(text) && !text.contains("amocrm.ru"));
        shared.extend(shown.map(|(text, _)| ((*file).to_owned(), text.clone())));
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
    fn sizes_are_read_from_each_format() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\xa4\0\0\x02\x68";
        assert_eq!(picture(png), Some(Picture { kind: "png", pixels: (1188, 616), moves: false }));
        let gif = b"GIF89a\x54\0\x55\0\x21\xf9\x04..\x21\xf9\x04";
        assert_eq!(picture(gif), Some(Picture { kind: "gif", pixels: (84, 85), moves: true }));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x0b\x08\0\x54\0\x55";
        assert_eq!(picture(jpeg), Some(Picture { kind: "jpeg", pixels: (85, 84), moves: false }));
        assert_eq!(picture(b"<svg"), None);
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let blue = luminance([0x2b, 0x7d, 0xd6]);
        assert!((contrast(blue, 1.0) - 4.19).abs() < 0.01);
        assert!((contrast(blue, luminance([0x15, 0x30, 0x43])) - 3.26).abs() < 0.01);
    }

    #[test]
    fn russian_addresses_are_seen() {
        assert_eq!(russian_address("write to help@firm.ru."), Some("firm.ru".to_owned()));
        assert_eq!(russian_address("https://firm.ru/help?x=1"), Some("firm.ru".to_owned()));
        assert_eq!(russian_address("https://firm.example/.ru/"), None);
        assert_eq!(russian_address("a rule, a guru"), None);
    }
}
