//! Finds, before the upload, what moderation of amoCRM and Kommo would reject (crm-api §9.1 to §9.5, §9.8). Each rule
//! checks one thing and has a name. Rules that require a person's judgement (prices in the card, advertising) are not
//! included, and a case that a program cannot decide is not a finding.

mod code;
mod files;
mod manifest;
mod own;
mod used;

#[cfg(test)]
mod strangers;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::build::{Archive, ArchiveError};
use crate::manifest::Platform;
use crate::script::{self, Script};

/// One thing to mend.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// Its name in [`RULES`] or [`OWN_RULES`].
    pub rule: &'static str,
    /// Whether the rule is Parom's own, of which moderation knows nothing.
    pub own: bool,
    /// The file in the archive, or a folder with a `/` behind it; empty for the archive as a whole.
    pub file: String,
    /// 1-based.
    pub line: Option<usize>,
    pub message: String,
}

/// Checks an archive by the rules of a platform; without one, by those that the archive's own `lib/config.js` names,
/// otherwise by amoCRM's.
///
/// Findings come in the order of [`RULES`], so that a cause precedes what it causes, Parom's own at the end. An archive
/// without a readable manifest or script has that finding alone: all others would only follow from it.
pub fn check(bytes: &[u8], platform: Option<Platform>) -> Result<Vec<Finding>, ArchiveError> {
    Ok(look(&Archive::read(bytes)?, bytes.len(), platform))
}

/// `size`: bytes of the zip.
fn look(archive: &Archive, size: usize, platform: Option<Platform>) -> Vec<Finding> {
    let mut subject = Subject::of(archive, platform);
    files::structure(&mut subject);
    if subject.findings.is_empty() {
        files::texts(&mut subject);
        manifest::look(&mut subject);
        manifest::locations(&mut subject);
        files::languages(&mut subject);
        manifest::names(&mut subject);
        files::images(&mut subject);
        code::scripts(&mut subject);
        code::style(&mut subject);
        files::unused(&mut subject);
        own::look(&mut subject, size);
    }
    let mut findings = subject.findings;
    let rank = |rule: &str| RULES.iter().chain(OWN_RULES).position(|(name, _)| *name == rule);
    findings
        .sort_by(|a, b| (rank(a.rule), &a.file, a.line, &a.message).cmp(&(rank(b.rule), &b.file, b.line, &b.message)));
    findings.dedup();
    findings
}

/// An archive with the data that all rules need.
struct Subject<'a> {
    archive: &'a Archive,
    platform: Platform,
    manifest: Value,
    /// The object that `lib/config.js` defines; Null in an archive that was not built by Parom.
    facts: Value,
    scripts: Vec<(&'a str, &'a str, Script)>,
    /// Files that the CRM loads, and those that these name. The others are one finding each, whatever they hold.
    used: BTreeSet<&'a str>,
    findings: Vec<Finding>,
}

