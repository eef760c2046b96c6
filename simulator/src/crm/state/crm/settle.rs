//! The CRM's reaction to changes of chats.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Card, Contact, Delivery, Event, FIRST_STEP, Sorted, UNSORTED_STEP, Unsorted, event::Around, form};
use crate::crm::{
    config::IntegrationConfig,
    state::{Account, Direction, Lead, Message, State},
};

/// Updates every account: contacts, incoming leads and talks for what is new in its chats, then a delivery for every
/// subscriber.
pub(crate) fn settle(state: &mut State, integrations: &[IntegrationConfig], now: DateTime<Utc>) {
    let State { accounts, crm_hooks, .. } = state;
    for account in accounts.values_mut() {
        new_leads(account, integrations, now.timestamp());
        new_messages(account, integrations, now.timestamp());
        for event in std::mem::take(&mut account.crm.events) {
            let wants = |one: &&super::Webhook| !one.disabled && one.settings.contains(&event.setting);
            let destinations: Vec<String> =
                account.crm.webhooks.iter().filter(wants).map(|one| one.destination.clone()).collect();
            if !destinations.is_empty() {
                let body = form::body(account, &event);
                crm_hooks.queue.extend(destinations.into_iter().map(|destination| Delivery {
                    host: account.host.clone(),
                    event: event.setting.clone(),
                    destination,
                    body: body.clone(),
                    attempt: 1,
                    due: now,
                }));
            }
        }
    }
}

/// Code of the channel a scope belongs to.
fn origin(integrations: &[IntegrationConfig], scope_id: &str) -> String {
    let channel = scope_id.get(..36).unwrap_or(scope_id);
    integrations.iter().find_map(|one| one.channel(channel)).map(|one| one.code.clone()).unwrap_or_default()
}

fn new_leads(account: &mut Account, integrations: &[IntegrationConfig], now: i64) {
    let settled = account.crm.settled_lead;
    let mut new: Vec<Lead> = account.leads.iter().rev().take_while(|lead| lead.id > settled).cloned().collect();
    new.reverse();
    for lead in new {
        account.crm.settled_lead = lead.id;
        new_lead(account, integrations, &lead, now);
    }
}

/// A chat that was linked to a contact before its first message joins the contact's open lead; every other one creates
/// an incoming lead.
fn new_lead(account: &mut Account, integrations: &[IntegrationConfig], lead: &Lead, now: i64) {
    let linked = account.crm.contact_of_chat(&lead.chat_id);
    if let Some(open) = linked.and_then(|contact_id| account.open_lead_of(contact_id)) {
        account.leads.retain(|one| one.id != lead.id);
        if let Some(chat) = account.chat_mut(&lead.chat_id) {
            chat.lead_id = Some(open);
        }
        return;
    }
    let contact_id = linked.unwrap_or_else(|| contact_for(account, lead, now));
    account.link_chat(&lead.chat_id, contact_id);
    if let Some(kept) = account.leads.iter_mut().find(|one| one.id == lead.id) {
        kept.contact_id = contact_id;
    }
    let direct = account.switches.no_unsorted;
    let digit = if direct { FIRST_STEP } else { UNSORTED_STEP };
    let chat = account.chat(&lead.chat_id);
    let source = chat.and_then(|chat| account.source_of(chat));
    let card = Card {
        name: account.crm.contact(contact_id).map(|contact| contact.name.clone()).unwrap_or_default(),
        price: 0,
        status_id: Account::step(lead.pipeline_id, digit),
        responsible_user_id: account.administrator().map_or(0, |user| user.id),
        created_by: 0,
        updated_at: now,
        closed_at: None,
        source_id: source.map(|source| source.id),
        tags: Vec::new(),
        tracking: BTreeMap::new(),
    };
    if direct {
        account.crm.events.push(Event::of_lead("add", lead, &card));
        account.crm.cards.insert(lead.id, card);
        return;
    }
    let source_uid = source
        .map(|source| source.external_id.clone())
        .or_else(|| Some(origin(integrations, &chat?.scope_id)))
        .unwrap_or_default();
    account.crm.cards.insert(lead.id, card);
    let incoming = Unsorted {
        uid: Uuid::new_v4().simple().to_string(),
        lead_id: lead.id,
        chat_id: lead.chat_id.clone(),
        pipeline_id: lead.pipeline_id,
        source_name: lead.source_name.clone(),
        source_uid,
        created_at: now,
        sorted: Sorted::Waiting,
        sorted_at: now,
    };
    let event = Event::incoming(&incoming, account.crm.contact(contact_id), account.last_text(&lead.chat_id));
    account.crm.events.push(event);
    account.crm.unsorted.push(incoming);
}

/// The contact of a person who wrote: their existing one, or a new one.
fn contact_for(account: &mut Account, lead: &Lead, now: i64) -> i64 {
    if account.crm.contact(lead.contact_id).is_some() {
        return lead.contact_id;
    }
    let person = account.chat(&lead.chat_id).and_then(|chat| account.person(&chat.person_id)).cloned();
    let mut contact = match &person {
        Some(person) => Contact::of_person(account, person, now),
        None => Contact::new(account, now),
    };
    if lead.contact_id != 0 {
        contact.id = lead.contact_id;
    }
    account.keep_contact(contact)
}

fn new_messages(account: &mut Account, integrations: &[IntegrationConfig], now: i64) {
    let new: Vec<Message> = account.messages.get(account.crm.settled_messages..).unwrap_or_default().to_vec();
    account.crm.settled_messages = account.messages.len();
    for message in new {
        let incoming = message.direction == Direction::Incoming;
        // Silent messages and those written outside amoCRM are history without events.
        if message.direction == Direction::Imported || (incoming && message.silent) {
            continue;
        }
        let origin = origin(integrations, &message.scope_id);
        let talk_id = account.talk_goes_on(&message.chat_id, &origin, incoming, now);
        if let Some(chat) = account.chat(&message.chat_id) {
            let around = Around {
                chat,
                person: account.person(&chat.person_id),
                contact_id: account.crm.contact_of_chat(&chat.id),
                talk_id,
                origin: &origin,
            };
            let event = Event::of_message(&message, &around);
            account.crm.events.push(event);
        }
    }
}

impl Account {
    /// The text of the latest message of a chat.
    pub(crate) fn last_text(&self, chat_id: &str) -> &str {
        let last = self.messages.iter().rev().find(|message| message.chat_id == chat_id);
        last.map_or("", |message| message.field("text"))
    }
}
