//! What the list of messages costs, in statements and plans: they stay the same however many messages there are.

use base::message::FailureCode;
use base::store::statements_of;
use entity::{conversation, message};
use parom::delivery::read::chats::ConversationFilter;
use parom::delivery::read::list::{self, Ground, MessageFilter, Reached, Slower};
use parom::delivery::read::{MessageStatus, chats, find};
use parom_tests::{Answer, Line, World, both};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, Statement};
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
        (of(|filter| filter.reached = Some(Reached::Status(MessageStatus::Delivered))), 5, "INDEX message_state"),
        (of(|filter| filter.reached = Some(Reached::Status(MessageStatus::Read))), 0, "INDEX message_state"),
        (MessageFilter { slower: Some(Slower { millis: 2_000, now }), ..of(|_| {}) }, 0, "INDEX attempt_slow"),
        (MessageFilter { found: Some(found), ..of(|_| {}) }, 2, "INDEX message_conversation"),
    ]
}

/// The newest messages put their chats in order, the others follow as they began; each is shown once.
async fn chats_are_in_the_order_of_the_newest_messages(world: &mut World) {
    let line = some(world).await;
    world.customer(&line, "boris").writes("Are you there?").await;
    world.deliver_all().await;
    let (ground, db) = (ground(world, &line).await, world.app().store.read().clone());
    let wanted = ConversationFilter::default();
    for (most_read, order) in [
        (20_000, ["boris", "anna", "egor", "dora", "carl"]),
        (7, ["boris", "anna", "egor", "dora", "carl"]),
        (2, ["boris", "anna", "egor", "dora", "carl"]),
        (1, ["boris", "egor", "dora", "carl", "anna"]),
    ] {
        for rows in [1, 2, 5] {
            let (mut names, mut after) = (Vec::new(), None);
            loop {
                let asked = (after, rows);
                let page = chats::latest_page(&db, line.tenant_id, &wanted, &ground, asked, most_read).await.unwrap();
                let Some(last) = page.last() else { break };
                after = Some(last.place);
                names.extend(page.into_iter().map(|chat| chat.conversation.external_id.replace("chat-", "")));
            }
            assert_eq!(names, order, "{rows} rows a page, {most_read} messages");
        }
    }
}

/// A page looks at the messages of its rows and of those before them, not at all that decide the order.
async fn a_page_of_chats_reads_no_message_behind_its_rows(world: &mut World) {
    let line = some(world).await;
    let (ground, db) = (ground(world, &line).await, world.app().store.read().clone());
    let mut after = None;
    // The messages and their chats; then also the place, the messages before it, and the chats that have some.
    for count in [2, 5] {
        let mut place = None;
        let asked = statements_of(async {
            let (wanted, asked) = (ConversationFilter::default(), (after, 2));
            let page = chats::latest_page(&db, line.tenant_id, &wanted, &ground, asked, chats::MOST_READ).await;
            place = page.unwrap().last().map(|chat| chat.place);
        });
        let statements = asked.await.statements;
        assert_eq!(statements.len(), count, "{statements:#?}");
        assert!(!statements.iter().any(|text| text.contains("OFFSET")), "{statements:#?}");
        after = place;
    }
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
        assert_plan(world, searches[0], &[index]).await;
    }
}

/// The slowest of the newest matches: their attempts are looked up one by one, so the account's others are not read.
async fn the_slowest_are_one_search(world: &mut World) {
    let line = some(world).await;
    let (ground, db) = (ground(world, &line).await, world.app().store.read().clone());
    let wanted = MessageFilter { from: Some(0), ..MessageFilter::default() };
    let mut found = (0, 0);
    let asked = statements_of(async {
        let page = list::slowest_page(&db, line.tenant_id, &wanted, &ground, (None, 51), 5).await.unwrap();
        found = (page.0.len(), page.1);
    });
    let statements = asked.await.statements;
    assert_eq!(found, (5, 5), "five of six are looked at");
    let searches: Vec<&String> = statements.iter().filter(|text| text.contains("LIMIT")).collect();
    assert_eq!(searches.len(), 1, "{statements:#?}");
    assert!(statements.len() <= 4, "{statements:#?}");
    let plan = ["(tenant_id=? AND id>?)", "(tenant_id=? AND message_id=?)"];
    assert_plan(world, searches[0], &plan).await;
}

