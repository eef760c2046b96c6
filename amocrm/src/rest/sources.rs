//! Sources of the integration in the account (crm-api §4) and services that they offer (crm-api §4.3). Administrators
//! only; a token sees only the sources of its own integration.

use reqwest::Method;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::read;
use super::{Request, Rest};
use crate::error::Error;
use crate::lenient;

/// The most sources per call (the smaller of two documented numbers, chats-api §7 row 22).
pub const SOURCES_BATCH: usize = 50;

/// Maximum length of an `external_id` in the Sources API, in characters.
const EXTERNAL_ID_LIMIT: usize = 36;

/// A source as returned by amoCRM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// CRM id.
    pub id: i64,
    /// Our id, unique in integration and account; messages refer to it.
    pub external_id: Option<String>,
    /// Name as users see it.
    pub name: String,
    /// Pipeline of its incoming leads; may be archived.
    pub pipeline_id: Option<i64>,
    /// The source of messages that name no source; at most one.
    pub default: bool,
    /// Code of the channel in which conversations from it begin.
    pub origin_code: Option<String>,
    /// Its services; empty for most sources.
    pub services: Vec<Service>,
}

/// A source to create.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewSource {
    /// Name as users see it, not empty.
    pub name: String,
    /// Our id: 1 to 36 printable ASCII characters and spaces. It cannot be changed later.
    pub external_id: String,
    /// Pipeline of its incoming leads; `None`: the main pipeline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline_id: Option<i64>,
    /// True makes it the only default source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<bool>,
    /// Code of the channel, e.g. `amo.ext.30490163`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin_code: Option<String>,
    /// Its services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub services: Option<Vec<Service>>,
}

/// Changes to a source; `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SourceChange {
    /// Another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Another pipeline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline_id: Option<i64>,
    /// True makes it the only default source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<bool>,
    /// Another channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin_code: Option<String>,
    /// The complete new list of services; an empty list removes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub services: Option<Vec<Service>>,
}

impl Source {
    fn read(source: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::number(source, "id")?,
            external_id: lenient::text(source, "external_id"),
            name: lenient::text(source, "name").unwrap_or_default(),
            pipeline_id: lenient::number(source, "pipeline_id"),
            default: lenient::flag(source, "default").unwrap_or(false),
            origin_code: lenient::text(source, "origin_code"),
            services: lenient::list(source, "services").into_iter().filter_map(Service::read).collect(),
        })
    }
}

impl NewSource {
    fn check(&self, call: &'static str) -> Result<(), Error> {
        if self.name.is_empty() {
            return Err(Error::invalid(call, "name is empty"));
        }
        let fits = (1..=EXTERNAL_ID_LIMIT).contains(&self.external_id.len())
            && self.external_id.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if fits { Ok(()) } else { Err(Error::invalid(call, "external_id must be 1 to 36 printable ASCII characters")) }
    }
}

fn batch_fits(call: &'static str, count: usize) -> Result<(), Error> {
    let fits = (1..=SOURCES_BATCH).contains(&count);
    if fits { Ok(()) } else { Err(Error::invalid(call, format!("1 to {SOURCES_BATCH} sources at once"))) }
}

impl Rest {
    /// The sources with the given external ids, or all if none is given. There are no pages; at most 100 exist.
    pub async fn sources(&self, token: &SecretString, external_ids: &[&str]) -> Result<Vec<Source>, Error> {
        const CALL: &str = "sources";
        let filter = external_ids.iter().map(|id| ("filter[external_id][]", (*id).to_owned())).collect();
        let answer = self.call(token, Request::get(CALL, vec![CALL], filter)).await?;
        read::embedded(&answer, CALL, Source::read)
    }

    /// One source by amoCRM's id. `None` if it does not exist (any more): 204, for some accounts 404.
    pub async fn source(&self, token: &SecretString, id: i64) -> Result<Option<Source>, Error> {
        let id = id.to_string();
        read::found(self.call(token, Request::get("source", vec!["sources", &id], Vec::new())).await, Source::read)
    }

    /// Creates 1 to [`SOURCES_BATCH`] sources. **Not** idempotent: an existing `external_id` is refused with 400; list
    /// and adopt it then. Match the answer by `external_id`, not by position.
    pub async fn create_sources(&self, token: &SecretString, sources: &[NewSource]) -> Result<Vec<Source>, Error> {
        const CALL: &str = "create_sources";
        batch_fits(CALL, sources.len())?;
        sources.iter().try_for_each(|source| source.check(CALL))?;
        let answer = self.call(token, Request::with_body(CALL, Method::POST, vec!["sources"], sources)?).await?;
        read::written(&answer, "sources", Source::read)
    }

    /// Creates one source and returns it, see [`create_sources`](Rest::create_sources).
    pub async fn create_source(&self, token: &SecretString, source: &NewSource) -> Result<Source, Error> {
        const CALL: &str = "create_source";
        source.check(CALL)?;
        let answer = self.call(token, Request::with_body(CALL, Method::POST, vec!["sources"], &[source])?).await?;
        let made = read::written(&answer, "sources", Source::read)?;
        let named = made.into_iter().find(|made| made.external_id.as_deref() == Some(&source.external_id));
        named.ok_or_else(|| answer.unreadable("the new source is not in the answer"))
    }

    /// Changes one source and returns it. Safe to repeat. 404: it does not exist any more.
    pub async fn update_source(&self, token: &SecretString, id: i64, change: &SourceChange) -> Result<Source, Error> {
        const CALL: &str = "update_source";
        let id = id.to_string();
        let request = Request::with_body(CALL, Method::PATCH, vec!["sources", &id], change)?;
        let answer = self.call(token, request).await?;
        read::one(&answer, "sources", Source::read)
    }

    /// Deletes 1 to [`SOURCES_BATCH`] sources by amoCRM's ids. Refused with 400, listing those that do not exist (any
    /// more), or with 404 if none exists; whether the others are deleted then is not documented: list them.
    pub async fn delete_sources(&self, token: &SecretString, ids: &[i64]) -> Result<(), Error> {
        #[derive(Serialize)]
        struct Item {
            id: i64,
        }
        const CALL: &str = "delete_sources";
        batch_fits(CALL, ids.len())?;
        let items: Vec<_> = ids.iter().map(|id| Item { id: *id }).collect();
        let request = Request::with_body(CALL, Method::DELETE, vec!["sources"], &items)?;
        self.call(token, request).await?.nothing_expected()
    }

    /// Deletes one source. Refused with 404 if it does not exist (any more). After deleting the default source there is
    /// no default.
    pub async fn delete_source(&self, token: &SecretString, id: i64) -> Result<(), Error> {
        let id = id.to_string();
        let request = Request::bare("delete_source", Method::DELETE, vec!["sources", &id]);
        self.call(token, request).await?.nothing_expected()
    }
}

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
