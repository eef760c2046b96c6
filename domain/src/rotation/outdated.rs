//! Counts values that are encrypted with a key other than the first, by table.

use base::store::Store;
use base::vault::{ColumnStorage, KeyId, Place, Table};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Query, SelectStatement, SimpleExpr};
use sea_orm::{ConnectionTrait, DbErr};

use super::reseal::base64_head;

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
