//! The second step: a code of the authenticator, each valid once.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use base::words::Sentence;
use serde::Deserialize;

use super::{note_refusal, password, second_step as both_steps};
use crate::admin::operator::{HalfWay, Visitor};
use crate::admin::page::{self, Page, redirect};
use crate::admin::refused::Result;
use crate::panel::PanelContext;
use crate::people::second_step::{self, Checked};
use crate::people::{Form, session as sessions, throttle};

/// The throttle's name of this entrance.
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

/// The page; redirects to the enrolment if there is no authenticator yet.
pub async fn show(app: web::Data<PanelContext>, HalfWay(visitor): HalfWay) -> Result<HttpResponse> {
    if visitor.person.totp_secret.is_none() {
        return Ok(redirect("/admin/enrol"));
    }
    Ok(answer(&app, &visitor, StatusCode::OK, None))
}

/// Checks the code.
pub async fn enter(
    app: web::Data<PanelContext>,
    request: HttpRequest,
    HalfWay(visitor): HalfWay,
    Form(form): Form<Typed>,
) -> Result<HttpResponse> {
    if let Err(wait) = tries(&app, &visitor).await? {
        let wrong = visitor.words.say("admin-too-many-tries").with("seconds", wait);
        return Ok(answer(&app, &visitor, StatusCode::TOO_MANY_REQUESTS, Some(wrong)));
    }
    let checked = second_step::check(&app.people, &visitor.person, &form.code).await?;
    if checked != Checked::Right {
        note_refusal(&app, &visitor.person.id.to_string(), "code", &visitor.origin);
    }
    match checked {
        Checked::Right => {}
        Checked::Wrong => {
            let wrong = visitor.words.say("admin-code-wrong");
            return Ok(answer(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, Some(wrong)));
        }
        Checked::Anew => {
            sessions::end(app.store.write(), visitor.session.tenant_id, visitor.session.id).await?;
            return Ok(password::anew(&app, &request));
        }
    }
    throttle::forgive(&app.people, DOOR, &visitor.person.id.to_string(), visitor.origin.clone()).await?;
    both_steps(&app, &visitor, "/admin/accounts").await
}

/// Counts an attempt; the error holds the seconds to wait.
pub(super) async fn tries(app: &PanelContext, visitor: &Visitor) -> Result<std::result::Result<(), i64>> {
    let counted = throttle::login(&app.people, DOOR, &visitor.person.id.to_string(), visitor.origin.clone()).await?;
    Ok(counted.map_err(|wait| wait.seconds))
}

fn answer(app: &PanelContext, visitor: &Visitor, status: StatusCode, wrong: Option<Sentence>) -> HttpResponse {
    let page = Page::half_way(app, visitor, visitor.words.say("admin-code"));
    let page = if wrong.is_some() { page.with_error() } else { page };
    page::html_as(status, &page, &Code { page: page.clone(), wrong })
}
