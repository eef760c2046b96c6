//! Operators' sign-in: a password or a one-time link, then always a code of their authenticator, each valid once. Opening
//! the page of a link does not use it, because mail programs open links in advance.

pub mod own;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use base::browser::FORGET_PAGES;
use base::error::Result;
use base::i18n::{Language, Sentence, Words};
use base::store::VENDOR;
use domain::identity::link::{self, Purpose, SignInLink};
use domain::identity::realm::Realm;
use domain::identity::second_step::{self, CodeResult};
use domain::identity::slot::Slot;
use domain::identity::throttle::{self, AttemptOrigin, Wait};
use domain::identity::{
    EmptyForm, Form, OpenForm, credentials, email_limits, mail, password, person as persons, reauthentication,
    session as sessions,
};
use entity::person;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::operator::{AdminVisitor, HalfWay, SIGN_IN};
use super::page::{SentencePage, bare};
use crate::panel::{Answer, AppData, PageContext, PanelContext, html, html_as, said, to as redirect};

/// How a session of the admin was opened.
const BY_PASSWORD: &str = "password";
const BY_LINK: &str = "link";
/// By the only kind of link that can connect an authenticator.
const BY_NEW_AUTHENTICATOR: &str = "new_authenticator";

/// After the first step: opens a session that gives access to the second step only.
async fn first_step(app: &PanelContext, person: &person::Model, via: &str) -> Answer {
    let tx = app.store.write_tx().await?;
    // The check is valid only if nothing has changed since.
    if !credentials::hold(&tx, person).await? {
        tx.rollback().await?;
        return Ok(redirect(SIGN_IN));
    }
    let opened = sessions::open(&app.identity, &tx, new_session(person, via, false)).await?;
    tx.commit().await?;
    let to = if person.totp_secret.is_some() { "/admin/code" } else { "/admin/enrol" };
    Ok(with_cookie(app, redirect(to), &opened.token))
}

/// After both steps: opens a new session under a new token and ends the one between the steps.
/// `recovery_codes`: new ones, which the page at [`own::RECOVERY_CODES`] shows once.
async fn second_step(
    app: &PanelContext,
    half_way: &AdminVisitor,
    to: &str,
    recovery_codes: Option<&[String]>,
) -> Answer {
    let via = half_way.session.via.clone();
    let tx = app.store.write_tx().await?;
    // Unless it was ended meanwhile: removing an authenticator ends all sessions.
    if sessions::living(&app.identity, &tx, VENDOR, half_way.session.id).await?.is_none() {
        tx.rollback().await?;
        return Ok(redirect(SIGN_IN));
    }
    sessions::end(&tx, VENDOR, half_way.session.id).await?;
    let opened = sessions::open(&app.identity, &tx, new_session(&half_way.person, &via, true)).await?;
    let object = half_way.person.id.to_string();
    half_way.audit(app, &tx, "operator.signed_in", &object, json!({ "via": via })).await?;
    tx.commit().await?;
    if via != BY_PASSWORD {
        reauthentication::by_link(&app.identity, &opened.row).await?;
    }
    if let Some(codes) = recovery_codes {
        own::keep_codes(app, &opened.row, codes).await?;
    }
    let mut answer = with_cookie(app, redirect(to), &opened.token);
    if let Some(device) = throttle::remember_device(&app.identity, &half_way.here.origin, &half_way.person.email) {
        answer.headers_mut().append(header::SET_COOKIE, device);
    }
    Ok(answer)
}

fn new_session<'new>(person: &'new person::Model, via: &'new str, is_admin: bool) -> sessions::NewSession<'new> {
    sessions::NewSession {
        tenant_id: VENDOR,
        kind: sessions::SessionKind::Admin,
        person_id: Some(person.id),
        crm_user_id: None,
        is_admin,
        via,
        language: &person.language,
        reason: "",
    }
}

fn with_cookie(app: &PanelContext, mut answer: HttpResponse, token: &str) -> HttpResponse {
    answer.headers_mut().append(header::SET_COOKIE, Realm::Admin.set(&app.identity, Slot::First, token, false));
    answer
}

/// Records a refused sign-in. `login`: what was typed, or the person's id; empty: neither.
fn note_refusal(app: &PanelContext, login: &str, step: &'static str, origin: &AttemptOrigin) {
    throttle::sign_in_refused(&app.identity, "admin", login, step, origin);
}

/// Ends the session, whichever step it has reached, and the operator's views of accounts.
pub async fn out(app: AppData, request: HttpRequest, _form: Form<EmptyForm>) -> Answer {
    let mut answer = redirect(SIGN_IN);
    if let Some(token) = Realm::Admin.token(&app.identity, &request)
        && let Some(session) = sessions::find(&app.identity, &token, &[sessions::SessionKind::Admin]).await?
    {
        sessions::end(app.store.write(), session.tenant_id, session.id).await?;
        if let Some(person_id) = session.person_id {
            sessions::end_views(app.store.write(), person_id).await?;
        }
    }
    answer.headers_mut().append(header::SET_COOKIE, Realm::Admin.clear(&app.identity, Slot::First, false));
    answer.headers_mut().insert(header::CLEAR_SITE_DATA, HeaderValue::from_static(FORGET_PAGES));
    Ok(answer)
}

