//! Accounts come and go by OAuth: who may start it, where a secret may travel, how tokens are renewed.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use parom_tests::office::all_at_once;
use parom_tests::settings::{CLIENT_ID, CLIENT_SECRET, HOST};
use parom_tests::{Line, Reply, World, answer, both, cookie_of, state_of};
use reqwest::Method;
use serde_json::json;
use sha2::Sha256;
use simulator::crm::{Fault, LogDirection, Part};

async fn get(world: &World, path: &str) -> Reply {
    answer(world.api.anonymous(Method::GET, path)).await
}

/// Requests that came to amoCRM.
fn calls(world: &World) -> usize {
    world.sandbox.requests().iter().filter(|request| request.direction == LogDirection::In).count()
}

fn refreshes(world: &World) -> usize {
    world.sandbox.token_calls().iter().filter(|call| call.grant_type == "refresh_token").count()
}

async fn pipelines(world: &World, line: &Line) -> Reply {
    world.api.get(&format!("/api/v1/tenants/{}/pipelines", line.tenant_id)).await
}

async fn status(world: &World) -> String {
    world.tenant(HOST).await.unwrap()["status"].as_str().unwrap().to_owned()
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

async fn installing_again_renews_the_same_account(world: &mut World) {
    let line = world.line("support").await;
    world.owner(HOST).installs_in_a_browser().await.is(200);
    assert_eq!(world.active(HOST).await, line.tenant_id);
    world.api.get(&line.path("")).await.is(200);
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
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
    pipelines(world, &line).await.is(200);
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
    pipelines(world, &line).await.is(503);
    let lost = pipelines(world, &line).await;
    assert!(lost.status == 409 || lost.status == 503, "{}: {}", lost.status, lost.text);
    assert_eq!(status(world).await, "needs_reauth");
    let calls = world.sandbox.token_calls().len();
    for _ in 0..5 {
        pipelines(world, &line).await;
    }
    assert_eq!(world.sandbox.token_calls().len(), calls, "a dead token is not tried again and again");

    world.customer(&line, "anna").writes("after").await;
    world.manager(&line).answers("anna", "answered").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["before", "after"]);
    assert_eq!(world.messenger.texts(), ["answered"]);

    world.owner(HOST).installs_in_a_browser().await.is(200);
    assert_eq!(status(world).await, "active");
    pipelines(world, &line).await.is(200);
}

async fn a_lost_renewal_is_made_up_for_where_amocrm_allows_it(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.set_lenient_refresh(true);
    world.sandbox.expire_access_tokens(HOST);
    world.sandbox.faults().next(Part::Token, 1, Fault::LostAnswer);
    pipelines(world, &line).await.is(503);
    pipelines(world, &line).await.is(200);
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
    world.until("the tenant is uninstalled", async || (status(world).await == "uninstalled").then_some(())).await;
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
    pipelines(world, &line).await.is(200);
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

both!(
    a_browser_installs,
    amocrms_own_call_is_answered_at_once,
    an_exchange_that_fails_for_now_goes_on_by_itself,
    a_state_is_good_once_and_for_ten_minutes,
    a_secret_leaves_for_allowed_hosts_alone,
    installing_again_renews_the_same_account,
    fifty_callers_renew_a_token_once,
    dead_access_never_stops_messages,
    a_lost_renewal_is_made_up_for_where_amocrm_allows_it,
    an_account_that_leaves_keeps_what_waits,
    a_revoke_notice_needs_its_signature_and_the_truth,
    a_suspended_account_takes_in_and_sends_nothing,
);
