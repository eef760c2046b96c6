//! Dead letters: pages, counts by reason, and a preview of sending them again.

use std::collections::BTreeMap;

use base::message::{Body, Direction, LetterKind, Person, State};
use base::store::Store;
use entity::{attempt, conversation, dead_letter, message};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select, Statement, Value,
};
use uuid::Uuid;

use super::first_id_at;

/// Filter for dead letters.
#[derive(Clone, Debug, Default)]
pub struct DeadLetterFilter {
    pub source_id: Option<Uuid>,
    /// The stored reason.
    pub reason: Option<String>,
    pub kind: Option<LetterKind>,
    /// Created at this moment (milliseconds since 1970) or later.
    pub from: Option<i64>,
    /// Given up by this moment (milliseconds since 1970).
    pub given_up_by: Option<i64>,
    /// Only these.
    pub ids: Option<Vec<Uuid>>,
    /// Only these messages themselves, without their edits and receipts.
    pub messages: Option<Vec<Uuid>>,
}

/// A reason and the number of its dead letters.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct ReasonGroup {
    pub reason: String,
    pub count: i64,
}

/// A dead letter with what a list shows of it.
#[derive(Clone, Debug)]
pub struct DeadLetterSummary {
    pub dead: dead_letter::Model,
    pub direction: Direction,
    pub kind: LetterKind,
    pub contact: Person,
    /// HTTP status of the last attempt; 0 if there was no answer or no attempt.
    pub status: i32,
    /// The kind of content; none if the message is erased.
    pub content_kind: Option<&'static str>,
}

/// The effect of sending some of them again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dry {
    pub count: u64,
    /// Those of them that customers may receive twice.
    pub maybe_twice: u64,
    /// Those that will fail again as things are, by why, most first.
    pub again: Vec<ReasonGroup>,
    pub to_messenger: u64,
}

/// Up to `rows` of them that are older than `after`, newest first.
pub async fn page(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    wanted: &DeadLetterFilter,
    after: Option<Uuid>,
    rows: u64,
) -> Result<Vec<dead_letter::Model>, DbErr> {
    newest(select(tenant_id, wanted), after, rows).all(db).await
}

/// [`page`] of all accounts, by one statement however many accounts there are; of a distributed database, those of the
/// nodes that answer.
pub async fn page_of_all(
    store: &Store,
    wanted: &DeadLetterFilter,
    after: Option<Uuid>,
    rows: u64,
) -> Result<Vec<dead_letter::Model>, DbErr> {
    store.all_in_reach(newest(filtered(dead_letter::Entity::find(), wanted), after, rows)).await
}

fn newest(of: Select<dead_letter::Entity>, after: Option<Uuid>, rows: u64) -> Select<dead_letter::Entity> {
    of.apply_if(after, |of, after| of.filter(dead_letter::Column::Id.lt(after)))
        .order_by_desc(dead_letter::Column::Id)
        .limit(rows)
}

/// Number of dead letters per reason, largest first. Ignores the filter's reason.
pub async fn groups(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    wanted: &DeadLetterFilter,
) -> Result<Vec<ReasonGroup>, DbErr> {
    let all = DeadLetterFilter { reason: None, ..wanted.clone() };
    let groups: Vec<ReasonGroup> = select(tenant_id, &all)
        .select_only()
        .column(dead_letter::Column::Reason)
        .column_as(dead_letter::Column::Id.count(), "count")
        .group_by(dead_letter::Column::Reason)
        .into_model()
        .all(db)
        .await?;
    Ok(most_first(groups))
}

fn most_first(mut groups: Vec<ReasonGroup>) -> Vec<ReasonGroup> {
    groups.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.reason.cmp(&right.reason)));
    groups
}

/// Ids of the selected dead letters, oldest first: the order in which they are sent again.
pub async fn ids(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    wanted: &DeadLetterFilter,
    most: u64,
) -> Result<Vec<Uuid>, DbErr> {
    select(tenant_id, wanted)
        .select_only()
        .column(dead_letter::Column::Id)
        .order_by_asc(dead_letter::Column::Id)
        .limit(most)
        .into_tuple()
        .all(db)
        .await
}

/// Number of selected dead letters.
pub async fn count(db: &impl ConnectionTrait, tenant_id: Uuid, wanted: &DeadLetterFilter) -> Result<u64, DbErr> {
    select(tenant_id, wanted).count(db).await
}

