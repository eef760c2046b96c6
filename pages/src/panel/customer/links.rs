//! The ledger of a customer's links to contacts: the table of their page, and what people decide about it.

use actix_web::web;
use base::error::{Error, Result};
use base::i18n::Sentence;
use domain::contact;
use domain::delivery::read::list::Ground;
use domain::delivery::read::{chats, customer};
use entity::{contact_link, conversation};
use sea_orm::DbErr;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{chat_to_edit, home};
use crate::panel::{
    Answer, AppData, ConfirmPage, EmptyForm, Form, Member, Nav, Notice, PageContext, PanelContext, Right, Tone,
};

/// Links listed on a customer's page.
const MOST: u64 = 50;

/// One link as the page shows it.
pub struct LinkRow {
    pub time: String,
    pub chat: String,
    pub source: String,
    /// Its card in amoCRM; none if the chat has no contact any more.
    pub address: Option<String>,
    pub name: String,
    pub why: Sentence,
    /// By which id, and how sure; none if that was not recorded.
    pub evidence: Option<Sentence>,
    /// The person who decided; empty if a rule did, or amoCRM.
    pub by: String,
    /// That it was undone.
    pub undone: Option<Sentence>,
    /// That it is being changed.
    pub is_moving: bool,
    /// Where it is undone; none if it cannot be.
    pub undo: Option<String>,
}

/// The links of these chats, the newest first.
pub(super) async fn rows(
    app: &PanelContext,
    member: &Member,
    page: &PageContext,
    ground: &Ground,
    found: &[conversation::Model],
) -> Result<Vec<LinkRow>, DbErr> {
    let ids: Vec<Uuid> = found.iter().map(|one| one.id).collect();
    let links = contact::links(app.store.read(), member.tenant_id, &ids, MOST).await?;
    let mut rows = Vec::new();
    let mut seen = Vec::new();
    for link in &links {
        let Some(chat) = found.iter().find(|chat| chat.id == link.conversation_id) else { continue };
        let is_last = !seen.contains(&chat.id);
        seen.push(chat.id);
        let is_moving = is_last && contact::is_being_moved(app.store.read(), member.tenant_id, chat.id).await?;
        let may_undo = is_last && !is_moving && page.may(Right::EditCustomers) && contact::is_undoable(link, chat);
        let source = ground.sources.get(&chat.source_id);
        rows.push(LinkRow {
            is_moving,
            undo: may_undo.then(|| format!("/panel/customers/{}/undo/{}", chat.id, link.id)),
            source: source.map_or_else(|| "–".to_owned(), |source| source.name.clone()),
            ..row(page, &member.here.tenant.host, link)
        });
    }
    Ok(rows)
}

fn row(page: &PageContext, host: &str, link: &contact_link::Model) -> LinkRow {
    let words = page.words;
    let evidence = (!link.id_kind.is_empty()).then(|| {
        words
            .text("link-evidence")
            .with("id", words.text_of("link-id-", &link.id_kind).with("value", link.id_value.as_str()).to_string())
            .with("sureness", words.text_of("link-sureness-", &link.sureness).with("crm", page.crm).to_string())
    });
    let undone = link
        .undone_at
        .map(|at| words.text("link-undone").with("who", link.undone_by.as_str()).with("time", page.when(&at).adverb()));
    LinkRow {
        time: link.made_at().map(|at| page.time(&at)).unwrap_or_default(),
        chat: link.conversation_id.to_string(),
        source: String::new(),
        address: (link.contact_id > 0).then(|| format!("https://{host}/contacts/detail/{}", link.contact_id)),
        name: link.contact_name.clone(),
        why: words.text_of("contact-why-", &link.reason).with("crm", page.crm).with("number", link.id_value.as_str()),
        evidence,
        by: link.made_by.clone(),
        undone,
        is_moving: false,
        undo: None,
    }
}

/// `GET /panel/customers/{id}/undo/{link}`: what undoing a link does, and what it leaves.
pub(super) async fn ask_undo(app: AppData, member: Member, path: web::Path<(String, String)>) -> Answer {
    let chat = chat_to_edit(&app, &member, &path.0).await?;
    let link = Uuid::try_parse(&path.1).map_err(|_| Error::NotFound)?;
    let links = contact::links(app.store.read(), member.tenant_id, &[chat.id], MOST).await?;
    if links.iter().all(|one| one.id != link) {
        return Err(Error::NotFound);
    }
    let page = member.page("link-undo-title", Nav::Conversations);
    let confirm = ConfirmPage {
        sentence: page.words.text("link-undo-confirm").with("crm", page.crm).with("name", chat.contact_name.as_str()),
        action: format!("{}/undo/{link}", home(&chat)),
        button: page.words.text("link-undo-title"),
        danger: false,
        back: home(&chat),
        page,
    };
    confirm.ask()
}

