//! Builds an archive. Equal inputs give equal bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Write};

use serde::Serialize;
use serde_json::{Map, Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::manifest::{BOT_STEPS, BuildInputs, Manifest, Platform, tour_ending};
use crate::words::{Words, WordsError};
use crate::{embedded, script};

/// Why no archive can be built. Each error says what to change.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("[integration.widget] languages: none of them is a language of {0}; it takes {1}")]
    NoLanguage(&'static str, String),
    #[error("[integration.widget] version: \"{0}\" is not of the form 1.0.0")]
    Version(String),
    #[error(
        "there is no tour image for \"{0}\": put tour_1_{0}.png (1188×616) into widget/assets/images (Kommo: images/kommo) or logo_dir"
    )]
    NoTour(String),
    #[error("the widget's script does not parse: {0}")]
    Script(String),
    #[error(transparent)]
    Words(#[from] WordsError),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error("a file of the archive could not be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// What the archive lacks for moderation, each as a sentence about the configuration. Empty with `--dev`, whose
/// placeholders stand for it.
pub fn warnings(inputs: &BuildInputs) -> Vec<String> {
    if inputs.dev {
        return Vec::new();
    }
    let missing = inputs.missing().into_iter();
    let mut warnings: Vec<_> = missing
        .map(|key| format!("{key} is missing: the archive is built without it, and moderation would refuse it"))
        .collect();
    if inputs.public_url.scheme() != "https" {
        let url = &inputs.public_url;
        warnings.push(format!("[server] public_url is {url}: browsers let a widget call its server by https only"));
    }
    warnings
}

/// The archive for upload, as bytes of a zip. [`warnings`] and the check report what it lacks for moderation.
pub fn build(inputs: &BuildInputs) -> Result<Vec<u8>, BuildError> {
    build_named(inputs, &str::to_owned)
}

/// [`build`] with each text changed by `rename`, which puts a brand's name in place of Parom.
pub fn build_named(inputs: &BuildInputs, rename: &dyn Fn(&str) -> String) -> Result<Vec<u8>, BuildError> {
    let inputs = checked(inputs)?;
    let mut files = scripts(&inputs)?;
    files.extend(images(&inputs));
    let tour = tour(&inputs, &files)?;
    files.extend(languages(&inputs, &files, rename)?);
    files.insert("manifest.json".to_owned(), printed(&Manifest::of(&inputs, &tour))?);
    Ok(Archive { files }.write()?)
}

fn checked(inputs: &BuildInputs) -> Result<BuildInputs, BuildError> {
    let mut inputs = inputs.clone();
    if inputs.dev {
        inputs = inputs.with_placeholders();
    }
    // The CRM gives the script the widget's real code; this one is its fallback.
    if inputs.code.trim().is_empty() {
        inputs.code = "parom".to_owned();
    }
    if inputs.name.trim().is_empty() {
        inputs.name = "Parom".to_owned();
    }
    if !is_version(&inputs.version) {
        return Err(BuildError::Version(inputs.version));
    }
    if inputs.locale().is_empty() {
        return Err(BuildError::NoLanguage(inputs.platform.brand(), inputs.platform.languages().join(", ")));
    }
    Ok(inputs)
}

/// `1.0.0`: three numbers.
pub(crate) fn is_version(text: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.len() < 6 && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split('.').count() == 3 && text.split('.').all(number)
}

const STYLE: &str = "style.css";
/// Parom's colours in it.
const ACCENT: &str = "#0f62c8";
const HOVER: &str = "#0a4c9e";

type Files = BTreeMap<String, Vec<u8>>;

/// Scripts and style. The CRM caches modules by their address, so the version in it loads new ones after an update.
fn scripts(inputs: &BuildInputs) -> Result<Files, BuildError> {
    let versioned = format!(".js?v={}'", inputs.version);
    let mut files = Files::new();
    for (name, content) in embedded::assets() {
        if name.starts_with("images/") || (name == "lib/card.js" && !inputs.card) {
            continue;
        }
        let mut text = String::from_utf8_lossy(content).replace("\r\n", "\n");
        if let Some([accent, hover]) = inputs.colors.as_ref().filter(|_| name == STYLE) {
            text = text.replace(ACCENT, accent).replace(HOVER, hover);
        }
        let lines = text
            .split_inclusive('\n')
            .map(|line| if line.contains("'./") { line.replace(".js'", &versioned) } else { line.to_owned() });
        files.insert(name.to_owned(), lines.collect::<String>().into_bytes());
    }
    let areas = if inputs.card {
        format!(
            "define(['./card.js?v={}'], function (Card) {{\n  'use strict';\n\n  return {{ lcard: Card }};\n}});\n",
            inputs.version
        )
    } else {
        "define({});\n".to_owned()
    };
    let areas = format!("/** Cards of the CRM in which the widget has a panel. */\n{areas}");
    files.insert("lib/areas.js".to_owned(), areas.into_bytes());
    let mut config = b"/** The vendor's facts, written when the archive was built. */\ndefine(".to_vec();
    config.extend(printed(&facts(inputs))?.strip_suffix(b"\n").unwrap_or_default());
    config.extend(b");\n");
    files.insert("lib/config.js".to_owned(), config);
    Ok(files)
}

fn facts(inputs: &BuildInputs) -> Value {
    json!({
        "server": inputs.public_url.as_str().trim_end_matches('/'),
        "integration": inputs.integration,
        "crm": inputs.platform.brand(),
        "name": inputs.name,
        "code": inputs.code,
        "support": { "link": inputs.vendor.support_url, "email": inputs.vendor.support_email },
        "privacy": inputs.vendor.privacy_url,
        "legal": inputs.vendor.legal_entity,
        // Lists of the CRM that open the window, and the messenger that each represents.
        "modals": if inputs.has_whatsapp_modal() { json!({ "whatsapp_modal": "whatsapp" }) } else { json!({}) },
    })
}

fn images(inputs: &BuildInputs) -> Files {
    let locale = inputs.locale();
    // Screenshots contain the CRM's name, so Kommo has its own; the logos are shared.
    let ours = embedded::assets().filter_map(|(name, content)| {
        let name = match (name.strip_prefix("images/kommo/"), inputs.platform) {
            (Some(own), Platform::Kommo) => format!("images/{own}"),
            (None, Platform::Kommo) if name.starts_with("images/tour_") => return None,
            (Some(_), Platform::Amocrm) => return None,
            (None, _) => name.to_owned(),
        };
        Some((name, content.to_vec()))
    });
    let theirs = inputs.images.iter().map(|(name, content)| (format!("images/{name}"), content.clone()));
    let all: Files = ours.chain(theirs).collect();
    let shown: BTreeSet<String> = locale.iter().map(|language| tour_ending(language, all.keys())).collect();
    let wanted = |name: &str| match name.strip_prefix("images/tour_") {
        Some(rest) => shown.iter().any(|ending| rest.ends_with(ending)),
        None => name.starts_with("images/") && (!name.ends_with(".svg") || inputs.platform == Platform::Kommo),
    };
    all.into_iter().filter(|(name, _)| wanted(name)).collect()
}

/// Names of the tour images; every language needs one.
fn tour(inputs: &BuildInputs, files: &Files) -> Result<Vec<String>, BuildError> {
    let names: Vec<String> = files.keys().filter(|name| name.starts_with("images/tour_")).cloned().collect();
    let has = |language: &String| {
        let ending = tour_ending(language, &names);
        names.iter().any(|name| name.ends_with(&ending))
    };
    match inputs.locale().iter().find(|language| !has(language)) {
        Some(language) if !inputs.dev => Err(BuildError::NoTour(language.clone())),
        _ => Ok(names),
    }
}

/// One file of texts per language, containing only the texts that the scripts of this archive use.
fn languages(inputs: &BuildInputs, files: &Files, rename: &dyn Fn(&str) -> String) -> Result<Files, BuildError> {
    let mut written = Files::new();
    for language in inputs.locale() {
        let words = Words::of(&language)?;
        let about = |key: &str| words.plain(key).map(|text| Value::String(rename(&text)));
        let value = json!({
            "widget": {
                "name": inputs.name,
                "short_description": about("widget-short-description")?,
                "description": about("widget-description")?,
                "tour_description": about("widget-tour-description")?,
            },
            "settings": { "state": about("widget-setting-state")? },
            "advanced": { "title": inputs.name },
            "salesbot": bot_texts(&about)?,
            "ui": renamed(texts_of(&language, &words, files)?, rename),
        });
        written.insert(format!("i18n/{language}.json"), printed(&value)?);
    }
    Ok(written)
}

/// Names of the Salesbot's steps and of their settings.
fn bot_texts(about: &impl Fn(&str) -> Result<Value, WordsError>) -> Result<Map<String, Value>, WordsError> {
    let mut texts = Map::new();
    for (step, fields) in BOT_STEPS {
        texts.insert(step.to_owned(), about(&format!("salesbot-step-{step}"))?);
        for (field, ..) in fields {
            texts.insert(format!("{step}_{field}"), about(&format!("salesbot-step-{step}-{field}"))?);
        }
    }
    Ok(texts)
}

/// The same with each text changed.
fn renamed(value: Value, rename: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(rename(&text)),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, renamed(value, rename))).collect(),
        other => other,
    }
}

