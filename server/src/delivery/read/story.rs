//! Where is my message? One message with everything that happened to it and what is ahead of it.

use anyhow::Context;
use entity::{attempt, conversation, dead_letter, dedupe, found_message, lane, letter, message, source, turn};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, PaginatorTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::holds::Holds;
use super::list::failure_of;
use super::{MessageStatus, first_id_at, found, made_at};
use crate::delivery::queue::parcel::{Event, Found};
use crate::message::{Body, Direction, Failure, LetterKind, Person, State, Stream, lane_id};

/// A message, whole.
#[derive(Clone, Debug)]
pub struct Story {
    pub message: message::Model,
    pub direction: Direction,
    pub status: MessageStatus,
    /// Why what goes in its direction waits; none: nothing holds it.
    pub hold: Option<String>,
    pub failure: Option<Failure>,
    pub body: Body,
    pub conversation: Option<conversation::Model>,
    pub contact: Person,
    /// A deleted one too; none: the message never had one.
    pub source: Option<source::Model>,
    /// Of the message, its edits and its statuses, oldest first.
    pub attempts: Vec<attempt::Model>,
    pub dead: Vec<dead_letter::Model>,
    /// Its own letter, while that waits.
    pub waiting: Option<Waiting>,
    pub receipts: Receipts,
    /// No hook told it: it was found in amoCRM's history.
    pub found: Option<found_message::Model>,
}

/// When the messenger told that the customer has it, in milliseconds since 1970; none: it did not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Receipts {
    pub delivered: Option<i64>,
    pub read: Option<i64>,
}

/// A letter in its lane.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub letter: letter::Model,
    /// The source or channel whose turn it waits for.
    pub target: Uuid,
    /// Messages of the same chat and direction that go before it.
    pub ahead: u64,
    /// When it is tried next, in milliseconds since 1970; none: at once, when those before it have gone, or when
    /// somebody resumes what holds it.
    pub next_at: Option<i64>,
    /// Somebody carries it right now.
    pub on_its_way: bool,
}

impl Story {
    /// The dead letter of the message itself; none: it is not given up.
    pub fn dead_message(&self) -> Option<&dead_letter::Model> {
        self.dead.iter().find(|dead| dead.kind == LetterKind::Message.number())
    }

    /// The same of a message that was found in amoCRM's history and waits for somebody to decide.
    pub fn held_found(&self) -> Option<&dead_letter::Model> {
        self.dead_message().filter(|dead| dead.reason == Found::REASON)
    }

    /// Tries of the message itself, oldest first.
    pub fn tries(&self) -> impl DoubleEndedIterator<Item = &attempt::Model> {
        self.attempts.iter().filter(|attempt| attempt.kind == LetterKind::Message.number())
    }

    /// Tries to show its status in amoCRM, oldest first.
    pub fn status_tries(&self) -> impl DoubleEndedIterator<Item = &attempt::Model> {
        self.attempts.iter().filter(|attempt| attempt.kind == LetterKind::Status.number())
    }

    /// Whether the customer may see it twice when it is sent once more.
    pub fn may_repeat(&self) -> bool {
        self.direction == Direction::ToMessenger
            && (self.message.possible_duplicate
                || self.message.state != State::Failed.number()
                || self.tries().any(|attempt| attempt.verdict == "unknown"))
    }
}

/// A message of an account; none: it has no such message.
pub async fn read(db: &impl ConnectionTrait, tenant_id: Uuid, id: Uuid) -> anyhow::Result<Option<Story>> {
    let Some(message) = message::Entity::of_tenant(tenant_id).filter(message::Column::Id.eq(id)).one(db).await? else {
        return Ok(None);
    };
    let direction = Direction::from_number(message.direction)?;
    let attempts = attempts(db, &message).await?;
    let dead = dead(db, &message).await?;
    let conversation = conversation::Entity::of_tenant(tenant_id)
        .filter(conversation::Column::Id.eq(message.conversation_id))
        .one(db)
        .await?;
    let source = source::Entity::of_tenant(tenant_id).filter(source::Column::Id.eq(message.source_id)).one(db).await?;
    let hold = match &source {
        Some(source) => Holds::of(db, source).await?.reason(direction).cloned(),
        None => None,
    };
    let state = State::from_number(message.state)?;
    let waiting = waiting(db, &message, direction).await?;
    Ok(Some(Story {
        direction,
        status: MessageStatus::of(state, hold.is_some()),
        hold,
        failure: failure_of(&message)?,
        body: serde_json::from_str(&message.body).context("the body of a stored message")?,
        contact: conversation.as_ref().and_then(|row| serde_json::from_str(&row.contact).ok()).unwrap_or_default(),
        conversation,
        source,
        attempts,
        dead,
        waiting,
        receipts: receipts(db, &message).await?,
        found: found::one(db, tenant_id, id).await?,
        message,
    }))
}

