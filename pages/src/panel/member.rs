//! The signed-in reader: the request's session with its account and role. All pages and all data require it.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use base::browser::client_address;
use base::config::{Integration, Vendor};
use base::error::{Error, Result};
use base::i18n::{Language, LocalizedText, Sentence, When, Words, Zone};
use base::millis::HOUR;
use base::store::{VENDOR, in_transaction};
use chrono::TimeDelta;
use domain::api_key::key_maker::ask_crm;
use domain::audit::{Actor, By};
use domain::brand::Look;
use domain::identity::member::{self, FROM_CRM};
use domain::identity::realm::masked_csrf;
use domain::identity::realm::{self, FormRejected, LIVE, Realm};
use domain::identity::reauthentication::{self, Reauthentication};
use domain::identity::session::SessionKind;
use domain::identity::slot::Slot;
use domain::identity::{credentials, password, person as persons, session as sessions};
use entity::{member as table, message, person, session, tenant};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, PaginatorTrait, QueryFilter};
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use super::html::{nothing_kept, to};
use super::navigation::{self, Counts, Nav};
use super::notice::{self, Notice};
use super::page::{self, PageContext, Strip, Theme, Title, remembered};
use super::switcher::{self, OpenAccount};
use super::{Answer, AppData, MemberRole, PanelContext, Right};
use crate::legal;

/// The key under which a session stores the only conversation that it can show.
pub(super) const ONLY: &str = "only";
/// Pages available to members who must connect an authenticator first.
const BEFORE_ENROLMENT: [&str; 3] = ["/panel/me/two-step", "/panel/language", "/panel/theme"];

/// A member of the account, or an operator viewing it.
pub type Member = Visitor<InAccount>;

/// What the panel knows of its visitor: the account, and what they may do in it.
#[derive(Clone, Debug)]
pub struct InAccount {
    pub tenant: Arc<tenant::Model>,
    pub role: MemberRole,
    pub zone: Zone,
    /// An operator of the vendor is viewing: nothing can be changed, and texts are hidden.
    pub view_as: bool,
    /// The page is in a frame of amoCRM.
    pub framed: bool,
    /// The only conversation that the session shows.
    pub only: Option<Uuid>,
    /// The account requires an authenticator and the person has none: all other pages redirect to its setup.
    pub must_enrol: bool,
    /// The person may belong to other accounts that this session can enter.
    may_switch: bool,
    accounts: Vec<OpenAccount>,
    slot: Slot,
    theme: Theme,
    strips: Vec<Strip>,
    counts: Counts,
    crm: &'static str,
    ancestors: String,
    support_url: String,
    agreement: Option<String>,
    look: Look,
    remembers: Option<HeaderValue>,
}

impl Member {
    /// Whether a control is shown.
    pub fn may(&self, right: Right) -> bool {
        right.is_of(self.here.role, self.here.view_as)
    }

    /// 403 with a page that names who has the right, unless this member has it.
    pub fn require(&self, right: Right) -> Result<()> {
        if self.may(right) { Ok(()) } else { Err(Error::Forbidden(LocalizedText::new("said-role"))) }
    }

