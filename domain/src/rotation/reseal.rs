//! Re-encrypts every sealed column with the first key, in batches. A row that changed since it was read is skipped and
//! handled by the next pass.

use anyhow::Context;
use base::store::{Store, VENDOR, in_transaction};
use base::vault::{ColumnStorage, KeyColumnType, KeyId, Place, Table};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Order, Query, SelectStatement, SimpleExpr};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use uuid::Uuid;

use super::RotationStep;
use crate::platform::PlatformContext;

/// Rows per commit.
const BATCH: u64 = 200;

/// A sealed value and its place.
struct SealedValue {
    tenant_id: Uuid,
    /// The primary key.
    key: Vec<Value>,
    /// The row part of its binding, besides tenant and place.
    row: String,
    sealed: Value,
    blob: Vec<u8>,
}

/// The result of a pass.
#[derive(Default)]
struct Pass {
    resealed: u64,
    /// A row had changed: another pass is needed.
    missed: u64,
    shut: Vec<(&'static str, u64)>,
}

/// The first six characters of a base64 text, which identify the key: the version and 28 bits of the key's id.
pub(super) fn base64_head(key: KeyId) -> String {
    let mut head = STANDARD.encode(key.prefix());
    head.truncate(6);
    head
}

/// Repeats passes until one finds nothing left to re-encrypt.
pub(super) async fn until_nothing_is_left(
    app: &PlatformContext,
    tell: &mut (dyn FnMut(RotationStep) + Send),
) -> anyhow::Result<()> {
    loop {
        let pass = pass(app, tell).await?;
        if pass.resealed + pass.missed == 0 {
            for (table, values) in pass.shut {
                tell(RotationStep::Shut { table, values });
            }
            return Ok(());
        }
    }
}

async fn pass(app: &PlatformContext, tell: &mut (dyn FnMut(RotationStep) + Send)) -> anyhow::Result<Pass> {
    let first = app.vault.key_ids().first().copied().context("there is no key")?;
    let mut pass = Pass::default();
    for place in Place::ALL {
        let table = place.table();
        for column in table.columns {
            let mut shut = 0;
            let mut after = None;
            loop {
                let found = batch(app, &table, column, first, after).await?;
                let Some(last) = found.last() else { break };
                after = Some(last.key.clone());
                let (fresh, closed) = reseal(app, *place, &table, found);
                shut += closed;
                for (one_commit, values) in commits(app, fresh) {
                    app.faults.hit("rotate.before_commit")?;
                    let written = write(app, &table, column, &one_commit).await?;
                    app.faults.hit("rotate.after_commit")?;
                    pass.resealed += written;
                    pass.missed += values - written;
                    tell(RotationStep::Resealed { values: written });
                }
            }
            if shut > 0 {
                pass.shut.push((table.name, shut));
            }
        }
    }
    Ok(pass)
}

/// The next rows of a column with another key's values, ordered by primary key.
async fn batch(
    app: &PlatformContext,
    table: &Table,
    column: &str,
    first: KeyId,
    after: Option<Vec<Value>>,
) -> anyhow::Result<Vec<SealedValue>> {
    let keys: Vec<&str> = std::iter::once("tenant_id").chain(table.keys.iter().map(|(name, _)| *name)).collect();
    let mut query = Query::select();
    query.from(Alias::new(table.name)).column(Alias::new(column)).cond_where(foreign(table, column, first));
    for key in &keys {
        query.column(Alias::new(*key)).order_by(Alias::new(*key), Order::Asc);
    }
    if let Some(after) = after {
        let columns = keys.iter().map(|key| Expr::col(Alias::new(*key)));
        query.and_where(Expr::tuple(columns).gt(Expr::tuple(after.into_iter().map(Expr::value))));
    }
    query.limit(BATCH);
    // On a writing connection: a reader of SQLite may not have seen the last commit yet.
    let rows = app.store.write().query_all_raw(app.store.backend().build(&query)).await?;
    rows.iter().map(|row| found(row, table, column).with_context(|| format!("a row of {}", table.name))).collect()
}

fn found(row: &QueryResult, table: &Table, column: &str) -> anyhow::Result<SealedValue> {
    let tenant_id: Uuid = row.try_get("", "tenant_id")?;
    let (mut key, mut texts) = (vec![Value::from(tenant_id)], Vec::new());
    for (name, holds) in table.keys {
        let (value, text) = match holds {
            KeyColumnType::Uuid => row.try_get::<Uuid>("", name).map(|id| (Value::from(id), id.to_string()))?,
            KeyColumnType::Number => row.try_get::<i64>("", name).map(|id| (Value::from(id), id.to_string()))?,
            KeyColumnType::Text => row.try_get::<String>("", name).map(|id| (Value::from(id.clone()), id))?,
        };
        key.push(value);
        texts.push(text);
    }
    let (sealed, blob) = match table.kept {
        ColumnStorage::Bytes => row.try_get::<Vec<u8>>("", column).map(|blob| (Value::from(blob.clone()), blob))?,
        ColumnStorage::Base64 => {
            let text: String = row.try_get("", column)?;
            let blob = STANDARD.decode(&text).unwrap_or_default();
            (Value::from(text), blob)
        }
    };
    Ok(SealedValue { tenant_id, key, row: texts.join("\n"), sealed, blob })
}

/// The rows with their new values, and the number that no key decrypts.
fn reseal(
    app: &PlatformContext,
    place: Place,
    table: &Table,
    found: Vec<SealedValue>,
) -> (Vec<(SealedValue, Value)>, u64) {
    let (mut fresh, mut shut) = (Vec::with_capacity(found.len()), 0);
    for found in found {
        let tenant = if table.of_vendor { VENDOR } else { found.tenant_id };
        let Ok(plain) = app.vault.open_sealed(tenant, place, &found.row, &found.blob) else {
            shut += 1;
            continue;
        };
        let sealed = app.vault.seal(tenant, place, &found.row, &plain);
        let value = match table.kept {
            ColumnStorage::Bytes => Value::from(sealed),
            ColumnStorage::Base64 => Value::from(STANDARD.encode(sealed)),
        };
        fresh.push((found, value));
    }
    (fresh, shut)
}

/// Groups of rows for one commit each: all, or those of one account where a commit must not touch two.
fn commits(app: &PlatformContext, fresh: Vec<(SealedValue, Value)>) -> Vec<(Vec<(SealedValue, Value)>, u64)> {
    let mut commits: Vec<Vec<(SealedValue, Value)>> = Vec::new();
    for row in fresh {
        let goes_on = |rows: &Vec<(SealedValue, Value)>| {
            !app.store.one_account_a_commit() || rows.iter().all(|(found, _)| found.tenant_id == row.0.tenant_id)
        };
        match commits.last_mut().filter(|rows| goes_on(rows)) {
            Some(rows) => rows.push(row),
            None => commits.push(vec![row]),
        }
    }
    commits
        .into_iter()
        .map(|rows| (u64::try_from(rows.len()).unwrap_or(0), rows))
        .map(|(count, rows)| (rows, count))
        .collect()
}

/// Writes the rows that have not changed meanwhile; returns their number.
async fn write(
    app: &PlatformContext,
    table: &Table,
    column: &str,
    rows: &[(SealedValue, Value)],
) -> Result<u64, DbErr> {
    in_transaction(&app.store, async |tx| {
        let mut written = 0;
        for (found, value) in rows {
            let mut update = Query::update();
            update.table(Alias::new(table.name)).value(Alias::new(column), value.clone());
            let names = std::iter::once("tenant_id").chain(table.keys.iter().map(|(name, _)| *name));
            for (name, key) in names.zip(&found.key) {
                update.and_where(Expr::col(Alias::new(name)).eq(key.clone()));
            }
            update.and_where(Expr::col(Alias::new(column)).eq(found.sealed.clone()));
            written += tx.execute_raw(app.store.backend().build(&update)).await?.rows_affected();
        }
        Ok(written)
    })
    .await
}

// Counts values that are encrypted with a key other than the first, by table.

/// The number of values of a table that are encrypted with another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutdatedCount {
    pub table: &'static str,
    pub values: u64,
}

