//! Messages of an account with filters, newest first, or of the newest the slowest first. How many are sorted by their
//! duration is bounded, because each one's attempts are looked up: an index of all durations would make every delivery write
//! to it.

use std::collections::BTreeMap;

use anyhow::Context;
use base::message::{Body, Direction, Failure, FailureCode, LetterKind, Person, Role, State};
use base::millis::DAY;
use entity::{attempt, conversation, found_message, ledger_delta, letter, message, source};
use sea_orm::sea_query::{Expr, ExprTrait, Func, Order, Query, SelectStatement, SimpleExpr, UnionType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
};
use uuid::Uuid;

use super::find::SearchResults;
use super::ledger::sum;
use super::reason::AllHolds;
use super::{MessageStatus, first_id_at};
use crate::source::KnownUsers;

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
    /// Whether the chat is held because its source had too many new ones.
    pub of_held_chat: bool,
}

impl MessageSummary {
    /// Whether it is stored here alone: its customer is blocked, or its chat is held.
    pub fn is_kept_back(&self) -> bool {
        self.status == MessageStatus::Shadow && self.body.blocked
    }
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
    let select = select(tenant_id, wanted, ground)?
        .apply_if(after, |select, after| select.filter(message::Column::Id.lt(after)));
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
    let ids = ids(db, tenant_id, wanted, ground, most).await?;
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

/// The newest matches, at most `most`.
pub async fn ids(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    wanted: &MessageFilter,
    ground: &Ground,
    most: u64,
) -> anyhow::Result<Vec<Uuid>> {
    Ok(newest(db, tenant_id, wanted, ground, most).await?.into_tuple().all(db).await?)
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
    let sparse = sparse_source(db, tenant_id, wanted).await?.map(|source_id| sparse_ids(tenant_id, source_id, wanted));
    let matches = select(tenant_id, wanted, ground)?;
    let matches = matches.apply_if(sparse, |matches, ids| matches.filter(message::Column::Id.in_subquery(ids)));
    Ok(matches.select_only().column(message::Column::Id).order_by_desc(message::Column::Id).limit(most))
}

/// The last message of each of these chats.
pub async fn last_of_chats(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    ground: &Ground,
    chats: &[Uuid],
) -> anyhow::Result<Vec<MessageSummary>> {
    let newest = |chat: &Uuid| {
        Query::select()
            .column(message::Column::Id)
            .from(message::Entity)
            .and_where(message::Column::TenantId.eq(tenant_id))
            .and_where(message::Column::ConversationId.eq(*chat))
            .order_by(message::Column::Id, Order::Desc)
            .limit(1)
            .to_owned()
    };
    // In a query around it, because parts of a union have no order of their own.
    let one = |chat| Query::select().column(message::Column::Id).from_subquery(newest(chat), "newest").to_owned();
    let Some(ids) = chats.iter().map(one).reduce(|mut all, next| all.union(UnionType::All, next).to_owned()) else {
        return Ok(Vec::new());
    };
    let messages = message::Entity::of_tenant(tenant_id).filter(message::Column::Id.in_subquery(ids)).all(db).await?;
    lines(db, tenant_id, ground, messages).await
}

async fn lines(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    ground: &Ground,
    messages: Vec<message::Model>,
) -> anyhow::Result<Vec<MessageSummary>> {
    let conversations = conversations(db, tenant_id, &messages).await?;
    let found = recovered(db, tenant_id, messages.iter().map(|message| message.id)).await?;
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
        Some((id, Ord::max(at + i64::from(ms) - accepted, 0)))
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
        of_held_chat: conversation.is_some_and(conversation::Model::is_held),
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

/// Filter for messages.
#[derive(Clone, Debug, Default)]
pub struct MessageFilter {
    pub direction: Option<Direction>,
    pub reached: Option<Reached>,
    pub source_id: Option<Uuid>,
    pub conversation_id: Option<Uuid>,
    /// Accepted at this moment (milliseconds since 1970) or later.
    pub from: Option<i64>,
    /// Accepted before this moment.
    pub to: Option<i64>,
    /// Failed for one of these reasons; empty for no limit.
    pub codes: Vec<FailureCode>,
    /// Took longer until the other side accepted it, or has waited longer.
    pub slower: Option<Slower>,
    /// Only these search results.
    pub found: Option<SearchResults>,
}

/// A time in milliseconds, and the moment by which waiting messages are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slower {
    pub millis: i64,
    pub now: i64,
}

/// The least time that the index `attempt_slow` knows, milliseconds.
const SLOW: i64 = 2000;

impl Slower {
    /// The messages, by the index of slow attempts and by the letters that wait.
    fn ids(self, tenant_id: Uuid) -> SelectStatement {
        use attempt::Column::{MessageId, TenantId, Took};
        let mut done = Query::select()
            .column(MessageId)
            .from(attempt::Entity)
            .and_where(TenantId.eq(tenant_id))
            // As the index has it: with a bound value no planner would use it.
            .and_where(Expr::cust(format!("took > {SLOW}")))
            .and_where(Took.gt(Ord::max(self.millis, SLOW)))
            .to_owned();
        let waits = waiting(tenant_id).and_where(letter::Column::AcceptedAt.lt(self.now - self.millis)).to_owned();
        done.union(UnionType::Distinct, waits).to_owned()
    }
}

/// Messages whose letters wait: few, however many messages there are.
fn waiting(tenant_id: Uuid) -> SelectStatement {
    Query::select()
        .column(letter::Column::MessageId)
        .from(letter::Entity)
        .and_where(letter::Column::TenantId.eq(tenant_id))
        .and_where(letter::Column::Kind.eq(LetterKind::Message.number()))
        .to_owned()
}

/// The messages of these chats.
fn of_chats(tenant_id: Uuid, chats: &[Uuid]) -> SelectStatement {
    Query::select()
        .column(message::Column::Id)
        .from(message::Entity)
        .and_where(message::Column::TenantId.eq(tenant_id))
        .and_where(message::Column::ConversationId.is_in(chats.iter().copied()))
        .to_owned()
}

/// Every failed message has a reason, and only failed ones do: as the index `message_failed` has it.
fn has_failed() -> SimpleExpr {
    Expr::cust("error <> ''")
}

/// Messages that the other side accepted, which gives them a place in their chat, and reported as failed afterwards.
pub(super) fn has_failed_later() -> Condition {
    let states = message::Column::State.eq(State::Failed.number());
    Condition::all().add(has_failed()).add(states).add(message::Column::Position.gt(0))
}

/// As SQLite's index `message_state` has it.
fn has_left() -> SimpleExpr {
    Expr::cust("state > 0")
}

/// Filter by progress: one status, or one figure of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    Status(MessageStatus),
    /// The other side accepted it, and has not reported a failure since.
    Taken,
    /// The messenger accepted it and reported a failure afterwards.
    FailedLater,
    /// Queued or held.
    Waiting,
}

