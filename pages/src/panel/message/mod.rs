//! "Where is my message?": the page's first sentence answers this; the rest is evidence.

mod answer;
mod late;
mod route;
mod view;

use std::fmt::Write;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, HeaderValue};
use actix_web::{HttpResponse, web};
use base::error::{Error, Result};
use base::message::{Content, Direction};
use chrono::{DateTime, SecondsFormat};
use domain::delivery::dead_letters::{self, ManualOutcome};
use domain::delivery::read::first_id_at;
use domain::delivery::read::list::name_manager;
use domain::delivery::read::story::{self, Story};
use domain::source::{KnownUsers, refresh_users};
use entity::audit;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;

use super::reasons::{self, short_phone};
use super::{
    Answer, AppData, ConfirmPage, EmptyForm, Form, Member, Nav, Notice, PageContext, PanelContext, Right, Tone,
};
use crate::panel;
use answer::WaitingStage;

/// A message of the member's account.
async fn find(app: &PanelContext, member: &Member, right: Right, id: &str) -> Result<Story> {
    member.require(right)?;
    let id = Uuid::try_parse(id).map_err(|_| Error::NotFound)?;
    let (db, tenant_id) = (app.store.read(), member.tenant_id);
    let mut story = story::read(db, tenant_id, id, app.clock.millis()).await?.ok_or(Error::NotFound)?;
    if story.direction == Direction::ToMessenger {
        name_manager(&mut story.body, &KnownUsers::of_tenant(db, tenant_id).await?);
        refresh_users(&app.sources, tenant_id).await?;
    }
    Ok(story)
}

/// Named after the customer and the time, by which the tabs of a browser can be told apart.
fn titled(member: &Member, story: &Story) -> PageContext {
    let stamp = member.when(story.message.accepted_at).stamp();
    member.page(format!("{} · {stamp}", reasons::customer(&story.contact, member.words)), Nav::Messages)
}

/// `GET /panel/messages/{id}`.
pub async fn get(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let story = find(&app, &member, Right::Look, &id).await?;
    let page = titled(&member, &story);
    panel::html(&page, &view::page(&app, &member, &page, &story, None).await?)
}