    /// `amoCRM` or `Kommo`.
    pub fn crm(&self) -> &'static str {
        self.here.crm
    }

    /// A time in the account's time zone.
    pub fn when(&self, millis: i64) -> When {
        When::new(millis, self.now, self.here.zone, self.words)
    }

    /// The person whose own settings this session may change; 404 for a viewing operator.
    pub fn own_id(&self) -> Result<Uuid> {
        if self.here.view_as { Err(Error::NotFound) } else { Ok(self.person.id) }
    }

    /// Whether this session may see the conversation.
    pub fn sees(&self, conversation_id: Uuid) -> bool {
        self.here.only.is_none_or(|only| only == conversation_id)
    }

    /// The context of a page's template. `nav`: the navigation entry it belongs to.
    pub fn page(&self, title: impl Title, nav: Nav) -> PageContext {
        let here = &self.here;
        let title = title.words(self.words, here.crm);
        let mut page = PageContext {
            crm: here.crm,
            account: here.tenant.host.clone(),
            name: self.name.clone(),
            role: Some(here.role),
            framed: here.framed,
            looked_at: if here.view_as { self.session.reason.clone() } else { String::new() },
            view_as: here.view_as,
            looks_until: self.session.expires_at,
            theme: here.theme,
            notice: self.notice.clone(),
            strips: here.strips.clone(),
            attention: here.counts.title(),
            support_url: here.support_url.clone(),
            agreement: here.agreement.clone(),
            look: here.look.clone(),
            remembers: here.remembers.clone(),
            may_switch: here.may_switch,
            accounts: here.accounts.clone(),
            slot: here.slot,
            bound: here.only.is_some() || here.must_enrol,
            csrf_token: masked_csrf(&self.session.csrf),
            zone: here.zone,
            ancestors: here.ancestors.clone(),
            ..PageContext::bare(Realm::Panel, self.words, title, self.now, self.read_only)
        };
        page.navigates(navigation::places(&page, nav, here.counts), &self.path);
        page
    }

    /// amoCRM's refusal, or that it is away, as a notice: what it means and what to do, then the remote text. Any other
    /// error is returned.
    pub fn refused(&self, error: Error) -> Result<Notice> {
        let (words, crm) = (self.words, self.crm());
        Ok(Notice::failed(match refusal(error)? {
            Error::Conflict { problem, detail } => {
                let key = format!("source-refused-{problem}");
                let key = if words.has(&key) { key } else { "source-refused-other".to_owned() };
                words.text(key).with("crm", crm).with("reason", detail.in_words(words, crm))
            }
            _ => words.text("source-crm-away").with("crm", crm),
        }))
    }

    /// Redirects after an action at amoCRM; the next page says that it is done, or why it was refused.
    pub async fn outcome<T>(&self, app: &PanelContext, path: &str, outcome: Result<T>, done: Sentence) -> Answer {
        let notice = match outcome {
            Ok(_) => Notice::done(done),
            Err(error) => self.refused(error)?,
        };
        self.see_other(app, path, notice).await
    }
}

/// A refusal that the page of the action itself shows: amoCRM said no, or is away. Other errors have a page of their own.
pub(super) fn refusal(error: Error) -> Result<Error> {
    match error {
        Error::Conflict { .. } | Error::Unavailable { .. } => Ok(error),
        other => Err(other),
    }
}

impl FromRequest for Member {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let app = request.app_data::<AppData>().ok_or(Error::NotFound)?.clone();
            let Some(session) = realm::session(&request, Realm::Panel).await? else {
                return Err(without_session(&app, &request));
            };
            if session.tenant_id == VENDOR {
                return Err(instead(to("/panel/choose")));
            }
            let Some(member) = of(&app.clone().into_inner(), &request, session).await? else {
                return Err(without_session(&app, &request));
            };
            if let Some(only) = member.here.only
                && !is_of_conversation(&app, request.match_info().as_str(), member.tenant_id, only).await?
            {
                return Err(Error::NotFound.into());
            }
            if member.here.must_enrol && !BEFORE_ENROLMENT.contains(&request.match_info().as_str()) {
                return Err(second_step_first(&request));
            }
            request.extensions_mut().insert(member.clone());
            Ok(member)
        })
    }
}

