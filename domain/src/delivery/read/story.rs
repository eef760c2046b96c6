//! "Where is my message?": one message with its complete history and what is still ahead of it.

use std::ops::RangeInclusive;

use anyhow::Context;
use base::message::{Body, Direction, Failure, LetterKind, Person, Role, State, Stream, lane_id};
use entity::{attempt, conversation, dead_letter, dedupe, found_message, lane, letter, message, source, turn};
use queue::RATE;
use queue::accept_batch::{EventKind, HistoryMessage};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::list::{self, failure_of};
use super::reason::HoldReasons;
use super::{first_id_at, made_at};

/// A message with everything known about it.
#[derive(Clone, Debug)]
pub struct Story {
    pub message: message::Model,
    pub direction: Direction,
    pub status: MessageStatus,
    /// Why its direction is held; none if it is not.
    pub hold: Option<String>,
    pub failure: Option<Failure>,
    pub body: Body,
    pub conversation: Option<conversation::Model>,
    pub contact: Person,
    /// May be deleted; none if the message never had one.
    pub source: Option<source::Model>,
    /// Attempts of the message, its edits and its statuses, oldest first.
    pub attempts: Vec<attempt::Model>,
    pub dead: Vec<dead_letter::Model>,
    /// Its own letter, while that waits.
    pub waiting: Option<WaitingLetter>,
    pub receipts: Receipts,
    /// Set if it was found in amoCRM's history, without a hook.
    pub found: Option<found_message::Model>,
}

/// When the messenger reported the message as delivered, read or failed, in milliseconds since 1970; none if it did not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Receipts {
    pub delivered: Option<i64>,
    pub read: Option<i64>,
    pub failed: Option<i64>,
}

/// A waiting letter and its position in the lane.
#[derive(Clone, Debug)]
pub struct WaitingLetter {
    pub letter: letter::Model,
    /// The source or channel whose turn it waits for.
    pub target: Uuid,
    /// Messages of the same chat and direction ahead of it, at most one more than [`MOST_AHEAD`].
    pub ahead: u64,
    /// What else goes first.
    pub before: SentBefore,
    /// When it is tried next, in milliseconds since 1970; none: at once, after those ahead of it have gone, or when
    /// its target is resumed.
    pub next_at: Option<i64>,
    /// It is being sent right now.
    pub on_its_way: bool,
}

/// Messages that go before another are counted up to this number.
pub const MOST_AHEAD: u64 = 1_000;
/// A minute's calls say something about the pace after this long, and while they are not older than the second.
const OBSERVED: RangeInclusive<i64> = 5_000..=120_000;

/// What goes before a waiting message on the way of its account: an estimate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SentBefore {
    /// With those of the same chat; more than [`MOST_AHEAD`] if there are more.
    pub messages: u64,
    /// Calls that were answered since `counted_from`, milliseconds since 1970.
    calls: i64,
    counted_from: i64,
}

impl SentBefore {
    /// About how long that takes at the present pace, in milliseconds; none if it could not be observed.
    pub fn takes(&self, now: i64) -> Option<i64> {
        let passed = now - self.counted_from;
        let messages = i64::try_from(self.messages).unwrap_or(i64::MAX);
        (self.calls > 0 && OBSERVED.contains(&passed)).then(|| messages.saturating_mul(passed) / self.calls)
    }
}

impl Story {
    /// The dead letter of the message itself; none if it was not given up.
    pub fn dead_message(&self) -> Option<&dead_letter::Model> {
        self.dead.iter().find(|dead| dead.kind == LetterKind::Message.number())
    }

    /// The dead letter of a message found in amoCRM's history that waits for a decision.
    pub fn held_found(&self) -> Option<&dead_letter::Model> {
        self.dead_message().filter(|dead| dead.reason == HistoryMessage::REASON)
    }

    /// Whether a manager or a bot wrote it outside amoCRM, such as an imported answer.
    pub fn is_by_staff(&self) -> bool {
        self.direction == Direction::ToCrm && self.body.sender.role != Role::Client
    }

    /// Attempts for the message itself, oldest first.
    pub fn tries(&self) -> impl DoubleEndedIterator<Item = &attempt::Model> {
        self.attempts.iter().filter(|attempt| attempt.kind == LetterKind::Message.number())
    }

    /// Attempts to report its status to amoCRM, oldest first.
    pub fn status_tries(&self) -> impl DoubleEndedIterator<Item = &attempt::Model> {
        self.attempts.iter().filter(|attempt| attempt.kind == LetterKind::Status.number())
    }

