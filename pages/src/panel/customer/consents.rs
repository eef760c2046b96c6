//! What a customer decided about marketing messages: the entries of their page, what a person records, and tables of it.

use actix_web::web;
use base::error::{Error, Result};
use base::i18n::{LocalizedText, Sentence};
use base::store::in_transaction;
use domain::delivery::read::customer;
use domain::delivery::read::list::Ground;
use domain::marketing::{self, ConsentOf, ConsentWay, Decision};
use entity::{conversation, marketing_consent};
use sea_orm::DbErr;
use serde::Deserialize;
use serde_json::json;

use super::{chat_to_edit, home};
use crate::panel::{Answer, AppData, Form, Member, Notice, PageContext, PanelContext, Right, Tone, csv};

/// Entries listed on a customer's page.
const MOST: usize = 20;
/// Rows that are read at a time.
const ROWS: u64 = 500;

/// What a customer decided, as their page shows it.
pub struct ConsentView {
    /// The newest first, with its source if the customer has several chats; empty if they decided nothing.
    pub entries: Vec<(Sentence, String)>,
    /// Whether a chat gets no marketing messages, and whether one gets them.
    pub is_stopped: bool,
    pub is_open: bool,
}

impl ConsentView {
    pub(super) async fn of(
        app: &PanelContext,
        page: &PageContext,
        ground: &Ground,
        chats: &[conversation::Model],
    ) -> Result<Self, DbErr> {
        let tenant_id = chats.first().map(|chat| chat.tenant_id).unwrap_or_default();
        let entries = marketing::entries(app.store.read(), tenant_id, chats, ROWS).await?;
        let source = |entry: &marketing_consent::Model| {
            let chat = chats.iter().find(|chat| chat.id == entry.conversation_id).filter(|_| chats.len() > 1);
            chat.and_then(|chat| ground.sources.get(&chat.source_id)).map(|source| source.name.clone())
        };
        let shown = entries.iter().take(MOST).map(|entry| (sentence(page, entry), source(entry).unwrap_or_default()));
        Ok(Self {
            entries: shown.collect(),
            is_stopped: chats.iter().any(|chat| marketing::is_stopped_by(&entries, chat)),
            is_open: chats.iter().any(|chat| !marketing::is_stopped_by(&entries, chat)),
        })
    }
}

fn sentence(page: &PageContext, entry: &marketing_consent::Model) -> Sentence {
    let way = page.words.text_of("marketing-way-", &entry.way).with("who", entry.made_by.as_str());
    let time = page.when(&marketing::decided_at(entry)).adverb();
    page.words.text_of("marketing-decision-", &entry.decision).with("time", time).with("way", way.to_string())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionForm {
    decision: String,
}

/// `POST /panel/customers/{id}/marketing`: what the customer told a person, for all chats of the page.
pub(super) async fn record(app: AppData, member: Member, id: web::Path<String>, form: Form<DecisionForm>) -> Answer {
    let chat = chat_to_edit(&app, &member, &id).await?;
    let decision = Decision::parse(&form.decision);
    let decision = decision.ok_or_else(|| Error::Malformed(LocalizedText::new("said-form-deed")))?;
    let chats = customer::chats(app.store.read(), &chat, customer::MOST).await?;
    in_transaction(&app.store, async |tx| {
        for one in &chats {
            let of = ConsentOf::Chat(Box::new(one.clone()));
            marketing::record(&app, tx, chat.tenant_id, &of, (decision, ConsentWay::Person), (&member.name, ""))
                .await?;
        }
        let (object, detail) = (chat.id.to_string(), json!({ "decision": decision.word() }));
        member.audit(&app, tx, "customer.consent_recorded", &object, detail).await
    })
    .await?;
    member.see_other(&app, &home(&chat), Notice::of(Tone::Ok, member.words.text("marketing-recorded"))).await
}

/// The columns of a table.
const COLUMNS: [&str; 9] =
    ["at", "conversation_id", "phone_sha256", "category", "decision", "way", "by", "evidence", "id"];

fn line(page: &PageContext, entry: &marketing_consent::Model) -> String {
    let chat = (!entry.conversation_id.is_nil()).then(|| entry.conversation_id.to_string());
    csv::line([
        page.when(&marketing::decided_at(entry)).exact(),
        chat.unwrap_or_default(),
        entry.phone_hash.clone(),
        entry.category.clone(),
        entry.decision.clone(),
        entry.way.clone(),
        entry.made_by.clone(),
        entry.evidence.clone(),
        entry.id.to_string(),
    ])
}

/// `GET /panel/customers/{id}/marketing.csv`
pub(super) async fn of_customer(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let chat = chat_to_edit(&app, &member, &id).await?;
    let page = member.page("marketing-title", crate::panel::Nav::Conversations);
    let chats = customer::chats(app.store.read(), &chat, customer::MOST).await?;
    let mut text = csv::head(&COLUMNS);
    for entry in marketing::entries(app.store.read(), chat.tenant_id, &chats, ROWS).await? {
        text.push_str(&line(&page, &entry));
    }
    Ok(csv::file("marketing.csv").body(text))
}

/// `GET /panel/data/marketing.csv`: of all customers.
pub(crate) async fn of_account(app: AppData, member: Member) -> Answer {
    member.require(Right::SeeData)?;
    let page = member.page("marketing-title", crate::panel::Nav::Data);
    let (mut text, mut before) = (csv::head(&COLUMNS), None);
    loop {
        let entries = marketing::page(app.store.read(), member.tenant_id, before, ROWS).await?;
        let Some(last) = entries.last() else { break };
        before = Some(last.id);
        entries.iter().for_each(|entry| text.push_str(&line(&page, entry)));
    }
    member.audit(&app, app.store.write(), "data.exported", "", json!({ "what": "marketing" })).await?;
    Ok(csv::file("marketing.csv").body(text))
}
