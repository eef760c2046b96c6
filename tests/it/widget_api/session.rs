//! The exchange of disposable tokens.

use std::time::Duration;

use parom_tests::office::all_at_once;
use parom_tests::settings::{CLIENT_SECRET, HOST};
use parom_tests::{Engine, Place, Reply, Setup, World, answer, both, once};
use sea_orm::EntityTrait;
use serde_json::json;
use simulator::crm::{Fault, Part};

use super::{User, claims, exchange, problem, signed, token};

async fn open(world: &World, token: &str) -> Reply {
    answer(exchange(world, HOST, token)).await
}

async fn sessions(world: &World) -> usize {
    entity::session::Entity::find().all(world.app().store.read()).await.unwrap().len()
}

async fn a_token_opens_a_session(world: &mut World) {
    world.line("support").await;
    let opened = open(world, &token(&claims(world, HOST, 0))).await.is(200);
    let account = world.sandbox.add_account(HOST);
    let tenant = world.tenant(HOST).await.unwrap();
    let body = &opened.json;
    assert_eq!(
        body["tenant"],
        json!({"id": tenant["id"], "status": "active", "host": HOST, "hint": null, "notices": [], "consent": null})
    );
    assert_eq!(
        (&body["user"]["id"], &body["user"]["is_admin"]),
        (&json!(account.users[0].id.to_string()), &json!(true))
    );
    assert_eq!((&body["customers_mode"], &body["sources"]), (&json!("open"), &json!({"used": 1, "limit": 50})));
    let panel = opened.text_at("/panel_url");
    assert!(panel.starts_with(&format!("{}/panel/enter?ticket=", world.api.base())), "{panel}");
    assert_eq!(opened.header("cache-control"), "no-store");
    let expires = chrono_millis(&opened.text_at("/expires_at"));
    assert!((60_000..=30 * 60_000).contains(&(expires - world.clock.millis())), "{}", opened.text);
    let manager = open(world, &token(&claims(world, HOST, 1))).await.is(200);
    assert_eq!(manager.json["user"]["is_admin"], false);
    assert_eq!(manager.text_at("/panel_url"), format!("{}/panel", world.api.base()), "no ticket to everything");
    // Only a hash of it is stored.
    let entries = entity::directory::Entity::find().all(world.app().store.read()).await.unwrap();
    let secret = opened.text_at("/token");
    assert!(entries.iter().all(|entry| entry.key != secret && !entry.note.contains(&secret)));
}

fn chrono_millis(text: &str) -> i64 {
    serde_json::from_value::<base::json::Moment>(json!(text)).unwrap().0
}

async fn one_token_is_one_session_however_often_it_comes(world: &mut World) {
    world.line("support").await;
    let same = token(&claims(world, HOST, 0));
    let asked = (0..10).map(|_| {
        let request = exchange(world, HOST, &same);
        async move { answer(request).await.is(200).text_at("/token") }
    });
    let mut secrets = all_at_once(asked).await;
    secrets.dedup();
    assert_eq!(secrets.len(), 1, "all ten are the same");
    let first = open(world, &same).await.is(200);
    world.advance(Duration::from_secs(600));
    let later = open(world, &same).await.is(200);
    assert_eq!((&later.json["token"], &later.json["expires_at"]), (&first.json["token"], &first.json["expires_at"]));
    assert_ne!(later.json["panel_url"], first.json["panel_url"], "a ticket opens once, so each answer has its own");
    let other = open(world, &token(&claims(world, HOST, 0))).await.is(200);
    assert_ne!(other.json["token"], first.json["token"]);
    // Also after a restart: the token is derived, not drawn.
    world.restart().await;
    assert_eq!(open(world, &same).await.is(200).json["token"], first.json["token"]);
}

