//! Contacts with incoming leads, leads, and a lead's card with widgets in its right column.

use askama::Template;
use serde_json::{Value, json};

use super::bubble::{self, Row};
use super::frame::{Frame, Place, Shell, Visit, render, render_host};
use super::widget::{Stage, host_data};
use crate::crm::state::{Account, CONTACTS, Card, Chat, LEADS, Person, Unsorted};
use crate::kit::Answer;

#[derive(Template)]
#[template(path = "crm/contacts.html")]
struct ContactsPage<'a> {
    frame: &'a Frame,
    shell: &'a Shell<'a>,
    target: String,
    waiting: Vec<&'a Unsorted>,
    /// The newest first.
    cards: Vec<&'a Card>,
}

impl ContactsPage<'_> {
    fn name(&self, one: &Unsorted) -> &str {
        self.shell.account.crm.lead(one.lead_id).map_or("", Card::name)
    }

    fn last(&self, one: &Unsorted) -> String {
        self.shell.account.last_text(&one.chat_id).chars().take(80).collect()
    }

    fn hangs(&self, card: &Card) -> String {
        let crm = &self.shell.account.crm;
        let chats = crm.links.iter().filter(|link| link.contact_id == card.id).count();
        self.frame.fill_both("hangs", chats, &crm.leads_of(card.id).count().to_string())
    }
}

/// `GET /accounts/{host}/contacts`.
pub(super) fn contacts(visit: &Visit<'_>) -> Answer {
    visit.show(Place::Contacts, |_, shell| {
        let target = visit.frame.link(&visit.path("contacts"));
        let crm = &shell.account.crm;
        let (waiting, cards) = (crm.waiting().collect(), crm.all(&CONTACTS).iter().rev().collect());
        Some(render(200, &ContactsPage { frame: &visit.frame, shell, target, waiting, cards }, ""))
    })
}

/// `POST /accounts/{host}/contacts`: a pressed button. `what` is `add`, `save`, `delete`, `merge`, `accept` or `decline`.
pub(super) fn press(visit: &Visit<'_>) -> Answer {
    let number = |name: &str| visit.field(name).parse::<i64>().unwrap_or_default();
    let (id, uid) = (number("id"), visit.field("uid"));
    let lay_over = |contact: &mut Card| {
        for (field, name) in [("PHONE", "phones"), ("EMAIL", "emails")] {
            contact.set_values(field, &visit.field(name).split(',').map(str::trim).collect::<Vec<_>>());
        }
        let name = visit.field("name").trim();
        if contact.name() != name {
            contact.rename(name);
        }
    };
    visit.change(|account, now| {
        let user_id = account.signed_in;
        match visit.field("what") {
            "add" => {
                let mut contact = account.new_card(user_id, now);
                lay_over(&mut contact);
                account.keep_card(&CONTACTS, contact);
            }
            "save" => drop(account.change_card(&CONTACTS, id, now, lay_over)),
            "delete" => drop(account.delete_card(&CONTACTS, id)),
            "merge" => drop(account.merge_contacts(number("into"), id, now)),
            "accept" => drop(account.accept(uid, user_id, None, now)),
            "decline" => drop(account.decline(uid, user_id, now)),
            _ => {}
        }
    });
    visit.frame.to(&visit.path("contacts"))
}

#[derive(Template)]
#[template(path = "crm/leads.html")]
struct LeadsPage<'a> {
    frame: &'a Frame,
    shell: &'a Shell<'a>,
    /// The newest first.
    leads: Vec<&'a Card>,
}

impl LeadsPage<'_> {
    fn person(&self, lead: &Card) -> &str {
        person_of(self.shell.account, lead).map_or("", |person| &person.name)
    }

    fn pipeline(&self, lead: &Card) -> &str {
        self.shell.account.pipeline_name(lead.number("pipeline_id"))
    }

    fn href(&self, lead: &Card) -> String {
        self.frame.link(&format!("/accounts/{}/leads/{}", self.shell.account.host, lead.id))
    }
}

fn person_of<'a>(account: &'a Account, lead: &Card) -> Option<&'a Person> {
    account.person_in(lead.text("chat_id"))
}

/// `GET /accounts/{host}/leads`.
pub(super) fn leads(visit: &Visit<'_>) -> Answer {
    visit.show(Place::Leads, |_, shell| {
        let leads = shell.account.crm.all(&LEADS).iter().rev().collect();
        Some(render(200, &LeadsPage { frame: &visit.frame, shell, leads }, ""))
    })
}

/// A chat of the lead's contact with the messages in the card.
struct CardChat {
    source: String,
    href: String,
    rows: Vec<Row>,
    hidden: String,
}

#[derive(Template)]
#[template(path = "crm/lead.html")]
struct LeadPage<'a> {
    frame: &'a Frame,
    shell: &'a Shell<'a>,
    host_data: String,
    title: String,
    lead: &'a Card,
    pipeline: &'a str,
    person: Person,
    chats: Vec<CardChat>,
    has_widgets: bool,
}

/// `APP.data.current_card` and the contacts' data of a lead.
fn current_card(lead: &Card, person: &Person) -> Value {
    let named = |text: &str| -> Vec<Value> {
        let text = Some(text).filter(|text| !text.is_empty());
        text.map(|text| json!({"value": text, "type": "WORK"})).into_iter().collect()
    };
    let (first, last) = person.name.split_once(' ').unwrap_or((&person.name, ""));
    json!({
        "id": lead.id,
        "element_type": 2,
        "contacts": [{
            "id": lead.number("contact_id"),
            "name": person.name,
            "first_name": first,
            "last_name": last,
            "phones": named(&person.phone),
            "emails": named(&person.email),
        }],
    })
}

/// `GET /accounts/{host}/leads/{id}`.
pub(super) fn lead(visit: &Visit<'_>, id: &str) -> Answer {
    let frame = &visit.frame;
    visit.show(Place::Leads, |state, shell| {
        let account = shell.account;
        let lead = account.crm.lead(id.parse().ok()?)?;
        let person = person_of(account, lead).cloned().unwrap_or_default();
        let is_theirs = |chat: &&Chat| {
            account.crm.contact_of_chat(&chat.id) == Some(lead.number("contact_id")) || chat.lead_id == Some(lead.id)
        };
        let chat = |chat: &Chat| {
            let (rows, hidden) = bubble::card_rows(account, chat, lead, frame);
            let hidden = if hidden == 0 { String::new() } else { frame.fill("card_hidden", hidden) };
            CardChat { source: account.source_name(chat), href: frame.chat(visit.host, &chat.id), rows, hidden }
        };
        let page = json!({"kind": "card"});
        let stage = Stage { area: "lcard", card: current_card(lead, &person), page };
        let takes_card = |client_id: &String| {
            account.has_active(client_id) && state.widgets.get(client_id).is_some_and(|widget| widget.takes_card())
        };
        let page = LeadPage {
            frame,
            shell,
            host_data: host_data(visit, state, account, stage, |one, widget| {
                account.has_active(&one.client_id) && widget.is_in("lcard")
            }),
            title: frame.fill("lead", id),
            lead,
            pipeline: account.pipeline_name(lead.number("pipeline_id")),
            person,
            chats: account.chats.iter().filter(is_theirs).map(chat).collect(),
            has_widgets: visit.core.integrations.iter().any(|one| takes_card(&one.client_id)),
        };
        Some(render_host(visit.core, &page))
    })
}
