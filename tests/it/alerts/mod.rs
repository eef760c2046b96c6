//! Alerts: what raises them, what ends them, and how people and programs are notified.

mod destinations;

use std::sync::OnceLock;
use std::time::Duration;

use base::config::Config;
use base::message::{Direction, day_of};
use entity::{alert, ledger_delta, letter, source, source_pulse};
use parom::alert_checks;
use parom::alert_notices::bot;
use parom_tests::{Answer, Engine, Line, MailServer, Place, Setup, World, both, once};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};
use simulator::crm::{Fault, Part};
use simulator::telegram::NewPerson;
use uuid::Uuid;

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3600);

/// The token of the vendor's bot: known once it was made, for the next start of the server.
static TOKEN: OnceLock<String> = OnceLock::new();

/// For [`parom_tests::Setup::change`]: e-mails go to the test's server, and the bot is there once it was made.
pub fn with_mail_and_bot(config: &mut Config) {
    MailServer::serves(config);
    with_bot(config);
}

/// The bot alone.
pub fn with_bot(config: &mut Config) {
    config.alerts.telegram_token = TOKEN.get().map(|token| token.clone().into());
}

/// Makes the vendor's bot and starts the server with it; returns the bot's id.
pub async fn gets_a_bot(world: &mut World) -> i64 {
    let bot = simulator::telegram::NewBot {
        id: 7_900_000_001,
        name: "Parom alerts".to_owned(),
        username: "parom_alerts_bot".to_owned(),
    };
    let bot = world.telegram().add_bot(bot);
    TOKEN.set(bot.token).expect("one bot a test");
    world.restart().await;
    bot.id
}

/// Kinds of an account's open alerts, by name.
pub async fn open(world: &World, tenant_id: Uuid) -> Vec<String> {
    let open = parom::alert::open(world.app().store.read(), tenant_id).await.unwrap();
    let mut kinds: Vec<String> = open.into_iter().map(|alert| alert.kind).collect();
    kinds.sort();
    kinds
}

/// The checks of all accounts, once.
pub async fn looks(world: &World) {
    alert_checks::round(&world.app().usage).await.unwrap();
}

/// Sends the notices that are due; returns how many were sent.
pub async fn sends_due_notices(world: &World) -> usize {
    parom::alert_notices::round(&world.app().alert_notices).await.unwrap()
}

// What raises an alert, and what ends it.

/// What an account's alert of this kind says.
pub async fn detail(world: &World, line: &Line, kind: &str) -> Value {
    let found = alert::Entity::of_tenant(line.tenant_id).filter(alert::Column::Kind.eq(kind));
    let found = found.one(world.app().store.read()).await.unwrap().expect(kind);
    serde_json::from_str(&found.detail).unwrap()
}

/// The messenger refuses the manager's message.
async fn is_refused(world: &mut World, line: &Line, text: &str) {
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(line).answers("anna", text).await;
    world.deliver_all().await;
}

async fn undelivered_messages_are_one_alert_of_the_account_until_they_are_resolved(world: &mut World) {
    let (one, two) = (world.line("one").await, world.line("two").await);
    for line in [&one, &two] {
        world.customer(line, "anna").writes("Hello").await;
    }
    world.deliver_all().await;
    looks(world).await;
    assert!(open(world, one.tenant_id).await.is_empty());
    is_refused(world, &one, "A secret answer").await;
    looks(world).await;
    assert_eq!(open(world, one.tenant_id).await, ["undelivered"]);
    is_refused(world, &two, "Another one").await;
    looks(world).await;
    looks(world).await;
    assert_eq!(open(world, one.tenant_id).await, ["undelivered"], "one card for all sources");
    let told = detail(world, &one, "undelivered").await;
    assert_eq!((&told["count"], &told["reason"]), (&json!(2), &json!("refused")), "{told}");
    assert!(!told.to_string().contains("secret"), "{told}");
    world
        .panel(one.tenant_id)
        .await
        .opens("/panel/alerts")
        .await
        .is(200)
        .says(&["2 messages were not delivered: Line"]);
    for line in [&one, &two] {
        let dead = world.api.get(&line.dead_letters()).await.is(200).text_at("/items/0/id");
        world.api.delete(&format!("/api/v1/dead-letters/{dead}")).await.is(204);
    }
    looks(world).await;
    assert!(open(world, one.tenant_id).await.is_empty(), "the list is empty");
}

