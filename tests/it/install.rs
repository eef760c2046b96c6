//! Accounts come and go by OAuth: who may start it, where a secret may travel, how tokens are renewed.

use std::time::Duration;

use base::config::{Config, Plan};
use entity::{install_call, integration, tenant_channel};
use hmac::{Hmac, KeyInit, Mac};
use parom::audit::{Actor, By};
use parom::integrations::{self, IntegrationRefused, MadeOrChanged};
use parom_tests::office::all_at_once;
use parom_tests::settings::{CHANNEL_ID, CHANNEL_SECRET, CLIENT_ID, CLIENT_SECRET, HOST, config_text};
use parom_tests::{Reply, World, answer, both, cookie_of, once, state_of};
use reqwest::Method;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use sha2::Sha256;
use simulator::crm::{Fault, HookMessage, Part};

use crate::life::{calls, pipelines, refreshes, status};

async fn get(world: &World, path: &str) -> Reply {
    answer(world.api.anonymous(Method::GET, path)).await
}

async fn a_browser_installs(world: &mut World) {
    let owner = world.owner(HOST);
    let consent = owner.opens_install().await.is_redirect();
    assert!(consent.starts_with(&format!("{}/oauth?", world.sandbox.url())), "{consent}");
    assert!(consent.contains(CLIENT_ID) && state_of(&consent).len() >= 32, "{consent}");
    let page = owner.installs_in_a_browser().await.is(200);
    assert!(page.header("content-type").starts_with("text/html"), "{:?}", page.headers);
    assert!(page.header("set-cookie").is_empty(), "an installation opens no session");
    let tenant = world.tenant(HOST).await.unwrap();
    let account = world.sandbox.add_account(HOST);
    assert_eq!(
        (&tenant["status"], &tenant["account_id"], &tenant["amojo_id"]),
        (&json!("active"), &json!(account.id.to_string()), &json!(account.amojo_id)),
        "{tenant}"
    );
    assert_eq!(tenant["channels"][0]["status"], "connected", "{tenant}");
    assert_eq!(world.sandbox.connections()[0].hook_api_version, "v2");
    assert!(!page.text.contains(CLIENT_SECRET));
}

async fn amocrms_own_call_is_answered_at_once(world: &mut World) {
    let owner = world.owner(HOST);
    let gate = world.sandbox.faults().hold(Part::Token);
    let called = owner.installs_from_the_marketplace().await;
    assert_eq!(called.status, Some(200), "{called:?}");
    gate.until_waiting(1).await;
    assert!(world.tenant(HOST).await.is_none(), "the exchange has not even been answered");
    gate.open();
    world.active(HOST).await;
    // Twice at once, as it happens: one account, and the newest code counts whatever becomes of the other.
    let (one, two) = tokio::join!(owner.installs_from_the_marketplace(), owner.installs_from_the_marketplace());
    assert_eq!((one.status, two.status), (Some(200), Some(200)));
    let newest = async || (world.sandbox.token_calls().iter().filter(|call| call.granted).count() >= 2).then_some(());
    world.until("the newest code is exchanged", newest).await;
    world.active(HOST).await;
    let tenants = world.api.get("/api/v1/tenants").await.is(200);
    assert_eq!(tenants.json["items"].as_array().unwrap().len(), 1);
}

async fn an_exchange_that_fails_for_now_goes_on_by_itself(world: &mut World) {
    let owner = world.owner(HOST);
    world.sandbox.faults().next(Part::Token, 2, Fault::Status { code: 503, retry_after: None });
    world.sandbox.faults().next(Part::Rest, 1, Fault::Reset);
    world.sandbox.faults().next(Part::Connect, 1, Fault::Status { code: 500, retry_after: None });
    assert_eq!(owner.installs_from_the_marketplace().await.status, Some(200));
    world.restart().await;
    world
        .until("the tenant becomes active", async || {
            world.advance(Duration::from_secs(2));
            (world.tenant(HOST).await?["status"] == "active").then_some(())
        })
        .await;
    assert_eq!(world.sandbox.faults().left(), 0);
}

