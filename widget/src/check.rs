//! Finds, before the upload, what moderation of amoCRM and Kommo would reject (crm-api §9.1 to §9.5, §9.8). Each rule
//! checks one thing and has a name. Rules that require a person's judgement (prices in the card, advertising) are not
//! included.

mod code;
mod files;
mod manifest;

#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::build::{Archive, ArchiveError};
use crate::manifest::Platform;
use crate::script::{self, Script};

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
    files::structure(&mut subject);
    manifest::look(&mut subject);
    manifest::locations(&mut subject);
    files::languages(&mut subject);
    files::images(&mut subject);
    code::scripts(&mut subject);
    code::style(&mut subject);
    manifest::card(&mut subject);
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

/// All rules, each with what it rejects.
pub const RULES: &[(&str, &str)] = &[
    ("app-write", "the CRM's object APP (AMOCRM) is changed"),
    ("archive-size", "the archive is larger than 2 MB"),
    ("block-without-location", "a block of the manifest whose location is not declared"),
    ("byte-order-mark", "a text file begins with a byte order mark"),
    ("callback-missing", "script.js lacks a callback that amoCRM calls"),
    ("commented-code", "code that is commented out"),
    ("console", "console.* other than console.debug, or console.trace outside of catch"),
    ("css-global", "a selector that reaches beyond the widget's own root"),
    ("css-system-class", "a root that is a class of the CRM itself"),
    ("dev-placeholder", "a fact that `--dev` filled in"),
    ("dialog", "alert, confirm, prompt"),
    ("eval", "text that is run as code"),
    ("foreign-language", "Russian text in another language's file"),
    ("foreign-script", "code that is loaded past the list of define"),
    ("i18n-file", "a declared language without its file, or a file that is not a declared language"),
    ("i18n-key", "the manifest names a text that the language files lack"),
    ("i18n-structure", "language files of different structure"),
    ("image-animated", "an image that moves"),
    ("image-format", "an image of a kind that the platform does not take"),
    ("image-missing", "an image that must be there"),
    ("image-size", "an image of other than the required pixels"),
    ("image-weight", "an image of more than 300 KB"),
    ("json", "a JSON file that is not strict JSON"),
    ("kommo-icon", "Kommo's SVG icon is missing or too pale on white or #153043"),
    ("line-ends", "a text file with other line ends than LF"),
    ("link-referrer", "a link without referrerpolicy=\"no-referrer\""),
    ("locale", "languages of the manifest that the platform does not take"),
    ("location-platform", "a location that this platform does not have"),
    ("location-sources", "a chat widget without lead_sources"),
    ("location-unknown", "a location that is not documented"),
    ("location-unused", "a location that nothing in the archive serves"),
    ("logo-name", "the CRM's name in the name of an image"),
    ("manifest-field", "a field of the manifest that is missing or of the wrong type"),
    ("manifest-legacy", "a field of old archives or an obsolete tag"),
    ("manifest-missing", "no manifest.json"),
    ("minified", "minified or obfuscated code"),
    ("name", "the CRM's name in the widget's name, or a name that is too long"),
    ("privacy", "no link to a privacy policy"),
    ("request-in-loop", "requests in a loop"),
    ("rouble-price", "prices in roubles in another language's file"),
    ("ru-link", "addresses in .ru for other languages"),
    ("script-missing", "no script.js"),
    ("script-syntax", "a script that does not parse"),
    ("server-address", "a server that is not reached by https"),
    ("setting", "a field of the settings that amoCRM would not save or should not hold"),
    ("support", "no support link"),
    ("switcher", "styles switcher_on, switcher_off"),
    ("synchronous-request", "async: false"),
    ("text-encoding", "a text file that is not UTF-8"),
    ("top-folder", "files under a folder instead of at the archive's root"),
    ("tour", "tour images: none, or more than five a language"),
    ("undeclared-variable", "a variable that is declared nowhere"),
    ("undocumented-environment", "parts of APP that are not documented"),
    ("unused-file", "a file that nothing uses"),
    ("version", "a version that is not 1.0.0"),
    ("virtual-click", "clicks made by the script"),
];
