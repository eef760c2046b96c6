//! The nodes of a Citus cluster. A search over all accounts fails while one of them does not answer; it is then repeated
//! for the shards of the others, each asked where it is (docs/queue.md#one-statement-for-each-account).

use std::sync::atomic::Ordering;

use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, QueryResult, QueryTrait, Select, Statement,
};

use super::{Executor, ResultRow, Store, is_node_away};

/// Shortest time between two warnings that only a part of the accounts is found.
const WARNED_EVERY_MILLIS: i64 = 30_000;

/// What a search over all accounts reads.
#[derive(Clone, Copy)]
pub struct Search<'names> {
    /// Its tables, named in the statement without a schema. Rows of an account are joined with rows of the same account.
    pub tables: &'names [&'names str],
    /// Names and types of its columns, unless they are columns of the first table.
    pub columns: Option<&'names str>,
}

impl Store {
    /// How many nodes of a Citus cluster do not answer its coordinator; 0 on any other database.
    pub async fn nodes_away(&self) -> Result<i64, DbErr> {
        if !self.has_nodes.load(Ordering::Acquire) {
            return Ok(0);
        }
        let text = "SELECT count(*) AS away FROM run_command_on_workers('SELECT 1') WHERE NOT success";
        let row = self.read.query_one_raw(Statement::from_string(self.backend, text)).await?;
        row.ok_or_else(|| DbErr::RecordNotFound("the nodes".into()))?.try_get("", "away")
    }

    /// Rows of any accounts; while a node of the database does not answer, those of the others.
    pub async fn all_in_reach<E: EntityTrait>(&self, rows: Select<E>) -> Result<Vec<E::Model>, DbErr> {
        if !self.has_nodes.load(Ordering::Acquire) {
            return rows.all(&self.read).await;
        }
        let search = Search { tables: &[E::default().table_name()], columns: None };
        let found = self.search(&self.read, rows.build(self.backend), search).await?;
        found.iter().map(|row| E::Model::from_query_result(row, "")).collect()
    }

    /// [`Store::all_in_reach`] for a statement. A sum over all accounts comes once from each shard then.
    pub async fn search(
        &self,
        db: impl Into<Executor<'_>>,
        statement: Statement,
        search: Search<'_>,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let db = db.into();
        let found = match db.query(statement.clone()).await {
            Err(error) if self.has_nodes.load(Ordering::Acquire) && is_node_away(&error) => {
                self.warn_of_a_part(&error);
                db.query(on_shards(&statement.to_string(), search)).await?
            }
            found => found?,
        };
        found.into_iter().map(ResultRow::of_driver).collect()
    }

    fn warn_of_a_part(&self, error: &DbErr) {
        let (now, warned) = (self.clock.millis(), self.warned_of_a_part.load(Ordering::Acquire));
        let is_due = (now - warned).abs() >= WARNED_EVERY_MILLIS;
        if is_due && self.warned_of_a_part.compare_exchange(warned, now, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            tracing::warn!(%error, "a node of the database does not answer; only the accounts of the others are served");
        }
    }
}

