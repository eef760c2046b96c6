//! Messages of an account, newest first, with filters.

use std::collections::BTreeMap;

use anyhow::Context;
use base::message::{Body, Direction, Failure, FailureCode, LetterKind, Person, State};
use entity::{attempt, conversation, message, source};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use super::find::SearchResults;
use super::holds::AllHolds;
use super::recovered;
use super::{MessageStatus, first_id_at};

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

impl Slower {
    fn condition(self) -> Condition {
        use attempt::Column as Attempt;
        use message::Column as Message;
        use sea_orm::sea_query::ExprTrait as _;
        let of = |column: Attempt| Expr::col((attempt::Entity, column));
        let took = of(Attempt::At).add(of(Attempt::Ms)).sub(Expr::col((message::Entity, Message::AcceptedAt)));
        let done = Query::select()
            .expr(Expr::val(1))
            .from(attempt::Entity)
            .and_where(of(Attempt::TenantId).equals((message::Entity, Message::TenantId)))
            .and_where(of(Attempt::MessageId).equals((message::Entity, Message::Id)))
            .and_where(of(Attempt::Kind).eq(LetterKind::Message.number()))
            .and_where(of(Attempt::Verdict).eq("done"))
            .and_where(took.gt(self.millis))
            .to_owned();
        let waits = Condition::all()
            .add(Message::State.eq(State::Queued.number()))
            .add(Message::AcceptedAt.lt(self.now - self.millis));
        Condition::any().add(Expr::exists(done)).add(waits)
    }
}

/// Filter by progress: one status, or one figure of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    Status(MessageStatus),
    /// The other side accepted it, whatever happened afterwards.
    Taken,
    /// Queued or held.
    Waiting,
}

impl Reached {
    /// Parses the word used in URLs: a status, `taken` or `waiting`.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "taken" => Some(Self::Taken),
            "waiting" => Some(Self::Waiting),
            status => MessageStatus::from_word(status).map(Self::Status),
        }
    }

    const fn states(self) -> &'static [State] {
        match self {
            Self::Waiting | Self::Status(MessageStatus::Queued | MessageStatus::Held) => &[State::Queued],
            Self::Taken => &[State::Sent, State::Delivered, State::Read],
            Self::Status(MessageStatus::Sent) => &[State::Sent],
            Self::Status(MessageStatus::Delivered) => &[State::Delivered],
            Self::Status(MessageStatus::Read) => &[State::Read],
            Self::Status(MessageStatus::Failed) => &[State::Failed],
        }
    }
}

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

/// An account's sources and their holds, which every list needs besides its rows.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    pub sources: BTreeMap<Uuid, source::Model>,
    pub holds: AllHolds,
}

impl Ground {
    /// Includes deleted sources, because their messages remain.
    pub async fn of_tenant(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Self, DbErr> {
        let sources = source::Entity::of_tenant(tenant_id).all(db).await?;
        let holds = AllHolds::of_tenant(db, tenant_id).await?;
        Ok(Self { sources: sources.into_iter().map(|source| (source.id, source)).collect(), holds })
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

/// Number of matching messages, at most `most`.
pub async fn count(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    wanted: &MessageFilter,
    ground: &Ground,
    most: u64,
) -> anyhow::Result<u64> {
    let ids: Vec<Uuid> = select(tenant_id, wanted, ground)?
        .select_only()
        .column(message::Column::Id)
        .limit(most)
        .into_tuple()
        .all(db)
        .await?;
    Ok(u64::try_from(ids.len()).unwrap_or(most))
}

fn select(tenant_id: Uuid, wanted: &MessageFilter, ground: &Ground) -> anyhow::Result<Select<message::Entity>> {
    let mut select = message::Entity::of_tenant(tenant_id);
    if let Some(direction) = wanted.direction {
        select = select.filter(message::Column::Direction.eq(direction.number()));
    }
    if let Some(source_id) = wanted.source_id {
        select = select.filter(message::Column::SourceId.eq(source_id));
    }
    if let Some(conversation_id) = wanted.conversation_id {
        select = select.filter(message::Column::ConversationId.eq(conversation_id));
    }
    if let Some(from) = wanted.from {
        select = select.filter(message::Column::Id.gte(first_id_at(from)));
    }
    if let Some(to) = wanted.to {
        select = select.filter(message::Column::Id.lt(first_id_at(to)));
    }
    if !wanted.codes.is_empty() {
        // As serde writes it: the code is the first field.
        let begins = |code: &FailureCode| format!("{{\"code\":\"{}\"", code.word());
        let any = wanted
            .codes
            .iter()
            .fold(Condition::any(), |any, code| any.add(message::Column::Error.starts_with(begins(code))));
        select = select.filter(any);
    }
    if let Some(slower) = wanted.slower {
        select = select.filter(slower.condition());
    }
    if let Some(found) = &wanted.found {
        let any = Condition::any()
            .add(message::Column::Id.is_in(found.messages.iter().copied()))
            .add(message::Column::ConversationId.is_in(found.conversations.iter().copied()));
        select = select.filter(any);
    }
    if let Some(reached) = wanted.reached {
        let states = reached.states().iter().map(|state| state.number());
        select = select.filter(message::Column::State.is_in(states));
        select = match reached {
            Reached::Status(MessageStatus::Held) => select.filter(ground.held()),
            Reached::Status(MessageStatus::Queued) => select.filter(ground.held().not()),
            _ => select,
        };
    }
    Ok(select)
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
    Ok(MessageSummary {
        direction,
        status,
        held: hold.filter(|_| status == MessageStatus::Held),
        failure: failure_of(&message)?,
        found,
        body: serde_json::from_str(&message.body).context("the body of a stored message")?,
        contact: conversation.and_then(|row| serde_json::from_str(&row.contact).ok()).unwrap_or_default(),
        message,
    })
}

/// Why a message failed; none if it did not.
pub fn failure_of(message: &message::Model) -> anyhow::Result<Option<Failure>> {
    match message.error.as_str() {
        "" => Ok(None),
        text => serde_json::from_str(text).map(Some).context("the error of a stored message"),
    }
}
