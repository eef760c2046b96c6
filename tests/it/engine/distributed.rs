//! With this setting no commit changes rows of two accounts: required by a database that is sharded by account.

use parom_tests::office::all_at_once;
use parom_tests::{Engine, Place, Setup, World};
use sea_orm::ConnectionTrait;
use simulator::crm::HookMessage;

/// The transaction that writes to a second account's rows fails.
const ONE_ACCOUNT: &str = "CREATE FUNCTION one_account() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE had text; BEGIN \
    had := current_setting('test.account', true); \
    IF had <> '' AND had <> NEW.tenant_id::text THEN RAISE EXCEPTION 'two accounts in one commit' USING ERRCODE = '55000'; END IF; \
    PERFORM set_config('test.account', NEW.tenant_id::text, true); RETURN NEW; END $$";
const TABLES: [&str; 7] = ["message", "letter", "lane", "turn", "dedupe", "attempt", "ledger_delta"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_commit_touches_two_accounts() {
    let setup = Setup { change: |config| config.database.one_account_a_commit = true, ..Setup::default() };
    let Some(mut world) = World::start(Engine::Postgres, setup).await else { return };
    let mut lines = Vec::new();
    for host in ["one.amocrm.ru", "two.amocrm.ru", "three.amocrm.ru"] {
        lines.push(world.line_at(host, "support").await);
    }
    let db = world.database().connect().await;
    db.execute_unprepared(ONE_ACCOUNT).await.unwrap();
    for table in TABLES {
        let trigger = format!(
            "CREATE TRIGGER one_account BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION one_account()"
        );
        db.execute_unprepared(&trigger).await.unwrap();
    }
    db.close().await.unwrap();
    let posts = (0..90).map(|number| {
        let customer = world.customer(&lines[number % 3], &format!("c{}", number / 3 % 5));
        async move { customer.writes(&format!("text {number}")).await }
    });
    all_at_once(posts).await;
    world.deliver_all().await;
    for line in &lines {
        let manager = world.manager(line);
        let hook = manager.prepares("c0", HookMessage::text("answered"));
        assert_eq!(manager.posts(&hook).await, Some(200));
        assert_eq!(world.app().spool.waiting(), 0, "the database took it");
    }
    world.deliver_to_the_end().await;
    assert_eq!(lines.iter().map(|line| world.texts_at_crm(line).len()).collect::<Vec<_>>(), [30, 30, 30]);
    assert_eq!(world.messenger.texts().len(), 3);
    world.close().await;
}
