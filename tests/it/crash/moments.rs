//! Moments at which the process dies: within a request, before its answer, between a token and its commit, in a drain.

use parom_tests::meddler::{Meddler, Meddling};
use parom_tests::settings::HOST;
use parom_tests::{Engine, try_answer};
use reqwest::Method;
use simulator::crm::{HookMessage, Part};

use super::prepared;

async fn within_a_request(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    let address = drill.sandbox.url().trim_start_matches("http://").to_owned();
    let meddler = Meddler::before(&address).await;
    drill.reaches_amocrm_by(&format!("http://{}", meddler.address()));
    meddler.meddles(Meddling::Half("half of this".into()));
    drill.serves("").await;
    let anna = drill.customer(&line, "anna");
    anna.writes("half of this").await;
    anna.writes("after it").await;
    meddler.has_met().await;
    drill.is_killed().await;
    drill.a_minute_passes().await;
    drill.serves("").await;
    drill.everything_is_carried().await;
    assert_eq!(drill.texts_at_crm(&line), ["opens", "half of this", "after it"]);
    drill.ends_well().await;
}

async fn before_the_answer(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    drill.serves("").await;
    let gate = drill.sandbox.faults().hold(Part::Message);
    let anna = drill.customer(&line, "anna");
    anna.writes("one").await;
    anna.writes("two").await;
    gate.until_waiting(1).await;
    drill.is_killed().await;
    gate.open();
    drill.arrives_at_crm(HOST, "one").await;
    drill.sandbox.faults().clear();
    drill.a_minute_passes().await;
    drill.serves("").await;
    drill.everything_is_carried().await;
    assert_eq!(drill.texts_at_crm(&line), ["opens", "one", "two"], "amoCRM was asked before anything was sent again");
    drill.ends_well().await;
}

async fn between_a_token_and_its_commit(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    let path = format!("/api/v1/tenants/{}/pipelines", line.tenant_id);
    drill.serves("token.before_commit=abort").await;
    drill.sandbox.expire_access_tokens(HOST);
    let asked = try_answer(drill.api.request(Method::GET, &path)).await;
    assert!(asked.is_err(), "the process died under the call");
    drill.dies().await;
    drill.a_minute_passes().await;
    drill.serves("").await;
    let refused = drill.api.get(&path).await;
    assert!([409, 503].contains(&refused.status), "{}: {}", refused.status, refused.text);
    drill
        .until("access is asked for again", async || {
            (drill.tenant(HOST).await?["status"] == "needs_reauth").then_some(())
        })
        .await;
    drill.customer(&line, "anna").writes("messages go on").await;
    drill.arrives_at_crm(HOST, "messages go on").await;
    drill.ends_well().await;
}

async fn while_the_spool_is_drained(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    let texts = ["one", "two", "three"];
    drill.serves("drain.after_commit=abort").await;
    let manager = drill.manager(&line);
    let hooks = texts.map(|text| manager.prepares("anna", HookMessage::text(text)));
    let blocked = drill.blocked().await;
    for hook in &hooks {
        assert_eq!(manager.posts(hook).await, Some(200), "the disk takes it");
    }
    blocked.release().await;
    drill.dies().await;
    drill.a_minute_passes().await;
    drill.serves("").await;
    drill.arrives_at_messenger("three").await;
    drill.everything_is_carried().await;
    assert_eq!(drill.messenger.texts(), texts, "drained again, once and in order");
    drill.ends_well().await;
}

on_both!(within_a_request, before_the_answer, between_a_token_and_its_commit, while_the_spool_is_drained);
