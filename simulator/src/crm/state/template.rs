//! Chat templates (www.amocrm.ru/developers/content/crm_platform/chat-templates-api), and the approval of those for WABA:
//! a review for each WABA source, decided by the integration that owns the source.

use serde_json::{Map, Value, json};

use super::event::Event;
use super::{Account, Source};

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

#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct Review {
    pub(crate) id: i64,
    pub(crate) source_id: i64,
    /// `review`, then `approved`, `paused` or `rejected`.
    pub(crate) status: String,
    pub(crate) reject_reason: String,
}

impl Template {
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
        fields.as_object().cloned().unwrap_or_default()
    }

    pub(crate) fn text(&self, key: &str) -> &str {
        self.fields.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether it is for official WhatsApp.
    pub(crate) fn is_waba(&self) -> bool {
        self.text("type") == "waba"
    }

    /// `review_status`: the combined state of its reviews; `None` before the first.
    pub(crate) fn review_status(&self) -> Option<&str> {
        let has = |status: &str| self.reviews.iter().any(|one| one.status == status);
        ["review", "rejected", "paused", "approved"].into_iter().find(|status| has(status))
    }

    /// The fields common to hooks and REST.
    fn shown_plain(&self, account_id: i64) -> Map<String, Value> {
        let mut all = self.fields.clone();
        let numbers = [("id", self.id), ("account_id", account_id), ("created_at", self.created_at)];
        all.extend(
            numbers.into_iter().chain([("updated_at", self.updated_at)]).map(|(key, n)| (key.to_owned(), json!(n))),
        );
        all
    }

    /// The template as in the API; the state of approval only if requested.
    pub(crate) fn shown(&self, account_id: i64, with_reviews: bool) -> Map<String, Value> {
        let mut all = self.shown_plain(account_id);
        if with_reviews {
            let status = self.review_status();
            all.insert("review_status".to_owned(), json!(status));
            all.insert("is_on_review".to_owned(), json!(status == Some("review")));
            all.insert("_embedded".to_owned(), json!({"reviews": self.reviews}));
        }
        all
    }
}

fn is_waba(source: &Source) -> bool {
    let mut services = source.services.as_array().into_iter().flatten();
    services.any(|one| one.pointer("/params/waba").and_then(Value::as_bool) == Some(true))
}

impl Account {
    pub(crate) fn template(&self, id: i64) -> Option<&Template> {
        self.crm.templates.iter().find(|one| one.id == id)
    }

    /// Stores a new template; returns its id.
    pub(crate) fn keep_template(&mut self, owner: Option<String>, fields: Map<String, Value>, now: i64) -> i64 {
        let id = self.next_number();
        let reviews = Vec::new();
        self.crm.templates.push(Template { id, owner, created_at: now, updated_at: now, fields, reviews });
        id
    }

    /// Changes fields of a template. False if it is unknown.
    pub(crate) fn change_template(&mut self, id: i64, fields: Map<String, Value>, now: i64) -> bool {
        let Some(template) = self.crm.templates.iter_mut().find(|one| one.id == id) else { return false };
        template.fields.extend(fields);
        template.updated_at = now;
        true
    }

    /// Submits a WABA template for approval and records the event: a review for every WABA source of its owner, or of
    /// all integrations if a user created it. False if it is unknown or not for WABA.
    pub(crate) fn ask_review(&mut self, template_id: i64, now: i64) -> bool {
        let Some(template) = self.template(template_id).filter(|one| one.is_waba()) else { return false };
        let owner = template.owner.clone();
        let is_asked =
            |source: &&Source| owner.as_ref().is_none_or(|owner| owner == &source.client_id) && is_waba(source);
        let sources: Vec<i64> = self.sources.iter().filter(is_asked).map(|one| one.id).collect();
        let review = |source_id| Review {
            id: self.next_number(),
            source_id,
            status: "review".to_owned(),
            reject_reason: String::new(),
        };
        let reviews = sources.into_iter().map(review).collect();
        let (account_id, is_bare) = (self.id, self.switches.bare_reviews);
        let Some(template) = self.crm.templates.iter_mut().find(|one| one.id == template_id) else { return false };
        template.reviews = reviews;
        template.updated_at = now;
        // The sample's template has no file and no external id: whether a hook names them is not documented.
        let mut fields = template.shown_plain(account_id);
        fields.retain(|key, _| !is_bare || !matches!(key.as_str(), "external_id" | "attachment"));
        fields.insert("reviews".to_owned(), json!(template.reviews));
        fields.insert("is_on_review".to_owned(), json!(template.review_status() == Some("review")));
        // The Russian sample has `add` at the root; third parties describe a wrapper.
        let setting = "add_chat_template_review".to_owned();
        self.crm.events.push(Event { setting, keys: vec!["add"], fields: Value::Object(fields) });
        true
    }
}
