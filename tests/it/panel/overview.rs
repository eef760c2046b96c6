//! The overview: its figures agree with what they lead to, and it says since when something is wrong.

use std::time::Duration;

use base::store::statements_of;
use entity::{attempt, histogram, message, source, tenant_channel};
use parom::delivery::read::figures::{self, LastMessage, Span};
use parom::delivery::read::sides;
use parom::tenant::ChannelStatus;
use parom_tests::{Answer, FileHost, Line, Page, Reply, Visitor, World, both, ends_within, once};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;
use simulator::crm::{Fault, HookMessage, Part};
use uuid::Uuid;

use crate::admin::operator::Operator;
use crate::pages::olga;

/// Where a figure of the overview leads.
pub(super) fn link(page: &Reply, words: &str) -> String {
    let text = page.text.replace('\u{a0}', " ");
    let before = text.split_once(&format!("\">{words}</a>")).unwrap_or_else(|| panic!("no {words:?} in {text}")).0;
    before.rsplit_once("href=\"").unwrap().1.replace("&#38;", "&").replace("&amp;", "&")
}

/// Chart, table and ledger are one reading: their sums are equal for every source and account.
async fn the_figures_of_a_page_agree(world: &mut World) {
    let (shop, quiet) = (world.line("shop").await, world.line("quiet").await);
    world.customer(&quiet, "olga").writes("Hello").await;
    world.deliver_all().await;
    // Two days later only the other source has messages.
    world.advance(Duration::from_secs(2 * 86_400));
    for name in ["anna", "carl"] {
        world.customer(&shop, name).writes("Hello").await;
    }
    world.deliver_all().await;
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&shop).answers("anna", "One").await;
    world.deliver_all().await;
    let app = world.app().clone();
    let today = i64::from(base::message::day_of(world.clock.millis())) * 86_400_000;
    let read = figures::read(&app.delivery, shop.tenant_id, None, Some(today)).await.unwrap();
    for span in [Span::Hours, Span::Days(1)] {
        let slots = read.slots(span);
        let sum = |of: fn(&figures::FiguresSlot) -> i64| slots.iter().map(of).sum::<i64>();
        let (came, went, failed) =
            (sum(|slot| slot.flow.came), sum(|slot| slot.flow.went), sum(|slot| slot.flow.failed));
        assert_eq!((came, went, failed, sum(|slot| slot.delivered)), (2, 1, 1, 2), "{span:?}");
        assert_eq!(read.of_source(shop.source_id, span).all(), 3);
        assert_eq!(read.of_source(quiet.source_id, span).all(), 0);
    }
    assert_eq!(read.of_source(quiet.source_id, Span::Days(7)).came, 1);
    let ledger = read.ledger();
    assert_eq!((ledger.to_crm.accepted, ledger.to_crm.delivered, ledger.to_messenger.failed), (2, 2, 1));
    assert_eq!(read.times().map(|times| times.messages), Some(2));
    assert!(matches!(read.last_of(shop.source_id), LastMessage::At(_)));
    assert!(matches!(read.last_of(quiet.source_id), LastMessage::OnDay(_)));
    let of_one = figures::read(&app.delivery, shop.tenant_id, Some(quiet.source_id), None).await.unwrap();
    assert_eq!(
        (of_one.slots(Span::Days(7)).iter().map(|slot| slot.flow.all()).sum::<i64>(), of_one.times()),
        (1, None)
    );
    let anna = world.panel(shop.tenant_id).await;
    let page = anna.opens("/panel").await.is(200);
    page.says(&[
        "Messages by hour: 2 from customers, 1 to customers, 1 undelivered.",
        "class=\"tile t-bad\"",
        "66.6%",
        "Goal: 99% or more",
        "<title>(1) Overview",
        "1 undelivered message",
    ]);
    let week = anna.opens("/panel?period=7").await.is(200);
    week.says(&["Messages by day: 3 from customers, 1 to customers, 1 undelivered.", "18 Nov", "20 Nov"]);
}

