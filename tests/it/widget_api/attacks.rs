//! What must not open a session. Each claim and header is attacked one by one in the client's own tests; here it is
//! shown that the server asks them.

use std::time::Duration;

use parom_tests::settings::{CLIENT_SECRET, HOST};
use parom_tests::{Reply, World, answer, once};
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::{claims, exchange, problem, signed, token};

/// Refused, without a reason.
async fn refused(world: &World, what: &str, token: &str) {
    let reply: Reply = answer(exchange(world, HOST, token)).await;
    assert_eq!((reply.status, problem(&reply)), (401, "bad-token"), "{what}: {}", reply.text);
    let usual = "amoCRM did not confirm who you are. Reload the page.";
    assert_eq!(reply.text_at("/detail").replace('\u{a0}', " "), usual, "{what}");
}

fn with(world: &World, changes: Value) -> String {
    let mut claims = claims(world, HOST, 0);
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    token(&claims)
}

async fn forged_tokens_open_nothing(world: &mut World) {
    world.line("support").await;
    let good = claims(world, HOST, 0);
    let now = world.clock.now().timestamp();
    for algorithm in ["none", "None", "NONE", "RS256", "HS512", "HS384", "ES256"] {
        let header = json!({"typ": "JWT", "alg": algorithm});
        let token = signed(&header, &good, CLIENT_SECRET);
        refused(world, algorithm, &token).await;
        refused(world, algorithm, &format!("{}.", token.rsplit_once('.').unwrap().0)).await;
    }
    let right = token(&good);
    let (head, _) = right.rsplit_once('.').unwrap();
    refused(world, "empty signature", &format!("{head}.")).await;
    refused(world, "no signature", head).await;
    refused(world, "four parts", &format!("{right}.x")).await;
    refused(world, "not a token", "x").await;
    let header = json!({"typ": "JWT", "alg": "HS256"});
    refused(world, "another key", &signed(&header, &good, "another integration's secret")).await;
    refused(world, "no key", &signed(&header, &good, "")).await;
    for (what, changes) in [
        ("another integration", json!({"client_uuid": "99999999-93a5-4c0e-8a4f-0c1f4be3a111"})),
        ("another audience", json!({"aud": "https://evil.example"})),
        ("two audiences", json!({"aud": ["http://127.0.0.1", "https://evil.example"]})),
        ("host suffix", json!({"iss": "https://acme.amocrm.ru.evil.tld"})),
        ("http issuer", json!({"iss": "http://acme.amocrm.ru"})),
        ("other platform", json!({"iss": "https://acme.kommo.com"})),
        ("expired", json!({"iat": now - 1900, "nbf": now - 1900, "exp": now - 100})),
        ("future", json!({"nbf": now + 100})),
        ("too long a life", json!({"exp": now + 86_400})),
        ("no exp", json!({"exp": null})),
        ("no jti", json!({"jti": null})),
        ("no user", json!({"user_id": null})),
        ("no account", json!({"account_id": null})),
    ] {
        refused(world, what, &with(world, changes)).await;
    }
    refused(world, "8 KiB and more", &with(world, json!({"subdomain": "x".repeat(8_200)}))).await;
    let sessions = entity::session::Entity::find().all(world.app().store.read()).await.unwrap();
    assert!(sessions.is_empty());
    answer(exchange(world, HOST, &right)).await.is(200);
}

async fn a_token_of_two_megabytes_is_not_even_read(world: &mut World) {
    world.line("support").await;
    // Above what the server takes as headers: refused before any handler, and the server lives on.
    let huge = with(world, json!({"subdomain": "x".repeat(2_000_000)}));
    if let Ok(reply) = parom_tests::try_answer(exchange(world, HOST, &huge)).await {
        assert!((400..500).contains(&reply.status), "{}", reply.status);
    }
    answer(exchange(world, HOST, &token(&claims(world, HOST, 0)))).await.is(200);
}

async fn a_token_counts_in_its_header_alone(world: &mut World) {
    world.line("support").await;
    let token = token(&claims(world, HOST, 0));
    let bare = |path: &str| world.api.anonymous(Method::POST, path).header("Origin", format!("https://{HOST}"));
    answer(bare("/widget/v1/session").json(&json!({}))).await.is(401);
    answer(bare(&format!("/widget/v1/session?X-Auth-Token={token}&token={token}")).json(&json!({}))).await.is(401);
    answer(bare("/widget/v1/session").json(&json!({"token": token}))).await.is(401);
    answer(bare("/widget/v1/session").bearer_auth(&token)).await.is(401);
    answer(world.api.anonymous(Method::GET, "/widget/v1/sources").header("X-Auth-Token", &token)).await.is(401);
    answer(world.api.anonymous(Method::GET, "/widget/v1/sources").bearer_auth(&token)).await.is(401);
    // Keys of the API and sessions of the widget are different things.
    answer(world.api.request(Method::GET, "/widget/v1/sources")).await.is(401);
    let opened = answer(exchange(world, HOST, &token)).await.is(200);
    answer(world.api.anonymous(Method::GET, "/api/v1/tenants").bearer_auth(opened.text_at("/token"))).await.is(401);
}

async fn a_replay_opens_nothing_new_and_dies_with_its_token(world: &mut World) {
    world.line("support").await;
    let token = token(&claims(world, HOST, 0));
    let first = answer(exchange(world, HOST, &token)).await.is(200);
    world.advance(Duration::from_secs(1700));
    let again = answer(exchange(world, HOST, &token)).await.is(200);
    assert_eq!(again.json["token"], first.json["token"]);
    world.advance(Duration::from_secs(131));
    refused(world, "run out", &token).await;
}

async fn a_page_shows_only_its_own_account(world: &mut World) {
    world.line("support").await;
    let token = token(&claims(world, HOST, 0));
    let reply = answer(exchange(world, "other.amocrm.ru", &token)).await.is(403);
    assert_eq!(problem(&reply), "foreign-page");
    // No page at all: a program.
    let request = world.api.anonymous(Method::POST, "/widget/v1/session").header("X-Auth-Token", &token);
    answer(request).await.is(200);
    // The sandbox is one page for all accounts.
    let request = world.api.anonymous(Method::POST, "/widget/v1/session").header("X-Auth-Token", &token);
    answer(request.header("Origin", world.sandbox.url())).await.is(200);
}

once!(
    forged_tokens_open_nothing,
    a_token_of_two_megabytes_is_not_even_read,
    a_token_counts_in_its_header_alone,
    a_replay_opens_nothing_new_and_dies_with_its_token,
    a_page_shows_only_its_own_account,
);
