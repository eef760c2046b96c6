//! What the list of messages costs, in statements and plans: they stay the same however many messages there are.

use base::message::FailureCode;
use base::store::statements_of;
use entity::attempt;
use parom::delivery::read::list::{self, Ground, MessageFilter, Reached, Slower};
use parom::delivery::read::{MessageStatus, find};
use parom_tests::{Answer, Line, World, both, once};
use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

/// Five messages of customers, one of which an answer failed for.
async fn some(world: &mut World) -> Line {
    let line = world.line("support").await;
    for name in ["anna", "boris", "carl", "dora", "egor"] {
        world.customer(&line, name).writes("Hello").await;
    }
    world.deliver_all().await;
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&line).answers("anna", "Hello").await;
    world.deliver_all().await;
    line
}

async fn ground(world: &World, line: &Line) -> Ground {
    Ground::of_tenant(world.app().store.read(), line.tenant_id).await.unwrap()
}

/// A page with its count, and the statements that it took.
async fn read(world: &World, line: &Line, wanted: &MessageFilter) -> (usize, u64, Vec<String>) {
    let (ground, db) = (ground(world, line).await, world.app().store.read().clone());
    let mut found = (0, 0);
    let asked = statements_of(async {
        let (lines, count) =
            list::counted_page(&db, line.tenant_id, wanted, &ground, (None, 51), 10_001).await.unwrap();
        found = (lines.len(), count);
    });
    let statements = asked.await.statements;
    (found.0, found.1, statements)
}

/// Filters, how many messages they find, and the index by which SQLite finds them.
fn filters(world: &World, found: find::SearchResults) -> Vec<(MessageFilter, u64, &'static str)> {
    let of = |change: fn(&mut MessageFilter)| {
        let mut filter = MessageFilter { from: Some(0), ..MessageFilter::default() };
        change(&mut filter);
        filter
    };
    let now = world.clock.millis();
    vec![
        (of(|_| {}), 6, "(tenant_id=? AND id>?)"),
        (of(|filter| filter.reached = Some(Reached::Status(MessageStatus::Failed))), 1, "INDEX message_failed"),
        (of(|filter| filter.codes = vec![FailureCode::Rejected]), 1, "INDEX message_failed"),
        (of(|filter| filter.reached = Some(Reached::Waiting)), 0, "SEARCH letter"),
        (MessageFilter { slower: Some(Slower { millis: 2_000, now }), ..of(|_| {}) }, 0, "INDEX attempt_slow"),
        (MessageFilter { found: Some(found), ..of(|_| {}) }, 2, "INDEX message_conversation"),
    ]
}

async fn every_filter_is_one_search(world: &mut World) {
    let line = some(world).await;
    let db = world.app().store.read();
    let found = find::find(db, line.tenant_id, "anna").await.unwrap();
    for (filter, count, index) in filters(world, found) {
        let (rows, counted, statements) = read(world, &line, &filter).await;
        assert_eq!((u64::try_from(rows).unwrap(), counted), (count, count), "{filter:?}");
        let searches: Vec<&String> = statements.iter().filter(|text| text.contains("LIMIT")).collect();
        assert_eq!(searches.len(), 1, "{filter:?}: {statements:#?}");
        assert!(statements.len() <= 4, "{filter:?}: {statements:#?}");
        // PostgreSQL plans by what the tables contain, SQLite by the statement.
        if world.app().store.is_sqlite() {
            let plan = format!("EXPLAIN QUERY PLAN {}", searches[0]);
            let steps = db.query_all_raw(Statement::from_string(db.get_database_backend(), plan)).await.unwrap();
            let steps: Vec<String> = steps.iter().map(|step| step.try_get("", "detail").unwrap()).collect();
            assert!(steps.iter().any(|step| step.contains(index)), "{filter:?}: {steps:#?}");
            assert!(!steps.iter().any(|step| step.starts_with("SCAN ")), "{filter:?}: {steps:#?}");
        }
    }
}

/// The page is the same whether or not its messages are among those that are counted.
async fn pages_follow_each_other_beyond_the_count(world: &mut World) {
    let line = some(world).await;
    let (ground, db) = (ground(world, &line).await, world.app().store.read());
    let wanted = MessageFilter::default();
    for most in [1, 2, 3, 4, 100] {
        let mut seen: Vec<Uuid> = Vec::new();
        loop {
            let asked = (seen.last().copied(), 2);
            let (lines, count) = list::counted_page(db, line.tenant_id, &wanted, &ground, asked, most).await.unwrap();
            assert_eq!(count, most.min(6));
            if lines.is_empty() {
                break;
            }
            seen.extend(lines.iter().map(|line| line.message.id));
        }
        let all = list::page(db, line.tenant_id, &wanted, &ground, None, 100).await.unwrap();
        assert_eq!(seen, all.iter().map(|line| line.message.id).collect::<Vec<_>>(), "{most} are counted");
    }
}

/// Only what was slow is in the index of slow messages.
async fn how_long_a_message_took_is_stored(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.advance(std::time::Duration::from_secs(5));
    world.deliver_all().await;
    let app = world.app();
    let attempts = attempt::Entity::of_tenant(line.tenant_id).all(app.store.read()).await.unwrap();
    let took: Vec<i64> = attempts.iter().map(|attempt| attempt.took).collect();
    assert!(took.iter().any(|took| (5_000..6_000).contains(took)), "{took:?}");
}

both!(every_filter_is_one_search, pages_follow_each_other_beyond_the_count);
once!(how_long_a_message_took_is_stored);