/// Adds as many messages from customers as delivered ones, all newer than those that are there, each with a letter that a
/// rule of ours refused.
async fn is_flooded(world: &World, line: &Line, count: usize) {
    let db = world.app().store.write();
    let of_line = message::Entity::of_tenant(line.tenant_id).filter(message::Column::SourceId.eq(line.source_id));
    let like = of_line.one(db).await.unwrap().expect("a message of the source");
    let tried = attempt::Entity::of_tenant(line.tenant_id).filter(attempt::Column::MessageId.eq(like.id));
    let tried = tried.one(db).await.unwrap().expect("its attempt");
    let (mut messages, mut attempts) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let id = world.clock.uuid_v7();
        messages.push(message::Model { id, ..like.clone() }.into_active_model());
        let tried = attempt::Model { message_id: id, letter_id: id, ..tried.clone() };
        let refused =
            attempt::Model { letter_id: line.source_id, verdict: "bury".to_owned(), status: 0, ..tried.clone() };
        attempts.extend([tried.into_active_model(), refused.into_active_model()]);
    }
    for rows in messages.chunks(500) {
        message::Entity::insert_many(rows.to_vec()).exec_without_returning(db).await.unwrap();
    }
    for rows in attempts.chunks(500) {
        attempt::Entity::insert_many(rows.to_vec()).exec_without_returning(db).await.unwrap();
    }
    let more = Expr::col(histogram::Column::Count).add(i64::try_from(count).unwrap());
    let of_line = histogram::Entity::update_of(line.tenant_id).col_expr(histogram::Column::Count, more);
    of_line.filter(histogram::Column::SourceId.eq(line.source_id)).exec(db).await.unwrap();
}

/// The figures cost the same however many sources and messages an account has, and a source with a flood hides none of the
/// others.
async fn a_busy_account_has_true_figures_at_the_same_cost(world: &mut World) {
    let (flood, quiet) = (world.line("flood").await, world.line("quiet").await);
    for line in [&flood, &quiet] {
        world.customer(line, "anna").writes("Hello").await;
        world.deliver_all().await;
    }
    world.manager(&quiet).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let app = world.app().clone();
    source::Entity::update_of(quiet.tenant_id)
        .col_expr(source::Column::Kind, Expr::value("max"))
        .filter(source::Column::Id.eq(quiet.source_id))
        .exec(app.store.write())
        .await
        .unwrap();
    let mut statements = Vec::new();
    for (more, sources) in [(0, 0), (6_000, 5)] {
        is_flooded(world, &flood, more).await;
        for number in 0..sources {
            let line = world.line(&format!("more{number}")).await;
            world.customer(&line, "anna").writes("Hello").await;
        }
        world.deliver_all().await;
        let all = i64::try_from(more + sources).unwrap();
        let read = statements_of(async {
            let figures =
                figures::read(&app.delivery, flood.tenant_id, None, Some(world.clock.millis())).await.unwrap();
            assert_eq!(figures.by_source(Span::Hours).len(), 2 + sources);
            assert_eq!(figures.times().map(|times| times.messages), Some(3 + more + sources));
            assert_eq!(figures.times_of(quiet.source_id).map(|times| times.messages), Some(2), "it is not hidden");
            let sides = sides::read(&app.delivery, flood.tenant_id).await.unwrap();
            let crm = sides.crm.expect("it was called");
            assert_eq!((crm.count(), crm.failed), (2 + all, 0), "what our rules refuse is no call");
            assert_eq!(sides.messengers["max"].count(), 1);
            assert_eq!(sides.delay.count(), 3 + all);
            let since = sides::begin(world.clock.millis());
            assert_eq!(figures.came_since(flood.source_id, since), 1 + i64::try_from(more).unwrap());
        });
        statements.push(read.await.statements.iter().filter(|text| text.starts_with("SELECT")).count());
    }
    assert_eq!(statements, [8, 8]);
    // The flood was never accepted.
    world.forget_messages();
}

