//! Opens a session after the person has proved their identity.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use base::browser::client_address;
use base::error::{Error, Result};
use base::i18n::Language;
use base::store::{VENDOR, in_transaction};
use domain::audit::{Actor, By};
use domain::brand;
use domain::identity::link::{self, Purpose, SignInLink};
use domain::identity::realm::masked_csrf;
use domain::identity::realm::{self, Realm};
use domain::identity::session::{NewSession, SessionKind};
use domain::identity::signed_in::Entry;
use domain::identity::slot::Slot;
use domain::identity::throttle::{self, AttemptOrigin};
use domain::identity::{credentials, member, person as persons, reauthentication, session as sessions};
use domain::tenant::{self, TenantStatus};
use entity::{person, session, tenant as tenant_row};
use sea_orm::DbErr;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::pages::{LinkTokenForm, LinkTokenQuery, OpenLinkPage, safe, used};
use crate::panel::html::html;
use crate::panel::{Answer, AppData, Form, MemberRole, PageContext, PanelContext, to};

/// This entrance's name in the throttle.
pub(in crate::panel) const DOOR: &str = "panel";

/// What was proved, and where to continue.
#[derive(Clone, Debug)]
pub(super) struct SignInProof {
    /// `password`, `link` (mailed), `handed`
    pub via: String,
    /// The account it is limited to, if any.
    pub tenant_id: Option<Uuid>,
    /// Also accepts that account's invitation.
    pub invitation: bool,
    /// The session that identifies the person, if there is one.
    pub session: Option<Arc<session::Model>>,
    /// A path of the panel.
    pub to: String,
}

/// Opens the session and redirects: into the account of the address, or if there is exactly one to enter, otherwise to the
/// choice. All
/// checks have passed by now, so an invitation is accepted here and not earlier.
pub(super) async fn into(
    app: &PanelContext,
    request: &HttpRequest,
    person: &person::Model,
    proof: &SignInProof,
) -> Answer {
    // After accepting the invitation, which may remove credentials, the new state is used. Otherwise the state that was
    // checked is used, because the person may have changed since.
    let person = match proof.tenant_id.filter(|_| proof.invitation) {
        None => person.clone(),
        Some(tenant_id) => match accept(app, request, tenant_id, person, proof.session.as_deref()).await? {
            Some(joined) => joined,
            None => return used(app, request),
        },
    };
    let accounts = member::accounts(&app.identity, person.id).await?;
    let asked = match Slot::of_request(request) {
        Slot::Of(tenant_id) => Some(tenant_id).filter(|_| credentials::count_in(&person, tenant_id)),
        Slot::First | Slot::New => None,
    };
    let of = |tenant_id: Uuid| accounts.iter().find(|(tenant, _)| tenant.tenant_id == tenant_id);
    let only = accounts.first().filter(|_| accounts.len() == 1);
    let wanted = match proof.tenant_id {
        Some(tenant_id) => of(tenant_id),
        None => asked.and_then(of).or(only),
    };
    if proof.via == "handed" && wanted.is_none() {
        return Err(Error::NotFound);
    }
    let tenant_id = wanted.map_or(VENDOR, |(tenant, _)| tenant.tenant_id);
    let language = Language::of_request(request);
    persons::set_language(app.store.write(), person.id, language).await?;
    let place = if tenant_id == VENDOR { choice(&proof.to) } else { proof.to.clone() };
    let Some((opened, answer)) = open(app, request, &person, tenant_id, &proof.via, None, &place).await? else {
        return Ok(to("/panel/sign-in"));
    };
    if matches!(proof.via.as_str(), "link" | "handed") {
        reauthentication::by_link(&app.identity, &opened).await?;
    }
    Ok(answer)
}

fn choice(to: &str) -> String {
    if to == "/panel" {
        return "/panel/choose".to_owned();
    }
    if to.starts_with(INVITATION) {
        return to.to_owned();
    }
    let mut query = url::form_urlencoded::Serializer::for_suffix("/panel/choose?".to_owned(), "/panel/choose?".len());
    query.append_pair("to", to).finish()
}