async fn of(app: &Arc<PanelContext>, request: &HttpRequest, session: Arc<session::Model>) -> Result<Option<Member>> {
    let db = app.store.read();
    let Some(tenant) = entity::tenant::Entity::of_tenant(session.tenant_id).one(db).await? else { return Ok(None) };
    let Some(person_id) = session.person_id else { return Ok(None) };
    let person = persons::by_id(db, person_id).await?;
    let Some(person) = person.filter(|person| person.disabled_at.is_none()) else { return Ok(None) };
    let view_as = session.kind == sessions::SessionKind::ViewAs.as_str();
    let role = if view_as {
        Some(MemberRole::Owner).filter(|_| person.is_operator)
    } else {
        let row = member::find(db, session.tenant_id, person_id).await?;
        match row {
            Some(row) => role(app, &session, row).await?,
            None => None,
        }
    };
    let Some(mut role) = role else { return Ok(None) };
    // A ticket without administrator rights opens a viewer's session, whatever the member's role here.
    if session.via == "ticket" && !session.is_admin {
        role = MemberRole::Viewer;
    }
    // People from amoCRM sign in there and have no e-mail address for signing in here.
    let signs_in_here = !view_as && session.via != "ticket";
    let has_second_step = credentials::second_step(&person, Some(tenant.tenant_id));
    let integration = app.integrations.named(&tenant.integration);
    let language = Language::of_code(&session.language).unwrap_or_else(|| Language::of_request(request));
    let words = Words::named(language, integration.as_deref().and_then(Integration::product));
    let (counts, open) = navigation::counts_of(app, request, tenant.tenant_id).await?;
    let reader = page::StripReader { tenant: &tenant, integration: integration.as_deref(), words };
    let here = InAccount {
        strips: page::strips_of(app, request, &reader, &open).await?,
        accounts: switcher::all(app, request, Some(tenant.tenant_id)).await?,
        slot: Slot::of_request(request),
        counts,
        role,
        zone: Zone::named(&tenant.time_zone),
        view_as,
        framed: realm::is_framed(request),
        theme: Theme::of_request(request),
        only: sessions::data(&app.identity, &session, ONLY),
        must_enrol: tenant.second_step && signs_in_here && !has_second_step,
        may_switch: matches!(session.via.as_str(), "password" | "link") && person.proved_at.is_some(),
        crm: integration.as_ref().map_or("amoCRM", |integration| integration.platform.brand()),
        ancestors: match &integration {
            // Only sessions opened by ticket work in amoCRM's frames.
            Some(integration) if session.via == "ticket" => integration.ancestors(Some(&tenant.host)),
            _ => "'none'".to_owned(),
        },
        support_url: Vendor::of(&app.config, integration.as_deref()).support_url,
        agreement: legal::address(&app.config, integration.as_deref(), language),
        look: Look::of(integration.as_deref()),
        remembers: integration.as_deref().and_then(|integration| remembered(app, request, integration)),
        tenant: Arc::new(tenant),
    };
    Ok(Some(Visitor::of(app, request, session, person, words, here).await?))
}

/// The account requires two-step sign-in: all pages redirect to its setup.
fn second_step_first(request: &HttpRequest) -> actix_web::Error {
    if request.headers().contains_key(LIVE) || request.match_info().as_str() == "/panel/events" {
        return instead(nothing_kept(StatusCode::UNAUTHORIZED).finish());
    }
    instead(to("/panel/me/two-step"))
}

/// Without a session, pages redirect to the sign-in and back, and forms are refused.
fn without_session(app: &PanelContext, request: &HttpRequest) -> actix_web::Error {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return FormRejected::NoSession.into();
    }
    if request.headers().contains_key(LIVE) || request.match_info().as_str() == "/panel/events" {
        return instead(nothing_kept(StatusCode::UNAUTHORIZED).finish());
    }
    let was_in = Realm::Panel.token(&app.identity, request).is_some();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let path = request.uri().path_and_query().map_or("/panel", |path| path.as_str());
    if path != "/panel" {
        query.append_pair("to", path);
    }
    if was_in {
        query.append_pair("ended", "1");
    }
    let query = query.finish();
    let place = if query.is_empty() { "/panel/sign-in".to_owned() } else { format!("/panel/sign-in?{query}") };
    let mut answer = to(&place);
    if was_in {
        let cleared = Realm::Panel.clear(&app.identity, Slot::of_request(request), realm::is_framed(request));
        answer.headers_mut().insert(header::SET_COOKIE, cleared);
    }
    instead(answer)
}

/// A response in the place of a page.
pub fn instead(answer: HttpResponse) -> actix_web::Error {
    InternalError::from_response("answered before the page", answer).into()
}

/// Sessions from a lead card see one conversation; everything else is 404.
async fn is_of_conversation(app: &PanelContext, path: &str, tenant_id: Uuid, only: Uuid) -> Result<bool> {
    let mut parts = path.trim_start_matches("/panel").trim_start_matches('/').split('/');
    let (place, id) = (parts.next().unwrap_or_default(), parts.next().and_then(|id| id.parse::<Uuid>().ok()));
    match (place, id) {
        ("events" | "language" | "theme", None) => Ok(true),
        ("conversations", Some(id)) => Ok(id == only),
        ("messages", Some(id)) => {
            let found = message::Entity::of_tenant(tenant_id)
                .filter(message::Column::Id.eq(id))
                .filter(message::Column::ConversationId.eq(only))
                .count(app.store.read())
                .await?;
            Ok(found > 0)
        }
        _ => Ok(false),
    }
}

