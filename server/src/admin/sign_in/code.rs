//! The second step: a code of the authenticator, never the same twice.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{note_refusal, second_step};
use crate::admin::operator::{HalfWay, Visitor};
use crate::admin::page::{self, Page, redirect};
use crate::admin::refused::Result;
use crate::app::App;
use crate::people::{Form, throttle, totp};
use crate::words::Sentence;

/// What tries are counted under.
pub const DOOR: &str = "admin-code";

#[derive(Template)]
#[template(path = "admin/code.html")]
struct Code {
    page: Page,
    wrong: Option<Sentence>,
}

/// Six digits.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Typed {
    pub code: String,
}

/// The page; who has no authenticator yet is led to it.
pub async fn show(app: web::Data<App>, HalfWay(visitor): HalfWay) -> Result<HttpResponse> {
    if visitor.person.totp_secret.is_none() {
        return Ok(redirect("/admin/enrol"));
    }
    Ok(answer(&app, &visitor, StatusCode::OK, None))
}

/// Takes the code.
pub async fn enter(app: web::Data<App>, HalfWay(visitor): HalfWay, Form(form): Form<Typed>) -> Result<HttpResponse> {
    if let Err(wait) = tries(&app, &visitor).await? {
        let wrong = visitor.words.say("admin-too-many-tries").with("seconds", wait);
        return Ok(answer(&app, &visitor, StatusCode::TOO_MANY_REQUESTS, Some(wrong)));
    }
    if !totp::check(&app, &visitor.person, &form.code).await? {
        note_refusal(&app, &visitor.person.id.to_string(), "code", visitor.address).await?;
        let wrong = visitor.words.say("admin-code-wrong");
        return Ok(answer(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, Some(wrong)));
    }
    throttle::forgive(&app, DOOR, &visitor.person.id.to_string()).await?;
    second_step(&app, &visitor, "/admin/accounts").await
}

/// Counts a try; how many seconds to wait when there were too many.
pub(super) async fn tries(app: &App, visitor: &Visitor) -> Result<std::result::Result<(), i64>> {
    let counted = throttle::login(app, DOOR, &visitor.person.id.to_string(), visitor.address).await?;
    Ok(counted.map_err(|wait| wait.seconds))
}

fn answer(app: &App, visitor: &Visitor, status: StatusCode, wrong: Option<Sentence>) -> HttpResponse {
    let page = Page::half_way(app, visitor, visitor.words.say("admin-code"));
    let page = if wrong.is_some() { page.with_error() } else { page };
    page::html_as(status, &page, &Code { page: page.clone(), wrong })
}
