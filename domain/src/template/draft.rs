//! A template as entered.

use std::collections::BTreeMap;

use amocrm::rest::{NewTemplate, Service, TemplateButton, TemplateChange, WabaTemplate};
use base::error::Result;
use entity::source;
use uuid::Uuid;

use super::ShownButton;
use crate::source::SourceContext;

/// Input for a template. Validated by the caller; amoCRM validates again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplateDraft {
    pub name: String,
    /// May contain markers of amoCRM such as `{{contact.name}}`.
    pub text: String,
    pub buttons: Vec<ShownButton>,
    /// For official WhatsApp; otherwise the following fields are ignored.
    pub is_waba: bool,
    /// E.g. `ru`.
    pub language: String,
    /// `UTILITY`, `MARKETING` or `AUTHENTICATION`.
    pub category: String,
    pub header: String,
    pub footer: String,
    /// An example value for each marker.
    pub examples: BTreeMap<String, String>,
}

impl TemplateDraft {
    fn buttons(&self) -> Vec<TemplateButton> {
        let button = |button: &ShownButton| match button.url.as_str() {
            "" => TemplateButton::Inline { text: button.text.clone() },
            url => TemplateButton::Url { text: button.text.clone(), url: url.to_owned() },
        };
        self.buttons.iter().map(button).collect()
    }

    fn waba(&self) -> Option<WabaTemplate> {
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        self.is_waba.then(|| WabaTemplate {
            category: self.category.clone(),
            language: self.language.clone(),
            header: filled(&self.header),
            header_type: filled(&self.header).map(|_| "text".to_owned()),
            footer: filled(&self.footer),
            examples: self.examples.clone(),
        })
    }

    /// `external_id`: returned with every message created from it.
    pub(super) fn as_new(&self, external_id: &str) -> NewTemplate {
        NewTemplate {
            name: self.name.clone(),
            content: self.text.clone(),
            external_id: Some(external_id.to_owned()),
            is_editable: false,
            buttons: self.buttons(),
            attachment: None,
            waba: self.waba(),
        }
    }

    pub(super) fn as_change(&self) -> TemplateChange {
        TemplateChange {
            name: Some(self.name.clone()),
            content: Some(self.text.clone()),
            buttons: Some(self.buttons()),
            waba: self.waba(),
            ..TemplateChange::default()
        }
    }
}

/// The account's sources with official WhatsApp whose connector reviews templates, by name; reviews are requested for
/// these.
pub async fn sources(app: &SourceContext, tenant_id: Uuid) -> Result<Vec<String>> {
    let all = crate::source::all(app, tenant_id).await?.into_iter();
    let mut names: Vec<String> = all.filter(|source| reviews(app, source)).map(|source| source.name).collect();
    names.sort_by_key(|name| name.to_lowercase());
    Ok(names)
}

/// Whether amoCRM requests reviews for this source and its messenger performs them.
pub fn reviews(app: &SourceContext, source: &source::Model) -> bool {
    is_waba(source) && app.connectors.get(&source.kind).is_some_and(|connector| connector.reviews_templates())
}

fn is_waba(source: &source::Model) -> bool {
    let services: Vec<Service> = serde_json::from_str(&source.services).unwrap_or_default();
    services.iter().any(|service| service.params.waba == Some(true))
}
