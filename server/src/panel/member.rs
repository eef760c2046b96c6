//! The signed-in reader: the request's session with its account and role. All pages and all data require it.

mod turned_away;

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, web};
use base::browser::client_address;
use base::config::{Integration, Vendor};
use base::error::{Error, Result};
use base::i18n::{Language, LocalizedText, When, Words, Zone};
use base::store::VENDOR;
use entity::{session, tenant};
use sea_orm::{ConnectionTrait, DbErr};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::counts::{self, Counts};
use super::crm_rights;
use super::html::nothing_kept;
use super::navigation::Nav;
use super::notice::{self, Notice};
use super::page::{PageContext, Title, remembered};
use super::strips::{self, Strip};
use super::theme::Theme;
use super::{MemberRole, PanelContext, Right};
use crate::audit::{self, Actor, AuditEntry};
use crate::brand::Look;
use crate::identity::form::masked;
use crate::identity::realm::{self, Realm};
use crate::identity::{credentials, member, person, session as sessions, token};
use crate::legal;
use turned_away::{instead, is_of_conversation, second_step_first, without_session};

/// The key under which a session stores the only conversation that it can show.
pub(super) const ONLY: &str = "only";
/// Pages available to members who must connect an authenticator first.
const BEFORE_ENROLMENT: [&str; 3] = ["/panel/me/two-step", "/panel/language", "/panel/theme"];

/// A member of the account, or an operator viewing it.
#[derive(Clone, Debug)]
pub struct Member {
    pub tenant: Arc<tenant::Model>,
    pub person_id: Option<Uuid>,
    pub crm_user_id: Option<i64>,
    pub name: String,
    pub role: MemberRole,
    pub words: Words,
    pub zone: Zone,
    pub session: Arc<session::Model>,
    /// An operator of the vendor is viewing: nothing can be changed, and texts are hidden.
    pub view_as: bool,
    /// The page is in a frame of amoCRM.
    pub framed: bool,
    pub address: Option<IpAddr>,
    /// The only conversation that the session shows.
    pub only: Option<Uuid>,
    /// The account requires an authenticator and the person has none: all other pages redirect to its setup.
    pub must_enrol: bool,
    /// The person may belong to other accounts that this session can enter.
    may_switch: bool,
    theme: Theme,
    notice: Option<Notice>,
    strips: Vec<Strip>,
    counts: Counts,
    crm: &'static str,
    ancestors: String,
    support_url: String,
    agreement: Option<String>,
    look: Look,
    remembers: Option<HeaderValue>,
    /// The database currently accepts no writes.
    read_only: bool,
    now: i64,
}

impl Member {
    /// Whether a control is shown.
    pub fn may(&self, right: Right) -> bool {
        right.is_of(self.role, self.view_as)
    }

    /// 403 with a page that names who has the right, unless this member has it.
    pub fn require(&self, right: Right) -> Result<()> {
        if self.may(right) { Ok(()) } else { Err(Error::Forbidden(LocalizedText::new("said-role"))) }
    }

    /// The CSRF token of this session's forms.
    pub(super) fn csrf(&self) -> &str {
        &self.session.csrf
    }