/// A signed-in person. `Here`: what only the panel, or only the admin, knows of them.
#[derive(Clone, Debug)]
pub struct Visitor<Here> {
    pub person: Arc<person::Model>,
    /// The name on pages and in the audit log.
    pub name: String,
    pub session: Arc<session::Model>,
    /// The account of the session; the vendor's id in the admin.
    pub tenant_id: Uuid,
    pub words: Words,
    pub address: Option<IpAddr>,
    /// The requested path.
    pub(crate) path: String,
    pub here: Here,
    pub(crate) notice: Option<Notice>,
    /// The database currently accepts no writes.
    pub(crate) read_only: bool,
    pub(crate) now: i64,
}

impl<Here> Visitor<Here> {
    /// The person behind a request's session. Takes the notice that the next page shows.
    pub async fn of(
        app: &PanelContext,
        request: &HttpRequest,
        session: Arc<session::Model>,
        person: person::Model,
        words: Words,
        here: Here,
    ) -> Result<Self> {
        Ok(Self {
            notice: notice::taken(app, request, &session).await?,
            name: person.name.clone(),
            person: Arc::new(person),
            tenant_id: session.tenant_id,
            session,
            words,
            address: client_address(request, &app.config.server.trusted_proxies),
            path: request.match_info().as_str().to_owned(),
            here,
            read_only: app.is_read_only(),
            now: app.clock.millis(),
        })
    }

    /// The CSRF token of this session's forms.
    pub(super) fn csrf(&self) -> &str {
        &self.session.csrf
    }

    /// The actor for the audit log.
    pub fn actor(&self) -> Actor {
        let (person_id, name) = (self.person.id, self.name.clone());
        if self.session.kind == SessionKind::Panel.as_str() {
            Actor::Member { person_id, name }
        } else {
            Actor::Operator { person_id, name }
        }
    }

    /// The actor and their origin.
    pub fn by(&self) -> By {
        By { actor: self.actor(), address: self.address }
    }

    /// Writes an action of this person to the audit log of the session's account, in the action's transaction.
    pub async fn audit(
        &self,
        app: &PanelContext,
        db: &impl ConnectionTrait,
        action: &'static str,
        object: &str,
        detail: Value,
    ) -> Result<(), DbErr> {
        self.by().did(app, db, action, (self.tenant_id, object), detail).await
    }

    /// Redirects after an action; the next page shows the notice once.
    pub async fn see_other(&self, app: &PanelContext, path: &str, notice: Notice) -> Answer {
        let text = serde_json::to_string(&notice).map_err(anyhow::Error::from)?;
        sessions::set_notice(&app.identity, app.store.write(), &self.session, &text).await?;
        Ok(to(path))
    }

    /// A value stored in the session.
    pub fn data<T: DeserializeOwned>(&self, app: &PanelContext, name: &str) -> Option<T> {
        sessions::data(&app.identity, &self.session, name)
    }

    /// Stores a value in the session, encrypted; `None` removes it.
    pub async fn set_data<T: Serialize>(&self, app: &PanelContext, name: &str, value: Option<&T>) -> Result<()> {
        sessions::set_data(&app.identity, &self.session, name, value).await
    }

    /// Ends the session after too many wrong codes: the person has to sign in again.
    pub async fn end_session(&self, app: &PanelContext) -> Result<(), DbErr> {
        sessions::end(app.store.write(), self.tenant_id, self.session.id).await
    }

    /// Whether forms that change credentials ask for the current password or a code.
    pub fn asks_current(&self, app: &PanelContext) -> bool {
        reauthentication::is_needed(&app.identity, &self.session, &self.person)
    }

    /// Checks the current password or a code, where this session needs one.
    pub async fn prove_if_asked(
        &self,
        app: &PanelContext,
        typed: Option<&SecretString>,
        action: &'static str,
    ) -> Result<Option<NotProved>> {
        if !self.asks_current(app) {
            return Ok(None);
        }
        self.prove(app, typed.cloned().unwrap_or_default(), action).await
    }

