//! `POST /widget/v1/ticket`: into the panel in one click, by an address that opens once.

use actix_web::{HttpResponse, web};
use entity::{conversation, message};
use sea_orm::{ColumnTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::caller::{Caller, name_of};
use super::refusal::Result;
use crate::api::json::Body;
use crate::app::App;
use crate::error::Error;
use crate::people::ticket::{self, CrmUser, Leads};
use crate::source;
use crate::words::Said;

/// Which page.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Page {
    Overview,
    Sources,
    Source,
    Message,
    Conversation,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TicketIn {
    page: Page,
    #[serde(default)]
    id: Option<Uuid>,
}

/// An address that opens one page once. Who is no administrator gets to messages and conversations alone.
pub(super) async fn post(app: web::Data<App>, caller: Caller, body: Body) -> Result<HttpResponse> {
    let (asked, _) = body.read::<TicketIn>().await?;
    let tenant_id = caller.tenant.tenant_id;
    let leads = match (asked.page, asked.id) {
        (Page::Overview, None) => Leads::Overview,
        (Page::Sources, None) => Leads::Sources,
        (Page::Source, Some(id)) => {
            caller.needs_admin()?;
            Leads::Source(source::find(&app, tenant_id, id).await?.id)
        }
        (Page::Message, Some(id)) => {
            let found = message::Entity::of_tenant(tenant_id).filter(message::Column::Id.eq(id));
            Leads::Message(found.one(app.store.read()).await?.ok_or(Error::NotFound)?.id)
        }
        (Page::Conversation, Some(id)) => {
            let found = conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::Id.eq(id));
            Leads::Conversation(found.one(app.store.read()).await?.ok_or(Error::NotFound)?.id)
        }
        (_, id) => {
            let why = if id.is_some() { "said-ticket-no-id" } else { "said-ticket-id" };
            return Err(Error::field("/id", Said::new(why)).into());
        }
    };
    if !matches!(leads, Leads::Message(_) | Leads::Conversation(_)) {
        caller.needs_admin()?;
    }
    let name = name_of(&app, tenant_id, caller.user_id).await?;
    let user = CrmUser { id: caller.user_id, name, is_admin: caller.is_admin };
    let panel_url = ticket::url(&app, tenant_id, &user, &leads).await?;
    Ok(HttpResponse::Ok().json(json!({ "panel_url": panel_url })))
}
