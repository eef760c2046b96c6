//! The database of the last release, with messages in every state, under the present binary: it opens, migrates, and
//! delivers what was queued exactly once. `UPDATE_UPGRADE=1` with this test writes the fixture again from the present
//! binary: only while its version is not released (docs/decisions/0035-releases.md).

use std::path::PathBuf;
use std::time::Duration;

use base::clock::Clock;
use base::store;
use base::store::{Store, migrate};
use entity::{api_key, dead_letter, letter, turn};
use parom_tests::database::TestDatabase;
use parom_tests::settings::PATIENCE;
use parom_tests::{Engine, Line, Place, World, both, both_engines};
use queue::{LeaseRequest, TargetRate};
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryOrder, Statement};
use serde_json::json;
use sha2::{Digest, Sha256};
use simulator::crm::{Fault, Part};
use uuid::Uuid;

use crate::admin::operator::Operator;
use crate::pages::olga;

/// The release whose database the fixture is.
const RELEASE: &str = "0.1.0";
const MINUTE: Duration = Duration::from_secs(60);

fn refused(code: u16) -> Fault {
    Fault::Status { code, retry_after: None }
}

/// Delivered, undelivered, held, with an unknown outcome, waiting for the next attempt, leased, and queued in both
/// directions.
async fn in_every_state(world: &mut World) -> [Line; 2] {
    let lines = [world.line("support").await, world.line("paused").await];
    let [line, paused] = &lines;
    let anna = world.customer(line, "anna");
    anna.writes("delivered").await;
    world.customer(paused, "boris").writes("delivered too").await;
    world.deliver_all().await;
    world.manager(line).answers("anna", "answered").await;
    world.sandbox.faults().next_with(Part::Message, "undelivered", 1, refused(400));
    world.customer(line, "carl").writes("undelivered").await;
    world.deliver_all().await;
    world.api.patch(&paused.path(""), &json!({"paused": true})).await.is(200);
    world.manager(paused).answers("boris", "held").await;
    world.sandbox.faults().next_with(Part::Message, "unknown", 1, Fault::Reset);
    world.customer(line, "dora").writes("unknown").await;
    world.sandbox.faults().next_with(Part::Message, "waiting", 1, refused(503));
    world.customer(line, "emil").writes("waiting").await;
    world.deliver_all().await;
    world.customer(line, "fred").writes("leased").await;
    lease(world).await;
    world.customer(line, "gina").writes("queued").await;
    world.manager(line).answers("anna", "queued answer").await;
    lines
}

async fn make(engine: Engine) {
    let Some(mut world) = World::open(engine).await else { return };
    let lines = in_every_state(&mut world).await;
    write(&world, engine, &lines).await;
    world.leave_letters();
    world.allow_problems();
    world.close().await;
}

/// Each text in the list once.
fn once(found: &[String], texts: &[&str]) {
    for text in texts {
        assert_eq!(found.iter().filter(|found| found == text).count(), 1, "{text} in {found:?}");
    }
    assert_eq!(found.len(), texts.len(), "{found:?}");
}

/// Adds keys of an account as the release stored them; gives the makers that its audit log knows.
async fn keys_with_makers(world: &World, engine: Engine, tenant: Uuid) -> Vec<Option<String>> {
    let blob = |id: Uuid| match engine {
        Engine::Sqlite => format!("X'{}'", id.simple()),
        Engine::Postgres => format!("'{id}'"),
    };
    let (person, owner) = (Uuid::from_u128(0xa1), blob(tenant));
    let mut rows = String::new();
    for (number, (kind, actor)) in
        [("member", person.to_string()), ("cli", String::new()), ("", String::new())].into_iter().enumerate()
    {
        let id = Uuid::from_u128(0xab00 + u128::try_from(number).unwrap());
        let key = blob(id);
        rows += &format!(
            "INSERT INTO api_key (tenant_id, id, name, scope, hash, tail, created_at) VALUES ({owner}, {key}, 'old', 'admin', 'x{number}', '', 0);\n"
        );
        if !kind.is_empty() {
            rows += &format!(
                "INSERT INTO audit (tenant_id, id, at, actor_kind, actor_id, actor_name, action, object, detail, address, outcome) VALUES ({owner}, {key}, 0, '{kind}', '{actor}', '', 'key.created', '{id}', '{{}}', '', 'done');\n"
            );
        }
    }
    let db = world.database().connect().await;
    db.execute_unprepared(&rows).await.unwrap();
    db.close().await.unwrap();
    vec![Some(format!("member:{person}")), Some("cli".to_owned()), None]
}