/// PostgreSQL plans by what the tables contain, SQLite by the statement.
async fn assert_plan(world: &World, text: &str, wanted: &[&str]) {
    if !world.app().store.is_sqlite() {
        return;
    }
    let (db, plan) = (world.app().store.read(), format!("EXPLAIN QUERY PLAN {text}"));
    let steps = db.query_all_raw(Statement::from_string(db.get_database_backend(), plan)).await.unwrap();
    let steps: Vec<String> = steps.iter().map(|step| step.try_get("", "detail").unwrap()).collect();
    for part in wanted {
        assert!(steps.iter().any(|step| step.contains(part)), "{part} for {text}: {steps:#?}");
    }
    assert!(!steps.iter().any(|step| step.starts_with("SCAN ")), "{text}: {steps:#?}");
}

/// Messages of a source with few are found by its chats; those of one with many by time, as they fill a page soon.
async fn a_source_with_few_messages_is_found_by_its_chats(world: &mut World) {
    let busy = some(world).await;
    let (rare, empty) = (world.line("rare").await, world.line("empty").await);
    world.customer(&rare, "fred").writes("Hello").await;
    for text in ["One", "Two", "Three"] {
        world.customer(&busy, "anna").writes(text).await;
    }
    // A message in a chat that has no source yet.
    let db = world.app().store.write();
    let stored = message::Entity::of_tenant(rare.tenant_id).filter(message::Column::SourceId.eq(rare.source_id));
    let stored = stored.one(db).await.unwrap().unwrap();
    let chat = conversation::Entity::of_tenant(rare.tenant_id)
        .filter(conversation::Column::Id.eq(stored.conversation_id))
        .one(db)
        .await
        .unwrap()
        .unwrap();
    let unbound = conversation::Model { id: world.clock.uuid_v7(), source_id: Uuid::nil(), ..chat };
    let second = message::Model { id: world.clock.uuid_v7(), conversation_id: unbound.id, ..stored };
    let (unbound_id, second_id) = (unbound.id, second.id);
    conversation::Entity::insert(unbound.into_active_model()).exec_without_returning(db).await.unwrap();
    message::Entity::insert(second.into_active_model()).exec_without_returning(db).await.unwrap();
    let from = Some(world.clock.millis() - 60_000);
    let of = |line: &Line| MessageFilter { from, source_id: Some(line.source_id), ..MessageFilter::default() };
    let by_chats =
        ["(tenant_id=? AND id=?)", "INDEX message_conversation (tenant_id=? AND conversation_id=? AND id>?)"];
    for (line, count, plan) in
        [(&busy, 9, &["(tenant_id=? AND id>?)"][..]), (&rare, 2, &by_chats), (&empty, 0, &by_chats)]
    {
        let (rows, counted, statements) = read(world, line, &of(line)).await;
        assert_eq!((u64::try_from(rows).unwrap(), counted), (count, count), "{statements:#?}");
        assert!(statements.len() <= 6, "{statements:#?}");
        let searches = statements.iter().filter(|text| text.contains("ORDER BY") && text.contains("LIMIT"));
        let searches: Vec<&String> = searches.collect();
        assert_eq!(searches.len(), 1, "{statements:#?}");
        assert_plan(world, searches[0], plan).await;
    }
    let db = world.app().store.write();
    message::Entity::delete_many().filter(message::Column::Id.eq(second_id)).exec(db).await.unwrap();
    conversation::Entity::delete_many().filter(conversation::Column::Id.eq(unbound_id)).exec(db).await.unwrap();
    world.deliver_all().await;
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

both!(a_page_of_chats_reads_no_message_behind_its_rows, a_source_with_few_messages_is_found_by_its_chats);
both!(chats_are_in_the_order_of_the_newest_messages, pages_follow_each_other_beyond_the_count);
both!(every_filter_is_one_search, the_slowest_are_one_search);
