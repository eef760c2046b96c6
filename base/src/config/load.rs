//! Merges defaults, file and environment into one [`Config`], with clear errors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use config::{Config as Merged, ConfigError as MergeError, File, FileFormat};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::explain::{explain, without_excerpt};
use super::known::{DEFAULTS, nearest};
use super::{Config, Integration, Plan, check, live};
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
/// (`PAROM_CONFIG`, `PAROM_FAULTS`): settings are in [`Config`].
#[expect(clippy::disallowed_methods, reason = "the one place that reads single variables")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads settings from the environment")]
fn settings_of_process() -> Result<Vec<(String, String)>, ConfigError> {
    let named = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    named
        .filter(|(name, _)| name.starts_with(PREFIX))
        .map(|(name, value)| match value.into_string() {
            Ok(value) => Ok((name, value)),
            Err(_) => Err(ConfigError::invalid(name, LocalizedText::new("config-utf8"))),
        })
        .collect()
}

impl Config {
    /// The configuration of this process: defaults, then `file` (or the file named by `PAROM_CONFIG`), then the
    /// environment.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let path = file.map(Path::to_owned).or_else(|| variable("PAROM_CONFIG").map(PathBuf::from));
        let text = match &path {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|source| ConfigError::Unreadable { path: path.clone(), source })?,
            None => String::new(),
        };
        let origin = path.map_or_else(String::new, |path| path.display().to_string());
        merge(&origin, &text, settings_of_process()?)
    }

    /// [`Config::load`] from a text, without the environment: for the demo and for tests.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        merge("(text)", text, [])
    }
}

/// A text that holds integrations alone.
#[derive(Deserialize)]
struct IntegrationsFile {
    #[serde(default)]
    integration: Vec<Integration>,
}

impl Integration {
    /// The integration of a text with one `[[integration]]` and its channels, as in the configuration file. `plans`:
    /// those that its channels may name; `None` does not check that.
    pub fn from_toml(text: &str, plans: Option<&[Plan]>) -> Result<Self, ConfigError> {
        let builder = Merged::builder().add_source(File::from_str(text, FileFormat::Toml));
        let read: Result<IntegrationsFile, ConfigError> = read("(text)", builder);
        let mut file = read.map_err(|error| match error {
            // A section of the configuration file that does not belong here is not misspelt.
            ConfigError::Unknown { key, nearest: Some(nearest), .. } if nearest == key => {
                ConfigError::invalid(key, LocalizedText::new("config-integration-only"))
            }
            other => other,
        })?;
        let [one] = file.integration.as_mut_slice() else {
            return Err(ConfigError::invalid("integration", LocalizedText::new("config-integration-once")));
        };
        let mut checked = one.clone();
        if plans.is_none() {
            checked.channels.iter_mut().for_each(|channel| channel.allowed_plans.clear());
        }
        check::integrations(&[checked], plans.unwrap_or_default())?;
        Ok(one.clone())
    }
}

/// Merges defaults < text < environment, then checks the rules.
pub(super) fn merge(
    origin: &str,
    text: &str,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, ConfigError> {
    let mut variables = BTreeMap::new();
    let mut builder = Merged::builder()
        .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
        .add_source(File::from_str(text, FileFormat::Toml));
    for (name, value) in environment {
        let key = key_of(&name)?;
        builder = builder.set_override(&key, value).map_err(|error| ConfigError::Invalid {
            key: key.clone(),
            variable: Some(name.clone()),
            problem: LocalizedText::quoted(error.to_string()),
        })?;
        variables.insert(key, name);
    }
    let digests = builder
        .build_cloned()
        .and_then(Merged::try_deserialize::<serde_json::Value>)
        .map(|merged| live::digests(&merged));
    let checked = |mut config: Config| {
        config.digests = digests.unwrap_or_default();
        check::check(&config).map(|()| config)
    };
    read(origin, builder).and_then(checked).map_err(|error| match error {
        ConfigError::Invalid { key, problem, .. } => {
            ConfigError::Invalid { variable: variables.get(&key).cloned(), key, problem }
        }
        ConfigError::Unknown { key, nearest, .. } => {
            ConfigError::Unknown { variable: variables.get(&key).cloned(), key, nearest }
        }
        other => other,
    })
}

fn read<T: DeserializeOwned>(
    origin: &str,
    builder: config::ConfigBuilder<config::builder::DefaultState>,
) -> Result<T, ConfigError> {
    let merged = builder.build().map_err(|error| match error {
        MergeError::FileParse { cause, .. } => {
            ConfigError::Syntax { origin: origin.to_owned(), problem: without_excerpt(&cause.to_string()) }
        }
        other => explain(other),
    })?;
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
fn key_of(name: &str) -> Result<String, ConfigError> {
    let refused = |problem: &'static str| ConfigError::invalid(name, LocalizedText::new(problem));
    let mut key = String::new();
    for part in name.strip_prefix(PREFIX).unwrap_or(name).split("__") {
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