/// A4: who waits for a file has not been refused by amoCRM, nor by anybody else.
async fn waiting_for_a_file_is_no_call(world: &mut World) {
    let line = world.line("support").await;
    let host = FileHost::start().await;
    let url = host.puts("/away.png", [Page::status(503)]);
    let anna = world.customer(&line, "anna");
    let mut body = anna.body("pictured", "");
    body["content"] = json!({"type": "picture", "media_url": url, "file_name": "away.png", "file_size": 10});
    let id = anna.posts(&body).await.is(202).text_at("/id");
    for _ in 0..3 {
        world.deliver_all().await;
        world.advance(Duration::from_secs(5));
    }
    let shown = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200);
    let hops: Vec<_> = shown.json["timeline"].as_array().unwrap().iter().map(|event| &event["hop"]).collect();
    assert!(hops.len() > 2 && hops.iter().all(|hop| **hop == "parom"), "{}", shown.text);
    let counted = world.app().metrics.render();
    for verdict in ["retry", "unknown"] {
        let line = format!("parom_attempts_total{{direction=\"to_crm\",verdict=\"{verdict}\"}} 0");
        assert!(counted.contains(&line), "{line}");
    }
    let sides = sides::read(&world.app().delivery, line.tenant_id).await.unwrap();
    assert_eq!((sides.crm, sides.delay.count()), (None, 0));
    let page = world.panel(line.tenant_id).await.opens("/panel").await.is(200);
    page.never_says(&["requests since", "is not answering"]);
    world.leave_letters();
}

/// T5: within seconds, in red, once, and with what waits; afterwards nothing of it is left.
async fn an_outage_of_amocrm_is_one_red_headline_within_seconds(world: &mut World) {
    let lines = [world.line("one").await, world.line("two").await];
    let began = world.clock.millis();
    world.sandbox.faults().until_cleared(Part::Message, Fault::Status { code: 503, retry_after: None });
    for line in &lines {
        world.customer(line, "anna").writes("Hello").await;
    }
    let visitor = world.panel(lines[0].tenant_id).await;
    let headline = "amoCRM is not answering: messages wait";
    let mut page = visitor.opens("/panel").await.is(200);
    while !page.text.contains(headline) && world.clock.millis() - began < 10_000 {
        world.deliver_all().await;
        world.advance(Duration::from_secs(1));
        page = visitor.opens("/panel").await.is(200);
    }
    page.says(&[headline, "2 waiting, the longest", "Affected sources:", ">Line one</a>", ">Line two</a>"]);
    page.never_says(&["need attention", "needs attention", "card problem", "requests since"]);
    page.never_says(&["<strong>amoCRM is not answering", "class=\"notice t-bad\""]);
    let account = visitor.opens("/panel/account").await.is(200);
    account.says(&["<strong>amoCRM is not answering.</strong>", "class=\"notice t-bad\""]);
    // An alert is raised by the next round of checks, and resolved by a later one.
    world.advance(Duration::from_secs(20 * 60));
    parom::alert_checks::round(&world.app().usage).await.unwrap();
    world.deliver_all().await;
    let page = visitor.opens("/panel").await.is(200);
    page.says(&[headline, "Next attempt at 12:2", "class=\"count t-bad\""]);
    page.never_says(&["card problem"]);
    world.sandbox.faults().clear();
    world.deliver_to_the_end().await;
    parom::alert_checks::round(&world.app().usage).await.unwrap();
    let after = visitor.opens("/panel").await.is(200);
    after.says(&["Both sources work", "amoCRM did not answer from 12:00 to 12:2", "It answers again."]);
    after.never_says(&[headline, "card problem", "count t-bad"]);
    let late = world.messages().await[0].id;
    let page = visitor.opens(&format!("/panel/messages/{late}")).await.is(200);
    page.says(&[
        "Arrived late, 2",
        "amoCRM did not answer from 12:00 to 12:2",
        "attempts failed first, the last with error 503.",
    ]);
}