    /// Checks the current password or a code. A wrong one is noted in the audit log as a refused `action`.
    pub async fn prove(
        &self,
        app: &PanelContext,
        typed: SecretString,
        action: &'static str,
    ) -> Result<Option<NotProved>> {
        let [wrong, wait] = if self.session.kind == SessionKind::Admin.as_str() {
            ["admin-current-wrong", "admin-too-many-tries"]
        } else {
            ["password-current-wrong", "sign-in-wait"]
        };
        Ok(match reauthentication::check(&app.identity, &self.person, typed, self.address, action).await? {
            Reauthentication::Yes => None,
            Reauthentication::Wrong => {
                Some(NotProved::Refused(StatusCode::UNPROCESSABLE_ENTITY, self.words.text(wrong)))
            }
            Reauthentication::Wait(seconds) => {
                let said = self.words.text(wait).with("seconds", seconds);
                Some(NotProved::Refused(StatusCode::TOO_MANY_REQUESTS, said))
            }
            Reauthentication::TooManyWrong => {
                self.end_session(app).await?;
                Some(NotProved::Ended)
            }
        })
    }

    /// Sets the person's password, after the proof; all their other sessions end. False if their credentials were changed
    /// meanwhile. `set_in`: the only account in which the password is valid.
    pub async fn set_password(
        &self,
        app: &PanelContext,
        password: SecretString,
        set_in: Option<Uuid>,
        action: &'static str,
        object: &str,
    ) -> Result<bool> {
        reauthentication::spend(&app.identity, &self.session).await?;
        let hash = password::hash(&app.identity, password).await?;
        Ok(in_transaction(&app.store, async |tx| {
            let holds = credentials::hold_in(&app.identity, tx, &self.person, &self.session).await?;
            if !holds || !credentials::set_password(tx, &self.person, &hash, set_in).await? {
                return Ok(false);
            }
            sessions::end_everywhere(tx, self.person.id, Some(self.session.id)).await?;
            self.audit(app, tx, action, object, json!({})).await?;
            Ok::<_, DbErr>(true)
        })
        .await?)
    }
}

/// Why a form that needs a proof of who sends it goes no further.
pub enum NotProved {
    /// The status of the form, and the error beside its field `current`.
    Refused(StatusCode, Sentence),
    /// The session has ended: the person has to sign in again.
    Ended,
}

/// How long amoCRM's last answer is used while it does not answer.
const BELIEVED: TimeDelta = TimeDelta::hours(4);

/// The role with which a session continues; `None` if it has ended.
pub(super) async fn role(
    app: &Arc<PanelContext>,
    session: &session::Model,
    row: table::Model,
) -> Result<Option<MemberRole>> {
    let by_ticket = session.via == sessions::TICKET;
    let held = MemberRole::parse(&row.role);
    let Some(user) = row.crm_user_id.filter(|_| by_ticket || row.role_from == FROM_CRM) else { return Ok(held) };
    let now = app.clock.millis();
    if row.crm_asked_at.saturating_add(HOUR) > now {
        return Ok(held);
    }
    let Some(says) = ask_crm(&app.tenants, row.tenant_id, user).await else {
        let last = if by_ticket { row.crm_asked_at.max(session.created_at) } else { row.crm_asked_at };
        if last.saturating_add(BELIEVED.num_milliseconds()) > now {
            return Ok(held);
        }
        if !by_ticket {
            return Ok(held.map(|_| MemberRole::Viewer));
        }
        return end(app, session).await.map(|()| None);
    };
    member::vouch(&app.identity, &row, says).await?;
    // The check may have ended this session.
    let db = app.store.write();
    if sessions::living(&app.identity, db, session.tenant_id, session.id).await?.is_none() {
        return Ok(None);
    }
    Ok(member::find(db, row.tenant_id, row.person_id).await?.and_then(|row| MemberRole::parse(&row.role)))
}

/// Ends a session that amoCRM did not confirm in time.
async fn end(app: &PanelContext, session: &session::Model) -> Result<()> {
    sessions::end(app.store.write(), session.tenant_id, session.id).await?;
    let detail = json!({ "why": "unconfirmed", "sessions": 1 });
    let object = session.person_id.map(|id| id.to_string()).unwrap_or_default();
    By::parom().did(app, app.store.write(), "member.access_ended", (session.tenant_id, &object), detail).await?;
    Ok(())
}