    /// `amoCRM` or `Kommo`.
    pub fn crm(&self) -> &'static str {
        self.crm
    }

    /// A time in the account's time zone.
    pub fn when(&self, millis: i64) -> When {
        When::new(millis, self.now, self.zone, self.words)
    }

    /// The actor for the audit log.
    pub fn actor(&self) -> Actor {
        let person_id = self.person_id.unwrap_or_default();
        let name = self.name.clone();
        if self.view_as { Actor::Operator { person_id, name } } else { Actor::Member { person_id, name } }
    }

    /// The context of a page's template. `nav`: the navigation entry it belongs to.
    pub fn page(&self, title: impl Title, nav: Nav) -> PageContext {
        PageContext {
            words: self.words,
            title: title.words(self.words, self.crm),
            nonce: token::new(),
            crm: self.crm,
            account: self.tenant.host.clone(),
            name: self.name.clone(),
            role: Some(self.role),
            framed: self.framed,
            looked_at: if self.view_as { self.session.reason.clone() } else { String::new() },
            view_as: self.view_as,
            looks_until: self.session.expires_at,
            theme: self.theme,
            notice: self.notice.clone(),
            strips: self.strips.clone(),
            counts: self.counts,
            support_url: self.support_url.clone(),
            agreement: self.agreement.clone(),
            look: self.look.clone(),
            remembers: self.remembers.clone(),
            not_taken: false,
            read_only: self.read_only,
            may_switch: self.may_switch,
            bound: self.only.is_some() || self.must_enrol,
            language_hrefs: Vec::new(),
            nav,
            csrf_token: masked(&self.session.csrf),
            now: self.now,
            zone: self.zone,
            ancestors: self.ancestors.clone(),
        }
    }

    /// Redirects after an action; the next page shows the notice once.
    pub async fn see_other(&self, app: &PanelContext, path: &str, notice: Notice) -> Result<HttpResponse> {
        let text = serde_json::to_string(&notice).map_err(anyhow::Error::from)?;
        sessions::set_notice(&app.identity, app.store.write(), &self.session, &text).await?;
        Ok(to(path))
    }

    /// Writes an action of this member to the audit log, in the action's transaction.
    pub async fn audit(
        &self,
        app: &PanelContext,
        db: &impl ConnectionTrait,
        action: &'static str,
        object: &str,
        detail: Value,
    ) -> Result<(), DbErr> {
        let actor = self.actor();
        let (tenant_id, address) = (self.tenant.tenant_id, self.address);
        let entry = AuditEntry { tenant_id, actor: &actor, action, object, detail, address, done: true };
        audit::record(app, db, entry).await
    }

    /// A value stored in the session.
    pub fn data<T: DeserializeOwned>(&self, app: &PanelContext, name: &str) -> Option<T> {
        sessions::data(&app.identity, &self.session, name)
    }

    /// Stores a value in the session, encrypted; `None` removes it.
    pub async fn set_data<T: Serialize>(&self, app: &PanelContext, name: &str, value: Option<&T>) -> Result<()> {
        sessions::set_data(&app.identity, &self.session, name, value).await
    }

    /// Whether this session may see the conversation.
    pub fn sees(&self, conversation_id: Uuid) -> bool {
        self.only.is_none_or(|only| only == conversation_id)
    }
}

/// A 303 redirect.
pub(super) fn to(path: &str) -> HttpResponse {
    nothing_kept(StatusCode::SEE_OTHER).insert_header((header::LOCATION, path)).finish()
}

impl FromRequest for Member {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let app = request.app_data::<web::Data<PanelContext>>().ok_or(Error::NotFound)?.clone();
            let Some(session) = realm::session(&request, Realm::Panel).await? else {
                return Err(without_session(&app, &request));
            };
            if session.tenant_id == VENDOR {
                return Err(instead(to("/panel/choose")));
            }
            let Some(member) = of(&app.clone().into_inner(), &request, session).await? else {
                return Err(without_session(&app, &request));
            };
            if let Some(only) = member.only
                && !is_of_conversation(&app, request.match_info().as_str(), member.tenant.tenant_id, only).await?
            {
                return Err(Error::NotFound.into());
            }
            if member.must_enrol && !BEFORE_ENROLMENT.contains(&request.match_info().as_str()) {
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
    let person = person::by_id(db, person_id).await?;
    let Some(person) = person.filter(|person| person.disabled_at.is_none()) else { return Ok(None) };
    let view_as = session.kind == sessions::SessionKind::ViewAs.as_str();
    let role = if view_as {
        Some(MemberRole::Owner).filter(|_| person.is_operator)
    } else {
        let row = member::find(db, session.tenant_id, person_id).await?;
        match row {
            Some(row) => crm_rights::role(app, &session, row).await?,
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
    let (counts, open) = counts::of(app, request, tenant.tenant_id).await?;
    let reader = strips::StripReader { tenant: &tenant, integration: integration.as_deref(), words };
    Ok(Some(Member {
        notice: notice::taken(app, request, &session).await?,
        strips: strips::of(app, request, &reader, &open).await?,
        counts,
        person_id: Some(person_id),
        crm_user_id: session.crm_user_id,
        name: person.name,
        role,
        words,
        zone: Zone::named(&tenant.time_zone),
        view_as,
        framed: realm::is_framed(request),
        address: client_address(request, &app.config.server.trusted_proxies),
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
        read_only: app.is_read_only(),
        now: app.clock.millis(),
        tenant: Arc::new(tenant),
        session,
    }))
}
