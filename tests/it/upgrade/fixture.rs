//! The fixture as SQL text: with schema, and with the addresses of the test's servers as placeholders.

use std::path::PathBuf;

use entity::turn;
use parom_tests::database::TestDatabase;
use parom_tests::settings::PATIENCE;
use parom_tests::{Engine, Line, World};
use queue::{LeaseRequest, TargetRate};
use sea_orm::{ConnectionTrait, EntityTrait, Statement};
use uuid::Uuid;

use super::RELEASE;
use super::frozen::is_released;

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
