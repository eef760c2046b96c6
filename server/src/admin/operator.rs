//! Operators signed in to the admin. Sessions of the panel are not valid here, and sessions of the admin not there.
//!
//! ```text
//! password │ link ──▶ a session without the second step ──(code)──▶ a new session, `is_admin`
//! ```
//!
//! `is_admin` of an admin session says that the second step was done. Without it only the pages of that step open.

use base::browser::client_address;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use base::i18n::{Language, Words};
use base::store::VENDOR;
use chrono::TimeDelta;
use entity::{person, session};
use sea_orm::ConnectionTrait;
use serde_json::Value;
use uuid::Uuid;

use super::prove;
use super::refused::AdminRefusal;
use crate::audit::{self, Actor, AuditEntry};
use crate::identity::realm::{self, Realm};
use crate::identity::session::SessionKind;
use crate::identity::throttle::AttemptOrigin;
use crate::identity::{person as persons, session as sessions};
use crate::panel::PanelContext;

/// Time within which the second step must follow the first.
const BETWEEN_STEPS: TimeDelta = TimeDelta::minutes(10);

/// An operator who has passed both steps.
#[derive(Clone, Debug)]
pub struct Operator(pub AdminVisitor);

/// An operator who has passed only the first step.
#[derive(Clone, Debug)]
pub struct HalfWay(pub AdminVisitor);

/// The person behind a session of the admin.
#[derive(Clone, Debug)]
pub struct AdminVisitor {
    pub person: person::Model,
    pub session: Arc<session::Model>,
    pub words: Words,
    pub address: Option<IpAddr>,
    /// The origin by which attempts are counted.
    pub origin: AttemptOrigin,
}

impl AdminVisitor {
    pub fn actor(&self) -> Actor {
        Actor::Operator { person_id: self.person.id, name: self.shown_name().to_owned() }
    }

    /// The name, or the e-mail if there is no name.
    pub fn shown_name(&self) -> &str {
        if self.person.name.is_empty() { &self.person.email } else { &self.person.name }
    }

    /// Records an action of this operator, or a refused one.
    pub async fn note(
        &self,
        app: &PanelContext,
        db: &impl ConnectionTrait,
        (tenant_id, action, object): (Uuid, &'static str, &str),
        detail: Value,
        done: bool,
    ) -> Result<(), sea_orm::DbErr> {
        let actor = self.actor();
        let deed = AuditEntry { tenant_id, actor: &actor, action, object, detail, address: self.address, done };
        audit::record(app, db, deed).await
    }

    /// Records an action in the vendor's log only.
    pub async fn note_own(
        &self,
        app: &PanelContext,
        (action, object): (&'static str, &str),
        detail: Value,
    ) -> Result<(), sea_orm::DbErr> {
        self.note(app, app.store.write(), (VENDOR, action, object), detail, true).await
    }

    /// Records an action in the account's log and in the vendor's.
    pub async fn note_both(
        &self,
        app: &PanelContext,
        tenant_id: Uuid,
        action: &'static str,
        detail: Value,
    ) -> Result<(), sea_orm::DbErr> {
        let object = tenant_id.to_string();
        let tx = app.store.write_tx().await?;
        self.note(app, &tx, (tenant_id, action, &object), detail.clone(), true).await?;
        self.note(app, &tx, (VENDOR, action, &object), detail, true).await?;
        tx.commit().await
    }
}

impl FromRequest for Operator {
    type Error = AdminRefusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AdminRefusal>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            match visitor(&request).await? {
                Some(visitor) if visitor.session.is_admin => Ok(Self(visitor)),
                Some(_) => Err(AdminRefusal::SecondStep),
                None => Err(without_session(&request).await?),
            }
        })
    }
}

impl FromRequest for HalfWay {
    type Error = AdminRefusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AdminRefusal>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            match visitor(&request).await? {
                Some(visitor) if visitor.session.is_admin => Err(AdminRefusal::SignedIn),
                Some(visitor) => Ok(Self(visitor)),
                None => Err(without_session(&request).await?),
            }
        })
    }
}

/// The access check before every page: all but public pages need a session, all but the second step's need both steps,
/// and some need a fresh proof of who it is. It runs before all extractors, so that a refused form is not read.
pub async fn gate(request: &HttpRequest) -> Result<(), AdminRefusal> {
    let path = request.match_info().as_str().strip_prefix("/admin").unwrap_or_default();
    if ["/sign-in", "/sign-in/link", "/link"].contains(&path) || path.starts_with("/assets/") {
        return Ok(());
    }
    let Some(visitor) = visitor(request).await? else { return Err(without_session(request).await?) };
    if visitor.session.is_admin {
        let app = app(request)?;
        prove::gate(&app, &visitor, request.method(), request.match_info().as_str())
    } else if ["/code", "/enrol", "/sign-out"].contains(&path) {
        Ok(())
    } else {
        Err(AdminRefusal::SecondStep)
    }
}

/// The operator of the admin's session cookie, if the person still is one.
async fn visitor(request: &HttpRequest) -> Result<Option<AdminVisitor>, AdminRefusal> {
    let app = app(request)?;
    let Some(session) = realm::session(request, Realm::Admin).await? else { return Ok(None) };
    if !session.is_admin && app.clock.millis() >= session.created_at.saturating_add(BETWEEN_STEPS.num_milliseconds()) {
        return Ok(None);
    }
    let Some(person_id) = session.person_id else { return Ok(None) };
    let person = persons::by_id(app.store.read(), person_id).await?;
    let person = person.filter(|person| person.is_operator && person.disabled_at.is_none());
    Ok(person.map(|person| AdminVisitor {
        session,
        words: Words::new(Language::of_operator(request)),
        address: client_address(request, &app.config.server.trusted_proxies),
        origin: AttemptOrigin::of(request, &app.identity).known_as(&person.email),
        person,
    }))
}

/// A request without a session: for members of a tenant the admin does not exist; others are redirected to the sign-in.
async fn without_session(request: &HttpRequest) -> Result<AdminRefusal, AdminRefusal> {
    let app = app(request)?;
    if let Some(token) = Realm::Panel.token(&app.identity, request)
        && sessions::find(&app.identity, &token, &[SessionKind::Panel]).await?.is_some()
    {
        return Ok(AdminRefusal::NotThere);
    }
    Ok(AdminRefusal::SignIn)
}

fn app(request: &HttpRequest) -> Result<web::Data<PanelContext>, AdminRefusal> {
    request.app_data::<web::Data<PanelContext>>().cloned().ok_or(AdminRefusal::NotThere)
}
