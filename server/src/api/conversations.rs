//! Conversations of a source and their messages.

use actix_web::{HttpResponse, get, web};
use base::error::{Error, Problem, Result};
use base::message::{Member, Person};
use domain::api_key::ApiKey;
use domain::cursor::{ListOut, PageRequest};
use domain::delivery::read::{HoldReasons, chats};
use domain::lookup::as_ours;
use domain::source::window::Window;
use domain::usage::UsageContext;
use entity::{conversation, message, source};
use queue::accept_batch::{Alias, Side};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::message_out::{FileLinks, MessageOut};
use super::messages::{body_of, show};
use base::json::{Moment, Query};

/// A conversation: one customer on one source, or one group chat.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationOut {
    pub id: Uuid,
    /// The messenger's id; null while a conversation started by a manager waits for the messenger's response.
    #[schema(required, example = "chat-7")]
    pub external_id: Option<String>,
    /// The chat's id in amojo, amoCRM's chat service; null until known.
    #[schema(required)]
    pub amocrm_chat_id: Option<String>,
    pub contact: ContactOut,
    /// The members of a group, as given with its messages; empty for a conversation with one customer.
    pub participants: Vec<Member>,
    /// Where the customer came from: the payload of a bot's link or the campaign parameters of a page; null if unknown.
    #[schema(required)]
    pub visit: Option<String>,
    /// Since when the customer has blocked messages from this source; null if not blocked.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub unreachable_since: Option<Moment>,
    /// The time in which the customer may be answered freely; null if there is no limit.
    #[schema(required)]
    pub window: Option<WindowOut>,
    /// Null if there are no messages yet.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub last_message_at: Option<Moment>,
}

/// The time in which a customer may be answered freely. Later only templates are sent; other messages fail with
/// `window_closed`.
#[derive(Debug, Serialize, ToSchema)]
pub struct WindowOut {
    /// Whether free messages are sent now.
    pub open: bool,
    /// When it ends or ended; null if the customer never wrote.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub until: Option<Moment>,
}

/// The customer.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ContactOut {
    /// The messenger's id.
    #[schema(required, example = "user-7")]
    pub id: Option<String>,
    #[schema(required)]
    pub name: Option<String>,
    #[schema(required)]
    pub phone: Option<String>,
    /// The amoCRM contact to which the chat is linked; null if none is known.
    #[schema(required, example = "3102959")]
    pub amocrm_contact_id: Option<String>,
    /// The contact's name in amoCRM when it was last read.
    #[schema(required)]
    pub amocrm_contact_name: Option<String>,
    /// Why this contact was linked, or why none was: `phone`, `email`, `phone_several`, `email_several` (several
    /// matched: the one changed last), `given` (by `sender.contact_id`), `made`, `crm` (amoCRM chose), `merged`, `moved`,
    /// `gone`, `nobody`, `late`, `unclear`; null if contacts have not been searched yet.
    #[schema(required, example = "phone")]
    pub why: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Maximum number of items per page.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    pub(super) limit: Option<String>,
    /// `next_cursor` from the previous page.
    pub(super) cursor: Option<String>,
}

/// Lists the conversations of a source.
///
/// Sorted by creation time, newest first. A deleted source keeps its conversations.
#[utoipa::path(tag = "conversations", params(("source_id", description = "The source"), PageQuery), responses(
    (status = 200, description = "A page of conversations", body = ListOut<ConversationOut>),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Invalid limit or cursor", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/sources/{source_id}/conversations")]
pub async fn list(
    app: web::Data<UsageContext>,
    key: ApiKey,
    source_id: web::Path<Uuid>,
    query: Query<PageQuery>,
) -> Result<HttpResponse> {
    let source = key.source_or_deleted(&app, *source_id).await?;
    let filters = ["conversations", &source.id.to_string()];
    let page = PageRequest::read(query.limit.as_deref(), query.cursor.as_deref(), &filters)?;
    let wanted = chats::ConversationFilter { source_id: Some(source.id), ids: None };
    let db = app.store.read();
    let rows = chats::page(db, source.tenant_id, &wanted, page.after, page.rows()).await?;
    let (rows, next_cursor) = page.cut(rows, |row| row.id);
    let last = chats::last_messages(db, source.tenant_id, rows.iter().map(|row| row.id)).await?;
    let connector = app.connectors.get(&source.kind);
    let window = connector.and_then(|connector| Window::of(connector.as_ref(), &source));
    let now = app.clock.millis();
    let items = rows.into_iter().map(|row| {
        let last = last.get(&row.id).copied().map(Moment);
        let window =
            window.map(|window| WindowOut { open: window.is_open(&row, now), until: window.until(&row).map(Moment) });
        shown(row, last, window)
    });
    let items: Vec<_> = items.collect();
    Ok(HttpResponse::Ok().json(ListOut { items, next_cursor }))
}