/// A link for an operator.
fn link_to(person: &person::Model) -> SignInLink {
    SignInLink { person_id: person.id, purpose: Purpose::Operator, tenant_id: None, mailed: true }
}

/// The language of e-mails to a person.
pub(super) fn language_of(person: &person::Model) -> Language {
    Language::of_code(&person.language).unwrap_or(Language::En).complete()
}

/// The throttle's name of this entrance.
const DOOR: &str = "admin";

#[derive(Template)]
#[template(path = "admin/sign_in.html")]
struct AdminSignInPage {
    page: PageContext,
    email: String,
    wrong: String,
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
    /// The form has it for the other button.
    #[serde(default, rename = "password")]
    _password: IgnoredAny,
}

/// The page.
pub async fn show(app: AppData, request: HttpRequest) -> Answer {
    sign_in_page(&app, &request, StatusCode::OK, String::new(), None, None)
}

/// Checks the password. The answer does not reveal whether the e-mail is known, is an operator's or has a password.
pub async fn enter(app: AppData, request: HttpRequest, OpenForm(form): OpenForm<AdminSignInForm>) -> Answer {
    let words = Words::new(Language::of_operator(&request));
    let origin = AttemptOrigin::of(&request, &app.identity);
    if let Err(wait) = throttle::login(&app.identity, DOOR, &form.email, origin.clone()).await? {
        return too_many(&app, &request, form.email, "admin-too-many-tries", wait);
    }
    let person = persons::operator_by_email(&app.identity, app.store.read(), &form.email).await?;
    let person = person.filter(|person| person.is_operator && person.disabled_at.is_none());
    let hash = person.as_ref().and_then(|person| person.password_hash.as_deref());
    let right = password::check(&app.identity, form.password, hash).await?;
    let Some(person) = person.filter(|_| right) else {
        note_refusal(&app, &form.email, "password", &origin);
        let wrong = Some(words.text("admin-sign-in-wrong"));
        return sign_in_page(&app, &request, StatusCode::UNPROCESSABLE_ENTITY, form.email, wrong, None);
    };
    throttle::forgive(&app.identity, DOOR, &form.email, origin).await?;
    first_step(&app, &person, BY_PASSWORD).await
}

/// Sends a link if e-mails can be sent. The answer is always the same.
pub async fn send_link(app: AppData, request: HttpRequest, OpenForm(form): OpenForm<LinkRequest>) -> Answer {
    let words = Words::new(Language::of_operator(&request));
    let origin = AttemptOrigin::of(&request, &app.identity);
    if let Err(wait) = throttle::login(&app.identity, "admin-link", &form.email, origin.clone()).await? {
        return too_many(&app, &request, form.email, "admin-too-many-tries", wait);
    }
    if let Err(wait) = email_limits::link(&app.identity, DOOR, &form.email, &origin).await? {
        return too_many(&app, &request, form.email, "sign-in-link-wait", wait);
    }
    // Detached from the answer, whose timing must not reveal whether there was an e-mail to send.
    let (background, email) = (app.clone().into_inner(), form.email.clone());
    base::supervisor::detach("admin_link", async move {
        if let Err(error) = mail_link(&background, &email).await {
            tracing::error!(error = format!("{error:#}"), "a sign-in link for the admin could not be sent");
        }
    });
    let sent = words.text("sign-in-link-sent").with("email", form.email.as_str());
    sign_in_page(&app, &request, StatusCode::OK, form.email, None, Some(sent))
}

async fn mail_link(app: &PanelContext, email: &str) -> anyhow::Result<()> {
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
fn after_too_many_codes(app: &PanelContext, request: &HttpRequest) -> Answer {
    let words = Words::new(Language::of_operator(request));
    let wrong = Some(words.text("sign-in-code-restart"));
    sign_in_page(app, request, StatusCode::UNPROCESSABLE_ENTITY, String::new(), wrong, None)
}

fn too_many(app: &PanelContext, request: &HttpRequest, email: String, key: &'static str, wait: Wait) -> Answer {
    let words = Words::new(Language::of_operator(request));
    let wrong = Some(words.text(key).with("seconds", wait.seconds).with("minutes", wait.minutes()));
    let mut answer = sign_in_page(app, request, StatusCode::TOO_MANY_REQUESTS, email, wrong, None)?;
    answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(wait.seconds));
    Ok(answer)
}

fn sign_in_page(
    app: &PanelContext,
    request: &HttpRequest,
    status: StatusCode,
    email: String,
    wrong: Option<Sentence>,
    sent: Option<Sentence>,
) -> Answer {
    let words = Words::new(Language::of_operator(request));
    let page = bare(app, words, "admin-sign-in").with_error_if(wrong.is_some());
    let sign_in =
        AdminSignInPage { page: page.clone(), email, wrong: said(wrong), mail: mail::is_on(&app.identity), sent };
    html_as(status, &page, &sign_in)
}

