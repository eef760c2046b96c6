//! Conversations: lists of a source's conversations, and each conversation's ids.
//!
//! No column has the order of chats by their last messages, because every message would have to write it: the newest messages are read in steps, and the first one of a chat is its last. The other chats follow in the order in which
//! they began, newest first: those without messages, and in large accounts those whose last message is older than what is read.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use entity::{conversation, conversation_alias, message};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
};
use uuid::Uuid;

use super::list::{self, Ground, MessageFilter};

/// Filter for conversations.
#[derive(Clone, Debug, Default)]
pub struct ConversationFilter {
    pub source_id: Option<Uuid>,
    /// Only these search results.
    pub ids: Option<Vec<Uuid>>,
}

/// Up to `rows` conversations created before `after`, newest first.
pub async fn page(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    wanted: &ConversationFilter,
    after: Option<Uuid>,
    rows: u64,
) -> Result<Vec<conversation::Model>, DbErr> {
    of_source(tenant_id, wanted.source_id)
        .apply_if(wanted.ids.as_ref(), |select, ids| select.filter(conversation::Column::Id.is_in(ids.iter().copied())))
        .apply_if(after, |select, after| select.filter(conversation::Column::Id.lt(after)))
        .order_by_desc(conversation::Column::Id)
        .limit(rows)
        .all(db)
        .await
}

/// One conversation of an account.
pub async fn one(db: &impl ConnectionTrait, tenant_id: Uuid, id: Uuid) -> Result<Option<conversation::Model>, DbErr> {
    conversation::Entity::find_by_id((tenant_id, id)).one(db).await
}

/// Number of a source's conversations.
pub async fn count(db: &impl ConnectionTrait, tenant_id: Uuid, source_id: Uuid) -> Result<u64, DbErr> {
    conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::SourceId.eq(source_id)).count(db).await
}

