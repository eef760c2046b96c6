//! Message templates and WhatsApp's review of them (crm-api §6.2 to §6.4). Administrators only; a token sees only its own
//! integration's templates.

use std::collections::BTreeMap;

use reqwest::Method;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::read::{self, Marked, Page, fits, made, marked, numbered};
use super::{Request, Rest};
use crate::error::Error;
use crate::lenient;

/// Maximum number of templates per page.
pub const TEMPLATES_PAGE: u32 = 50;

/// Maximum length of a WhatsApp template's header, in characters.
const HEADER_LIMIT: usize = 60;

const HOME: [&str; 2] = ["chats", "templates"];

impl Rest {
    /// A page of up to [`TEMPLATES_PAGE`] templates with their reviews, those with the given external ids or all if
    /// none is given; `page` counts from 1.
    pub async fn templates(
        &self,
        token: &SecretString,
        external_ids: &[&str],
        page: u32,
    ) -> Result<Page<Template>, Error> {
        let mut query = numbered(page, TEMPLATES_PAGE);
        query.push(("with", "reviews".to_owned()));
        query.extend(external_ids.iter().map(|id| ("filter[external_id][]", (*id).to_owned())));
        let answer = self.call(token, Request::get("templates", HOME.to_vec(), query)).await?;
        Page::read(&answer, page, "chat_templates", Template::read)
    }

    /// One template with its reviews. `None` if it does not exist or is another integration's (404).
    pub async fn template(&self, token: &SecretString, id: i64) -> Result<Option<Template>, Error> {
        let (id, with) = (id.to_string(), vec![("with", "reviews".to_owned())]);
        let path = vec!["chats", "templates", id.as_str()];
        read::found(self.call(token, Request::get("template", path, with)).await, Template::read)
    }

    /// Creates 1 to [`WRITE_BATCH`](super::WRITE_BATCH) templates and returns them in the same order. **Not**
    /// idempotent. 422: the account's limit of templates, which is not documented, is reached.
    pub async fn create_templates(
        &self,
        token: &SecretString,
        templates: &[NewTemplate],
    ) -> Result<Vec<Template>, Error> {
        const CALL: &str = "create_templates";
        templates.iter().try_for_each(|template| template.check(CALL))?;
        let items: Vec<Marked<&NewTemplate>> = marked(CALL, templates)?;
        let answer = self.call(token, Request::with_body(CALL, Method::POST, HOME.to_vec(), &items)?).await?;
        let listed = read::written(&answer, "chat_templates", |template| Some(template.clone()))?;
        made(&answer, &listed, templates.len(), Template::read)
    }

    /// Changes one template and returns it. Safe to repeat. WhatsApp's templates can be changed only as drafts.
    pub async fn update_template(
        &self,
        token: &SecretString,
        id: i64,
        change: &TemplateChange,
    ) -> Result<Template, Error> {
        const CALL: &str = "update_template";
        change.waba.as_ref().map_or(Ok(()), |waba| waba.check(CALL))?;
        let id = id.to_string();
        let path = vec!["chats", "templates", id.as_str()];
        let answer = self.call(token, Request::with_body(CALL, Method::PATCH, path, change)?).await?;
        read::one(&answer, "chat_templates", Template::read)
    }

    /// Deletes 1 to [`WRITE_BATCH`](super::WRITE_BATCH) templates.
    pub async fn delete_templates(&self, token: &SecretString, ids: &[i64]) -> Result<(), Error> {
        #[derive(Serialize)]
        struct Item {
            id: i64,
        }
        const CALL: &str = "delete_templates";
        fits(CALL, ids.len())?;
        let items: Vec<_> = ids.iter().map(|id| Item { id: *id }).collect();
        let request = Request::with_body(CALL, Method::DELETE, HOME.to_vec(), &items)?;
        self.call(token, request).await?.nothing_expected()
    }
}

impl NewTemplate {
    fn check(&self, call: &'static str) -> Result<(), Error> {
        for (name, value) in [("name", &self.name), ("content", &self.content)] {
            if value.trim().is_empty() {
                return Err(Error::invalid(call, format!("{name} is empty")));
            }
        }
        let wordless = |button: &TemplateButton| match button {
            TemplateButton::Inline { text } => text.is_empty(),
            TemplateButton::Url { text, url } => text.is_empty() || url.is_empty(),
        };
        if self.buttons.iter().any(wordless) {
            return Err(Error::invalid(call, "a button has no words or no address"));
        }
        let media = self.waba.as_ref().is_some_and(|waba| waba.header_type.as_deref() == Some("media"));
        if media && self.attachment.is_none() {
            return Err(Error::invalid(call, "a headline of kind media needs an attachment"));
        }
        self.waba.as_ref().map_or(Ok(()), |waba| waba.check(call))
    }
}

