//! Operators signed in to the admin. Sessions of the panel are not valid here, and sessions of the admin not there.
//!
//! ```text
//! password │ link ──▶ a session without the second step ──(code)──▶ a new session, `is_admin`
//! ```
//!
//! `is_admin` of an admin session says that the second step was done. Without it only the pages of that step open.
//! Before they change integrations, channels, operators and plans, operators prove again who they are: a session that was
//! left open is not enough. The proof counts for ten minutes of its session.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::{Method, StatusCode, header};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use askama::Template;
use base::error::{Error, Result};
use base::i18n::{Language, Sentence, Words};
use base::store::{VENDOR, in_transaction};
use chrono::TimeDelta;
use domain::alert;
use domain::delivery::read::dead;
use domain::delivery::read::figures::hours_begin;
use domain::identity::realm::{self, Realm};
use domain::identity::session::SessionKind;
use domain::identity::throttle::AttemptOrigin;
use domain::identity::{Form, person as persons, session as sessions};
use domain::tenant::TenantStatus;
use entity::{alert as alert_rows, person, session, tenant};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;
use uuid::Uuid;

use super::states::{away_accounts, in_state};
use crate::panel::{
    Answer, AppData, MOST_COUNTED, NotProved, PageContext, PanelContext, Visitor, counted_title, html_as, instead,
    named, said, to as redirect,
};

/// Where requests without a session are redirected, and those without the second step.
pub const SIGN_IN: &str = "/admin/sign-in";
const SECOND_STEP: &str = "/admin/code";
/// Time within which the second step must follow the first.
const BETWEEN_STEPS: TimeDelta = TimeDelta::minutes(10);

/// An operator who has passed only the first step.
#[derive(Clone, Debug)]
pub struct HalfWay(pub AdminVisitor);

/// The person behind a session of the admin. As an argument of a handler: an operator who has passed both steps.
pub type AdminVisitor = Visitor<InAdmin>;

/// What the admin knows of its visitor.
#[derive(Clone, Debug)]
pub struct InAdmin {
    /// The origin by which attempts are counted.
    pub origin: AttemptOrigin,
    /// What needs attention, for the menu and the title.
    pub counts: AdminCounts,
    /// A fresh proof of who it is was given.
    pub is_proved: bool,
}

impl AdminVisitor {
    /// Records an action in the account's log and in the vendor's.
    pub async fn note_both(
        &self,
        app: &PanelContext,
        tenant_id: Uuid,
        action: &'static str,
        detail: Value,
    ) -> Result<(), DbErr> {
        in_transaction(&app.store, async |tx| self.note_both_in(app, tx, tenant_id, action, detail).await).await
    }

    /// [`AdminVisitor::note_both`] in the action's transaction.
    pub async fn note_both_in(
        &self,
        app: &PanelContext,
        db: &impl ConnectionTrait,
        tenant_id: Uuid,
        action: &'static str,
        detail: Value,
    ) -> Result<(), DbErr> {
        let object = tenant_id.to_string();
        self.by().did(app, db, action, (tenant_id, &object), detail.clone()).await?;
        self.audit(app, db, action, &object, detail).await
    }
}

impl FromRequest for AdminVisitor {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { after(&request, Steps::Both).await })
    }
}

impl FromRequest for HalfWay {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(after(&request, Steps::First).await?)) })
    }
}

/// Steps of the sign-in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Steps {
    First,
    Both,
}

/// The operator who has passed these steps; others are redirected to where they can go on.
async fn after(request: &HttpRequest, steps: Steps) -> Result<AdminVisitor, actix_web::Error> {
    let Some((session, person)) = current(request).await? else { return Err(without_session(request).await?) };
    match (session.is_admin, steps) {
        (true, Steps::First) => Err(elsewhere("/admin")),
        (false, Steps::Both) => Err(elsewhere(SECOND_STEP)),
        _ => Ok(visitor(request, session, person).await?),
    }
}

/// The access check before every page: all but public pages need a session, all but the second step's need both steps,
/// and some need a fresh proof of who it is. It runs before all extractors, so that a refused form is not read.
pub async fn gate(request: &HttpRequest) -> Result<(), actix_web::Error> {
    let path = request.match_info().as_str().strip_prefix("/admin").unwrap_or_default();
    if ["/sign-in", "/sign-in/link", "/link"].contains(&path) || path.starts_with("/assets/") {
        return Ok(());
    }
    let Some((session, _)) = current(request).await? else { return Err(without_session(request).await?) };
    if session.is_admin {
        let app = app(request)?;
        refuse_unproved(&app, &session, request.method(), request.match_info().as_str())
    } else if ["/code", "/enrol", "/sign-out"].contains(&path) {
        Ok(())
    } else {
        Err(elsewhere(SECOND_STEP))
    }
}

