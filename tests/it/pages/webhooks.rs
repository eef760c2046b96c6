//! Keys, webhooks and their attempts on the pages; and no page waits for amoCRM.

use std::time::Duration;

use base::millis::DAY;
use base::store::statements_of;
use parom::delivery::read::webhooks::{self, EndpointRange, NextAttempt};
use parom_tests::settings::HOST;
use parom_tests::{Answer, World, both, once};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use simulator::crm::{LogDirection, Part};

use super::olga;

async fn a_key_is_shown_once_works_and_ends(world: &mut World) {
    let line = world.line("support").await;
    let visitor = olga(world, line.tenant_id).await;
    visitor.opens("/panel/keys").await.is(200).says(&["A key lets your programs use the public API."]);
    let wrong = visitor.sends("/panel/keys", &[("name", " "), ("scope", "read"), ("days", "30")]).await.is(422);
    wrong.says(&["Fill in “Name”.", "Error:"]);
    let fields = [("name", "Billing <i>"), ("scope", "read"), ("days", "30")];
    let reply = visitor.sends("/panel/keys", &fields).await.is(303);
    let made = visitor.opens(reply.header("location")).await.is(200);
    let key = made.between("prm_", "<").map(|rest| format!("prm_{rest}")).unwrap();
    assert_eq!(made.header("cache-control"), "no-store");
    made.says(&["Copy it now", "Billing &#60;i&#62;"]);
    // Once: a reload leads to the list, which knows its end only.
    let again = visitor.opens("/panel/keys/made").await.is(303);
    let list = visitor.opens(again.header("location")).await.is(200);
    list.never_says(&[&key, "Billing <i>"]);
    list.says(&[&format!("…{}", &key[key.len() - 4..]), "<code>read</code>", "Active", "already shown once"]);
    let api = world.api.with_key(&key);
    api.get(&line.path("")).await.is(200);
    api.patch(&line.path(""), &json!({"name": "x"})).await.is(403);
    let id = list.text.split("/revoke\"").next().unwrap().rsplit('/').next().unwrap();
    visitor.opens(&format!("/panel/keys/{id}/revoke")).await.is(200).says(&["Revoke “Billing"]);
    visitor.does(&format!("/panel/keys/{id}/revoke"), &[]).await.says(&["is revoked.", "Revoked"]);
    visitor.does(&format!("/panel/keys/{id}/revoke"), &[]).await.says(&["was already revoked"]);
    visitor.opens("/panel/audit").await.is(200).never_says(&[&key]);
}

async fn webhooks_show_their_tries_and_a_new_secret_overlaps(world: &mut World) {
    let line = world.chatting().await.0;
    world.messenger.answers_next([Answer::Status(422, json!({"error": "<script>no</script>"}))]);
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    visitor.opens("/panel/webhooks").await.is(200).says(&[
        "Line support",
        world.messenger.url(),
        "Failing",
        "The last delivery failed.",
    ]);
    let path = format!("/panel/webhooks/{}", line.source_id);
    let page = visitor.opens(&path).await.is(200);
    page.says(&[
        "422",
        "Your server answered 422.",
        "Undelivered",
        "Send again",
        &world.messenger.received()[0].webhook_id,
    ]);
    page.never_says(&["<script>no"]);
    // Those that were given up, and the page that sends many of them again.
    let failed = visitor.opens(&format!("{path}?state=failed")).await.is(200);
    failed.says(&["422", "Undelivered", &format!("/panel/undelivered?source={}", line.source_id), "Failing"]);
    visitor.opens(&format!("{path}?period=2030-01-01")).await.is(200).says(&["Nothing found", "Failing"]);
    // A new secret: the old one still signs, so a receiver that does not know it yet goes on.
    let secret = format!("/panel/sources/{}/secret", line.source_id);
    visitor.opens(&secret).await.is(200).says(&["Both secrets are valid for 24 hours"]);
    let reply = visitor.sends(&secret, &[]).await.is(303);
    let made = visitor.opens(reply.header("location")).await.is(200);
    let new = made.between("whsec_", "<").map(|rest| format!("whsec_{rest}")).unwrap().replace("&#43;", "+");
    assert_ne!(new, line.webhook_secret);
    visitor.opens(reply.header("location")).await.is(303);
    world.manager(&line).answers("anna", "Under both").await;
    world.deliver_all().await;
    world.messenger.knows(&line.source_id.to_string(), &new);
    world.manager(&line).answers("anna", "Under the new one").await;
    world.deliver_all().await;
    world.advance(std::time::Duration::from_secs(25 * 3600));
    world.manager(&line).answers("anna", "Under the new one alone").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Under both", "Under the new one", "Under the new one alone"]);
}

// How a developer's endpoint does: its attempts over time, and what the reading costs.