impl<'a> Subject<'a> {
    fn of(archive: &'a Archive, platform: Option<Platform>) -> Self {
        let manifest = archive.text("manifest.json").map(|text| text.trim_start_matches('\u{feff}'));
        let manifest = manifest.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null);
        let names = archive.files.keys().filter(|name| name.ends_with(".js"));
        let scripts: Vec<_> =
            names.filter_map(|name| archive.text(name).map(|text| (name.as_str(), text, script::read(text)))).collect();
        let facts = own::facts(archive);
        let own = if facts["crm"] == "Kommo" { Platform::Kommo } else { Platform::Amocrm };
        let used = used::of(archive, &manifest, &scripts);
        let scripts = scripts.into_iter().filter(|(name, ..)| used.contains(name)).collect();
        Self { archive, platform: platform.unwrap_or(own), manifest, facts, scripts, used, findings: Vec::new() }
    }

    fn find(&mut self, rule: &'static str, file: &str, line: Option<usize>, message: impl Into<String>) {
        let own = OWN_RULES.iter().any(|(name, _)| *name == rule);
        self.findings.push(Finding { rule, own, file: file.to_owned(), line, message: message.into() });
    }

    /// Languages of the manifest.
    fn locale(&self) -> Vec<String> {
        texts(&self.manifest["widget"]["locale"])
    }

    fn locations(&self) -> Vec<String> {
        texts(&self.manifest["locations"])
    }

    /// Whether all of `script.js` could be read; if not, it is unknown what it calls and needs.
    fn script_is_read(&self) -> bool {
        let broken = |script: &Script| script.offences.iter().any(|offence| offence.rule == "script-syntax");
        !self.scripts.iter().any(|(name, _, script)| *name == "script.js" && broken(script))
    }

    /// Whether any script has a property or a method of this name.
    fn has_callback(&self, name: &str) -> bool {
        self.scripts.iter().any(|(_, _, script)| script.properties.contains(name))
    }

    /// The texts of a language; Null if the file is missing or not JSON.
    fn words(&self, language: &str) -> Value {
        let text = self.archive.text(&format!("i18n/{language}.json"));
        text.and_then(|text| serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()).unwrap_or(Value::Null)
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

/// What moderation rejects, causes first: fixing an earlier finding may remove later ones.
pub const RULES: &[(&str, &str)] = &[
    ("top-folder", "files under a folder instead of at the archive's root"),
    ("manifest-missing", "no manifest.json"),
    ("script-missing", "no script.js, which amoCRM requires"),
    ("text-encoding", "a text file that is not UTF-8"),
    ("byte-order-mark", "a text file begins with a byte order mark"),
    ("json", "a JSON file that is not strict JSON"),
    ("script-syntax", "a script that does not parse"),
    ("manifest-field", "a field of the manifest that is missing or of the wrong type"),
    ("manifest-legacy", "a field of old archives or an obsolete tag"),
    ("version", "a version that is not 1.0.0"),
    ("locale", "languages of the manifest that the platform does not take"),
    ("support", "no support link and no support e-mail"),
    ("setting", "a field of the settings that amoCRM would not save or should not hold"),
    ("location-unknown", "a location that is not documented"),
    ("location-platform", "a location that this platform does not have"),
    ("location-sources", "a chat integration without lead_sources"),
    ("location-unused", "a location without the callback or block that serves it"),
    ("block-without-location", "a block of the manifest whose location is not declared"),
    ("tour", "tour images: none, or more than five a language"),
    ("i18n-file", "a declared language without its file, or a file that is not a declared language"),
    ("i18n-key", "the manifest names a text that the language files lack"),
    ("i18n-structure", "language files of different structure"),
    ("name", "the CRM's name in the widget's name, or a name that is too long for Kommo"),
    ("foreign-language", "Russian text in another language's file"),
    ("ru-link", "addresses in .ru for other languages"),
    ("rouble-price", "prices in roubles in another language's file"),
    ("image-missing", "an image that must be there"),
    ("image-format", "an image of a kind that the platform does not take"),
    ("image-size", "an image of other than the required pixels"),
    ("image-weight", "an image of more than 300 KB"),
    ("image-animated", "an image that moves"),
    ("kommo-icon", "Kommo's SVG icon is missing or too pale on white or #153043"),
    ("callback-missing", "no script has a callback that amoCRM calls"),
    ("minified", "minified or obfuscated code"),
    ("undeclared-variable", "a variable that is declared nowhere"),
    ("app-write", "the CRM's object APP (AMOCRM) is changed"),
    ("undocumented-environment", "parts of APP that are not documented"),
    ("eval", "text that is run as code"),
    ("foreign-script", "code that is loaded past the list of define"),
    ("dialog", "alert, confirm, prompt"),
    ("console", "console.* other than console.debug, or console.trace outside of catch"),
    ("synchronous-request", "async: false"),
    ("request-in-loop", "requests in a loop"),
    ("virtual-click", "clicks on Install and the like made by the script"),
    ("commented-code", "code that is commented out"),
    ("link-referrer", "a link to another site without referrerpolicy=\"no-referrer\""),
    ("switcher", "styles switcher_on, switcher_off"),
    ("css-global", "a selector that reaches beyond the widget's own root"),
    ("css-system-class", "a root that is a class of the CRM itself"),
    ("line-ends", "a text file with other line ends than LF"),
    ("unused-file", "a file that nothing uses"),
];

/// Parom's own rules for the archives that it builds. No other archive is judged by them.
pub const OWN_RULES: &[(&str, &str)] = &[
    ("archive-size", "the archive is larger than 2 MB"),
    ("server-address", "a server that is not reached by https"),
    ("privacy", "no link to a privacy policy"),
    ("dev-placeholder", "a fact that `--dev` filled in"),
];
