//! Chat templates: www.amocrm.ru/developers/content/crm_platform/chat-templates-api.

use serde_json::{Map, Value, json};

use super::Review;

/// One template. Times are Unix seconds.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub(crate) id: i64,
    /// `client_id` of the integration that created it; `None` for a user's own, which no token can see.
    pub(crate) owner: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    /// `name`, `content`, `type` and the rest, as answers show them.
    pub(crate) fields: Map<String, Value>,
    /// One for each WABA source, once it was submitted for approval.
    pub(crate) reviews: Vec<Review>,
}

impl Template {
    /// Whether it is for official WhatsApp.
    pub(crate) fn is_waba(&self) -> bool {
        self.fields.get("type").and_then(Value::as_str) == Some("waba")
    }

    /// `review_status`: the combined state of its reviews; `None` before the first.
    pub(crate) fn review_status(&self) -> Option<&str> {
        let has = |status: &str| self.reviews.iter().any(|one| one.status == status);
        ["review", "rejected", "paused", "approved"].into_iter().find(|status| has(status))
    }

    /// Whether a decision is pending.
    pub(crate) fn is_on_review(&self) -> bool {
        self.review_status() == Some("review")
    }
}

/// The default fields of a template.
pub(crate) fn blank() -> Map<String, Value> {
    let fields = json!({
        "name": "",
        "content": "",
        "is_editable": false,
        "external_id": null,
        "type": "amocrm",
        "buttons": [],
        "attachment": null,
        "waba_category": null,
        "waba_language": null,
        "waba_header": null,
        "waba_header_type": null,
        "waba_footer": null,
        // An empty object as encoded by PHP.
        "waba_examples": [],
    });
    match fields {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

impl Template {
    /// All its fields, for the library.
    pub(crate) fn whole(&self, account_id: i64) -> Value {
        let mut all = self.shown(account_id, true);
        all.insert("client_id".to_owned(), json!(self.owner));
        Value::Object(all)
    }

    /// The template as in the API; the state of approval only if requested.
    pub(crate) fn shown(&self, account_id: i64, with_reviews: bool) -> Map<String, Value> {
        let mut all = self.fields.clone();
        for (key, value) in [
            ("id", json!(self.id)),
            ("account_id", json!(account_id)),
            ("created_at", json!(self.created_at)),
            ("updated_at", json!(self.updated_at)),
        ] {
            all.insert(key.to_owned(), value);
        }
        if with_reviews {
            let reviews: Vec<Value> = self.reviews.iter().map(Review::shown).collect();
            all.insert("review_status".to_owned(), json!(self.review_status()));
            all.insert("is_on_review".to_owned(), json!(self.is_on_review()));
            all.insert("_embedded".to_owned(), json!({"reviews": reviews}));
        }
        all
    }
}