/// A new session with a new token, beside those of other accounts; an earlier one of the same account ends. `None` if the password or authenticator has changed since the
/// person was read, or the identifying session has ended, because then the check is no longer valid.
pub(super) async fn open(
    app: &PanelContext,
    request: &HttpRequest,
    person: &person::Model,
    tenant_id: Uuid,
    via: &str,
    relies_on: Option<&session::Model>,
    place: &str,
) -> Result<Option<(session::Model, HttpResponse)>> {
    let entry = Entry::of(&app.identity, request, tenant_id).await?;
    let language = Language::of_request(request).code();
    let new = NewSession {
        tenant_id,
        kind: SessionKind::Panel,
        person_id: Some(person.id),
        crm_user_id: None,
        is_admin: false,
        via,
        language,
        reason: "",
    };
    let Some(opened) = in_transaction(&app.store, async |tx| {
        let holds = match relies_on {
            Some(session) => credentials::hold_in(&app.identity, tx, person, session).await?,
            None => credentials::hold(tx, person).await?,
        };
        if !holds {
            return Ok(None);
        }
        entry.end(tx).await?;
        if tenant_id != VENDOR {
            let detail = json!({ "via": via });
            by(app, request, person).did(app, tx, "member.signed_in", (tenant_id, ""), detail).await?;
        }
        Ok::<_, DbErr>(Some(sessions::open(&app.identity, tx, new).await?))
    })
    .await?
    else {
        return Ok(None);
    };
    if tenant_id != VENDOR {
        member::seen(&app.identity, tenant_id, person.id).await?;
    }
    let mut answer = to(&entry.path(request, tenant_id, place));
    for cookie in entry.cookies(&app.identity, &opened.token, realm::is_framed(request)) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    // Not after a handed-over link, which does not prove who the person is.
    if matches!(via, "password" | "link")
        && let Some(device) =
            throttle::remember_device(&app.identity, &AttemptOrigin::of(request, &app.identity), &person.email)
    {
        answer.headers_mut().append(header::SET_COOKIE, device);
    }
    Ok(Some((opened.row, answer)))
}

/// The person as the actor of their sign-in.
pub(super) fn by(app: &PanelContext, request: &HttpRequest, person: &person::Model) -> By {
    let actor = Actor::Member { person_id: person.id, name: named(person) };
    By { actor, address: client_address(request, &app.config.server.trusted_proxies) }
}

/// A person's display name in lists.
pub fn named(person: &person::Model) -> String {
    if person.name.is_empty() { person.email.clone() } else { person.name.clone() }
}

/// Where a sign-in continues if it was started from an invitation.
pub(super) const INVITATION: &str = "/panel/invitation";

/// The invitation of a token, with its account, if it is for the person of this session.
async fn of_session(app: &PanelContext, session: &session::Model, token: &str) -> Result<Option<(SignInLink, Uuid)>> {
    let person_id = session.person_id.filter(|_| matches!(session.via.as_str(), "password" | "link"));
    let fits = |link: &SignInLink| link.purpose == Purpose::Invitation && Some(link.person_id) == person_id;
    let found = link::look(&app.identity, token).await?.filter(fits);
    Ok(found.and_then(|link| Some((link, link.tenant_id?))))
}

/// `GET /panel/invitation?token=…`: asks for confirmation. Opening the address alone changes nothing.
pub(super) async fn show_invitation(app: AppData, request: HttpRequest, asked: web::Query<LinkTokenQuery>) -> Answer {
    let Some(session) = realm::session(&request, Realm::Panel).await? else { return used(&app, &request) };
    let Some((_, tenant_id)) = of_session(&app, &session, &asked.token).await? else { return used(&app, &request) };
    let tenant = tenant::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    let integration = app.integrations.named(&tenant.integration);
    let mut page = PageContext::outside(&app, &request, "invitation-title").of_brand(&app, integration.as_deref());
    page.words = page.words.in_language(Language::of_code(&session.language).unwrap_or(page.words.language()));
    page.title = page.words.text("invitation-title").to_string();
    page.csrf_token = masked_csrf(&session.csrf);
    let text = page.words.text("invitation-text").with("account", tenant.host.as_str()).to_string();
    OpenLinkPage::new(page, INVITATION, "token", asked.token.clone(), text, "invitation-button").answer()
}

/// `POST /panel/invitation`
pub(super) async fn take_invitation(app: AppData, request: HttpRequest, form: Form<LinkTokenForm>) -> Answer {
    let session = realm::session(&request, Realm::Panel).await?.ok_or(Error::NotFound)?;
    let Some((found, _)) = of_session(&app, &session, &form.token).await? else { return used(&app, &request) };
    let person = persons::by_id(app.store.read(), found.person_id).await?;
    let Some(person) = person.filter(|person| person.disabled_at.is_none() && person.proved_at.is_some()) else {
        return used(&app, &request);
    };
    if link::take(&app.identity, &form.token).await?.is_none() {
        return used(&app, &request);
    }
    let proof = SignInProof {
        via: session.via.clone(),
        tenant_id: found.tenant_id,
        invitation: true,
        session: Some(session),
        to: "/panel".to_owned(),
    };
    into(&app, &request, &person, &proof).await
}

