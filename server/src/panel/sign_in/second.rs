//! The second step: the code of an authenticator, for people who connected one.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use base::error::Result;
use entity::person;
use serde::Deserialize;

use super::into::{Proof, into, safe};
use super::link::used;
use super::password;
use crate::panel::PanelContext;
use crate::panel::html::html_as;
use crate::panel::{Notice, OpenForm, PageContext};
use crate::people::second_step::{self, Checked, Pending};
use crate::people::throttle::Origin;
use crate::people::{credentials, person as persons, refused, throttle};

#[derive(Template)]
#[template(path = "panel/code.html")]
struct Code {
    page: PageContext,
    pending: String,
    to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Typed {
    code: String,
    pending: String,
    to: String,
}

/// Asks for the code if there is an authenticator that is valid here, else opens the session.
pub(super) async fn or_into(
    app: &PanelContext,
    request: &HttpRequest,
    person: &person::Model,
    proof: &Proof,
) -> Result<HttpResponse> {
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
    let pending = second_step::begin(&app.people, app.store.write(), &pending).await?;
    show(StatusCode::OK, PageContext::outside(app, request, "sign-in-code-title"), pending, &proof.to)
}

fn show(status: StatusCode, page: PageContext, pending: String, to: &str) -> Result<HttpResponse> {
    html_as(status, &page, &Code { page: page.clone(), pending, to: to.to_owned() })
}

/// `POST /panel/sign-in/code`
pub(super) async fn check(
    app: web::Data<PanelContext>,
    request: HttpRequest,
    form: OpenForm<Typed>,
) -> Result<HttpResponse> {
    let page = PageContext::outside(&app, &request, "sign-in-code-title");
    let Some(pending) = second_step::look(&app.people, &form.pending).await? else { return used(&app, &request) };
    let person = persons::by_id(app.store.read(), pending.person_id).await?;
    // The first step is valid only while the person's credentials are unchanged.
    let same = |person: &person::Model| person.disabled_at.is_none() && person.revision == pending.revision;
    let Some(person) = person.filter(same) else { return used(&app, &request) };
    let person_id = person.id.to_string();
    let origin = Origin::of(&request, &app.people).known_as(&person.email);
    if let Err(wait) = throttle::login(&app.people, "code", &person_id, origin.clone()).await? {
        let said = page.words.say("sign-in-wait").with("seconds", wait.seconds);
        let page = page.with_notice(Notice::failed(said)).with_error();
        return show(StatusCode::TOO_MANY_REQUESTS, page, form.pending.clone(), safe(&form.to));
    }
    let checked = second_step::check(&app.people, &person, &form.code).await?;
    if checked != Checked::Right {
        refused::sign_in(&app.people, "code", &person_id, "code", &origin);
    }
    match checked {
        Checked::Right => {}
        Checked::Wrong => {
            let wrong = Notice::failed(page.words.say("sign-in-code-wrong"));
            let page = page.with_notice(wrong).with_error();
            return show(StatusCode::UNAUTHORIZED, page, form.pending.clone(), safe(&form.to));
        }
        Checked::Anew => {
            second_step::take(&app.people, &form.pending).await?;
            let page = PageContext::outside(&app, &request, "sign-in-title");
            let anew = Notice::failed(page.words.say("sign-in-code-anew"));
            let page = page.with_notice(anew).with_error();
            return password::form(&app, StatusCode::UNAUTHORIZED, page, "", safe(&form.to));
        }
    }
    if second_step::take(&app.people, &form.pending).await?.is_none() {
        return used(&app, &request);
    }
    throttle::forgive(&app.people, "code", &person_id, origin).await?;
    let proof = Proof {
        via: pending.via,
        tenant_id: pending.tenant_id,
        invitation: pending.invitation,
        session: None,
        to: safe(&form.to).to_owned(),
    };
    into(&app, &request, &person, &proof).await
}
