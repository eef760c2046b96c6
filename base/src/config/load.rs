//! Reads one [`super::Config`] from what was merged, with clear errors.

use std::path::PathBuf;

use config::{Config as Merged, ConfigError as MergeError};
use serde::de::DeserializeOwned;

use super::parse::{NOT_A_HOST, NOT_A_NETWORK, NOT_AN_ADDRESS, NOT_AN_EVENT, NOT_REACTIONS};
use crate::i18n::LocalizedText;

/// The prefix of environment variables that are settings.
const PREFIX: &str = "PAROM__";
/// The longest list of settings; a larger index is a mistake and must not allocate memory.
const LONGEST_LIST: usize = 1000;

/// Why the configuration is invalid. Names the key, never contains a value that may be a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// The file is not valid TOML.
    #[error("the configuration file {origin} is not valid TOML: {problem}")]
    Syntax { origin: String, problem: String },
    /// An unknown key: a misspelt setting must not be ignored silently.
    #[error("unknown key {key}{}{}", set_by(variable), meant(nearest))]
    Unknown { key: String, variable: Option<String>, nearest: Option<String> },
    /// A value that is missing, has the wrong type or violates a rule.
    #[error("{key}{}: {problem}", set_by(variable))]
    Invalid { key: String, variable: Option<String>, problem: LocalizedText },
}

fn set_by(variable: &Option<String>) -> String {
    variable.as_ref().map(|name| format!(" (set by {name})")).unwrap_or_default()
}

fn meant(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|key| format!(", did you mean {key}")).unwrap_or_default()
}

impl ConfigError {
    /// A value that violates a rule.
    pub(super) fn invalid(key: impl Into<String>, problem: LocalizedText) -> Self {
        Self::Invalid { key: key.into(), variable: None, problem }
    }
}

/// The value of one environment variable; `None` if unset, empty or not UTF-8. For names that are not settings
/// (`PAROM_CONFIG`, `PAROM_FAULTS`): settings are in [`super::Config`].
#[expect(clippy::disallowed_methods, reason = "the one place that reads single variables")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads settings from the environment")]
pub(super) fn settings_of_process() -> Result<Vec<(String, String)>, ConfigError> {
    let named = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    named
        .filter(|(name, _)| name.starts_with(PREFIX))
        .map(|(name, value)| match value.into_string() {
            Ok(value) => Ok((name, value)),
            Err(_) => Err(ConfigError::invalid(name, LocalizedText::new("config-utf8"))),
        })
        .collect()
}

/// The value that a merge stands for; an unknown key is an error.
pub(super) fn read<T: DeserializeOwned>(merged: Merged) -> Result<T, ConfigError> {
    let mut unknown = None;
    let read = serde_ignored::deserialize(merged, |path| {
        unknown.get_or_insert_with(|| key_at(&path));
    });
    // Unknown keys are reported first: a complaint about the missing correct key would hide them.
    match unknown {
        Some(key) => Err(ConfigError::Unknown { nearest: nearest(&key), variable: None, key }),
        None => read.map_err(explain),
    }
}

/// `PAROM__INTEGRATION__0__CLIENT_ID` → `integration[0].client_id`
pub(super) fn key_of(name: &str) -> Result<String, ConfigError> {
    key_of_parts(name, name.strip_prefix(PREFIX).unwrap_or(name).split("__"))
}

/// The key of these parts; `name` is what an error names.
pub(super) fn key_of_parts<'a>(name: &str, parts: impl Iterator<Item = &'a str>) -> Result<String, ConfigError> {
    let refused = |problem: &'static str| ConfigError::invalid(name, LocalizedText::new(problem));
    let mut key = String::new();
    for part in parts {
        let position = part.chars().all(|sign| sign.is_ascii_digit()).then(|| part.parse::<usize>());
        match position {
            _ if part.is_empty() => {
                return Err(refused("config-variable-empty"));
            }
            Some(Ok(position)) if !key.is_empty() && position < LONGEST_LIST => key.push_str(&format!("[{position}]")),
            Some(_) => {
                return Err(refused("config-variable-position"));
            }
            None if !part.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '_') => {
                return Err(refused("config-variable-signs"));
            }
            None => {
                if !key.is_empty() {
                    key.push('.');
                }
                key.push_str(&part.to_ascii_lowercase());
            }
        }
    }
    Ok(key)
}

/// The position of an unknown key as shown in messages: `integration[0].clientid`.
fn key_at(path: &serde_ignored::Path<'_>) -> String {
    use serde_ignored::Path;
    match path {
        Path::Root => String::new(),
        Path::Seq { parent, index } => format!("{}[{index}]", key_at(parent)),
        Path::Map { parent, key } => {
            let parent = key_at(parent);
            if parent.is_empty() { key.clone() } else { format!("{parent}.{key}") }
        }
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => key_at(parent),
    }
}

/// The compiled-in defaults; also the list of keys: `key = …` and `#key = …` (no space after the `#`) under the last
/// `[section]` or `#[section]`.
pub(super) const DEFAULTS: &str = include_str!("../../../server/config.default.toml");

/// The default file with every key that it shows set.
pub(super) fn uncommented() -> String {
    let shown = |line: &'static str| match line.strip_prefix('#') {
        Some(rest) if rest.starts_with('[') || rest.starts_with(|sign: char| sign.is_ascii_lowercase()) => rest,
        _ => line,
    };
    DEFAULTS.lines().map(shown).flat_map(|line| [line, "\n"]).collect()
}

