//! Validation of a source's fields without asking amoCRM.

use std::sync::Arc;

use amocrm::rest::{Service, ServicePage, ServiceParams};
use base::config::{Channel, Integration};
use base::error::{Error, FieldError, Result};
use base::i18n::LocalizedText;
use base::message::is_visible;
use base::phone::{Country, Phone, looks_like_one, with_plus};
use connectors::hours::{self, WORKING_HOURS};
use connectors::kinds::is_web_chat;
use connectors::webchat::EMAIL_ANSWERS;
use connectors::{Abilities, Connector, Field, Input, Setup};
use entity::{source, tenant};
use sea_orm::{DbErr, PaginatorTrait};
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use super::{SourceContext, not_deleted};
use crate::platform::PlatformContext;
use crate::tenant::{self as tenants, plan};

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

// A source's settings, checked by its connector and against what this server can do.

/// The settings to store, or an error for every wrong field. Working hours are the same of all kinds; answers by e-mail need
/// `[mail]`.
pub fn setup_of(
    app: &PlatformContext,
    connector: &dyn Connector,
    mut settings: Value,
) -> Result<Setup, Vec<FieldError>> {
    let hours = settings.as_object_mut().and_then(|settings| settings.remove(WORKING_HOURS));
    let hours = hours.map_or(Ok(Value::Null), hours::checked);
    let (mut setup, hours) = match (connector.setup(settings), hours) {
        (Ok(setup), Ok(hours)) => (setup, hours),
        (Err(wrong), Err(also)) => return Err([wrong, also].concat()),
        (Err(wrong), Ok(_)) | (Ok(_), Err(wrong)) => return Err(wrong),
    };
    if let (Some(public), false) = (setup.public.as_object_mut(), hours.is_null()) {
        public.insert(WORKING_HOURS.to_owned(), hours);
    }
    let by_email =
        is_web_chat(connector.kind()) && setup.public.get(EMAIL_ANSWERS).is_some_and(|minutes| !minutes.is_null());
    if by_email && app.config.mail.url.is_none() {
        return Err(vec![FieldError::new(format!("/settings/{EMAIL_ANSWERS}"), LocalizedText::new("said-no-mail"))]);
    }
    Ok(setup)
}

/// The fields that this server can do something with, and those that are set. Answers by e-mail need `[mail]`.
pub fn offered(app: &PlatformContext, fields: &[Field], settings: &Value) -> Vec<Field> {
    let useless = |field: &&Field| {
        field.name == EMAIL_ANSWERS && app.config.mail.url.is_none() && settings.get(EMAIL_ANSWERS).is_none()
    };
    fields.iter().filter(|field| !useless(field)).copied().collect()
}

// What a source offers in amoCRM besides chats, as a form has it: templates of official WhatsApp, list messages, numbers
// for the button on a site (crm-api §4.3).

/// The only kind that amoCRM knows.
const KIND: &str = "whatsapp";

/// The choices of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceChoice {
    /// It is official WhatsApp.
    pub waba: bool,
    /// Salesbot may send lists.
    pub lists: bool,
    /// A line for each number: `+79005550101, Sales`.
    pub numbers: String,
}

/// Whether amoCRM can offer anything for this source: its messenger may be official WhatsApp.
pub fn has_services(app: &SourceContext, source: &source::Model) -> bool {
    app.connectors.get(&source.kind).is_some_and(|connector| connector.reviews_templates())
}

fn stored(source: &source::Model) -> Option<Service> {
    let services: Vec<Service> = serde_json::from_str(&source.services).unwrap_or_default();
    services.into_iter().find(|service| service.kind == KIND)
}

impl ServiceChoice {
    /// As stored.
    pub fn of(source: &source::Model) -> Self {
        let Some(service) = stored(source) else { return Self::default() };
        let lines = service.pages.iter().map(|page| format!("{}, {}", page.link, page.name));
        Self {
            waba: service.params.waba == Some(true),
            lists: service.params.is_supports_list_message == Some(true),
            numbers: lines.collect::<Vec<_>>().join("\n"),
        }
    }

    /// The list for amoCRM; none if a line has no phone number. Without a tick and a number there is no service.
    pub fn services(&self, source: &source::Model, country: Option<Country>) -> Option<Value> {
        self.written(&stored(source).map(|service| service.pages).unwrap_or_default(), country)
    }

    fn written(&self, known: &[ServicePage], country: Option<Country>) -> Option<Value> {
        let lines = self.numbers.lines().map(str::trim).filter(|line| !line.is_empty());
        let pages: Vec<ServicePage> = lines.map(|line| page_of(line, known, country)).collect::<Option<_>>()?;
        if !self.waba && !self.lists && pages.is_empty() {
            return Some(Value::Array(Vec::new()));
        }
        let params = ServiceParams { waba: Some(self.waba), is_supports_list_message: Some(self.lists) };
        serde_json::to_value([Service { kind: KIND.to_owned(), params, pages }]).ok()
    }
}