/// T5: the same of a messenger; and what it refuses is no outage (T4).
async fn an_outage_of_a_messenger_is_red_within_seconds(world: &mut World) {
    let line = world.chatting().await.0;
    let visitor = world.panel(line.tenant_id).await;
    world.messenger.answers_by(|_| Answer::status(422));
    for text in ["One", "Two", "Three"] {
        world.manager(&line).answers("anna", text).await;
        world.deliver_all().await;
    }
    let page = visitor.opens("/panel").await.is(200);
    page.says(&["The source works. 1 problem needs attention.", "3 messages were not delivered."]);
    page.never_says(&["is not answering", "requests since", "numbers t-"]);
    let began = world.clock.millis();
    world.messenger.answers_by(|_| Answer::status(503));
    world.manager(&line).answers("anna", "Four").await;
    let mut page = visitor.opens("/panel").await.is(200);
    while !page.text.contains("is not answering") && world.clock.millis() - began < 10_000 {
        world.deliver_all().await;
        world.advance(Duration::from_secs(1));
        page = visitor.opens("/panel").await.is(200);
    }
    page.says(&["The messenger is not answering.", "numbers t-bad\""]);
    world.messenger.heals();
    world.deliver_to_the_end().await;
    visitor.opens("/panel").await.is(200).never_says(&["is not answering", "numbers t-"]);
}

/// T8: what waits for long is not delivered, however well the others went.
async fn overdue_messages_are_not_delivered(world: &mut World) {
    let line = world.chatting().await.0;
    world.customer(&line, "boris").writes("Hello").await;
    world.advance(Duration::from_secs(59));
    let visitor = world.panel(line.tenant_id).await;
    visitor.opens("/panel").await.is(200).says(&["Goal: 99% or more", "100%"]);
    world.advance(Duration::from_secs(2));
    let page = visitor.opens("/panel").await.is(200);
    page.says(&["50%", "1 waits for more than 1", "1 message has waited for more than 1"]);
    page.never_says(&["Goal: 99% or more", "The source works"]);
    world.leave_letters();
}

/// T14: the ledger's day begins at midnight of the account, as those of reports do.
async fn the_ledger_begins_at_midnight_of_the_account(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.writes("In the morning").await;
    world.deliver_all().await;
    // 01:00 in Moscow, and the same day of UTC.
    world.advance(Duration::from_secs(13 * 3600));
    anna.writes("After midnight").await;
    let owner = world.panel(line.tenant_id).await;
    let page = owner.opens("/panel").await.is(200);
    page.says(&["Today</span>", "1 accepted", "0 delivered", "1 waiting", "Balanced"]);
    lists(&owner, &page, "1 accepted", "1 message found").await;
    let week = owner.opens("/panel?period=7").await.is(200);
    week.says(&["2 accepted", "1 delivered", "1 waiting", "Balanced"]);
    lists(&owner, &week, "2 accepted", "2 messages found").await;
    world.leave_letters();
}

// Messages that a messenger accepted and reported as failed afterwards: every page counts them alike, and says why
// they cannot be sent again.

const LATER: &str = "1 message failed after the messenger had accepted it";

/// Three messages of a manager to Anna; the id of the last, of which the messenger reports that it failed.
async fn fails_later(world: &mut World, line: &Line) -> String {
    let anna = world.customer(line, "anna");
    anna.writes("Hello").await;
    world.deliver_all().await;
    for text in ["One", "Two", "Three"] {
        world.manager(line).answers("anna", text).await;
    }
    world.deliver_all().await;
    let id = world.messages().await.last().expect("the last answer").id.to_string();
    anna.reports_status(&id, "failed").await.is(202);
    world.deliver_all().await;
    id
}

async fn lists(visitor: &Visitor, page: &Reply, words: &str, found: &str) {
    visitor.opens(&link(page, words)).await.is(200).says(&[found]);
}