/// When the last message of each was accepted; conversations without messages are absent.
pub async fn last_messages(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, i64>, DbErr> {
    let rows: Vec<(Uuid, i64)> = message::Entity::of_tenant(tenant_id)
        .filter(message::Column::ConversationId.is_in(ids))
        .select_only()
        .column(message::Column::ConversationId)
        .column_as(message::Column::AcceptedAt.max(), "last")
        .group_by(message::Column::ConversationId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// All ids of a conversation.
pub async fn aliases(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    conversation_id: Uuid,
) -> Result<Vec<conversation_alias::Model>, DbErr> {
    conversation_alias::Entity::of_tenant(tenant_id)
        .filter(conversation_alias::Column::ConversationId.eq(conversation_id))
        .order_by_asc(conversation_alias::Column::Side)
        .order_by_asc(conversation_alias::Column::ExternalId)
        .all(db)
        .await
}

/// Messages that are read at a time.
const STEP: u64 = 1_000;
/// The newest messages that decide the order.
pub const MOST_READ: u64 = 20_000;

/// A chat of the list.
#[derive(Clone, Debug)]
pub struct LatestChat {
    pub conversation: conversation::Model,
    /// Its place, after which the next page begins: its last message; among the other chats, and in search results, the chat
    /// itself.
    pub place: Uuid,
}

/// Up to `rows` chats after the place `after`, in the order of the newest `most_read` messages.
pub async fn latest_page(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    wanted: &ConversationFilter,
    ground: &Ground,
    (after, rows): (Option<Uuid>, u64),
    most_read: u64,
) -> anyhow::Result<Vec<LatestChat>> {
    let most = usize::try_from(rows).unwrap_or(usize::MAX);
    if wanted.ids.is_some() {
        return Ok(search(db, tenant_id, wanted, after, most).await?);
    }
    let of = MessageFilter { source_id: wanted.source_id, ..MessageFilter::default() };
    let newest = list::newest(db, tenant_id, &of, ground, most_read).await?;
    let is_after_messages = match after {
        Some(after) => !is_message(db, tenant_id, after).await?,
        None => false,
    };
    let (mut chats, oldest) = if is_after_messages {
        let oldest = newest.offset(most_read.saturating_sub(1)).limit(1);
        (Vec::new(), oldest.into_tuple().one(db).await?)
    } else {
        let earlier = match after {
            Some(after) => count_rows(db, newest.clone().filter(message::Column::Id.gte(after))).await?,
            None => 0,
        };
        with_messages(db, tenant_id, newest, (after, most_read.saturating_sub(earlier)), most).await?
    };
    let missing = rows.saturating_sub(u64::try_from(chats.len()).unwrap_or(rows));
    if missing > 0 {
        let after = after.filter(|_| is_after_messages);
        chats.extend(others(db, tenant_id, wanted.source_id, oldest, (after, missing)).await?);
    }
    Ok(chats)
}

/// The number of rows, at most the limit of the statement.
async fn count_rows(db: &impl ConnectionTrait, rows: Select<message::Entity>) -> Result<u64, DbErr> {
    let counted =
        Query::select().expr_as(Expr::cust("COUNT(*)"), "n").from_subquery(rows.into_query(), "found").to_owned();
    let row = db.query_one(&counted).await?.ok_or_else(|| DbErr::RecordNotFound("nothing was counted".into()))?;
    Ok(u64::try_from(row.try_get::<i64>("", "n")?).unwrap_or_default())
}

async fn is_message(db: &impl ConnectionTrait, tenant_id: Uuid, id: Uuid) -> Result<bool, DbErr> {
    let one = message::Entity::find_by_id((tenant_id, id)).select_only();
    let one: Option<Uuid> = one.column(message::Column::Id).into_tuple().one(db).await?;
    Ok(one.is_some())
}

/// Chats by the newest messages after the place `after`, of which at most `left` are read, and the oldest message that was
/// read; none if there are no more.
async fn with_messages(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    newest: Select<message::Entity>,
    (after, mut left): (Option<Uuid>, u64),
    most: usize,
) -> Result<(Vec<LatestChat>, Option<Uuid>), DbErr> {
    let newest = newest.column(message::Column::ConversationId);
    let mut seen: BTreeSet<Uuid> = BTreeSet::new();
    let mut places: Vec<(Uuid, Uuid)> = Vec::new();
    let mut oldest = after;
    while left > 0 && places.len() < most {
        let asked = Ord::min(left, STEP);
        let step = match oldest {
            Some(oldest) => newest.clone().filter(message::Column::Id.lt(oldest)),
            None => newest.clone(),
        };
        let step: Vec<(Uuid, Uuid)> = step.limit(asked).into_tuple().all(db).await?;
        let fresh: Vec<(Uuid, Uuid)> = step.iter().copied().filter(|(_, chat)| seen.insert(*chat)).collect();
        let earlier = match after {
            Some(after) => newer(db, tenant_id, &fresh, after).await?,
            None => BTreeSet::new(),
        };
        places.extend(fresh.into_iter().filter(|(_, chat)| !earlier.contains(chat)));
        let is_whole = u64::try_from(step.len()).is_ok_and(|read| read == asked);
        oldest = step.last().map(|(id, _)| *id).filter(|_| is_whole);
        left = if is_whole { left - asked } else { 0 };
    }
    places.truncate(most);
    let rows = conversation::Entity::of_tenant(tenant_id)
        .filter(conversation::Column::Id.is_in(places.iter().map(|(_, chat)| *chat)))
        .all(db)
        .await?;
    let mut rows: BTreeMap<Uuid, conversation::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
    let in_order = places.into_iter().filter_map(|(place, chat)| Some((place, rows.remove(&chat)?)));
    Ok((in_order.map(|(place, conversation)| LatestChat { conversation, place }).collect(), oldest))
}

/// Those of the chats that are on an earlier page: they have a message at the place `after` or a newer one.
async fn newer(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    chats: &[(Uuid, Uuid)],
    after: Uuid,
) -> Result<BTreeSet<Uuid>, DbErr> {
    let rows: Vec<Uuid> = message::Entity::of_tenant(tenant_id)
        .filter(message::Column::ConversationId.is_in(chats.iter().map(|(_, chat)| *chat)))
        .filter(message::Column::Id.gte(after))
        .select_only()
        .column(message::Column::ConversationId)
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Chats without a message at `oldest` or newer, or without any.
async fn others(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    source_id: Option<Uuid>,
    oldest: Option<Uuid>,
    (after, rows): (Option<Uuid>, u64),
) -> Result<Vec<LatestChat>, DbErr> {
    let of_chat = Query::select()
        .column(message::Column::Id)
        .from(message::Entity)
        .and_where(Expr::col((message::Entity, message::Column::TenantId)).eq(tenant_id))
        .and_where(
            Expr::col((message::Entity, message::Column::ConversationId))
                .equals((conversation::Entity, conversation::Column::Id)),
        )
        .and_where_option(oldest.map(|oldest| Expr::col((message::Entity, message::Column::Id)).gte(oldest)))
        .to_owned();
    let select = of_source(tenant_id, source_id)
        .filter(Expr::exists(of_chat).not())
        .apply_if(after, |select, after| select.filter(conversation::Column::Id.lt(after)));
    let chats = select.order_by_desc(conversation::Column::Id).limit(rows).all(db).await?;
    Ok(chats.into_iter().map(|conversation| LatestChat { place: conversation.id, conversation }).collect())
}

/// A search finds few chats: all of them are put in order.
async fn search(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    wanted: &ConversationFilter,
    after: Option<Uuid>,
    most: usize,
) -> Result<Vec<LatestChat>, DbErr> {
    let ids = wanted.ids.iter().flatten().copied();
    let mut chats = of_source(tenant_id, wanted.source_id).filter(conversation::Column::Id.is_in(ids)).all(db).await?;
    let last = last_messages(db, tenant_id, chats.iter().map(|chat| chat.id)).await?;
    chats.sort_by_key(|chat| Reverse((last.get(&chat.id).copied(), chat.id)));
    let begin = after.and_then(|after| chats.iter().position(|chat| chat.id == after)).map_or(0, |place| place + 1);
    let page = chats.into_iter().skip(begin).take(most);
    Ok(page.map(|conversation| LatestChat { place: conversation.id, conversation }).collect())
}

fn of_source(tenant_id: Uuid, source_id: Option<Uuid>) -> Select<conversation::Entity> {
    conversation::Entity::of_tenant(tenant_id)
        .apply_if(source_id, |select, source_id| select.filter(conversation::Column::SourceId.eq(source_id)))
}