/// The session of the admin's cookie and its person, if they still are an operator.
async fn current(request: &HttpRequest) -> Result<Option<(Arc<session::Model>, person::Model)>> {
    let app = app(request)?;
    let Some(session) = realm::session(request, Realm::Admin).await? else { return Ok(None) };
    if !session.is_admin && app.clock.millis() >= session.created_at.saturating_add(BETWEEN_STEPS.num_milliseconds()) {
        return Ok(None);
    }
    let Some(person_id) = session.person_id else { return Ok(None) };
    let person = persons::by_id(app.store.read(), person_id).await?;
    let person = person.filter(|person| person.is_operator && person.disabled_at.is_none());
    Ok(person.map(|person| (session, person)))
}

async fn visitor(request: &HttpRequest, session: Arc<session::Model>, person: person::Model) -> Result<AdminVisitor> {
    let app = app(request)?;
    let here = InAdmin {
        origin: AttemptOrigin::of(request, &app.identity).known_as(&person.email),
        counts: if session.is_admin { count_all(&app).await } else { AdminCounts::default() },
        is_proved: is_proved(&app, &session),
    };
    let words = Words::new(Language::of_operator(request));
    let name = named(&person);
    Ok(AdminVisitor { name, ..Visitor::of(&app, request, session, person, words, here).await? })
}

/// A request without a session: for members of a tenant the admin does not exist; others are redirected to the sign-in.
async fn without_session(request: &HttpRequest) -> Result<actix_web::Error> {
    let app = app(request)?;
    if let Some(token) = Realm::Panel.token(&app.identity, request)
        && sessions::find(&app.identity, &token, &[SessionKind::Panel]).await?.is_some()
    {
        return Err(Error::NotFound);
    }
    Ok(elsewhere(SIGN_IN))
}

/// A redirect in the place of a page.
pub(super) fn elsewhere(path: &str) -> actix_web::Error {
    let mut answer = HttpResponse::SeeOther();
    instead(answer.insert_header((header::LOCATION, path)).insert_header((header::CACHE_CONTROL, "no-store")).finish())
}

fn app(request: &HttpRequest) -> Result<AppData> {
    request.app_data::<AppData>().cloned().ok_or(Error::NotFound)
}

/// States in which an account's own people, or the vendor, must do something.
const TROUBLED: [TenantStatus; 3] = [TenantStatus::NeedsReauth, TenantStatus::Unpaid, TenantStatus::Blocked];

/// The accounts in one of these states.
pub(super) fn is_troubled() -> Condition {
    TROUBLED.into_iter().fold(Condition::any(), |all, state| all.add(in_state(state)))
}

/// How many accounts need attention: they are in one of these states, have open alerts, or their amoCRM does not answer.
pub async fn count_needing_attention(db: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let open = Query::select()
        .column(alert_rows::Column::TenantId)
        .from(alert_rows::Entity)
        .and_where(alert_rows::Column::ResolvedAt.is_null())
        .to_owned();
    let needing = is_troubled().add(tenant::Column::TenantId.in_subquery(open));
    let needing = needing.add(tenant::Column::TenantId.in_subquery(away_accounts()));
    tenant::Entity::find().filter(needing).filter(tenant::Column::TenantId.ne(VENDOR)).count(db).await
}

/// The counts of the whole service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AdminCounts {
    /// Accounts that need attention.
    pub accounts: u64,
    /// Undelivered messages of all accounts.
    pub undelivered: u64,
    /// The vendor's own open alerts.
    pub alerts: u64,
}

impl AdminCounts {
    /// The count of a menu entry, as it is shown, and in words for screen readers by this key.
    pub fn of_entry(self, href: &str) -> Option<(u64, &'static str)> {
        let (count, key) = match href {
            "/admin/accounts" => (self.accounts, "admin-count-accounts"),
            "/admin/undelivered" => (self.undelivered, "nav-count-undelivered"),
            "/admin/alerts" => (self.alerts, "nav-count-alerts"),
            _ => return None,
        };
        (count > 0).then_some((count, key))
    }

    /// The number in the window's title; empty if nothing needs attention.
    pub fn title(self) -> String {
        counted_title(self.accounts + self.undelivered + self.alerts)
    }
}

/// Three statements for each page; of letters no more are counted than are shown. A page must not fail because of its menu.
pub async fn count_all(app: &PanelContext) -> AdminCounts {
    try_count(app).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the numbers in the admin's menu could not be counted");
        AdminCounts::default()
    })
}

async fn try_count(app: &PanelContext) -> Result<AdminCounts, DbErr> {
    let db = app.store.read();
    let most = i64::try_from(MOST_COUNTED).unwrap_or(i64::MAX);
    let undelivered = dead::undelivered_of_all(db, hours_begin(app.clock.millis()), most).await?;
    Ok(AdminCounts {
        accounts: count_needing_attention(db).await?,
        undelivered: u64::try_from(undelivered.messages).unwrap_or_default(),
        alerts: alert::count_open(db, VENDOR).await?,
    })
}

const PROVE: &str = "/admin/prove";
/// The name under which the session stores until when the proof counts, in milliseconds since 1970.
const UNTIL: &str = "proved_until";
/// For how long it does.
const LIFE: TimeDelta = TimeDelta::minutes(10);