async fn an_undelivered_message_without_action_is_reported_once(world: &mut World) {
    let line = world.line("one").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    is_refused(world, &line, "One").await;
    looks(world).await;
    assert_eq!(open(world, line.tenant_id).await, ["undelivered"]);
    world.advance(5 * HOUR);
    looks(world).await;
    assert!(open(world, line.tenant_id).await.is_empty(), "none was added for hours");
    looks(world).await;
    assert!(open(world, line.tenant_id).await.is_empty(), "the same one is no news");
    // After midnight the window of days moves on, and the old failure stays known.
    world.advance(20 * HOUR);
    looks(world).await;
    assert!(open(world, line.tenant_id).await.is_empty());
}

async fn an_amocrm_that_does_not_answer_is_one_alert_for_all_sources(world: &mut World) {
    let (one, two) = (world.line("one").await, world.line("two").await);
    for line in [&one, &two] {
        world.customer(line, "anna").writes("Hello").await;
    }
    world.sandbox.faults().until_cleared(Part::Message, Fault::Status { code: 503, retry_after: None });
    for _ in 0..4 {
        world.deliver_all().await;
        world.advance(Duration::from_secs(120));
    }
    looks(world).await;
    assert_eq!(open(world, one.tenant_id).await, ["crm_unreachable"], "and it is not called late as well");
    world.sandbox.faults().clear();
    world.deliver_to_the_end().await;
    assert!(open(world, one.tenant_id).await.is_empty(), "at once, and not when accounts are looked at again");
    looks(world).await;
    assert!(open(world, one.tenant_id).await.is_empty());
    // Each outage is a row of its own, as long as it lasted.
    world.advance(HOUR);
    let owner = world.panel(one.tenant_id).await;
    let before = owner.opens("/panel/alerts").await.is(200).text.matches("is not answering").count();
    for _ in 0..2 {
        let alarm = parom::alert::Alarm {
            tenant_id: one.tenant_id,
            kind: "crm_unreachable",
            object: "",
            source_id: None,
            detail: json!({}),
        };
        let app = &world.app().usage;
        assert!(parom::alert::raise(app, app.store.write(), alarm).await.unwrap());
        assert!(parom::alert::resolve(app, app.store.write(), one.tenant_id, "crm_unreachable", "").await.unwrap());
        world.advance(HOUR);
    }
    let after = owner.opens("/panel/alerts").await.is(200).text;
    assert_eq!(after.matches("is not answering").count(), before + 2, "{after}");
}

async fn a_messenger_that_does_not_answer_raises_an_alert(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.messenger.answers_by(|_| Answer::status(503));
    world.manager(&line).answers("anna", "Hi").await;
    for _ in 0..4 {
        world.deliver_all().await;
        world.advance(HOUR);
    }
    looks(world).await;
    assert_eq!(open(world, line.tenant_id).await, ["messenger_unreachable"]);
    world.messenger.heals();
    world.deliver_to_the_end().await;
    assert!(open(world, line.tenant_id).await.is_empty(), "at once, and not when accounts are looked at again");
    looks(world).await;
    assert!(open(world, line.tenant_id).await.is_empty());
}

async fn messages_that_take_too_long_are_late(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.advance(Duration::from_secs(59));
    looks(world).await;
    assert!(open(world, line.tenant_id).await.is_empty(), "within a minute");
    world.advance(Duration::from_secs(61));
    looks(world).await;
    assert_eq!(open(world, line.tenant_id).await, ["late"]);
    assert_eq!(detail(world, &line, "late").await, json!({ "count": 1, "delay": 120_000 }));
    world.deliver_all().await;
    looks(world).await;
    assert_eq!(open(world, line.tenant_id).await, ["late"], "the last quarter of an hour was slow");
    world.advance(16 * MINUTE);
    looks(world).await;
    assert!(open(world, line.tenant_id).await.is_empty());
}

