//! The account of messages: each figure leads to the messages that it counts.

use std::time::Duration;

use base::store::statements_of;
use parom::delivery::read::figures::{self, LastMessage, Span};
use parom_tests::{Answer, Reply, Visitor, World, both, once};

/// Where a figure of the overview leads.
pub(super) fn link(page: &Reply, words: &str) -> String {
    let text = page.text.replace('\u{a0}', " ");
    let before = text.split_once(&format!("\">{words}</a>")).unwrap_or_else(|| panic!("no {words:?} in {text}")).0;
    before.rsplit_once("href=\"").unwrap().1.replace("&#38;", "&").replace("&amp;", "&")
}

async fn lists(visitor: &Visitor, page: &Reply, words: &str, found: &str) -> Reply {
    let list = visitor.opens(&link(page, words)).await.is(200);
    list.says(&[found, "Since 03:00"]);
    list
}

async fn each_figure_leads_to_its_messages(world: &mut World) {
    let line = world.line("support").await;
    for name in ["anna", "carl", "dora"] {
        world.customer(&line, name).writes("Hello").await;
    }
    world.deliver_all().await;
    world.manager(&line).answers("anna", "One").await;
    world.deliver_all().await;
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&line).answers("carl", "Two").await;
    world.deliver_all().await;
    world.api.patch(&line.path(""), &serde_json::json!({"paused": true})).await.is(200);
    for text in ["Three", "Four"] {
        world.manager(&line).answers("dora", text).await;
    }
    world.deliver_all().await;
    let anna = world.panel(line.tenant_id).await;
    let page = anna.opens("/panel").await.is(200);
    lists(&anna, &page, "3 accepted", "3 messages").await.never_says(&["Failed</span>"]);
    lists(&anna, &page, "3 delivered", "3 messages").await;
    lists(&anna, &page, "0 failed", "Nothing found").await;
    lists(&anna, &page, "4 accepted", "4 messages").await;
    lists(&anna, &page, "1 delivered", "1 message").await;
    lists(&anna, &page, "1 failed", "1 message").await;
    lists(&anna, &page, "2 waiting", "2 messages").await.says(&["On hold", "Waiting"]);
    // The days are those of the account of messages: what came before is in neither.
    world.advance(Duration::from_secs(86_400));
    let anna = world.panel(line.tenant_id).await;
    let page = anna.opens("/panel?period=7").await.is(200);
    assert!(link(&page, "4 accepted").ends_with("period=2026-11-15"), "{}", link(&page, "4 accepted"));
    world.api.patch(&line.path(""), &serde_json::json!({"paused": false})).await.is(200);
    world.deliver_to_the_end().await;
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
    let read = figures::read(&app.delivery, shop.tenant_id, None).await.unwrap();
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
    let ledger = read.ledger(base::message::day_of(world.clock.millis()));
    assert_eq!((ledger.to_crm.accepted, ledger.to_crm.delivered, ledger.to_messenger.failed), (2, 2, 1));
    assert_eq!(read.times().map(|times| times.messages), Some(2));
    assert!(matches!(read.last_of(shop.source_id), LastMessage::At(_)));
    assert!(matches!(read.last_of(quiet.source_id), LastMessage::OnDay(_)));
    let of_one = figures::read(&app.delivery, shop.tenant_id, Some(quiet.source_id)).await.unwrap();
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

/// The figures cost the same however many sources an account has.
async fn the_figures_are_read_by_few_statements(world: &mut World) {
    let line = world.line("first").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let app = world.app().clone();
    let mut counts = Vec::new();
    for more in [0, 5] {
        for number in 0..more {
            let line = world.line(&format!("more{number}")).await;
            world.customer(&line, "anna").writes("Hello").await;
        }
        world.deliver_all().await;
        let read = statements_of(async {
            let figures = figures::read(&app.delivery, line.tenant_id, None).await.unwrap();
            assert_eq!(figures.by_source(Span::Hours).len(), 1 + more);
        });
        let read = read.await.statements;
        counts.push(read.iter().filter(|text| text.starts_with("SELECT")).count());
    }
    assert_eq!(counts, [5, 5]);
}

/// The steps are listed until the last one is done, for people who may do them.
async fn the_first_steps_are_shown_until_they_are_done(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.panel(line.tenant_id).await;
    anna.opens("/panel").await.is(200).says(&["First steps", "2 of 4 done", "Send a test message"]);
    // A viewer can do none of them, and is a second person.
    let viewer = world.panel_as(line.tenant_id, 2002, "Vera", false).await;
    viewer.opens("/panel").await.is(200).never_says(&["First steps"]);
    anna.opens("/panel").await.is(200).says(&["3 of 4 done"]);
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    anna.opens("/panel").await.is(200).never_says(&["First steps"]);
}

both!(each_figure_leads_to_its_messages, the_figures_of_a_page_agree, the_figures_are_read_by_few_statements);
once!(the_first_steps_are_shown_until_they_are_done);