/// The texts that scripts refer to: by whole keys, and by prefixes such as `source-state-`.
fn texts_of(language: &str, words: &Words, files: &Files) -> Result<Value, BuildError> {
    let mut keys = BTreeSet::new();
    for (name, content) in files.iter().filter(|(name, _)| name.ends_with(".js")) {
        let script = script::read(&String::from_utf8_lossy(content));
        if let Some(offence) = script.offences.iter().find(|offence| offence.rule == "script-syntax") {
            return Err(BuildError::Script(format!("{name}:{}: {}", offence.line, offence.message)));
        }
        for (text, _) in script.strings {
            if text.ends_with('-') {
                keys.extend(words.beginning(&text));
            } else if words.has(&text) {
                keys.insert(text);
            }
        }
        // A key that is used but has no text is an error.
        keys.extend(script.text_keys.into_iter().map(|(key, _)| key).filter(|key| !key.ends_with('-')));
    }
    let mut ui = Map::from_iter([("language".to_owned(), Value::String(language.to_owned()))]);
    for key in keys {
        let sentence = words.sentence(&key)?;
        ui.insert(key, sentence);
    }
    Ok(Value::Object(ui))
}

fn printed(value: &impl Serialize) -> Result<Vec<u8>, BuildError> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

// The zip: files by name. Equal files give equal bytes: names are sorted, and timestamp and mode are constant.