/// Every try of a message's letters, oldest first.
pub async fn attempts(db: &impl ConnectionTrait, message: &message::Model) -> Result<Vec<attempt::Model>, DbErr> {
    attempt::Entity::of_tenant(message.tenant_id)
        .filter(attempt::Column::MessageId.eq(message.id))
        .order_by_asc(attempt::Column::At)
        .order_by_asc(attempt::Column::Number)
        .all(db)
        .await
}

/// What of a message was given up. Dead letters are never older than their message, which bounds the search.
pub async fn dead(db: &impl ConnectionTrait, message: &message::Model) -> Result<Vec<dead_letter::Model>, DbErr> {
    dead_letter::Entity::of_tenant(message.tenant_id)
        .filter(dead_letter::Column::Id.gte(first_id_at(message.accepted_at)))
        .filter(dead_letter::Column::MessageId.eq(message.id))
        .all(db)
        .await
}

/// By the keys under which receipts are recognised: each has an id of its own, made when it came.
async fn receipts(db: &impl ConnectionTrait, message: &message::Model) -> Result<Receipts, DbErr> {
    let keys = dedupe::Entity::of_tenant(message.tenant_id)
        .filter(dedupe::Column::Origin.eq(message.source_id))
        .filter(dedupe::Column::ExternalId.eq(message.id.to_string()))
        .filter(dedupe::Column::Event.is_in([Event::StatusDelivered.number(), Event::StatusRead.number()]))
        .all(db)
        .await?;
    let of = |event: Event| keys.iter().find(|key| key.event == event.number()).map(|key| made_at(key.message_id));
    Ok(Receipts { delivered: of(Event::StatusDelivered), read: of(Event::StatusRead) })
}

async fn waiting(
    db: &impl ConnectionTrait,
    message: &message::Model,
    direction: Direction,
) -> Result<Option<Waiting>, DbErr> {
    let lane_id = lane_id(message.conversation_id, direction, Stream::Messages);
    let in_lane = || letter::Entity::of_tenant(message.tenant_id).filter(letter::Column::LaneId.eq(lane_id));
    let own = in_lane()
        .filter(letter::Column::MessageId.eq(message.id))
        .filter(letter::Column::Kind.eq(LetterKind::Message.number()))
        .one(db)
        .await?;
    let Some(letter) = own else { return Ok(None) };
    let before = Condition::any().add(letter::Column::OrderKey.lt(letter.order_key)).add(
        Condition::all().add(letter::Column::OrderKey.eq(letter.order_key)).add(letter::Column::Seq.lt(letter.seq)),
    );
    let ahead = in_lane().filter(before).count(db).await?;
    let lane = lane::Entity::of_tenant(message.tenant_id).filter(lane::Column::LaneId.eq(lane_id)).one(db).await?;
    let Some(lane) = lane else { return Ok(None) };
    let turn = turn::Entity::of_tenant(message.tenant_id).filter(turn::Column::Target.eq(lane.target)).one(db).await?;
    let on_its_way = ahead == 0 && lane.owner.is_some();
    let due = lane.due_at.filter(|_| ahead == 0 && !on_its_way);
    let turns = turn.filter(|turn| !turn.reason.is_empty()).and_then(|turn| turn.ready_at);
    let next_at = due.map(|due| turns.map_or(due, |turns| turns.max(due)));
    Ok(Some(Waiting { letter, target: lane.target, ahead, next_at, on_its_way }))
}
