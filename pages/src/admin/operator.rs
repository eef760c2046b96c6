//! Operators signed in to the admin. Sessions of the panel are not valid here, and sessions of the admin not there.
//!
//! ```text
//! password │ link ──▶ a session without the second step ──(code)──▶ a new session, `is_admin`
//! ```
//!
//! `is_admin` of an admin session says that the second step was done. Without it only the pages of that step open.

use domain::identity::realm::{self, Realm};
use domain::identity::session::SessionKind;
use domain::identity::throttle::AttemptOrigin;
use domain::identity::{person as persons, session as sessions};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use base::error::{Error, Result};
use base::i18n::{Language, Words};
use chrono::TimeDelta;
use entity::{person, session};
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::Value;
use uuid::Uuid;

use super::counts::{self, AdminCounts};
use super::prove;
use crate::panel::{AppData, PanelContext, Visitor, instead, named};

/// Where requests without a session are redirected, and those without the second step.
pub const SIGN_IN: &str = "/admin/sign-in";
const SECOND_STEP: &str = "/admin/code";
/// Time within which the second step must follow the first.
const BETWEEN_STEPS: TimeDelta = TimeDelta::minutes(10);

/// An operator who has passed both steps.
#[derive(Clone, Debug)]
pub struct Operator(pub AdminVisitor);

/// An operator who has passed only the first step.
#[derive(Clone, Debug)]
pub struct HalfWay(pub AdminVisitor);

/// The person behind a session of the admin.
pub type AdminVisitor = Visitor<InAdmin>;

/// What the admin knows of its visitor.
#[derive(Clone, Debug)]
pub struct InAdmin {
    /// The origin by which attempts are counted.
    pub origin: AttemptOrigin,
    /// What needs attention, for the menu and the title.
    pub counts: AdminCounts,
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
        let tx = app.store.write_tx().await?;
        self.note_both_in(app, &tx, tenant_id, action, detail).await?;
        tx.commit().await
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

impl FromRequest for Operator {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(after(&request, Steps::Both).await?)) })
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
    let Some((session, person)) = opened(request).await? else { return Err(without_session(request).await?) };
    match (session.is_admin, steps) {
        (true, Steps::First) => Err(elsewhere("/admin/accounts")),
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
    let Some((session, _)) = opened(request).await? else { return Err(without_session(request).await?) };
    if session.is_admin {
        let app = app(request)?;
        prove::gate(&app, &session, request.method(), request.match_info().as_str())
    } else if ["/code", "/enrol", "/sign-out"].contains(&path) {
        Ok(())
    } else {
        Err(elsewhere(SECOND_STEP))
    }
}

/// The session of the admin's cookie and its person, if they still are an operator.
async fn opened(request: &HttpRequest) -> Result<Option<(Arc<session::Model>, person::Model)>> {
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
        counts: if session.is_admin { counts::all(&app).await } else { AdminCounts::default() },
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
