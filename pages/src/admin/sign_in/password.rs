//! The first step by password, or by an e-mail with a link.

use actix_web::HttpRequest;
use actix_web::http::{StatusCode, header};
use askama::Template;
use base::i18n::{Language, Sentence, Words};
use domain::identity::link::Purpose;
use domain::identity::throttle::{AttemptOrigin, Wait};
use domain::identity::{OpenForm, email_limits, link, mail, password, person as persons, throttle};
use entity::person;
use secrecy::SecretString;
use serde::Deserialize;

use super::{BY_PASSWORD, first_step, language_of, link_to, note_refusal};
use crate::admin::page::bare;
use crate::panel::{Answer, AppData, PageContext, PanelContext, html_as};

/// The throttle's name of this entrance.
const DOOR: &str = "admin";

#[derive(Template)]
#[template(path = "admin/sign_in.html")]
struct AdminSignInPage {
    page: PageContext,
    email: String,
    wrong: Option<Sentence>,
    /// E-mails can be sent.
    mail: bool,
    /// An e-mail was sent.
    sent: Option<Sentence>,
}

/// E-mail and password, as typed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminSignInForm {
    email: String,
    password: SecretString,
}

/// Who requests a link.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkRequest {
    email: String,
}

/// The page.
pub async fn show(app: AppData, request: HttpRequest) -> Answer {
    answer(&app, &request, StatusCode::OK, String::new(), None, None)
}

/// Checks the password. The answer does not reveal whether the e-mail is known, is an operator's or has a password.
pub async fn enter(app: AppData, request: HttpRequest, OpenForm(form): OpenForm<AdminSignInForm>) -> Answer {
    let words = Words::new(Language::of_operator(&request));
    let origin = AttemptOrigin::of(&request, &app.identity);
    if let Err(wait) = throttle::login(&app.identity, DOOR, &form.email, origin.clone()).await? {
        return too_many(&app, &request, form.email, ("admin-too-many-tries", wait));
    }
    let person = persons::operator_by_email(&app.identity, app.store.read(), &form.email).await?;
    let person = person.filter(|person| person.is_operator && person.disabled_at.is_none());
    let hash = person.as_ref().and_then(|person| person.password_hash.as_deref());
    let right = password::check(&app.identity, form.password, hash).await?;
    let Some(person) = person.filter(|_| right) else {
        note_refusal(&app, &form.email, "password", &origin);
        let wrong = Some(words.text("admin-sign-in-wrong"));
        return answer(&app, &request, StatusCode::UNPROCESSABLE_ENTITY, form.email, wrong, None);
    };
    throttle::forgive(&app.identity, DOOR, &form.email, origin).await?;
    first_step(&app, &person, BY_PASSWORD).await
}

/// Sends a link if e-mails can be sent. The answer is always the same.
pub async fn send_link(app: AppData, request: HttpRequest, OpenForm(form): OpenForm<LinkRequest>) -> Answer {
    let words = Words::new(Language::of_operator(&request));
    let origin = AttemptOrigin::of(&request, &app.identity);
    if let Err(wait) = throttle::login(&app.identity, "admin-link", &form.email, origin.clone()).await? {
        return too_many(&app, &request, form.email, ("admin-too-many-tries", wait));
    }
    if let Err(wait) = email_limits::link(&app.identity, DOOR, &form.email, &origin).await? {
        return too_many(&app, &request, form.email, ("sign-in-link-wait", wait));
    }
    // Detached from the answer, whose timing must not reveal whether there was an e-mail to send.
    let (background, email) = (app.clone().into_inner(), form.email.clone());
    base::supervisor::detach("admin_link", async move {
        if let Err(error) = send(&background, &email).await {
            tracing::error!(error = format!("{error:#}"), "a sign-in link for the admin could not be sent");
        }
    });
    let sent = words.text("sign-in-link-sent").with("email", form.email.as_str());
    answer(&app, &request, StatusCode::OK, form.email, None, Some(sent))
}

async fn send(app: &PanelContext, email: &str) -> anyhow::Result<()> {
    let person = persons::operator_by_email(&app.identity, app.store.read(), email).await?;
    let active = |person: &person::Model| person.is_operator && person.disabled_at.is_none();
    let Some(person) = person.filter(|person| mail::is_on(&app.identity) && active(person)) else { return Ok(()) };
    let token = link::issue(&app.identity, app.store.write(), link_to(&person)).await?;
    let reader = Words::new(language_of(&person));
    let url = link::address(&app.identity, Purpose::Operator, &token);
    let text = reader.text("admin-link-letter").with("url", url).to_string();
    let subject = reader.text("admin-link-subject").to_string();
    mail::send(&app.identity, mail::Email { to: person.email, subject, text, sender: None }).await
}

/// The page after too many wrong codes.
pub(super) fn after_too_many_codes(app: &PanelContext, request: &HttpRequest) -> Answer {
    let words = Words::new(Language::of_operator(request));
    let wrong = Some(words.text("sign-in-code-restart"));
    answer(app, request, StatusCode::UNPROCESSABLE_ENTITY, String::new(), wrong, None)
}

fn too_many(app: &PanelContext, request: &HttpRequest, email: String, (key, wait): (&'static str, Wait)) -> Answer {
    let words = Words::new(Language::of_operator(request));
    let wrong = Some(words.text(key).with("seconds", wait.seconds).with("minutes", wait.minutes()));
    let mut answer = answer(app, request, StatusCode::TOO_MANY_REQUESTS, email, wrong, None)?;
    answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(wait.seconds));
    Ok(answer)
}

fn answer(
    app: &PanelContext,
    request: &HttpRequest,
    status: StatusCode,
    email: String,
    wrong: Option<Sentence>,
    sent: Option<Sentence>,
) -> Answer {
    let words = Words::new(Language::of_operator(request));
    let page = bare(app, words, "admin-sign-in").with_error_if(wrong.is_some());
    let sign_in = AdminSignInPage { page: page.clone(), email, wrong, mail: mail::is_on(&app.identity), sent };
    html_as(status, &page, &sign_in)
}
