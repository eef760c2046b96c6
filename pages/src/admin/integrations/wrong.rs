//! Why an integration was refused, beside the field that is wrong.

use base::config::ConfigError;
use base::i18n::{CRM, Words};
use domain::doctor::of_configuration;
use domain::integrations::IntegrationRefused;

/// Fields that have a text of their own: `admin-int-wrong-{name}`.
const KNOWN: [&str; 16] = [
    "name",
    "client_id",
    "client_secret",
    "previous_client_secret",
    "account_hosts",
    "consent_url",
    "account_url",
    "amojo_url",
    "id",
    "code",
    "secret",
    "bot_id",
    "time_window_seconds",
    "allowed_plans",
    "brand_logo",
    "brand_icon",
];

/// Errors by the form's names; one without a field has an empty name.
pub type FieldErrors = Vec<(String, String)>;

/// What is wrong with this field.
pub fn field(words: Words, name: &str) -> FieldErrors {
    vec![(named(name), words.text_of("admin-int-wrong-", name).to_string())]
}

/// An address in this field that the configuration file does not allow.
pub fn elsewhere(words: Words, name: &str) -> FieldErrors {
    vec![(named(name), words.text("admin-int-wrong-elsewhere").to_string())]
}

/// The errors of a refusal; anything that is not about what was typed is returned.
pub fn errors(words: Words, refused: IntegrationRefused) -> Result<FieldErrors, IntegrationRefused> {
    match refused {
        IntegrationRefused::Invalid(error) => Ok(invalid(words, &error)),
        IntegrationRefused::InFile(_) => Ok(vec![(named("name"), words.text("admin-int-wrong-in-file").to_string())]),
        IntegrationRefused::Taken { key, other } => {
            let name = if key == "channel.id" { "id" } else { key };
            let text = words.text("admin-int-wrong-taken").with("name", other);
            Ok(vec![(named(name), text.to_string())])
        }
        other => Err(other),
    }
}

fn invalid(words: Words, error: &ConfigError) -> FieldErrors {
    if let ConfigError::Invalid { key, problem, .. } = error {
        if let Some((_, name)) = key.rsplit_once(".brand.") {
            let text = words.text("form-refused").with("reason", problem.in_words(words, CRM));
            return vec![(named(&format!("brand_{name}")), text.to_string())];
        }
        let last = key.rsplit('.').next().unwrap_or_default();
        let last = last.split('[').next().unwrap_or_default();
        let last = if key.contains(".bot.") { "bot_id" } else { last };
        if KNOWN.contains(&last) {
            return field(words, last);
        }
    }
    vec![(
        String::new(),
        words.text("form-refused").with("reason", of_configuration(error).in_words(words, CRM)).to_string(),
    )]
}

fn named(name: &str) -> String {
    format!("set.{name}")
}
