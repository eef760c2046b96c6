//! Settings that people enter for a source, and what is stored.

use base::error::FieldError;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Settings;

/// Parses the entered settings; the error names the field.
pub(crate) fn read<T: DeserializeOwned>(settings: Value) -> Result<T, Vec<FieldError>> {
    base::json::settings(settings)
}

/// A new credential; none if the field is missing or still has its masked value, in which case the stored credential is
/// kept.
pub(crate) fn credential(entered: Option<&str>) -> Option<&str> {
    entered.map(str::trim).filter(|text| !text.is_empty() && !text.starts_with('…'))
}

/// The stored options of a source.
pub(crate) fn options<T: DeserializeOwned + Default>(settings: &Settings) -> T {
    serde_json::from_value(settings.public.clone()).unwrap_or_default()
}
