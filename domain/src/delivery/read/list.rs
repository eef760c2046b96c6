//! Messages of an account, newest first, with filters.

mod filter;
mod slowest;
mod sparse;

use std::collections::BTreeMap;

use anyhow::Context;
use base::message::{Body, Direction, Failure, LetterKind, Person, Role, State};
use entity::{attempt, conversation, message, source};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use super::MessageStatus;
use super::holds::AllHolds;
use super::recovered;
use crate::source::KnownUsers;
pub(super) use filter::has_failed_later;
use filter::select;
pub use filter::{MessageFilter, Reached, Slower};
pub use slowest::slowest_page;

/// A message with what a list shows of it.
#[derive(Clone, Debug)]
pub struct MessageSummary {
    pub message: message::Model,
    pub direction: Direction,
    pub status: MessageStatus,
    /// Why it is held; none if it is not.
    pub held: Option<String>,
    pub failure: Option<Failure>,
    /// Found in amoCRM's history, without a hook.
    pub found: bool,
    pub body: Body,
    /// The customer, as stored in the conversation.
    pub contact: Person,
}

/// An account's sources with their holds, and its users, which every list needs besides its rows.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    pub sources: BTreeMap<Uuid, source::Model>,
    pub holds: AllHolds,
    pub users: KnownUsers,
}

