//! The vendor's app: Meta calls one address for all accounts (instagram-and-facebook §4).

use std::collections::BTreeMap;

use base::config::Meta as MetaConfig;
use bytes::Bytes;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::sign;
use crate::incoming::{IncomingCall, NotReceived};
use crate::vendor_app::{LineCall, VendorApp};

/// The vendor's app at Meta, as far as it is configured.
pub(super) struct Vendor {
    /// Recognises echoes of its own messages; without it they are recognised like those of other apps.
    pub app_id: Option<String>,
    /// Verifies the signature of calls; without it all are refused.
    pub secret: Option<SecretString>,
    /// For the validation of the address, which is impossible without it.
    verify_token: Option<SecretString>,
}

impl Vendor {
    /// None if no call could be accepted.
    pub fn of(config: &MetaConfig) -> Option<Self> {
        let (secret, verify_token) = (config.app_secret.clone(), config.verify_token.clone());
        let is_there = secret.is_some() || verify_token.is_some();
        is_there.then(|| Self { app_id: config.app_id.clone(), secret, verify_token })
    }
}

impl VendorApp for Vendor {
    fn handshake(&self, query: &(dyn Fn(&str) -> Option<String> + Sync)) -> Option<String> {
        sign::handshake(self.verify_token.as_ref()?, query)
    }

    fn authenticate(&self, call: &IncomingCall<'_>) -> bool {
        self.secret.as_ref().is_some_and(|secret| sign::is_signed(secret, call))
    }

    fn split(&self, body: &[u8]) -> Result<Vec<LineCall>, NotReceived> {
        split(body)
    }
}

/// One call for each account or page, in order of first occurrence.
pub(super) fn split(body: &[u8]) -> Result<Vec<LineCall>, NotReceived> {
    let whole: Value = serde_json::from_slice(body).map_err(|_| NotReceived::Unreadable)?;
    let entries = whole.get("entry").and_then(Value::as_array).ok_or(NotReceived::Unreadable)?;
    let mut order: Vec<String> = Vec::new();
    let mut of_line: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for entry in entries {
        let line = match entry.get("id") {
            Some(Value::String(id)) => id.clone(),
            Some(Value::Number(id)) => id.to_string(),
            _ => String::new(),
        };
        if !of_line.contains_key(&line) {
            order.push(line.clone());
        }
        of_line.entry(line).or_default().push(entry);
    }
    let calls = order.into_iter().map(|line| {
        let entries = of_line.remove(&line).unwrap_or_default();
        let body = json!({ "object": whole.get("object"), "entry": entries });
        LineCall { line, body: Bytes::from(body.to_string()) }
    });
    Ok(calls.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_split_by_account() {
        let body = json!({ "object": "page", "entry": [
            { "id": "1", "messaging": [1] }, { "id": 2, "messaging": [2] }, { "id": "1", "changes": [3] }, { "time": 4 },
        ]});
        let calls = split(body.to_string().as_bytes()).unwrap();
        let lines: Vec<&str> = calls.iter().map(|call| call.line.as_str()).collect();
        assert_eq!(lines, ["1", "2", ""]);
        let first: Value = serde_json::from_slice(&calls[0].body).unwrap();
        let own = json!([{ "id": "1", "messaging": [1] }, { "id": "1", "changes": [3] }]);
        assert_eq!(first, json!({ "object": "page", "entry": own }));
        for wrong in ["", "{}", "[]", r#"{"entry":{}}"#] {
            assert_eq!(split(wrong.as_bytes()), Err(NotReceived::Unreadable), "{wrong}");
        }
    }
}
