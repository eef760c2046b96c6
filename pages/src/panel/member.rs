//! The signed-in reader: the request's session with its account and role. All pages and all data require it.

use domain::brand::Look;
use domain::identity::realm::masked_csrf;
use domain::identity::realm::{self, FormRejected, LIVE, Realm};
use domain::identity::{credentials, member, person, session as sessions};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use base::config::{Integration, Vendor};
use base::error::{Error, Result};
use base::i18n::{Language, LocalizedText, Sentence, When, Words, Zone};
use base::store::VENDOR;
use entity::{message, session, tenant};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use crate::legal;
use crate::panel::counts::{self, Counts};
use crate::panel::html::{nothing_kept, to};
use crate::panel::navigation::{self, Nav};
use crate::panel::notice::Notice;
use crate::panel::page::{PageContext, Title, remembered};
use crate::panel::strips::{self, Strip};
use crate::panel::theme::Theme;
use crate::panel::visitor::Visitor;
use crate::panel::{Answer, AppData, MemberRole, PanelContext, Right, crm_rights};

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
            bound: here.only.is_some() || here.must_enrol,
            csrf_token: masked_csrf(&self.session.csrf),
            zone: here.zone,
            ancestors: here.ancestors.clone(),
            ..PageContext::bare(Realm::Panel, self.words, title, self.now, self.read_only)
        };
        page.places = navigation::places(&page, nav, here.counts);
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
    let here = InAccount {
        strips: strips::of(app, request, &reader, &open).await?,
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
        answer.headers_mut().insert(header::SET_COOKIE, Realm::Panel.clear(&app.identity, realm::is_framed(request)));
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