/// `POST /panel/messages/{id}/text`: shows the text, and records the access in the audit log.
pub async fn text(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let story = find(&app, &member, Right::SeeTexts, &id).await?;
    let object = story.message.id.to_string();
    let detail = json!({ "conversation_id": story.message.conversation_id });
    member.audit(&app, app.store.write(), "text.looked_at", &object, detail).await?;
    let page = titled(&member, &story);
    let content = view::ContentView::of(&page, &story.body.content);
    let mut answer = panel::html(&page, &view::page(&app, &member, &page, &story, Some(content)).await?)?;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

/// `GET /panel/messages/{id}/text`: redirects back when the page of the form is reloaded.
pub async fn back(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let story = find(&app, &member, Right::Look, &id).await?;
    let page = format!("/panel/messages/{}", story.message.id);
    Ok(HttpResponse::SeeOther().insert_header(("Location", page)).finish())
}

/// The text of a content, if it has one.
fn words_of(content: &Content) -> Option<&str> {
    match content {
        Content::Text { text } => Some(text),
        Content::Picture(media)
        | Content::Video(media)
        | Content::File(media)
        | Content::Voice(media)
        | Content::Audio(media)
        | Content::Sticker(media) => media.text.as_deref(),
        Content::Location { .. } | Content::Contact { .. } => None,
    }
}

const SENT_AGAIN: &str = "message.sent_again";
const TRIED_NOW: &str = "message.tried_now";
const GIVEN_UP: &str = "message.given_up";

/// A manual attempt.
#[derive(Clone, Debug)]
pub struct ByHand {
    pub at: i64,
    pub name: String,
}

/// Manual attempts for this message, oldest first.
pub async fn by_hand(app: &PanelContext, story: &Story) -> Result<Vec<ByHand>> {
    let rows = audit::Entity::of_tenant(story.message.tenant_id)
        .filter(audit::Column::Id.gte(first_id_at(story.message.accepted_at)))
        .filter(audit::Column::Object.eq(story.message.id.to_string()))
        .filter(audit::Column::Action.is_in([SENT_AGAIN, TRIED_NOW]))
        .order_by_asc(audit::Column::Id)
        .all(app.store.read())
        .await?;
    Ok(rows.into_iter().map(|row| ByHand { at: row.at, name: row.actor_name }).collect())
}

/// `GET /panel/messages/{id}/again`: asks for confirmation, because the customer may get the message twice.
pub async fn ask_resend(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let story = find(&app, &member, Right::Retry, &id).await?;
    let page = member.page("msg-send-again", Nav::Messages);
    let path = format!("/panel/messages/{}", story.message.id);
    let key = if story.may_repeat() { "msg-send-again-confirm" } else { "msg-send-again-once" };
    let confirm = ConfirmPage {
        sentence: page.words.text(key),
        action: format!("{path}/again"),
        button: page.words.text("msg-send-again"),
        danger: false,
        back: path,
        page,
    };
    confirm.ask()
}

/// `POST /panel/messages/{id}/again`: moves a dead letter to the end of its lane, keeping its id.
pub async fn resend(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let story = find(&app, &member, Right::Retry, &id).await?;
    let revived = match story.dead_message() {
        Some(dead) => dead_letters::retry(&app.delivery, story.message.tenant_id, dead.id).await?,
        None => dead_letters::try_now(&app.delivery, &story).await? == ManualOutcome::Done,
    };
    if !revived {
        return back_with(&app, &member, &story, Notice::of(Tone::Warn, member.words.text("msg-too-late"))).await;
    }
    note(&app, &member, &story, SENT_AGAIN).await?;
    back_with(&app, &member, &story, Notice::done(member.words.text("msg-sent-again"))).await
}

/// `POST /panel/messages/{id}/now`: ends the wait for the next try.
pub async fn now(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let story = find(&app, &member, Right::Retry, &id).await?;
    let wish = dead_letters::try_now(&app.delivery, &story).await?;
    if wish == ManualOutcome::Done {
        note(&app, &member, &story, TRIED_NOW).await?;
    }
    let notice = notice(&member, wish, "msg-tried-now");
    back_with(&app, &member, &story, notice).await
}

/// `GET /panel/messages/{id}/stop`.
pub async fn ask_stop(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let story = find(&app, &member, Right::Retry, &id).await?;
    let page = member.page("msg-drop", Nav::Messages);
    let path = format!("/panel/messages/{}", story.message.id);
    let manager = story.body.sender.name.clone().unwrap_or_else(|| page.words.text("msg-manager").to_string());
    let key = match story.direction {
        base::message::Direction::ToMessenger => "msg-drop-confirm",
        base::message::Direction::ToCrm => "msg-drop-confirm-in",
    };
    let confirm = ConfirmPage {
        sentence: page.words.text(key).with("manager", manager).with("crm", page.crm),
        action: format!("{path}/stop"),
        button: page.words.text("msg-drop"),
        danger: true,
        back: path,
        page,
    };
    confirm.ask()
}

/// `POST /panel/messages/{id}/stop`: fails the message now; it is then listed as undelivered.
pub async fn stop(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let story = find(&app, &member, Right::Retry, &id).await?;
    let wish = dead_letters::give_up(&app.delivery, &story, &member.name).await?;
    if wish == ManualOutcome::Done {
        note(&app, &member, &story, GIVEN_UP).await?;
    }
    let notice = notice(&member, wish, "msg-dropped");
    back_with(&app, &member, &story, notice).await
}

fn notice(member: &Member, wish: ManualOutcome, done: &'static str) -> Notice {
    match wish {
        ManualOutcome::Done => Notice::done(member.words.text(done)),
        ManualOutcome::TooLate => Notice::of(Tone::Warn, member.words.text("msg-too-late")),
        ManualOutcome::OnItsWay => Notice::of(Tone::Warn, member.words.text("msg-on-its-way")),
    }
}

async fn note(app: &PanelContext, member: &Member, story: &Story, action: &'static str) -> Result<()> {
    let detail = json!({ "conversation_id": story.message.conversation_id });
    Ok(member.audit(app, app.store.write(), action, &story.message.id.to_string(), detail).await?)
}

async fn back_with(app: &PanelContext, member: &Member, story: &Story, notice: Notice) -> Answer {
    member.see_other(app, &format!("/panel/messages/{}", story.message.id), notice).await
}

/// `GET /panel/messages/{id}/report`.
pub async fn report(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let story = find(&app, &member, Right::Look, &id).await?;
    let name = format!("attachment; filename=\"message-{}.txt\"", story.message.id);
    let mut answer =
        HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(report_text(&story, app.clock.millis()));
    if let Ok(name) = HeaderValue::from_str(&name) {
        answer.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    Ok(answer)
}

fn stamp(millis: i64) -> String {
    DateTime::from_timestamp_millis(millis).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Foreign text as one line of at most 300 characters.
fn report_line(text: &str) -> String {
    let short: String = text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(300).collect();
    if short.trim().is_empty() { "-".to_owned() } else { short.trim().to_owned() }
}

fn report_text(story: &Story, now: i64) -> String {
    let stage = WaitingStage::of(story);
    let message = &story.message;
    let reason = answer::reason(story, stage);
    let facts = [
        ("report", stamp(now)),
        ("account", message.tenant_id.to_string()),
        ("message", message.id.to_string()),
        ("messenger id", report_line(&message.external_id)),
        ("amocrm id", report_line(&message.amocrm_message_id)),
        ("chat", message.conversation_id.to_string()),
        ("amocrm chat", report_line(story.conversation.as_ref().map_or("", |row| &row.amocrm_chat_id))),
        ("source", format!("{} {}", message.source_id, story.source.as_ref().map_or("-", |source| &source.kind))),
        ("direction", story.direction.word().to_owned()),
        ("kind", story.body.content.kind().to_owned()),
        ("phone", report_line(&story.contact.phone.as_deref().map(short_phone).unwrap_or_default())),
        ("state", format!("{} ({stage:?})", story.status.as_str())),
        ("reason", reason.as_ref().map_or_else(|| "-".to_owned(), |reason| reason.key.to_owned())),
        ("said", report_line(reason.as_ref().map_or("", |reason| &reason.said))),
        ("sent", stamp(message.sent_at)),
        ("accepted", stamp(message.accepted_at)),
        ("next try", story.waiting.as_ref().and_then(|waiting| waiting.next_at).map_or_else(|| "-".to_owned(), stamp)),
        ("possible duplicate", message.possible_duplicate.to_string()),
    ];
    let mut out = String::new();
    // Writing to a String cannot fail.
    for (key, value) in facts {
        let _ = writeln!(out, "{key}: {value}");
    }
    for attempt in &story.attempts {
        let _ = writeln!(
            out,
            "attempt: {} letter={} kind={} direction={} n={} ms={} verdict={} http={} reason={}",
            stamp(attempt.at),
            attempt.letter_id,
            attempt.kind,
            attempt.direction,
            attempt.number,
            attempt.ms,
            attempt.verdict,
            attempt.status,
            report_line(&attempt.reason)
        );
        for part in attempt.request.iter().flat_map(|request| request.lines()) {
            let _ = writeln!(out, "  {part}");
        }
    }
    for dead in &story.dead {
        let _ = writeln!(
            out,
            "undelivered: {} letter={} reason={}",
            stamp(dead.last_at),
            dead.id,
            report_line(&dead.reason)
        );
    }
    out
}
