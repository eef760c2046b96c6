//! The conversation as its customer sees it.

use domain::tenant::users;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use base::error::Result;
use base::i18n::Words;
use base::message::{Direction, Role, State};
use entity::{message, source};
use queue::accept_batch::{Alias, Side};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use uuid::Uuid;

use super::access::{self, ChatAccess, Guest};
use super::by_email;
use super::message_view::{MessageReactions, MessageView, body_of, page_id, shown};
use super::visitor::Visitor;
use crate::webchat::WebchatContext;

/// Messages of each side on the page.
const SHOWN: u64 = 200;
/// Messages by which a person recognises their conversation.
const FIRST: u64 = 3;
/// Answers read at once for a stream.
pub const BATCH: u64 = 100;
/// Time limit for fetching managers' names.
const NAMES_WITHIN: Duration = Duration::from_secs(1);

/// The visitor's conversation; `None` before their first message.
pub async fn conversation_of(
    app: &WebchatContext,
    source: &source::Model,
    visitor: &Visitor,
) -> Result<Option<Uuid>, DbErr> {
    let identity = Alias { side: Side::Messenger, origin: source.id, external_id: visitor.id.clone() };
    let known = app.lookup.conversation(source.tenant_id, identity).await?;
    Ok(known.map(|known| known.conversation_id))
}

/// The conversation when the page opens.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ChatHistory {
    pub lines: Vec<MessageView>,
    /// The stream continues after this position.
    pub after: i64,
    /// There are messages.
    pub started: bool,
    /// Answers by e-mail can be asked for: the address that the visitor gave before, or an empty text.
    pub mail: Option<String>,
}

/// `GET /chat/{source_id}/history`: the conversation so far, for another site's page.
pub async fn get(app: web::Data<WebchatContext>, guest: Guest) -> access::Result<HttpResponse> {
    let history = load(&app, &guest.place, Some(&guest.visitor)).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(history))
}

/// The visitor's conversation so far; empty for an unknown visitor.
pub async fn load(app: &Arc<WebchatContext>, place: &ChatAccess, visitor: Option<&Visitor>) -> Result<ChatHistory> {
    let mail = by_email::after(app, &place.settings).map(|_| String::new());
    let nothing = ChatHistory { mail: mail.clone(), ..ChatHistory::default() };
    let Some(visitor) = visitor else { return Ok(nothing) };
    let Some(conversation_id) = conversation_of(app, &place.source, visitor).await? else { return Ok(nothing) };
    let place_of = (place.source.tenant_id, conversation_id);
    let mail = if mail.is_some() { by_email::offered(app, place_of).await? } else { None };
    let (lines, after) = read(app, place.words, place.source.tenant_id, conversation_id).await?;
    Ok(ChatHistory { lines, after, started: true, mail })
}

/// The conversation so far, oldest first, and the position up to which it contains every answer.
pub async fn read(
    app: &Arc<WebchatContext>,
    words: Words,
    tenant_id: Uuid,
    conversation_id: Uuid,
) -> Result<(Vec<MessageView>, i64)> {
    let mut answers = carried(tenant_id, conversation_id)
        .order_by_desc(message::Column::Position)
        .limit(SHOWN)
        .all(app.store.read())
        .await?;
    answers.reverse();
    let mut own = message::Entity::of_tenant(tenant_id)
        .filter(message::Column::ConversationId.eq(conversation_id))
        .filter(message::Column::Direction.eq(Direction::ToCrm.number()))
        .order_by_desc(message::Column::Id)
        .limit(SHOWN)
        .all(app.store.read())
        .await?;
    own.reverse();
    let position = answers.last().map_or(0, |last| last.position);
    Ok((all_shown(app, words, tenant_id, &merged(own, answers)).await?, position))
}

/// How the conversation began: the customer's first messages.
pub async fn first(
    app: &Arc<WebchatContext>,
    words: Words,
    (tenant_id, conversation_id): (Uuid, Uuid),
) -> Result<Vec<MessageView>> {
    let found = message::Entity::of_tenant(tenant_id)
        .filter(message::Column::ConversationId.eq(conversation_id))
        .filter(message::Column::Direction.eq(Direction::ToCrm.number()))
        .order_by_asc(message::Column::Id)
        .limit(FIRST)
        .all(app.store.read())
        .await?;
    Ok(all_shown(app, words, tenant_id, &found).await?)
}