async fn a_state_is_good_once_and_for_ten_minutes(world: &mut World) {
    let owner = world.owner(HOST);
    let begun = owner.opens_install().await;
    let back = world.sandbox.allow(HOST, "main", Some(&state_of(&begun.is_redirect())));
    let comes_back = async |back: &str, begun: &Reply| {
        answer(world.api.anonymous(Method::GET, back).header("cookie", cookie_of(begun))).await
    };
    comes_back(&back, &begun).await.is(200);
    let tokens = world.sandbox.token_calls().len();
    comes_back(&back, &begun).await.is(400);
    for state in [Some("made-up"), Some(""), None] {
        let back = world.sandbox.allow(HOST, "main", state);
        comes_back(&back, &begun).await.is(400);
    }
    let begun = owner.opens_install().await;
    let old = state_of(&begun.is_redirect());
    world.advance(Duration::from_secs(601));
    comes_back(&world.sandbox.allow(HOST, "main", Some(&old)), &begun).await.is(400);
    let begun = owner.opens_install().await;
    let denied = state_of(&begun.is_redirect());
    get(world, &format!("/oauth/callback?error=access_denied&client_id={CLIENT_ID}&state={denied}")).await.is(200);
    comes_back(&world.sandbox.allow(HOST, "main", Some(&denied)), &begun).await.is(400);
    assert_eq!(world.sandbox.token_calls().len(), tokens, "no code was exchanged for any of them");
}

async fn a_secret_leaves_for_allowed_hosts_alone(world: &mut World) {
    world.owner(HOST);
    let state = state_of(&world.owner(HOST).opens_install().await.is_redirect());
    let before = calls(world);
    let hosts = [
        "evil.example",
        "acme.amocrm.ru.evil.example",
        "evilamocrm.ru",
        "amocrm.ru",
        "user@acme.amocrm.ru",
        "acme.amocrm.ru:8080",
        "acme.amocrm.ru/evil",
        "acme.amocrm.ru?x",
        "127.0.0.1",
        "[::1]",
        "localhost",
        "",
        "acme.amocrm.ru\u{3002}evil.example",
        "a.b.amocrm.ru.",
        "acme.kommo.com",
        "acme..amocrm.ru",
        "-acme.amocrm.ru",
    ];
    for host in hosts {
        for rest in ["&from_widget=1".to_owned(), format!("&state={state}")] {
            let request = world
                .api
                .anonymous(Method::GET, &format!("/oauth/callback?code=secret-code&client_id={CLIENT_ID}{rest}"));
            let reply = answer(request.query(&[("referer", host)])).await;
            assert_eq!(reply.status, 400, "{host:?}: {}", reply.text);
        }
    }
    assert_eq!(calls(world), before, "no request left for any of them");
    assert!(world.api.get("/api/v1/tenants").await.is(200).json["items"].as_array().unwrap().is_empty());
}

async fn fifty_callers_renew_a_token_once(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.expire_access_tokens(HOST);
    let before = refreshes(world);
    let asked = (0..50).map(|_| {
        let (api, path) = (world.api.clone(), format!("/api/v1/tenants/{}/pipelines", line.tenant_id));
        async move { api.get(&path).await.status }
    });
    assert_eq!(all_at_once(asked).await, [200; 50]);
    assert_eq!(refreshes(world) - before, 1);
    // And before its end, without a 401.
    world.advance(Duration::from_secs(86_400 - 200));
    pipelines(world, line.tenant_id).await.is(200);
    assert_eq!(refreshes(world) - before, 2);
    let refused = world.sandbox.requests().iter().filter(|request| request.status == Some(401)).count();
    assert!(refused <= 50, "{refused}");
}

async fn dead_access_never_stops_messages(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("before").await;
    world.deliver_all().await;
    // The answer to a renewal is lost: amoCRM has taken the old token back and we have no new one.
    world.sandbox.expire_access_tokens(HOST);
    world.sandbox.faults().next(Part::Token, 1, Fault::LostAnswer);
    pipelines(world, line.tenant_id).await.is(503);
    let lost = pipelines(world, line.tenant_id).await;
    assert!(lost.status == 409 || lost.status == 503, "{}: {}", lost.status, lost.text);
    assert_eq!(status(world).await, "needs_reauth");
    let calls = world.sandbox.token_calls().len();
    for _ in 0..5 {
        pipelines(world, line.tenant_id).await;
    }
    assert_eq!(world.sandbox.token_calls().len(), calls, "a dead token is not tried again and again");

    world.customer(&line, "anna").writes("after").await;
    world.manager(&line).answers("anna", "answered").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["before", "after"]);
    assert_eq!(world.messenger.texts(), ["answered"]);

    world.owner(HOST).installs_in_a_browser().await.is(200);
    assert_eq!(status(world).await, "active");
    pipelines(world, line.tenant_id).await.is(200);
}