async fn the_last_release_goes_on(engine: Engine) {
    if base::config::variable("UPDATE_UPGRADE").is_some() {
        make(engine).await;
    }
    let Some(mut world) = World::open(engine).await else { return };
    // amoCRM knows the account and its sources; the rows come from the fixture.
    let line = world.line("support").await;
    world.line("paused").await;
    world.crash();
    world.database().empty_again().await;
    let [own, paused] = load(&world, engine).await;
    let makers = keys_with_makers(&world, engine, own.tenant).await;
    world.come_back().await;
    let keys = api_key::Entity::of_tenant(own.tenant).order_by_asc(api_key::Column::Id);
    let keys = keys.all(world.app().store.read()).await.unwrap();
    assert_eq!(keys.into_iter().map(|key| key.made_by).collect::<Vec<_>>(), makers, "the audit log says who made them");
    assert_eq!(store::pending_migrations(&world.app().store).await.unwrap(), 0);
    let db = world.app().store.read().clone();
    assert_eq!(letter::Entity::find().count(&db).await.unwrap(), 6, "held, unknown, waiting, leased, two queued");

    // What was leased is free after its lease.
    world.advance(2 * MINUTE);
    world.deliver_to_the_end().await;
    once(&world.texts_at_crm(&line), &["unknown", "waiting", "leased", "queued"]);
    once(&world.messenger.texts(), &["queued answer"]);
    world.api.patch(&format!("/api/v1/sources/{}", paused.source), &json!({"paused": false})).await.is(200);
    world.deliver_to_the_end().await;
    once(&world.messenger.texts(), &["queued answer", "held"]);
    assert_eq!(letter::Entity::find().count(&db).await.unwrap(), 0);
    assert_eq!(dead_letter::Entity::find().count(&db).await.unwrap(), 1);
    let ledger = world.api.get(&format!("/api/v1/sources/{}/ledger", own.source)).await.is(200).json;
    assert_eq!(ledger["to_crm"], json!({"accepted": 6, "delivered": 5, "failed": 1, "waiting": 0}));

    let member = olga(&world, own.tenant).await;
    for page in ["/panel", "/panel/messages", "/panel/undelivered", "/panel/sources", "/panel/data"] {
        member.opens(page).await.is(200);
    }
    let operator = Operator::signed_in(&world).await;
    for page in ["/admin", "/admin/queues", "/admin/alerts"] {
        operator.opens(page).await.is(200);
    }
    operator.opens(&format!("/admin/accounts/{}", own.tenant)).await.is(200);
    world.allow_problems();
    world.close().await;
}

// A process of one version goes on while a newer version, started beside it, has upgraded the database. Migrations after
// a release only add (docs/decisions/0035-releases.md): here a column to every table, a table and an index.

/// What a migration of the next release may do.
async fn upgrade(world: &World) {
    let db = world.database().connect().await;
    let tables = match world.database().engine() {
        Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        Engine::Postgres => "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public'",
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), tables)).await.unwrap();
    assert!(rows.len() > 50, "{}", rows.len());
    let mut changes: Vec<String> = rows
        .iter()
        .map(|row| row.try_get::<String>("", "name").unwrap())
        .filter(|table| table != "seaql_migrations")
        .map(|table| format!("ALTER TABLE \"{table}\" ADD COLUMN next_release TEXT NOT NULL DEFAULT ''"))
        .collect();
    changes.push("CREATE TABLE next_release (tenant_id TEXT NOT NULL, id TEXT NOT NULL)".to_owned());
    changes.push("CREATE INDEX next_release_message ON message (tenant_id, next_release, id)".to_owned());
    changes.push("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20990101_000001_next', 0)".to_owned());
    for change in changes {
        db.execute_unprepared(&change).await.unwrap_or_else(|error| panic!("{change}: {error}"));
    }
    db.close().await.unwrap();
}

