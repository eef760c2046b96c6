//! Access tokens: renewed once, never lost, and never in the way of messages.

use std::time::Duration;

use parom::tenant::{grant, token};
use parom_tests::{World, both, once};
use sandbox::{Fault, Part};
use secrecy::ExposeSecret;

use super::{HOST, grants, row};

fn refreshes(world: &World) -> usize {
    world.sandbox.token_calls().iter().filter(|call| call.grant_type == "refresh_token").count()
}

async fn fifty_calls_renew_a_token_once(world: &mut World) {
    world.line("support").await;
    let tenant_id = world.active(HOST).await;
    world.advance(Duration::from_secs(86_400));
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let app = world.app().clone();
        calls.spawn(async move { token::access_token(&app, tenant_id).await });
    }
    let mut tokens = std::collections::BTreeSet::new();
    while let Some(token) = calls.join_next().await {
        tokens.insert(token.unwrap().unwrap().expose_secret().to_owned());
    }
    assert_eq!(tokens.len(), 1);
    assert_eq!(refreshes(world), 1);
    let grant = grant::in_use(world.app().store.read(), tenant_id).await.unwrap().unwrap();
    assert_eq!((grant.version, grant.lease_owner, grant.intent_at), (2, None, None));
    assert!(grant.previous_refresh_token.is_some());
}

async fn a_dropped_caller_does_not_lose_the_new_pair(world: &mut World) {
    world.line("support").await;
    let tenant_id = world.active(HOST).await;
    world.advance(Duration::from_secs(86_400));
    let gate = world.sandbox.faults().hold(Part::Token);
    let app = world.app().clone();
    let caller = tokio::spawn(async move { token::access_token(&app, tenant_id).await });
    gate.until_waiting(1).await;
    caller.abort();
    gate.open();
    world.until("the pair is stored", async || (grants(world, tenant_id).await[0].version == 2).then_some(())).await;
    token::access_token(world.app(), tenant_id).await.unwrap();
    assert_eq!(refreshes(world), 1);
}

async fn a_lost_answer_is_healed_where_amocrm_is_lenient(world: &mut World) {
    world.line("support").await;
    let tenant_id = world.active(HOST).await;
    world.sandbox.set_lenient_refresh(true);
    world.advance(Duration::from_secs(86_400));
    world.sandbox.faults().next(Part::Token, 1, Fault::LostAnswer);
    let lost = token::access_token(world.app(), tenant_id).await.unwrap_err();
    assert!(matches!(lost, token::TokenError::Unavailable { .. }), "{lost:?}");
    assert!(grants(world, tenant_id).await[0].intent_at.is_some());
    token::access_token(world.app(), tenant_id).await.unwrap();
    assert_eq!(world.tenant(HOST).await.unwrap()["status"], "active");
}

async fn a_dead_token_needs_reauth_and_stops_no_message(world: &mut World) {
    let line = world.line("support").await;
    world.advance(Duration::from_secs(86_400));
    world.sandbox.faults().next(Part::Token, 1, Fault::LostAnswer);
    let app = world.app().clone();
    token::access_token(&app, line.tenant_id).await.unwrap_err();
    let dead = token::access_token(&app, line.tenant_id).await.unwrap_err();
    assert_eq!(dead, token::TokenError::NeedsReauth);
    assert_eq!(world.tenant(HOST).await.unwrap()["status"], "needs_reauth");
    let asked = refreshes(world);
    assert_eq!(token::access_token(&app, line.tenant_id).await.unwrap_err(), token::TokenError::NeedsReauth);
    assert_eq!(refreshes(world), asked, "a dead token is not tried again and again");

    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Good morning"]);

    world.owner(HOST).installs_in_a_browser().await.is(200);
    assert_eq!(world.tenant(HOST).await.unwrap()["status"], "active");
    token::access_token(&app, line.tenant_id).await.unwrap();
}

async fn a_rest_401_renews_once_and_goes_on(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.expire_access_tokens(HOST);
    let pipelines = world.api.get(&format!("/api/v1/tenants/{}/pipelines", line.tenant_id)).await.is(200);
    assert_eq!(pipelines.json["items"][0]["is_main"], true);
    assert_eq!(refreshes(world), 1);
}

async fn a_renamed_account_is_found_again(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.rename_account(HOST, "renamed.amocrm.ru");
    world.advance(Duration::from_secs(86_400));
    token::access_token(world.app(), line.tenant_id).await.unwrap();
    assert_eq!(row(world, line.tenant_id).await.host, "renamed.amocrm.ru");
    world.api.get(&format!("/api/v1/tenants/{}/pipelines", line.tenant_id)).await.is(200);
}

both!(fifty_calls_renew_a_token_once, a_dead_token_needs_reauth_and_stops_no_message,);

once!(
    a_dropped_caller_does_not_lose_the_new_pair,
    a_lost_answer_is_healed_where_amocrm_is_lenient,
    a_rest_401_renews_once_and_goes_on,
    a_renamed_account_is_found_again,
);
