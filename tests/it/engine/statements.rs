//! The form of statements on a database that is distributed by account, held without such a database: each names
//! one account as a constant, and no change calls a clock
//! (docs/queue.md#one-statement-for-each-account). The statements are those that a server has sent on an ordinary PostgreSQL, with the same setting.

use base::config::Config;
use std::time::Duration;

use parom_tests::office::all_at_once;
use parom_tests::{Answer, World, on_postgres};
use sea_orm::ConnectionTrait;
use serde_json::json;
use simulator::crm::HookMessage;

/// Searches over all accounts, each with the reason why it can name none: the beginning of a statement and, behind `…`, a
/// later part. Each runs on every node, changes nothing and locks nothing. They go through `base::store::Store::search`, which
/// finds the accounts of the nodes that answer while another does not.
const OVER_ALL_ACCOUNTS: [(&str, &str); 26] = [
    ("SELECT tenant_id, target, pool, ready_at FROM turn WHERE pool = $1", "whose turn is next"),
    ("SELECT DISTINCT pool FROM turn", "the pools of which turns are read"),
    ("SELECT min(ready_at) AS ready_at FROM turn", "when the next turn comes"),
    (
        "SELECT turn.tenant_id, turn.target, turn.pool, lane.lane_id FROM turn CROSS JOIN lane",
        "letters that expire while they are held",
    ),
    ("SELECT DISTINCT tenant_id FROM lane WHERE due_at > $1", "due times after a clock jump"),
    ("SELECT DISTINCT tenant_id FROM turn WHERE ready_at > $1", "due times after a clock jump"),
    ("SELECT tenant.tenant_id FROM tenant WHERE EXISTS(SELECT $1 FROM", "a vendor key names a row by its id alone"),
    ("SELECT … FROM dead_letter ORDER BY dead_letter.id DESC", "a vendor key lists the dead letters of all accounts"),
    ("SELECT … FROM media WHERE media.next_try_at <= $1", "files to fetch"),
    ("SELECT … FROM media WHERE media.day < $1", "files to delete"),
    ("SELECT … FROM media WHERE media.day >= $1", "aborted uploads"),
    ("SELECT … FROM alert WHERE alert.key = $1 AND", "accounts that were out of space"),
    ("SELECT … FROM alert WHERE alert.letter_at <= $1", "notices about alerts"),
    ("SELECT … FROM alert_notice WHERE alert_notice.next_try_at <= $1", "notices to send"),
    ("SELECT … contact_task.next_try_at <= $", "contacts to link"),
    ("SELECT … crm_subscription.next_try_at <= $", "webhooks to make at amoCRM"),
    ("SELECT … FROM history_look WHERE history_look.next_at <= $1", "chats to compare"),
    ("SELECT … FROM import WHERE import.next_at <= $1", "imports to go on with"),
    ("SELECT … job.next_try_at <= $", "jobs"),
    ("SELECT … FROM message_template WHERE message_template.next_try_at <= $1", "reviews of templates"),
    ("SELECT … origin_task.next_try_at <= $", "marks to write into leads"),
    ("SELECT … FROM parked_status WHERE parked_status.expires_at < $1", "statuses of unknown messages"),
    ("SELECT … FROM source WHERE source.deleted_at IS NULL AND source.", "lines to check at their messenger"),
    ("SELECT … FROM tenant WHERE tenant.plan_at <= $1", "ends of plans"),
    ("SELECT … FROM tenant WHERE tenant.probe_at <= $1", "accounts to visit"),
    ("SELECT … FROM tenant WHERE tenant.tenant_id > $1", "accounts whose old data is deleted"),
];

/// Changes of rows of all accounts in one statement, each with what waits for the next round while a node does not answer.
const CHANGES_OF_ALL: [(&str, &str); 1] =
    [("DELETE FROM session WHERE session.expires_at <= $1", "rows of sessions that have ended already")];

/// Whether a statement is on a list.
fn is_listed(body: &str, listed: &[(&str, &str)]) -> bool {
    listed.iter().any(|(pattern, _)| {
        let (beginning, later) = pattern.split_once('…').unwrap_or((pattern, ""));
        body.strip_prefix(beginning).is_some_and(|rest| rest.contains(later))
    })
}

