//! Parameters of a call, which are always text.

use serde_json::Value;

use super::answer::{Refusal, wrong};

/// All parameters of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Params(pub(super) Vec<(String, String)>);

impl Params {
    /// Reads them from the query and the form in the body.
    pub(super) fn read(query: &str, body: &[u8]) -> Self {
        let parts = [query.as_bytes(), body].into_iter();
        Self(parts.flat_map(|part| url::form_urlencoded::parse(part).into_owned()).collect())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().rfind(|(key, _)| key == name).map(|(_, value)| value.as_str()).filter(|text| !text.is_empty())
    }

    pub(super) fn int(&self, name: &str) -> Option<i64> {
        self.text(name)?.trim().parse().ok()
    }

    pub(super) fn float(&self, name: &str) -> Option<f64> {
        self.text(name)?.trim().parse().ok()
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| text == "1" || text == "true")
    }

    /// A list of numbers separated by commas.
    pub(super) fn ints(&self, name: &str) -> Vec<i64> {
        self.text(name).into_iter().flat_map(|text| text.split(',')).filter_map(|one| one.trim().parse().ok()).collect()
    }

    pub(super) fn needed_int(&self, name: &str) -> Result<i64, Refusal> {
        self.int(name).ok_or_else(|| wrong(&format!("{name} is undefined")))
    }

    pub(super) fn needed(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).ok_or_else(|| wrong(&format!("{name} is undefined")))
    }

    /// An object given as JSON text.
    pub(super) fn json(&self, name: &str) -> Result<Option<Value>, Refusal> {
        let Some(text) = self.text(name) else { return Ok(None) };
        serde_json::from_str(text).map(Some).map_err(|_| wrong(&format!("{name} is not valid JSON")))
    }

    /// As shown in the log, without the token.
    pub(super) fn shown(&self) -> Value {
        let named = self.0.iter().filter(|(key, _)| key != "access_token");
        Value::Object(named.map(|(key, value)| (key.clone(), Value::String(value.clone()))).collect())
    }
}
