//! Messages with their attempts, as an account has them that worked for a week: customers and twenty managers, a few
//! failures, a few that were slow, some that wait.

use anyhow::Context;
use base::clock::Clock;
use base::message::{Direction, LetterKind, State};
use chrono::{DateTime, Days};
use entity::{conversation, message, source};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::database;
use crate::stage::Stage;

/// They are spread over a week.
const SPAN: i64 = 7 * 86_400_000;
/// Rows per statement.
const AT_ONCE: i64 = 20_000;
/// One conversation of so many belongs to the source with few messages.
const RARE: usize = 400;
/// The latest messages of which nothing has become yet.
const WAITING: i64 = 40;

/// What pages are asked for.
pub struct Seeded {
    pub busy: Uuid,
    pub rare: Uuid,
    pub message: Uuid,
    pub conversation: Uuid,
    /// A day in the middle, `2026-11-20`.
    pub day: String,
}

/// Inserts that many messages into the stage's account.
pub async fn messages(stage: &Stage, count: i64) -> anyhow::Result<Seeded> {
    let line = stage.lines.first().context("an account with a conversation")?;
    let (tenant_id, db) = (line.tenant_id, stage.app.store.write());
    let rare = second_source(stage, line.tenant_id, line.source_id).await?;
    let now = Clock::system().millis();
    let chats = i64::try_from(stage.lines.len())?;
    let rows =
        Rows { is_sqlite: stage.is_sqlite(), tenant_id, chats, count, start: now - SPAN, step: SPAN / count.max(1) };
    let mut first = 1;
    while first <= count {
        let last = (first + AT_ONCE - 1).min(count);
        for statement in rows.statements(first, last) {
            db.execute_unprepared(&statement).await.context("messages of a week")?;
        }
        first = last + 1;
    }
    db.execute_unprepared(&rows.ledger()).await.context("the ledger")?;
    if stage.is_sqlite() {
        // As the server does it from time to time.
        db.execute_unprepared("PRAGMA optimize").await?;
    } else {
        database::say(stage.database(), &["VACUUM (ANALYZE)", "CHECKPOINT"]).await?;
    }
    let any = message::Entity::of_tenant(tenant_id).order_by_desc(message::Column::Id).offset(100).one(db).await?;
    let any = any.context("a message")?;
    let middle = DateTime::from_timestamp_millis(now).context("now")?.date_naive() - Days::new(3);
    Ok(Seeded {
        busy: line.source_id,
        rare,
        message: any.id,
        conversation: any.conversation_id,
        day: middle.format("%Y-%m-%d").to_string(),
    })
}

/// Another source, with some of the conversations.
async fn second_source(stage: &Stage, tenant_id: Uuid, first: Uuid) -> anyhow::Result<Uuid> {
    let db = stage.app.store.write();
    let found = source::Entity::of_tenant(tenant_id).filter(source::Column::Id.eq(first)).one(db).await?;
    let id = Clock::system().uuid_v7();
    let name = "second".to_owned();
    let second = source::Model { id, name: name.clone(), external_id: name, ..found.context("the first source")? };
    source::Entity::insert(second.into_active_model()).exec_without_returning(db).await?;
    let some: Vec<Uuid> = stage.lines.iter().step_by(RARE).map(|line| line.conversation_id).collect();
    conversation::Entity::update_many()
        .col_expr(conversation::Column::SourceId, Expr::value(id))
        .filter(conversation::Column::TenantId.eq(tenant_id))
        .filter(conversation::Column::Id.is_in(some))
        .exec(db)
        .await?;
    Ok(id)
}

/// The rows of message number `n`: in conversation `n % chats`, in turn from the customer and from a manager.
struct Rows {
    is_sqlite: bool,
    tenant_id: Uuid,
    chats: i64,
    count: i64,
    start: i64,
    step: i64,
}

impl Rows {
    fn tenant(&self) -> String {
        self.uuid(self.tenant_id)
    }

    fn uuid(&self, id: Uuid) -> String {
        if self.is_sqlite { format!("X'{}'", id.simple()) } else { format!("'{id}'::uuid") }
    }

    /// An id that begins with the time, as all ids do.
    fn id(&self, letter: char) -> String {
        if self.is_sqlite {
            format!("unhex(printf('%012x7{letter}%018x', s.at, s.n))")
        } else {
            format!("(lpad(to_hex(s.at), 12, '0') || '7{letter}' || lpad(to_hex(s.n), 18, '0'))::uuid")
        }
    }

