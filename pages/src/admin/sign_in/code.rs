//! The second step: a code of the authenticator, each valid once.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use askama::Template;
use base::error::Result;
use base::i18n::Sentence;
use domain::identity::second_step::{self, CodeResult};
use domain::identity::{Form, throttle};
use serde::Deserialize;

use super::{note_refusal, own, password, recovery, second_step as both_steps};
use crate::admin::operator::{AdminVisitor, HalfWay};
use crate::panel::{Answer, AppData, PageContext, PanelContext, html_as, to as redirect};

/// The throttle's name of this entrance.
pub const DOOR: &str = "admin-code";

#[derive(Template)]
#[template(path = "admin/code.html")]
struct CodePage {
    page: PageContext,
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
pub async fn show(HalfWay(visitor): HalfWay) -> Answer {
    if visitor.person.totp_secret.is_none() {
        return Ok(redirect("/admin/enrol"));
    }
    answer(&visitor, StatusCode::OK, None)
}

/// Checks the code.
pub async fn enter(
    app: AppData,
    request: HttpRequest,
    HalfWay(visitor): HalfWay,
    Form(form): Form<CodeForm>,
) -> Answer {
    if let Err(wait) = tries(&app, &visitor).await? {
        let wrong = visitor.words.text("admin-too-many-tries").with("seconds", wait);
        return answer(&visitor, StatusCode::TOO_MANY_REQUESTS, Some(wrong));
    }
    if recovery::take(&app, &visitor, &form.code).await? {
        throttle::forgive(&app.identity, DOOR, &visitor.person.id.to_string(), visitor.here.origin.clone()).await?;
        // The page says how many are left.
        return both_steps(&app, &visitor, own::HERE, None).await;
    }
    let checked = second_step::check(&app.identity, &visitor.person, &form.code).await?;
    if checked != CodeResult::Right {
        note_refusal(&app, &visitor.person.id.to_string(), "code", &visitor.here.origin);
    }
    match checked {
        CodeResult::Right => {}
        CodeResult::Wrong => {
            let wrong = visitor.words.text("admin-code-wrong");
            return answer(&visitor, StatusCode::UNPROCESSABLE_ENTITY, Some(wrong));
        }
        CodeResult::TooManyWrong => {
            visitor.end_session(&app).await?;
            return password::after_too_many_codes(&app, &request);
        }
    }
    throttle::forgive(&app.identity, DOOR, &visitor.person.id.to_string(), visitor.here.origin.clone()).await?;
    both_steps(&app, &visitor, "/admin/accounts", None).await
}

/// Counts an attempt; the error holds the seconds to wait.
pub(super) async fn tries(app: &PanelContext, visitor: &AdminVisitor) -> Result<Result<(), i64>> {
    let counted =
        throttle::login(&app.identity, DOOR, &visitor.person.id.to_string(), visitor.here.origin.clone()).await?;
    Ok(counted.map_err(|wait| wait.seconds))
}

fn answer(visitor: &AdminVisitor, status: StatusCode, wrong: Option<Sentence>) -> Answer {
    let page = visitor.page_between_steps("admin-code").with_error_if(wrong.is_some());
    let recoverable = second_step::recovery_codes_left(&visitor.person) > 0;
    html_as(status, &page, &CodePage { page: page.clone(), wrong, recoverable })
}
