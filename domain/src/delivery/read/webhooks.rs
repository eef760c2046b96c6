//! Deliveries to a custom messenger: its messages with all attempts.
//!
//! [`read_endpoint`] shows how a developer's endpoint does. Bounded, however many webhooks it gets: of the period's newest
//! attempts only, by the index of webhooks (`attempt_webhook`).

use std::collections::BTreeMap;

use base::message::{Direction, LetterKind, State};
use entity::{attempt, message, turn};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    Statement,
};
use uuid::Uuid;

use super::figures::{Times, times};
use super::first_id_at;
use crate::delivery::DeliveryContext;

/// One webhook with its attempts.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub message: message::Model,
    /// `webhook-id`: the same in every attempt.
    pub webhook_id: Uuid,
    /// Oldest first; at least one.
    pub attempts: Vec<attempt::Model>,
}

/// Whose deliveries, and which of them.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryFilter {
    pub source_id: Uuid,
    /// Only those that were given up.
    pub failed: bool,
    /// Of messages that were accepted at this moment (milliseconds since 1970) or later.
    pub from: Option<i64>,
}

impl DeliveryFilter {
    /// All of a source.
    pub const fn of(source_id: Uuid) -> Self {
        Self { source_id, failed: false, from: None }
    }
}

/// Deliveries whose message is older than `after`, newest first, and the last message examined if there may be more.
pub async fn page(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    wanted: DeliveryFilter,
    after: Option<Uuid>,
    rows: u64,
) -> Result<(Vec<Delivery>, Option<Uuid>), DbErr> {
    let mut select = message::Entity::of_tenant(tenant_id)
        .filter(message::Column::SourceId.eq(wanted.source_id))
        .filter(message::Column::Direction.eq(Direction::ToMessenger.number()));
    if wanted.failed {
        select = select.filter(message::Column::State.eq(State::Failed.number()));
        // As the partial index has it.
        select = select.filter(Expr::cust("error <> ''"));
    }
    select = select.apply_if(wanted.from, |select, from| select.filter(message::Column::Id.gte(first_id_at(from))));
    select = select.apply_if(after, |select, after| select.filter(message::Column::Id.lt(after)));
    let messages = select.order_by_desc(message::Column::Id).limit(rows).all(db).await?;
    let full = u64::try_from(messages.len()).is_ok_and(|count| count == rows);
    let next = messages.last().map(|message| message.id).filter(|_| full);
    let tries = attempt::Entity::of_tenant(tenant_id)
        .filter(attempt::Column::MessageId.is_in(messages.iter().map(|message| message.id)))
        .filter(attempt::Column::Direction.eq(Direction::ToMessenger.number()))
        .filter(attempt::Column::Kind.is_in([LetterKind::Message.number(), LetterKind::Resend.number()]))
        .order_by_asc(attempt::Column::Number)
        .all(db)
        .await?;
    let mut by_message: BTreeMap<Uuid, BTreeMap<Uuid, Vec<attempt::Model>>> = BTreeMap::new();
    for attempt in tries {
        by_message.entry(attempt.message_id).or_default().entry(attempt.letter_id).or_default().push(attempt);
    }
    let mut deliveries = Vec::new();
    for message in messages {
        for (webhook_id, attempts) in by_message.remove(&message.id).unwrap_or_default() {
            deliveries.push(Delivery { message: message.clone(), webhook_id, attempts });
        }
    }
    Ok((deliveries, next))
}

/// Attempts for a source's webhooks that are older than `after`, newest first.
pub async fn tries(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    source_id: Uuid,
    after: Option<Uuid>,
    rows: u64,
) -> Result<Vec<attempt::Model>, DbErr> {
    webhook_attempts(tenant_id)
        .filter(attempt::Column::SourceId.eq(source_id))
        .apply_if(after, |select, after| select.filter(attempt::Column::Id.lt(after)))
        .order_by_desc(attempt::Column::Id)
        .limit(rows)
        .all(db)
        .await
}

/// One attempt for these sources' webhooks.
pub async fn one(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    sources: impl IntoIterator<Item = Uuid>,
    id: Uuid,
) -> Result<Option<attempt::Model>, DbErr> {
    let select = webhook_attempts(tenant_id).filter(attempt::Column::SourceId.is_in(sources));
    select.filter(attempt::Column::Id.eq(id)).one(db).await
}

/// All attempts that are webhooks.
pub(super) fn webhook_attempts(tenant_id: Uuid) -> Select<attempt::Entity> {
    // As the partial index has it.
    attempt::Entity::of_tenant(tenant_id).filter(Expr::cust("event <> ''"))
}

/// Attempts that are counted at most, the newest ones.
pub const MOST_ATTEMPTS: i64 = 20_000;
/// Attempts of which the time is read, the newest ones.
const TIMED: u64 = 1_000;
/// Milliseconds of a quarter of an hour: no time zone differs from UTC by a part of it.
const QUARTER: i64 = 900_000;

/// Attempts that began within a quarter of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct QuarterAttempts {
    /// Counted from 1970.
    quarter: i64,
    pub attempts: i64,
    /// Those that the endpoint accepted.
    pub accepted: i64,
    /// When it accepted the last of them.
    last: Option<i64>,
    /// When the first of all began.
    first: i64,
}

impl QuarterAttempts {
    /// Its beginning, milliseconds since 1970.
    pub const fn at(&self) -> i64 {
        self.quarter * QUARTER
    }
}