/// Larger archives are not read; the largest sensible widget has a tenth of this size.
const LARGEST: u64 = 32 * 1024 * 1024;

/// Files of an archive by their path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive {
    pub files: BTreeMap<String, Vec<u8>>,
}

/// The bytes are not a readable zip, or the zip could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("this is not a zip archive: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("the archive could not be read or written: {0}")]
    File(#[from] std::io::Error),
    #[error("the archive holds more than {} MB", LARGEST / 1024 / 1024)]
    TooLarge,
}

impl Archive {
    pub fn read(bytes: &[u8]) -> Result<Self, ArchiveError> {
        let mut zip = ZipArchive::new(Cursor::new(bytes))?;
        let mut files = BTreeMap::new();
        let mut left = LARGEST;
        for index in 0..zip.len() {
            let file = zip.by_index(index)?;
            if file.is_dir() {
                continue;
            }
            let name = file.name()?.into_owned();
            let mut content = Vec::new();
            // Reads one byte beyond the limit to distinguish "too large" from "just fits", whatever the header claims.
            file.take(left + 1).read_to_end(&mut content)?;
            left = left.checked_sub(u64::try_from(content.len()).unwrap_or(u64::MAX)).ok_or(ArchiveError::TooLarge)?;
            files.insert(name, content);
        }
        Ok(Self { files })
    }

    pub fn write(&self) -> Result<Vec<u8>, ArchiveError> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in &self.files {
            zip.start_file(name.as_str(), options)?;
            zip.write_all(content)?;
        }
        Ok(zip.finish()?.into_inner())
    }

    /// A file as text; None if it is missing or not UTF-8.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.files.get(name).and_then(|content| std::str::from_utf8(content).ok())
    }
}