async fn a_process_goes_on_after_the_next_release_has_upgraded(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("before").await;
    world.deliver_to_the_end().await;
    world.manager(&line).answers("anna", "answered before").await;
    world.customer(&line, "anna").writes("waiting").await;
    upgrade(world).await;
    world.deliver_to_the_end().await;
    world.customer(&line, "anna").writes("after").await;
    world.customer(&line, "boris").writes("a new chat").await;
    world.deliver_to_the_end().await;
    world.manager(&line).answers("boris", "answered after").await;
    world.deliver_to_the_end().await;
    let mut there = world.texts_at_crm(&line);
    there.sort();
    assert_eq!(there, ["a new chat", "after", "before", "waiting"]);
    assert_eq!(world.messenger.texts(), ["answered before", "answered after"]);
    // An account installs, a source is made, people look at both.
    let other = world.line_at("shop.amocrm.ru", "shop").await;
    world.customer(&other, "carl").writes("to the new account").await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&other), ["to the new account"]);
    world.assert_ledger().await;
    let member = olga(world, line.tenant_id).await;
    for page in ["/panel", "/panel/messages", "/panel/undelivered", "/panel/sources", "/panel/data", "/panel/audit"] {
        member.opens(page).await.is(200);
    }
    let operator = Operator::signed_in(world).await;
    for page in ["/admin", "/admin/accounts", "/admin/queues", "/admin/alerts", "/admin/audit"] {
        operator.opens(page).await.is(200);
    }
}

both!(a_process_goes_on_after_the_next_release_has_upgraded);

// The fixture as SQL text: with schema, and with the addresses of the test's servers as placeholders.

const MESSENGER: &str = "http://messenger.invalid";
const SANDBOX: &str = "http://amocrm.invalid";
/// Begins the line of a source: its account, its id, and the secret of its webhooks.
const SOURCE: &str = "-- source ";

/// A source of the fixture.
pub struct FixtureSource {
    pub tenant: Uuid,
    pub source: Uuid,
}

/// The file of the last release.
pub fn file(engine: Engine) -> PathBuf {
    let engine = if engine == Engine::Sqlite { "sqlite" } else { "postgres" };
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("it/upgrade/{RELEASE}.{engine}.sql"))
}

/// Leases everything that is due, for a minute, as a process that then dies.
pub async fn lease(world: &World) {
    let queue = &world.app().queue;
    let rate = TargetRate::per_second(1_000);
    let db = world.app().store.read();
    for turn in turn::Entity::find().all(db).await.unwrap() {
        let wish = LeaseRequest { tenant_id: turn.tenant_id, target: turn.target, limit: 10, rate };
        queue.claim(&[wish], 60_000).await.unwrap();
    }
}

/// Writes the database of this world.
pub async fn write(world: &World, engine: Engine, lines: &[Line]) {
    let rows = match engine {
        Engine::Sqlite => of_sqlite(world).await,
        Engine::Postgres => of_postgres(world).await,
    };
    let rows = rows.replace(world.messenger.url(), MESSENGER).replace(world.sandbox.url(), SANDBOX);
    let sources =
        lines.iter().map(|line| format!("{SOURCE}{} {} {}\n", line.tenant_id, line.source_id, line.webhook_secret));
    assert!(
        !is_released(&file(engine)),
        "a fixture of a release is not written again: docs/decisions/0035-releases.md"
    );
    std::fs::write(file(engine), sources.collect::<String>() + &rows).unwrap();
}

/// Fills the empty database of this world, whose server is stopped.
pub async fn load(world: &World, engine: Engine) -> [FixtureSource; 2] {
    let text = std::fs::read_to_string(file(engine)).unwrap();
    let text = text.replace(MESSENGER, world.messenger.url()).replace(SANDBOX, world.sandbox.url());
    let sources = text.lines().filter_map(|line| line.strip_prefix(SOURCE)).map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        world.messenger.knows(words[1], words[2]);
        FixtureSource { tenant: words[0].parse().unwrap(), source: words[1].parse().unwrap() }
    });
    let sources: Vec<FixtureSource> = sources.collect();
    fill(world.database(), &text).await;
    sources.try_into().unwrap_or_else(|_| panic!("two sources"))
}

/// Fills an empty database.
pub async fn fill(database: &TestDatabase, text: &str) {
    if database.engine() == Engine::Sqlite {
        // The server creates its file; this connection does not.
        std::fs::File::create(database.folder().join("parom.db")).unwrap();
    }
    let db = database.connect().await;
    db.execute_unprepared(text).await.unwrap();
    db.close().await.unwrap();
}

async fn of_sqlite(world: &World) -> String {
    let db = world.app().store.write();
    let ask = async |sql: String| {
        let rows = db.query_all_raw(Statement::from_string(world.app().store.backend(), sql)).await.unwrap();
        rows.into_iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect::<Vec<_>>()
    };
    let mut text = String::new();
    let own = "sql IS NOT NULL AND name NOT LIKE 'sqlite_%'";
    for table in ask(format!("SELECT name FROM sqlite_master WHERE type = 'table' AND {own} ORDER BY name")).await {
        text += &ask(format!("SELECT sql FROM sqlite_master WHERE name = '{table}'")).await[0];
        text += ";\n";
        let columns = ask(format!("SELECT name FROM pragma_table_info('{table}')")).await;
        let quoted: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
        let values = quoted.join(" || ', ' || ");
        for row in ask(format!("SELECT {values} FROM \"{table}\"")).await {
            text += &format!("INSERT INTO \"{table}\" VALUES ({row});\n");
        }
    }
    for index in ask(format!("SELECT sql FROM sqlite_master WHERE type = 'index' AND {own} ORDER BY name")).await {
        text += &format!("{index};\n");
    }
    text
}