/// When the next attempt is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextAttempt {
    /// Nothing waits.
    None,
    At(i64),
    /// Not before a person switches the source on.
    Held,
}

/// All figures, read at one moment.
#[derive(Debug)]
pub struct EndpointFigures {
    /// In no order, without empty ones.
    pub quarters: Vec<QuarterAttempts>,
    /// How soon it answered.
    pub answers: Option<Times>,
    pub queue: EndpointQueue,
}

/// What waits for an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndpointQueue {
    /// Messages in at most [`MOST_CHATS`] chats, with those that are tried again.
    pub waiting: i64,
    pub next: NextAttempt,
}

/// Chats whose waiting messages are counted.
const MOST_CHATS: u64 = 1_000;

impl EndpointFigures {
    /// When it accepted something last within the period.
    pub fn last_success(&self) -> Option<i64> {
        self.quarters.iter().filter_map(|quarter| quarter.last).max()
    }

    /// From when on attempts are counted, if there are more than are read.
    pub fn counted_since(&self) -> Option<i64> {
        let is_cut = self.quarters.iter().map(|quarter| quarter.attempts).sum::<i64>() >= MOST_ATTEMPTS;
        self.quarters.iter().map(|quarter| quarter.first).min().filter(|_| is_cut)
    }
}

/// Whose figures, and from when on: milliseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub struct EndpointRange {
    pub tenant_id: Uuid,
    pub source_id: Uuid,
    /// Attempts are counted.
    pub counted_from: i64,
    /// Answers are timed.
    pub timed_from: i64,
}

/// Reads the figures of a source's endpoint.
pub async fn read_endpoint(app: &DeliveryContext, range: EndpointRange) -> Result<EndpointFigures, DbErr> {
    let tx = app.store.read_tx().await?;
    let read = async {
        Ok::<_, DbErr>(EndpointFigures {
            quarters: quarters(&tx, range).await?,
            answers: answers(&tx, range).await?,
            queue: queue(&tx, range.tenant_id, range.source_id).await?,
        })
    };
    let read = read.await;
    tx.rollback().await?;
    read
}

async fn quarters(db: &impl ConnectionTrait, range: EndpointRange) -> Result<Vec<QuarterAttempts>, DbErr> {
    let text = format!(
        "SELECT at / {QUARTER} AS quarter, count(*) AS attempts, \
         sum(CASE WHEN verdict = 'done' THEN 1 ELSE 0 END) AS accepted, \
         max(CASE WHEN verdict = 'done' THEN at END) AS last, min(at) AS first \
         FROM (SELECT at, verdict FROM attempt WHERE tenant_id = $1 AND source_id = $2 AND event <> '' AND id >= $3 \
         ORDER BY id DESC LIMIT {MOST_ATTEMPTS}) AS newest GROUP BY at / {QUARTER}"
    );
    let values = [range.tenant_id.into(), range.source_id.into(), first_id_at(range.counted_from).into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
    QuarterAttempts::find_by_statement(statement).all(db).await
}

async fn answers(db: &impl ConnectionTrait, range: EndpointRange) -> Result<Option<Times>, DbErr> {
    let tried: Vec<(i32, i32)> = webhook_attempts(range.tenant_id)
        .filter(attempt::Column::SourceId.eq(range.source_id))
        .filter(attempt::Column::Id.gte(first_id_at(range.timed_from)))
        .order_by_desc(attempt::Column::Id)
        .limit(TIMED)
        .select_only()
        .columns([attempt::Column::Ms, attempt::Column::Status])
        .into_tuple()
        .all(db)
        .await?;
    // Without a status there was no answer.
    Ok(times(tried.into_iter().filter(|(_, status)| *status > 0).map(|(ms, _)| i64::from(ms)).collect()))
}

#[derive(FromQueryResult)]
struct DueLanes {
    waiting: i64,
    due: Option<i64>,
}

/// What waits for a source's endpoint, and when the next attempt is due.
pub async fn queue(db: &impl ConnectionTrait, tenant_id: Uuid, source_id: Uuid) -> Result<EndpointQueue, DbErr> {
    let text = format!(
        "SELECT CAST(coalesce(sum(waiting), 0) AS bigint) AS waiting, min(due_at) AS due FROM (SELECT waiting, due_at \
         FROM lane WHERE tenant_id = $1 AND target = $2 AND due_at IS NOT NULL ORDER BY due_at LIMIT {MOST_CHATS}) AS due"
    );
    let statement =
        Statement::from_sql_and_values(db.get_database_backend(), text, [tenant_id.into(), source_id.into()]);
    let lanes = DueLanes::find_by_statement(statement).one(db).await?;
    let waiting = lanes.as_ref().map_or(0, |lanes| lanes.waiting);
    let Some(due) = lanes.and_then(|lanes| lanes.due) else {
        return Ok(EndpointQueue { waiting, next: NextAttempt::None });
    };
    let turn = turn::Entity::of_tenant(tenant_id).filter(turn::Column::Target.eq(source_id)).one(db).await?;
    let turn = turn.filter(|turn| !turn.reason.is_empty());
    let next = match turn {
        Some(turn) => turn.ready_at.map_or(NextAttempt::Held, |ready| NextAttempt::At(ready.max(due))),
        None => NextAttempt::At(due),
    };
    Ok(EndpointQueue { waiting, next })
}
