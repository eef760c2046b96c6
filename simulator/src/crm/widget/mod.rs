//! A widget as stored by amoCRM after the upload of its archive.

mod manifest;

use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Read};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use serde_json::{Map, Value};
use zip::ZipArchive;

#[derive(Debug)]
pub(crate) struct Widget {
    /// Widget code, from the integration's card and not from the archive.
    pub(crate) code: String,
    pub(crate) version: String,
    manifest: Value,
    texts: BTreeMap<String, Value>,
    files: Files,
}

pub(crate) struct Field {
    pub(crate) key: String,
    /// Key of its label in the texts.
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) required: bool,
}

/// A step that a widget adds to the designer of Salesbots.
pub(crate) struct BotStep<'a> {
    pub(crate) code: &'a str,
    pub(crate) name: &'a str,
    pub(crate) fields: Vec<BotField<'a>>,
}

pub(crate) struct BotField<'a> {
    pub(crate) key: &'a str,
    pub(crate) name: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) value: &'a str,
}

impl Widget {
    /// The steps of `salesbot_designer`, in the order of their codes.
    pub(crate) fn bot_steps(&self, language: &str) -> Vec<BotStep<'_>> {
        let block = self
            .manifest
            .get("salesbot_designer")
            .and_then(Value::as_object)
            .filter(|_| self.is_in("salesbot_designer"));
        let text = |value: &'_ Value, key: &str| -> String { value[key].as_str().unwrap_or_default().to_owned() };
        let steps = block.into_iter().flatten().filter(|(_, step)| step.is_object());
        steps
            .map(|(code, step)| BotStep {
                code,
                name: self.lookup(language, &text(step, "name")),
                fields: step["settings"]
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(key, field)| BotField {
                        key,
                        name: self.lookup(language, &text(field, "name")),
                        kind: field["type"].as_str().unwrap_or_default(),
                        value: field["default_value"].as_str().unwrap_or_default(),
                    })
                    .collect(),
            })
            .collect()
    }

    /// Loads an archive like amoCRM's upload; the error says why it is refused.
    pub(crate) fn load(code: &str, zip: &[u8]) -> Result<Self> {
        let first = code.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        if !first || !code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            bail!("widget code {code:?} must be latin letters, digits and _, with a small letter first");
        }
        let files = unpack(zip)?;
        let manifest = json(&files, "manifest.json")?;
        let texts = manifest::check(&manifest, &files)?;
        let version = manifest.pointer("/widget/version").and_then(Value::as_str).context("no version")?.to_owned();
        Ok(Self { code: code.to_owned(), version, manifest, texts, files })
    }

    pub(crate) fn file(&self, path: &str) -> Option<&Bytes> {
        self.files.get(path)
    }

    /// The texts of a language, by default of the manifest's first one.
    pub(crate) fn texts(&self, language: &str) -> &Value {
        let first = || {
            let code = self.manifest.pointer("/widget/locale/0").and_then(Value::as_str).unwrap_or_default();
            self.texts.get(code)
        };
        self.texts.get(language).or_else(first).unwrap_or(&Value::Null)
    }

    /// The text for a key of the manifest, such as `/widget/name`; empty if there is none.
    pub(crate) fn text(&self, language: &str, pointer: &str) -> &str {
        let key = self.manifest.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        self.lookup(language, key)
    }

    /// A text by its dotted key.
    pub(crate) fn lookup(&self, language: &str, key: &str) -> &str {
        let mut value = self.texts(language);
        for part in key.split('.') {
            value = value.get(part).unwrap_or(&Value::Null);
        }
        value.as_str().unwrap_or_default()
    }

    /// Whether the widget declares a location, with or without its suffix.
    pub(crate) fn is_in(&self, location: &str) -> bool {
        self.locations()
            .any(|one| one == location || one.strip_suffix("-0").or(one.strip_suffix("-1")) == Some(location))
    }

    /// Whether the widget uses the right column of a lead's card.
    pub(crate) fn takes_card(&self) -> bool {
        self.locations().any(|one| matches!(one, "lcard" | "lcard-1" | "everywhere"))
    }

    fn locations(&self) -> impl Iterator<Item = &str> {
        self.manifest.get("locations").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// The fields of the settings window, ordered by key.
    pub(crate) fn fields(&self) -> Vec<Field> {
        let fields = self.manifest.get("settings").and_then(Value::as_object);
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        fields
            .map(Map::iter)
            .into_iter()
            .flatten()
            .map(|(key, value)| Field {
                key: key.clone(),
                name: text(value, "name"),
                kind: text(value, "type"),
                required: value.get("required").and_then(Value::as_bool).unwrap_or_default(),
            })
            .collect()
    }

    pub(crate) fn tour_image(&self, language: &str) -> Option<&str> {
        self.manifest.pointer(&format!("/tour/tour_images/{language}/0")).and_then(Value::as_str)
    }

    /// The value of `self.params.support`.
    pub(crate) fn support(&self) -> Value {
        self.manifest.pointer("/widget/support").cloned().unwrap_or(Value::Null)
    }
}

/// More than any widget needs; stops zip bombs.
const UNPACKED_LIMIT: u64 = 16 * 1024 * 1024;

type Files = HashMap<String, Bytes>;

/// Unpacks the archive and rejects what amoCRM's upload rejects: folders around it, invalid paths, no manifest.
fn unpack(zip: &[u8]) -> Result<Files> {
    let mut archive = ZipArchive::new(Cursor::new(zip)).context("the archive is not a zip file")?;
    let mut files = Files::new();
    let mut left = UNPACKED_LIMIT;
    for at in 0..archive.len() {
        let entry = archive.by_index(at).with_context(|| format!("entry {at} of the archive"))?;
        let name = entry.name().with_context(|| format!("name of entry {at} of the archive"))?.into_owned();
        if entry.is_dir() {
            continue;
        }
        ensure!(is_plain(&name), "the archive has a file with a path that leads elsewhere: {name:?}");
        let mut bytes = Vec::new();
        entry.take(left + 1).read_to_end(&mut bytes).with_context(|| format!("{name} can't be unpacked"))?;
        left = left
            .checked_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
            .with_context(|| format!("the archive unpacks to more than {UNPACKED_LIMIT} bytes"))?;
        ensure!(files.insert(name.clone(), bytes.into()).is_none(), "{name} is in the archive twice");
    }
    if !files.contains_key("manifest.json") {
        if let Some(deep) = files.keys().find(|name| name.ends_with("/manifest.json")) {
            bail!("manifest.json must be at the root of the archive, not at {deep}");
        }
        bail!("the archive has no manifest.json");
    }
    Ok(files)
}

fn is_plain(name: &str) -> bool {
    !name.contains('\\') && name.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// A text file: UTF-8 without a byte order mark.
fn text<'a>(files: &'a Files, path: &str) -> Result<&'a str> {
    let bytes = files.get(path).with_context(|| format!("the archive has no {path}"))?;
    let text = std::str::from_utf8(bytes).with_context(|| format!("{path} is not UTF-8"))?;
    ensure!(!text.starts_with('\u{feff}'), "{path} begins with a byte order mark");
    Ok(text)
}

/// A strict JSON object.
fn json(files: &Files, path: &str) -> Result<Value> {
    let value: Value =
        serde_json::from_str(text(files, path)?).with_context(|| format!("{path} is not strict JSON"))?;
    ensure!(value.is_object(), "{path} must be a JSON object");
    Ok(value)
}
