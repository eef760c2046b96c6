//! The raw limit: the same rows into the same tables, 200 a commit, with nothing in front of the database.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parom::clock::Clock;
use parom::message::{Direction, Stream};
use parom::message::{day_of, lane_id};
use parom::store::Store;
use sea_orm::sea_query::ArrayType;
use sea_orm::{ConnectionTrait, Statement, Value};
use tokio::task::JoinSet;

use crate::hooks::Hook;
use crate::stage::{CHANNEL, Line};

const BATCH: usize = 200;

/// Rows a second, each with dedupe key, raw bytes, message and letter, over so many connections.
pub async fn rows_per_second(
    store: &Store,
    lines: Arc<Vec<Line>>,
    hooks: Arc<Vec<Hook>>,
    connections: usize,
) -> anyhow::Result<f64> {
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for part in 0..connections {
        let (store, lines, hooks) = (store.clone(), lines.clone(), hooks.clone());
        tasks.spawn(async move {
            let batches = hooks.chunks(BATCH).enumerate().skip(part).step_by(connections);
            for (number, batch) in batches {
                write(&store, &lines, batch, number).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(per_second(hooks.len(), started.elapsed()))
}

/// Things a second.
#[expect(clippy::as_conversions, reason = "counts of a benchmark are far below 2^52")]
pub fn per_second(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

async fn write(store: &Store, lines: &[Line], batch: &[Hook], number: usize) -> anyhow::Result<()> {
    let clock = Clock::system();
    let now = clock.millis();
    let ids: Vec<Value> = batch.iter().map(|_| clock.uuid_v7().into()).collect();
    let tenants: Vec<Value> = batch.iter().map(|hook| lines[hook.line].tenant_id.into()).collect();
    let sources: Vec<Value> = batch.iter().map(|hook| lines[hook.line].source_id.into()).collect();
    let chats: Vec<Value> = batch.iter().map(|hook| lines[hook.line].conversation_id.into()).collect();
    let lanes: Vec<Value> = batch
        .iter()
        .map(|hook| lane_id(lines[hook.line].conversation_id, Direction::ToMessenger, Stream::Messages).into())
        .collect();
    let externals: Vec<Value> = batch.iter().map(|hook| hook.amojo_message_id.clone().into()).collect();
    let bodies: Vec<Value> = batch.iter().map(|hook| hook.body.to_vec().into()).collect();
    let texts: Vec<Value> = batch
        .iter()
        .map(|hook| Value::from(String::from_utf8_lossy(&hook.body[..hook.body.len() / 2]).into_owned()))
        .collect();
    let sequence: Vec<Value> = (0..batch.len())
        .map(|row| Value::from(i64::try_from(number * BATCH + row).unwrap_or(0) + 1_000_000_000))
        .collect();
    let channel = format!("'{CHANNEL}'");
    let day = day_of(now);
    let tx = store.write_tx().await?;
    let channel = if store.is_sqlite() { format!("X{}", channel.replace('-', "")) } else { format!("{channel}::uuid") };
    let columns = |list: &[(ArrayType, &Vec<Value>)]| {
        list.iter().map(|(kind, values)| (kind.clone(), (*values).clone())).collect::<Vec<_>>()
    };
    use ArrayType::{BigInt, Bytes, String as Text, Uuid};
    let statements = [
        (
            format!(
                "INSERT INTO dedupe (tenant_id, origin, external_id, event, message_id, fingerprint, day) SELECT a, {channel}, b, 1, c, 0, {day} FROM rows"
            ),
            columns(&[(Uuid, &tenants), (Text, &externals), (Uuid, &ids)]),
        ),
        (
            format!(
                "INSERT INTO raw_hook (tenant_id, id, kind, target, received_at, headers, body, quarantine) SELECT a, b, 'amocrm', {channel_text}, {now}, '{{}}', c, '' FROM rows",
                channel_text = format_args!("'{CHANNEL}_{CHANNEL}'")
            ),
            columns(&[(Uuid, &tenants), (Uuid, &ids), (Bytes, &bodies)]),
        ),
        (
            format!(
                "INSERT INTO message (tenant_id, id, source_id, conversation_id, direction, state, reported, external_id, amocrm_message_id, body, error, sent_at, accepted_at, day, position, possible_duplicate) SELECT a, b, c, d, 2, 0, 0, '', e, f, '', {now}, {now}, {day}, 0, false FROM rows"
            ),
            columns(&[
                (Uuid, &tenants),
                (Uuid, &ids),
                (Uuid, &sources),
                (Uuid, &chats),
                (Text, &externals),
                (Text, &texts),
            ]),
        ),
        (
            format!(
                "INSERT INTO letter (tenant_id, lane_id, order_key, seq, id, message_id, source_id, direction, kind, payload, attempts, unknown, resends, late, accepted_at, expires_at, day) SELECT a, b, {now}, c, d, d, e, 2, 1, '', 0, false, 0, false, {now}, {now}, {day} FROM rows"
            ),
            columns(&[(Uuid, &tenants), (Uuid, &lanes), (BigInt, &sequence), (Uuid, &ids), (Uuid, &sources)]),
        ),
    ];
    for (text, columns) in statements {
        for statement in rows(store, &text, columns) {
            tx.execute_raw(statement).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// The statement in front of which stands its table of rows `a, b, c, …`: one array a column, or VALUES.
fn rows(store: &Store, body: &str, columns: Vec<(ArrayType, Vec<Value>)>) -> Vec<Statement> {
    let names = ["a", "b", "c", "d", "e", "f"].iter().take(columns.len()).copied().collect::<Vec<_>>().join(", ");
    if !store.is_sqlite() {
        let casts = columns
            .iter()
            .enumerate()
            .map(|(index, (kind, _))| format!("${}::{}", index + 1, cast(kind)))
            .collect::<Vec<_>>();
        let text = format!("WITH rows({names}) AS (SELECT * FROM unnest({})) {body}", casts.join(", "));
        let values = columns.into_iter().map(|(kind, values)| Value::Array(kind, Some(Box::new(values))));
        return vec![Statement::from_sql_and_values(store.backend(), text, values)];
    }
    let (width, height) = (columns.len(), columns.first().map_or(0, |(_, values)| values.len()));
    let one = format!("({})", vec!["?"; width].join(","));
    let text = format!("WITH rows({names}) AS (VALUES {}) {body}", vec![one; height].join(","));
    let mut columns: Vec<_> = columns.into_iter().map(|(_, values)| values.into_iter()).collect();
    let mut values = Vec::with_capacity(width * height);
    for _ in 0..height {
        values.extend(columns.iter_mut().filter_map(Iterator::next));
    }
    vec![Statement::from_sql_and_values(store.backend(), text, values)]
}

fn cast(kind: &ArrayType) -> &'static str {
    match kind {
        ArrayType::Uuid => "uuid[]",
        ArrayType::BigInt => "bigint[]",
        ArrayType::Bytes => "bytea[]",
        _ => "text[]",
    }
}
