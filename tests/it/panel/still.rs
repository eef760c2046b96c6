//! The database accepts no writes: pages are shown with a notice, changes are refused with the same text, and it ends
//! automatically.

use std::time::Duration;

use parom_tests::{World, both, ends_within};
use simulator::crm::HookMessage;

use crate::admin::operator::Operator;
use crate::pages::olga;

const STRIP: &str = "you can view, but not change. Messages are received and kept.";

async fn pages_can_be_looked_at_and_nothing_changed(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let operator = Operator::signed_in(world).await;
    visitor.opens("/panel/messages").await.is(200).never_says(&[STRIP]);
    let hook = world.manager(&line).prepares("anna", HookMessage::text("kept"));
    // Sessions would have to be noted as used.
    world.advance(Duration::from_secs(120));
    let blocked = world.database().blocked().await;
    assert_eq!(world.manager(&line).posts(&hook).await, Some(200), "the disk takes it");
    let looks = async {
        visitor.opens("/panel/messages").await.is(200).says(&[STRIP, "anna"]);
        visitor.opens("/panel").await.is(200).says(&[STRIP]);
        operator.opens("/admin/accounts").await.is(200).says(&[STRIP]);
        let refused = visitor.sends("/panel/keys", &[("name", "new"), ("scope", "read")]).await.is(503);
        refused.says(&[STRIP, "nothing was changed"]);
        assert!(!refused.header("retry-after").is_empty());
        operator.sends(&format!("/admin/accounts/{}/weight", line.tenant_id), &[("weight", "3")]).await.is(503);
    };
    // No request waits for the database.
    ends_within(Duration::from_secs(5), looks).await;
    blocked.release().await;
    let spool = &world.app().spool;
    world.until("the spool is empty", async || (spool.waiting() == 0).then_some(())).await;
    visitor.opens("/panel/messages").await.is(200).never_says(&[STRIP]);
    operator.opens("/admin/accounts").await.is(200).never_says(&[STRIP]);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["kept"]);
}

async fn a_refusing_database_is_shown_until_it_works_again(world: &mut World) {
    let line = world.line("support").await;
    let visitor = olga(world, line.tenant_id).await;
    let anna = world.customer(&line, "anna");
    world.faults.add("accept.before_commit=error").unwrap();
    let body = anna.body("one", "one");
    anna.posts(&body).await.is(503);
    visitor.opens("/panel").await.is(200).says(&[STRIP]);
    world.faults.clear();
    anna.posts(&body).await.is(202);
    visitor.opens("/panel").await.is(200).never_says(&[STRIP]);
    world.deliver_all().await;
}

both!(pages_can_be_looked_at_and_nothing_changed, a_refusing_database_is_shown_until_it_works_again);