impl Reached {
    /// Parses the word used in URLs: a status, `taken`, `failed_later` or `waiting`.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "taken" => Some(Self::Taken),
            "failed_later" => Some(Self::FailedLater),
            "waiting" => Some(Self::Waiting),
            status => MessageStatus::parse(status).map(Self::Status),
        }
    }

    const fn states(self) -> &'static [State] {
        match self {
            Self::Waiting | Self::Status(MessageStatus::Queued | MessageStatus::Held) => &[State::Queued],
            Self::Taken => &[State::Sent, State::Delivered, State::Read],
            Self::Status(MessageStatus::Sent) => &[State::Sent],
            Self::Status(MessageStatus::Delivered) => &[State::Delivered],
            Self::Status(MessageStatus::Read) => &[State::Read],
            Self::Status(MessageStatus::Failed) | Self::FailedLater => &[State::Failed],
            Self::Status(MessageStatus::Shadow) => &[State::Shadow],
        }
    }
}

/// The messages of an account that match.
fn select(tenant_id: Uuid, wanted: &MessageFilter, ground: &Ground) -> anyhow::Result<Select<message::Entity>> {
    use message::Column::{ConversationId, Direction, Id, SourceId};
    let mut select = message::Entity::of_tenant(tenant_id)
        .apply_if(wanted.direction, |select, direction| select.filter(Direction.eq(direction.number())))
        .apply_if(wanted.source_id, |select, source_id| select.filter(SourceId.eq(source_id)))
        .apply_if(wanted.conversation_id, |select, chat| select.filter(ConversationId.eq(chat)))
        .apply_if(wanted.from, |select, from| select.filter(Id.gte(first_id_at(from))))
        .apply_if(wanted.to, |select, to| select.filter(Id.lt(first_id_at(to))))
        .apply_if(wanted.slower, |select, slower| select.filter(Id.in_subquery(slower.ids(tenant_id))));
    if !wanted.codes.is_empty() {
        // As serde writes it: the code is the first field.
        let begins = |code: &FailureCode| format!("{{\"code\":\"{}\"", code.word());
        let any = wanted
            .codes
            .iter()
            .fold(Condition::any(), |any, code| any.add(message::Column::Error.starts_with(begins(code))));
        select = select.filter(any).filter(has_failed());
    }
    if let Some(found) = &wanted.found {
        let any = Condition::any()
            .add(message::Column::Id.is_in(found.messages.iter().copied()))
            // By the index of chats: a search finds few of them.
            .add(message::Column::Id.in_subquery(of_chats(tenant_id, &found.conversations)));
        select = select.filter(any);
    }
    if let Some(reached) = wanted.reached {
        let states = reached.states();
        select = select.filter(message::Column::State.is_in(states.iter().map(|state| state.number())));
        if states == [State::Failed] {
            select = select.filter(has_failed());
        }
        if matches!(states, [State::Sent] | [State::Delivered] | [State::Read] | [State::Shadow]) {
            select = select.filter(has_left());
        }
        if states == [State::Queued] {
            select = select.filter(message::Column::Id.in_subquery(waiting(tenant_id)));
        }
        select = match reached {
            Reached::FailedLater => select.filter(has_failed_later()),
            Reached::Status(MessageStatus::Held) => select.filter(ground.held()),
            Reached::Status(MessageStatus::Queued) => select.filter(ground.held().not()),
            _ => select,
        };
    }
    Ok(select)
}