/// Lists the messages of a conversation.
///
/// Messages in both directions, newest first, without timelines. Identify the conversation by Parom's id or by
/// yours.
#[utoipa::path(tag = "conversations", params(
    ("source_id", description = "The source"),
    ("conversation_id", description = "Parom's id of the conversation or the messenger's (`ext:ID` if yours looks like one of Parom's)"),
    PageQuery,
), responses(
    (status = 200, description = "A page of messages", body = ListOut<MessageOut>),
    (status = 404, description = "No such source or conversation", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Invalid limit or cursor", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/sources/{source_id}/conversations/{conversation_id}/messages")]
pub async fn messages(
    app: web::Data<UsageContext>,
    key: ApiKey,
    path: web::Path<(Uuid, String)>,
    query: Query<PageQuery>,
) -> Result<HttpResponse> {
    let (source_id, conversation_id) = path.into_inner();
    let source = key.source_or_deleted(&app, source_id).await?;
    let conversation = find(&app, &source, &conversation_id).await?.ok_or(Error::NotFound)?;
    let filters = ["messages", &conversation.id.to_string()];
    let page = PageRequest::read(query.limit.as_deref(), query.cursor.as_deref(), &filters)?;
    let mut select =
        message::Entity::of_tenant(source.tenant_id).filter(message::Column::ConversationId.eq(conversation.id));
    if let Some(after) = page.after {
        select = select.filter(message::Column::Id.lt(after));
    }
    let rows = select.order_by_desc(message::Column::Id).limit(page.rows()).all(app.store.read()).await?;
    let (rows, next_cursor) = page.cut(rows, |row| row.id);
    let holds = HoldReasons::of(app.store.read(), &source).await?;
    let bodies = rows.iter().map(body_of).collect::<Result<Vec<_>>>()?;
    let files = FileLinks::of(&app, source.tenant_id, &bodies).await?;
    let shown = |message| show(message, Some(&conversation), &holds, &files);
    let items = rows.into_iter().zip(bodies).map(shown).collect::<Result<Vec<_>>>()?;
    Ok(HttpResponse::Ok().json(ListOut { items, next_cursor }))
}

/// Finds a conversation: `ext:ID` is the messenger's id; a UUID is looked up as ours first, then as the messenger's;
/// anything else is the messenger's id.
pub(super) async fn find(
    app: &UsageContext,
    source: &source::Model,
    text: &str,
) -> Result<Option<conversation::Model>> {
    let by_id = |id: Uuid| {
        conversation::Entity::of_tenant(source.tenant_id)
            .filter(conversation::Column::SourceId.eq(source.id))
            .filter(conversation::Column::Id.eq(id))
            .one(app.store.read())
    };
    let theirs = text.strip_prefix("ext:");
    if let (None, Some(ours)) = (theirs, as_ours(text))
        && let Some(found) = by_id(ours).await?
    {
        return Ok(Some(found));
    }
    let external_id = theirs.unwrap_or(text);
    if external_id.contains('\0') {
        return Ok(None);
    }
    let alias = Alias { side: Side::Messenger, origin: source.id, external_id: external_id.to_owned() };
    match app.lookup.conversation(source.tenant_id, alias).await? {
        Some(known) => Ok(by_id(known.conversation_id).await?),
        None => Ok(None),
    }
}

fn shown(row: conversation::Model, last_message_at: Option<Moment>, window: Option<WindowOut>) -> ConversationOut {
    let filled = |text: String| (!text.is_empty()).then_some(text);
    let person = serde_json::from_str::<Person>(&row.contact).unwrap_or_default();
    let contact = ContactOut {
        amocrm_contact_id: (row.contact_id > 0).then(|| row.contact_id.to_string()),
        amocrm_contact_name: filled(row.contact_name),
        why: filled(row.contact_why),
        id: filled(person.id),
        name: person.name,
        phone: person.phone,
    };
    ConversationOut {
        id: row.id,
        external_id: filled(row.external_id),
        participants: person.members,
        amocrm_chat_id: filled(row.amocrm_chat_id),
        contact,
        visit: filled(row.visit),
        unreachable_since: (row.shut_at > 0).then_some(Moment(row.shut_at)),
        window,
        last_message_at,
    }
}
