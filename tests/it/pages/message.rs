//! "Where is my message?"

use std::time::Duration;

use parom_tests::{Answer, World, both, once};
use serde_json::json;
use simulator::crm::{Fault, Part};

use super::{ids, olga};

async fn the_road_of_a_delivered_message(world: &mut World) {
    let line = world.line("support").await;
    let first = world.customer(&line, "anna").writes("Hello <b>there</b>").await;
    world.deliver_all().await;
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let answer = world.messenger.taken()[0].body["data"]["message"]["id"].as_str().unwrap().to_owned();
    world.customer(&line, "anna").reports_status(&answer, "delivered").await.is(202);
    world.advance(Duration::from_secs(60));
    world.customer(&line, "anna").reports_status(&answer, "read").await.is(202);
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let came = visitor.opens(&format!("/panel/messages/{first}")).await.is(200);
    came.says(&[
        "In the chat in amoCRM since 12:00",
        "Received and stored by Parom",
        "Accepted by amoCRM",
        "1 attempt",
        "Accepted",
    ]);
    came.never_says(&["there</b>", "Hello &", "Send again"]);
    let went = visitor.opens(&format!("/panel/messages/{answer}")).await.is(200);
    went.says(&["Read by the customer", "Delivered to the customer", "Status shown in amoCRM"]);
    assert_eq!(came.header("cache-control"), "no-store");
    let text = visitor.sends(&format!("/panel/messages/{first}/text"), &[]).await.is(200);
    text.says(&["Hello &#60;b&#62;there&#60;/b&#62;", "recorded in the audit log"]);
    let looked = visitor.opens("/panel/audit").await.is(200);
    looked.says(&[&first]);
    let report = visitor.opens(&format!("/panel/messages/{first}/report")).await.is(200);
    assert!(report.header("content-type").starts_with("text/plain"));
    assert!(
        report.text.contains(&format!("message: {first}")) && report.text.contains("verdict=done"),
        "{}",
        report.text
    );
    assert!(!report.text.contains("Hello"), "{}", report.text);
}

async fn a_waiting_message_shows_its_time_and_can_be_retried_now(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.messenger.answers_next([Answer::status(503)]);
    world.manager(&line).answers("anna", "Good morning").await;
    world.manager(&line).answers("anna", "And more").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let list = visitor.opens("/panel/messages?state=queued").await.is(200);
    list.says(&["2 messages found"]);
    let ids = ids(&list);
    let (behind, waiting) = (&ids[0], &ids[1]);
    let page = visitor.opens(&format!("/panel/messages/{waiting}")).await.is(200);
    page.says(&[
        "Stored in Parom. 1 attempt failed, next attempt within a minute.",
        "The messenger is not answering.",
        "Try now",
        "Stop trying",
        "HTTP 503",
    ]);
    let next = visitor.opens(&format!("/panel/messages/{behind}")).await.is(200);
    next.says(&["1 earlier message of this chat goes first"]);
    // The back-off is a second at least; hurried, it is tried without time passing.
    let path = format!("/panel/messages/{waiting}/now");
    visitor.does(&path, &[]).await.says(&["The next attempt is starting now."]);
    let tries = world.messenger.received().len();
    world.deliver_all().await;
    assert_eq!(world.messenger.received().len(), tries + 2, "it, and what waited behind it");
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["Good morning", "And more"]);
    let done = visitor.opens(&format!("/panel/messages/{waiting}")).await.is(200);
    done.says(&["Started by Olga Owner", "Accepted by the messenger"]);
    let late = visitor.does(&path, &[]).await;
    late.says(&["The message is no longer waiting"]);
}

