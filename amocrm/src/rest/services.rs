//! Services that a source offers besides chats (crm-api §4.3); currently amoCRM knows only WhatsApp's.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lenient;

/// A service of a source, for reading and writing. Serializes in the format of the Sources API; deserializes strictly,
/// so that input can be validated before it is sent. amoCRM's answers are read leniently instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// `whatsapp`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Switches.
    #[serde(default)]
    pub params: ServiceParams,
    /// Numbers that can be chosen for the website button.
    #[serde(default)]
    pub pages: Vec<ServicePage>,
}

/// Options of a service; `None` is amoCRM's default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceParams {
    /// Official WhatsApp: enables templates. Requires an agreed time window for the channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waba: Option<bool>,
    /// Enables the step "list message" in Kommo's Salesbot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_supports_list_message: Option<bool>,
}

/// A number that can be chosen for the website button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServicePage {
    /// Our id of it, e.g. the number in digits.
    pub id: String,
    /// Name as users see it.
    pub name: String,
    /// The phone number; becomes `https://wa.me/{link}`.
    pub link: String,
}

impl Service {
    /// As amoCRM wrote it; `None` without a type.
    pub(super) fn read(service: &Value) -> Option<Self> {
        let params = service.get("params").unwrap_or(&Value::Null);
        Some(Self {
            kind: lenient::text(service, "type")?,
            params: ServiceParams {
                waba: lenient::flag(params, "waba"),
                is_supports_list_message: lenient::flag(params, "is_supports_list_message"),
            },
            pages: lenient::list(service, "pages").into_iter().filter_map(ServicePage::read).collect(),
        })
    }
}

impl ServicePage {
    fn read(page: &Value) -> Option<Self> {
        let link = lenient::text(page, "link").unwrap_or_default();
        let id = lenient::text(page, "id").or_else(|| Some(link.clone()).filter(|link| !link.is_empty()))?;
        Some(Self { id, name: lenient::text(page, "name").unwrap_or_default(), link })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_documented_service_is_written_and_read() {
        let body = json!({"type": "whatsapp", "params": {"waba": true, "is_supports_list_message": false},
            "pages": [{"id": "79005550101", "name": "Sales", "link": "+79005550101"}]});
        let service: Service = serde_json::from_value(body.clone()).unwrap();
        assert_eq!(service.params.waba, Some(true));
        assert_eq!(serde_json::to_value(&service).unwrap(), body);
        assert_eq!(Service::read(&body), Some(service));
    }

    #[test]
    fn services_are_read_with_the_array_forms_of_php() {
        let body =
            json!({"type": "whatsapp", "params": [], "pages": {"3": {"id": 5, "name": null, "link": 79}}, "extra": 1});
        let read = Service::read(&body).unwrap();
        assert_eq!(read.params, ServiceParams::default());
        assert_eq!(read.pages, [ServicePage { id: "5".into(), name: String::new(), link: "79".into() }]);
        assert_eq!(Service::read(&json!({"params": {"waba": "1"}})), None);
        assert_eq!(Service::read(&json!([])), None);
    }

    #[test]
    fn a_service_to_be_set_is_checked_strictly() {
        for wrong in [json!({}), json!({"type": "whatsapp", "pages": "7"}), json!({"type": "whatsapp", "waba": true})] {
            assert!(serde_json::from_value::<Service>(wrong.clone()).is_err(), "{wrong}");
        }
        let plain: Service = serde_json::from_value(json!({"type": "whatsapp"})).unwrap();
        assert_eq!(serde_json::to_value(plain).unwrap(), json!({"type": "whatsapp", "params": {}, "pages": []}));
    }
}