async fn every_number_leads_to_as_many_messages(world: &mut World) {
    let line = world.line("support").await;
    fails_later(world, &line).await;
    // In the evening, and after midnight in the account's time zone.
    for hours in [0, 13] {
        world.advance(Duration::from_secs(hours * 3600));
        let owner = world.panel(line.tenant_id).await;
        for period in ["today", "7", "30"] {
            let page = owner.opens(&format!("/panel?period={period}")).await.is(200);
            page.says(&[
                "3 to customers, 1 undelivered.",
                "<title>(1) Overview",
                "href=\"/panel/undelivered\">Open “Undelivered”</a>",
                "1 message was not delivered.",
            ]);
            // The figure leads to the list; the ledger does not, whose failures came later.
            assert_eq!(page.text.matches("<p class=\"small\"><a href=\"/panel/undelivered\">").count(), 1);
            lists(&owner, &page, "Undelivered, all time", "1 undelivered<").await;
            lists(&owner, &page, "1", "1 message found").await;
            // No message since midnight in Moscow.
            if (hours, period) == (13, "today") {
                page.says(&["No messages in this period."]);
                continue;
            }
            lists(&owner, &page, "3 accepted", "3 messages found").await;
            lists(&owner, &page, "2 delivered", "2 messages found").await;
            lists(&owner, &page, "1 failed", "1 message found").await;
            lists(&owner, &page, LATER, "1 message found").await;
        }
        let source = owner.opens(&format!("/panel/sources/{}", line.source_id)).await.is(200);
        source.says(&["3 to customers, 1 undelivered."]);
        lists(&owner, &source, "Undelivered, all time", "1 undelivered<").await;
    }
    // A day later it is history: nobody can send it again.
    world.advance(Duration::from_secs(12 * 3600));
    world.panel(line.tenant_id).await.opens("/panel").await.is(200).never_says(&["was not delivered", "<title>(1)"]);
    // For programs, delivered means that the other side accepted it.
    let ledger = world.api.get(&line.path("/ledger")).await.is(200);
    assert_eq!(ledger.json["to_messenger"], json!({"accepted": 3, "delivered": 3, "failed": 0, "waiting": 0}));
}

// What the panel says is so: since when, how much, what still works, and where a button leads.

const MINUTE: Duration = Duration::from_secs(60);

async fn lose(world: &World, tenant_id: Uuid, channel_id: Uuid) {
    let (tenants, status) = (&world.app().tenants, ChannelStatus::Disconnected);
    parom::tenant::channels::broken(tenants, tenant_id, channel_id, status, "gone").await.unwrap();
}

/// D6: the same for a channel; and a repeated refusal does not make it younger.
async fn a_lost_channel_is_lost_since_it_was_lost(world: &mut World) {
    let line = world.line("support").await;
    world.advance(30 * MINUTE);
    let lost_at = world.app().clock.millis();
    let channel =
        tenant_channel::Entity::of_tenant(line.tenant_id).one(world.app().store.read()).await.unwrap().unwrap();
    lose(world, line.tenant_id, channel.channel_id).await;
    let row = tenant_channel::Entity::of_tenant(line.tenant_id).one(world.app().store.read()).await.unwrap().unwrap();
    assert_eq!((row.status.as_str(), row.checked_at), ("disconnected", lost_at));
    world.advance(10 * MINUTE);
    lose(world, line.tenant_id, channel.channel_id).await;
    let row = tenant_channel::Entity::of_tenant(line.tenant_id).one(world.app().store.read()).await.unwrap().unwrap();
    assert_eq!(row.checked_at, lost_at);
}

/// D2: "forwarded within" counted from the message to statuses and edits that followed much later.
async fn d2_only_messages_count_in_the_time_to_forward(world: &mut World) {
    let line = world.chatting().await.0;
    let anna = world.customer(&line, "anna");
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let id = world.messages().await.last().unwrap().id.to_string();
    world.advance(Duration::from_secs(48));
    anna.reports_status(&id, "read").await.is(202);
    world.deliver_all().await;
    let attempts = entity::attempt::Entity::of_tenant(line.tenant_id).all(world.app().store.read()).await.unwrap();
    assert_eq!(attempts.len(), 3, "two messages and a status");
    let page = world.panel(line.tenant_id).await.opens("/panel").await.is(200);
    let within =
        page.between("From receipt to the first attempt, slowest 5%: over ", "<").unwrap().replace('\u{a0}', " ");
    assert!(within.contains(" ms") || within.contains("less than"), "{within}");
}