async fn a_message_that_is_given_up_is_reported_as_failed_and_can_be_sent_again(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.messenger.answers_next([Answer::status(503)]);
    let said = world.manager(&line).answers("anna", "Good morning").await;
    world.manager(&line).answers("anna", "And more").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let ids = ids(&visitor.opens("/panel/messages?state=queued").await.is(200));
    // The second of the lane is given up first: its place does not matter.
    for id in &ids {
        let path = format!("/panel/messages/{id}/stop");
        visitor.opens(&path).await.is(200).says(&["will not be delivered", "Stop trying"]);
        visitor.does(&path, &[]).await.says(&["Delivery stopped", "Olga Owner stopped the delivery.", "Send again"]);
        let twice = visitor.does(&path, &[]).await;
        twice.says(&["no longer waiting"]);
    }
    world.deliver_to_the_end().await;
    assert!(world.messenger.texts().is_empty());
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [-1]);
    let ledger = world.api.get(&line.path("/ledger")).await.is(200);
    assert_eq!(ledger.json["to_messenger"], json!({"accepted": 2, "delivered": 0, "failed": 2, "waiting": 0}));
    for id in ids.iter().rev() {
        let page = visitor.does(&format!("/panel/messages/{id}/again"), &[]).await;
        page.says(&["Queued for another attempt"]);
        // Sent twice, it is sent once.
        visitor.does(&format!("/panel/messages/{id}/again"), &[]).await.says(&["no longer waiting"]);
    }
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["Good morning", "And more"]);
}

async fn a_server_that_answers_too_late_is_asked_again(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let clock = world.clock.clone();
    world.messenger.answers_by(move |_| {
        clock.advance(Duration::from_secs(15));
        Answer::Cut
    });
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let waiting = ids(&visitor.opens("/panel/messages?state=queued").await.is(200)).remove(0);
    let page = visitor.opens(&format!("/panel/messages/{waiting}")).await.is(200);
    page.says(&["1 attempt failed", "Your server did not answer in 15 seconds.", "Store the event first"]);
    page.never_says(&["before it sends anything again"]);
    world.messenger.heals();
    world.deliver_to_the_end().await;
}

/// amoCRM drops connections, then answers without sense: the attempts say so, and the page says that amoCRM is away.
async fn attempts_without_an_answer_say_what_happened(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.faults().next(Part::Message, 1, Fault::Status { code: 502, retry_after: None });
    let id = world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let path = format!("/panel/messages/{id}");
    visitor.opens(&path).await.is(200).says(&["No clear answer", "HTTP 502"]);
    world.sandbox.faults().until_cleared(Part::Message, Fault::Reset);
    for _ in 0..3 {
        world.advance(Duration::from_secs(120));
        world.deliver_all().await;
    }
    let page = visitor.opens(&path).await.is(200);
    page.says(&[
        "The connection ended without an answer",
        "amoCRM has not answered since 12:00.",
        "Check the chat before",
        "Outcome is being checked",
    ]);
    page.never_says(&["No answer in"]);
    world.sandbox.faults().clear();
    world.deliver_to_the_end().await;
    visitor.opens(&path).await.is(200).never_says(&["has not answered since"]);
}

/// Each step says how long it took, each attempt why it came when it did, and the neighbours are one press away.
async fn the_road_has_its_times(world: &mut World) {
    let line = world.line("support").await;
    let first = world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.messenger.answers_next([Answer::status(503)]);
    world.manager(&line).answers("anna", "One").await;
    world.deliver_all().await;
    world.manager(&line).answers("anna", "Two").await;
    world.advance(Duration::from_secs(120));
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let all = ids(&visitor.opens("/panel/messages").await.is(200));
    let (two, one) = (&all[0], &all[1]);
    assert_eq!(all[2], first);
    let page = visitor.opens(&format!("/panel/messages/{one}")).await.is(200);
    page.says(&[
        "took 2 min",
        "2 min after attempt 1",
        "+2 min",
        &format!("rel=\"prev\" href=\"/panel/messages/{first}\""),
        &format!("rel=\"next\" href=\"/panel/messages/{two}\""),
    ]);
    let page = visitor.opens(&format!("/panel/messages/{two}")).await.is(200);
    page.says(&["waited 2 min for the message before it"]);
    page.never_says(&["rel=\"next\" href=\"/panel/messages/"]);
    let page = visitor.opens(&format!("/panel/messages/{first}")).await.is(200);
    page.never_says(&["rel=\"prev\" href=\"/panel/messages/", "waited"]);
}

both!(a_message_that_is_given_up_is_reported_as_failed_and_can_be_sent_again, the_road_has_its_times);
once!(
    attempts_without_an_answer_say_what_happened,
    a_server_that_answers_too_late_is_asked_again,
    the_road_of_a_delivered_message,
    a_waiting_message_shows_its_time_and_can_be_retried_now
);
