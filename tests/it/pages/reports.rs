//! Reports, and managers by their names.

use std::time::Duration;

use base::i18n::Zone;
use base::message::Body;
use base::store::statements_of;
use entity::message;
use parom::delivery::read::first_id_at;
use parom::delivery::read::report::{self, Report, ReportFilter, ReportPeriod};
use parom_tests::{Answer, Line, Reply, Visitor, World, both, once};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, Statement};
use serde_json::json;
use simulator::crm::HookMessage;
use uuid::Uuid;

use super::olga;

const MINUTE: u64 = 60;

/// The page, once amoCRM has listed the account's users.
async fn named(world: &World, visitor: &Visitor, path: &str, name: &str) -> Reply {
    let found = async || {
        let page = visitor.opens(path).await.is(200);
        page.text.contains(name).then_some(page)
    };
    world.until("the managers have names", found).await
}

/// The name of the manager who wrote last, as amoCRM has it.
fn last_writer(world: &World, line: &Line) -> String {
    world.sandbox.messages(&line.host).pop().expect("a message").sender_name
}

/// amoCRM's hooks contain the manager's id only.
async fn managers_have_names(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.sandbox.break_it(&"nameless-hooks".parse().unwrap()).unwrap();
    manager.answers("anna", "Good morning").await;
    world.deliver_all().await;
    let name = last_writer(world, &line);
    let answer = world.messages().await.into_iter().find(|row| row.direction == 2).expect("the answer");
    assert!(!answer.body.contains(&name), "the hook contained an id only: {}", answer.body);
    let olga = olga(world, line.tenant_id).await;
    named(world, &olga, "/panel/messages", &name).await.says(&[&format!("<td class=\"later\"><bdi>{name}</bdi>")]);
    olga.opens(&format!("/panel/messages/{}", answer.id)).await.is(200).says(&[&format!("{name} wrote in amoCRM")]);
    olga.opens(&format!("/panel/conversations/{}", answer.conversation_id)).await.is(200).says(&[&name]);
    olga.opens("/panel/messages.csv").await.is(200).says(&[&format!("\"{name}\"")]);
}

/// Anna waits five minutes, Boris one, Carl is not answered, Dora only by a bot.
async fn a_morning(world: &mut World) -> Line {
    let (shop, quiet) = (world.line("shop").await, world.line("quiet").await);
    for name in ["anna", "boris", "carl"] {
        world.customer(&shop, name).writes("Hello").await;
    }
    world.deliver_all().await;
    world.advance(Duration::from_secs(MINUTE));
    world.manager(&shop).answers("boris", "Hello").await;
    world.customer(&shop, "anna").writes("Is anybody there?").await;
    world.advance(Duration::from_secs(4 * MINUTE));
    world.manager(&shop).answers("anna", "Yes").await;
    world.manager(&shop).answers("anna", "I was away").await;
    world.customer(&quiet, "dora").writes("Hello").await;
    world.deliver_all().await;
    world.manager(&quiet).sends("dora", HookMessage::text("We will answer soon").by_salesbot()).await;
    world.deliver_all().await;
    world.advance(Duration::from_secs(55 * MINUTE));
    shop
}

async fn a_report_shows_who_wrote_and_who_waits(world: &mut World) {
    let shop = a_morning(world).await;
    let name = "Maria";
    let visitor = olga(world, shop.tenant_id).await;
    let page = named(world, &visitor, "/panel/reports?period=today", name).await;
    page.says(&["2 replies, slowest 5% over 5 min", "Unanswered chats: 2", "Line shop", "Line quiet"]);
    page.never_says(&["Salesbot", "Unknown user"]);
    let waiting = page.text.split_once("id=\"unanswered\"").unwrap().1.to_owned();
    let (carl, dora) = (waiting.find("carl").unwrap(), waiting.find("dora").unwrap());
    assert!(carl < dora && !waiting.contains("anna"), "the longest first: {waiting}");
    let of_shop = visitor.opens(&format!("/panel/reports?period=today&source={}", shop.source_id)).await.is(200);
    of_shop.says(&["Unanswered chats: 1"]);
    of_shop.never_says(&["dora"]);
    visitor.opens("/panel/reports?from=2026-11-01&to=2026-11-19").await.is(200).says(&["No messages in this period"]);
    visitor.opens("/panel/reports?from=2026-01-01").await.is(200).says(&["A report covers 92 days at most"]);
}

