//! Messages that a messenger accepted and reported as failed afterwards: every page counts them alike, and says why they
//! cannot be sent again.

use std::time::Duration;

use parom_tests::{Line, Reply, Visitor, World, both, once};
use serde_json::json;

use super::overview::link;

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
                "href=\"/panel/messages?state=failed&#38;period=24h\">Undelivered</a>",
            ]);
            page.never_says(&[
                "<p class=\"small\"><a href=\"/panel/undelivered\">",
                "was not delivered. Send it again",
            ]);
            lists(&owner, &page, "Undelivered", "1 message found").await;
            lists(&owner, &page, "1", "1 message found").await;
            lists(&owner, &page, "3 accepted", "3 messages found").await;
            lists(&owner, &page, "2 delivered", "2 messages found").await;
            lists(&owner, &page, "1 failed", "1 message found").await;
            lists(&owner, &page, LATER, "1 message found").await;
        }
        let source = owner.opens(&format!("/panel/sources/{}", line.source_id)).await.is(200);
        source.says(&["3 to customers, 1 undelivered."]);
        lists(&owner, &source, "Undelivered", "1 message found").await;
    }
    // For programs, delivered means that the other side accepted it.
    let ledger = world.api.get(&line.path("/ledger")).await.is(200);
    assert_eq!(ledger.json["to_messenger"], json!({"accepted": 3, "delivered": 3, "failed": 0, "waiting": 0}));
}

async fn the_undelivered_and_the_route_say_where_it_failed(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let empty = owner.opens("/panel/undelivered").await.is(200);
    empty.says(&["Nothing to send again"]);
    empty.never_says(&["failed after", "Everything is delivered"]);
    let id = fails_later(world, &line).await;
    // What was done is done: the message was sent and accepted. What failed is its delivery to the customer.
    let page = owner.opens(&format!("/panel/messages/{id}")).await.is(200);
    page.says(&["Done: </span>Sending ·", "Done: </span>Accepted ·"]);
    let step = page.between("Failed: </span>Delivered to the customer", "</li>").expect("the failed step");
    assert!(step.contains("The messenger refused the message.") && step.contains("<time"), "{step}");
    let page = owner.opens("/panel/undelivered").await.is(200);
    page.says(&["Nothing to send again", LATER, "Parom cannot send these again"]);
    page.never_says(&["Everything is delivered"]);
    lists(&owner, &page, LATER, "1 message found").await;
    let other = world.line("other").await;
    for (filter, is_there) in
        [(format!("source={}", line.source_id), true), (format!("source={}", other.source_id), false)]
    {
        let page = owner.opens(&format!("/panel/undelivered?{filter}")).await.is(200);
        assert_eq!(page.text.replace('\u{a0}', " ").contains(LATER), is_there, "{filter}");
    }
    owner.opens("/panel/undelivered?reason=rejected").await.is(200).never_says(&[LATER]);
}

both!(every_number_leads_to_as_many_messages);
once!(the_undelivered_and_the_route_say_where_it_failed,);