    fn series(&self, first: i64, last: i64) -> String {
        let Self { chats, start, step, .. } = self;
        format!(
            "WITH RECURSIVE numbers(n) AS (SELECT CAST({first} AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < {last}), \
             s AS (SELECT n, {start} + n * {step} AS at, 1 + (n / {chats}) % 2 AS direction, n % {chats} AS place FROM numbers), \
             c AS (SELECT id, source_id, row_number() OVER (ORDER BY id) - 1 AS place FROM conversation \
             WHERE tenant_id = {})",
            self.tenant()
        )
    }

    fn statements(&self, first: i64, last: i64) -> [String; 3] {
        let series = self.series(first, last);
        let (tenant, id, waits) = (self.tenant(), self.id('0'), self.count - WAITING);
        let (queued, sent, delivered, failed) =
            (State::Queued.number(), State::Sent.number(), State::Delivered.number(), State::Failed.number());
        let state = format!(
            "CASE WHEN s.n > {waits} THEN {queued} WHEN s.n % 200 = 7 THEN {failed} WHEN s.n % 3 = 0 THEN {sent} ELSE {delivered} END"
        );
        let customer =
            r#"'{"sender":{"id":"user-' || s.place || '","role":"client","name":"Customer ' || s.place || '"}'"#;
        let manager =
            r#"'{"sender":{"id":"76fc2bea-902f-425c-9a3d-dcdac47660' || (10 + s.n % 20) || '","role":"manager"}'"#;
        let text = "Good morning, is the blue one in stock? I would like to have it delivered on Friday. ".repeat(4);
        let error = r#"{"code":"recipient_unreachable","text":""}"#;
        let (message, letter) = (LetterKind::Message.number(), self.id('1'));
        let outgoing = Direction::ToMessenger.number();
        [
            format!(
                "{series} INSERT INTO message (tenant_id, id, source_id, conversation_id, direction, state, reported, \
                 external_id, amocrm_message_id, body, error, sent_at, accepted_at, day, position, possible_duplicate) \
                 SELECT {tenant}, {id}, c.source_id, c.id, s.direction, {state}, 0, 'theirs-' || s.n, 'crm-' || s.n, \
                 CASE WHEN s.direction = {outgoing} THEN {manager} ELSE {customer} END || ',\"content\":{{\"type\":\"text\",\"text\":\"{text}\"}},\"silent\":false,\"deleted\":false}}', \
                 CASE WHEN s.n <= {waits} AND s.n % 200 = 7 THEN '{error}' ELSE '' END, s.at - 300, s.at, \
                 CAST(s.at / 86400000 AS INTEGER), s.n, false FROM s JOIN c ON c.place = s.place"
            ),
            format!(
                "{series} INSERT INTO attempt (tenant_id, message_id, letter_id, number, kind, direction, at, ms, verdict, \
                 status, answer, reason, took) SELECT {tenant}, {id}, {letter}, 1, {message}, s.direction, \
                 s.at + s.n % 900 + {slow}, 120, CASE WHEN s.n % 200 = 7 THEN 'bury' ELSE 'done' END, 200, '{{}}', '', \
                 CASE WHEN s.n % 200 = 7 THEN 0 ELSE s.n % 900 + {slow} + 120 END FROM s WHERE s.n <= {waits}",
                slow = "CASE WHEN s.n % 5000 = 11 THEN 700000 WHEN s.n % 300 = 11 THEN 15000 ELSE 0 END"
            ),
            format!(
                "{series} INSERT INTO letter (tenant_id, lane_id, order_key, seq, id, message_id, source_id, direction, kind, \
                 payload, attempts, unknown, resends, late, accepted_at, expires_at, day) SELECT {tenant}, c.id, s.at, 1, {letter}, \
                 {id}, c.source_id, s.direction, {message}, '', 0, false, 0, false, s.at, s.at + 86400000, \
                 CAST(s.at / 86400000 AS INTEGER) FROM s JOIN c ON c.place = s.place WHERE s.n > {waits}"
            ),
        ]
    }

    fn ledger(&self) -> String {
        let (tenant, nil) = (self.tenant(), self.uuid(Uuid::nil()));
        let (sent, read, failed) = (State::Sent.number(), State::Read.number(), State::Failed.number());
        format!(
            "INSERT INTO ledger_delta (tenant_id, source_id, direction, day, instance, accepted, delivered, failed) \
             SELECT tenant_id, source_id, direction, day, {nil}, count(*), \
             sum(CASE WHEN state BETWEEN {sent} AND {read} THEN 1 ELSE 0 END), \
             sum(CASE WHEN state = {failed} THEN 1 ELSE 0 END) FROM message WHERE tenant_id = {tenant} \
             GROUP BY tenant_id, source_id, direction, day"
        )
    }
}
