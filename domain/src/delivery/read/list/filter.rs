//! Which messages a list shows.

use base::message::{Direction, FailureCode, LetterKind, State};
use entity::{attempt, letter, message};
use sea_orm::sea_query::{Expr, Query, SelectStatement, SimpleExpr, UnionType};
use sea_orm::{ColumnTrait, Condition, QueryFilter, Select};
use uuid::Uuid;

use super::Ground;
use crate::delivery::read::find::SearchResults;
use crate::delivery::read::{MessageStatus, first_id_at};

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
            .and_where(Took.gt(self.millis.max(SLOW)))
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
pub(in crate::delivery::read) fn has_failed_later() -> Condition {
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
            Self::Status(MessageStatus::Failed) | Self::FailedLater => &[State::Failed],
        }
    }
}

/// The messages of an account that match.
pub(super) fn select(
    tenant_id: Uuid,
    wanted: &MessageFilter,
    ground: &Ground,
) -> anyhow::Result<Select<message::Entity>> {
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
        select = select.filter(any).filter(has_failed());
    }
    if let Some(slower) = wanted.slower {
        select = select.filter(message::Column::Id.in_subquery(slower.ids(tenant_id)));
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
        if matches!(states, [State::Sent] | [State::Delivered] | [State::Read]) {
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
