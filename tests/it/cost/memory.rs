//! Memory that a server keeps, however many accounts are installed.

use std::path::Path;
use std::time::Duration;

use parom_tests::Engine;
use parom_tests::drill::Drill;
use sea_orm::{ConnectOptions, ConnectionTrait, Database};

/// Tables with rows of an account that is installed and quiet.
const TABLES: [&str; 5] = ["tenant", "tenant_channel", "source", "conversation", "lane"];
const ACCOUNTS: u64 = 100_000;
/// Private memory that an installed account may cost, in bytes.
const EACH: u64 = 250;
/// Private memory at rest with all of them.
const MOST: u64 = 60_000_000;

/// Private memory at rest with one account: 20 MB on two processors, each of which has an HTTP thread with routes of its own.
fn most_at_rest() -> u64 {
    let processors = std::thread::available_parallelism().unwrap().get();
    12_000_000 + 4_000_000 * u64::try_from(processors).unwrap()
}

/// The server's private memory once nothing happens and freed memory is returned: at least 30 looks, and more, for up to a minute,
/// while it is above `most`.
async fn at_rest(drill: &mut Drill, most: u64) -> u64 {
    drill.serves("").await;
    let mut least = u64::MAX;
    for look in 0..240 {
        if look >= 30 && least <= most {
            break;
        }
        drill.api.get("/readyz").await.is(200);
        tokio::time::sleep(Duration::from_millis(250)).await;
        least = least.min(drill.private_memory());
    }
    // Its end would wait for work that is due in any of the accounts.
    drill.is_killed().await;
    least
}

/// Copies the account's rows.
async fn installs(drill: &Drill) {
    let mut options = ConnectOptions::new(drill.database_url());
    options.max_connections(1);
    let db = Database::connect(options).await.unwrap();
    let numbers =
        format!("CREATE TEMPORARY TABLE account AS SELECT gen_random_uuid() AS id FROM generate_series(1, {ACCOUNTS})");
    db.execute_unprepared(&numbers).await.unwrap();
    for table in TABLES {
        let text = format!(
            "INSERT INTO {table} SELECT copy.* FROM {table} AS one, account, \
             LATERAL jsonb_populate_record(one, jsonb_build_object('tenant_id', account.id)) AS copy \
             WHERE one.tenant_id <> '00000000-0000-0000-0000-000000000000'"
        );
        db.execute_unprepared(&text).await.unwrap();
    }
    let text = "INSERT INTO directory SELECT kind, key || account.id::text, account.id, directory.id, note, expires_at \
                FROM directory, account WHERE tenant_id <> '00000000-0000-0000-0000-000000000000'";
    db.execute_unprepared(text).await.unwrap();
    db.execute_unprepared("ANALYZE").await.unwrap();
    db.close().await.unwrap();
}

/// On PostgreSQL, whose page cache is not the server's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_installed_account_costs_next_to_no_memory() {
    let binary = Path::new(env!("CARGO_BIN_EXE_parom_faults"));
    let Some(mut drill) = Drill::prepare(Engine::Postgres, binary).await else { return };
    drill.serves("").await;
    let line = drill.line("support").await;
    drill.customer(&line, "anna").writes("opens").await;
    drill.everything_is_carried().await;
    drill.stops().await;
    let one = at_rest(&mut drill, most_at_rest()).await;
    assert!(one <= most_at_rest(), "{one} bytes with one account");
    installs(&drill).await;
    let many = at_rest(&mut drill, MOST.min(one + ACCOUNTS * EACH)).await;
    println!("private memory at rest: {one} bytes with one account, {many} with {ACCOUNTS} more");
    let grown = many.saturating_sub(one);
    assert!(grown <= ACCOUNTS * EACH && many <= MOST, "{one} bytes with one account, {many} with {ACCOUNTS} more");
    drill.ends_well().await;
}