/// Answers after a position with their positions, in order of delivery, at most [`BATCH`].
pub async fn after(
    app: &Arc<WebchatContext>,
    words: Words,
    (tenant_id, conversation_id): (Uuid, Uuid),
    position: i64,
) -> anyhow::Result<Vec<(i64, MessageView)>> {
    let found = carried(tenant_id, conversation_id)
        .filter(message::Column::Position.gt(position))
        .order_by_asc(message::Column::Position)
        .limit(BATCH)
        .all(app.store.read())
        .await?;
    let shown = all_shown(app, words, tenant_id, &found).await?;
    Ok(found.iter().map(|message| message.position).zip(shown).collect())
}

/// Answers after a position that the visitor has not read, in order of delivery, at most [`BATCH`].
pub async fn unread(
    app: &WebchatContext,
    (tenant_id, conversation_id): (Uuid, Uuid),
    position: i64,
) -> Result<Vec<message::Model>, DbErr> {
    carried(tenant_id, conversation_id)
        .filter(message::Column::Position.gt(position))
        .filter(message::Column::State.ne(State::Read.number()))
        .order_by_asc(message::Column::Position)
        .limit(BATCH)
        .all(app.store.read())
        .await
}

/// The position of the last answer; 0 if there is none.
pub async fn last_position(app: &WebchatContext, (tenant_id, conversation_id): (Uuid, Uuid)) -> Result<i64, DbErr> {
    let last = carried(tenant_id, conversation_id).order_by_desc(message::Column::Position).limit(1);
    Ok(last.one(app.store.read()).await?.map_or(0, |last| last.position))
}

/// Messages whose reaction was set or removed since a time, by the page's ids; and the latest such time.
pub async fn reacted(
    app: &WebchatContext,
    (tenant_id, conversation_id): (Uuid, Uuid),
    since: i64,
) -> Result<(Vec<(String, MessageReactions)>, i64), DbErr> {
    let found = message::Entity::of_tenant(tenant_id)
        .filter(message::Column::ConversationId.eq(conversation_id))
        .filter(message::Column::ReactedAt.gte(since.max(1)))
        .order_by_desc(message::Column::Id)
        .limit(SHOWN)
        .all(app.store.read())
        .await?;
    let last = found.iter().map(|message| message.reacted_at).max().unwrap_or(since);
    Ok((found.iter().map(|message| (page_id(message), MessageReactions::of(message))).collect(), last))
}

/// Messages as their customer sees them.
pub async fn all_shown(
    app: &Arc<WebchatContext>,
    words: Words,
    tenant_id: Uuid,
    messages: &[message::Model],
) -> anyhow::Result<Vec<MessageView>> {
    let names = names_of(app, tenant_id, messages).await?;
    let mut all = Vec::with_capacity(messages.len());
    for message in messages {
        all.push(shown(app, words, message, &names).await?);
    }
    Ok(all)
}

/// Names by id of managers whom the messages do not name, within [`NAMES_WITHIN`].
async fn names_of(
    app: &Arc<WebchatContext>,
    tenant_id: Uuid,
    messages: &[message::Model],
) -> anyhow::Result<HashMap<String, String>> {
    let mut nameless = BTreeSet::new();
    for message in messages.iter().filter(|message| message.direction == Direction::ToMessenger.number()) {
        let sender = body_of(message)?.sender;
        if sender.name.is_none() && sender.role == Role::Manager && !sender.id.is_empty() {
            nameless.insert(sender.id);
        }
    }
    let mut names = HashMap::new();
    let asking = async {
        for id in nameless {
            if let Some(user) = users::by_amojo_id(&app.tenants, tenant_id, &id).await {
                names.insert(id, user.name);
            }
        }
    };
    // The page works without the names.
    let _ = tokio::time::timeout(NAMES_WITHIN, asking).await;
    Ok(names)
}

/// Delivered messages of managers: positions are assigned under the lane's lock, so they become visible in order, and a
/// position passed by a reader never gets a new neighbour below it.
fn carried(tenant_id: Uuid, conversation_id: Uuid) -> sea_orm::Select<message::Entity> {
    message::Entity::of_tenant(tenant_id)
        .filter(message::Column::ConversationId.eq(conversation_id))
        .filter(message::Column::Direction.eq(Direction::ToMessenger.number()))
        .filter(message::Column::Position.gt(0))
        .filter(message::Column::State.ne(State::Failed.number()))
}

/// Both sides by time of receipt; answers keep their own order, also those delivered late.
fn merged(own: Vec<message::Model>, answers: Vec<message::Model>) -> Vec<message::Model> {
    let mut all: Vec<(i64, message::Model)> = own.into_iter().map(|message| (message.accepted_at, message)).collect();
    let mut latest = 0;
    for message in answers {
        latest = message.accepted_at.max(latest);
        all.push((latest, message));
    }
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, message)| message).collect()
}
