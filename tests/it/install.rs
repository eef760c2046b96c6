//! Accounts come and go: installation by browser and by amoCRM itself, tokens, leaving.

use std::time::Duration;

use entity::{install_call, oauth_grant, tenant, tenant_channel, turn};
use parom::tenant::{grant, token, uninstall};
use parom_tests::{Reply, World, both, once, people, world};
use reqwest::Method;
use sandbox::{Fault, Part};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use secrecy::ExposeSecret;
use uuid::Uuid;

const HOST: &str = world::HOST;

async fn visit(world: &World, path: &str) -> Reply {
    let response = world.api.anonymous(Method::GET, path).send().await.expect("the server answers");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.expect("the answer ends");
    Reply { status, headers, json: serde_json::from_str(&text).unwrap_or_default(), text }
}

/// amoCRM's own call with any parameters.
async fn amocrm_calls(world: &World, host: &str, code: &str, more: &str) -> Reply {
    let client_id = world::CLIENT_ID;
    visit(world, &format!("/oauth/callback?code={code}&referer={host}&client_id={client_id}&platform=1{more}")).await
}

async fn row(world: &World, tenant_id: Uuid) -> tenant::Model {
    tenant::Entity::of_tenant(tenant_id).one(world.app().store.read()).await.unwrap().unwrap()
}

async fn grants(world: &World, tenant_id: Uuid) -> Vec<oauth_grant::Model> {
    let mut all = oauth_grant::Entity::of_tenant(tenant_id).all(world.app().store.read()).await.unwrap();
    all.sort_by_key(|grant| grant.crm_user_id);
    all
}

async fn calls(world: &World) -> Vec<install_call::Model> {
    install_call::Entity::find().all(world.app().store.read()).await.unwrap()
}

async fn wait_for_status(world: &World, host: &str, status: &str) {
    world
        .until(&format!("the tenant of {host} is {status}"), async || {
            (world.tenant(host).await?["status"] == status).then_some(())
        })
        .await;
}

fn refreshes(world: &World) -> usize {
    world.sandbox.token_calls().iter().filter(|call| call.grant_type == "refresh_token").count()
}

async fn a_browser_installs_an_account(world: &mut World) {
    let page = world.owner(HOST).installs_in_a_browser().await.is(200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.text.contains("Acme"), "{}", page.text);
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    let account = world.sandbox.add_account(HOST);
    let shown = world.tenant(HOST).await.unwrap();
    assert_eq!((&shown["status"], &shown["account_id"]), (&"active".into(), &account.id.to_string().into()));
    assert_eq!(shown["amojo_id"], account.amojo_id);
    let scope = format!("{}_{}", world::CHANNEL_ID, account.amojo_id);
    assert_eq!(shown["channels"][0]["scope_id"], scope);
    assert_eq!(shown["channels"][0]["status"], "connected");
    let calls = calls(world).await;
    assert_eq!(calls.len(), 1);
    assert_eq!((calls[0].status.as_str(), calls[0].code.len()), ("done", 0));
    assert_eq!(calls[0].tenant_id.to_string(), shown["id"]);
}

async fn the_marketplace_installs_an_account_and_is_answered_at_once(world: &mut World) {
    let owner = world.owner(HOST);
    let gate = world.sandbox.faults().hold(Part::Token);
    let answer = owner.installs_from_the_marketplace().await;
    assert_eq!(answer.status, Some(200));
    gate.until_waiting(1).await;
    assert!(world.tenant(HOST).await.is_none());
    gate.open();
    world.active(HOST).await;
    let connects = world.sandbox.requests().iter().filter(|seen| seen.path.ends_with("/connect")).count();
    assert_eq!(connects, 1);
}

async fn a_state_works_once_and_ten_minutes(world: &mut World) {
    let owner = world.owner(HOST);
    let consent = owner.opens_install().await.is_redirect();
    assert!(consent.starts_with(world.sandbox.url()));
    let state = people::state_of(&consent);
    assert_eq!(state.len(), 64);
    let back = world.sandbox.allow(HOST, "main", Some(&state));
    visit(world, &back).await.is(200);
    let again = world.sandbox.allow(HOST, "main", Some(&state));
    let page = visit(world, &again).await.is(400);
    assert!(page.text.contains("/oauth/install?integration=main"));

    let late = people::state_of(&owner.opens_install().await.is_redirect());
    world.advance(Duration::from_secs(601));
    visit(world, &world.sandbox.allow(HOST, "main", Some(&late))).await.is(400);
    visit(world, &world.sandbox.allow(HOST, "main", None)).await.is(400);
    let exchanged = world.sandbox.token_calls().len();
    assert_eq!(exchanged, 1, "a callback without a good state exchanges nothing");
}

