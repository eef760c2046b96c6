//! Wire forms of templates.

use domain::template::{self, ShownButton, Spec, Stage, TemplateDraft};
use std::collections::BTreeMap;

use base::error::{Error, FieldError, Result};
use base::i18n::LocalizedText;
use base::message::{Button, is_visible};
use connectors::template::{TemplateFileKind, TemplateState, TemplateStatus};
use entity::message_template;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use base::json::{Moment, Object};

/// Longest header (crm-api §6.3), in characters.
const HEADER_CHARS: usize = 60;
const NAME_CHARS: usize = 255;
const LANGUAGE_CHARS: usize = 15;
const REASON_CHARS: usize = 2_000;

/// A template, and how far its review is on both sides.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateOut {
    pub id: Uuid,
    pub source_id: Uuid,
    #[schema(example = "7103")]
    pub amocrm_template_id: String,
    /// Its name in amoCRM.
    pub name: String,
    /// Its name at the messenger.
    #[schema(example = "order_ready_7103")]
    pub messenger_name: String,
    /// The messenger's id; null until it has one.
    #[schema(required)]
    pub external_id: Option<String>,
    #[schema(example = "ru")]
    pub language: String,
    /// `UTILITY`, `MARKETING` or `AUTHENTICATION`; the messenger may change it.
    #[schema(example = "UTILITY")]
    pub category: String,
    /// The text with amoCRM's markers.
    #[schema(example = "Order {{lead.id}} is ready")]
    pub content: String,
    #[schema(required)]
    pub header: Option<String>,
    #[schema(required)]
    pub footer: Option<String>,
    pub buttons: Vec<Button>,
    /// The kind of the file above the text: `picture`, `video` or `file`; null if it has none.
    #[schema(required, example = "picture")]
    pub file: Option<&'static str>,
    /// The markers of the text in their order, each with an example.
    pub params: Vec<ParamOut>,
    /// At the messenger: `waiting`, `review`, `approved`, `rejected`, `paused`, `disabled` or `deleted`.
    #[schema(example = "review")]
    pub status: &'static str,
    /// Why it was rejected or paused.
    #[schema(required)]
    pub reason: Option<String>,
    /// The messenger's rating.
    #[schema(required, example = "GREEN")]
    pub quality: Option<String>,
    /// The status last reported to amoCRM: `approved`, `rejected` or `paused`; null if none was.
    #[schema(required)]
    pub amocrm_status: Option<String>,
    /// Why the next step is delayed; null if it is not.
    #[schema(required)]
    pub waits_because: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Moment,
    /// When it was submitted to the messenger; null if it was not.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub submitted_at: Option<Moment>,
}

/// A marker with an example of its value.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParamOut {
    #[schema(example = "{{lead.id}}")]
    pub key: String,
    #[schema(example = "1592")]
    pub value: String,
}

/// A template to create in amoCRM and to have reviewed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateIn {
    #[schema(min_length = 1, max_length = 255)]
    pub name: String,
    /// The text; may contain amoCRM's markers, no others.
    #[schema(min_length = 1, example = "Order {{lead.id}} is ready")]
    pub content: String,
    #[schema(min_length = 1, max_length = 15, example = "ru")]
    pub language: String,
    pub category: CategoryIn,
    #[serde(default)]
    #[schema(max_length = 60)]
    pub header: Option<String>,
    #[serde(default)]
    pub footer: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<Button>>)]
    pub buttons: Option<Vec<Object<Button>>>,
    /// An example of a value for each marker.
    #[serde(default)]
    #[schema(value_type = Option<Vec<ParamOut>>)]
    pub params: Option<Vec<Object<ParamOut>>>,
}

/// What a template is for.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum CategoryIn {
    Utility,
    Marketing,
    Authentication,
}

/// The messenger's decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewIn {
    pub status: DecisionIn,
    /// Why; shown to the account's people and in amoCRM.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub reason: Option<String>,
    /// The messenger's id of the template.
    #[serde(default)]
    #[schema(max_length = 255)]
    pub external_id: Option<String>,
}

/// How a review ended. A decision can be changed by another one.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionIn {
    Approved,
    Rejected,
    Paused,
    Disabled,
}