/// The tables that are distributed, as the cluster's script says.
fn distributed() -> Vec<String> {
    let script = include_str!("../../../deploy/citus.sql");
    let tables = script.lines().filter_map(|line| line.strip_prefix("SELECT create_distributed_table('"));
    tables.filter_map(|line| line.split('\'').next()).map(str::to_owned).collect()
}

/// The statement without quotation marks and texts, and without the rows in front of it.
fn plain(statement: &str) -> String {
    let mut text = String::new();
    for (place, part) in statement.split('\'').enumerate() {
        text.push_str(if place % 2 == 0 { part } else { "?" });
    }
    text.replace('"', "")
}

/// What follows `WITH rows(…) AS (…)`.
fn behind_rows(text: &str) -> &str {
    let Some(rows) = text.strip_prefix("WITH rows(") else { return text };
    let Some(begin) = rows.find(" AS (") else { return text };
    let mut depth = 0;
    for (at, letter) in rows[begin + 4..].char_indices() {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        if depth == 0 {
            return rows[begin + 4 + at + 1..].trim_start();
        }
    }
    text
}

/// Reads of distributed tables in a statement, counted by the words before them.
fn reads(text: &str, tables: &[String]) -> usize {
    let words: Vec<&str> = text
        .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
        .collect();
    let is_read =
        |pair: &&[&str]| ["FROM", "JOIN", "UPDATE"].contains(&pair[0]) && tables.iter().any(|table| table == pair[1]);
    words.windows(2).filter(is_read).count()
}

/// The clock of a server with a frozen clock is its milliseconds as text.
fn reads_a_clock(text: &str) -> bool {
    let frozen = text.match_indices("::bigint").any(|(at, _)| {
        let digits = text[..at].chars().rev().take_while(char::is_ascii_digit).count();
        digits == 13
    });
    frozen || ["clock_timestamp(", "now(", "random(", "gen_random_uuid("].iter().any(|call| text.contains(call))
}

/// Why a distributed database would refuse the statement, or ask all nodes.
fn objection(statement: &str, tables: &[String]) -> Option<&'static str> {
    let text = plain(statement);
    let body = behind_rows(&text);
    let changes = ["INSERT", "UPDATE", "DELETE"].iter().any(|word| body.starts_with(word));
    let locks = ["FOR UPDATE", "FOR NO KEY UPDATE", "FOR SHARE"].iter().any(|words| body.contains(words));
    let reads = reads(body, tables);
    let constants = match body.matches("tenant_id = $").count() {
        0 => 0,
        // Tables that are joined by the account's column are on its node too.
        named => named + body.matches(".tenant_id = ").count() - body.matches(".tenant_id = $").count(),
    };
    if !changes && !locks && is_listed(body, &OVER_ALL_ACCOUNTS) || is_listed(body, &CHANGES_OF_ALL) {
        return None;
    }
    if changes && tables.iter().any(|table| body.contains(table.as_str())) && reads_a_clock(body) {
        return Some("a change calls a clock");
    }
    if let Some(insert) = body.strip_prefix("INSERT INTO ") {
        let table = insert.split([' ', '(']).next().unwrap_or_default();
        let set = body.split("DO UPDATE SET").nth(1).unwrap_or_default();
        if tables.iter().any(|known| known == table)
            && set.split(" WHERE ").next().unwrap_or_default().contains("tenant_id = ")
        {
            return Some("an upsert sets the account");
        }
    }
    (reads > constants).then_some("a table is read without a constant account")
}