    /// Whether the messenger accepted it, which gave it a place in its chat, and reported a failure afterwards.
    pub fn failed_later(&self) -> bool {
        let is_over = self.status == MessageStatus::Failed && self.waiting.is_none() && self.dead_message().is_none();
        is_over && self.message.position > 0
    }

    /// Whether the customer may receive it twice if it is sent once more.
    pub fn may_repeat(&self) -> bool {
        self.direction == Direction::ToMessenger
            && (self.message.possible_duplicate
                || self.message.state != State::Failed.number()
                || self.tries().any(|attempt| attempt.verdict == "unknown"))
    }
}

/// A message of an account, as of `now`; none if the account has no such message.
pub async fn read(db: &impl ConnectionTrait, tenant_id: Uuid, id: Uuid, now: i64) -> anyhow::Result<Option<Story>> {
    let Some(message) = message::Entity::find_by_id((tenant_id, id)).one(db).await? else {
        return Ok(None);
    };
    let direction = Direction::from_number(message.direction)?;
    let attempts = attempts(db, &message).await?;
    let dead = dead(db, &message).await?;
    let conversation = conversation::Entity::find_by_id((tenant_id, message.conversation_id)).one(db).await?;
    let source = source::Entity::find_by_id((tenant_id, message.source_id)).one(db).await?;
    let hold = match &source {
        Some(source) => HoldReasons::of(db, source).await?.reason(direction).cloned(),
        None => None,
    };
    let state = State::from_number(message.state)?;
    let waiting = waiting(db, &message, direction, now).await?;
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
        found: list::recovered_one(db, tenant_id, id).await?,
        message,
    }))
}

/// All attempts for a message's letters, oldest first.
pub async fn attempts(db: &impl ConnectionTrait, message: &message::Model) -> Result<Vec<attempt::Model>, DbErr> {
    attempt::Entity::of_tenant(message.tenant_id)
        .filter(attempt::Column::MessageId.eq(message.id))
        .order_by_asc(attempt::Column::At)
        .order_by_asc(attempt::Column::Number)
        .all(db)
        .await
}

/// The message's dead letters. They are never older than their message, which bounds the search.
pub async fn dead(db: &impl ConnectionTrait, message: &message::Model) -> Result<Vec<dead_letter::Model>, DbErr> {
    dead_letter::Entity::of_tenant(message.tenant_id)
        .filter(dead_letter::Column::Id.gte(first_id_at(message.accepted_at)))
        .filter(dead_letter::Column::MessageId.eq(message.id))
        .all(db)
        .await
}

/// Read from the keys by which receipts are recognised: each has its own id, generated on arrival.
async fn receipts(db: &impl ConnectionTrait, message: &message::Model) -> Result<Receipts, DbErr> {
    let events = [EventKind::StatusDelivered, EventKind::StatusRead, EventKind::StatusFailed];
    let keys = dedupe::Entity::of_tenant(message.tenant_id)
        .filter(dedupe::Column::Origin.eq(message.source_id))
        .filter(dedupe::Column::ExternalId.eq(message.id.to_string()))
        .filter(dedupe::Column::Event.is_in(events.map(EventKind::number)))
        .all(db)
        .await?;
    let of = |event: EventKind| keys.iter().find(|key| key.event == event.number()).map(|key| made_at(key.message_id));
    let [delivered, read, failed] = events.map(of);
    Ok(Receipts { delivered, read, failed })
}

async fn waiting(
    db: &impl ConnectionTrait,
    message: &message::Model,
    direction: Direction,
    now: i64,
) -> Result<Option<WaitingLetter>, DbErr> {
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
    let lane = lane::Entity::of_tenant(message.tenant_id).filter(lane::Column::LaneId.eq(lane_id)).one(db).await?;
    let Some(lane) = lane else { return Ok(None) };
    let mut ahead = {
        let first = in_lane().filter(before.clone()).select_only().column(letter::Column::Seq).limit(MOST_AHEAD + 1);
        u64::try_from(first.into_tuple::<i64>().all(db).await?.len()).unwrap_or(u64::MAX)
    };
    // A head that was sent before stays the head, whatever came later with an earlier place.
    if letter.order_key < lane.last_key {
        ahead += 1;
    } else if ahead > 0 {
        let since = letter::Column::OrderKey.gte(lane.last_key);
        let follows = in_lane().filter(before).filter(since).one(db).await?;
        ahead = follows.map_or(0, |_| ahead);
    }
    let turn = turn::Entity::of_tenant(message.tenant_id).filter(turn::Column::Target.eq(lane.target)).one(db).await?;
    let on_its_way = ahead == 0 && lane.owner.is_some();
    let due = lane.due_at.filter(|_| ahead == 0 && !on_its_way);
    let before =
        if on_its_way { SentBefore::default() } else { sent_before(db, &lane, turn.as_ref(), ahead, now).await? };
    let turns = turn.filter(|turn| !turn.reason.is_empty()).and_then(|turn| turn.ready_at);
    let next_at = due.map(|due| turns.map_or(due, |turns| turns.max(due)));
    Ok(Some(WaitingLetter { letter, target: lane.target, ahead, before, next_at, on_its_way }))
}