#[derive(Template)]
#[template(path = "admin/link.html")]
struct AdminLinkPage {
    page: PageContext,
    token: String,
}

/// The token of the link.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkForm {
    token: String,
}

/// The query of the page.
#[derive(Deserialize)]
pub struct LinkQuery {
    #[serde(default)]
    token: String,
}

/// The page with its button.
pub async fn show_link(app: AppData, request: HttpRequest, query: web::Query<LinkQuery>) -> Answer {
    let words = Words::new(Language::of_operator(&request));
    let known = link::look(&app.identity, &query.token).await?;
    if !known.is_some_and(|link| link.purpose.is_of_operators()) {
        return used_link(&app, words);
    }
    let page = bare(&app, words, "admin-sign-in");
    html(&page, &AdminLinkPage { page: page.clone(), token: query.into_inner().token })
}

/// Consumes the link.
pub async fn enter_by_link(app: AppData, request: HttpRequest, OpenForm(form): OpenForm<LinkForm>) -> Answer {
    let taken = link::take(&app.identity, &form.token).await?.filter(|link| link.purpose.is_of_operators());
    let person = match taken {
        Some(link) => persons::by_id(app.store.read(), link.person_id).await?,
        None => None,
    };
    let via = if taken.is_some_and(|link| link.purpose == Purpose::NewAuthenticator) {
        BY_NEW_AUTHENTICATOR
    } else {
        BY_LINK
    };
    match person.filter(|person| person.is_operator && person.disabled_at.is_none()) {
        Some(person) => first_step(&app, &person, via).await,
        None => {
            throttle::token_refused(
                &app.identity,
                "operator.signed_in",
                "link",
                &form.token,
                &AttemptOrigin::of(&request, &app.identity),
            );
            used_link(&app, Words::new(Language::of_operator(&request)))
        }
    }
}

fn used_link(app: &PanelContext, words: Words) -> Answer {
    let page = bare(app, words, "admin-sign-in").with_error();
    let said = words.text("admin-link-used");
    html_as(StatusCode::UNPROCESSABLE_ENTITY, &page, &SentencePage { page: page.clone(), said })
}

/// The throttle's name of this entrance.
pub const CODE_DOOR: &str = "admin-code";

#[derive(Template)]
#[template(path = "admin/code.html")]
struct CodePage {
    page: PageContext,
    wrong: String,
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
pub async fn show_code(HalfWay(visitor): HalfWay) -> Answer {
    if visitor.person.totp_secret.is_none() {
        return Ok(redirect("/admin/enrol"));
    }
    code_page(&visitor, StatusCode::OK, None)
}

/// Checks the code.
pub async fn enter_code(
    app: AppData,
    request: HttpRequest,
    HalfWay(visitor): HalfWay,
    Form(form): Form<CodeForm>,
) -> Answer {
    if let Err(wait) = count_try(&app, &visitor).await? {
        let wrong = visitor.words.text("admin-too-many-tries").with("seconds", wait);
        return code_page(&visitor, StatusCode::TOO_MANY_REQUESTS, Some(wrong));
    }
    if own::take_code(&app, &visitor, &form.code).await? {
        throttle::forgive(&app.identity, CODE_DOOR, &visitor.person.id.to_string(), visitor.here.origin.clone())
            .await?;
        // The page says how many are left.
        return second_step(&app, &visitor, own::HERE, None).await;
    }
    let checked = second_step::check(&app.identity, &visitor.person, &form.code).await?;
    if checked != CodeResult::Right {
        note_refusal(&app, &visitor.person.id.to_string(), "code", &visitor.here.origin);
    }
    match checked {
        CodeResult::Right => {}
        CodeResult::Wrong => {
            let wrong = visitor.words.text("admin-code-wrong");
            return code_page(&visitor, StatusCode::UNPROCESSABLE_ENTITY, Some(wrong));
        }
        CodeResult::TooManyWrong => {
            visitor.end_session(&app).await?;
            return after_too_many_codes(&app, &request);
        }
    }
    throttle::forgive(&app.identity, CODE_DOOR, &visitor.person.id.to_string(), visitor.here.origin.clone()).await?;
    second_step(&app, &visitor, "/admin", None).await
}

/// Counts an attempt; the error holds the seconds to wait.
async fn count_try(app: &PanelContext, visitor: &AdminVisitor) -> Result<Result<(), i64>> {
    let counted =
        throttle::login(&app.identity, CODE_DOOR, &visitor.person.id.to_string(), visitor.here.origin.clone()).await?;
    Ok(counted.map_err(|wait| wait.seconds))
}

fn code_page(visitor: &AdminVisitor, status: StatusCode, wrong: Option<Sentence>) -> Answer {
    let page = visitor.page_between_steps("admin-code").with_error_if(wrong.is_some());
    let recoverable = second_step::recovery_codes_left(&visitor.person) > 0;
    html_as(status, &page, &CodePage { page: page.clone(), wrong: said(wrong), recoverable })
}