/// Two statements that begin with the index of webhooks, and two for the next attempt, however many webhooks there are.
async fn the_reading_is_bounded(world: &mut World) {
    let line = world.chatting().await.0;
    for text in ["One", "Two"] {
        world.manager(&line).answers("anna", text).await;
    }
    world.deliver_all().await;
    world.messenger.answers_next([Answer::RetryAfter(503, 3600)]);
    world.manager(&line).answers("anna", "Three").await;
    world.deliver_all().await;
    let (app, now) = (world.app().clone(), world.clock.millis());
    let range = EndpointRange {
        tenant_id: line.tenant_id,
        source_id: line.source_id,
        counted_from: now - 7 * DAY,
        timed_from: now - DAY,
    };
    let asked = statements_of(async {
        let read = webhooks::read_endpoint(&app.delivery, range).await.unwrap();
        let sum = read.quarters.iter().fold((0, 0), |sum, one| (sum.0 + one.attempts, sum.1 + one.accepted));
        assert_eq!((sum, read.answers.map(|times| times.messages)), ((3, 2), Some(3)));
        assert!(read.last_success().is_some_and(|at| at <= now) && read.counted_since().is_none());
        assert!(matches!(read.queue.next, NextAttempt::At(at) if at > now), "{:?}", read.queue);
        assert_eq!(read.queue.waiting, 1);
    });
    let statements = asked.await.statements;
    let selects: Vec<&String> = statements.iter().filter(|text| text.starts_with("SELECT")).collect();
    assert_eq!(selects.len(), 4, "{statements:#?}");
    assert!(selects[..3].iter().all(|text| text.contains("LIMIT")), "{statements:#?}");
    if app.store.is_sqlite() {
        let indexes = [
            "INDEX attempt_webhook (tenant_id=? AND source_id=? AND id>?)",
            "INDEX attempt_webhook",
            "INDEX lane_due",
            "(tenant_id=? AND target=?)",
        ];
        for (text, index) in selects.iter().zip(indexes) {
            let db = app.store.read();
            let plan = Statement::from_string(db.get_database_backend(), format!("EXPLAIN QUERY PLAN {text}"));
            let steps = db.query_all_raw(plan).await.unwrap();
            let steps: Vec<String> = steps.iter().map(|step| step.try_get("", "detail").unwrap()).collect();
            assert!(steps.iter().any(|step| step.contains(index)), "{index} for {text}: {steps:#?}");
            assert!(
                !steps.iter().any(|step| step.starts_with("SCAN ") && step != "SCAN newest" && step != "SCAN due"),
                "{text}: {steps:#?}"
            );
        }
    }
    world.advance(Duration::from_secs(3_700));
    world.deliver_to_the_end().await;
}

// Lists of amoCRM are kept, so that no page waits for it.

async fn pages_open_at_once_while_amocrm_is_silent(world: &mut World) {
    let line = world.line("support").await;
    let olga = olga(world, line.tenant_id).await;
    let main = world.sandbox.add_account(HOST).pipelines[0].name.clone();
    let source = format!("/panel/sources/{}/settings", line.source_id);
    for page in ["/panel/sources", &source] {
        let page = olga.opens(page).await.is(200);
        page.says(&[&main]);
        page.never_says(&["Pipelines updated from amoCRM"]);
    }
    olga.does("/panel/templates", &[("name", "Ready"), ("kind", "plain"), ("text", "Hello")]).await.is(200);
    let list = olga.opens("/panel/templates").await.is(200);
    list.says(&["Ready"]);
    let template =
        format!("/panel/templates/{}", list.between("class=\"break\"><a href=\"/panel/templates/", "\"").unwrap());
    world.advance(Duration::from_secs(25 * 60));
    // The gate opens only after every page was there: none of them waited for an answer.
    let gate = world.sandbox.faults().hold(Part::Rest);
    for page in ["/panel/sources", &source] {
        olga.opens(page).await.is(200).says(&[&main, "Pipelines updated from amoCRM 25 minutes ago."]);
    }
    olga.opens("/panel/templates").await.is(200).says(&["Ready", "List received from amoCRM 25 minutes ago."]);
    olga.opens(&template).await.is(200).says(&["Hello"]);
    gate.until_waiting(2).await;
    gate.open();
    world.sandbox.faults().clear();
    let renewed = async || {
        let texts = [olga.opens("/panel/sources").await.text, olga.opens("/panel/templates").await.text];
        texts.iter().all(|text| !text.contains("minutes ago.")).then_some(())
    };
    world.until("the lists are read in the background", renewed).await;
    // D17: an open page renews without asking; an unpaid account still has names.
    let asked = || {
        let all = world.sandbox.requests();
        all.iter().filter(|one| one.direction == LogDirection::In && one.path.contains("/leads/pipelines")).count()
    };
    let before = asked();
    world.advance(Duration::from_secs(600));
    olga.renews("/panel/sources").await.is(200).says(&[&main]);
    assert_eq!(asked(), before, "renewing does not ask");
    world.sandbox.switch(HOST, |switches| switches.unpaid = true);
    olga.opens(&source).await.is(200).says(&[&main]);
    world.sandbox.switch(HOST, |switches| switches.unpaid = false);
}

both!(the_reading_is_bounded);
once!(webhooks_show_their_tries_and_a_new_secret_overlaps, pages_open_at_once_while_amocrm_is_silent);
once!(a_key_is_shown_once_works_and_ends);