/// How many messages of an account, or of one source, are undelivered: those that are no longer tried until a person
/// decides, at most `most`, and for a day those that the messenger reported as failed after it had accepted them. `since`:
/// when that day begins, which is `figures::hours_begin`. What says how many are undelivered says this, or
/// [`undelivered_of_all`].
pub async fn undelivered(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    source_id: Option<Uuid>,
    since: i64,
    most: i64,
) -> Result<i64, DbErr> {
    let of_source = source_id.map_or("", |_| "AND source_id = $4");
    let (kind, failed) = (LetterKind::Message.number(), State::Failed.number());
    let text = format!(
        "SELECT (SELECT count(*) FROM (SELECT id FROM dead_letter WHERE tenant_id = $1 AND kind = {kind} {of_source} \
         LIMIT $3) AS dead) + (SELECT count(*) FROM message WHERE tenant_id = $1 AND id >= $2 AND error <> '' \
         AND state = {failed} AND position > 0 {of_source}) AS undelivered"
    );
    let values: [Value; 3] = [tenant_id.into(), first_id_at(since).into(), most.into()];
    let values = values.into_iter().chain(source_id.map(Value::from));
    let row = db.query_one_raw(Statement::from_sql_and_values(db.get_database_backend(), text, values)).await?;
    row.map_or(Ok(0), |row| row.try_get("", "undelivered"))
}

/// Undelivered messages of the whole service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Undelivered {
    pub messages: i64,
    /// Those of them that failed after the messenger had accepted them.
    pub failed_later: i64,
    /// Of how many accounts they are.
    pub accounts: i64,
}

/// [`undelivered`] of all accounts, at most `most` messages: the menu's count reads no more than it shows.
pub async fn undelivered_of_all(db: &impl ConnectionTrait, since: i64, most: i64) -> Result<Undelivered, DbErr> {
    let (kind, failed) = (LetterKind::Message.number(), State::Failed.number());
    // By account, or the failed messages of all days would be read.
    let text = format!(
        "SELECT count(*) AS messages, count(later) AS failed_later, count(DISTINCT tenant_id) AS accounts FROM \
         (SELECT tenant_id, later FROM (SELECT tenant_id, CAST(NULL AS integer) AS later FROM dead_letter \
         WHERE kind = {kind} LIMIT $2) AS dead UNION ALL SELECT message.tenant_id, 1 FROM tenant JOIN message \
         ON message.tenant_id = tenant.tenant_id AND message.id >= $1 AND message.error <> '' \
         AND message.state = {failed} AND message.position > 0 LIMIT $2) AS undelivered"
    );
    let values = [first_id_at(since).into(), most.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
    Ok(Undelivered::find_by_statement(statement).one(db).await?.unwrap_or_default())
}

/// Counts what sending these again would do; changes nothing. Ids that no longer exist are not counted.
pub async fn dry_run(db: &impl ConnectionTrait, tenant_id: Uuid, ids: &[Uuid]) -> Result<Dry, DbErr> {
    let rows = dead_letter::Entity::of_tenant(tenant_id)
        .filter(dead_letter::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    let out: Vec<_> = rows.iter().filter(|row| row.direction == Direction::ToMessenger.number()).collect();
    let messages: Vec<Uuid> = out.iter().map(|row| row.message_id).collect();
    let doubtful: Vec<Uuid> = attempt::Entity::of_tenant(tenant_id)
        .filter(attempt::Column::MessageId.is_in(messages.iter().copied()))
        .filter(attempt::Column::Verdict.eq("unknown"))
        .select_only()
        .column(attempt::Column::LetterId)
        .into_tuple()
        .all(db)
        .await?;
    let marked: Vec<Uuid> = message::Entity::of_tenant(tenant_id)
        .filter(message::Column::Id.is_in(messages))
        .filter(message::Column::PossibleDuplicate.eq(true))
        .select_only()
        .column(message::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let chats = conversation::Entity::of_tenant(tenant_id)
        .filter(conversation::Column::Id.is_in(out.iter().map(|row| row.conversation_id)))
        .all(db)
        .await?;
    let mut again: BTreeMap<&str, i64> = BTreeMap::new();
    for row in &out {
        let chat = chats.iter().find(|chat| chat.id == row.conversation_id);
        if let Some(why) = chat.and_then(|chat| fails_again(row, chat)) {
            *again.entry(why).or_default() += 1;
        }
    }
    let again = again.into_iter().map(|(reason, count)| ReasonGroup { reason: reason.to_owned(), count });
    let twice = out.iter().filter(|row| doubtful.contains(&row.id) || marked.contains(&row.message_id)).count();
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    Ok(Dry {
        count: number(rows.len()),
        maybe_twice: number(twice),
        again: most_first(again.collect()),
        to_messenger: number(out.len()),
    })
}

/// Why a message to a customer will fail again, as a stored reason; none if it may arrive.
fn fails_again<'row>(row: &'row dead_letter::Model, chat: &conversation::Model) -> Option<&'row str> {
    let is_so = match row.reason.as_str() {
        _ if chat.shut_at > 0 => return Some("recipient_blocked"),
        // What the customer wrote since then has opened it again.
        "window_closed" => chat.heard_at <= row.last_at,
        "writing_first" => chat.external_id.is_empty(),
        "recipient_unreachable" | "source_disconnected" | "unsupported" | "marketing_stopped" => true,
        _ => false,
    };
    is_so.then_some(row.reason.as_str())
}

/// The same rows with their customers.
pub async fn lines(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    rows: Vec<dead_letter::Model>,
) -> anyhow::Result<Vec<DeadLetterSummary>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.conversation_id).collect();
    let found = conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::Id.is_in(ids)).all(db).await?;
    let contacts: BTreeMap<Uuid, Person> =
        found.into_iter().map(|row| (row.id, serde_json::from_str(&row.contact).unwrap_or_default())).collect();
    let tries = attempt::Entity::of_tenant(tenant_id)
        .filter(attempt::Column::MessageId.is_in(rows.iter().map(|row| row.message_id)))
        .filter(attempt::Column::LetterId.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(attempt::Column::Number)
        .all(db)
        .await?;
    let statuses: BTreeMap<Uuid, i32> = tries.into_iter().map(|one| (one.letter_id, one.status)).collect();
    let contents = contents(db, tenant_id, &rows).await?;
    let line = |dead: dead_letter::Model| {
        Ok(DeadLetterSummary {
            direction: Direction::from_number(dead.direction)?,
            kind: LetterKind::from_number(dead.kind)?,
            contact: contacts.get(&dead.conversation_id).cloned().unwrap_or_default(),
            status: statuses.get(&dead.id).copied().unwrap_or(0),
            content_kind: contents.get(&dead.message_id).copied(),
            dead,
        })
    };
    rows.into_iter().map(line).collect()
}