#[derive(FromQueryResult)]
struct DueOfSource {
    source_id: Uuid,
    messages: i64,
}

/// Counts what goes before a letter of this lane, with the `ahead` of its chat. Chats of a source take turns: one that waits for
/// longer has a turn more before this letter than letters go before it in its own, one that waits for less has as many. Of each
/// other source one message goes for each of its own, because on the way to amoCRM sources take turns too. One statement that
/// reads at most [`MOST_AHEAD`] chats of each source by the index of due lanes.
async fn sent_before(
    db: &impl ConnectionTrait,
    lane: &lane::Model,
    turn: Option<&turn::Model>,
    ahead: u64,
    now: i64,
) -> Result<SentBefore, DbErr> {
    let most = MOST_AHEAD + 1;
    let text = format!(
        "SELECT source.id AS source_id, CAST(coalesce((SELECT sum(CASE WHEN due.waiting < due.turns THEN due.waiting \
         ELSE due.turns END) FROM (SELECT lane.waiting, CASE WHEN lane.due_at <= $3 THEN $5 + 1 ELSE $5 END AS turns \
         FROM lane WHERE lane.tenant_id = $1 AND lane.target = $2 AND lane.source_id = source.id \
         AND lane.due_at IS NOT NULL AND lane.due_at <= $6 AND lane.lane_id <> $4 \
         ORDER BY lane.due_at LIMIT {most}) AS due), 0) AS bigint) AS messages \
         FROM source WHERE source.tenant_id = $1 AND (source.channel_id = $2 OR source.id = $2)"
    );
    let ahead = i64::try_from(ahead).unwrap_or(i64::MAX - 1);
    let until = lane.due_at.unwrap_or(i64::MAX);
    let due_by = Ord::max(until, now);
    let values =
        [lane.tenant_id.into(), lane.target.into(), until.into(), lane.lane_id.into(), ahead.into(), due_by.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
    let due = DueOfSource::find_by_statement(statement).all(db).await?;
    let of_own = due.iter().filter(|of| of.source_id == lane.source_id).map(|of| of.messages).sum::<i64>();
    let own = ahead.saturating_add(of_own);
    let others = due.iter().filter(|of| of.source_id != lane.source_id).map(|of| of.messages.min(own + 1)).sum::<i64>();
    let messages = u64::try_from(own.saturating_add(others)).unwrap_or(0);
    // While the other side does not answer there is no pace. A rate is one.
    let turn = turn.filter(|turn| turn.reason.is_empty() || turn.reason == RATE);
    let (calls, counted_from) = turn.map_or((0, 0), |turn| (i64::from(turn.calls - turn.errors), turn.counted_from));
    Ok(SentBefore { messages, calls, counted_from })
}

base::worded! {
    // Texts for people are `message-state-{word}`.
    /// The delivery status of a message.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum MessageStatus, as_str {
        Queued = "queued",
        Sent = "sent",
        Delivered = "delivered",
        Read = "read",
        Failed = "failed",
        /// It waits until a person resumes or repairs the source or account, see `reason`.
        Held = "held",
        /// A source that sends nothing received it.
        Shadow = "shadow",
    }
}

impl MessageStatus {
    /// Status of a stored state; `held`: messages in its direction are held.
    pub const fn of(state: State, held: bool) -> Self {
        match state {
            State::Queued if held => Self::Held,
            State::Queued => Self::Queued,
            State::Sent => Self::Sent,
            State::Delivered => Self::Delivered,
            State::Read => Self::Read,
            State::Failed => Self::Failed,
            State::Shadow => Self::Shadow,
        }
    }
}
