//! The second step: a code of the authenticator, each valid once.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use base::i18n::Sentence;
use serde::Deserialize;

use super::{note_refusal, own, password, recovery, second_step as both_steps};
use crate::admin::operator::{AdminVisitor, HalfWay};
use crate::admin::page::{self, AdminPage, redirect};
use crate::admin::refused::Result;
use crate::identity::second_step::{self, CodeResult};
use crate::identity::{Form, recovery_codes, session as sessions, throttle};
use crate::panel::PanelContext;

/// The throttle's name of this entrance.
pub const DOOR: &str = "admin-code";

#[derive(Template)]
#[template(path = "admin/code.html")]
struct CodePage {
    page: AdminPage,
    wrong: Option<Sentence>,
    /// The operator has recovery codes that were not used.
    recoverable: bool,
}

/// Six digits, or a recovery code.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeForm {
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
    Form(form): Form<CodeForm>,
) -> Result<HttpResponse> {
    if let Err(wait) = tries(&app, &visitor).await? {
        let wrong = visitor.words.text("admin-too-many-tries").with("seconds", wait);
        return Ok(answer(&app, &visitor, StatusCode::TOO_MANY_REQUESTS, Some(wrong)));
    }
    if recovery::take(&app, &visitor, &form.code).await? {
        throttle::forgive(&app.identity, DOOR, &visitor.person.id.to_string(), visitor.origin.clone()).await?;
        // The page says how many are left.
        return both_steps(&app, &visitor, own::HERE, None).await;
    }
    let checked = second_step::check(&app.identity, &visitor.person, &form.code).await?;
    if checked != CodeResult::Right {
        note_refusal(&app, &visitor.person.id.to_string(), "code", &visitor.origin);
    }
    match checked {
        CodeResult::Right => {}
        CodeResult::Wrong => {
            let wrong = visitor.words.text("admin-code-wrong");
            return Ok(answer(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, Some(wrong)));
        }
        CodeResult::TooManyWrong => {
            sessions::end(app.store.write(), visitor.session.tenant_id, visitor.session.id).await?;
            return Ok(password::after_too_many_codes(&app, &request));
        }
    }
    throttle::forgive(&app.identity, DOOR, &visitor.person.id.to_string(), visitor.origin.clone()).await?;
    both_steps(&app, &visitor, "/admin/accounts", None).await
}

/// Counts an attempt; the error holds the seconds to wait.
pub(super) async fn tries(app: &PanelContext, visitor: &AdminVisitor) -> Result<std::result::Result<(), i64>> {
    let counted = throttle::login(&app.identity, DOOR, &visitor.person.id.to_string(), visitor.origin.clone()).await?;
    Ok(counted.map_err(|wait| wait.seconds))
}

fn answer(app: &PanelContext, visitor: &AdminVisitor, status: StatusCode, wrong: Option<Sentence>) -> HttpResponse {
    let page = AdminPage::half_way(app, visitor, visitor.words.text("admin-code"));
    let page = if wrong.is_some() { page.with_error() } else { page };
    page::html_as(
        status,
        &page,
        &CodePage { page: page.clone(), wrong, recoverable: recovery_codes::left(&visitor.person) > 0 },
    )
}