/// The query on every shard that can be reached, sorted and limited once more.
fn on_shards(query: &str, Search { tables, columns }: Search<'_>) -> Statement {
    let first = tables.first().copied().unwrap_or_default();
    let mut of_shard = query.to_owned();
    let (mut named, mut colocated) = ("$1::text".to_owned(), String::new());
    for table in tables {
        of_shard = with_placeholder(&of_shard, table);
        named = format!("replace({named}, '{{{table}}}', shard_name({table}.logicalrelid, {table}.shardid))");
        if *table != first {
            colocated.push_str(&format!(
                " JOIN pg_dist_shard AS {table} ON {table}.logicalrelid = '{table}'::regclass \
                 AND {table}.shardminvalue = {first}.shardminvalue"
            ));
        }
    }
    // What a node that does not answer returns is the text of an error.
    let rows = "CASE WHEN answer.success THEN nullif(answer.result, '')::json END";
    let found = match columns {
        Some(columns) => format!("json_to_recordset({rows}) AS {first}({columns})"),
        None => format!("json_populate_recordset(NULL::{first}, {rows}) AS {first}"),
    };
    let text = format!(
        "SELECT {first}.* FROM (SELECT array_agg(node) AS nodes, array_agg(port) AS ports, array_agg(command) AS commands \
         FROM (SELECT placement.nodename AS node, placement.nodeport::int AS port, {named} AS command \
         FROM pg_dist_shard AS {first} JOIN pg_dist_shard_placement AS placement ON placement.shardid = {first}.shardid{colocated} \
         WHERE {first}.logicalrelid = '{first}'::regclass) AS asked) AS given \
         CROSS JOIN LATERAL master_run_on_worker(given.nodes, given.ports, given.commands, true) \
         AS answer(node_name, node_port, success, result) CROSS JOIN LATERAL {found}{}",
        order_of(query)
    );
    let command = format!("SELECT json_agg(found) FROM ({of_shard}) AS found");
    Statement::from_sql_and_values(DbBackend::Postgres, text, [command.into()])
}

/// The table as `{table}` everywhere it is read.
fn with_placeholder(query: &str, table: &str) -> String {
    let mut text = query.to_owned();
    for word in ["FROM", "JOIN"] {
        for name in [table.to_owned(), format!("\"{table}\"")] {
            let read = format!("{word} {name}");
            let mut parts = text.split(&read);
            let mut replaced = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                let is_whole = !part.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_');
                match (is_whole, part.starts_with(" AS ")) {
                    (false, _) => replaced.push_str(&read),
                    (true, true) => replaced.push_str(&format!("{word} {{{table}}}")),
                    (true, false) => replaced.push_str(&format!("{word} {{{table}}} AS {name}")),
                }
                replaced.push_str(part);
            }
            text = replaced;
        }
    }
    text
}

/// The order and limit of the whole query, not of one inside of it.
fn order_of(query: &str) -> &str {
    let behind = query.rfind(')').map_or(0, |at| at + 1);
    let end = &query[behind..];
    let begins = [" ORDER BY ", " LIMIT "].iter().filter_map(|words| end.find(words)).min();
    begins.map_or("", |at| &end[at..])
}

#[cfg(test)]
mod tests {
    use super::{order_of, with_placeholder};

    #[test]
    fn tables_are_read_on_a_shard_under_their_own_names() {
        let ours = "SELECT turn.pool FROM turn CROSS JOIN lane LEFT JOIN LATERAL (SELECT * FROM letter AS first) AS letter ON true \
                    WHERE turn.tenant_id = lane.tenant_id";
        let text =
            ["turn", "lane", "letter"].iter().fold(ours.to_owned(), |text, table| with_placeholder(&text, table));
        let expected = "SELECT turn.pool FROM {turn} AS turn CROSS JOIN {lane} AS lane LEFT JOIN LATERAL \
                        (SELECT * FROM {letter} AS first) AS letter ON true WHERE turn.tenant_id = lane.tenant_id";
        assert_eq!(text, expected);
        let built = "SELECT \"alert\".\"kind\" FROM \"alert\" WHERE \"alert\".\"letter_at\" <= 5";
        let expected = "SELECT \"alert\".\"kind\" FROM {alert} AS \"alert\" WHERE \"alert\".\"letter_at\" <= 5";
        assert_eq!(with_placeholder(built, "alert"), expected);
        assert_eq!(with_placeholder("SELECT 1 FROM alert_notice", "alert"), "SELECT 1 FROM alert_notice");
    }

    #[test]
    fn the_order_is_that_of_the_whole_query() {
        assert_eq!(order_of("SELECT 1 FROM turn WHERE (a, b) > (1, 2) ORDER BY a LIMIT 5"), " ORDER BY a LIMIT 5");
        assert_eq!(order_of("SELECT 1 FROM (SELECT 2 ORDER BY b LIMIT 1) AS letter WHERE true LIMIT 9"), " LIMIT 9");
        assert_eq!(order_of("SELECT 1 FROM (SELECT 2 ORDER BY b LIMIT 1) AS letter"), "");
    }
}
