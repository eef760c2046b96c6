//! The first sign-in connects an authenticator; the admin requires one.

use actix_web::http::StatusCode;
use askama::Template;
use base::error::Result;
use base::i18n::Sentence;
use domain::identity::second_step::{Enrolment, FirstCodeResult};
use domain::identity::{Form, person as persons, second_step};
use serde_json::json;

use super::code::{CodeForm, tries};
use super::{BY_NEW_AUTHENTICATOR, note_refusal, recovery, second_step};
use crate::admin::operator::{AdminVisitor, HalfWay};
use crate::admin::page::SentencePage;
use crate::panel::{Answer, AppData, PageContext, PanelContext, html_as, to as redirect};

/// The session key of the encrypted secret until its first code.
const DATA: &str = "totp";

#[derive(Template)]
#[template(path = "admin/enrol.html")]
struct AdminEnrolPage {
    page: PageContext,
    /// An `<svg>` generated here.
    picture: String,
    secret: String,
    uri: String,
    wrong: Option<Sentence>,
}

/// The page; redirects to the code if there is an authenticator.
pub async fn show(app: AppData, HalfWay(visitor): HalfWay) -> Answer {
    if visitor.person.totp_secret.is_some() {
        return Ok(redirect("/admin/code"));
    }
    if !may_enrol(&visitor) {
        return by_link_alone(&visitor);
    }
    let enrolment = match visitor.data::<String>(&app, DATA) {
        Some(secret) => second_step::enrolment(&visitor.person, &secret)?,
        None => {
            let fresh = second_step::begin_enrolment(&visitor.person)?;
            visitor.set_data(&app, DATA, Some(&fresh.secret)).await?;
            fresh
        }
    };
    answer(&visitor, StatusCode::OK, enrolment, None)
}

/// Checks the first code, which proves that the authenticator has the secret.
pub async fn enter(app: AppData, HalfWay(visitor): HalfWay, Form(form): Form<CodeForm>) -> Answer {
    if !may_enrol(&visitor) {
        return by_link_alone(&visitor);
    }
    let secret = visitor.data::<String>(&app, DATA);
    let Some(secret) = secret.filter(|_| visitor.person.totp_secret.is_none()) else {
        return Ok(redirect("/admin/enrol"));
    };
    let wrong = if let Err(wait) = tries(&app, &visitor).await? {
        visitor.words.text("admin-too-many-tries").with("seconds", wait)
    } else {
        match connect(&app, &visitor, (&secret, &form.code)).await? {
            (FirstCodeResult::Done, codes) => {
                return second_step(&app, &visitor, recovery::HERE, codes.as_deref()).await;
            }
            (FirstCodeResult::Changed, _) => return Ok(redirect("/admin/enrol")),
            (FirstCodeResult::Wrong, _) => {}
        }
        note_refusal(&app, &visitor.person.id.to_string(), "enrol", &visitor.here.origin);
        visitor.words.text("admin-code-wrong")
    };
    let enrolment = second_step::enrolment(&visitor.person, &secret)?;
    answer(&visitor, StatusCode::UNPROCESSABLE_ENTITY, enrolment, Some(wrong))
}

/// Stores the authenticator if the code is right, and makes recovery codes.
async fn connect(
    app: &PanelContext,
    visitor: &AdminVisitor,
    proof: (&str, &str),
) -> Result<(FirstCodeResult, Option<Vec<String>>)> {
    let tx = app.store.write_tx().await?;
    let result = second_step::confirm_enrolment(&app.identity, &tx, &visitor.person, proof, None).await?;
    if result != FirstCodeResult::Done {
        tx.rollback().await?;
        return Ok((result, None));
    }
    let object = visitor.person.id.to_string();
    visitor.audit(app, &tx, "operator.enrolled", &object, json!({})).await?;
    let codes = match persons::by_id(&tx, visitor.person.id).await? {
        Some(connected) => second_step::renew_recovery_codes(&tx, &connected).await?,
        None => None,
    };
    tx.commit().await?;
    Ok((result, codes))
}

/// Only a link made for this purpose can connect an authenticator; a password or an e-mailed link cannot.
fn may_enrol(visitor: &AdminVisitor) -> bool {
    visitor.session.via == BY_NEW_AUTHENTICATOR
}

fn by_link_alone(visitor: &AdminVisitor) -> Answer {
    let page = visitor.page_between_steps("admin-enrol");
    let said = visitor.words.text("admin-enrol-by-link");
    html_as(StatusCode::FORBIDDEN, &page, &SentencePage { page: page.clone(), said })
}

fn answer(visitor: &AdminVisitor, status: StatusCode, enrolment: Enrolment, wrong: Option<Sentence>) -> Answer {
    let page = visitor.page_between_steps("admin-enrol").with_error_if(wrong.is_some());
    let Enrolment { secret, uri, picture } = enrolment;
    html_as(status, &page, &AdminEnrolPage { page: page.clone(), picture, secret, uri, wrong })
}
