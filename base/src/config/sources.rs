//! What the settings are read from besides the defaults: a file, the environment, and files with one secret each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use config::builder::DefaultState;
use config::{
    Config as Merged, ConfigBuilder, ConfigError as MergeError, File, FileFormat, Map, Source, Value, ValueKind,
};
use serde::Deserialize;

use super::load::{
    DEFAULTS, explain, key_of, key_of_parts, keys, settings_of_process, without_excerpt, without_positions,
};
use super::{Config, ConfigError, Integration, Plan, check, live, load, variable};
use crate::i18n::LocalizedText;

/// The settings that are secrets, without list positions: each may also come from a file. A test compares them with the
/// fields of type `SecretString`.
pub(super) const SECRETS: [&str; 28] = [
    "alerts.telegram_token",
    "amocrm.proxy",
    "avito.client_secret",
    "avito.proxy",
    "customers.verify_secret",
    "database.url",
    "facebook.app_secret",
    "facebook.proxy",
    "facebook.verify_token",
    "instagram.app_secret",
    "instagram.proxy",
    "instagram.verify_token",
    "integration.channel.previous_secret",
    "integration.channel.secret",
    "integration.client_secret",
    "integration.previous_client_secret",
    "mail.url",
    "max.proxy",
    "media.s3.secret_access_key",
    "network.proxy",
    "secrets.key",
    "telegram.proxy",
    "vendor_webhook.secret",
    "vk.app_secret",
    "vk.proxy",
    "whatsapp.app_secret",
    "whatsapp.proxy",
    "whatsapp.verify_token",
];

/// Whether the value of this setting is a secret.
pub(super) fn is_secret(key: &str) -> bool {
    SECRETS.contains(&without_positions(key).as_str())
}

/// The secret whose file this setting names: `database.url` for `database.url_file`. `secrets.key_file` is a setting of its own.
fn secret_of(key: &str) -> Option<&str> {
    let secret = key.strip_suffix("_file").filter(|secret| is_secret(secret))?;
    (!keys().contains(&without_positions(key))).then_some(secret)
}

/// Where the settings of one configuration come from. Not `Debug`: it holds secrets.
#[derive(Clone, Default)]
pub struct Sources {
    /// The name of the file; empty: there is none.
    pub(super) origin: String,
    /// The text of the file.
    pub(super) text: String,
    /// Variables with their values.
    pub(super) environment: Vec<(String, String)>,
    /// systemd's folder of credentials: a file for each, named by its setting (`integration.0.client_secret`).
    pub(super) credentials: Option<PathBuf>,
}

/// A file that holds one secret.
struct SecretFile {
    /// The secret's setting.
    key: String,
    /// The setting or the credential that names the file.
    named_by: String,
    path: PathBuf,
}

/// A table of settings.
pub(super) type Table = Map<String, Value>;

/// What all sources say together.
pub(super) struct Given {
    /// With the defaults, and with secrets instead of the names of their files.
    pub(super) merged: Table,
    /// The same without the defaults.
    pub(super) set: Table,
    /// The variable or the file that a setting comes from, unless it is the configuration file.
    pub(super) set_by: BTreeMap<String, String>,
    /// What is wrong with variables and with files of secrets.
    pub(super) faults: Vec<ConfigError>,
}