impl Ground {
    /// Includes deleted sources, because their messages remain.
    pub async fn of_tenant(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Self, DbErr> {
        let sources = source::Entity::of_tenant(tenant_id).all(db).await?;
        let holds = AllHolds::of_tenant(db, tenant_id).await?;
        let users = KnownUsers::of_tenant(db, tenant_id).await?;
        Ok(Self { sources: sources.into_iter().map(|source| (source.id, source)).collect(), holds, users })
    }

    /// Why a waiting message of this source and direction is held, if it is.
    pub fn hold(&self, source_id: Uuid, direction: Direction) -> Option<String> {
        self.holds.of(self.sources.get(&source_id)?).reason(direction).cloned()
    }

    /// A condition for messages that are held now.
    fn held(&self) -> Condition {
        let mut any = Condition::any();
        for direction in [Direction::ToCrm, Direction::ToMessenger] {
            let held: Vec<Uuid> =
                self.sources.keys().copied().filter(|id| self.hold(*id, direction).is_some()).collect();
            let of_direction = message::Column::Direction.eq(direction.number());
            any = any.add(Condition::all().add(of_direction).add(message::Column::SourceId.is_in(held)));
        }
        any
    }
}

/// The number of all matches.
pub async fn count(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    wanted: &MessageFilter,
    ground: &Ground,
) -> anyhow::Result<u64> {
    Ok(select(tenant_id, wanted, ground)?.count(db).await?)
}

/// Up to `rows` messages that are older than `after`, newest first.
pub async fn page(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    wanted: &MessageFilter,
    ground: &Ground,
    after: Option<Uuid>,
    rows: u64,
) -> anyhow::Result<Vec<MessageSummary>> {
    let mut select = select(tenant_id, wanted, ground)?;
    if let Some(after) = after {
        select = select.filter(message::Column::Id.lt(after));
    }
    let messages = select.order_by_desc(message::Column::Id).limit(rows).all(db).await?;
    lines(db, tenant_id, ground, messages).await
}

/// The same with the number of all matches, at most `most`. Matches that are rare are searched for once, not twice.
pub async fn counted_page(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    wanted: &MessageFilter,
    ground: &Ground,
    (after, rows): (Option<Uuid>, u64),
    most: u64,
) -> anyhow::Result<(Vec<MessageSummary>, u64)> {
    let some = newest(db, tenant_id, wanted, ground, most).await?;
    let ids: Vec<Uuid> = some.into_tuple().all(db).await?;
    let begin = after.map_or(0, |after| ids.partition_point(|id| *id >= after));
    let (some, count) = cut(ids, begin, rows, most);
    let is_whole = count < most || u64::try_from(some.len()).is_ok_and(|found| found == rows);
    if !is_whole {
        // A page beyond those that are counted.
        return Ok((page(db, tenant_id, wanted, ground, after, rows).await?, count));
    }
    let of_page = message::Entity::of_tenant(tenant_id).filter(message::Column::Id.is_in(some));
    let messages = of_page.order_by_desc(message::Column::Id).all(db).await?;
    Ok((lines(db, tenant_id, ground, messages).await?, count))
}

/// Up to `rows` of counted ids, from the place `begin` on, and how many were counted, at most `most`.
fn cut(ids: Vec<Uuid>, begin: usize, rows: u64, most: u64) -> (Vec<Uuid>, u64) {
    let count = u64::try_from(ids.len()).unwrap_or(most);
    (ids.into_iter().skip(begin).take(usize::try_from(rows).unwrap_or(usize::MAX)).collect(), count)
}

/// The ids of the newest matches, at most `most`.
pub(super) async fn newest(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    wanted: &MessageFilter,
    ground: &Ground,
    most: u64,
) -> anyhow::Result<Select<message::Entity>> {
    let mut matches = select(tenant_id, wanted, ground)?;
    if let Some(source_id) = sparse::source(db, tenant_id, wanted).await? {
        matches = matches.filter(message::Column::Id.in_subquery(sparse::ids(tenant_id, source_id, wanted)));
    }
    Ok(matches.select_only().column(message::Column::Id).order_by_desc(message::Column::Id).limit(most))
}

async fn lines(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    ground: &Ground,
    messages: Vec<message::Model>,
) -> anyhow::Result<Vec<MessageSummary>> {
    let conversations = conversations(db, tenant_id, &messages).await?;
    let found = recovered::of(db, tenant_id, messages.iter().map(|message| message.id)).await?;
    let is_found = |message: &message::Model| found.contains_key(&message.id);
    messages.into_iter().map(|message| line(is_found(&message), message, &conversations, ground)).collect()
}

/// How long each of these messages took until the other side accepted it, milliseconds; those still on their way are
/// missing.
pub async fn took(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    lines: &[MessageSummary],
) -> Result<BTreeMap<Uuid, i64>, DbErr> {
    let accepted: BTreeMap<Uuid, i64> = lines.iter().map(|line| (line.message.id, line.message.accepted_at)).collect();
    let tries: Vec<(Uuid, i64, i32)> = attempt::Entity::of_tenant(tenant_id)
        .filter(attempt::Column::MessageId.is_in(accepted.keys().copied()))
        .filter(attempt::Column::Kind.eq(LetterKind::Message.number()))
        .filter(attempt::Column::Verdict.eq("done"))
        .select_only()
        .columns([attempt::Column::MessageId, attempt::Column::At, attempt::Column::Ms])
        .into_tuple()
        .all(db)
        .await?;
    let took = tries.into_iter().filter_map(|(id, at, ms)| {
        let accepted = accepted.get(&id)?;
        Some((id, (at + i64::from(ms) - accepted).max(0)))
    });
    Ok(took.collect())
}

async fn conversations(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    messages: &[message::Model],
) -> Result<BTreeMap<Uuid, conversation::Model>, DbErr> {
    let ids: Vec<Uuid> = messages.iter().map(|message| message.conversation_id).collect();
    let rows = conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::Id.is_in(ids)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

fn line(
    found: bool,
    message: message::Model,
    conversations: &BTreeMap<Uuid, conversation::Model>,
    ground: &Ground,
) -> anyhow::Result<MessageSummary> {
    let direction = Direction::from_number(message.direction)?;
    let hold = ground.hold(message.source_id, direction);
    let status = MessageStatus::of(State::from_number(message.state)?, hold.is_some());
    let conversation = conversations.get(&message.conversation_id);
    let mut body: Body = serde_json::from_str(&message.body).context("the body of a stored message")?;
    name_manager(&mut body, &ground.users);
    Ok(MessageSummary {
        direction,
        status,
        held: hold.filter(|_| status == MessageStatus::Held),
        failure: failure_of(&message)?,
        found,
        body,
        contact: conversation.and_then(|row| serde_json::from_str(&row.contact).ok()).unwrap_or_default(),
        message,
    })
}

/// Names the manager who wrote a message: hooks tell an id only.
pub fn name_manager(body: &mut Body, users: &KnownUsers) {
    let sender = &mut body.sender;
    if sender.role == Role::Manager && sender.name.as_deref().is_none_or(str::is_empty) {
        sender.name = users.name_of(&sender.id).map(str::to_owned);
    }
}

/// Why a message failed; none if it did not.
pub fn failure_of(message: &message::Model) -> anyhow::Result<Option<Failure>> {
    match message.error.as_str() {
        "" => Ok(None),
        text => serde_json::from_str(text).map(Some).context("the error of a stored message"),
    }
}
