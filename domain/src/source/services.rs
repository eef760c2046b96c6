//! What a source offers in amoCRM besides chats, as a form has it: templates of official WhatsApp, list messages, numbers
//! for the button on a site (crm-api §4.3).

use amocrm::rest::{Service, ServicePage, ServiceParams};
use base::phone::{Country, Phone, looks_like_one, with_plus};
use entity::source;
use serde_json::Value;

use crate::source::SourceContext;

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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