#[derive(Template)]
#[template(path = "admin/prove.html")]
struct ProvePage {
    page: PageContext,
    /// Where to continue.
    to: String,
    wrong: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProveQuery {
    #[serde(default)]
    to: String,
    /// The page's language.
    #[serde(default, rename = "lang")]
    _lang: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProveForm {
    /// The current password, or a code of the authenticator.
    current: SecretString,
    to: String,
}

fn is_proved(app: &PanelContext, session: &session::Model) -> bool {
    let until: Option<i64> = sessions::data(&app.identity, session, UNTIL);
    until.is_some_and(|until| until > app.clock.millis())
}

/// Refuses what needs a proof while there is none.
pub(super) fn refuse_unproved(
    app: &PanelContext,
    session: &session::Model,
    method: &Method,
    path: &str,
) -> Result<(), actix_web::Error> {
    if !needs(method, path) || is_proved(app, session) {
        return Ok(());
    }
    let to: String = byte_serialize(page_of(method, path).as_bytes()).collect();
    Err(elsewhere(&format!("{PROVE}?to={to}")))
}

/// Whether a page or a form below `/admin` needs a proof. A form that is filled in needs it before it is shown.
fn needs(method: &Method, path: &str) -> bool {
    match parts_of(path).as_slice() {
        // It asks, and changes nothing.
        ["integrations", _, "look"] => false,
        ["integrations", ..] | ["operators", _, ..] => true,
        ["operators"] | ["accounts", _, "plan"] => *method != Method::GET,
        _ => false,
    }
}

/// The page with the form: forms are sent again after the proof.
fn page_of(method: &Method, path: &str) -> String {
    match parts_of(path).as_slice() {
        _ if *method == Method::GET => path.to_owned(),
        ["integrations", ..] => "/admin/channels".to_owned(),
        ["accounts", id, ..] => format!("/admin/accounts/{id}/plan"),
        _ => "/admin/operators".to_owned(),
    }
}

fn parts_of(path: &str) -> Vec<&str> {
    path.trim_start_matches("/admin").split('/').filter(|part| !part.is_empty()).collect()
}

/// Asks for the password or a code.
pub async fn show_prove(visitor: AdminVisitor, query: web::Query<ProveQuery>) -> Answer {
    prove_page(&visitor, StatusCode::OK, &query.to, None)
}

/// Checks it and leads on.
pub async fn prove(app: AppData, visitor: AdminVisitor, form: Form<ProveForm>) -> Answer {
    let ProveForm { current, to } = form.0;
    match visitor.prove(&app, current, "operator.proved").await? {
        None => {
            let until = app.clock.millis().saturating_add(LIFE.num_milliseconds());
            visitor.set_data(&app, UNTIL, Some(&until)).await?;
            let object = visitor.person.id.to_string();
            visitor.audit(&app, app.store.write(), "operator.proved", &object, json!({})).await?;
            Ok(redirect(safe(&to)))
        }
        Some(NotProved::Refused(status, wrong)) => prove_page(&visitor, status, &to, Some(wrong)),
        Some(NotProved::Ended) => Ok(redirect(SIGN_IN)),
    }
}

/// A page of the admin; anything else leads to its overview.
fn safe(to: &str) -> &str {
    let is_page = to.starts_with("/admin/") && to.bytes().all(|byte| byte.is_ascii_graphic());
    if is_page { to } else { "/admin" }
}

fn prove_page(visitor: &AdminVisitor, status: StatusCode, to: &str, wrong: Option<Sentence>) -> Answer {
    let page = visitor.page("admin-prove", "").with_error_if(wrong.is_some());
    html_as(status, &page, &ProvePage { to: safe(to).to_owned(), wrong: said(wrong), page: page.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_that_change_integrations_operators_and_plans_need_a_proof() {
        let (get, post) = (Method::GET, Method::POST);
        for (method, path, page) in [
            (&get, "/admin/integrations", "/admin/integrations"),
            (&post, "/admin/integrations", "/admin/channels"),
            (&get, "/admin/integrations/main/channels/1", "/admin/integrations/main/channels/1"),
            (&post, "/admin/integrations/main/channels/1/remove", "/admin/channels"),
            (&post, "/admin/operators", "/admin/operators"),
            (&post, "/admin//operators/7/link", "/admin/operators"),
            (&get, "/admin/operators/7/disable", "/admin/operators/7/disable"),
            (&post, "/admin/accounts/7/plan", "/admin/accounts/7/plan"),
        ] {
            assert!(needs(method, path), "{method} {path}");
            assert_eq!(page_of(method, path), page);
        }
        for (method, path) in [
            (&get, "/admin/operators"),
            (&get, "/admin/channels"),
            (&post, "/admin/accounts/7/notes"),
            (&post, "/admin/prove"),
            (&get, "/admin"),
        ] {
            assert!(!needs(method, path), "{method} {path}");
        }
    }

    #[test]
    fn it_leads_to_pages_of_the_admin_only() {
        assert_eq!(safe("/admin/operators"), "/admin/operators");
        for other in ["", "//evil.example", "https://evil.example", "/panel", "/admin/a b", "/admin/\r\nx", "/adminx"] {
            assert_eq!(safe(other), "/admin", "{other}");
        }
    }
}
