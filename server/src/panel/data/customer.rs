//! Erasure of one customer's data, after a page that shows how much there is.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::Error;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::Data;
use crate::panel::{Answer, AppData, Form, Member, Nav, Notice, PageContext, Right, html, html_as};
use crate::tenant::{self, Who};

#[derive(Template)]
#[template(path = "panel/data_customer.html")]
struct EraseCustomerPage {
    page: PageContext,
    who: String,
    chats: usize,
    messages: u64,
    files: u64,
    also_possible: Vec<Uuid>,
}

#[derive(Deserialize)]
pub(super) struct CustomerQuery {
    #[serde(default)]
    who: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CustomerForm {
    pub who: String,
}

/// A chat by its id (or the address of its page), otherwise a phone number.
pub(super) fn who(text: &str) -> Who {
    let last = text.trim().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    match last.parse() {
        Ok(id) => Who::Conversation(id),
        Err(_) => Who::Phone(text.trim().to_owned()),
    }
}

/// `GET /panel/data/customer?who=…`
pub(super) async fn ask(app: AppData, member: Member, asked: web::Query<CustomerQuery>) -> Answer {
    member.require(Right::EraseData)?;
    let words = member.words;
    let found = match tenant::erase::find(&app.tenants, member.tenant_id, &who(&asked.who)).await {
        Ok(found) if found.is_empty() && found.also_possible.is_empty() => Err("data-none-found"),
        Ok(found) => Ok(found),
        Err(Error::Invalid(_)) => Err("form-not-phone"),
        Err(other) => return Err(other),
    };
    match found {
        Ok(found) => {
            let page = member.page("data-forget-person-title", Nav::Data);
            let confirm = EraseCustomerPage {
                who: asked.who.clone(),
                chats: found.conversations.len(),
                messages: found.messages,
                files: found.files,
                also_possible: found.also_possible,
                page: page.clone(),
            };
            html(&page, &confirm)
        }
        Err(key) => {
            let page = member.page("data-title", Nav::Data).with_error();
            let wrong = words.text(key).to_string();
            let data = Data { who: asked.who.clone(), wrong, ..Data::of(&app, &member, page.clone()).await? };
            html_as(StatusCode::UNPROCESSABLE_ENTITY, &page, &data)
        }
    }
}

/// `POST /panel/data/customer`
pub(super) async fn erase(app: AppData, member: Member, form: Form<CustomerForm>) -> Answer {
    member.require(Right::EraseData)?;
    let by = format!("person:{}", member.person.id);
    let erasure = tenant::erase(&app.tenants, member.tenant_id, &who(&form.who), &by).await?;
    // The erasure's id instead of the phone number, because the log must not keep erased data.
    let (object, detail) = (erasure.id.to_string(), json!(erasure.counts));
    member.audit(&app, app.store.write(), "data.erased", &object, detail).await?;
    member.see_other(&app, "/panel/data", Notice::done(member.words.text("data-erased"))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_is_found_by_its_id_or_page_address() {
        let id = uuid::Uuid::from_u128(7);
        for text in [id.to_string(), format!(" {id} "), format!("https://parom.example/panel/conversations/{id}")] {
            assert_eq!(who(&text), Who::Conversation(id));
        }
        assert_eq!(who(" +7 915 111-22-33 "), Who::Phone("+7 915 111-22-33".into()));
    }
}
