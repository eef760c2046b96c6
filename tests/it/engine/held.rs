//! C2: what is held costs the delivery of others nothing, however much it is.

use std::time::Duration;

use base::store::statements_of;
use parom_tests::office::Desk;
use parom_tests::{World, both};
use queue::accept_batch::AcceptBatch;
use sea_orm::ConnectionTrait;

/// Where accounts that do not exist leave something.
const STRANGERS_LEAVE: [&str; 8] =
    ["letter", "lane", "turn", "message", "conversation", "conversation_alias", "dedupe", "ledger_delta"];

/// Accounts that do not exist, each with a letter and held.
async fn are_held(world: &World, count: usize) {
    let desks: Vec<Desk> = (0..count).map(|_| Desk::new(&world.clock)).collect();
    let letters: Vec<AcceptBatch> = desks.iter().map(|desk| desk.to_crm("chat", "1", "one")).collect();
    for part in letters.chunks(250) {
        let part: Vec<&AcceptBatch> = part.iter().collect();
        world.app().queue.accept(&part, false).await.unwrap();
    }
    let strangers = "WHERE tenant_id NOT IN (SELECT tenant_id FROM tenant)";
    for change in ["turn SET ready_at = NULL, reason = 'held:paused'", "letter SET expires_at = 9000000000000"] {
        world.app().store.write().execute_unprepared(&format!("UPDATE {change} {strangers}")).await.unwrap();
    }
}

async fn statements_of_a_round(world: &mut World) -> usize {
    world.advance(Duration::from_secs(60));
    let round = statements_of(async {
        world.deliver_all().await;
    });
    round.await.statements.len()
}

async fn c2_held_targets_cost_no_statement_each(world: &mut World) {
    let mut counts = Vec::new();
    for more in [1, 99, 900] {
        are_held(world, more).await;
        counts.push(statements_of_a_round(world).await);
    }
    assert!(counts.iter().all(|count| (1..20).contains(count)), "with 1, 100 and 1,000 held: {counts:?}");
    let db = world.app().store.write();
    for table in STRANGERS_LEAVE {
        db.execute_unprepared(&format!("DELETE FROM {table}")).await.unwrap();
    }
}

/// Of all accounts together, and each once.
async fn c2_letters_that_are_too_old_end_with_any_number_of_held_targets(world: &mut World) {
    let lines = [world.line("support").await, world.line_at("other.amocrm.ru", "support").await];
    for line in &lines {
        world.customer(line, "anna").writes("Hello").await;
    }
    world.deliver_all().await;
    are_held(world, 30).await;
    for line in &lines {
        world.api.patch(&line.path(""), &serde_json::json!({"paused": true})).await.is(200);
        for text in ["one", "two"] {
            world.manager(line).answers("anna", text).await;
        }
    }
    world.advance(Duration::from_secs(25 * 3_600));
    world.deliver_all().await;
    for line in &lines {
        let dead = world.api.get(&line.dead_letters()).await.is(200);
        let items = dead.json["items"].as_array().unwrap();
        assert_eq!(items.len(), 2, "{}", dead.text);
        assert!(items.iter().all(|item| item["reason"] == "too_old"), "{}", dead.text);
    }
    assert!(world.messenger.texts().is_empty());
    let db = world.app().store.write();
    for table in STRANGERS_LEAVE {
        let text = format!("DELETE FROM {table} WHERE tenant_id NOT IN (SELECT tenant_id FROM tenant)");
        db.execute_unprepared(&text).await.unwrap();
    }
    for line in &lines {
        world.api.patch(&line.path(""), &serde_json::json!({"paused": false})).await.is(200);
    }
    world.deliver_to_the_end().await;
}

both!(c2_held_targets_cost_no_statement_each, c2_letters_that_are_too_old_end_with_any_number_of_held_targets);