/// A known number keeps its id: buttons on sites have it.
fn page_of(line: &str, known: &[ServicePage], country: Option<Country>) -> Option<ServicePage> {
    let (number, name) = line.split_once(',').unwrap_or((line, ""));
    let phone = Phone::parse(number, country).filter(|_| looks_like_one(number))?;
    let name = Some(name.trim()).filter(|name| !name.is_empty()).unwrap_or(number.trim());
    let is_this =
        |page: &&ServicePage| Phone::parse(&with_plus(&page.link), None).is_some_and(|known| known.is_same(&phone));
    let same = known.iter().find(is_this);
    let link = || phone.international().unwrap_or_else(|| with_plus(phone.key()));
    Some(ServicePage {
        link: same.map_or_else(link, |page| page.link.clone()),
        id: same.map_or_else(|| phone.key().to_owned(), |page| page.id.clone()),
        name: name.to_owned(),
    })
}

// The kinds of sources available to an account, as data for the wizard, the widget and the capability card.

/// A kind that can be created now. Its texts are `connector-{kind}` and `connector-{kind}-about`.
#[derive(Clone, Debug)]
pub struct SourceKind {
    pub kind: &'static str,
    /// Channels that serve it, with their titles; with more than one the user must choose.
    pub channels: Vec<(Uuid, String)>,
    /// The fields to ask for; values go into `settings` under the fields' names.
    pub fields: &'static [Field],
    pub abilities: &'static Abilities,
}

/// The kinds whose connector is built in and for which the account's integration has a channel, as far as the account's plan has
/// them, in the order in which
/// they are offered. Empty if the integration is no longer configured.
pub fn kinds(app: &SourceContext, tenant: &tenant::Model) -> Vec<SourceKind> {
    let Ok(integration) = tenants::integration(&app.tenants, tenant) else { return Vec::new() };
    let kinds = app
        .connectors
        .kinds()
        .filter(|kind| tenants::plan::allows(&app.config, tenant, kind))
        .filter_map(|kind| Some((kind, app.connectors.get(kind)?)));
    let mut kinds: Vec<_> = kinds
        .filter_map(|(kind, connector)| {
            let serving =
                integration.channels.iter().filter(|channel| channel.connectors.iter().any(|one| one == kind));
            let channels: Vec<_> = serving
                .filter_map(|channel| Some((Uuid::parse_str(&channel.id).ok()?, channel.title.clone())))
                .collect();
            let abilities = connector.abilities();
            (!channels.is_empty()).then_some(SourceKind { kind, channels, fields: connector.fields(), abilities })
        })
        .collect();
    kinds.sort_by_key(|kind| connectors::kinds::place(kind.kind));
    kinds
}

// How many sources an account may have: the vendor's own number for this account, else its plan's, else the configured one.

/// For example "27 of 50".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    pub used: u64,
    pub limit: u32,
}

impl Usage {
    /// True if no further source may be created.
    pub fn is_full(&self) -> bool {
        self.used >= u64::from(self.limit)
    }
}

/// How many sources an account has and may have.
pub async fn usage(app: &SourceContext, tenant_id: Uuid) -> Result<Usage> {
    let db = app.store.read();
    let tenant = tenant::Entity::of_tenant(tenant_id);
    let tenant = sea_orm::Select::one(tenant, db).await?.ok_or(Error::NotFound)?;
    Ok(Usage { used: not_deleted(tenant_id).count(db).await?, limit: limit_of(app, &tenant) })
}

/// How many sources an account has.
pub async fn count(app: &SourceContext, tenant_id: Uuid) -> Result<u64, DbErr> {
    not_deleted(tenant_id).count(app.store.read()).await
}

/// How many sources an account may have.
pub fn limit_of(app: &SourceContext, tenant: &tenant::Model) -> u32 {
    let own = tenant.sources_limit.map(|limit| u32::try_from(limit).unwrap_or(0));
    own.unwrap_or_else(|| plan::sources_limit(&app.config, tenant))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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

    fn of(waba: bool, numbers: &str, known: &[ServicePage]) -> Option<Value> {
        ServiceChoice { waba, lists: false, numbers: numbers.to_owned() }.written(known, Country::of_code("RU"))
    }

    #[test]
    fn lines_are_numbers_with_names() {
        let services = of(true, "8 900 555-01-01, Sales\n\n +1 (202) 555-0100 \n", &[]).unwrap();
        let pages = json!([{"id": "79005550101", "name": "Sales", "link": "+79005550101"},
            {"id": "12025550100", "name": "+1 (202) 555-0100", "link": "+12025550100"}]);
        let params = json!({"waba": true, "is_supports_list_message": false});
        assert_eq!(services, json!([{"type": KIND, "params": params, "pages": pages}]));
        assert_eq!(of(false, " \n", &[]), Some(json!([])));
        for wrong in ["Sales", "112", "Sales, +79005550101", "+79005550101 Sales"] {
            assert_eq!(of(true, wrong, &[]), None, "{wrong}");
        }
    }

    #[test]
    fn a_number_that_is_renamed_stays_the_same_for_buttons() {
        let known = [ServicePage { id: "p1".to_owned(), name: "Sales".to_owned(), link: "79005550101".to_owned() }];
        let services = of(false, "+7 900 555-01-01, Shop", &known).unwrap();
        assert_eq!(services[0]["pages"], json!([{"id": "p1", "name": "Shop", "link": "79005550101"}]));
    }
}
