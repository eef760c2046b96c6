//! Stored messages, as in a database that has been in use for some time.

use anyhow::Context;
use base::clock::Clock;
use base::message::{State, day_of};
use parom::app::App;
use sea_orm::ConnectionTrait;

use crate::beside::write_log_back;
use crate::database;
use crate::line::CHANNEL;
use crate::stage::Stage;

/// Rows per statement.
const AT_ONCE: usize = 200_000;
/// They are spread over the last thirty days.
const SPAN: i64 = 30 * 86_400_000;

/// Adds delivered messages with their keys, spread evenly over all conversations, each with the body of a message
/// accepted before. Returns how many.
pub async fn messages(stage: &Stage, count: usize) -> anyhow::Result<usize> {
    let app = &stage.app;
    let conversations = stage.lines.len();
    let rounds = count.div_ceil(conversations);
    let (now, step) = (Clock::system().millis(), SPAN / i64::try_from(rounds.max(1))?);
    let most = (AT_ONCE / conversations).max(1);
    let mut done = 0;
    while done < rounds {
        let last = (done + most).min(rounds);
        let times = Times { first: done + 1, last, start: now - SPAN, step };
        for statement in times.statements(app) {
            app.store.write().execute_unprepared(&statement).await.context("messages of the past")?;
        }
        if stage.is_sqlite() {
            // The server does it beside its writer; without it the log grows by four times the size of the rows.
            write_log_back(&app.store).await?;
        }
        done = last;
    }
    if !stage.is_sqlite() {
        database::say(stage.database(), &["VACUUM (ANALYZE)", "CHECKPOINT"]).await?;
    }
    Ok(rounds * conversations)
}

/// Messages `first` to `last` of each conversation, `step` apart.
struct Times {
    first: usize,
    last: usize,
    start: i64,
    step: i64,
}

impl Times {
    fn statements(&self, app: &App) -> [String; 2] {
        let Self { first, last, start, step } = self;
        let (series, at) = (
            format!(
                "WITH RECURSIVE s(n) AS (SELECT CAST({first} AS BIGINT) UNION ALL SELECT n + 1 FROM s WHERE n < {last}), \
                 one AS (SELECT body FROM message LIMIT 1)"
            ),
            format!("({start} + s.n * {step})"),
        );
        let (id, key, channel) = if app.store.is_sqlite() {
            (
                format!("unhex(printf('%012x7', {at}) || substr(hex(randomblob(10)), 1, 19))"),
                "lower(hex(randomblob(16)))",
                format!("X'{}'", CHANNEL.replace('-', "")),
            )
        } else {
            let half = "replace(gen_random_uuid()::text, '-', '')";
            (
                format!("(lpad(to_hex({at}), 12, '0') || '7' || substr({half}, 1, 19))::uuid"),
                "gen_random_uuid()::text",
                format!("'{CHANNEL}'::uuid"),
            )
        };
        let (day, delivered) = (day_of(*start), State::Delivered.number());
        [
            format!(
                "{series} INSERT INTO message (tenant_id, id, source_id, conversation_id, direction, state, reported, \
                 external_id, amocrm_message_id, body, error, sent_at, accepted_at, day, position, possible_duplicate) \
                 SELECT c.tenant_id, {id}, c.source_id, c.id, 1 + s.n % 2, {delivered}, {delivered}, {key}, {key}, one.body, '', {at}, {at}, \
                 {day} + CAST(s.n * {step} / 86400000 AS INTEGER), s.n, false FROM s, conversation c, one"
            ),
            format!(
                "{series} INSERT INTO dedupe (tenant_id, origin, external_id, event, message_id, fingerprint, day) \
                 SELECT c.tenant_id, {channel}, {key}, 1, {id}, 0, {day} + CAST(s.n * {step} / 86400000 AS INTEGER) \
                 FROM s, conversation c, one"
            ),
        ]
    }
}