async fn a_lost_renewal_is_made_up_for_where_amocrm_allows_it(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.set(|settings| settings.lenient_refresh = true);
    world.sandbox.expire_access_tokens(HOST);
    world.sandbox.faults().next(Part::Token, 1, Fault::LostAnswer);
    pipelines(world, line.tenant_id).await.is(503);
    pipelines(world, line.tenant_id).await.is(200);
    assert_eq!(status(world).await, "active");
}

fn revoke_address(client_id: &str, account_id: i64, secret: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{client_id}|{account_id}").as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    format!("/oauth/revoked?client_uuid={client_id}&account_id={account_id}&signature={signature}")
}

async fn an_account_that_leaves_keeps_what_waits(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("before").await;
    world.deliver_all().await;
    assert_eq!(world.owner(HOST).uninstalls().await.status, Some(200));
    world.becomes(HOST, "uninstalled").await;
    let tenant = world.tenant(HOST).await.unwrap();
    assert_eq!(tenant["channels"][0]["status"], "disconnected", "{tenant}");
    // The channel is taken off in amoCRM beside this; then nothing is called any more.
    let taken_off = || world.sandbox.requests().iter().any(|request| request.path.ends_with("/disconnect"));
    world.until("the channel is taken off", async || taken_off().then_some(())).await;
    let before = calls(world);
    world.customer(&line, "anna").writes("while away").await;
    world.deliver_to_the_end().await;
    assert_eq!(calls(world), before, "nothing leaves for an account that is gone");
    // Twice is once.
    let account = world.sandbox.add_account(HOST).id;
    get(world, &revoke_address(CLIENT_ID, account, CLIENT_SECRET)).await.is(200);

    world.owner(HOST).installs_in_a_browser().await.is(200);
    assert_eq!(world.active(HOST).await, line.tenant_id, "it is the same account");
    world.advance(Duration::from_secs(1));
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["before", "while away"]);
}

async fn a_revoke_notice_needs_its_signature_and_the_truth(world: &mut World) {
    let line = world.line("support").await;
    let account = world.sandbox.add_account(HOST).id;
    let right = revoke_address(CLIENT_ID, account, CLIENT_SECRET);
    for forged in [
        revoke_address(CLIENT_ID, account, "another secret"),
        right.replace(&account.to_string(), "1"),
        right[..right.len() - 1].to_owned(),
        format!("/oauth/revoked?client_uuid={CLIENT_ID}&account_id={account}"),
        "/oauth/revoked".to_owned(),
    ] {
        get(world, &forged).await.is(401);
    }
    // Rightly signed, but amoCRM still lets us in: a replay.
    let before = calls(world);
    get(world, &right).await.is(200);
    world.until("amoCRM is asked", async || (calls(world) > before).then_some(())).await;
    assert_eq!(status(world).await, "active");
    pipelines(world, line.tenant_id).await.is(200);
    assert_eq!(status(world).await, "active");
    // M2: endless replays are answered, and amoCRM is asked a few times.
    let before = calls(world);
    for _ in 0..50 {
        get(world, &right).await.is(200);
    }
    assert!(calls(world) - before <= 3, "asked {} times", calls(world) - before);
}

async fn a_suspended_account_takes_in_and_sends_nothing(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("before").await;
    world.deliver_all().await;
    let path = format!("/api/v1/tenants/{}", line.tenant_id);
    let patched = world.api.patch(&path, &json!({"suspended": true})).await.is(200);
    assert_eq!(patched.json["status"], "suspended", "{}", patched.text);
    world.customer(&line, "anna").writes("kept").await;
    world.manager(&line).answers("anna", "kept too").await;
    world.deliver_to_the_end().await;
    assert_eq!((world.texts_at_crm(&line), world.messenger.texts()), (vec!["before".to_owned()], vec![]));
    world.api.patch(&path, &json!({"suspended": false})).await.is(200);
    world.advance(Duration::from_secs(1));
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["before", "kept"]);
    assert_eq!(world.messenger.texts(), ["kept too"]);
}

// Integrations that the vendor makes, changes and pauses while servers run.

const OTHER: &str = "other.amocrm.ru";

