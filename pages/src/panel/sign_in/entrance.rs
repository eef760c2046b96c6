//! The entrances: e-mail and password, a one-time link, a ticket of the amoCRM widget; then the code of an authenticator, for
//! people who connected one. All failures of a sign-in by password have the same response and response time. Links are
//! requested by e-mail, or sent or handed over as invitations; opening one shows a button, because mail programs open links
//! automatically. From the widget one click opens the panel; if another person is signed in, or another site links here, a
//! button asks for confirmation. In a frame the browser may refuse cookies: the next page detects that and offers a fresh
//! ticket for a new tab.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, web};
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{Language, LocalizedText};
use base::store::{VENDOR, in_transaction};
use domain::identity::link::{self, Purpose, SignInLink};
use domain::identity::mail::{self, Email};
use domain::identity::realm::masked_csrf;
use domain::identity::realm::{self, Realm};
use domain::identity::second_step::{self, CodeResult, Pending};
use domain::identity::session::{self, NewSession, SessionKind};
use domain::identity::signed_in::{self, Entry};
use domain::identity::throttle::{self, AttemptOrigin};
use domain::identity::ticket::{self, Asker, Ticket, TicketTarget};
use domain::identity::{AnyForm, credentials, email_limits, member, password, person as persons};
use domain::{brand, tenant};
use entity::{person, tenant as tenant_row};
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use url::Url;
use uuid::Uuid;

use super::into::{self, DOOR, SignInProof, into};
use super::pages::{
    self, LinkTokenForm, LinkTokenQuery, OpenLinkPage, form as sign_in_form, framed, refuse, safe, too_many, used,
};
use crate::panel::html::html_as;
use crate::panel::member::ONLY;
use crate::panel::switcher;
use crate::panel::{Answer, AppData, Notice, OpenForm, PageContext, PanelContext, Tone, to};