/// D2: messages of a file wait in it for their turn, which was counted as a delay.
async fn d2_imports_do_not_slow_the_figures(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let texts = crate::import::texts("carl", 3);
    let id = crate::import::sends(world, &line, "", texts).await.is(202).text_at("/id");
    world.advance(Duration::from_secs(98));
    assert_eq!(crate::import::ends(world, &id).await["done"], 3);
    let page = owner.opens("/panel").await.is(200);
    let within =
        page.between("From receipt to the first attempt, slowest 5%: over ", "<").unwrap().replace('\u{a0}', " ");
    assert!(within.contains(" ms") || within.contains("less than"), "{within}");
    let figures = figures::read(&world.app().delivery, line.tenant_id, None, None).await.unwrap();
    let times = figures.times().expect("three were delivered");
    assert_eq!((times.messages, times.most / 1_000), (3, 0), "{times:?}");
    owner.opens("/panel/messages?slower=2").await.is(200).never_says(&["data-row"]);
}

// The database accepts no writes: pages are shown with a notice, changes are refused with the same text, and it
// ends automatically.

const STRIP: &str = "you can view, but not change. Messages arrive as soon as it can.";

async fn pages_can_be_looked_at_and_nothing_changed(world: &mut World) {
    let line = world.chatting().await.0;
    let visitor = olga(world, line.tenant_id).await;
    let operator = Operator::signed_in(world).await;
    visitor.opens("/panel/messages").await.is(200).never_says(&[STRIP]);
    let hook = world.manager(&line).prepares("anna", HookMessage::text("kept"));
    // Sessions would have to be noted as used.
    world.advance(Duration::from_secs(120));
    let blocked = world.database().blocked().await;
    assert_eq!(world.manager(&line).posts(&hook).await, Some(200), "the disk takes it");
    let looks = async {
        let ready = world.api.get("/readyz").await.is(200).text;
        assert_eq!(ready, "degraded: the database accepts no writes, hooks of amoCRM wait on the disk\n");
        visitor.opens("/panel/messages").await.is(200).says(&[STRIP, "anna"]);
        visitor.opens("/panel").await.is(200).says(&[STRIP]);
        operator.opens("/admin/accounts").await.is(200).says(&[STRIP]);
        let refused = visitor.sends("/panel/keys", &[("name", "new"), ("scope", "read")]).await.is(503);
        refused.says(&[STRIP, "nothing was changed"]);
        assert!(!refused.header("retry-after").is_empty());
        operator
            .sends(&format!("/admin/accounts/{}/notes", line.tenant_id), &[("text", "Calls on Mondays")])
            .await
            .is(503);
    };
    // No request waits for the database.
    ends_within(Duration::from_secs(5), looks).await;
    blocked.release().await;
    let spool = &world.app().spool;
    world.until("the spool is empty", async || (spool.waiting() == 0).then_some(())).await;
    visitor.opens("/panel/messages").await.is(200).never_says(&[STRIP]);
    operator.opens("/admin/accounts").await.is(200).never_says(&[STRIP]);
    assert_eq!(world.api.get("/readyz").await.is(200).text, "ready\n");
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["kept"]);
}

both!(pages_can_be_looked_at_and_nothing_changed);
both!(a_lost_channel_is_lost_since_it_was_lost, every_number_leads_to_as_many_messages, the_figures_of_a_page_agree);
both!(a_busy_account_has_true_figures_at_the_same_cost, the_ledger_begins_at_midnight_of_the_account);
once!(waiting_for_a_file_is_no_call, an_outage_of_amocrm_is_one_red_headline_within_seconds);
once!(an_outage_of_a_messenger_is_red_within_seconds, overdue_messages_are_not_delivered);
once!(d2_only_messages_count_in_the_time_to_forward);
once!(d2_imports_do_not_slow_the_figures);