/// T12: a cap was shown as the number of those that wait.
async fn late_messages_are_counted_to_the_last(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    let db = world.app().store.write();
    let one = letter::Entity::of_tenant(line.tenant_id).one(db).await.unwrap().expect("a letter");
    let more = (1..=1_200).map(|seq| letter::Model { seq: one.seq + seq, ..one.clone() }.into_active_model());
    letter::Entity::insert_many(more).exec_without_returning(db).await.unwrap();
    world.advance(2 * MINUTE);
    looks(world).await;
    assert_eq!(detail(world, &line, "late").await, json!({ "count": 1_201, "delay": 120_000 }));
    letter::Entity::delete_of(line.tenant_id).filter(letter::Column::Seq.gt(one.seq)).exec(db).await.unwrap();
    world.deliver_all().await;
}

/// Stores what a messenger said of a line.
async fn says(world: &World, line: &Line, facts: &Value) {
    source::Entity::update_many()
        .col_expr(source::Column::Facts, Expr::value(facts.to_string()))
        .filter(source::Column::TenantId.eq(line.tenant_id))
        .filter(source::Column::Id.eq(line.source_id))
        .exec(world.app().store.write())
        .await
        .unwrap();
}

async fn problems_that_messengers_report_about_lines_raise_alerts(world: &mut World) {
    let line = world.line("support").await;
    let since = world.clock.millis();
    let failing =
        json!({ "webhook": { "state": "failing", "words": "502 Bad Gateway", "waiting": 3, "since": since } });
    for (facts, kind) in [
        (failing, "line_failing"),
        (json!({ "webhook": { "state": "not_set", "words": "bad port", "since": since } }), "line_not_set"),
        (json!({ "troubles": { "quality": { "words": "The quality is low.", "since": since } } }), "line_trouble"),
        (json!({ "owners": { "5": { "is_enabled": false, "name": "Anna", "at": since } } }), "business_off"),
        (json!({ "token_ends_on": "2026-11-23" }), "token_expiring"),
    ] {
        says(world, &line, &facts).await;
        looks(world).await;
        assert_eq!(open(world, line.tenant_id).await, [kind]);
        let page = world.panel(line.tenant_id).await.opens("/panel/alerts").await.is(200);
        page.says(&["Line support", &line.source_id.to_string(), "Acknowledge"]);
        assert!(!page.text.contains("http://127.0.0.1") || !page.text.contains("{ $"), "{}", page.text);
    }
    says(world, &line, &json!({})).await;
    looks(world).await;
    assert!(open(world, line.tenant_id).await.is_empty());
    // A person knows of a source that they paused.
    says(world, &line, &json!({ "token_ends_on": "2026-11-23" })).await;
    world.api.patch(&line.path(""), &json!({"paused": true})).await.is(200);
    looks(world).await;
    assert!(open(world, line.tenant_id).await.is_empty());
}

async fn many_sources_with_one_trouble_are_one_card(world: &mut World) {
    let mut lines = Vec::new();
    for name in ["one", "two", "three", "four"] {
        lines.push(world.line(name).await);
    }
    let since = world.clock.millis();
    for line in &lines {
        let facts =
            json!({ "webhook": { "state": "failing", "words": "502 Bad Gateway", "waiting": 3, "since": since } });
        says(world, line, &facts).await;
    }
    looks(world).await;
    assert_eq!(open(world, lines[0].tenant_id).await.len(), 4);
    let panel = world.panel(lines[0].tenant_id).await;
    let page = panel.opens("/panel/alerts").await.is(200);
    page.says(&["A messenger cannot pass on messages (4)", "Line one", "Line four", "Open the sources"]);
    assert_eq!(page.text.matches("class=\"card\"><p><strong>").count(), 1, "{}", page.text);
    let keys: Vec<String> = lines.iter().map(|line| format!("line_failing:{}", line.source_id)).collect();
    let fields: Vec<(&str, &str)> = keys.iter().map(|key| ("key", key.as_str())).collect();
    panel.does("/panel/alerts/take", &fields).await.says(&["Being handled by"]);
    let open = parom::alert::open(world.app().store.read(), lines[0].tenant_id).await.unwrap();
    assert!(open.iter().all(|alert| !alert.taken_by.is_empty()), "all four are taken");
}

