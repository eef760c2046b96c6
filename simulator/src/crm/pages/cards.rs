//! Leads, and a lead's card with widgets in its right column.

use askama::Template;
use serde_json::{Value, json};

use super::bubble::{self, Row};
use super::frame::{Frame, Place, SELF, Shell, Visit, render_host};
use super::widget::{Stage, host_data};
use crate::crm::state::{Account, Card, Chat, LEADS, Person};
use crate::kit::{Answer, page_of};

const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "crm/leads.html")]
struct LeadsPage<'a> {
    frame: &'a Frame,
    shell: &'a Shell<'a>,
    /// What was searched for.
    search: &'a str,
    /// The newest first.
    leads: Vec<&'a Card>,
    /// Pages with newer and with older ones.
    newer: Option<usize>,
    older: Option<usize>,
}

impl LeadsPage<'_> {
    fn person(&self, lead: &Card) -> &str {
        person_of(self.shell.account, lead).map_or("", |person| &person.name)
    }

    fn pipeline(&self, lead: &Card) -> &str {
        self.shell.account.pipeline_name(lead.number("pipeline_id"))
    }

    fn href(&self, lead: &Card) -> String {
        self.frame.of_account(&self.shell.account.host, &format!("leads/{}", lead.id))
    }

    fn turned(&self, page: &usize) -> String {
        let search: String = url::form_urlencoded::byte_serialize(self.search.as_bytes()).collect();
        self.frame.of_account(&self.shell.account.host, &format!("leads?page={page}&q={search}"))
    }
}

fn person_of<'a>(account: &'a Account, lead: &Card) -> Option<&'a Person> {
    account.person_in(lead.text("chat_id"))
}

/// Whether a lead has this number, or its person this name, phone or e-mail in small letters.
fn is_found(account: &Account, lead: &Card, search: &str) -> bool {
    let holds = |text: &str| text.to_lowercase().contains(search);
    let is_person = |person: &Person| [&person.name, &person.phone, &person.email].into_iter().any(|text| holds(text));
    search.is_empty() || lead.id.to_string() == search || person_of(account, lead).is_some_and(is_person)
}

/// `GET /accounts/{host}/leads?page=…&q=…`.
pub(super) fn leads(visit: &Visit<'_>) -> Answer {
    let page: usize = visit.call.query("page").and_then(|page| page.parse().ok()).unwrap_or(0);
    let search = visit.call.query("q").unwrap_or_default().trim();
    let wanted = search.to_lowercase();
    visit.show(Place::Leads, |_, shell| {
        let found = shell.account.crm.all(&LEADS).iter().rev().filter(|lead| is_found(shell.account, lead, &wanted));
        // One more than is shown, so that the page knows whether there are older ones.
        let mut leads: Vec<&Card> = found.skip(PAGE.saturating_mul(page)).take(PAGE + 1).collect();
        let older = (leads.len() > PAGE).then(|| page.saturating_add(1));
        leads.truncate(PAGE);
        let newer = page.checked_sub(1);
        Some(page_of(200, &LeadsPage { frame: &visit.frame, shell, search, leads, newer, older }, SELF))
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