#[derive(Deserialize)]
pub(super) struct SignInQuery {
    to: Option<String>,
    ended: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignInForm {
    email: String,
    password: SecretString,
    to: String,
}

/// `GET /panel/sign-in`
pub(super) async fn show(app: AppData, request: HttpRequest, asked: web::Query<SignInQuery>) -> Answer {
    let place = safe(asked.to.as_deref().unwrap_or_default());
    if realm::is_framed(&request) {
        return framed(&app, &request, "/panel/sign-in");
    }
    if let Some(session) = realm::session(&request, Realm::Panel).await? {
        return Ok(to(if session.tenant_id == VENDOR { "/panel/choose" } else { place }));
    }
    let mut page = PageContext::outside(&app, &request, "sign-in-title");
    if asked.ended.is_some() {
        let hours = domain::identity::session::SessionKind::Panel.idle() / 3_600_000;
        let ended = page.words.text("session-ended").with("hours", hours);
        page = page.with_notice(Notice::of(Tone::Wait, ended));
    }
    let open = switcher::all(&app, &request, None).await?;
    pages::form_beside(&app, StatusCode::OK, page, "", place, open)
}

/// `POST /panel/sign-in`
pub(super) async fn check_password(app: AppData, request: HttpRequest, form: OpenForm<SignInForm>) -> Answer {
    let page = PageContext::outside(&app, &request, "sign-in-title");
    let place = safe(&form.to);
    let origin = AttemptOrigin::of(&request, &app.identity);
    if let Err(wait) = throttle::login(&app.identity, DOOR, &form.email, origin.clone()).await? {
        return too_many(&app, page, &form.email, place, "sign-in-wait", wait);
    }
    let found = persons::by_email(&app.identity, app.store.read(), &form.email).await?;
    // A password set through an account's link is valid for that account only.
    let counts = |person: &entity::person::Model| person.proved_at.is_some() || person.set_in.is_some();
    let found = found.filter(|person| person.disabled_at.is_none() && counts(person));
    let stored = found.as_ref().and_then(|person| person.password_hash.as_deref());
    let right = password::check(&app.identity, form.password.clone(), stored).await?;
    let Some(person) = found.filter(|_| right) else {
        throttle::sign_in_refused(&app.identity, DOOR, &form.email, "password", &origin);
        let wrong = Notice::failed(page.words.text("sign-in-wrong"));
        return sign_in_form(&app, StatusCode::UNAUTHORIZED, page.with_notice(wrong).with_error(), &form.email, place);
    };
    throttle::forgive(&app.identity, DOOR, &form.email, origin).await?;
    let tenant_id = person.set_in.filter(|_| person.proved_at.is_none());
    let (via, to) = ("password".to_owned(), place.to_owned());
    let proof = SignInProof { via, tenant_id, invitation: false, session: None, to };
    second_step_or_into(&app, &request, &person, &proof).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkRequestForm {
    email: String,
    to: String,
    /// The form has it for the other button.
    #[serde(default, rename = "password")]
    _password: IgnoredAny,
}

/// `POST /panel/sign-in/link`: answers the same for every e-mail.
pub(super) async fn ask_link(app: AppData, request: HttpRequest, form: OpenForm<LinkRequestForm>) -> Answer {
    let page = PageContext::outside(&app, &request, "sign-in-title");
    let to = safe(&form.to);
    let origin = AttemptOrigin::of(&request, &app.identity);
    if let Err(wait) = throttle::login(&app.identity, "link", &form.email, origin.clone()).await? {
        return pages::too_many(&app, page, &form.email, to, "sign-in-wait", wait);
    }
    if !persons::is_email(&form.email) {
        let wrong = Notice::failed(page.words.text("form-not-email"));
        let page = page.with_notice(wrong).with_error();
        return pages::form(&app, StatusCode::UNPROCESSABLE_ENTITY, page, &form.email, to);
    }
    if let Err(wait) = email_limits::link(&app.identity, DOOR, &form.email, &origin).await? {
        return pages::too_many(&app, page, &form.email, to, "sign-in-link-wait", wait);
    }
    // In the background, so that the response time does not reveal whether the address is known.
    let (background, email) = (app.clone().into_inner(), form.email.trim().to_owned());
    base::supervisor::detach("sign_in_link", async move {
        if let Err(error) = mail_link(&background, &email).await {
            tracing::error!(error = format!("{error:#}"), "a sign-in link could not be sent");
        }
    });
    let sent = Notice::done(page.words.text("sign-in-link-sent").with("email", form.email.trim()));
    pages::form(&app, StatusCode::OK, page.with_notice(sent), &form.email, to)
}

async fn mail_link(app: &PanelContext, email: &str) -> anyhow::Result<()> {
    let person = persons::by_email(&app.identity, app.store.read(), email).await?;
    let Some(person) = person.filter(|person| person.disabled_at.is_none() && mail::is_on(&app.identity)) else {
        return Ok(());
    };
    let link = SignInLink { person_id: person.id, purpose: Purpose::SignIn, tenant_id: None, mailed: true };
    let token = link::issue(&app.identity, app.store.write(), link).await?;
    let words = member::words_of(&app.identity, &person).await?;
    let address = link::address(&app.identity, Purpose::SignIn, &token);
    let text = words.text("mail-link-body").with("link", address).with("server", app.public_url()).to_string();
    let subject = words.text("mail-link-subject").to_string();
    mail::send(&app.identity, Email { to: person.email, subject, text, sender: words.brand() }).await
}

/// `GET /panel/link?token=…`
pub(super) async fn show_link(app: AppData, request: HttpRequest, asked: web::Query<LinkTokenQuery>) -> Answer {
    let link = link::look(&app.identity, &asked.token).await?.filter(|link| is_ours(link.purpose));
    let Some(link) = link else { return refuse(&app, &request, &asked.token) };
    let tenant = match link.tenant_id {
        Some(tenant_id) => tenant::load(app.store.read(), tenant_id).await?,
        None => None,
    };
    let page = PageContext::outside(&app, &request, "sign-in-link-title");
    let accounts = match &tenant {
        Some(tenant) => vec![tenant.integration.clone()],
        None => {
            member::accounts(&app.identity, link.person_id).await?.into_iter().map(|(one, _)| one.integration).collect()
        }
    };
    let page = page.of_brand(&app, brand::common(&app.integrations, accounts).as_deref());
    let words = page.words;
    let text = match &tenant {
        Some(tenant) => words.text("sign-in-link-account").with("account", tenant.host.as_str()).to_string(),
        None => words.text("sign-in-link-open").to_string(),
    };
    OpenLinkPage::new(page, "/panel/link", "token", asked.token.clone(), text, "sign-in-button").answer()
}

/// `POST /panel/link`
pub(super) async fn take_link(app: AppData, request: HttpRequest, form: OpenForm<LinkTokenForm>) -> Answer {
    let found = link::look(&app.identity, &form.token).await?.filter(|link| is_ours(link.purpose));
    let Some(found) = found else { return refuse(&app, &request, &form.token) };
    let person = persons::by_id(app.store.read(), found.person_id).await?;
    let Some(person) = person.filter(|person| person.disabled_at.is_none()) else { return used(&app, &request) };
    if link::take(&app.identity, &form.token).await?.is_none() {
        return used(&app, &request);
    }
    let person = if found.mailed { proved(&app, person).await? } else { person };
    // The link was handed over to a person who has proved the address and has a password: they must enter it. Without
    // that proof the password may have been set by the holder of another account's link, and proves nothing.
    let known = person.proved_at.is_some() && person.password_hash.is_some();
    if found.purpose == Purpose::Invitation && !found.mailed && known {
        let token = link::issue(&app.identity, app.store.write(), found).await?;
        return ask_password(&app, &request, &person.email, &token);
    }
    let invitation = found.purpose == Purpose::Invitation;
    // Credentials that are valid elsewhere are removed when the account is joined: then a password has to be set.
    let stays = found.tenant_id.is_none_or(|tenant_id| !invitation || credentials::count_in(&person, tenant_id));
    let to = if person.password_hash.is_some() && stays { "/panel" } else { "/panel/me" }.to_owned();
    let proof = SignInProof {
        via: if found.mailed { "link" } else { "handed" }.to_owned(),
        tenant_id: found.tenant_id,
        invitation,
        session: None,
        to,
    };
    throttle::forgive(&app.identity, DOOR, &person.email, AttemptOrigin::of(&request, &app.identity)).await?;
    second_step_or_into(&app, &request, &person, &proof).await
}

/// A link opened from the person's own mailbox. The first such proof removes all credentials that others may have set.
async fn proved(app: &PanelContext, person: person::Model) -> Result<person::Model> {
    let first = in_transaction(&app.store, async |tx| credentials::prove(&app.identity, tx, &person).await).await?;
    if first {
        tracing::info!(person.id = %person.id, "an e-mail was verified; the earlier password, authenticator and sessions were revoked");
    }
    persons::by_id(app.store.read(), person.id).await?.ok_or(Error::NotFound)
}

fn ask_password(app: &PanelContext, request: &HttpRequest, email: &str, token: &str) -> Answer {
    let page = PageContext::outside(app, request, "sign-in-title");
    let asks = Notice::of(crate::panel::Tone::Wait, page.words.text("sign-in-invited"));
    // The invitation is accepted after the sign-in.
    let to = format!("{}?token={token}", into::INVITATION);
    pages::form(app, StatusCode::OK, page.with_notice(asks), email, &to)
}

fn is_ours(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::SignIn | Purpose::Invitation | Purpose::Handed)
}

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
pub(super) async fn second_step_or_into(
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
    code_page(StatusCode::OK, PageContext::outside(app, request, "sign-in-code-title"), pending, &proof.to)
}

fn code_page(status: StatusCode, page: PageContext, pending: String, to: &str) -> Answer {
    html_as(status, &page, &SecondStepPage { page: page.clone(), pending, to: to.to_owned() })
}

/// `POST /panel/sign-in/code`
pub(super) async fn check_code(app: AppData, request: HttpRequest, form: OpenForm<SecondStepForm>) -> Answer {
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
        return code_page(StatusCode::TOO_MANY_REQUESTS, page, form.pending.clone(), safe(&form.to));
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
            return code_page(StatusCode::UNAUTHORIZED, page, form.pending.clone(), safe(&form.to));
        }
        CodeResult::TooManyWrong => {
            second_step::take(&app.identity, &form.pending).await?;
            let page = PageContext::outside(&app, &request, "sign-in-title");
            let notice = Notice::failed(page.words.text("sign-in-code-restart"));
            let page = page.with_notice(notice).with_error();
            return pages::form(&app, StatusCode::UNAUTHORIZED, page, "", safe(&form.to));
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

#[derive(Deserialize)]
pub(super) struct Entering {
    #[serde(default)]
    ticket: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TicketForm {
    ticket: String,
}

#[derive(Deserialize)]
pub(super) struct EnterQuery {
    #[serde(default)]
    to: String,
    #[serde(default)]
    again: String,
}

/// `GET /panel/enter?ticket=…`: opens the ticket's session at once if that is safe, otherwise asks.
pub(super) async fn show_ticket(app: AppData, request: HttpRequest, query: web::Query<Entering>) -> Answer {
    let Some(ticket) = ticket::look(&app.identity, &query.ticket).await? else {
        return refuse(&app, &request, &query.ticket);
    };
    let alive = realm::session(&request, Realm::Panel).await?;
    let mut open = signed_in::all(&request).await?;
    open.retain(|one| one.row.tenant_id != VENDOR);
    let here = open.iter().find(|one| one.row.tenant_id == ticket.tenant_id);
    // The same amoCRM user opens the panel from the widget again.
    let is_same = here.is_some_and(|one| one.row.crm_user_id == Some(ticket.user.id) && one.row.via == session::TICKET);
    let other = !is_same && !open.is_empty();
    let tenant = tenant::load(app.store.read(), ticket.tenant_id).await?.ok_or(Error::NotFound)?;
    if !other && is_expected(&app, &request, &tenant, &ticket) {
        return open_ticket(&app, &request, &query.ticket).await;
    }
    let integration = app.integrations.named(&tenant.integration);
    let page = PageContext::outside(&app, &request, "enter-title").of_brand(&app, integration.as_deref());
    let mut page =
        page.within(integration.as_ref().map_or("'none'".to_owned(), |one| one.ancestors(Some(&tenant.host))));
    let key = match here {
        _ if !other => "enter-text",
        Some(_) => "enter-instead",
        None => "enter-beside",
    };
    let text = page.words.text(key).with("account", tenant.host.as_str()).with("name", ticket.user.name).to_string();
    page.csrf_token = alive.map(|row| masked_csrf(&row.csrf)).unwrap_or_default();
    OpenLinkPage::new(page, "/panel/enter", "ticket", query.ticket.clone(), text, "enter-button").answer()
}

/// `POST /panel/enter`
pub(super) async fn enter(app: AppData, request: HttpRequest, form: AnyForm<TicketForm>) -> Answer {
    open_ticket(&app, &request, &form.ticket).await
}

/// Whether the navigation started where tickets come from: one of our pages, the address bar, or a page of amoCRM.
/// Otherwise another site could use a link to sign its visitors in as another person.
fn is_expected(app: &PanelContext, request: &HttpRequest, tenant: &tenant_row::Model, ticket: &Ticket) -> bool {
    let text = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    if text("sec-fetch-site").is_none_or(|site| matches!(site, "none" | "same-origin")) {
        return true;
    }
    let from = text("origin").filter(|origin| *origin != "null").or_else(|| text("referer"));
    match from.filter(|from| !from.is_empty()) {
        Some(from) => Url::parse(from).is_ok_and(|from| tenant::is_account_page(&app.tenants, tenant, &from)),
        // The referrer is missing. Cookies of frames are partitioned (`Partitioned`), and only amoCRM's pages may frame
        // this one; a tab opens only in the browser that requested the ticket less than a minute ago.
        None => {
            realm::is_framed(request)
                || ticket.asked_by.is_some() && ticket.asked_by == Asker::of(request, &app.identity)
        }
    }
}

async fn open_ticket(app: &PanelContext, request: &HttpRequest, token: &str) -> Answer {
    let Some(ticket) = ticket::take(&app.identity, token).await? else { return refuse(app, request, token) };
    let language = Language::of_request(request);
    let found = member::of_crm_user(&app.identity, ticket.tenant_id, &ticket.user, language).await?;
    let Some((person, _)) = found else { return Err(Error::Forbidden(LocalizedText::new("said-access-gone"))) };
    let only = if ticket.user.is_admin { None } else { bound_to(app, ticket.tenant_id, &ticket.leads).await? };
    if only.is_none()
        && !ticket.user.is_admin
        && matches!(ticket.leads, TicketTarget::Message(_) | TicketTarget::Conversation(_))
    {
        return Err(Error::NotFound);
    }
    let entry = Entry::of(&app.identity, request, ticket.tenant_id).await?;
    let new = NewSession {
        tenant_id: ticket.tenant_id,
        kind: SessionKind::Panel,
        person_id: Some(person.id),
        crm_user_id: Some(ticket.user.id),
        is_admin: ticket.user.is_admin,
        via: session::TICKET,
        language: language.code(),
        reason: "",
    };
    let opened = in_transaction(&app.store, async |tx| {
        entry.end(tx).await?;
        let detail = json!({ "via": session::TICKET, "crm_user": ticket.user.id });
        into::by(app, request, &person).did(app, tx, "member.signed_in", (ticket.tenant_id, ""), detail).await?;
        session::open(&app.identity, tx, new).await
    })
    .await?;
    if let Some(only) = only {
        session::set_data(&app.identity, &opened.row, ONLY, Some(&only)).await?;
    }
    member::seen(&app.identity, ticket.tenant_id, person.id).await?;
    let is_framed = realm::is_framed(request);
    let place = match is_framed {
        true => {
            let mut query =
                url::form_urlencoded::Serializer::for_suffix("/panel/entered?".to_owned(), "/panel/entered?".len());
            query.append_pair("to", &ticket.leads.path());
            query.append_pair("again", &ticket::reissue(&app.identity, &ticket).await?).finish()
        }
        false => ticket.leads.path(),
    };
    let mut answer = to(&entry.path(request, ticket.tenant_id, &place));
    for cookie in entry.cookies(&app.identity, &opened.token, is_framed) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}

/// `GET /panel/entered`: checks whether the browser returned the frame's cookie.
pub(super) async fn entered(app: AppData, request: HttpRequest, query: web::Query<EnterQuery>) -> Answer {
    if realm::session(&request, Realm::Panel).await?.is_some() {
        ticket::take(&app.identity, &query.again).await?;
        return Ok(to(safe(&query.to)));
    }
    if !session::is_token_shaped(&query.again) {
        return used(&app, &request);
    }
    framed(&app, &request, &format!("/panel/enter?ticket={}", query.again))
}

/// The conversation from which a manager came.
async fn bound_to(app: &PanelContext, tenant_id: Uuid, leads: &TicketTarget) -> Result<Option<Uuid>> {
    use entity::{conversation, message};
    use sea_orm::{ColumnTrait, QueryFilter};
    let db = app.store.read();
    Ok(match leads {
        TicketTarget::Conversation(id) => {
            let found =
                conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::Id.eq(*id)).one(db).await?;
            found.map(|row| row.id)
        }
        TicketTarget::Message(id) => {
            let found = message::Entity::of_tenant(tenant_id).filter(message::Column::Id.eq(*id)).one(db).await?;
            found.map(|row| row.conversation_id)
        }
        TicketTarget::Overview
        | TicketTarget::Sources
        | TicketTarget::Source(_)
        | TicketTarget::Access(_)
        | TicketTarget::Design(_)
        | TicketTarget::Connect(_)
        | TicketTarget::ConnectAgain(_) => None,
    })
}
