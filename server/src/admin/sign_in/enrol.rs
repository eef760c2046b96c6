//! The first sign-in connects an authenticator; the admin requires one.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use base::i18n::Sentence;
use serde_json::json;

use super::code::{CodeForm, tries};
use super::{BY_NEW_AUTHENTICATOR, note_refusal, second_step};
use crate::admin::operator::{AdminVisitor, HalfWay};
use crate::admin::page::{self, AdminPage, SentencePage, redirect};
use crate::admin::refused::Result;
use crate::identity::totp::{self, Enrolment, FirstCodeResult};
use crate::identity::{Form, session as sessions};
use crate::panel::PanelContext;

/// The session key of the encrypted secret until its first code.
const DATA: &str = "totp";

#[derive(Template)]
#[template(path = "admin/enrol.html")]
struct AdminEnrolPage {
    page: AdminPage,
    /// An `<svg>` generated here.
    picture: String,
    secret: String,
    uri: String,
    wrong: Option<Sentence>,
}

/// The page; redirects to the code if there is an authenticator.
pub async fn show(app: web::Data<PanelContext>, HalfWay(visitor): HalfWay) -> Result<HttpResponse> {
    if visitor.person.totp_secret.is_some() {
        return Ok(redirect("/admin/code"));
    }
    if !may_enrol(&visitor) {
        return Ok(by_link_alone(&app, &visitor));
    }
    let enrolment = match sessions::data::<String>(&app.identity, &visitor.session, DATA) {
        Some(secret) => totp::enrolment(&visitor.person, &secret)?,
        None => {
            let fresh = totp::begin(&visitor.person)?;
            sessions::set_data(&app.identity, &visitor.session, DATA, Some(&fresh.secret)).await?;
            fresh
        }
    };
    Ok(answer(&app, &visitor, StatusCode::OK, enrolment, None))
}

/// Checks the first code, which proves that the authenticator has the secret.
pub async fn enter(
    app: web::Data<PanelContext>,
    HalfWay(visitor): HalfWay,
    Form(form): Form<CodeForm>,
) -> Result<HttpResponse> {
    if !may_enrol(&visitor) {
        return Ok(by_link_alone(&app, &visitor));
    }
    let secret = sessions::data::<String>(&app.identity, &visitor.session, DATA);
    let Some(secret) = secret.filter(|_| visitor.person.totp_secret.is_none()) else {
        return Ok(redirect("/admin/enrol"));
    };
    let wrong = if let Err(wait) = tries(&app, &visitor).await? {
        visitor.words.text("admin-too-many-tries").with("seconds", wait)
    } else {
        let db = app.store.write();
        match totp::confirm(&app.identity, db, &visitor.person, (&secret, &form.code), None).await? {
            FirstCodeResult::Done => {
                let object = visitor.person.id.to_string();
                visitor.note_own(&app, ("operator.enrolled", &object), json!({})).await?;
                return second_step(&app, &visitor, "/admin/own").await;
            }
            FirstCodeResult::Changed => return Ok(redirect("/admin/enrol")),
            FirstCodeResult::Wrong => {}
        }
        note_refusal(&app, &visitor.person.id.to_string(), "enrol", &visitor.origin);
        visitor.words.text("admin-code-wrong")
    };
    let enrolment = totp::enrolment(&visitor.person, &secret)?;
    Ok(answer(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, enrolment, Some(wrong)))
}

/// Only a link made for this purpose can connect an authenticator; a password or an e-mailed link cannot.
fn may_enrol(visitor: &AdminVisitor) -> bool {
    visitor.session.via == BY_NEW_AUTHENTICATOR
}

fn by_link_alone(app: &PanelContext, visitor: &AdminVisitor) -> HttpResponse {
    let page = AdminPage::half_way(app, visitor, visitor.words.text("admin-enrol"));
    let said = visitor.words.text("admin-enrol-by-link");
    page::html_as(StatusCode::FORBIDDEN, &page, &SentencePage { page: page.clone(), said })
}

fn answer(
    app: &PanelContext,
    visitor: &AdminVisitor,
    status: StatusCode,
    enrolment: Enrolment,
    wrong: Option<Sentence>,
) -> HttpResponse {
    let page = AdminPage::half_way(app, visitor, visitor.words.text("admin-enrol"));
    let page = if wrong.is_some() { page.with_error() } else { page };
    let Enrolment { secret, uri, picture } = enrolment;
    page::html_as(status, &page, &AdminEnrolPage { page: page.clone(), picture, secret, uri, wrong })
}
