//! Parom's own errors as texts in the reader's language, so that doctor quotes only what other systems said.

use base::config::ConfigError;
use base::i18n::{Filling, LocalizedText};
use base::store::{Durability, MigrateError, OpenError};
use base::vault::{InsteadOfKey, VaultError};

/// Why the key does not open.
pub fn of_vault(error: &VaultError) -> LocalizedText {
    match error {
        VaultError::KeyFileMissing { path } => {
            LocalizedText::new("doctor-reason-key-missing").with("path", path.display().to_string())
        }
        VaultError::KeyFile { action, path, source } => {
            let text = LocalizedText::new(format!("doctor-reason-key-{action}"));
            text.with("path", path.display().to_string()).with("reason", source.to_string())
        }
        VaultError::NotAKey { origin, found } => {
            let found = match found {
                InsteadOfKey::Nothing => LocalizedText::new("doctor-reason-key-nothing"),
                InsteadOfKey::NotBase64 => LocalizedText::new("doctor-reason-key-not-base64"),
                InsteadOfKey::Bytes(count) => LocalizedText::new("doctor-reason-key-bytes").with("count", *count),
            };
            LocalizedText::new("doctor-reason-key-wrong").with("origin", origin.as_str()).with("found", found)
        }
        VaultError::OtherKey { .. } | VaultError::Refused | VaultError::NotText => {
            LocalizedText::quoted(error.to_string())
        }
    }
}

/// Why the schema cannot be used.
pub fn of_migration(error: &MigrateError) -> LocalizedText {
    match error {
        MigrateError::BeforeFirstRelease => LocalizedText::new("doctor-reason-schema-early"),
        MigrateError::Newer(name) => LocalizedText::new("doctor-reason-schema-newer").with("name", name.as_str()),
        MigrateError::Database(error) => LocalizedText::quoted(error.to_string()),
    }
}

/// The settings by which the database may lose data, each with the value that it needs.
pub fn of_durability(found: &Durability) -> Vec<LocalizedText> {
    let one = |(setting, value, wanted): &(String, String, &'static str)| {
        let text = LocalizedText::new("doctor-database-setting").with("setting", setting.as_str());
        text.with("value", value.as_str()).with("wanted", *wanted)
    };
    found.unsafe_settings().iter().map(one).collect()
}

/// Why the database does not open.
pub fn of_opening(error: &anyhow::Error) -> LocalizedText {
    let causes = || error.chain().skip(1).map(ToString::to_string).collect::<Vec<_>>().join(": ");
    match error.downcast_ref::<OpenError>() {
        Some(OpenError::Scheme) => LocalizedText::new("doctor-reason-database-scheme"),
        Some(OpenError::NoFile) => LocalizedText::new("doctor-reason-database-file"),
        Some(OpenError::Missing(path)) => {
            LocalizedText::new("doctor-reason-database-none").with("path", path.display().to_string())
        }
        Some(OpenError::Unsafe(found)) => {
            LocalizedText::new("doctor-reason-database-unsafe").with("items", of_durability(found))
        }
        Some(OpenError::NotInTime) => LocalizedText::new("doctor-reason-database-late"),
        Some(OpenError::Unreachable) => LocalizedText::new("doctor-reason-database-away").with("reason", causes()),
        Some(OpenError::Closed(path)) => {
            let text = LocalizedText::new("doctor-reason-database-closed").with("reason", causes());
            text.with("path", path.display().to_string())
        }
        None => LocalizedText::quoted(format!("{error:#}")),
    }
}

/// What is wrong in the configuration.
pub fn of_configuration(error: &ConfigError) -> LocalizedText {
    let set_by = |text: LocalizedText, variable: &Option<String>| match variable {
        Some(name) => text.with("by", LocalizedText::new("doctor-reason-config-by").with("variable", name.as_str())),
        None => text.with("by", ""),
    };
    match error {
        ConfigError::Unreadable { path, source } => {
            let text = LocalizedText::new("doctor-reason-config-file").with("path", path.display().to_string());
            text.with("reason", source.to_string())
        }
        ConfigError::Syntax { origin, problem } => {
            let text = LocalizedText::new("doctor-reason-config-syntax").with("origin", origin.as_str());
            text.with("problem", problem.as_str())
        }
        ConfigError::Unknown { key, variable, nearest } => {
            let text = LocalizedText::new("doctor-reason-config-unknown").with("key", key.as_str());
            let nearest = nearest
                .as_ref()
                .map(|key| Filling::from(LocalizedText::new("doctor-reason-config-nearest").with("key", key.as_str())));
            set_by(text, variable).with("nearest", nearest.unwrap_or_else(|| "".into()))
        }
        ConfigError::Invalid { key, variable, problem } => {
            let text = LocalizedText::new("doctor-reason-config-value").with("key", key.as_str());
            set_by(text, variable).with("problem", problem.clone())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use base::i18n::{CRM, Language, Words};

    use super::*;

    /// What another system or the configuration's author wrote is quoted; of our own sentences none stays English.
    #[test]
    fn our_own_errors_are_russian_for_a_russian_reader() {
        let denied = || Error::new(ErrorKind::PermissionDenied, "~");
        let key = |action| VaultError::KeyFile { action, path: "~".into(), source: denied() };
        let instead = |found| VaultError::NotAKey { origin: "~".to_owned(), found };
        let set = || Some("~".to_owned());
        let texts = [
            of_vault(&VaultError::KeyFileMissing { path: "~".into() }),
            of_vault(&key("read")),
            of_vault(&key("create")),
            of_vault(&key("replace")),
            of_vault(&instead(InsteadOfKey::Nothing)),
            of_vault(&instead(InsteadOfKey::NotBase64)),
            of_vault(&instead(InsteadOfKey::Bytes(5))),
            of_migration(&MigrateError::BeforeFirstRelease),
            of_migration(&MigrateError::Newer("~".to_owned())),
            of_opening(&OpenError::Scheme.into()),
            of_opening(&OpenError::NoFile.into()),
            of_opening(&OpenError::Missing("~".into()).into()),
            of_opening(&OpenError::NotInTime.into()),
            of_opening(&anyhow::Error::new(denied()).context(OpenError::Unreachable)),
            of_opening(&anyhow::Error::new(denied()).context(OpenError::Closed("~".into()))),
            of_configuration(&ConfigError::Unreadable { path: "~".into(), source: denied() }),
            of_configuration(&ConfigError::Syntax { origin: "~".to_owned(), problem: "~".to_owned() }),
            of_configuration(&ConfigError::Unknown {
                key: "~".to_owned(),
                variable: set(),
                nearest: Some("~".to_owned()),
            }),
            of_configuration(&ConfigError::Invalid {
                key: "~".to_owned(),
                variable: set(),
                problem: LocalizedText::new("config-empty"),
            }),
        ];
        let commands = ["parom serve", "parom migrate"];
        let names = ["secrets.key_file", "database.url", "sqlite", "postgres", "base64", "parom", "TOML"];
        for text in texts {
            let english = text.to_string();
            let russian = text.plain(Words::new(Language::Ru), CRM);
            assert_ne!(english, russian);
            let known = commands.iter().chain(&names).fold(russian.clone(), |rest, name| rest.replace(name, ""));
            let known = known.split("head -c").next().unwrap_or_default();
            assert!(!known.chars().any(|sign| sign.is_ascii_alphabetic()), "{russian}");
        }
    }
}
