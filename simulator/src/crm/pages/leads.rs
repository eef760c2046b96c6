//! Leads and a lead's card, with widgets in its right column.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde_json::{Value, json};

use super::{
    Frame, feed, host, notice, render, render_host,
    rows::Row,
    shell::{Place, Shell},
    strings::fill,
};
use crate::crm::{
    core::Core,
    state::{Account, Chat, Lead, Person},
};

struct LeadRow {
    name: String,
    title: String,
    pipeline: String,
    source: String,
    href: String,
}

#[derive(Template)]
#[template(path = "crm/leads.html")]
struct ListPage<'a> {
    frame: &'a Frame,
    shell: &'a Shell,
    rows: Vec<LeadRow>,
}

fn person_of<'a>(account: &'a Account, lead: &Lead) -> Option<&'a Person> {
    account.chat(&lead.chat_id).and_then(|chat| account.person(&chat.person_id))
}

fn pipeline_name(account: &Account, id: i64) -> String {
    account.pipelines.iter().find(|one| one.id == id).map(|one| one.name.clone()).unwrap_or_default()
}

/// `GET /accounts/{host}/leads`.
pub(super) async fn list(core: web::Data<Arc<Core>>, request: HttpRequest, host: web::Path<String>) -> HttpResponse {
    let frame = Frame::of(&request);
    let Some(shell) = Shell::of(&core, &frame, &request, &host, Place::Leads) else {
        return notice(&frame, StatusCode::NOT_FOUND, frame.words.not_found);
    };
    let rows = core.read(|state| {
        let leads = state.accounts.get(host.as_str()).map(|account| (account, &account.leads));
        leads.map_or_else(Vec::new, |(account, leads)| {
            leads
                .iter()
                .rev()
                .map(|lead| LeadRow {
                    name: person_of(account, lead).map(|person| person.name.clone()).unwrap_or_default(),
                    title: fill(frame.words.lead, "id", &lead.id.to_string()),
                    pipeline: pipeline_name(account, lead.pipeline_id),
                    source: lead.source_name.clone(),
                    href: frame.link(&format!("/accounts/{host}/leads/{}", lead.id)),
                })
                .collect()
        })
    });
    render(StatusCode::OK, &ListPage { frame: &frame, shell: &shell, rows }, None)
}

/// A chat of the lead's contact with the messages in the card.
struct ChatRow {
    source: String,
    href: String,
    rows: Vec<Row>,
    hidden: String,
}

#[derive(Template)]
#[template(path = "crm/lead.html")]
struct LeadsPage<'a> {
    frame: &'a Frame,
    shell: &'a Shell,
    host_data: String,
    title: String,
    name: String,
    contact_id: i64,
    phone: String,
    email: String,
    pipeline: String,
    source: String,
    chats: Vec<ChatRow>,
    has_widgets: bool,
}

fn chat_row(frame: &Frame, account: &Account, chat: &Chat, lead: &Lead) -> ChatRow {
    let keep = if frame.language_query.is_empty() { String::new() } else { format!("&{}", frame.language_query) };
    let (rows, hidden) = feed::card_rows(account, chat, lead, frame.words);
    ChatRow {
        source: account
            .source_of(chat)
            .map(|source| source.name.clone())
            .or_else(|| chat.source.clone())
            .unwrap_or_default(),
        href: format!("/accounts/{}/?chat={}{keep}#chat", account.host, chat.id),
        rows,
        hidden: match hidden {
            0 => String::new(),
            count => fill(frame.words.chats.card_hidden, "count", &count.to_string()),
        },
    }
}

/// `APP.data.current_card` and the contacts' data of a lead.
fn card(lead: &Lead, person: Option<&Person>) -> Value {
    let named = |value: Option<&String>| -> Vec<Value> {
        value.filter(|text| !text.is_empty()).map(|text| json!({"value": text, "type": "WORK"})).into_iter().collect()
    };
    let name = person.map(|one| one.name.as_str()).unwrap_or_default();
    json!({
        "id": lead.id,
        "element_type": 2,
        "contacts": [{
            "id": lead.contact_id,
            "name": name,
            "first_name": name.split(' ').next().unwrap_or_default(),
            "last_name": name.split_once(' ').map_or("", |(_, rest)| rest),
            "phones": named(person.map(|one| &one.phone)),
            "emails": named(person.map(|one| &one.email)),
        }],
    })
}

/// `GET /accounts/{host}/leads/{id}`.
pub(super) async fn show(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(String, i64)>,
) -> HttpResponse {
    let frame = Frame::of(&request);
    let (host, id) = path.into_inner();
    let missing = || notice(&frame, StatusCode::NOT_FOUND, frame.words.not_found);
    let Some(shell) = Shell::of(&core, &frame, &request, &host, Place::Leads) else {
        return missing();
    };
    let found = core.read(|state| {
        let account = state.accounts.get(&host)?;
        let lead = account.leads.iter().find(|lead| lead.id == id)?;
        let person = person_of(account, lead);
        let own = |look: fn(&Person) -> &String| person.map(|person| look(person).clone()).unwrap_or_default();
        let of_contact = |chat: &&Chat| {
            account.crm.contact_of_chat(&chat.id) == Some(lead.contact_id) || chat.lead_id == Some(lead.id)
        };
        let page = LeadsPage {
            frame: &frame,
            shell: &shell,
            host_data: String::new(),
            title: fill(frame.words.lead, "id", &id.to_string()),
            name: own(|person| &person.name),
            contact_id: lead.contact_id,
            phone: own(|person| &person.phone),
            email: own(|person| &person.email),
            pipeline: pipeline_name(account, lead.pipeline_id),
            source: lead.source_name.clone(),
            chats: account.chats.iter().filter(of_contact).map(|chat| chat_row(&frame, account, chat, lead)).collect(),
            has_widgets: core.integrations.iter().any(|one| {
                let widget = state.widgets.get(&one.client_id);
                account.has_active(&one.client_id) && widget.is_some_and(|widget| widget.takes_card())
            }),
        };
        Some((page, card(lead, person)))
    });
    let Some((mut page, card)) = found else {
        return missing();
    };
    let stage = host::Stage { host: &host, area: "lcard", card, page: json!({"kind": "card"}) };
    page.host_data = host::host_data(&core, &frame, stage, |account, one, widget| {
        account.has_active(&one.client_id) && widget.is_in("lcard")
    })
    .unwrap_or_default();
    render_host(&core, &page)
}
