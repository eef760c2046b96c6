//! A message template (crm-api §6.3).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::reviews::{Review, ReviewStatus};
use crate::lenient;

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
