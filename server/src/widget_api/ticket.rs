//! `POST /widget/v1/ticket`: a single-use address that opens the panel in one click.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse};
use base::error::Error;
use base::i18n::LocalizedText;
use chrono::TimeDelta;
use entity::{conversation, conversation_alias, message};
use queue::accept_batch::Side;
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::caller::{Caller, name_of};
use super::refusal::Result;
use super::sight;
use crate::api::body::RequestBody;
use crate::identity::ticket::{self, Asker, TicketTarget, TicketUser};
use crate::source;
use crate::widget_api::{Answer, AppData, WidgetContext};

/// How long a conversation shown by a card may be opened; an open card refreshes twice a minute.
const SHOWN: TimeDelta = TimeDelta::minutes(1);
/// Most amojo ids of one conversation.
const MOST_CHATS: u64 = 20;

/// The page to open.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PanelPage {
    Overview,
    Sources,
    Source,
    Message,
    Conversation,
    Connect,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TicketIn {
    page: PanelPage,
    #[serde(default)]
    id: Option<Uuid>,
    /// For `connect`: the kind of the new source.
    #[serde(default)]
    kind: Option<String>,
}

/// A link that opens one page once. Users who are not administrators get only messages and conversations, and only
/// those whose contact amoCRM would show them.
pub(super) async fn post(app: AppData, request: HttpRequest, caller: Caller, body: RequestBody) -> Answer {
    let app = app.into_inner();
    let (asked, _) = body.read::<TicketIn>().await?;
    let tenant_id = caller.tenant.tenant_id;
    let leads = match (asked.page, asked.id) {
        (PanelPage::Connect, None) => TicketTarget::Connect(kind_of(&app, &caller, asked.kind.as_deref())?),
        (PanelPage::Overview, None) => TicketTarget::Overview,
        (PanelPage::Sources, None) => TicketTarget::Sources,
        (PanelPage::Source, Some(id)) => {
            caller.needs_admin()?;
            TicketTarget::Source(source::find(&app.sources, tenant_id, id).await?.id)
        }
        (PanelPage::Message, Some(id)) => {
            let found = message::Entity::of_tenant(tenant_id).filter(message::Column::Id.eq(id));
            let found = found.one(app.store.read()).await?.ok_or(Error::NotFound)?;
            may_see(&app, &caller, found.conversation_id).await?;
            TicketTarget::Message(found.id)
        }
        (PanelPage::Conversation, Some(id)) => {
            let found = conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::Id.eq(id));
            let found = found.one(app.store.read()).await?.ok_or(Error::NotFound)?;
            may_see(&app, &caller, found.id).await?;
            TicketTarget::Conversation(found.id)
        }
        (_, id) => {
            let why = if id.is_some() { "said-ticket-no-id" } else { "said-ticket-id" };
            return Err(Error::field("/id", LocalizedText::new(why)).into());
        }
    };
    if !matches!(leads, TicketTarget::Message(_) | TicketTarget::Conversation(_)) {
        caller.needs_admin()?;
    }
    let name = name_of(&app, tenant_id, caller.user_id).await?;
    let user = TicketUser { id: caller.user_id, name, is_admin: caller.is_admin };
    let panel_url =
        ticket::url_for(&app.identity, tenant_id, &user, &leads, Asker::of(&request, &app.identity)).await?;
    Ok(HttpResponse::Ok().json(json!({ "panel_url": panel_url })))
}

/// A kind that this account can add.
fn kind_of(app: &WidgetContext, caller: &Caller, name: Option<&str>) -> Result<String> {
    let known: Vec<&str> = source::kinds(&app.sources, &caller.tenant).into_iter().map(|kind| kind.kind).collect();
    let found = known.iter().find(|kind| Some(**kind) == name).map(|kind| (*kind).to_owned());
    let detail = || LocalizedText::new("said-kind-unknown").with("known", known.join(", "));
    Ok(found.ok_or_else(|| Error::field("/kind", detail()))?)
}

/// Whether a card recently showed it to the caller, or amoCRM would now; anything else is treated as missing.
async fn may_see(app: &Arc<WidgetContext>, caller: &Caller, conversation_id: Uuid) -> Result<()> {
    if caller.is_admin {
        return Ok(());
    }
    let tenant_id = caller.tenant.tenant_id;
    let shown = app.widget.shown.get(&(tenant_id, caller.user_id, conversation_id)).await;
    if shown.is_some_and(|at| at + SHOWN.num_milliseconds() > caller.reader.now) {
        return Ok(());
    }
    let chats: Vec<String> = conversation_alias::Entity::of_tenant(tenant_id)
        .filter(conversation_alias::Column::Side.eq(Side::Crm.number()))
        .filter(conversation_alias::Column::ConversationId.eq(conversation_id))
        .select_only()
        .column(conversation_alias::Column::ExternalId)
        .limit(MOST_CHATS)
        .into_tuple()
        .all(app.store.read())
        .await?;
    if sight::of_chat(app, caller, &chats).await? { Ok(()) } else { Err(Error::NotFound.into()) }
}