// A day with two failing sources, as their owner sees it: one alert in Telegram, and its end.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_failing_sources_are_one_alert_and_its_end() {
    let _mail = MailServer::start().await;
    let setup = Setup { telegram: true, change: with_mail_and_bot, ..Setup::default() };
    let mut world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let bot = gets_a_bot(&mut world).await;
    let (one, two) = (world.line("one").await, world.line("two").await);
    for line in [&one, &two] {
        world.customer(line, "anna").writes("Hello").await;
    }
    world.deliver_all().await;

    // Morning: the owner links a chat.
    let visitor = world.panel(one.tenant_id).await;
    visitor.opens("/panel/alerts").await.is(200).says(&["No open alerts"]);
    let page = visitor.does("/panel/alerts/chat", &[]).await;
    let code = page.between("https://t.me/parom_alerts_bot?start=", "\"").expect("a code").to_owned();
    let owner = world.telegram().add_person(NewPerson { first_name: "Анна".to_owned(), ..NewPerson::default() });
    let chat = world.telegram().customer(owner, bot);
    chat.starts(&code).expect("Start is pressed");
    bot::poll(&world.app().alert_notices).await.expect("the bot is asked");
    let told = |world: &World| -> Vec<String> {
        let sent = world.telegram().sent(bot).into_iter();
        sent.filter(|message| message.json["chat"]["id"] == owner).map(|message| message.text).collect()
    };
    assert_eq!(told(&world).len(), 1, "it is linked");

    // Noon: the messengers of both sources no longer let Parom in.
    world.advance(3 * HOUR);
    for line in [&one, &two] {
        world.messenger.answers_next([Answer::status(401)]);
        world.manager(line).answers("anna", "Hi").await;
        world.deliver_all().await;
    }
    looks(&world).await;
    world.advance(MINUTE);
    assert_eq!(sends_due_notices(&world).await, 1, "one notice about both");
    let alert = told(&world).pop().expect("a message");
    assert!(alert.contains("Line one") && alert.contains("Line two") && alert.contains("/panel/sources/"), "{alert}");
    assert!(!alert.contains("Hi"), "no text of a message: {alert}");
    for _ in 0..6 {
        world.advance(10 * MINUTE);
        looks(&world).await;
        assert_eq!(sends_due_notices(&world).await, 0, "one an hour at most");
    }
    let page = world.panel(one.tenant_id).await.opens("/panel/alerts").await.is(200);
    page.says(&["Line one", "Line two", "Open"]);

    // Evening: both are connected again.
    for line in [&one, &two] {
        let change = json!({"settings": {"webhook_url": world.messenger.url()}});
        world.api.patch(&line.path(""), &change).await.is(200);
    }
    world.deliver_to_the_end().await;
    looks(&world).await;
    world.advance(MINUTE);
    assert_eq!(sends_due_notices(&world).await, 1);
    let over = told(&world).pop().expect("a message");
    assert!(over.matches("✅").count() == 2 && over.contains("Line one") && over.contains("Line two"), "{over}");
    assert_eq!(told(&world).len(), 3, "the link, the alert, its end");
    world.panel(one.tenant_id).await.opens("/panel/alerts").await.is(200).says(&["class=\"notice t-ok"]);
    world.close().await;
}

// A source that is quieter than it has been for weeks.