/// Counts values not encrypted with this key; tables without such values are left out.
pub async fn look(store: &Store, key: KeyId) -> Result<Vec<OutdatedCount>, DbErr> {
    let mut found: Vec<OutdatedCount> = Vec::new();
    for place in Place::ALL {
        let table = place.table();
        for column in table.columns {
            let mut query = Query::select();
            query.expr_as(Func::count(Expr::col(Alias::new(*column))), Alias::new("values_under"));
            query.from(Alias::new(table.name)).cond_where(foreign(&table, column, key));
            let values = count(store, &query).await?;
            match found.iter_mut().find(|under| under.table == table.name) {
                Some(under) => under.values += values,
                None => found.push(OutdatedCount { table: table.name, values }),
            }
        }
    }
    found.retain(|under| under.values > 0);
    Ok(found)
}

async fn count(store: &Store, query: &SelectStatement) -> Result<u64, DbErr> {
    // Read connections are cut off after seconds, and there may be millions of rows.
    let row = store.write().query_one_raw(store.backend().build(query)).await?;
    let values: i64 = row.map_or(Ok(0), |row| row.try_get("", "values_under"))?;
    Ok(u64::try_from(values).unwrap_or(0))
}

/// The conditions that a column holds a sealed value, and that it is of another key.
pub(super) fn foreign(table: &Table, column: &str, key: KeyId) -> SimpleExpr {
    let column = || Expr::col(Alias::new(column));
    let call = |name: &str| Func::cust(Alias::new(name));
    let head = |length: i32| Expr::expr(call("substr").args([column(), Expr::value(1_i32), Expr::value(length)]));
    let other = match table.kept {
        ColumnStorage::Bytes => head(5).ne(key.prefix()),
        ColumnStorage::Base64 => head(6).ne(base64_head(key)),
    };
    Expr::expr(call("length").arg(column())).gt(0_i32).and(other)
}