/// `POST /panel/customers/{id}/undo/{link}`
pub(super) async fn undo(
    app: AppData,
    member: Member,
    path: web::Path<(String, String)>,
    _form: Form<EmptyForm>,
) -> Answer {
    let chat = chat_to_edit(&app, &member, &path.0).await?;
    let link = Uuid::try_parse(&path.1).map_err(|_| Error::NotFound)?;
    let notice = match contact::separate(&app.tenants, &chat, link, &member.name).await {
        Ok(()) => {
            let (object, from) = (chat.id.to_string(), json!({ "contact_id": chat.contact_id }));
            member.audit(&app, app.store.write(), "customer.separated", &object, from).await?;
            Notice::of(Tone::Ok, member.words.text("link-undo-begun").with("crm", member.crm()))
        }
        Err(Error::Conflict { detail, .. }) => Notice::of(Tone::Warn, detail.sentence(member.words, member.crm())),
        Err(error) => return Err(error),
    };
    member.see_other(&app, &home(&chat), notice).await
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct JoinQuery {
    #[serde(default)]
    contact: String,
}

/// The contact that a person named: by its number, the address of its card, or the address of a customer's page here.
async fn named(app: &PanelContext, member: &Member, text: &str) -> Result<Option<i64>> {
    let last = text.trim().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if let Ok(id) = Uuid::try_parse(last) {
        let other = chats::one(app.store.read(), member.tenant_id, id).await?;
        return Ok(other.map(|other| other.contact_id).filter(|id| *id > 0));
    }
    let digits: String = last.chars().take_while(char::is_ascii_digit).collect();
    Ok(digits.parse().ok().filter(|id| *id > 0))
}

/// `GET /panel/customers/{id}/join?contact=…`
pub(super) async fn ask_join(
    app: AppData,
    member: Member,
    id: web::Path<String>,
    query: web::Query<JoinQuery>,
) -> Answer {
    let chat = chat_to_edit(&app, &member, &id).await?;
    let named = named(&app, &member, &query.contact).await?.filter(|contact| *contact != chat.contact_id);
    let Some(contact_id) = named else {
        let notice = Notice::of(Tone::Warn, member.words.text("link-join-wrong").with("crm", member.crm()));
        return member.see_other(&app, &home(&chat), notice).await;
    };
    let all = customer::chats(app.store.read(), &chat, customer::MOST).await?;
    let page = member.page("link-join-title", Nav::Conversations);
    let confirm = ConfirmPage {
        sentence: page
            .words
            .text("link-join-confirm")
            .with("crm", page.crm)
            .with("count", all.len())
            .with("number", contact_id.to_string()),
        action: format!("{}/join/{contact_id}", home(&chat)),
        button: page.words.text("link-join-button"),
        danger: false,
        back: home(&chat),
        page,
    };
    confirm.ask()
}

/// `POST /panel/customers/{id}/join/{contact}`: all chats of the customer get this contact.
pub(super) async fn join(
    app: AppData,
    member: Member,
    path: web::Path<(String, i64)>,
    _form: Form<EmptyForm>,
) -> Answer {
    let chat = chat_to_edit(&app, &member, &path.0).await?;
    let mut joined = 0;
    let mut notice = None;
    for one in customer::chats(app.store.read(), &chat, customer::MOST).await? {
        match contact::join(&app.tenants, &one, path.1, &member.name).await {
            Ok(_) => joined += 1,
            Err(Error::NotFound) => {
                notice = Some(member.words.text("link-join-wrong").with("crm", member.crm()).to_string());
            }
            Err(Error::Conflict { detail, .. } | Error::Unavailable { detail, .. }) => {
                notice = Some(detail.sentence(member.words, member.crm()));
            }
            Err(error) => return Err(error),
        }
    }
    if joined > 0 {
        let (object, to) = (chat.id.to_string(), json!({ "contact_id": path.1 }));
        member.audit(&app, app.store.write(), "customer.joined", &object, to).await?;
    }
    let notice = match notice {
        Some(wrong) => Notice::of(Tone::Warn, wrong),
        None => Notice::of(Tone::Ok, member.words.text("link-join-begun").with("crm", member.crm())),
    };
    member.see_other(&app, &home(&chat), notice).await
}