/// The sandbox's integration, as in a file.
fn block(world: &World) -> String {
    let text = config_text(0, "", world.sandbox.url());
    text.split_once("[[integration]]").map(|(_, block)| format!("[[integration]]{block}")).unwrap()
}

fn by() -> By {
    Actor::Cli.into()
}

async fn set(world: &World, text: &str) -> Result<(String, MadeOrChanged), IntegrationRefused> {
    integrations::set(world.app(), text, &by()).await
}

async fn pause(world: &World, paused: bool) {
    assert!(integrations::pause(world.app(), "main", paused, &by()).await.unwrap());
}

/// Starts again with a file that has no integration.
async fn without_a_file(world: &mut World) {
    world.setup_is(|config| config.integrations.clear());
    world.restart().await;
}

async fn one_made_while_servers_run_works_in_all_of_them(world: &mut World) {
    without_a_file(world).await;
    // SQLite takes one serving process.
    let second = if world.app().store.is_sqlite() { None } else { Some(world.another_server().await) };
    world.owner(HOST).opens_install().await.is(404);
    let made = set(world, &block(world)).await.unwrap();
    assert_eq!(made, ("main".to_owned(), MadeOrChanged::Made));
    if let Some(second) = &second {
        let follows = async || second.app.integrations.named("main").map(drop);
        world.until("the other process follows", follows).await;
    }
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
    let row = integration::Entity::find().one(world.app().store.read()).await.unwrap().unwrap();
    for secret in [CLIENT_SECRET, CHANNEL_SECRET] {
        assert!(!row.body.windows(secret.len()).any(|part| part == secret.as_bytes()), "sealed");
    }
    // It is there again after a start.
    world.restart().await;
    world.customer(&line, "anna").writes("Again").await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello", "Again"]);
    let refused = integrations::remove(world.app(), "main", &by()).await.unwrap_err();
    assert!(matches!(refused, IntegrationRefused::InUse { accounts: 1, .. }), "{refused}");
    if let Some(second) = second {
        second.stop().await;
    }
}

async fn a_changed_secret_counts_at_once(world: &mut World) {
    without_a_file(world).await;
    let block = block(world);
    set(world, &block).await.unwrap();
    let (line, manager) = world.chatting().await;
    let sends = async |text: &str| {
        let hook = manager.prepares("anna", HookMessage::text(text));
        world.sandbox.post_hook(&line.scope_id, hook.body, Some(&hook.signature)).await.status.unwrap()
    };
    assert_eq!(sends("one").await, 200);
    let other = block.replace(CHANNEL_SECRET, "another-secret");
    assert_eq!(set(world, &other).await.unwrap().1, MadeOrChanged::Changed);
    assert_eq!(sends("two").await, 401);
    set(world, &format!("{other}previous_secret = \"{CHANNEL_SECRET}\"\n")).await.unwrap();
    assert_eq!(sends("three").await, 200);
    set(world, &block).await.unwrap();
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), ["one", "three"]);
}

async fn a_paused_one_takes_no_new_account(world: &mut World) {
    without_a_file(world).await;
    set(world, &block(world)).await.unwrap();
    let line = world.line("support").await;
    pause(world, true).await;
    // A change keeps it paused.
    set(world, &block(world)).await.unwrap();
    let page = world.owner(OTHER).opens_install().await.is(503);
    assert!(page.text.contains("/oauth/install?integration=main&amp;known=1") || page.text.contains("known=1"));
    let request = world.api.anonymous(Method::GET, "/oauth/install?integration=main&known=1");
    assert!(answer(request).await.is_redirect().contains("/oauth?"));
    assert_eq!(world.owner(OTHER).installs_from_the_marketplace().await.status, Some(200));
    let refused = async || {
        let calls = install_call::Entity::find().filter(install_call::Column::Host.eq(OTHER));
        let call = calls.one(world.app().store.read()).await.unwrap()?;
        (!call.error.is_empty()).then_some(call.error)
    };
    let error = world.until("the installation is refused", refused).await;
    assert!(error.contains("paused"), "{error}");
    assert!(world.tenant(OTHER).await.is_none());
    // The account that was there works, and renews its access.
    assert_eq!(world.owner(HOST).installs_from_the_marketplace().await.status, Some(200));
    world.active(HOST).await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
    pause(world, false).await;
    assert_eq!(world.owner(OTHER).installs_from_the_marketplace().await.status, Some(200));
    world.active(OTHER).await;
}

