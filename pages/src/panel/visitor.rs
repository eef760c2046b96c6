//! Who is signed in, in the panel and in the admin: the person, the session, and what pages of both do with them.

use domain::audit::{Actor, By};
use domain::identity::reauthentication::{self, Reauthentication};
use domain::identity::session::{self as sessions, SessionKind};
use domain::identity::{credentials, password};
use std::net::IpAddr;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use base::browser::client_address;
use base::error::Result;
use base::i18n::{Sentence, Words};
use base::store::finish_tx;
use entity::{person, session};
use sea_orm::{ConnectionTrait, DbErr};
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use super::html::to;
use super::notice::{self, Notice};
use crate::panel::{Answer, PanelContext};

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
        let tx = app.store.write_tx().await?;
        let done = async {
            let holds = credentials::hold_in(&app.identity, &tx, &self.person, &self.session).await?;
            if !holds || !credentials::set_password(&tx, &self.person, &hash, set_in).await? {
                return Ok(false);
            }
            sessions::end_everywhere(&tx, self.person.id, Some(self.session.id)).await?;
            self.audit(app, &tx, action, object, json!({})).await?;
            Ok::<_, DbErr>(true)
        };
        let done = done.await;
        Ok(finish_tx(tx, done).await?)
    }
}

/// Why a form that needs a proof of who sends it goes no further.
pub enum NotProved {
    /// The status of the form, and the error beside its field `current`.
    Refused(StatusCode, Sentence),
    /// The session has ended: the person has to sign in again.
    Ended,
}
