//! `/panel/enter?ticket=…`: entry for amoCRM users. From the widget one click opens the panel; if another person is
//! signed in, or another site links here, a button asks for confirmation. In a frame the browser may refuse cookies:
//! the next page detects that and offers a fresh ticket for a new tab.

use base::browser::client_address;
use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, web};
use base::error::{Error, Result};
use base::i18n::{Language, LocalizedText};
use base::store::finish_tx;
use entity::{session as session_row, tenant as tenant_row};
use serde::Deserialize;
use serde_json::json;
use url::Url;
use uuid::Uuid;

use super::into::named;
use super::link::{OpenLinkPage, refuse, used};
use super::password::framed;
use crate::audit::{Actor, By};
use crate::identity::form::masked;
use crate::identity::realm::{self, Realm};
use crate::identity::session::{self, NewSession, SessionKind};
use crate::identity::ticket::{self, Asker, Ticket, TicketTarget};
use crate::identity::{AnyForm, member, token};
use crate::panel::PanelContext;
use crate::panel::member::ONLY;
use crate::panel::to;
use crate::panel::{Answer, AppData, PageContext};
use crate::tenant;

#[derive(Deserialize)]
pub(super) struct Entering {
    #[serde(default)]
    ticket: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TicketForm {
    ticket: String,
}

#[derive(Deserialize)]
pub(super) struct EnterQuery {
    #[serde(default)]
    to: String,
    #[serde(default)]
    again: String,
}

/// `GET /panel/enter?ticket=…`: opens the ticket's session at once if that is safe, otherwise asks.
pub(super) async fn show(app: AppData, request: HttpRequest, query: web::Query<Entering>) -> Answer {
    let Some(ticket) = ticket::look(&app.identity, &query.ticket).await? else {
        return refuse(&app, &request, &query.ticket);
    };
    let alive = realm::session(&request, Realm::Panel).await?;
    // The same amoCRM user opens the panel from the widget again.
    let is_same = |row: &Arc<session_row::Model>| {
        let user = row.crm_user_id == Some(ticket.user.id);
        row.tenant_id == ticket.tenant_id && user && row.via == session::TICKET
    };
    let other = alive.as_ref().is_some_and(|row| !is_same(row));
    let tenant = tenant::load(app.store.read(), ticket.tenant_id).await?.ok_or(Error::NotFound)?;
    if !other && is_expected(&app, &request, &tenant, &ticket) {
        return open(&app, &request, &query.ticket).await;
    }
    let integration = app.integrations.named(&tenant.integration);
    let page = PageContext::outside(&app, &request, "enter-title").of_brand(&app, integration.as_deref());
    let mut page =
        page.within(integration.as_ref().map_or("'none'".to_owned(), |one| one.ancestors(Some(&tenant.host))));
    let key = if other { "enter-instead" } else { "enter-text" };
    let text = page.words.text(key).with("account", tenant.host.as_str()).with("name", ticket.user.name).to_string();
    page.csrf_token = alive.map(|row| masked(&row.csrf)).unwrap_or_default();
    OpenLinkPage::new(page, ("/panel/enter", "ticket"), query.ticket.clone(), text, "enter-button").shown()
}

/// `POST /panel/enter`
pub(super) async fn enter(app: AppData, request: HttpRequest, form: AnyForm<TicketForm>) -> Answer {
    open(&app, &request, &form.ticket).await
}

/// Whether the navigation started where tickets come from: one of our pages, the address bar, or a page of amoCRM.
/// Otherwise another site could use a link to sign its visitors in as another person.
fn is_expected(app: &PanelContext, request: &HttpRequest, tenant: &tenant_row::Model, ticket: &Ticket) -> bool {
    let text = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    if text("sec-fetch-site").is_none_or(|site| matches!(site, "none" | "same-origin")) {
        return true;
    }
    let from = text("origin").filter(|origin| *origin != "null").or_else(|| text("referer"));
    match from.filter(|from| !from.is_empty()) {
        Some(from) => Url::parse(from).is_ok_and(|from| tenant::is_account_page(&app.tenants, tenant, &from)),
        // The referrer is missing. Cookies of frames are partitioned (`Partitioned`), and only amoCRM's pages may frame
        // this one; a tab opens only in the browser that requested the ticket less than a minute ago.
        None => {
            realm::is_framed(request)
                || ticket.asked_by.is_some() && ticket.asked_by == Asker::of(request, &app.identity)
        }
    }
}

async fn open(app: &PanelContext, request: &HttpRequest, token: &str) -> Answer {
    let Some(ticket) = ticket::take(&app.identity, token).await? else { return refuse(app, request, token) };
    let language = Language::of_request(request);
    let found = member::of_crm_user(&app.identity, ticket.tenant_id, &ticket.user, language).await?;
    let Some((person, _)) = found else { return Err(Error::Forbidden(LocalizedText::new("said-access-gone"))) };
    let only = if ticket.user.is_admin { None } else { bound_to(app, ticket.tenant_id, &ticket.leads).await? };
    if only.is_none()
        && !ticket.user.is_admin
        && matches!(ticket.leads, TicketTarget::Message(_) | TicketTarget::Conversation(_))
    {
        return Err(Error::NotFound);
    }
    let before = realm::session(request, Realm::Panel).await?;
    let new = NewSession {
        tenant_id: ticket.tenant_id,
        kind: SessionKind::Panel,
        person_id: Some(person.id),
        crm_user_id: Some(ticket.user.id),
        is_admin: ticket.user.is_admin,
        via: session::TICKET,
        language: language.code(),
        reason: "",
    };
    let by = By {
        actor: Actor::Member { person_id: person.id, name: named(&person) },
        address: client_address(request, &app.config.server.trusted_proxies),
    };
    let tx = app.store.write_tx().await?;
    let opened = async {
        if let Some(before) = &before {
            session::end(&tx, before.tenant_id, before.id).await?;
        }
        let detail = json!({ "via": session::TICKET, "crm_user": ticket.user.id });
        by.did(app, &tx, "member.signed_in", (ticket.tenant_id, ""), detail).await?;
        session::open(&app.identity, &tx, new).await
    };
    let opened = opened.await;
    let opened = finish_tx(tx, opened).await?;
    if let Some(only) = only {
        session::set_data(&app.identity, &opened.row, ONLY, Some(&only)).await?;
    }
    member::seen(&app.identity, ticket.tenant_id, person.id).await?;
    let is_framed = realm::is_framed(request);
    let place = match is_framed {
        true => {
            let mut query =
                url::form_urlencoded::Serializer::for_suffix("/panel/entered?".to_owned(), "/panel/entered?".len());
            query.append_pair("to", &ticket.leads.path());
            query.append_pair("again", &ticket::reissue(&app.identity, &ticket).await?).finish()
        }
        false => ticket.leads.path(),
    };
    let mut answer = to(&place);
    answer.headers_mut().append(header::SET_COOKIE, Realm::Panel.set(&app.identity, &opened.token, is_framed));
    Ok(answer)
}

/// `GET /panel/entered`: checks whether the browser returned the frame's cookie.
pub(super) async fn entered(app: AppData, request: HttpRequest, query: web::Query<EnterQuery>) -> Answer {
    if realm::session(&request, Realm::Panel).await?.is_some() {
        ticket::take(&app.identity, &query.again).await?;
        return Ok(to(super::into::safe(&query.to)));
    }
    if !token::looks_right(&query.again) {
        return used(&app, &request);
    }
    framed(&app, &request, &format!("/panel/enter?ticket={}", query.again))
}

/// The conversation from which a manager came.
async fn bound_to(app: &PanelContext, tenant_id: Uuid, leads: &TicketTarget) -> Result<Option<Uuid>> {
    use entity::{conversation, message};
    use sea_orm::{ColumnTrait, QueryFilter};
    let db = app.store.read();
    Ok(match leads {
        TicketTarget::Conversation(id) => {
            let found =
                conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::Id.eq(*id)).one(db).await?;
            found.map(|row| row.id)
        }
        TicketTarget::Message(id) => {
            let found = message::Entity::of_tenant(tenant_id).filter(message::Column::Id.eq(*id)).one(db).await?;
            found.map(|row| row.conversation_id)
        }
        TicketTarget::Overview | TicketTarget::Sources | TicketTarget::Source(_) | TicketTarget::Connect(_) => None,
    })
}
