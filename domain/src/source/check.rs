//! Validation of a source's fields without asking amoCRM.

use std::sync::Arc;

use amocrm::rest::Service;
use base::config::{Channel, Integration};
use base::error::FieldError;
use base::i18n::LocalizedText;
use base::message::is_visible;
use connectors::{Connector, Input};
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use crate::source::SourceContext;

/// amoCRM's limits.
const NAME_CHARS: usize = 255;
const EXTERNAL_ID_CHARS: usize = 36;
/// Size limit that keeps a row small; no real list is larger.
const SERVICES_BYTES: usize = 64 * 1024;

/// Checks the addresses among a kind's settings, new or changed from `before`; a name may have to be looked up.
pub(super) async fn addresses(app: &SourceContext, kind: &str, public: &Value, before: &Value) -> Vec<FieldError> {
    let fields = app.connectors.get(kind).map(|connector| connector.fields()).unwrap_or_default();
    let mut wrong = Vec::new();
    for field in fields.iter().filter(|field| field.input == Input::Url) {
        let given = public.get(field.name).filter(|given| before.get(field.name) != Some(given));
        let Some(url) = given.and_then(Value::as_str).and_then(|text| Url::parse(text).ok()) else { continue };
        if let Err(refused) = app.http.guarded().check_reachable(&url).await {
            wrong.push(FieldError::new(format!("/settings/{}", field.name), refused.text()));
        }
    }
    wrong
}

/// Collects wrong fields, so that all are reported at once.
#[derive(Default)]
pub(super) struct WrongFields(pub Vec<FieldError>);

impl WrongFields {
    pub fn add(&mut self, pointer: &str, detail: LocalizedText) {
        self.0.push(FieldError::new(pointer, detail));
    }

    pub fn name(&mut self, name: &str) {
        let name = name.trim();
        if !is_visible(name) {
            self.add("/name", LocalizedText::new("said-name-empty"));
        } else if name.chars().count() > NAME_CHARS {
            let detail = LocalizedText::new("said-name-long").with("most", NAME_CHARS);
            self.add("/name", detail.with("length", name.chars().count()));
        } else if name.chars().any(char::is_control) {
            self.add("/name", LocalizedText::new("said-name-signs"));
        }
    }

    pub fn external_id(&mut self, external_id: &str) {
        let fits = (1..=EXTERNAL_ID_CHARS).contains(&external_id.len())
            && external_id.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if !fits {
            self.add("/external_id", LocalizedText::new("said-external_id-signs"));
        } else if external_id.trim() != external_id {
            self.add("/external_id", LocalizedText::new("said-external_id-spaces"));
        }
    }

    pub fn pipeline_id(&mut self, pipeline_id: i64) {
        if pipeline_id <= 0 {
            self.add("/pipeline_id", LocalizedText::new("said-pipeline-id"));
        }
    }

    /// Validates services; each wrong one is named by its index.
    pub fn services(&mut self, services: &Value) -> Vec<Service> {
        let Some(items) = services.as_array() else {
            self.add("/services", LocalizedText::new("said-services-list"));
            return Vec::new();
        };
        if services.to_string().len() > SERVICES_BYTES {
            self.add("/services", LocalizedText::new("said-services-long"));
            return Vec::new();
        }
        let mut read = Vec::with_capacity(items.len());
        for (place, item) in items.iter().enumerate() {
            match serde_json::from_value::<Service>(item.clone()) {
                Ok(service) if service.kind != "whatsapp" => {
                    self.add(&format!("/services/{place}/type"), LocalizedText::new("said-services-type"));
                }
                Ok(service) => {
                    self.pages(place, &service);
                    read.push(service);
                }
                Err(error) => self.0.push(FieldError::of_serde(format!("/services/{place}"), &error)),
            }
        }
        read
    }

