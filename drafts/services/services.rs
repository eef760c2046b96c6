//! What a source offers in amoCRM besides chats: templates of official WhatsApp, list messages, numbers for the button on
//! a site (crm-api §4.3).

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use amocrm::rest::{Service, ServicePage, ServiceParams, phone_digits};
use askama::Template;
use base::error::{Error, Result};
use entity::source;
use serde::Deserialize;
use serde_json::Value;

use super::{by, find};
use crate::panel::{self, Form, Member, Nav, Notice, PageContext, PanelContext, Right};
use crate::source::SourceChange;

/// The only kind that amoCRM knows.
const KIND: &str = "whatsapp";
/// Shorter numbers are not phone numbers.
const DIGITS: usize = 7;

#[derive(Template)]
#[template(path = "panel/sources/services.html")]
struct ServicesPage {
    page: PageContext,
    id: String,
    waba: bool,
    list: bool,
    numbers: String,
    error: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServicesForm {
    waba: Option<String>,
    list: Option<String>,
    /// A line for each number: `+79005550101, Sales`.
    numbers: String,
}

/// Whether amoCRM can know of services of this source: its messenger may be WhatsApp.
pub fn has_services(source: &source::Model) -> bool {
    matches!(source.kind.as_str(), "custom" | "whatsapp")
}

fn stored(source: &source::Model) -> Option<Service> {
    let services: Vec<Service> = serde_json::from_str(&source.services).unwrap_or_default();
    services.into_iter().find(|service| service.kind == KIND)
}

/// `GET /panel/sources/{id}/services`.
pub async fn get(app: web::Data<PanelContext>, member: Member, id: web::Path<String>) -> Result<HttpResponse> {
    member.require(Right::EditSources)?;
    let source = find(&app, &member, &id).await?;
    if !has_services(&source) {
        return Err(Error::NotFound);
    }
    let page = member.page("source-services", Nav::Sources);
    let service = stored(&source);
    let params = service.as_ref().map(|service| service.params.clone()).unwrap_or_default();
    let line = |one: &ServicePage| format!("{}, {}", one.link, one.name);
    let pages = service.iter().flat_map(|service| &service.pages);
    let shown = ServicesPage {
        id: source.id.to_string(),
        waba: params.waba == Some(true),
        list: params.is_supports_list_message == Some(true),
        numbers: pages.map(line).collect::<Vec<_>>().join("\n"),
        error: String::new(),
        page: page.clone(),
    };
    panel::html(&page, &shown)
}

/// `POST /panel/sources/{id}/services`.
pub async fn save(
    app: web::Data<PanelContext>,
    member: Member,
    id: web::Path<String>,
    form: Form<ServicesForm>,
) -> Result<HttpResponse> {
    member.require(Right::EditSources)?;
    let source = find(&app, &member, &id).await?;
    if !has_services(&source) {
        return Err(Error::NotFound);
    }
    let (waba, list) = (form.waba.is_some(), form.list.is_some());
    let Some(services) = services_of(waba, list, &form.numbers) else {
        let page = member.page("source-services", Nav::Sources).with_error();
        let error = page.words.text("source-services-wrong").to_string();
        let id = source.id.to_string();
        let shown = ServicesPage { id, waba, list, numbers: form.numbers.clone(), error, page: page.clone() };
        return panel::html_as(StatusCode::UNPROCESSABLE_ENTITY, &page, &shown);
    };
    let change = SourceChange { services: Some(services), ..SourceChange::default() };
    let tenant_id = member.tenant.tenant_id;
    let notice = match crate::source::change(&app.sources, tenant_id, source.id, change, None, &by(&member)).await {
        Ok(_) => Notice::done(member.words.text("common-saved")),
        Err(Error::Invalid(wrong)) => {
            let said = Error::Invalid(wrong).first_text().in_words(member.words, member.crm());
            Notice::failed(member.words.text("said-quoted").with("text", said))
        }
        Err(error @ (Error::Conflict { .. } | Error::Unavailable { .. })) => super::refused(&member, &error),
        Err(error) => return Err(error),
    };
    member.see_other(&app, &format!("/panel/sources/{}/services", source.id), notice).await
}

/// The list for amoCRM; none if a line has no phone number. Without a tick and a number there is no service.
fn services_of(waba: bool, list: bool, numbers: &str) -> Option<Value> {
    let lines = numbers.lines().map(str::trim).filter(|line| !line.is_empty());
    let pages: Vec<ServicePage> = lines.map(page_of).collect::<Option<_>>()?;
    if !waba && !list && pages.is_empty() {
        return Some(Value::Array(Vec::new()));
    }
    let params = ServiceParams { waba: waba.then_some(true), is_supports_list_message: list.then_some(true) };
    serde_json::to_value([Service { kind: KIND.to_owned(), params, pages }]).ok()
}

fn page_of(line: &str) -> Option<ServicePage> {
    let (number, name) = line.split_once(',').unwrap_or((line, ""));
    let digits = phone_digits(number);
    let name = Some(name.trim()).filter(|name| !name.is_empty()).unwrap_or(number.trim());
    let is_number = number.chars().all(|sign| sign.is_ascii_digit() || "+-() \u{a0}".contains(sign));
    (is_number && digits.len() >= DIGITS).then(|| ServicePage {
        link: format!("+{digits}"),
        id: digits,
        name: name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_are_numbers_with_names() {
        let services = services_of(true, false, "8 900 555-01-01, Sales\n\n +1 (202) 555-0100 \n").unwrap();
        let pages = json!([{"id": "79005550101", "name": "Sales", "link": "+79005550101"},
            {"id": "12025550100", "name": "+1 (202) 555-0100", "link": "+12025550100"}]);
        assert_eq!(services, json!([{"type": "whatsapp", "params": {"waba": true}, "pages": pages}]));
        assert_eq!(services_of(false, false, " \n"), Some(json!([])));
        for wrong in ["Sales", "112", "Sales, +79005550101", "+79005550101 Sales"] {
            assert_eq!(services_of(true, true, wrong), None, "{wrong}");
        }
    }
}
