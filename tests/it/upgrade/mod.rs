//! The database of the last release, with messages in every state, under the present binary: it opens, migrates, and
//! delivers what was queued exactly once. `UPDATE_UPGRADE=1` with this test writes the fixture again from the present
//! binary: only while its version is not released (docs/decisions/0035-releases.md).

mod beside;
pub(crate) mod fixture;
mod frozen;

use std::path::Path;
use std::time::Duration;

use base::store;
use entity::{api_key, dead_letter, letter};
use parom_tests::drill::{Drill, LIMIT};
use parom_tests::{Engine, Line, Place, World};
use sea_orm::{ConnectionTrait, Database, EntityTrait, PaginatorTrait, QueryOrder};
use serde_json::json;
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
    fixture::lease(world).await;
    world.customer(line, "gina").writes("queued").await;
    world.manager(line).answers("anna", "queued answer").await;
    lines
}

async fn make(engine: Engine) {
    let Some(mut world) = World::open(engine).await else { return };
    let lines = in_every_state(&mut world).await;
    fixture::write(&world, engine, &lines).await;
    world.leave_letters();
    world.allow_problems();
    world.close().await;
}

/// A database of a later version is refused with one sentence and exit code 1, and nothing is changed.
async fn a_later_database_is_refused(engine: Engine) {
    let Some(drill) = Drill::prepare(engine, Path::new(env!("CARGO_BIN_EXE_parom_faults"))).await else { return };
    let config = std::fs::read_to_string(drill.config_file()).unwrap();
    let (_, database) = config.split_once("[database]").unwrap();
    let url = database.split('"').nth(1).unwrap();
    let db = Database::connect(url).await.unwrap();
    let later = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20990101_000001_next', 0)";
    db.execute_unprepared(later).await.unwrap();
    db.close().await.unwrap();
    for command in ["serve", "migrate"] {
        let output = tokio::time::timeout(LIMIT, drill.command(&[command]).output()).await.unwrap().unwrap();
        let words = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{command}: {words}");
        let last = words.lines().last().unwrap_or_default();
        assert!(last.contains("a newer version of parom (its migration m20990101_000001_next"), "{command}: {words}");
    }
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
    let [own, paused] = fixture::load(&world, engine).await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_release_goes_on_on_sqlite() {
    the_last_release_goes_on(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_release_goes_on_on_postgres() {
    the_last_release_goes_on(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_database_is_refused_on_sqlite() {
    a_later_database_is_refused(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_database_is_refused_on_postgres() {
    a_later_database_is_refused(Engine::Postgres).await;
}