    fn pages(&mut self, place: usize, service: &Service) {
        for (number, page) in service.pages.iter().enumerate() {
            let fields = [("id", &page.id), ("name", &page.name), ("link", &page.link)];
            for (field, _) in fields.into_iter().filter(|(_, text)| text.trim().is_empty()) {
                self.add(
                    &format!("/services/{place}/pages/{number}/{field}"),
                    LocalizedText::new("said-services-empty"),
                );
            }
        }
    }

    /// The connector of a built-in kind.
    pub fn kind<'app>(&mut self, app: &'app SourceContext, kind: &str) -> Option<&'app Arc<dyn Connector>> {
        let found = app.connectors.get(kind);
        if found.is_none() {
            let known: Vec<_> = app.connectors.kinds().collect();
            self.add("/kind", LocalizedText::new("said-kind-unknown").with("known", known.join(", ")));
        }
        found
    }

    /// The channel for a source of this kind: the requested one, else the only one that serves the kind.
    pub fn channel<'app>(
        &mut self,
        integration: &'app Integration,
        kind: &str,
        wanted: Option<Uuid>,
    ) -> Option<(Uuid, &'app Channel)> {
        let serving: Vec<_> = integration
            .channels
            .iter()
            .filter(|channel| channel.connectors.iter().any(|connector| connector == kind))
            .filter_map(|channel| Some((Uuid::parse_str(&channel.id).ok()?, channel)))
            .collect();
        let detail = |key| LocalizedText::new(key).with("integration", integration.name.as_str()).with("kind", kind);
        match (wanted, serving.as_slice()) {
            (Some(wanted), _) => {
                let found = serving.into_iter().find(|(id, _)| *id == wanted);
                if found.is_none() {
                    self.add("/channel_id", detail("said-channel-unknown"));
                }
                found
            }
            (None, [only]) => Some(*only),
            (None, []) => {
                self.add("/kind", detail("said-kind-unserved"));
                None
            }
            (None, several) => {
                let ids: Vec<_> = several.iter().map(|(id, _)| id.to_string()).collect();
                self.add("/channel_id", detail("said-channel-choose").with("known", ids.join(", ")));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pointers(check: impl FnOnce(&mut WrongFields)) -> Vec<String> {
        let mut wrong = WrongFields::default();
        check(&mut wrong);
        wrong.0.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn names_are_1_to_255_characters() {
        for name in ["", "   ", "a\nb", &"ы".repeat(256)] {
            assert_eq!(pointers(|wrong| wrong.name(name)), ["/name"], "{name:?}");
        }
        assert!(pointers(|wrong| wrong.name(&"ы".repeat(255))).is_empty());
    }

    #[test]
    fn external_ids_are_what_amocrm_takes() {
        for external_id in ["", " a", "tab\there", "имя", &"x".repeat(37)] {
            assert_eq!(pointers(|wrong| wrong.external_id(external_id)), ["/external_id"], "{external_id:?}");
        }
        for external_id in ["support", "a b", "~!@#$%^&*()_+", &"x".repeat(36)] {
            assert!(pointers(|wrong| wrong.external_id(external_id)).is_empty(), "{external_id:?}");
        }
    }

    #[test]
    fn services_are_what_amocrm_takes() {
        let page = |id: &str| json!({"id": id, "name": "Sales", "link": "+7915"});
        for (services, wrong) in [
            (json!({}), "/services"),
            (json!([{ "type": "pigeon" }]), "/services/0/type"),
            (json!([{ "type": "whatsapp" }, { "waba": true }]), "/services/1"),
            (json!([{ "type": "whatsapp", "params": {"waba": "yes"} }]), "/services/0"),
            (json!([{ "type": "whatsapp", "pages": [page("1"), page(" ")] }]), "/services/0/pages/1/id"),
        ] {
            let services = &services;
            assert_eq!(pointers(|wrong| drop(wrong.services(services))), [wrong], "{services}");
        }
        let good = json!([{"type": "whatsapp", "params": {"waba": true}, "pages": [page("1")]}]);
        assert!(pointers(|wrong| drop(wrong.services(&good))).is_empty());
        assert_eq!(pointers(|wrong| wrong.pipeline_id(0)), ["/pipeline_id"]);
    }
}