/// Every key and section, without list positions: `integration.channel.id`.
pub(super) fn keys() -> Vec<String> {
    let mut section = String::new();
    let mut keys = Vec::new();
    for line in DEFAULTS.lines() {
        let line = line.strip_prefix('#').unwrap_or(line);
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_start_matches('[').trim_end_matches(']').to_owned();
            keys.push(section.clone());
        } else if let Some((key, _)) = line.split_once(" = ")
            && key.chars().all(|sign| sign.is_ascii_lowercase() || sign == '_')
        {
            keys.push(format!("{section}.{key}"));
        }
    }
    keys
}

/// The known key that a mistyped one probably means; `None` if none is similar.
pub(super) fn nearest(unknown: &str) -> Option<String> {
    let wanted = without_positions(unknown).to_ascii_lowercase();
    let (distance, key) = keys().into_iter().map(|key| (distance(&wanted, &key), key)).min()?;
    (distance <= 2.max(wanted.len() / 4)).then_some(key)
}

/// `integration[0].name` → `integration.name`
pub(super) fn without_positions(key: &str) -> String {
    key.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect()
}

/// Levenshtein distance: the number of characters to insert, delete or replace.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, from) in left.chars().enumerate() {
        let mut previous = vec![line + 1];
        for ((above, next_above), to) in row.iter().zip(row.iter().skip(1)).zip(&right) {
            let replaced = above + usize::from(from != *to);
            let beside = previous.last().map_or(usize::MAX, |left| left + 1);
            previous.push(replaced.min(next_above + 1).min(beside));
        }
        row = previous;
    }
    row.last().copied().unwrap_or(0)
}

// Texts for the errors of the merging crate: the usual form of the key, the expected and the found kind of value.
// Values are left out, because they may be secrets.

/// Our text for the crate's error, without values.
pub(super) fn explain(error: MergeError) -> ConfigError {
    match error {
        MergeError::NotFound(key) => ConfigError::invalid(dotted(&key), LocalizedText::new("config-missing")),
        MergeError::Type { unexpected, expected, key, .. } => {
            ConfigError::invalid(dotted(&key.unwrap_or_default()), mismatch(&unexpected.to_string(), expected))
        }
        MergeError::At { error, key, .. } => {
            ConfigError::invalid(dotted(&key.unwrap_or_default()), reworded(&error.to_string()))
        }
        other => ConfigError::invalid("configuration", reworded(&other.to_string())),
    }
}

/// The crate writes `integration[0]name`; the usual form is `integration[0].name`.
fn dotted(key: &str) -> String {
    let dotted = key.replace(']', "].").replace("].[", "][").replace("]..", "].");
    dotted.trim_end_matches('.').to_owned()
}

/// The values of keys that take one of a few words: the crate names the Rust type instead.
const CHOICES: [(&str, &str); 3] =
    [("CustomersMode", "config-customers-mode"), ("MediaMode", "config-media-mode"), ("Platform", "config-platform")];

fn reworded(message: &str) -> LocalizedText {
    let of_type = |name: &str| message.starts_with(&format!("enum {name} does not have variant"));
    if let Some((_, choice)) = CHOICES.iter().find(|(name, _)| of_type(name)) {
        return LocalizedText::new(*choice);
    }
    if let Some(reason) = message.strip_prefix(NOT_AN_ADDRESS) {
        return LocalizedText::new("config-address").with("reason", reason);
    }
    if let Some(known) = message.strip_prefix(NOT_AN_EVENT) {
        return LocalizedText::new("config-event").with("known", known);
    }
    let found = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    match (message, found.and_then(|rest| rest.rsplit_once(", expected "))) {
        (NOT_A_NETWORK, _) => LocalizedText::new("config-network"),
        (NOT_A_HOST, _) => LocalizedText::new("config-host-or-network"),
        (NOT_REACTIONS, _) => LocalizedText::new("config-reactions"),
        (_, Some((found, expected))) => mismatch(found, expected),
        (other, None) => LocalizedText::quoted(other),
    }
}

/// `found` begins with the kind of the value and may contain the value: only the kind is kept.
fn mismatch(found: &str, expected: &str) -> LocalizedText {
    let kinds = [
        ("string", "config-kind-text"),
        ("boolean", "config-kind-boolean"),
        ("64-bit", "config-kind-number"),
        ("integer", "config-kind-number"),
        ("floating", "config-kind-number"),
        ("unit", "config-kind-nothing"),
        ("sequence", "config-kind-list"),
        ("map", "config-kind-table"),
    ];
    let found = kinds.iter().find(|(kind, _)| found.starts_with(kind)).map_or("config-kind-other", |(_, key)| key);
    let expected = match expected {
        "an array" | "a sequence" => LocalizedText::new("config-kind-list"),
        "a boolean" => LocalizedText::new("config-kind-boolean"),
        "a string" => LocalizedText::new("config-kind-string"),
        "a floating point" => LocalizedText::new("config-kind-number"),
        other if other.starts_with("struct ") => LocalizedText::new("config-kind-table"),
        other if other.starts_with("an unsigned") => LocalizedText::new("config-kind-from-zero"),
        other if other.ends_with("integer") => LocalizedText::new("config-kind-whole"),
        other => LocalizedText::quoted(other),
    };
    LocalizedText::new("config-mismatch").with("expected", expected).with("found", LocalizedText::new(found))
}

/// A TOML error without the line it quotes, which may contain a secret: its first line (the place) and its last (the
/// problem).
pub(super) fn without_excerpt(message: &str) -> String {
    let lines = message.lines().filter(|line| !line.contains('|'));
    lines.map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(": ")
}