async fn a_session_ends_and_comes_again_with_its_token(world: &mut World) {
    let user = User::administrator(world).await;
    user.get(world, "/sources").await.is(200);
    let mut claims = claims(world, HOST, 0);
    claims["exp"] = json!(world.clock.now().timestamp() + 3600);
    let long = token(&claims);
    let first = open(world, &long).await.is(200);
    world.advance(Duration::from_secs(26 * 60));
    let ended = user.get(world, "/sources").await.is(401);
    assert_eq!(problem(&ended), "session-ended");
    assert_eq!(open(world, &long).await.is(200).json["token"], first.json["token"]);
    let again = User { session: first.text_at("/token"), ..user };
    again.get(world, "/sources").await.is(200);
    for wrong in ["", "x", &"x".repeat(43), &"x".repeat(5_000)] {
        let nobody = User { session: wrong.to_owned(), ..again.clone() };
        assert_eq!(problem(&nobody.get(world, "/sources").await.is(401)), "session-ended", "{wrong}");
    }
}

async fn an_account_that_is_not_there_yet_is_waited_for(world: &mut World) {
    let unknown = open(world, &token(&claims(world, HOST, 0))).await.is(409);
    assert_eq!(problem(&unknown), "provisioning");
    let seconds: u32 = unknown.header("retry-after").parse().unwrap();
    assert!((2..=5).contains(&seconds), "{seconds}");
    let gate = world.sandbox.faults().hold(Part::Connect);
    assert_eq!(world.owner(HOST).installs_from_the_marketplace().await.status, Some(200));
    gate.until_waiting(1).await;
    assert_eq!(problem(&open(world, &token(&claims(world, HOST, 0))).await.is(409)), "provisioning");
    assert_eq!(sessions(world).await, 0);
    gate.open();
    world.active(HOST).await;
    open(world, &token(&claims(world, HOST, 0))).await.is(200);
}

async fn without_the_claim_the_users_api_is_asked(world: &mut World) {
    world.line("support").await;
    let unclaimed = |user| {
        let mut claims = claims(world, HOST, user);
        claims.as_object_mut().unwrap().remove("is_admin");
        token(&claims)
    };
    let (administrator, manager) = (unclaimed(0), unclaimed(1));
    assert_eq!(open(world, &administrator).await.is(200).json["user"]["is_admin"], true);
    assert_eq!(open(world, &manager).await.is(200).json["user"]["is_admin"], false);
    // Cached for ten minutes; then, without an answer of amoCRM, no user is an administrator.
    world.sandbox.set_gateway_page(HOST, Some(502));
    assert_eq!(open(world, &unclaimed(0)).await.is(200).json["user"]["is_admin"], true);
    world.advance(Duration::from_secs(601));
    let unknown = open(world, &unclaimed(0)).await.is(200);
    assert_eq!(unknown.json["user"]["is_admin"], false, "{}", unknown.text);
    assert!(unknown.text_at("/user/hint").contains("amoCRM"));
    world.sandbox.set_gateway_page(HOST, None);
    let known = open(world, &unclaimed(0)).await.is(200);
    assert_eq!((&known.json["user"]["is_admin"], &known.json["user"]["hint"]), (&json!(true), &json!(null)));
    // The same token may learn more than it knew.
    assert_eq!(open(world, &administrator).await.is(200).json["user"]["is_admin"], true);
}

async fn a_renamed_account_is_found_where_it_lives_now(world: &mut World) {
    world.line("support").await;
    let account = world.sandbox.add_account(HOST);
    let mut claims = claims(world, HOST, 0);
    world.sandbox.rename_account(HOST, "renamed.amocrm.ru");
    claims["iss"] = json!("https://renamed.amocrm.ru");
    let opened = answer(exchange(world, "renamed.amocrm.ru", &token(&claims))).await.is(200);
    assert_eq!(opened.json["tenant"]["host"], "renamed.amocrm.ru", "{}", opened.text);
    assert_eq!(world.tenant("renamed.amocrm.ru").await.unwrap()["account_id"], account.id.to_string());
    // A claim alone does not move an account: amoCRM is asked.
    claims["iss"] = json!("https://evil.amocrm.ru");
    claims["jti"] = json!("another");
    world.advance(Duration::from_secs(120));
    let opened = answer(exchange(world, "evil.amocrm.ru", &token(&claims))).await.is(200);
    assert_eq!(opened.json["tenant"]["host"], "renamed.amocrm.ru", "{}", opened.text);
}