/// A row in its public form.
pub(super) fn shown(row: message_template::Model) -> TemplateOut {
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let spec = Spec::stored(&row);
    let file = spec.file_kind().map(|kind| match kind {
        TemplateFileKind::Picture => "picture",
        TemplateFileKind::Video => "video",
        TemplateFileKind::Document => "file",
    });
    TemplateOut {
        id: row.id,
        file,
        source_id: row.source_id,
        amocrm_template_id: row.crm_id.to_string(),
        messenger_name: row.name.clone(),
        external_id: filled(&row.external_id),
        content: spec.content,
        header: spec.header,
        footer: spec.footer,
        buttons: spec.buttons,
        params: spec.examples.into_iter().map(|(key, value)| ParamOut { key, value }).collect(),
        status: Stage::of(&row).word(),
        reason: filled(&row.reason),
        quality: filled(&row.quality),
        amocrm_status: filled(&row.told),
        waits_because: filled(&row.trouble),
        created_at: Moment(row.created_at),
        submitted_at: (row.submitted_at > 0).then_some(Moment(row.submitted_at)),
        name: row.title,
        language: row.language,
        category: row.category,
    }
}

impl TemplateIn {
    /// The template, or every invalid field.
    pub(super) fn checked(self) -> Result<TemplateDraft> {
        let mut wrong = Vec::new();
        let texts = [
            ("/name", Some(&self.name), NAME_CHARS, true),
            ("/content", Some(&self.content), usize::MAX, true),
            ("/language", Some(&self.language), LANGUAGE_CHARS, true),
            ("/header", self.header.as_ref(), HEADER_CHARS, false),
            ("/footer", self.footer.as_ref(), HEADER_CHARS, false),
        ];
        for (pointer, text, most, needed) in texts {
            let length = text.map_or(0, |text| text.trim().chars().count());
            if (needed && !text.is_some_and(|text| is_visible(text)))
                || length > most
                || text.is_some_and(|text| text.contains('\0'))
            {
                wrong
                    .push(FieldError::new(pointer, LocalizedText::new("said-template-text").with("most", limit(most))));
            }
        }
        let params = self.params.unwrap_or_default().into_iter().map(|Object(param)| (param.key, param.value));
        let examples: BTreeMap<String, String> = params.collect();
        for (pointer, text) in [("/content", Some(&self.content)), ("/header", self.header.as_ref())] {
            let found = text.and_then(|text| template::markers(text)).unwrap_or_default();
            if let Some(marker) = found.iter().find(|marker| !template::is_filled_in(marker)) {
                let detail = LocalizedText::new("said-template-marker-unknown").with("marker", marker.as_str());
                wrong.push(FieldError::new(pointer, detail));
            }
        }
        match template::markers(&self.content) {
            None => wrong.push(FieldError::new("/content", LocalizedText::new("said-template-marker"))),
            Some(markers) => {
                let missing = |marker: &&String| examples.get(*marker).is_none_or(String::is_empty);
                if let Some(marker) = markers.iter().filter(|marker| template::is_filled_in(marker)).find(missing) {
                    let detail = LocalizedText::new("said-template-example").with("marker", marker.as_str());
                    wrong.push(FieldError::new("/params", detail));
                }
            }
        }
        let buttons = self
            .buttons
            .unwrap_or_default()
            .into_iter()
            .map(|Object(button)| ShownButton { text: button.text, url: button.url.unwrap_or_default() });
        let buttons: Vec<_> = buttons.collect();
        if buttons.iter().any(|button| button.text.trim().is_empty()) {
            wrong.push(FieldError::new("/buttons", LocalizedText::new("said-template-button")));
        }
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        let category = match self.category {
            CategoryIn::Utility => "UTILITY",
            CategoryIn::Marketing => "MARKETING",
            CategoryIn::Authentication => "AUTHENTICATION",
        };
        Ok(TemplateDraft {
            name: self.name,
            text: self.content,
            buttons,
            is_waba: true,
            language: self.language,
            category: category.to_owned(),
            header: self.header.unwrap_or_default(),
            footer: self.footer.unwrap_or_default(),
            examples,
        })
    }
}

fn limit(most: usize) -> String {
    if most == usize::MAX { "65536".to_owned() } else { most.to_string() }
}

impl ReviewIn {
    /// The decision as a messenger reports it.
    pub(super) fn checked(self) -> Result<TemplateState> {
        let reason = self.reason.filter(|reason| !reason.trim().is_empty());
        if reason.as_ref().is_some_and(|reason| reason.chars().count() > REASON_CHARS) {
            let detail = LocalizedText::new("said-template-text").with("most", REASON_CHARS.to_string());
            return Err(Error::field("/reason", detail));
        }
        let id = self.external_id.map(|id| base::json::checked_id("/external_id", id)).transpose()?;
        Ok(TemplateState {
            id: id.unwrap_or_default(),
            name: None,
            language: None,
            status: Some(match self.status {
                DecisionIn::Approved => TemplateStatus::Approved,
                DecisionIn::Rejected => TemplateStatus::Rejected,
                DecisionIn::Paused => TemplateStatus::Paused,
                DecisionIn::Disabled => TemplateStatus::Disabled,
            }),
            reason,
            category: None,
            quality: None,
        })
    }
}
