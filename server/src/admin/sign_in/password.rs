//! The first step by password, and the letter with a link instead of it.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use secrecy::SecretString;
use serde::Deserialize;

use super::{first_step, language_of, link_to, note_refusal};
use crate::admin::page::{self, Page};
use crate::admin::refused::Result;
use crate::app::App;
use crate::people::door;
use crate::people::link::Purpose;
use crate::people::{OpenForm, link, mail, password, person as persons, throttle};
use crate::words::{Language, Sentence, Words};

/// What tries are counted under.
const DOOR: &str = "admin";

#[derive(Template)]
#[template(path = "admin/sign_in.html")]
struct SignIn {
    page: Page,
    email: String,
    wrong: Option<Sentence>,
    /// Letters can be sent.
    mail: bool,
    /// A letter is on its way.
    sent: Option<Sentence>,
}

/// E-mail and password, as typed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    email: String,
    password: SecretString,
}

/// Who wants a link.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    email: String,
}

/// The page.
pub async fn show(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse> {
    Ok(answer(&app, &request, StatusCode::OK, String::new(), None, None))
}

/// Takes the password. Whether the e-mail is known, is an operator's or has a password is not told.
pub async fn enter(
    app: web::Data<App>,
    request: HttpRequest,
    OpenForm(form): OpenForm<Credentials>,
) -> Result<HttpResponse> {
    let words = Words::new(Language::of_request(&request));
    let address = door::address(&request, &app);
    if let Err(wait) = throttle::login(&app, DOOR, &form.email, address).await? {
        return Ok(too_many(&app, &request, form.email, wait.seconds));
    }
    let person = persons::by_email(&app, app.store.read(), &form.email).await?;
    let hash = person.as_ref().and_then(|person| person.password_hash.as_deref());
    let right = password::check(&app, form.password, hash).await?;
    let person = person.filter(|person| right && person.is_operator && person.disabled_at.is_none());
    let Some(person) = person else {
        note_refusal(&app, &form.email, "password", address).await?;
        let wrong = Some(words.say("admin-sign-in-wrong"));
        return Ok(answer(&app, &request, StatusCode::UNPROCESSABLE_ENTITY, form.email, wrong, None));
    };
    throttle::forgive(&app, DOOR, &form.email).await?;
    first_step(&app, &person, "password").await
}

/// Sends a link, where letters can be sent. The answer is the same for everybody.
pub async fn send_link(
    app: web::Data<App>,
    request: HttpRequest,
    OpenForm(form): OpenForm<Address>,
) -> Result<HttpResponse> {
    let words = Words::new(Language::of_request(&request));
    let address = door::address(&request, &app);
    if let Err(wait) = throttle::login(&app, "admin-link", &form.email, address).await? {
        return Ok(too_many(&app, &request, form.email, wait.seconds));
    }
    if mail::is_on(&app) {
        let person = persons::by_email(&app, app.store.read(), &form.email).await?;
        if let Some(person) = person.filter(|person| person.is_operator && person.disabled_at.is_none()) {
            let token = link::issue(&app, app.store.write(), link_to(&person)).await?;
            let reader = Words::new(language_of(&person));
            let url = link::address(&app, Purpose::Operator, &token);
            let text = reader.say("admin-link-letter").with("url", url).to_string();
            let subject = reader.say("admin-link-subject").to_string();
            mail::send_later(&app.clone().into_inner(), mail::Letter { to: person.email, subject, text });
        }
    }
    let sent = words.say("sign-in-link-sent").with("email", form.email.as_str());
    Ok(answer(&app, &request, StatusCode::OK, form.email, None, Some(sent)))
}

fn too_many(app: &App, request: &HttpRequest, email: String, seconds: i64) -> HttpResponse {
    let words = Words::new(Language::of_request(request));
    let wrong = Some(words.say("admin-too-many-tries").with("seconds", seconds));
    let mut answer = answer(app, request, StatusCode::TOO_MANY_REQUESTS, email, wrong, None);
    answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
    answer
}

fn answer(
    app: &App,
    request: &HttpRequest,
    status: StatusCode,
    email: String,
    wrong: Option<Sentence>,
    sent: Option<Sentence>,
) -> HttpResponse {
    let words = Words::new(Language::of_request(request));
    let page = Page::bare(app, words, words.say("admin-sign-in"));
    let page = if wrong.is_some() { page.with_error() } else { page };
    page::html_as(status, &page, &SignIn { page: page.clone(), email, wrong, mail: mail::is_on(app), sent })
}