impl WabaTemplate {
    fn check(&self, call: &'static str) -> Result<(), Error> {
        let long = self.header.as_ref().is_some_and(|header| header.chars().count() > HEADER_LIMIT);
        if long { Err(Error::invalid(call, format!("waba_header is above {HEADER_LIMIT} characters"))) } else { Ok(()) }
    }
}

/// A template as returned by amoCRM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// CRM id.
    pub id: i64,
    /// Name as users see it.
    pub name: String,
    /// The text, with markers such as `{{contact.name}}`.
    pub content: String,
    /// The integration's own id; contained in hooks of messages created from it.
    pub external_id: Option<String>,
    /// Users may edit it.
    pub is_editable: bool,
    /// Buttons below the text.
    pub buttons: Vec<TemplateButton>,
    /// A file of the files host.
    pub attachment: Option<TemplateAttachment>,
    /// The additional data for WhatsApp; `None`: a plain template.
    pub waba: Option<WabaTemplate>,
    /// The combined state of WhatsApp's reviews; with reviews only.
    pub review_status: Option<ReviewStatus>,
    /// Being reviewed; with reviews only.
    pub is_on_review: Option<bool>,
    /// One for each source with official WhatsApp; with reviews only.
    pub reviews: Vec<Review>,
    /// Unix seconds.
    pub created_at: Option<i64>,
    /// Unix seconds.
    pub updated_at: Option<i64>,
}

/// A template to create.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NewTemplate {
    /// Name as users see it, not empty.
    pub name: String,
    /// The text, not empty; may contain Salesbot's markers such as `{{contact.name}}`.
    pub content: String,
    /// The integration's own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Users may edit it.
    pub is_editable: bool,
    /// Buttons below the text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<TemplateButton>,
    /// A file that exists on the files host, see [`Drive`](super::Drive).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment: Option<TemplateAttachment>,
    /// Makes it a template of official WhatsApp; `None`: a plain one.
    #[serde(flatten)]
    pub waba: Option<WabaTemplate>,
}

/// Changes to a template; `None` leaves a field as it is. WhatsApp's templates can be changed only as drafts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TemplateChange {
    /// Another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Another text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Another id of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Whether users may edit it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_editable: Option<bool>,
    /// The complete new list of buttons; an empty list removes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buttons: Option<Vec<TemplateButton>>,
    /// Another file; `Some(None)` removes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment: Option<Option<TemplateAttachment>>,
    /// The complete new data for WhatsApp.
    #[serde(flatten)]
    pub waba: Option<WabaTemplate>,
}

/// A button below a template's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum TemplateButton {
    /// Pressing it sends its text as a message.
    Inline {
        /// Its text.
        text: String,
    },
    /// Opens an address.
    Url {
        /// Its text.
        text: String,
        /// The address.
        url: String,
    },
}

/// A file of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateAttachment {
    /// Its uuid on the files host.
    pub id: String,
    /// File name.
    pub name: String,
    /// `picture`, `file`, `document` or `video`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// The additional data that official WhatsApp requires.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(into = "Waba")]
pub struct WabaTemplate {
    /// `UTILITY`, `AUTHENTICATION` or `MARKETING`.
    pub category: String,
    /// Language, e.g. `ru`.
    pub language: String,
    /// A header, at most 60 characters.
    pub header: Option<String>,
    /// `text`, or `media`, which requires an attachment.
    pub header_type: Option<String>,
    /// A footer in small print.
    pub footer: Option<String>,
    /// An example for each marker of the text, e.g. `{{contact.name}}`: `Ann`.
    pub examples: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Waba {
    #[serde(rename = "type")]
    kind: &'static str,
    waba_category: String,
    waba_language: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    waba_header: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waba_header_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waba_footer: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    waba_examples: BTreeMap<String, String>,
}

impl From<WabaTemplate> for Waba {
    fn from(waba: WabaTemplate) -> Self {
        Self {
            kind: WABA,
            waba_category: waba.category,
            waba_language: waba.language,
            waba_header: waba.header,
            waba_header_type: waba.header_type,
            waba_footer: waba.footer,
            waba_examples: waba.examples,
        }
    }
}

const WABA: &str = "waba";

impl Template {
    /// In the form of the API or of hooks (there `reviews` is beside the other fields, not in `_embedded`).
    pub(crate) fn read(template: &Value) -> Option<Self> {
        let embedded = template.get("_embedded").unwrap_or(&Value::Null);
        let reviews = [embedded, template].map(|place| lenient::list(place, "reviews"));
        let is_waba = lenient::text(template, "type").as_deref() == Some(WABA);
        Some(Self {
            id: lenient::number(template, "id")?,
            name: lenient::text(template, "name").unwrap_or_default(),
            content: lenient::text(template, "content").unwrap_or_default(),
            external_id: lenient::text(template, "external_id"),
            is_editable: lenient::flag(template, "is_editable").unwrap_or(false),
            buttons: lenient::list(template, "buttons").into_iter().filter_map(TemplateButton::read).collect(),
            attachment: lenient::present(template, "attachment").and_then(TemplateAttachment::read),
            waba: is_waba.then(|| WabaTemplate::read(template)),
            review_status: lenient::text(template, "review_status").map(|status| ReviewStatus::read(&status)),
            is_on_review: lenient::flag(template, "is_on_review"),
            reviews: reviews.into_iter().flatten().filter_map(Review::read).collect(),
            created_at: lenient::number(template, "created_at"),
            updated_at: lenient::number(template, "updated_at"),
        })
    }
}

impl TemplateButton {
    /// A button of an unknown kind is read with its text only.
    fn read(button: &Value) -> Option<Self> {
        let text = lenient::text(button, "text")?;
        Some(match lenient::text(button, "url") {
            Some(url) => Self::Url { text, url },
            None => Self::Inline { text },
        })
    }
}

impl TemplateAttachment {
    fn read(attachment: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::text(attachment, "id")?,
            name: lenient::text(attachment, "name").unwrap_or_default(),
            kind: lenient::text(attachment, "type").unwrap_or_default(),
        })
    }
}