impl Sources {
    /// Those of this process: `file` (or the file named by `PAROM_CONFIG`), the environment, systemd's credentials.
    pub fn of_process(file: Option<&Path>) -> Result<Self, ConfigError> {
        let path = file.map(Path::to_owned).or_else(|| variable("PAROM_CONFIG").map(PathBuf::from));
        let text = match &path {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|source| ConfigError::Unreadable { path: path.clone(), source })?,
            None => String::new(),
        };
        Ok(Self {
            origin: path.map_or_else(String::new, |path| path.display().to_string()),
            text,
            environment: settings_of_process()?,
            credentials: variable("CREDENTIALS_DIRECTORY").map(PathBuf::from),
        })
    }

    /// A text alone, as of this file.
    pub(super) fn of_text(origin: &str, text: &str) -> Self {
        Self { origin: origin.to_owned(), text: text.to_owned(), ..Self::default() }
    }

    /// The name of the configuration file; empty: there is none.
    pub fn file(&self) -> &str {
        &self.origin
    }

    /// The configuration, checked; the first fault is the error.
    pub fn config(&self) -> Result<Config, ConfigError> {
        let mut given = self.given()?;
        if given.faults.is_empty() { given.config() } else { Err(given.faults.swap_remove(0)) }
    }

    /// Reads all sources; an error if nothing can be said about single settings.
    pub(super) fn given(&self) -> Result<Given, ConfigError> {
        let (mut set_by, mut faults) = (BTreeMap::new(), Vec::new());
        let mut overrides = Vec::new();
        for (name, value) in &self.environment {
            match key_of(name) {
                Ok(key) => {
                    set_by.insert(key.clone(), name.clone());
                    overrides.push((key, value.clone()));
                }
                Err(fault) => faults.push(fault),
            }
        }
        let set = self.table(false, &overrides)?;
        let mut from_files: BTreeMap<String, String> = BTreeMap::new();
        for file in self.secret_files(&set, &mut faults) {
            let twin = from_files.get(&file.key).cloned().or_else(|| has(&set, &file.key).then(|| file.key.clone()));
            let content = match twin {
                Some(twin) => Err(LocalizedText::new("config-secret-twice").with("other", twin)),
                None => file.content(),
            };
            match content {
                Ok(content) => {
                    set_by.insert(file.key.clone(), file.path.display().to_string());
                    from_files.insert(file.key.clone(), file.named_by);
                    overrides.push((file.key, content));
                }
                Err(problem) => {
                    let variable = set_by.get(&file.named_by).cloned();
                    faults.push(ConfigError::Invalid { key: file.named_by, variable, problem });
                }
            }
        }
        let (mut set, mut merged) = (self.table(false, &overrides)?, self.table(true, &overrides)?);
        for key in leaves(&set).into_keys().filter(|key| secret_of(key).is_some()).collect::<Vec<_>>() {
            remove(&mut set, &key);
            remove(&mut merged, &key);
        }
        Ok(Given { merged, set, set_by, faults })
    }

    /// File and environment as one table, over the defaults if `with_defaults`.
    fn table(&self, with_defaults: bool, overrides: &[(String, String)]) -> Result<Table, ConfigError> {
        let mut builder = ConfigBuilder::<DefaultState>::default();
        if with_defaults {
            builder = builder.add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        }
        builder = builder.add_source(File::from_str(&self.text, FileFormat::Toml));
        for (key, value) in overrides {
            builder = builder.set_override(key, value.as_str()).map_err(|error| ConfigError::Invalid {
                key: key.clone(),
                variable: None,
                problem: LocalizedText::quoted(error.to_string()),
            })?;
        }
        built(&self.origin, builder)?.collect().map_err(explain)
    }

    /// The files of secrets that settings and credentials name.
    fn secret_files(&self, set: &Table, faults: &mut Vec<ConfigError>) -> Vec<SecretFile> {
        let mut files = Vec::new();
        for (key, value) in leaves(set) {
            let Some(secret) = secret_of(&key) else { continue };
            match &value.kind {
                ValueKind::String(path) => {
                    files.push(SecretFile { key: secret.to_owned(), named_by: key.clone(), path: path.into() });
                }
                _ => faults.push(ConfigError::invalid(&*key, LocalizedText::new("config-secret-path"))),
            }
        }
        let Some(folder) = &self.credentials else { return files };
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                let problem = LocalizedText::new("config-unreadable").with("reason", error.to_string());
                faults.push(ConfigError::invalid(folder.display().to_string(), problem));
                return files;
            }
        };
        let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            // Credentials of other names are for other programs of the unit.
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            if !name.split_once('.').is_some_and(|(section, _)| keys().iter().any(|key| key == section)) {
                continue;
            }
            let named_by = path.display().to_string();
            match key_of_parts(&named_by, name.split('.')) {
                Ok(key) if is_secret(&key) => files.push(SecretFile { key, named_by, path }),
                Ok(_) => faults.push(ConfigError::invalid(named_by, LocalizedText::new("config-credential"))),
                Err(fault) => faults.push(fault),
            }
        }
        files
    }
}

impl SecretFile {
    /// Without the line's end that editors add.
    fn content(&self) -> Result<String, LocalizedText> {
        let problem = |key: &'static str| LocalizedText::new(key).with("path", self.path.display().to_string());
        let text = std::fs::read_to_string(&self.path)
            .map_err(|error| problem("config-secret-unreadable").with("reason", error.to_string()))?;
        let line = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
        if line.trim().is_empty() { Err(problem("config-secret-empty")) } else { Ok(line.to_owned()) }
    }
}