async fn every_state_of_an_account_is_explained_in_words(world: &mut World) {
    let line = world.line("support").await;
    let path = format!("/api/v1/tenants/{}", line.tenant_id);
    world.api.patch(&path, &json!({"suspended": true})).await.is(200);
    let suspended = open(world, &token(&claims(world, HOST, 0))).await.is(200);
    assert_eq!(suspended.json["tenant"]["status"], "suspended");
    assert!(suspended.text_at("/tenant/hint").contains("support"), "{}", suspended.text);
    let user = User { host: HOST.to_owned(), session: suspended.text_at("/token") };
    user.get(world, "/sources").await.is(200);
    world.api.patch(&path, &json!({"suspended": false})).await.is(200);
    user.post(world, "/disconnect", &json!({})).await.is(200);
    let request = exchange(world, HOST, &token(&claims(world, HOST, 0))).header("Accept-Language", "ru");
    let disconnected = answer(request).await.is(200);
    assert_eq!(disconnected.json["tenant"]["status"], "disconnected");
    assert!(disconnected.text_at("/tenant/hint").contains("Канал"), "{}", disconnected.text);
}

async fn too_many_exchanges_of_one_token_wait(world: &mut World) {
    world.line("support").await;
    let same = token(&claims(world, HOST, 0));
    for _ in 0..120 {
        open(world, &same).await.is(200);
    }
    let refused = open(world, &same).await.is(429);
    assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
    open(world, &token(&claims(world, HOST, 0))).await.is(200);
    world.advance(Duration::from_secs(20));
    open(world, &same).await.is(200);
}

async fn sixty_requests_a_minute_a_user(world: &mut World) {
    let user = User::administrator(world).await;
    for _ in 0..60 {
        user.get(world, "/kinds").await.is(200);
    }
    let refused = user.get(world, "/kinds").await.is(429);
    assert_eq!((problem(&refused), refused.header("retry-after")), ("rate-limited", "1"));
    let other = User::of(world, HOST, 1).await;
    other.get(world, "/kinds").await.is(200);
    world.advance(Duration::from_secs(1));
    user.get(world, "/kinds").await.is(200);
}

/// While the client secret is being replaced.
struct Rotating(World);

impl Place for Rotating {
    async fn open(engine: Engine) -> Option<Self> {
        let change = |config: &mut base::config::Config| {
            config.integrations[0].previous_client_secret = Some("the secret before this one".into());
        };
        World::start(engine, Setup { change, ..Setup::default() }).await.map(Self)
    }

    async fn close(self) {
        self.0.close().await;
    }
}

async fn both_secrets_sign_while_one_replaces_the_other(world: &mut Rotating) {
    let world = &world.0;
    world.line("support").await;
    let header = json!({"typ": "JWT", "alg": "HS256"});
    for (secret, status) in [(CLIENT_SECRET, 200), ("the secret before this one", 200), ("the secret before that", 401)]
    {
        open(world, &signed(&header, &claims(world, HOST, 0), secret)).await.is(status);
    }
}

async fn amocrm_away_is_no_reason_to_show_nothing(world: &mut World) {
    world.line("support").await;
    world.sandbox.faults().next(Part::Rest, 10, Fault::Reset);
    let opened = open(world, &token(&claims(world, HOST, 0))).await.is(200);
    let user = User { host: HOST.to_owned(), session: opened.text_at("/token") };
    let list = user.get(world, "/sources").await.is(200);
    assert_eq!(list.json["items"][0]["external_id"], "support", "{}", list.text);
    let away = user.get(world, "/pipelines").await.is(503);
    assert!(!away.header("retry-after").is_empty());
}

both!(
    a_token_opens_a_session,
    one_token_is_one_session_however_often_it_comes,
    a_session_ends_and_comes_again_with_its_token,
    an_account_that_is_not_there_yet_is_waited_for,
    a_renamed_account_is_found_where_it_lives_now,
);
once!(
    without_the_claim_the_users_api_is_asked,
    every_state_of_an_account_is_explained_in_words,
    too_many_exchanges_of_one_token_wait,
    sixty_requests_a_minute_a_user,
    both_secrets_sign_while_one_replaces_the_other,
    amocrm_away_is_no_reason_to_show_nothing,
);
