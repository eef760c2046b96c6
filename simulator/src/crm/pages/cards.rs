//! Leads, and a lead's card with widgets in its right column.

use askama::Template;
use chrono::{DateTime, Local};
use serde_json::{Value, json};

use super::bubble::{self, Row};
use super::frame::{Frame, Place, SELF, Shell, Visit, render_host};
use super::widget::{Stage, host_data};
use crate::crm::state::{Account, Card, Chat, LEADS, Person, State};
use crate::kit::{Answer, page_of};

const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "crm/leads.html")]
struct LeadsPage<'a> {
    frame: &'a Frame,
    shell: &'a Shell<'a>,
    state: &'a State,
    /// What was searched for.
    search: &'a str,
    /// The newest first.
    leads: Vec<&'a Card>,
    /// Pages with newer and with older ones.
    newer: Option<usize>,
    older: Option<usize>,
}

impl LeadsPage<'_> {
    fn facts(&self, lead: &Card) -> Facts {
        Facts::of(self.frame, self.state, self.shell.account, lead)
    }

    fn href(&self, lead: &Card) -> String {
        self.frame.of_account(&self.shell.account.host, &format!("leads/{}", lead.id))
    }

    fn turned(&self, page: &usize) -> String {
        let search: String = url::form_urlencoded::byte_serialize(self.search.as_bytes()).collect();
        self.frame.of_account(&self.shell.account.host, &format!("leads?page={page}&q={search}"))
    }
}

/// What a manager sees of a lead, in words.
pub(super) struct Facts {
    title: String,
    contact: String,
    pipeline: String,
    stage: String,
    responsible: String,
    /// Empty without one.
    budget: String,
    created: String,
    /// The sign of the integration that its chat came through.
    logo: Option<String>,
}

impl Facts {
    pub(super) fn of(frame: &Frame, state: &State, account: &Account, lead: &Card) -> Self {
        let (pipeline, stage, price) = (lead.number("pipeline_id"), lead.number("status_id"), lead.number("price"));
        let contact = account.crm.contact(lead.number("contact_id")).map(Card::name).filter(|name| !name.is_empty());
        let contact = contact.or_else(|| person_of(account, lead).map(|person| person.name.as_str()));
        let created = DateTime::from_timestamp(lead.number("created_at"), 0).unwrap_or_default();
        // The CRM's own name is in the language of its users.
        let is_named = !lead.name().is_empty() && lead.name() != format!("Lead #{}", lead.id);
        Self {
            title: if is_named { lead.name().to_owned() } else { frame.fill("lead", format!("#{}", lead.id)) },
            contact: contact.unwrap_or_default().to_owned(),
            pipeline: account.pipeline_name(pipeline).to_owned(),
            stage: account.steps(pipeline).find(|one| one.id == stage).map_or("", Card::name).to_owned(),
            responsible: account.user(lead.number("responsible_user_id")).map_or("", |user| &user.name).to_owned(),
            budget: if price == 0 { String::new() } else { roubles(price) },
            created: created.with_timezone(&Local).format("%d.%m.%Y").to_string(),
            logo: chat_of(account, lead).and_then(|chat| logo(state, account, chat)),
        }
    }

    /// Its name and its contact's.
    pub(super) fn in_a_line(&self) -> String {
        let parts = [&self.title, &self.contact].map(String::as_str);
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }
}

/// The chat that a lead began with, else one of its contact.
fn chat_of<'a>(account: &'a Account, lead: &Card) -> Option<&'a Chat> {
    let contact = Some(lead.number("contact_id"));
    let of_contact = || account.chats.iter().find(|chat| account.crm.contact_of_chat(&chat.id) == contact);
    account.chat(lead.text("chat_id")).or_else(of_contact)
}

/// The picture of the integration that a chat belongs to, if it has a widget.
pub(super) fn logo(state: &State, account: &Account, chat: &Chat) -> Option<String> {
    let widget = state.widgets.get(&chat.client_id)?;
    Some(format!("/accounts/{}/widgets/{}/images/logo_min.png", account.host, widget.code))
}

/// `12 500 ₽`.
fn roubles(sum: i64) -> String {
    let digits: Vec<char> = sum.to_string().chars().rev().collect();
    let groups: Vec<String> = digits.chunks(3).map(|group| group.iter().collect()).collect();
    let text: String = groups.join("\u{a0}").chars().rev().collect();
    format!("{text}\u{a0}₽")
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
    visit.show(Place::Leads, |state, shell| {
        let found = shell.account.crm.all(&LEADS).iter().rev().filter(|lead| is_found(shell.account, lead, &wanted));
        // One more than is shown, so that the page knows whether there are older ones.
        let mut leads: Vec<&Card> = found.skip(PAGE.saturating_mul(page)).take(PAGE + 1).collect();
        let older = (leads.len() > PAGE).then(|| page.saturating_add(1));
        leads.truncate(PAGE);
        let newer = page.checked_sub(1);
        Some(page_of(200, &LeadsPage { frame: &visit.frame, shell, state, search, leads, newer, older }, SELF))
    })
}

/// A chat of the lead's contact with the messages in the card.
struct CardChat {
    source: String,
    logo: Option<String>,
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
    facts: Facts,
    lead: &'a Card,
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
            let (source, logo) = (account.source_name(chat), logo(state, account, chat));
            CardChat { source, logo, href: frame.chat(visit.host, &chat.id), rows, hidden }
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
            facts: Facts::of(frame, state, account, lead),
            lead,
            person,
            chats: account.chats.iter().filter(is_theirs).map(chat).collect(),
            has_widgets: visit.core.integrations.iter().any(|one| takes_card(&one.client_id)),
        };
        Some(render_host(visit.core, &page))
    })
}
