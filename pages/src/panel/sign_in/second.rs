//! The second step: the code of an authenticator, for people who connected one.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use askama::Template;
use domain::identity::second_step::{self, CodeResult, Pending};
use domain::identity::throttle::AttemptOrigin;
use domain::identity::{credentials, person as persons, throttle};
use entity::person;
use serde::Deserialize;

use super::into::{SignInProof, into, safe};
use super::link::used;
use super::password;
use crate::panel::PanelContext;
use crate::panel::html::html_as;
use crate::panel::{Answer, AppData, Notice, OpenForm, PageContext};

#[derive(Template)]
#[template(path = "panel/code.html")]
struct SecondStepPage {
    page: PageContext,
    pending: String,
    to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SecondStepForm {
    code: String,
    pending: String,
    to: String,
}

/// Asks for the code if there is an authenticator that is valid here, otherwise opens the session.
pub(super) async fn or_into(
    app: &PanelContext,
    request: &HttpRequest,
    person: &person::Model,
    proof: &SignInProof,
) -> Answer {
    if !credentials::second_step(person, proof.tenant_id) {
        return into(app, request, person, proof).await;
    }
    let pending = Pending {
        person_id: person.id,
        tenant_id: proof.tenant_id,
        via: proof.via.clone(),
        invitation: proof.invitation,
        revision: person.revision,
    };
    let pending = second_step::begin(&app.identity, app.store.write(), &pending).await?;
    show(StatusCode::OK, PageContext::outside(app, request, "sign-in-code-title"), pending, &proof.to)
}

fn show(status: StatusCode, page: PageContext, pending: String, to: &str) -> Answer {
    html_as(status, &page, &SecondStepPage { page: page.clone(), pending, to: to.to_owned() })
}

/// `POST /panel/sign-in/code`
pub(super) async fn check(app: AppData, request: HttpRequest, form: OpenForm<SecondStepForm>) -> Answer {
    let page = PageContext::outside(&app, &request, "sign-in-code-title");
    let Some(pending) = second_step::look(&app.identity, &form.pending).await? else { return used(&app, &request) };
    let person = persons::by_id(app.store.read(), pending.person_id).await?;
    // The first step is valid only while the person's credentials have not changed.
    let same = |person: &person::Model| person.disabled_at.is_none() && person.revision == pending.revision;
    let Some(person) = person.filter(same) else { return used(&app, &request) };
    let person_id = person.id.to_string();
    let origin = AttemptOrigin::of(&request, &app.identity).known_as(&person.email);
    if let Err(wait) = throttle::login(&app.identity, "code", &person_id, origin.clone()).await? {
        let said = page.words.text("sign-in-wait").with("seconds", wait.seconds);
        let page = page.with_notice(Notice::failed(said)).with_error();
        return show(StatusCode::TOO_MANY_REQUESTS, page, form.pending.clone(), safe(&form.to));
    }
    let checked = second_step::check(&app.identity, &person, &form.code).await?;
    if checked != CodeResult::Right {
        throttle::sign_in_refused(&app.identity, "code", &person_id, "code", &origin);
    }
    match checked {
        CodeResult::Right => {}
        CodeResult::Wrong => {
            let wrong = Notice::failed(page.words.text("sign-in-code-wrong"));
            let page = page.with_notice(wrong).with_error();
            return show(StatusCode::UNAUTHORIZED, page, form.pending.clone(), safe(&form.to));
        }
        CodeResult::TooManyWrong => {
            second_step::take(&app.identity, &form.pending).await?;
            let page = PageContext::outside(&app, &request, "sign-in-title");
            let notice = Notice::failed(page.words.text("sign-in-code-restart"));
            let page = page.with_notice(notice).with_error();
            return password::form(&app, StatusCode::UNAUTHORIZED, page, "", safe(&form.to));
        }
    }
    if second_step::take(&app.identity, &form.pending).await?.is_none() {
        return used(&app, &request);
    }
    throttle::forgive(&app.identity, "code", &person_id, origin).await?;
    let proof = SignInProof {
        via: pending.via,
        tenant_id: pending.tenant_id,
        invitation: pending.invitation,
        session: None,
        to: safe(&form.to).to_owned(),
    };
    into(&app, &request, &person, &proof).await
}
