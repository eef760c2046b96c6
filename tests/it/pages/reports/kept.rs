//! Reports made of what is kept in memory, compared with those that the database counts.

use std::time::Duration;

use base::i18n::Zone;
use base::message::Body;
use base::store::statements_of;
use entity::message;
use parom::delivery::read::first_id_at;
use parom::delivery::read::report::{self, Report, ReportFilter, ReportPeriod};
use parom_tests::{Answer, Line, World, both};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, Statement};
use uuid::Uuid;

use super::{MINUTE, a_morning};

/// As milliseconds, a little more than what is read each time.
const MINUTE_MILLIS: i64 = 70_000;

fn of_last_days(world: &World, line: &Line, days: i64) -> ReportFilter {
    let to = world.clock.millis() + 1;
    ReportFilter {
        tenant_id: line.tenant_id,
        period: ReportPeriod { from: to - days * 86_400_000, to },
        source_id: None,
        users: Vec::new(),
        most: report::MOST,
    }
}

/// All that a report shows.
fn as_text(report: &Report, users: &[String]) -> String {
    let answers: Vec<_> = report.by_source().into_keys().map(|id| report.answers_of(id)).collect();
    let (hours, managers) = (report.by_hour(Zone::named("Europe/Moscow")), report.by_manager(users));
    format!(
        "{:?} {answers:?} {hours:?} {managers:?} {:?} {:?} {:?}",
        report.by_source(),
        report.answers(),
        report.unanswered(),
        report.counted_since()
    )
}

/// Reports of several periods, sources and users, made of what is kept and counted by the database.
async fn are_the_same(world: &World, line: &Line, what: &str) {
    let app = world.app().clone();
    let (week, day) = (of_last_days(world, line, 7), of_last_days(world, line, 1));
    let rows = message::Entity::of_tenant(line.tenant_id).all(app.store.read()).await.unwrap();
    let bodies = rows.iter().map(|row| serde_json::from_str::<Body>(&row.body).unwrap());
    let writers: Vec<String> = bodies.map(|body| body.sender.id).filter(|id| !id.is_empty()).take(3).collect();
    let past = ReportPeriod { from: week.period.from, to: day.period.from };
    let filters = [
        day.clone(),
        week.clone(),
        ReportFilter { source_id: Some(line.source_id), ..week.clone() },
        ReportFilter { source_id: Some(Uuid::nil()), ..week.clone() },
        ReportFilter { users: writers, ..week.clone() },
        ReportFilter { period: past, ..week },
        day,
    ];
    for filter in filters {
        let counted = report::read_uncached(&app.delivery, &filter).await.unwrap();
        let read = report::read(&app.delivery, &filter).await.unwrap();
        assert_eq!(as_text(&read, &filter.users), as_text(&counted, &filter.users), "{what}: {filter:?}");
    }
}

async fn a_report_of_stored_facts_equals_one_of_the_database(world: &mut World) {
    let empty = world.line("empty").await;
    are_the_same(world, &empty, "nothing").await;
    let shop = a_morning(world).await;
    are_the_same(world, &shop, "a morning").await;
    // A message fails after its hour was read.
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&shop).answers("carl", "Hello").await;
    are_the_same(world, &shop, "an answer waits").await;
    world.advance(Duration::from_secs(2 * MINUTE));
    are_the_same(world, &shop, "it waits for two minutes").await;
    world.deliver_all().await;
    are_the_same(world, &shop, "it failed").await;
    world.advance(Duration::from_secs(26 * 60 * MINUTE));
    world.customer(&shop, "anna").writes("And today?").await;
    are_the_same(world, &shop, "another day").await;
    let report = report::read(&world.app().delivery, &of_last_days(world, &shop, 7)).await.unwrap();
    assert_eq!((report.total().failed, report.unanswered().len()), (1, 1));
    // A message that was accepted an hour ago is stored only now.
    let rows = message::Entity::of_tenant(shop.tenant_id).all(world.app().store.read()).await.unwrap();
    let at = world.clock.millis() - 3_600_000;
    let late =
        message::Model { id: Uuid::from_u128(first_id_at(at).as_u128() + 1), accepted_at: at, ..rows[0].clone() };
    let late_id = late.id;
    message::Entity::insert(late.into_active_model()).exec_without_returning(world.app().store.write()).await.unwrap();
    are_the_same(world, &shop, "one came late").await;
    let again = report::read(&world.app().delivery, &of_last_days(world, &shop, 7)).await.unwrap();
    assert_eq!(again.total().came, report.total().came + 1);
    // It goes again, as the ledger knows nothing of it.
    let of_it = message::Entity::delete_many()
        .filter(message::Column::TenantId.eq(shop.tenant_id))
        .filter(message::Column::Id.eq(late_id));
    of_it.exec(world.app().store.write()).await.unwrap();
    are_the_same(world, &shop, "one was deleted").await;
    world.deliver_all().await;
}