impl Given {
    /// The configuration, checked.
    pub(super) fn config(&self) -> Result<Config, ConfigError> {
        let merged = Merged::builder().add_source(Layer(self.merged.clone())).build().map_err(explain)?;
        let digests = merged.clone().try_deserialize::<serde_json::Value>().map(|merged| live::digests(&merged));
        let checked = |mut config: Config| {
            config.digests = digests.unwrap_or_default();
            check::check(&config).map(|()| config)
        };
        load::read(merged).and_then(checked).map_err(|error| match error {
            ConfigError::Invalid { key, problem, .. } => {
                ConfigError::Invalid { variable: self.set_by.get(&key).cloned(), key, problem }
            }
            ConfigError::Unknown { key, nearest, .. } => {
                ConfigError::Unknown { variable: self.set_by.get(&key).cloned(), key, nearest }
            }
            other => other,
        })
    }
}

/// A table as a source of another merge.
#[derive(Clone, Debug)]
struct Layer(Table);

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Table, MergeError> {
        Ok(self.0.clone())
    }
}

/// Merges; an error of the file's syntax names it.
pub(super) fn built(origin: &str, builder: ConfigBuilder<DefaultState>) -> Result<Merged, ConfigError> {
    builder.build().map_err(|error| match error {
        MergeError::FileParse { cause, .. } => {
            ConfigError::Syntax { origin: origin.to_owned(), problem: without_excerpt(&cause.to_string()) }
        }
        other => explain(other),
    })
}

impl Config {
    /// The configuration of this process: defaults, then `file` (or the file named by `PAROM_CONFIG`), then the
    /// environment and files of secrets.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        Sources::of_process(file)?.config()
    }

    /// [`Config::load`] from a text, without the environment: for the demo and for tests.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        Sources::of_text("(text)", text).config()
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
        // No files of secrets: who enters this text may not read the server's files.
        let read = built("(text)", builder).and_then(load::read::<IntegrationsFile>);
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

/// Every setting by its key; a list of plain values is one.
pub(super) fn leaves(table: &Table) -> BTreeMap<String, &Value> {
    let mut found = BTreeMap::new();
    for (name, value) in table {
        leaves_of(name.clone(), value, &mut found);
    }
    found
}

fn leaves_of<'a>(key: String, value: &'a Value, found: &mut BTreeMap<String, &'a Value>) {
    match &value.kind {
        ValueKind::Table(fields) => {
            for (name, value) in fields {
                leaves_of(format!("{key}.{name}"), value, found);
            }
        }
        ValueKind::Array(items) if holds_tables(items) => {
            for (position, item) in items.iter().enumerate() {
                leaves_of(format!("{key}[{position}]"), item, found);
            }
        }
        _ => drop(found.insert(key, value)),
    }
}

/// Whether a list is one of blocks, like `[[integration]]`.
pub(super) fn holds_tables(items: &[Value]) -> bool {
    items.iter().any(|item| matches!(item.kind, ValueKind::Table(_)))
}

/// `integration[0]` → `integration` and `0`.
pub(super) fn name_and_position(part: &str) -> (&str, Option<&str>) {
    part.split_once('[').map_or((part, None), |(name, rest)| (name, rest.strip_suffix(']')))
}

/// The table that contains a setting, and the setting's name in that table.
pub(super) fn place<'a, 'b>(table: &'a mut Table, key: &'b str) -> Option<(&'a mut Table, &'b str)> {
    let Some((first, rest)) = key.split_once('.') else { return Some((table, key)) };
    let (name, position) = name_and_position(first);
    let mut value = table.get_mut(name)?;
    if let Some(position) = position {
        let ValueKind::Array(items) = &mut value.kind else { return None };
        value = items.get_mut(position.parse::<usize>().ok()?)?;
    }
    let ValueKind::Table(inner) = &mut value.kind else { return None };
    place(inner, rest)
}

/// Takes a setting away; false if it was not there.
pub(super) fn remove(table: &mut Table, key: &str) -> bool {
    place(table, key).is_some_and(|(table, name)| table.remove(name).is_some())
}

fn has(table: &Table, key: &str) -> bool {
    leaves(table).contains_key(key)
}