async fn an_unknown_integration_and_a_refusal_have_pages(world: &mut World) {
    let page = visit(world, "/oauth/install?integration=nobody").await.is(404);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(visit(world, "/oauth/install").await.is(302).header("location").contains(world::CLIENT_ID));
    let denied = visit(world, &format!("/oauth/callback?error=access_denied&client_id={}", world::CLIENT_ID)).await.is(200);
    assert!(denied.text.contains("/oauth/install?integration=main"));
    visit(world, "/oauth/callback?referer=acme.amocrm.ru").await.is(400);
}

async fn no_secret_leaves_for_a_strange_host(world: &mut World) {
    for host in ["acme.amocrm.ru.evil.example", "evil.example", "acme.amocrm.ru:1", "a.b.amocrm.ru", "127.0.0.1", "x%40acme.amocrm.ru"] {
        for more in ["", "&from_widget=1"] {
            amocrm_calls(world, host, "def502", more).await.is(400);
        }
    }
    assert!(world.sandbox.requests().is_empty());
    assert!(calls(world).await.is_empty());
}

async fn a_call_for_nobody_is_kept_and_tries_no_secret(world: &mut World) {
    let path = format!("/oauth/callback?code=def502&referer={HOST}&client_id=11111111-2222-3333-4444-555555555555&from_widget=1");
    visit(world, &path).await.is(200);
    let calls = calls(world).await;
    assert_eq!((calls.len(), calls[0].status.as_str(), calls[0].integration.as_str()), (1, "failed", ""));
    assert!(!calls[0].code.is_empty());
    assert!(world.sandbox.token_calls().is_empty());
}

/// Jumps over the back-off of a call that was put off; a call that is being worked on is claimed for longer.
async fn jump_over_back_offs(world: &World) {
    for call in calls(world).await {
        let wait = call.next_at - world.clock.millis();
        if call.status == "new" && (1..10_000).contains(&wait) {
            world.advance(Duration::from_millis(wait.unsigned_abs()));
        }
    }
}

async fn an_installation_survives_trouble_at_every_step(world: &mut World) {
    let faults = world.sandbox.faults();
    for part in [Part::Token, Part::Rest, Part::Connect] {
        faults.next(part, 1, Fault::Status { code: 503, retry_after: None });
    }
    world.owner(HOST).installs_from_the_marketplace().await;
    world
        .until("the tenant becomes active", async || {
            jump_over_back_offs(world).await;
            (world.tenant(HOST).await?["status"] == "active").then_some(())
        })
        .await;
    assert_eq!(world.sandbox.faults().left(), 0);
    let exchanges = world.sandbox.token_calls();
    assert_eq!(exchanges.iter().filter(|call| call.granted).count(), 1, "the code was exchanged once: {exchanges:?}");
}

async fn a_rejected_code_fails_with_words(world: &mut World) {
    world.owner(HOST);
    amocrm_calls(world, HOST, "def502forged", "&from_widget=1").await.is(200);
    let failed = world
        .until("the call has failed", async || calls(world).await.into_iter().find(|call| call.status == "failed"))
        .await;
    assert!(failed.error.contains("Cannot decrypt"), "{}", failed.error);
    assert!(failed.code.is_empty());
    assert!(world.tenant(HOST).await.is_none());
}

async fn an_installation_goes_on_after_a_crash(world: &mut World) {
    let gate = world.sandbox.faults().hold(Part::Connect);
    world.owner(HOST).installs_from_the_marketplace().await;
    gate.until_waiting(1).await;
    wait_for_status(world, HOST, "provisioning").await;
    gate.open();
    world.sandbox.faults().clear();
    world.restart().await;
    world.advance(Duration::from_secs(60));
    world.active(HOST).await;
    assert_eq!(world.sandbox.token_calls().len(), 1);
}