async fn the_api_reports_the_same(world: &mut World) {
    let shop = a_morning(world).await;
    let path = |name: &str| format!("/api/v1/tenants/{}/reports/{name}", shop.tenant_id);
    let known = async || {
        let report = world.api.get(&path("messages?from=2026-11-20&to=2026-11-20")).await.is(200);
        (report.json["by_manager"][0]["manager"]["name"] == "Maria").then_some(report.json)
    };
    let messages = world.until("the managers have names", known).await;
    assert_eq!(messages["total"], json!({"from_customers": 5, "to_customers": 4, "failed": 0}));
    assert_eq!((&messages["from"], &messages["time_zone"]), (&json!("2026-11-20"), &json!("Europe/Moscow")));
    assert_eq!(messages["counted_since"], json!(null));
    assert_eq!(messages["by_manager"].as_array().map(Vec::len), Some(1), "a bot is no manager: {messages}");
    assert_eq!(messages["by_manager"][0]["to_customers"], 3);
    let hour = json!({"weekday": 5, "hour": 12, "from_customers": 5, "to_customers": 4, "failed": 0});
    assert_eq!(messages["by_hour"], json!([hour]));
    let answers = world.api.get(&path("answers")).await.is(200).json;
    assert_eq!(answers["first_answers"], json!({"count": 2, "median_ms": 60_000, "p95_ms": 300_000}));
    assert_eq!(answers["by_source"][0]["source_id"], json!(shop.source_id));
    let waiting = &answers["unanswered"];
    assert_eq!((&waiting["count"], &waiting["items"][0]["name"]), (&json!(2), &json!("carl")));
    assert_eq!(waiting["items"][0]["waits_ms"], 60 * 60_000);
    let of_shop = world.api.get(&path(&format!("answers?source_id={}", shop.source_id))).await.is(200).json;
    assert_eq!(of_shop["unanswered"]["count"], 1);
    for (query, field) in [
        ("from=x", "/from"),
        ("from=2026-11-20&to=2026-11-19", "/to"),
        ("from=2026-01-01&to=2026-11-19", "/from"),
        ("source_id=0190a1b2-7c00-7000-8000-000000000000", "/source_id"),
        ("since=1", "/since"),
    ] {
        let refused = world.api.get(&path(&format!("answers?{query}"))).await.is(422);
        assert_eq!(refused.wrong_fields(), [field], "{query}");
    }
    world.add_key(shop.tenant_id, "prm_reads-only-0123456789abcdefghijklmnop", "read").await;
    let reader = parom_tests::Api::new(&world.api.base(), "prm_reads-only-0123456789abcdefghijklmnop");
    reader.get(&path("messages")).await.is(200);
    // A source of another account is unknown here.
    let other = world.line_at("other.amocrm.ru", "support").await;
    let foreign = world.api.get(&path(&format!("messages?source_id={}", other.source_id))).await.is(422);
    assert_eq!(foreign.wrong_fields(), ["/source_id"]);
}

/// Imported messages, and answers that were written on a phone.
async fn imported_messages_wait_for_no_answer(world: &mut World) {
    let line = world.line("support").await;
    let customer = world.customer(&line, "anna");
    let mut old = customer.body("old-1", "Hello");
    old["sent_at"] = json!("2026-10-01T10:00:00Z");
    customer.posts(&old).await.is(202);
    let mut quiet = world.customer(&line, "boris").body("quiet-1", "Hello");
    quiet["silent"] = json!(true);
    customer.posts(&quiet).await.is(202);
    let carl = world.customer(&line, "carl");
    carl.writes("Hello").await;
    world.advance(Duration::from_secs(2 * MINUTE));
    let by_phone = json!({"id": "phone-1", "conversation": {"id": "chat-carl"}, "sender": {"role": "manager", "id": "m1"},
        "receiver": {"id": "user-carl", "name": "carl"}, "content": {"type": "text", "text": "Hello"}});
    carl.posts(&by_phone).await.is(202);
    world.deliver_to_the_end().await;
    let path = format!("/api/v1/tenants/{}/reports/answers", line.tenant_id);
    let answers = world.api.get(&path).await.is(200).json;
    assert_eq!(answers["unanswered"]["count"], 0, "{answers}");
    assert_eq!(answers["first_answers"], json!({"count": 1, "median_ms": 120_000, "p95_ms": 120_000}));
}

// Reports made of what is kept in memory, compared with those that the database counts.

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

both!(a_report_of_stored_facts_equals_one_of_the_database, a_source_of_a_busy_account_has_facts_of_its_own);
both!(a_report_is_three_statements);
once!(a_report_shows_who_wrote_and_who_waits, imported_messages_wait_for_no_answer, the_api_reports_the_same);
once!(managers_have_names);