/// Messages of customers in the ledger, without the messages: only counts are looked at.
async fn came(world: &World, line: &Line, messages: i64) {
    let row = ledger_delta::Model {
        tenant_id: line.tenant_id,
        source_id: line.source_id,
        direction: Direction::ToCrm.number(),
        day: day_of(world.clock.millis()),
        instance: Uuid::from_u128(7),
        accepted: messages,
        delivered: messages,
        failed: 0,
    };
    use ledger_delta::Column::{Accepted, Day, Delivered, Direction as Way, Instance, SourceId, TenantId};
    let more = |column: ledger_delta::Column| Expr::col((ledger_delta::Entity, column)).add(messages);
    let known = OnConflict::columns([TenantId, SourceId, Way, Day, Instance])
        .value(Accepted, more(Accepted))
        .value(Delivered, more(Delivered))
        .to_owned();
    ledger_delta::Entity::insert(row.into_active_model())
        .on_conflict(known)
        .exec_without_returning(world.app().store.write())
        .await
        .unwrap();
}

/// The hour of the week in UTC: 0 is Monday, midnight.
fn hour_of_week(world: &World) -> i64 {
    (world.clock.millis() / 3_600_000 + 3 * 24).rem_euclid(168)
}

/// Weekdays from 9 to 18.
fn is_open(hour: i64) -> bool {
    hour / 24 < 5 && (9..18).contains(&(hour % 24))
}

/// Lets hours pass; in each, these sources have messages while their shop is open.
async fn hours(world: &World, count: usize, busy: &[&Line]) {
    for _ in 0..count {
        if is_open(hour_of_week(world)) {
            for line in busy {
                came(world, line, 4).await;
            }
        }
        looks(world).await;
        world.advance(HOUR - Duration::from_secs(1));
        looks(world).await;
        world.advance(Duration::from_secs(1));
    }
}

/// Passes the hours up to this one of the week.
async fn up_to(world: &World, hour: i64, busy: &[&Line]) {
    while hour_of_week(world) != hour {
        hours(world, 1, busy).await;
    }
}

async fn a_source_that_falls_silent_in_its_busy_hours_raises_an_alert(world: &mut World) {
    world.forget_messages();
    let (one, two) = (world.line("one").await, world.line("two").await);
    // A week in, a silent working day says nothing yet.
    hours(world, 168, &[&one, &two]).await;
    up_to(world, 9, &[&one, &two]).await;
    hours(world, 9, &[&two]).await;
    assert!(open(world, one.tenant_id).await.is_empty(), "not before two weeks");
    hours(world, 2 * 168, &[&one, &two]).await;
    // Nights and weekends are quiet, and raise no alert.
    up_to(world, 9, &[&one, &two]).await;
    assert!(open(world, one.tenant_id).await.is_empty());
    hours(world, 3, &[&two]).await;
    assert!(open(world, one.tenant_id).await.is_empty(), "three hours may be chance");
    hours(world, 5, &[&two]).await;
    assert_eq!(open(world, one.tenant_id).await, ["source_silent"]);
    let page = world.panel(one.tenant_id).await.opens("/panel/alerts").await.is(200);
    page.says(&["Line one", "unusually quiet", "there are usually"]);
    came(world, &one, 1).await;
    looks(world).await;
    assert!(open(world, one.tenant_id).await.is_empty(), "a customer wrote");
    // All are silent: the shop is closed that day.
    up_to(world, 33, &[&one, &two]).await;
    hours(world, 9, &[]).await;
    assert!(open(world, one.tenant_id).await.is_empty(), "a holiday");
    let rows = source_pulse::Entity::of_tenant(one.tenant_id).all(world.app().store.read()).await.unwrap();
    assert_eq!(rows.len(), 2, "one row a source, however many hours");
}

both!(messages_that_take_too_long_are_late, a_source_that_falls_silent_in_its_busy_hours_raises_an_alert);
once!(
    undelivered_messages_are_one_alert_of_the_account_until_they_are_resolved,
    an_undelivered_message_without_action_is_reported_once,
    an_amocrm_that_does_not_answer_is_one_alert_for_all_sources,
    late_messages_are_counted_to_the_last,
    a_messenger_that_does_not_answer_raises_an_alert,
    problems_that_messengers_report_about_lines_raise_alerts,
    many_sources_with_one_trouble_are_one_card
);