/// A source has few messages if it has at most one of so many. With more, reading by time finds a page sooner.
const SHARE: i64 = 4;

/// The source of the filter, if it has few messages in at most as few chats, by the ledger's days.
async fn sparse_source(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    wanted: &MessageFilter,
) -> Result<Option<Uuid>, DbErr> {
    let Some(source_id) = wanted.source_id else { return Ok(None) };
    let mut days = ledger_delta::Entity::of_tenant(tenant_id);
    if let Some(from) = wanted.from {
        let first = i32::try_from(from.div_euclid(DAY)).unwrap_or_default();
        days = days.filter(ledger_delta::Column::Day.gte(first));
    }
    let accepted: Vec<(Uuid, Option<i64>)> = days
        .select_only()
        .column(ledger_delta::Column::SourceId)
        .column_as(sum(ledger_delta::Column::Accepted), "accepted")
        .group_by(ledger_delta::Column::SourceId)
        .into_tuple()
        .all(db)
        .await?;
    let count =
        |of: &dyn Fn(Uuid) -> bool| accepted.iter().filter(|row| of(row.0)).filter_map(|row| row.1).sum::<i64>();
    let few = count(&|_| true) / SHARE;
    if count(&|id| id == source_id) > few {
        return Ok(None);
    }
    // Its chats are counted no further than that.
    let beyond: Option<Uuid> = conversation::Entity::of_tenant(tenant_id)
        .filter(conversation::Column::SourceId.is_in([source_id, Uuid::nil()]))
        .select_only()
        .column(conversation::Column::Id)
        .offset(u64::try_from(few).unwrap_or_default())
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(beyond.is_none().then_some(source_id))
}

/// Ids of the messages in its chats. The source of a chat never changes; chats that have none yet may have messages of
/// any source.
fn sparse_ids(tenant_id: Uuid, source_id: Uuid, wanted: &MessageFilter) -> SelectStatement {
    let chats = Query::select()
        .column(conversation::Column::Id)
        .from(conversation::Entity)
        .and_where(conversation::Column::TenantId.eq(tenant_id))
        .and_where(conversation::Column::SourceId.is_in([source_id, Uuid::nil()]))
        .to_owned();
    let mut ids = Query::select()
        .column(message::Column::Id)
        .from(message::Entity)
        .and_where(message::Column::TenantId.eq(tenant_id))
        .and_where(message::Column::ConversationId.in_subquery(chats))
        .to_owned();
    if let Some(from) = wanted.from {
        ids.and_where(message::Column::Id.gte(first_id_at(from)));
    }
    ids
}

/// Up to `rows` of the newest `most` matches after the message `after`, the slowest first; those that the other side has
/// not accepted come last, newest first. With the number of matches, at most `most`.
pub async fn slowest_page(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    wanted: &MessageFilter,
    ground: &Ground,
    (after, rows): (Option<Uuid>, u64),
    most: u64,
) -> anyhow::Result<(Vec<MessageSummary>, u64)> {
    let some = newest(db, tenant_id, wanted, ground, most).await?;
    let ids: Vec<Uuid> = message::Entity::of_tenant(tenant_id)
        .filter(message::Column::Id.in_subquery(some.into_query()))
        .select_only()
        .column(message::Column::Id)
        .order_by_desc(duration(tenant_id))
        .order_by_desc(message::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let begin = after.and_then(|after| ids.iter().position(|id| *id == after)).map_or(0, |place| place + 1);
    let (page, count) = cut(ids, begin, rows, most);
    let of_page = message::Entity::of_tenant(tenant_id).filter(message::Column::Id.is_in(page.iter().copied()));
    let mut lines = lines(db, tenant_id, ground, of_page.all(db).await?).await?;
    lines.sort_by_key(|line| page.iter().position(|id| *id == line.message.id));
    Ok((lines, count))
}

/// How long a message took, milliseconds; 0 if it was not accepted.
fn duration(tenant_id: Uuid) -> Expr {
    let mut of_message = Query::select();
    of_message
        .expr(Expr::col((attempt::Entity, attempt::Column::Took)).max())
        .from(attempt::Entity)
        .and_where(Expr::col((attempt::Entity, attempt::Column::TenantId)).eq(tenant_id))
        .and_where(
            Expr::col((attempt::Entity, attempt::Column::MessageId)).equals((message::Entity, message::Column::Id)),
        );
    Func::coalesce([Expr::from(of_message), Expr::val(0)]).into()
}

/// Those of these messages that were found in amoCRM's history, by our id.
pub async fn recovered(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    messages: impl IntoIterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, found_message::Model>, DbErr> {
    let found = found_message::Entity::of_tenant(tenant_id).filter(found_message::Column::MessageId.is_in(messages));
    Ok(found.all(db).await?.into_iter().map(|row| (row.message_id, row)).collect())
}

/// The same for one message.
pub async fn recovered_one(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    message_id: Uuid,
) -> Result<Option<found_message::Model>, DbErr> {
    Ok(recovered(db, tenant_id, [message_id]).await?.remove(&message_id))
}