async fn the_file_wins(world: &mut World) {
    let block = block(world);
    let refused = async |text: &str| set(world, text).await.unwrap_err().to_string();
    assert!(refused(&block).await.contains("is in the configuration file"));
    let renamed = block.replace("\"main\"", "\"second\"");
    assert_eq!(refused(&renamed).await, "client_id is taken by integration \"main\"");
    let other_client = renamed.replace("5f1d2a4e", "5f1d2a4f");
    assert_eq!(refused(&other_client).await, "channel.id is taken by integration \"main\"");
    without_a_file(world).await;
    set(world, &block).await.unwrap();
    pause(world, true).await;
    world.setup_is(|_| {});
    world.restart().await;
    assert!(!world.app().integrations.named("main").unwrap().paused, "the file says nothing of a pause");
    let list = integrations::list(world.app()).await.unwrap();
    let shown: Vec<_> = list.iter().map(|one| (one.name.as_str(), one.in_file, one.in_use)).collect();
    assert_eq!(shown, [("main", true, true), ("main", false, false)]);
    integrations::remove(world.app(), "main", &by()).await.unwrap();
    assert_eq!(integrations::list(world.app()).await.unwrap().len(), 1);
    world.allow_problems();
}

async fn two_that_are_made_at_once_do_not_share_an_id(world: &mut World) {
    without_a_file(world).await;
    let block = block(world);
    let other = block.replace("\"main\"", "\"second\"");
    let (one, two) = tokio::join!(set(world, &block), set(world, &other));
    assert_eq!([&one, &two].iter().filter(|done| done.is_ok()).count(), 1, "{one:?} {two:?}");
    let refused = one.err().or(two.err()).unwrap();
    assert!(matches!(refused, IntegrationRefused::Taken { key: "client_id", .. }), "{refused}");
    assert_eq!(integrations::list(world.app()).await.unwrap().len(), 1);
}

async fn channel_status(world: &World) -> Option<String> {
    let id: uuid::Uuid = CHANNEL_ID.parse().unwrap();
    let rows = tenant_channel::Entity::find().filter(tenant_channel::Column::ChannelId.eq(id));
    rows.one(world.app().store.read()).await.unwrap().map(|row| row.status)
}

fn with_a_plan(config: &mut Config) {
    config.integrations.clear();
    let name = "pro".to_owned();
    let (sources, messages_a_month, connectors, storage_mb, requests_per_key) = (None, None, None, None, None);
    config.plan_list = vec![Plan { name, sources, messages_a_month, connectors, storage_mb, requests_per_key }].into();
}

async fn a_channel_follows_its_rule(world: &mut World) {
    world.setup_is(with_a_plan);
    world.restart().await;
    let block = block(world);
    let bare = block.split_once("[[integration.channel]]").unwrap().0;
    set(world, bare).await.unwrap();
    world.owner(HOST).installs_in_a_browser().await.is(200);
    assert_eq!(channel_status(world).await, None);
    set(world, &format!("{block}allowed_plans = [\"pro\"]\n")).await.unwrap();
    world.visits_accounts().await;
    assert_eq!(channel_status(world).await.as_deref(), Some("not_allowed"));
    let tenant = world.tenant(HOST).await.unwrap();
    let path = format!("/api/v1/tenants/{}", tenant["id"].as_str().unwrap());
    world.api.patch(&path, &json!({ "plan": "pro" })).await.is(200);
    world.visits_accounts().await;
    assert_eq!(channel_status(world).await.as_deref(), Some("connected"));
    world.allow_problems();
}

both!(one_made_while_servers_run_works_in_all_of_them, two_that_are_made_at_once_do_not_share_an_id);
both!(a_state_is_good_once_and_for_ten_minutes, fifty_callers_renew_a_token_once, a_browser_installs);
once!(a_lost_renewal_is_made_up_for_where_amocrm_allows_it, a_revoke_notice_needs_its_signature_and_the_truth);
once!(an_exchange_that_fails_for_now_goes_on_by_itself, a_suspended_account_takes_in_and_sends_nothing, the_file_wins);
once!(a_secret_leaves_for_allowed_hosts_alone, an_account_that_leaves_keeps_what_waits, a_channel_follows_its_rule);
once!(amocrms_own_call_is_answered_at_once, a_paused_one_takes_no_new_account);
once!(dead_access_never_stops_messages, a_changed_secret_counts_at_once);