async fn of_postgres(world: &World) -> String {
    pg_dump(world.database(), &["--inserts"]).await
}

/// What pg_dump writes, without what depends on its version.
pub async fn pg_dump(database: &TestDatabase, arguments: &[&str]) -> String {
    let mut dump = tokio::process::Command::new("pg_dump");
    dump.args(arguments).args(["--no-owner", "--no-privileges", database.url()]);
    let output = tokio::time::timeout(PATIENCE, dump.output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    // Commands of psql, and comments with versions.
    let sql = text.lines().filter(|line| !line.starts_with('\\') && !line.starts_with("--") && !line.is_empty());
    sql.map(|line| format!("{line}\n")).collect()
}

// What was released stays as it was: the migrations of a release still make the schema that its fixture has, and the
// fixtures in `released.sha256` are not written again (docs/decisions/0035-releases.md).

/// Statements that make the schema of a database, in one order.
async fn schema(database: &TestDatabase, db: &DatabaseConnection) -> String {
    if database.engine() == Engine::Postgres {
        return pg_dump(database, &["--schema-only"]).await;
    }
    // What the statements made: their own text, which SQLite keeps, may be written in another way.
    let all = "SELECT t.name || ' ' || quote(c.cid) || c.name || ' ' || c.type || quote(c.\"notnull\") || quote(c.dflt_value) \
               || quote(c.pk) FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND \
               t.name NOT LIKE 'sqlite_%' UNION ALL SELECT t.name || ' ' || rule.column1 FROM sqlite_master t JOIN (VALUES ('%CHECK%'), \
               ('%UNIQUE%'), ('%REFERENCES%'), ('%ROWID%'), ('%STRICT%'), ('%COLLATE%')) rule WHERE t.type = 'table' AND \
               t.sql LIKE rule.column1 UNION ALL SELECT replace(sql, '\"', '') FROM sqlite_master \
               WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), all)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap() + ";\n").collect()
}

/// Names of the migrations that a database has, oldest first.
async fn applied(db: &DatabaseConnection) -> Vec<String> {
    let all = "SELECT version FROM seaql_migrations ORDER BY version";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), all)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect()
}

async fn migrations_make_what_they_made(engine: Engine) {
    let (Some(old), Some(new)) = (TestDatabase::empty(engine).await, TestDatabase::empty(engine).await) else { return };
    fill(&old, &std::fs::read_to_string(file(engine)).unwrap()).await;
    let db = old.connect().await;
    let store = Store::open(&new.settings(), Clock::system()).await.unwrap();
    migrate::run_to(&store, &applied(&db).await).await.unwrap();
    let (then, now) = (schema(&old, &db).await, schema(&new, store.write()).await);
    let differ = then.lines().zip(now.lines()).find(|(then, now)| then != now);
    assert!(
        then == now,
        "the schema of the release and the one that its migrations make differ, first in {differ:?}. Before the release: \
         make the fixture again with UPDATE_UPGRADE=1. After it: add a migration instead of changing a released one"
    );
    db.close().await.unwrap();
    store.close().await;
    old.remove().await;
    new.remove().await;
}

/// Names and checksums of the fixtures of releases, as `sha256sum` prints them.
fn released() -> Vec<(String, String)> {
    let list = include_str!("released.sha256").lines().filter(|line| !line.is_empty());
    list.map(|line| line.split_once("  ").expect("a checksum and a name"))
        .map(|(sum, name)| (name.into(), sum.into()))
        .collect()
}

/// Whether the fixture of a release belongs to a version that is out.
fn is_released(path: &std::path::Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    released().iter().any(|(known, _)| known == name)
}

#[test]
fn fixtures_of_releases_are_as_they_were() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("it/upgrade");
    for (name, sum) in released() {
        let bytes = std::fs::read(folder.join(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(hex::encode(Sha256::digest(bytes)), sum, "{name} is of a release and must not change");
    }
}

both_engines!(the_last_release_goes_on, migrations_make_what_they_made);
