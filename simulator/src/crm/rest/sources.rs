//! Reads sources. A token sees only the sources of its own integration.

use serde_json::{Value, json};

use super::{Call, hal};
use crate::crm::{exchange::Answer, state::Source};

impl Call<'_> {
    /// A source as in the API.
    pub(super) fn show(&self, source: &Source) -> Value {
        json!({
            "id": source.id,
            "name": source.name,
            "pipeline_id": source.pipeline_id,
            "external_id": source.external_id,
            "default": source.default,
            "origin_code": source.origin_code,
            "services": source.services,
            "_links": self.link(&format!("sources/{}", source.id)),
        })
    }

    pub(super) fn owns(&self, source: &Source) -> bool {
        source.client_id == self.access.client_id
    }
}

/// `GET sources`, all or those with one of the external ids in the filter.
pub(super) fn list(call: &Call<'_>) -> Answer {
    let wanted: Vec<String> = call
        .request
        .query_pairs()
        .into_iter()
        .filter(|(key, _)| key.starts_with("filter[external_id]"))
        .map(|(_, value)| value)
        .collect();
    let found: Vec<Value> = call
        .account(|account| {
            account
                .sources
                .iter()
                .filter(|source| call.owns(source))
                .filter(|source| wanted.is_empty() || wanted.contains(&source.external_id))
                .map(|source| call.show(source))
                .collect()
        })
        .unwrap_or_default();
    if found.is_empty() {
        return Answer::empty(204);
    }
    hal(&json!({
        "_total_items": found.len(),
        "_links": call.link("sources"),
        "_embedded": {"sources": found},
    }))
}

/// `GET sources/{id}`.
pub(super) fn one(call: &Call<'_>, id: &str) -> Answer {
    let found = call.account(|account| {
        account
            .sources
            .iter()
            .find(|source| call.owns(source) && source.id.to_string() == id)
            .map(|source| call.show(source))
    });
    found.flatten().map_or_else(|| Answer::empty(204), |body| hal(&body))
}
