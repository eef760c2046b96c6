//! Contacts and incoming leads, and people's actions on them.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{
    Frame, notice, own_form, render, see_other,
    shell::{Place, Shell},
    strings::fill,
};
use crate::crm::{
    core::Core,
    state::{Account, crm::Contact},
};

struct ContactRow {
    id: i64,
    name: String,
    phones: String,
    emails: String,
    hangs: String,
}

struct Incoming {
    uid: String,
    name: String,
    last: String,
    source: String,
}

#[derive(Template)]
#[template(path = "crm/contacts.html")]
struct ContactsPage<'a> {
    frame: &'a Frame,
    shell: &'a Shell,
    target: String,
    incoming: Vec<Incoming>,
    rows: Vec<ContactRow>,
}

fn rows(frame: &Frame, account: &Account) -> Vec<ContactRow> {
    let row = |contact: &Contact| {
        let chats = account.crm.links.iter().filter(|link| link.contact_id == contact.id).count();
        let hangs = fill(frame.words.crm.hangs, "chats", &chats.to_string());
        ContactRow {
            id: contact.id,
            name: contact.name.clone(),
            phones: contact.texts("PHONE").join(", "),
            emails: contact.texts("EMAIL").join(", "),
            hangs: fill(&hangs, "leads", &account.leads_of(contact.id).len().to_string()),
        }
    };
    account.crm.contacts.iter().rev().map(row).collect()
}

fn incoming(account: &Account) -> Vec<Incoming> {
    let waiting = account.crm.waiting().map(|one| Incoming {
        uid: one.uid.clone(),
        name: account.crm.cards.get(&one.lead_id).map(|card| card.name.clone()).unwrap_or_default(),
        last: account.last_text(&one.chat_id).chars().take(80).collect(),
        source: one.source_name.clone(),
    });
    waiting.collect()
}

/// `GET /accounts/{host}/contacts`.
pub(super) async fn list(core: web::Data<Arc<Core>>, request: HttpRequest, host: web::Path<String>) -> HttpResponse {
    let frame = Frame::of(&request);
    let Some(shell) = Shell::of(&core, &frame, &request, &host, Place::Contacts) else {
        return notice(&frame, StatusCode::NOT_FOUND, frame.words.not_found);
    };
    let found = core.read(|state| {
        let account = state.accounts.get(host.as_str())?;
        Some((incoming(account), rows(&frame, account)))
    });
    let (incoming, rows) = found.unwrap_or_default();
    let target = frame.link(&format!("/accounts/{host}/contacts"));
    render(StatusCode::OK, &ContactsPage { frame: &frame, shell: &shell, target, incoming, rows }, None)
}

/// A pressed button: `what` is `add`, `save`, `delete`, `merge`, `accept` or `decline`.
#[derive(Deserialize)]
pub(super) struct Pressed {
    what: String,
    #[serde(default)]
    id: i64,
    #[serde(default)]
    into: i64,
    #[serde(default)]
    uid: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    phones: String,
    #[serde(default)]
    emails: String,
}

impl Pressed {
    fn lay_over(&self, contact: &mut Contact) {
        let parts = |text: &'_ str| text.split(',').map(|part| part.trim().to_owned()).collect::<Vec<_>>();
        for (field, text) in [("PHONE", &self.phones), ("EMAIL", &self.emails)] {
            let parts = parts(text);
            contact.set(field, &parts.iter().map(String::as_str).collect::<Vec<_>>());
        }
        if contact.name != self.name.trim() {
            self.name.trim().clone_into(&mut contact.name);
            contact.first_name.clear();
            contact.last_name.clear();
        }
    }

    fn act(&self, account: &mut Account, now: i64) {
        let user_id = account.signed_in;
        match self.what.as_str() {
            "add" => {
                let mut contact = Contact { created_by: user_id, ..Contact::new(account, now) };
                self.lay_over(&mut contact);
                account.keep_contact(contact);
            }
            "save" => {
                account.change_contact(self.id, now, |contact| self.lay_over(contact));
            }
            "delete" => {
                account.delete_contact(self.id);
            }
            "merge" => {
                account.merge_contacts(self.into, self.id, now);
            }
            "accept" => {
                account.accept(&self.uid, user_id, None, now);
            }
            "decline" => {
                account.decline(&self.uid, user_id, now);
            }
            _ => {}
        }
    }
}

/// `POST /accounts/{host}/contacts`.
pub(super) async fn press(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    host: web::Path<String>,
    form: web::Form<Pressed>,
) -> HttpResponse {
    if !own_form(&request) {
        return HttpResponse::Forbidden().finish();
    }
    let now = core.now().timestamp();
    core.change(|state| {
        if let Some(account) = state.accounts.get_mut(host.as_str()) {
            form.act(account, now);
        }
    });
    see_other(&Frame::of(&request).link(&format!("/accounts/{host}/contacts")))
}