/// Makes the checked person a member and returns their new state. `session`: identifies the person if nothing else was
/// checked. `None` if the invitation was withdrawn, or the password, authenticator or session has changed.
pub(super) async fn accept(
    app: &PanelContext,
    request: &HttpRequest,
    tenant_id: Uuid,
    person: &person::Model,
    session: Option<&session::Model>,
) -> Result<Option<person::Model>> {
    Ok(in_transaction(&app.store, async |tx| {
        let holds = match session {
            Some(session) => credentials::hold_in(&app.identity, tx, person, session).await?,
            None => credentials::hold(tx, person).await?,
        };
        if !holds || !member::accept(&app.identity, tx, tenant_id, person.id).await? {
            return Ok(None);
        }
        let object = person.id.to_string();
        by(app, request, person).did(app, tx, "member.joined", (tenant_id, &object), json!({})).await?;
        // Under the lock taken above, so that nothing can change in between.
        persons::by_id(tx, person.id).await
    })
    .await?)
}

#[derive(Template)]
#[template(path = "panel/choose.html")]
struct ChooseAccountPage {
    page: PageContext,
    accounts: Vec<(tenant_row::Model, MemberRole)>,
    to: String,
}

impl ChooseAccountPage {
    fn status(&self, tenant: &tenant_row::Model) -> &'static str {
        TenantStatus::shown(tenant).as_str()
    }
}

#[derive(Deserialize)]
pub(super) struct ChooseQuery {
    #[serde(default)]
    to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChosenAccountForm {
    tenant_id: Uuid,
    to: String,
}

/// Who may choose: a session opened by one account's ticket or a handed-over link is valid only for that account.
async fn chooser(app: &PanelContext, session: &session::Model) -> Result<Option<person::Model>> {
    let Some(person_id) = session.person_id.filter(|_| matches!(session.via.as_str(), "password" | "link")) else {
        return Ok(None);
    };
    let person = persons::by_id(app.store.read(), person_id).await?;
    Ok(person.filter(|person| person.disabled_at.is_none()))
}

/// `GET /panel/choose`
pub(super) async fn show_choice(app: AppData, request: HttpRequest, asked: web::Query<ChooseQuery>) -> Answer {
    let Some(session) = realm::session(&request, Realm::Panel).await? else { return Ok(to("/panel/sign-in")) };
    let Some(person) = chooser(&app, &session).await? else { return Ok(to("/panel")) };
    let accounts = member::accounts(&app.identity, person.id).await?;
    let common = brand::common(&app.integrations, accounts.iter().map(|(tenant, _)| tenant.integration.clone()));
    let mut page = PageContext::outside(&app, &request, "choose-title").of_brand(&app, common.as_deref());
    page.words = page.words.in_language(Language::of_code(&session.language).unwrap_or(page.words.language()));
    page.title = page.words.text("choose-title").to_string();
    page.csrf_token = masked_csrf(&session.csrf);
    let accounts = accounts.into_iter().filter(|(tenant, _)| credentials::count_in(&person, tenant.tenant_id));
    let choose = ChooseAccountPage { accounts: accounts.collect(), to: safe(&asked.to).to_owned(), page: page.clone() };
    html(&page, &choose)
}

/// `POST /panel/choose`
pub(super) async fn choose(app: AppData, request: HttpRequest, form: Form<ChosenAccountForm>) -> Answer {
    let session = realm::session(&request, Realm::Panel).await?.ok_or(Error::NotFound)?;
    let person = chooser(&app, &session).await?.ok_or(Error::NotFound)?;
    if !credentials::count_in(&person, form.tenant_id) {
        return Err(Error::NotFound);
    }
    member::find(app.store.read(), form.tenant_id, person.id).await?.ok_or(Error::NotFound)?;
    let (via, place) = (session.via.as_str(), safe(&form.to));
    let opened = open(&app, &request, &person, form.tenant_id, via, Some(&session), place).await?;
    let Some((row, answer)) = opened else { return Ok(to("/panel/sign-in")) };
    reauthentication::move_proof(&app.identity, &session, &row).await?;
    Ok(answer)
}
