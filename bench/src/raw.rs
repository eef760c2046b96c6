//! The raw limit: the same rows into the same tables, 200 hooks per commit, with nothing in front of the database and
//! no lookups: dedupe key, raw bytes, message and letter are inserted; lane, turn and ledger are updated.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use base::clock::Clock;
use base::message::{Direction, Stream};
use base::message::{day_of, lane_id};
use base::store::Store;
use sea_orm::sea_query::ArrayType;
use sea_orm::{ConnectionTrait, Statement, Value};
use tokio::task::JoinSet;

use crate::figures::per_second;
use crate::hooks::Hook;
use crate::line::{CHANNEL, Line};

const BATCH: usize = 200;

/// Hooks per second, each with all its rows, over this many connections.
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
            // By tenant, as the server's writers divide the work: two connections never wait for the same row.
            let mine: Vec<&Hook> = hooks
                .iter()
                .filter(|hook| usize::from(lines[hook.line].tenant_id.as_bytes()[15]) % connections == part)
                .collect();
            for (number, batch) in mine.chunks(BATCH).enumerate() {
                write(&store, &lines, batch, number * connections + part).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(per_second(hooks.len(), started.elapsed()))
}

/// Writes one batch in one commit; `number` distinguishes its rows from those of other batches.
pub async fn write(store: &Store, lines: &[Line], batch: &[&Hook], number: usize) -> anyhow::Result<()> {
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
    let mut sums: BTreeMap<usize, i64> = BTreeMap::new();
    for hook in batch {
        *sums.entry(hook.line).or_default() += 1;
    }
    let mut of_tenant: BTreeMap<(uuid::Uuid, uuid::Uuid), i64> = BTreeMap::new();
    for (line, count) in &sums {
        *of_tenant.entry((lines[*line].tenant_id, lines[*line].source_id)).or_default() += count;
    }
    let lane_tenants: Vec<Value> = sums.keys().map(|line| lines[*line].tenant_id.into()).collect();
    let lane_ids: Vec<Value> = sums
        .keys()
        .map(|line| lane_id(lines[*line].conversation_id, Direction::ToMessenger, Stream::Messages).into())
        .collect();
    let lane_chats: Vec<Value> = sums.keys().map(|line| lines[*line].conversation_id.into()).collect();
    let lane_sources: Vec<Value> = sums.keys().map(|line| lines[*line].source_id.into()).collect();
    let lane_counts: Vec<Value> = sums.values().map(|count| (*count).into()).collect();
    let turn_tenants: Vec<Value> = of_tenant.keys().map(|key| key.0.into()).collect();
    let turn_sources: Vec<Value> = of_tenant.keys().map(|key| key.1.into()).collect();
    let turn_counts: Vec<Value> = of_tenant.values().map(|count| (*count).into()).collect();
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
        (
            format!(
                "INSERT INTO turn (tenant_id, target, pool, ready_at, tokens, refilled_at, reason, failures) SELECT a, b, '', {now}, 0, 0, '', 0 FROM rows WHERE true ORDER BY a, b ON CONFLICT (tenant_id, target) DO UPDATE SET ready_at = coalesce(turn.ready_at, excluded.ready_at)"
            ),
            columns(&[(Uuid, &turn_tenants), (Uuid, &turn_sources)]),
        ),
        (
            format!(
                "INSERT INTO lane (tenant_id, lane_id, conversation_id, source_id, direction, stream, target, next_seq, last_key, max_key, waiting, due_at, owner, epoch, leased_until, starts, carried) SELECT a, b, c, d, 2, 1, d, e, 0, {now}, e, {now}, NULL, 0, 0, 0, 0 FROM rows WHERE true ORDER BY a, b ON CONFLICT (tenant_id, lane_id) DO UPDATE SET next_seq = lane.next_seq + excluded.next_seq, max_key = excluded.max_key, waiting = lane.waiting + excluded.waiting, due_at = coalesce(lane.due_at, excluded.due_at)"
            ),
            columns(&[
                (Uuid, &lane_tenants),
                (Uuid, &lane_ids),
                (Uuid, &lane_chats),
                (Uuid, &lane_sources),
                (BigInt, &lane_counts),
            ]),
        ),
        (
            format!(
                "INSERT INTO ledger_delta (tenant_id, source_id, direction, day, instance, accepted, delivered, failed) SELECT a, b, 2, {day}, {channel}, c, 0, 0 FROM rows WHERE true ORDER BY a, b ON CONFLICT (tenant_id, source_id, direction, day, instance) DO UPDATE SET accepted = ledger_delta.accepted + excluded.accepted"
            ),
            columns(&[(Uuid, &turn_tenants), (Uuid, &turn_sources), (BigInt, &turn_counts)]),
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

/// The statement with its table of rows `a, b, c, …` in front: one array per column, or VALUES.
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