impl WabaTemplate {
    fn read(template: &Value) -> Self {
        let examples = template.get("waba_examples").and_then(Value::as_object);
        let example = |(marker, value): (&String, &Value)| Some((marker.clone(), value.as_str()?.to_owned()));
        Self {
            category: lenient::text(template, "waba_category").unwrap_or_default(),
            language: lenient::text(template, "waba_language").unwrap_or_default(),
            header: lenient::text(template, "waba_header"),
            header_type: lenient::text(template, "waba_header_type"),
            footer: lenient::text(template, "waba_footer"),
            examples: examples.into_iter().flatten().filter_map(example).collect(),
        }
    }
}

/// Maximum length of the reason of a rejection, in characters.
const REASON_LIMIT: usize = 65_535;

/// The review of a template for one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// CRM id of the review.
    pub id: i64,
    /// CRM id of the source.
    pub source_id: Option<i64>,
    /// How far it is.
    pub status: ReviewStatus,
    /// Why it was rejected or paused.
    pub reject_reason: Option<String>,
}

/// How far a review is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReviewStatus {
    /// Not asked for yet.
    Draft,
    /// Under way.
    Review,
    /// May be used.
    Approved,
    /// Must not be used.
    Rejected,
    /// Must not be used for now.
    Paused,
    /// A status that this crate does not know.
    Other(String),
}

/// The outcome of a review, as reported by an integration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReviewOutcome {
    /// WhatsApp approved the template.
    Approved,
    /// WhatsApp paused it, with the reason.
    Paused(String),
    /// WhatsApp rejected it, with the reason.
    Rejected(String),
}

impl ReviewStatus {
    pub(super) fn read(status: &str) -> Self {
        match status {
            "draft" => Self::Draft,
            "review" => Self::Review,
            "approved" => Self::Approved,
            "rejected" => Self::Rejected,
            "paused" => Self::Paused,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl Review {
    pub(super) fn read(review: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::number(review, "id")?,
            source_id: lenient::number(review, "source_id"),
            status: ReviewStatus::read(&lenient::text(review, "status").unwrap_or_default()),
            reject_reason: lenient::text(review, "reject_reason"),
        })
    }
}

impl Rest {
    /// Requests approval of a WhatsApp template; returns one review for each source.
    pub async fn request_review(&self, token: &SecretString, template_id: i64) -> Result<Vec<Review>, Error> {
        let id = template_id.to_string();
        let path = vec!["chats", "templates", id.as_str(), "review"];
        let request = Request::with_body("request_review", Method::POST, path, &json!({}))?;
        read::written(&self.call(token, request).await?, "reviews", Review::read)
    }

    /// Reports the outcome of a review. Safe to repeat. The ids in the answer are not reliable: amoCRM's own sample
    /// contains different ones.
    pub async fn report_review(
        &self,
        token: &SecretString,
        template_id: i64,
        review_id: i64,
        outcome: &ReviewOutcome,
    ) -> Result<Review, Error> {
        const CALL: &str = "report_review";
        let (status, reason) = match outcome {
            ReviewOutcome::Approved => ("approved", None),
            ReviewOutcome::Paused(reason) => ("paused", Some(reason)),
            ReviewOutcome::Rejected(reason) => ("rejected", Some(reason)),
        };
        if reason.is_some_and(|reason| reason.chars().count() > REASON_LIMIT) {
            return Err(Error::invalid(CALL, format!("the reason is above {REASON_LIMIT} characters")));
        }
        let body = match reason {
            Some(reason) => json!({"status": status, "reject_reason": reason}),
            None => json!({"status": status}),
        };
        let (template_id, review_id) = (template_id.to_string(), review_id.to_string());
        let path = vec!["chats", "templates", template_id.as_str(), "review", review_id.as_str()];
        let answer = self.call(token, Request::with_body(CALL, Method::POST, path, &body)?).await?;
        read::one(&answer, "reviews", Review::read)
    }
}
