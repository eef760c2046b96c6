//! The number of incoming leads (crm-api §5.3).

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde_json::Value;

use super::{Request, Rest};
use crate::error::Error;
use crate::lenient;

/// Counts of incoming leads; zero if amoCRM does not report them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnsortedSummary {
    /// All.
    pub total: i64,
    /// Accepted ones.
    pub accepted: i64,
    /// Declined ones.
    pub declined: i64,
    /// Waiting ones by category: `chats`, `forms`, `mail`, `sip`.
    pub categories: BTreeMap<String, i64>,
}

impl Rest {
    /// The counts of the account's incoming leads.
    pub async fn unsorted_summary(&self, token: &SecretString) -> Result<UnsortedSummary, Error> {
        let path = vec!["leads", "unsorted", "summary"];
        let answer = self.call(token, Request::get("unsorted_summary", path, Vec::new())).await?;
        let body = answer.object()?;
        let count = |key| lenient::number(&body, key).unwrap_or_default();
        let total = |category: &Value| lenient::number(category, "total").unwrap_or_default();
        let categories = body.get("categories").and_then(Value::as_object);
        Ok(UnsortedSummary {
            total: count("total"),
            accepted: count("accepted"),
            declined: count("declined"),
            categories: categories.into_iter().flatten().map(|(name, one)| (name.clone(), total(one))).collect(),
        })
    }
}
