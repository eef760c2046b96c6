//! Finds, before the upload, what moderation of amoCRM and Kommo would reject (crm-api §9.1 to §9.5, §9.8). Each rule
//! checks one thing and has a name. Rules that require a person's judgement (prices in the card, advertising) are not
//! included.

mod card;
mod images;
mod languages;
mod locations;
mod manifest;
mod rules;
mod scripts;
mod structure;
mod style;
#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::archive::{Archive, ArchiveError};
use crate::inputs::Platform;
use crate::script::{self, Script};

pub use rules::RULES;

/// One thing that moderation would reject.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// Its name in [`RULES`].
    pub rule: &'static str,
    /// The file in the archive; empty for the archive as a whole.
    pub file: String,
    /// 1-based.
    pub line: Option<usize>,
    pub message: String,
}

/// Checks an archive by the rules of a platform; without one, by those that the archive's own `lib/config.js` names.
/// The findings are sorted by file and line; none means that no rule is violated.
pub fn check(bytes: &[u8], platform: Option<Platform>) -> Result<Vec<Finding>, ArchiveError> {
    Ok(look(&Archive::read(bytes)?, bytes.len(), platform))
}

/// `size`: bytes of the zip.
fn look(archive: &Archive, size: usize, platform: Option<Platform>) -> Vec<Finding> {
    let mut subject = Subject::of(archive, size, platform);
    structure::look(&mut subject);
    manifest::look(&mut subject);
    locations::look(&mut subject);
    languages::look(&mut subject);
    images::look(&mut subject);
    scripts::look(&mut subject);
    style::look(&mut subject);
    card::look(&mut subject);
    let mut findings = subject.findings;
    findings.sort_by(|a, b| (&a.file, a.line, a.rule, &a.message).cmp(&(&b.file, b.line, b.rule, &b.message)));
    findings.dedup();
    findings
}

/// An archive with the data that all rules need.
struct Subject<'a> {
    archive: &'a Archive,
    size: usize,
    platform: Platform,
    manifest: Value,
    scripts: Vec<(&'a str, &'a str, Script)>,
    findings: Vec<Finding>,
}

impl<'a> Subject<'a> {
    fn of(archive: &'a Archive, size: usize, platform: Option<Platform>) -> Self {
        let manifest = archive.text("manifest.json").and_then(|text| serde_json::from_str(text).ok());
        let names = archive.files.keys().filter(|name| name.ends_with(".js"));
        let scripts =
            names.filter_map(|name| archive.text(name).map(|text| (name.as_str(), text, script::read(text)))).collect();
        let kommo = archive.text("lib/config.js").is_some_and(|text| text.contains("\"crm\": \"Kommo\""));
        let own = if kommo { Platform::Kommo } else { Platform::Amocrm };
        Self {
            archive,
            size,
            platform: platform.unwrap_or(own),
            manifest: manifest.unwrap_or(Value::Null),
            scripts,
            findings: Vec::new(),
        }
    }

    fn find(&mut self, rule: &'static str, file: &str, line: Option<usize>, message: impl Into<String>) {
        self.findings.push(Finding { rule, file: file.to_owned(), line, message: message.into() });
    }

    /// Languages of the manifest.
    fn locale(&self) -> Vec<String> {
        texts(&self.manifest["widget"]["locale"])
    }

    fn locations(&self) -> Vec<String> {
        texts(&self.manifest["locations"])
    }

    /// Whether any script has a property or a string of this name.
    fn scripts_name(&self, name: &str) -> bool {
        let names = |script: &Script| {
            script.properties.contains(name) || script.strings.iter().any(|(text, _)| text.contains(name))
        };
        self.scripts.iter().any(|(_, _, script)| names(script))
    }

    /// The texts of a language; Null if the file is missing or not JSON.
    fn words(&self, language: &str) -> Value {
        let text = self.archive.text(&format!("i18n/{language}.json"));
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null)
    }
}

/// The strings of a JSON list.
fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

/// Every string of a JSON value, with its dotted path.
fn leaves(value: &Value, path: &str, out: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => out.push((path.to_owned(), text.clone())),
        Value::Object(map) => {
            for (key, inner) in map {
                let deeper = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                leaves(inner, &deeper, out);
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| leaves(inner, path, out)),
        _ => {}
    }
}

/// 1-based line of the first occurrence of a text.
fn line_with(text: &str, part: &str) -> Option<usize> {
    text.lines().position(|line| line.contains(part)).map(|index| index + 1)
}
