//! Leaving before anything is made.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::draft::Draft;
use crate::app::App;
use crate::error::Result;
use crate::panel::{self, Empty, Form, Member, Nav, PageContext, Right};
use crate::words::Sentence;

#[derive(Template)]
#[template(path = "panel/message/confirm.html")]
struct Confirm {
    page: PageContext,
    sentence: Sentence,
    action: String,
    button: Sentence,
    danger: bool,
    back: String,
}

/// `GET /panel/sources/new/leave`.
pub async fn ask(app: web::Data<App>, member: Member) -> Result<HttpResponse> {
    member.require(Right::EditSources)?;
    let draft = Draft::read(&app, &member).filter(|draft| draft.created.is_none());
    let Some(draft) = draft else { return Ok(panel::to("/panel/sources")) };
    let page = member.page("wizard-leave-title", Nav::Sources);
    let confirm = Confirm {
        sentence: page.words.say("wizard-leave"),
        action: "/panel/sources/new/leave".to_owned(),
        button: page.words.say("wizard-leave-button"),
        danger: false,
        back: super::address(&draft.kind, "access"),
        page: page.clone(),
    };
    panel::html(&page, &confirm)
}

/// `POST /panel/sources/new/leave`.
pub async fn leave(app: web::Data<App>, member: Member, _form: Form<Empty>) -> Result<HttpResponse> {
    member.require(Right::EditSources)?;
    Draft::forget(&app, &member).await?;
    Ok(panel::to("/panel/sources"))
}