/// The kinds of content of their messages.
async fn contents(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    rows: &[dead_letter::Model],
) -> anyhow::Result<BTreeMap<Uuid, &'static str>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.message_id).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = message::Entity::of_tenant(tenant_id).filter(message::Column::Id.is_in(ids)).all(db).await?;
    let kind = |row: message::Model| Ok((row.id, serde_json::from_str::<Body>(&row.body)?.content.kind()));
    found.into_iter().map(kind).collect()
}

fn select(tenant_id: Uuid, wanted: &DeadLetterFilter) -> Select<dead_letter::Entity> {
    filtered(dead_letter::Entity::of_tenant(tenant_id), wanted)
}

fn filtered(select: Select<dead_letter::Entity>, wanted: &DeadLetterFilter) -> Select<dead_letter::Entity> {
    use dead_letter::Column::{Id, Kind, LastAt, MessageId, Reason, SourceId};
    select
        .apply_if(wanted.source_id, |select, source_id| select.filter(SourceId.eq(source_id)))
        .apply_if(wanted.reason.as_ref(), |select, reason| select.filter(Reason.eq(reason.as_str())))
        .apply_if(wanted.kind, |select, kind| select.filter(Kind.eq(kind.number())))
        .apply_if(wanted.from, |select, from| select.filter(Id.gte(first_id_at(from))))
        .apply_if(wanted.given_up_by, |select, by| select.filter(LastAt.lte(by)))
        .apply_if(wanted.ids.as_ref(), |select, ids| select.filter(Id.is_in(ids.iter().copied())))
        .apply_if(wanted.messages.as_ref(), |select, ids| {
            select.filter(MessageId.is_in(ids.iter().copied())).filter(Kind.eq(LetterKind::Message.number()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dead(reason: &str) -> dead_letter::Model {
        dead_letter::Model {
            tenant_id: Uuid::nil(),
            id: Uuid::nil(),
            lane_id: Uuid::nil(),
            conversation_id: Uuid::nil(),
            source_id: Uuid::nil(),
            message_id: Uuid::nil(),
            target: Uuid::nil(),
            direction: Direction::ToMessenger.number(),
            stream: 0,
            kind: LetterKind::Message.number(),
            payload: String::new(),
            reason: reason.to_owned(),
            detail: String::new(),
            attempts: 1,
            first_at: 10,
            last_at: 20,
            day: 0,
        }
    }

    #[test]
    fn what_the_customer_did_since_may_let_a_message_arrive() {
        let chat = |external_id: &str, shut_at, heard_at| conversation::Model {
            external_id: external_id.to_owned(),
            shut_at,
            heard_at,
            ..entity::fixture::conversation()
        };
        for (reason, chat, again) in [
            ("window_closed", chat("chat-1", 0, 5), Some("window_closed")),
            ("window_closed", chat("chat-1", 0, 25), None),
            ("writing_first", chat("", 0, 0), Some("writing_first")),
            ("writing_first", chat("chat-1", 0, 25), None),
            ("recipient_blocked", chat("chat-1", 15, 5), Some("recipient_blocked")),
            ("recipient_blocked", chat("chat-1", 0, 25), None),
            ("too_old", chat("chat-1", 15, 5), Some("recipient_blocked")),
            ("too_old", chat("chat-1", 0, 5), None),
            ("unsupported", chat("chat-1", 0, 25), Some("unsupported")),
        ] {
            assert_eq!(fails_again(&dead(reason), &chat), again, "{reason} {} {}", chat.shut_at, chat.heard_at);
        }
    }
}