async fn a_second_user_never_replaces_the_administrator(world: &mut World) {
    world.line("support").await;
    let tenant_id = world.active(HOST).await;
    let account = world.sandbox.add_account(HOST);
    let (admin, manager) = (&account.users[0], &account.users[1]);
    let code = world.sandbox.issue_code_for(HOST, "main", manager.id);
    amocrm_calls(world, HOST, &code, "&from_widget=1").await.is(200);
    world.until("both grants are there", async || (grants(world, tenant_id).await.len() == 2).then_some(())).await;
    let used = grant::in_use(world.app().store.read(), tenant_id).await.unwrap().unwrap();
    assert_eq!((used.crm_user_id, used.is_admin), (admin.id, true));
    let other = grants(world, tenant_id).await.into_iter().find(|grant| grant.crm_user_id == manager.id).unwrap();
    assert!(!other.is_admin && !other.in_use);
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
    world
        .until("the pair is stored", async || (grants(world, tenant_id).await[0].version == 2).then_some(()))
        .await;
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

async fn switching_off_holds_what_waits_and_a_new_installation_sends_it(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("before").await;
    world.deliver_all().await;
    assert_eq!(world.owner(HOST).uninstalls().await.status, Some(200));
    wait_for_status(world, HOST, "uninstalled").await;
    let shown = world.tenant(HOST).await.unwrap();
    assert_eq!(shown["channels"][0]["status"], "disconnected");
    for grant in grants(world, line.tenant_id).await {
        assert!(grant.dead && grant.access_token.is_empty() && grant.refresh_token.is_empty());
        assert!(grant.previous_refresh_token.is_none());
    }
    let turns = turn::Entity::of_tenant(line.tenant_id).all(world.app().store.read()).await.unwrap();
    assert!(turns.iter().any(|turn| turn.reason.ends_with(uninstall::HELD_BECAUSE)), "{turns:?}");
    world.customer(&line, "boris").writes("while away").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["before"]);

    world.owner(HOST).installs_from_the_marketplace().await;
    let back = world.active(HOST).await;
    assert_eq!(back, line.tenant_id);
    world.until("the account is connected", async || {
        (world.tenant(HOST).await?["channels"][0]["status"] == "connected").then_some(())
    }).await;
    world.deliver_to_the_end().await;
    let mut texts = world.texts_at_crm(&line);
    texts.sort();
    assert_eq!(texts, ["before", "while away"]);
    assert_eq!(world.api.get(&line.path("")).await.is(200).json["external_id"], "support");
}

async fn a_revoke_notice_proves_itself_twice(world: &mut World) {
    let line = world.line("support").await;
    let account = world.sandbox.add_account(HOST);
    let notice = |secret: &str, id: i64| {
        let signature = amocrm::hooks::revoke::signature(&secret.to_owned().into(), world::CLIENT_ID, id);
        format!("/oauth/revoked?client_uuid={}&account_id={id}&signature={signature}", world::CLIENT_ID)
    };
    visit(world, &notice("wrong", account.id)).await.is(401);
    visit(world, "/oauth/revoked").await.is(401);
    visit(world, &notice(world::CLIENT_SECRET, 999)).await.is(200);
    // A replayed notice, on the next day: the tokens work, though the stored one has run out.
    world.advance(Duration::from_secs(90_000));
    let asked = world.sandbox.requests().len();
    visit(world, &notice(world::CLIENT_SECRET, account.id)).await.is(200);
    world
        .until("amoCRM was asked", async || {
            let requests = world.sandbox.requests();
            requests.iter().skip(asked).any(|seen| seen.path.ends_with("/account") && seen.status == Some(200)).then_some(())
        })
        .await;
    tokio::task::yield_now().await;
    assert_eq!(row(world, line.tenant_id).await.status, "active");
}

async fn a_private_channel_refuses_with_its_words(world: &mut World) {
    world.sandbox.faults().until_cleared(Part::Connect, Fault::Status { code: 403, retry_after: None });
    let page = world.owner(HOST).installs_in_a_browser().await.is(200);
    assert!(page.text.contains("does not connect the chat channel"), "{}", page.text);
    let tenant_id: Uuid = world.active(HOST).await;
    let channel = tenant_channel::Entity::of_tenant(tenant_id).filter(tenant_channel::Column::Status.eq("not_allowed"));
    let channel = channel.one(world.app().store.read()).await.unwrap().unwrap();
    assert!(channel.detail.contains("403"), "{}", channel.detail);
    world.allow_problems();
}

both!(
    a_browser_installs_an_account,
    the_marketplace_installs_an_account_and_is_answered_at_once,
    a_state_works_once_and_ten_minutes,
    an_installation_survives_trouble_at_every_step,
    an_installation_goes_on_after_a_crash,
    a_second_user_never_replaces_the_administrator,
    fifty_calls_renew_a_token_once,
    a_dead_token_needs_reauth_and_stops_no_message,
    switching_off_holds_what_waits_and_a_new_installation_sends_it,
    a_revoke_notice_proves_itself_twice,
);

once!(
    an_unknown_integration_and_a_refusal_have_pages,
    no_secret_leaves_for_a_strange_host,
    a_call_for_nobody_is_kept_and_tries_no_secret,
    a_rejected_code_fails_with_words,
    a_dropped_caller_does_not_lose_the_new_pair,
    a_lost_answer_is_healed_where_amocrm_is_lenient,
    a_rest_401_renews_once_and_goes_on,
    a_renamed_account_is_found_again,
    a_private_channel_refuses_with_its_words,
);
