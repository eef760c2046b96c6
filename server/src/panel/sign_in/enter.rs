//! `/panel/enter?ticket=…`: whoever amoCRM vouches for. In a frame the browser may keep no cookie: the next page sees
//! that, and has a fresh ticket for a tab.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use uuid::Uuid;

use super::link::used;
use super::password::framed;
use crate::app::App;
use crate::error::{Error, Result};
use crate::panel::member::{ONLY, to};
use crate::people::door::{self, Door};
use crate::people::session::{self, Kind, New};
use crate::people::ticket::{self, Leads};
use crate::people::{member, token};
use crate::words::{Language, Said};

#[derive(Deserialize)]
pub(super) struct Entering {
    #[serde(default)]
    ticket: String,
}

#[derive(Deserialize)]
pub(super) struct Entered {
    #[serde(default)]
    to: String,
    #[serde(default)]
    again: String,
}

/// `GET /panel/enter?ticket=…`
pub(super) async fn enter(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<Entering>,
) -> Result<HttpResponse> {
    let Some(ticket) = ticket::take(&app, &query.ticket).await? else { return used(&app, &request) };
    let language = Language::of_request(&request);
    let found = member::of_crm_user(&app, ticket.tenant_id, &ticket.user, language).await?;
    let Some((person, _)) = found else { return Err(Error::Forbidden(Said::new("said-access-gone"))) };
    let only = if ticket.user.is_admin { None } else { bound_to(&app, ticket.tenant_id, ticket.leads).await? };
    if only.is_none() && !ticket.user.is_admin && matches!(ticket.leads, Leads::Message(_) | Leads::Conversation(_)) {
        return Err(Error::NotFound);
    }
    if let Some(before) = door::session(&request, Door::Panel).await? {
        session::end(app.store.write(), before.tenant_id, before.id).await?;
    }
    let new = New {
        tenant_id: ticket.tenant_id,
        kind: Kind::Panel,
        person_id: Some(person.id),
        crm_user_id: Some(ticket.user.id),
        is_admin: ticket.user.is_admin,
        via: "ticket",
        language: language.code(),
        reason: "",
    };
    let opened = session::open(&app, app.store.write(), new).await?;
    if let Some(only) = only {
        session::set_data(&app, &opened.row, ONLY, Some(&only)).await?;
    }
    member::seen(&app, ticket.tenant_id, person.id).await?;
    let is_framed = door::is_framed(&request);
    let place = match is_framed {
        true => {
            let mut query =
                url::form_urlencoded::Serializer::for_suffix("/panel/entered?".to_owned(), "/panel/entered?".len());
            query.append_pair("to", &ticket.leads.path());
            query.append_pair("again", &ticket::again(&app, &ticket).await?).finish()
        }
        false => ticket.leads.path(),
    };
    let mut answer = to(&place);
    answer.headers_mut().append(header::SET_COOKIE, Door::Panel.set(&app, &opened.token, is_framed));
    Ok(answer)
}

/// `GET /panel/entered`: whether the cookie of the frame came back.
pub(super) async fn entered(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<Entered>,
) -> Result<HttpResponse> {
    if door::session(&request, Door::Panel).await?.is_some() {
        ticket::take(&app, &query.again).await?;
        return Ok(to(super::into::safe(&query.to)));
    }
    if !token::looks_right(&query.again) {
        return used(&app, &request);
    }
    framed(&app, &request, &format!("/panel/enter?ticket={}", query.again))
}

/// The conversation that a manager came from.
async fn bound_to(app: &App, tenant_id: Uuid, leads: Leads) -> Result<Option<Uuid>> {
    use entity::{conversation, message};
    use sea_orm::{ColumnTrait, QueryFilter};
    let db = app.store.read();
    Ok(match leads {
        Leads::Conversation(id) => {
            let found =
                conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::Id.eq(id)).one(db).await?;
            found.map(|row| row.id)
        }
        Leads::Message(id) => {
            let found = message::Entity::of_tenant(tenant_id).filter(message::Column::Id.eq(id)).one(db).await?;
            found.map(|row| row.conversation_id)
        }
        Leads::Overview | Leads::Sources | Leads::Source(_) => None,
    })
}
