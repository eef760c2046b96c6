//! Tickets: short-lived, single-use entry to the panel for users that amoCRM vouches for, without a password.

use actix_web::HttpRequest;
use base::browser::client_address;
use base::error::Result;
use base::store::directory;
use chrono::TimeDelta;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{realm, session};
use crate::identity::IdentityContext;

/// The widget opens it at once.
const FROM_WIDGET: TimeDelta = TimeDelta::minutes(1);
/// Long enough to read a page first.
const FROM_PAGE: TimeDelta = TimeDelta::minutes(10);

/// A user of the account, as reported by amoCRM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketUser {
    pub id: i64,
    /// Empty if unknown.
    pub name: String,
    /// An administrator of the account.
    pub is_admin: bool,
}

/// The page that a ticket opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketTarget {
    Overview,
    Sources,
    Source(Uuid),
    /// Where a source is connected again.
    Access(Uuid),
    /// The look of a site's chat.
    Design(Uuid),
    Message(Uuid),
    Conversation(Uuid),
    /// Connecting a line of this kind on the messenger's own page.
    Connect(String),
    /// The same for a source that needs new access.
    ConnectAgain(Uuid),
}

impl TicketTarget {
    /// The page's path.
    pub fn path(&self) -> String {
        match self {
            Self::Overview => "/panel".to_owned(),
            Self::Sources => "/panel/sources".to_owned(),
            Self::Source(id) => format!("/panel/sources/{id}"),
            Self::Access(id) => format!("/panel/sources/{id}/access"),
            Self::Design(id) => format!("/panel/sources/{id}/access?tab=appearance"),
            Self::Message(id) => format!("/panel/messages/{id}"),
            Self::Conversation(id) => format!("/panel/conversations/{id}"),
            Self::Connect(kind) => format!("/panel/sources/new/{kind}/consent"),
            Self::ConnectAgain(id) => format!("/panel/sources/{id}/consent"),
        }
    }
}

/// The browser that requested a ticket, identified by its network and `User-Agent`. Used when amoCRM's page sends no
/// referrer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Asker(String);

impl Asker {
    /// `None` if the request does not identify it.
    pub fn of(request: &HttpRequest, app: &IdentityContext) -> Option<Self> {
        let (address, agent) = (client_address(request, &app.config.server.trusted_proxies)?, realm::agent(request));
        let shown = || Self(session::hash(&format!("{}\n{agent}", realm::network_of(address))));
        (!agent.is_empty()).then(shown)
    }
}

/// The content of a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub tenant_id: Uuid,
    pub user: TicketUser,
    pub leads: TicketTarget,
    /// The browser it was made for; `None` if it is shown on a page or in a terminal.
    pub asked_by: Option<Asker>,
}

#[derive(Serialize, Deserialize)]
struct TicketData {
    user: TicketUser,
    leads: TicketTarget,
    asked_by: Option<Asker>,
}

/// A ticket for a link on a page of ours: valid ten minutes, leads to the overview. The page links
/// `/panel/enter?ticket=…`.
pub async fn issue(
    app: &IdentityContext,
    tenant_id: Uuid,
    crm_user_id: i64,
    name: &str,
    is_admin: bool,
) -> Result<String> {
    let user = TicketUser { id: crm_user_id, name: name.to_owned(), is_admin };
    let ticket = Ticket { tenant_id, user, leads: TicketTarget::Overview, asked_by: None };
    enter(app, app.store.write(), &ticket, FROM_PAGE.num_milliseconds()).await
}

/// The complete address for the widget to open at once: valid one minute.
pub async fn url(app: &IdentityContext, tenant_id: Uuid, user: &TicketUser, leads: &TicketTarget) -> Result<String> {
    url_for(app, tenant_id, user, leads, None).await
}

/// [`url`] for the requesting browser.
pub async fn url_for(
    app: &IdentityContext,
    tenant_id: Uuid,
    user: &TicketUser,
    leads: &TicketTarget,
    asked_by: Option<Asker>,
) -> Result<String> {
    let ticket = Ticket { tenant_id, user: user.clone(), leads: leads.clone(), asked_by };
    let token = enter(app, app.store.write(), &ticket, FROM_WIDGET.num_milliseconds()).await?;
    Ok(format!("{}/panel/enter?ticket={token}", app.public_url()))
}

/// The address for a link on a page of ours: valid ten minutes.
pub async fn url_of_page(
    app: &IdentityContext,
    tenant_id: Uuid,
    user: &TicketUser,
    leads: TicketTarget,
) -> Result<String> {
    let ticket = Ticket { tenant_id, user: user.clone(), leads, asked_by: None };
    let token = enter(app, app.store.write(), &ticket, FROM_PAGE.num_milliseconds()).await?;
    Ok(format!("/panel/enter?ticket={token}"))
}

/// A new copy of a ticket that could not be used where it was opened.
pub async fn reissue(app: &IdentityContext, ticket: &Ticket) -> Result<String> {
    enter(app, app.store.write(), ticket, FROM_PAGE.num_milliseconds()).await
}

async fn enter(app: &IdentityContext, db: &impl ConnectionTrait, ticket: &Ticket, life: i64) -> Result<String> {
    let token = session::new_token();
    let note = TicketData { user: ticket.user.clone(), leads: ticket.leads.clone(), asked_by: ticket.asked_by.clone() };
    let entry = directory::DirectoryEntry {
        tenant_id: ticket.tenant_id,
        id: ticket.tenant_id,
        note: serde_json::to_string(&note).map_err(anyhow::Error::from)?,
        expires_at: Some(app.clock.millis() + life),
    };
    directory::enter(db, directory::IdKind::Ticket, &session::hash(&token), entry).await?;
    Ok(token)
}

/// The content of a ticket, which stays valid.
pub async fn look(app: &IdentityContext, token: &str) -> Result<Option<Ticket>> {
    if !session::is_token_shaped(token) {
        return Ok(None);
    }
    let now = app.clock.millis();
    let found = directory::find(app.store.read(), directory::IdKind::Ticket, &session::hash(token), now).await?;
    Ok(found.and_then(read))
}

/// Consumes a ticket: of two callers only one gets it.
pub async fn take(app: &IdentityContext, token: &str) -> Result<Option<Ticket>> {
    if !session::is_token_shaped(token) {
        return Ok(None);
    }
    let now = app.clock.millis();
    let taken = directory::take(app.store.write(), directory::IdKind::Ticket, &session::hash(token), now).await?;
    Ok(taken.and_then(read))
}

fn read(entry: directory::DirectoryEntry) -> Option<Ticket> {
    let note: TicketData = serde_json::from_str(&entry.note).ok()?;
    Some(Ticket { tenant_id: entry.tenant_id, user: note.user, leads: note.leads, asked_by: note.asked_by })
}