/// Messages of two accounts in both directions, with repeats, statuses, failures, retries, dead letters, holds, edits
/// and the pages and calls of an account.
async fn lives(world: &mut World) {
    let lines = [world.line_at("one.amocrm.ru", "support").await, world.line_at("two.amocrm.ru", "support").await];
    for line in &lines {
        let anna = world.customer(line, "anna");
        anna.writes("Hello").await;
        anna.writes("Again").await;
        let twice = anna.body("twice", "Twice");
        anna.posts(&twice).await.is(202);
        anna.posts(&twice).await.is(200);
        world.deliver_all().await;
    }
    let line = &lines[0];
    world.manager(line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let anna = world.customer(line, "anna");
    assert_eq!(world.messenger.texts(), ["Good morning"]);
    // A refusal for good, one for now, and a hold.
    world.messenger.answers_next([Answer::status(422), Answer::status(503)]);
    world.manager(line).answers("anna", "Refused").await;
    world.deliver_all().await;
    world.manager(line).answers("anna", "Later").await;
    world.deliver_to_the_end().await;
    world.api.patch(&line.path(""), &json!({"paused": true})).await.is(200);
    world.manager(line).answers("anna", "Waits").await;
    world.deliver_all().await;
    world.api.patch(&line.path(""), &json!({"paused": false})).await.is(200);
    world.advance(Duration::from_secs(120));
    world.deliver_to_the_end().await;
    anna.writes("Thanks").await;
    world.deliver_to_the_end().await;
    world.api.get("/api/v1/dead-letters").await.is(200);
    let dead = world.api.get(&line.dead_letters()).await.is(200);
    let id = dead.text_at("/items/0/id");
    world.api.post(&format!("/api/v1/dead-letters/{id}/retry"), &json!({})).await;
    world.deliver_to_the_end().await;
    world.api.get(&line.path("/ledger")).await.is(200);
    works(world).await;
    let visitor = world.panel(line.tenant_id).await;
    for page in ["/panel/sources", "/panel/messages", "/panel/chats", "/panel/undelivered", "/panel/reports"] {
        visitor.opens(page).await;
    }
}

/// A round of each regular task.
async fn works(world: &mut World) {
    world.fetch_all().await;
    let app = world.app().clone();
    for kind in ["contacts", "lead_origins", "subscriptions", "accounts", "plans", "templates", "lines"] {
        world.works(kind).await;
    }
    parom::tenant::watch::clean(&app.tenants).await.unwrap();
    parom::alert_notices::round(&app.alert_notices).await.unwrap();
    parom::import::step_all(&app.usage).await;
    parom::missed_hooks::look_now(&app.intake).await.unwrap();
    parom::identity::throttle::sweep(&app.identity).await.unwrap();
    parom::media::sweep(&app.files).await.unwrap();
    parom::retention::round(&app.delivery).await.unwrap();
}

async fn every_statement_names_its_account(world: &mut World) {
    world.app().store.counted().watch();
    lives(world).await;
    let statements = world.app().store.counted().statements();
    let tables = distributed();
    let mut wrong: Vec<String> = statements
        .iter()
        .filter_map(|statement| Some(format!("{}: {statement}", objection(statement, &tables)?)))
        .collect();
    wrong.sort();
    wrong.dedup();
    assert!(statements.len() > 100 && tables.len() > 50, "{} statements, {tables:?}", statements.len());
    assert!(wrong.is_empty(), "{} of {} statements:\n{}", wrong.len(), statements.len(), wrong.join("\n\n"));
}

// With this setting no commit changes rows of two accounts: required by a database that is sharded by account.

fn one_account_a_commit(config: &mut Config) {
    config.database.one_account_a_commit = true;
}

/// The transaction that writes to a second account's rows fails.
const ONE_ACCOUNT: &str = "CREATE FUNCTION one_account() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE had text; BEGIN \
    had := current_setting('test.account', true); \
    IF had <> '' AND had <> NEW.tenant_id::text THEN RAISE EXCEPTION 'two accounts in one commit' USING ERRCODE = '55000'; END IF; \
    PERFORM set_config('test.account', NEW.tenant_id::text, true); RETURN NEW; END $$";

const TABLES: [&str; 7] = ["message", "letter", "lane", "turn", "dedupe", "attempt", "ledger_delta"];

async fn no_commit_touches_two_accounts(world: &mut World) {
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
}

on_postgres!(every_statement_names_its_account, no_commit_touches_two_accounts in super::one_account_a_commit);