/// In an account with more messages than are kept, a source with few is counted by its own facts, and only what is new is
/// read again. Late and deleted messages of any source are found.
async fn a_source_of_a_busy_account_has_facts_of_its_own(world: &mut World) {
    let busy = a_morning(world).await;
    let rare = world.line("rare").await;
    world.customer(&rare, "fred").writes("Hello").await;
    world.deliver_all().await;
    let app = world.app().clone();
    let filter = ReportFilter { source_id: Some(rare.source_id), most: 4, ..of_last_days(world, &busy, 7) };
    let compared = async |filter: &ReportFilter, what: &str| {
        let counted = report::read_uncached(&app.delivery, filter).await.unwrap();
        let read = report::read(&app.delivery, filter).await.unwrap();
        assert_eq!(as_text(&read, &[]), as_text(&counted, &[]), "{what}: {filter:?}");
        read
    };
    assert_eq!(compared(&filter, "first").await.total().came, 1);
    world.advance(Duration::from_secs(2 * MINUTE));
    let filter = ReportFilter { period: of_last_days(world, &busy, 7).period, ..filter };
    compared(&filter, "kept").await;
    let read = statements_of(async {
        report::read(&app.delivery, &filter).await.unwrap();
    });
    let read = read.await.statements;
    let selects: Vec<&String> =
        read.iter().filter(|text| text.starts_with("SELECT") || text.starts_with("WITH")).collect();
    assert!(!selects.iter().any(|text| text.starts_with("WITH")), "nothing is counted by the database: {selects:#?}");
    assert!(selects.len() <= 7, "{selects:#?}");
    // The busy source itself has more than are kept, and so does a period in the past.
    let of_busy = ReportFilter { source_id: Some(busy.source_id), ..filter.clone() };
    compared(&of_busy, "the busy source").await;
    let past = ReportPeriod { to: filter.period.to - MINUTE_MILLIS, ..filter.period };
    compared(&ReportFilter { period: past, ..of_busy }, "the past").await;
    // A message of the busy source is stored late, one of the rare source is stored late, and is deleted.
    let rows = message::Entity::of_tenant(busy.tenant_id).all(app.store.read()).await.unwrap();
    for source_id in [busy.source_id, rare.source_id] {
        let row = rows.iter().find(|row| row.source_id == source_id).unwrap();
        let id =
            Uuid::from_u128(first_id_at(world.clock.millis() - MINUTE_MILLIS).as_u128() + source_id.as_u128() % 1000);
        let late = message::Model { id, accepted_at: world.clock.millis() - MINUTE_MILLIS, ..row.clone() };
        message::Entity::insert(late.into_active_model()).exec_without_returning(app.store.write()).await.unwrap();
        compared(&filter, "one came late").await;
        let of_it = message::Entity::delete_many()
            .filter(message::Column::TenantId.eq(busy.tenant_id))
            .filter(message::Column::Id.eq(id));
        of_it.exec(app.store.write()).await.unwrap();
        compared(&filter, "one was deleted").await;
    }
    world.customer(&rare, "fred").writes("And?").await;
    world.deliver_all().await;
    let filter = ReportFilter { period: of_last_days(world, &busy, 7).period, ..filter };
    assert_eq!(compared(&filter, "a new one").await.total().came, 2);
}

/// However many chats there are, a report costs three statements; what was read before is not read again.
async fn a_report_is_three_statements(world: &mut World) {
    let shop = a_morning(world).await;
    let (app, filter) = (world.app().clone(), of_last_days(world, &shop, 7));
    let statements = async || {
        let read = statements_of(async {
            assert_eq!(report::read(&app.delivery, &filter).await.unwrap().total().came, 5);
        });
        let read = read.await.statements;
        read.into_iter().filter(|text| text.starts_with("SELECT")).collect::<Vec<String>>()
    };
    let (first, second) = (statements().await, statements().await);
    assert_eq!((first.len(), second.len()), (3, 3), "{first:#?} {second:#?}");
    assert!(first[0].contains("OFFSET $3"), "no more than are counted: {first:#?}");
    assert!(second[0].starts_with("SELECT count(*)"), "what is kept is counted: {second:#?}");
    for text in first.iter().chain(&second) {
        assert!(text.contains("tenant_id = $1 AND id >= $2"), "a range of the primary key: {text}");
    }
    if app.store.is_sqlite() {
        let db = app.store.read();
        for (text, index) in [
            (&second[0], "COVERING INDEX"),
            (&second[1], "(tenant_id=? AND id>?)"),
            (&second[2], "INDEX message_failed"),
        ] {
            let plan = Statement::from_string(db.get_database_backend(), format!("EXPLAIN QUERY PLAN {text}"));
            let steps = db.query_all_raw(plan).await.unwrap();
            let steps: Vec<String> = steps.iter().map(|step| step.try_get("", "detail").unwrap()).collect();
            assert!(steps[0].contains(index), "{text}: {steps:#?}");
        }
    }
}

both!(
    a_report_of_stored_facts_equals_one_of_the_database,
    a_source_of_a_busy_account_has_facts_of_its_own,
    a_report_is_three_statements
);
