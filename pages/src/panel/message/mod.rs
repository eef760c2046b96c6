//! "Where is my message?": the page's first sentence answers this; the rest is evidence.

mod actions;
mod answer;
mod around;
mod mend;
mod report;
mod route;
mod view;
mod waits;

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpResponse, web};
use base::error::{Error, Result};
use base::message::{Content, Direction};
use domain::delivery::read::list::name_manager;
use domain::delivery::read::story::{self, Story};
use domain::source::{KnownUsers, refresh_users};
use serde_json::json;
use uuid::Uuid;

use crate::panel::PanelContext;
use crate::panel::{self, Answer, AppData, EmptyForm, Form, Member, Nav, Right};

pub use actions::{ask_resend, ask_stop, now, resend, stop};
pub use report::report;

/// A message of the member's account.
async fn find(app: &PanelContext, member: &Member, right: Right, id: &str) -> Result<Story> {
    member.require(right)?;
    let id = Uuid::try_parse(id).map_err(|_| Error::NotFound)?;
    let (db, tenant_id) = (app.store.read(), member.tenant_id);
    let mut story = story::read(db, tenant_id, id).await?.ok_or(Error::NotFound)?;
    if story.direction == Direction::ToMessenger {
        name_manager(&mut story.body, &KnownUsers::of_tenant(db, tenant_id).await?);
        refresh_users(&app.sources, tenant_id).await?;
    }
    Ok(story)
}

/// `GET /panel/messages/{id}`.
pub async fn get(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let story = find(&app, &member, Right::Look, &id).await?;
    let page = member.page("msg-title", Nav::Messages);
    let by_hand = actions::by_hand(&app, &story).await?;
    let around = around::of(&app, &story.message).await?;
    let mend = (mend::of(&app, &member, &page, &story).await?, mend::away(&app, &story).await?);
    panel::html(&page, &view::page(&app, &member, &page, &story, (&by_hand, &around, mend), None))
}

/// `POST /panel/messages/{id}/text`: shows the text, and records the access in the audit log.
pub async fn text(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let story = find(&app, &member, Right::SeeTexts, &id).await?;
    let object = story.message.id.to_string();
    let detail = json!({ "conversation_id": story.message.conversation_id });
    member.audit(&app, app.store.write(), "text.looked_at", &object, detail).await?;
    let page = member.page("msg-title", Nav::Messages);
    let by_hand = actions::by_hand(&app, &story).await?;
    let around = around::of(&app, &story.message).await?;
    let shown = view::ContentView::of(&page, &story.body.content);
    let mend = (mend::of(&app, &member, &page, &story).await?, mend::away(&app, &story).await?);
    let view = view::page(&app, &member, &page, &story, (&by_hand, &around, mend), Some(shown));
    let mut answer = panel::html(&page, &view)?;
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
