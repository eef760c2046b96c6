//! Who gets a session and how far it reaches: tokens, forged ones, pages that may call (CORS), tickets to the
//! panel.

use std::time::Duration;

use base::store::directory;
use parom_tests::office::all_at_once;
use parom_tests::settings::{CLIENT_SECRET, HOST};
use parom_tests::{Reply, World, answer, both, once};
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use simulator::crm::Part;

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
    world.sandbox.switch(HOST, |switches| switches.page = Some(502));
    assert_eq!(open(world, &unclaimed(0)).await.is(200).json["user"]["is_admin"], true);
    world.advance(Duration::from_secs(601));
    let unknown = open(world, &unclaimed(0)).await.is(200);
    assert_eq!(unknown.json["user"]["is_admin"], false, "{}", unknown.text);
    assert!(unknown.text_at("/user/hint").contains("amoCRM"));
    world.sandbox.switch(HOST, |switches| switches.page = None);
    let known = open(world, &unclaimed(0)).await.is(200);
    assert_eq!((&known.json["user"]["is_admin"], &known.json["user"]["hint"]), (&json!(true), &json!(null)));
    // The same token may learn more than it knew.
    assert_eq!(open(world, &administrator).await.is(200).json["user"]["is_admin"], true);
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

async fn both_secrets_sign_while_one_replaces_the_other(world: &mut World) {
    world.setup_is(|config| {
        config.integrations[0].previous_client_secret = Some("the secret before this one".into());
    });
    world.restart().await;
    world.line("support").await;
    let header = json!({"typ": "JWT", "alg": "HS256"});
    for (secret, status) in [(CLIENT_SECRET, 200), ("the secret before this one", 200), ("the secret before that", 401)]
    {
        open(world, &signed(&header, &claims(world, HOST, 0), secret)).await.is(status);
    }
}

// What must not open a session. Each claim and header is attacked one by one in the client's own tests; here it is
// shown that the server asks them.

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

// How far a session reaches: its own account, and one page of the panel a ticket.

async fn a_ticket_leads_to_its_page_and_dies(world: &mut World) {
    let line = world.line("support").await;
    let user = User::of(world, HOST, 0).await;
    let message = world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let conversation = world.messages().await[0].conversation_id;
    let hash = |url: &str| {
        use sha2::Digest;
        hex::encode(sha2::Sha256::digest(url.split("ticket=").nth(1).unwrap().as_bytes()))
    };
    for page in [
        json!({"page": "overview"}),
        json!({"page": "sources"}),
        json!({"page": "source", "id": line.source_id}),
        json!({"page": "message", "id": message}),
        json!({"page": "conversation", "id": conversation}),
    ] {
        let url = user.post(world, "/ticket", &page).await.is(200).text_at("/panel_url");
        let now = world.clock.millis();
        let entry =
            directory::find(world.app().store.read(), directory::IdKind::Ticket, &hash(&url), now).await.unwrap();
        assert_eq!(entry.unwrap().tenant_id, line.tenant_id, "{page}");
    }
    let manager = User::of(world, HOST, 1).await;
    for (page, status) in [
        (json!({"page": "overview"}), 403),
        (json!({"page": "source", "id": line.source_id}), 403),
        (json!({"page": "message", "id": message}), 200),
        (json!({"page": "conversation", "id": conversation}), 200),
    ] {
        manager.post(world, "/ticket", &page).await.is(status);
    }
    for (body, status) in [
        (json!({"page": "message"}), 422),
        (json!({"page": "overview", "id": message}), 422),
        (json!({"page": "nowhere"}), 422),
        (json!({"page": "message", "id": conversation}), 404),
        (json!({}), 422),
    ] {
        user.post(world, "/ticket", &body).await.is(status);
    }
}

// Which pages may call (CORS), on answers of every kind, and the language of refusals.

const PAGE: &str = "https://acme.amocrm.ru";

fn preflight(world: &World, origin: &str, path: &str) -> reqwest::RequestBuilder {
    world
        .api
        .anonymous(Method::OPTIONS, path)
        .header("Origin", origin)
        .header("Access-Control-Request-Method", "PATCH")
        .header("Access-Control-Request-Headers", "authorization,content-type,x-auth-token")
}

#[track_caller]
fn readable(reply: &Reply, origin: &str) {
    assert_eq!(reply.header("access-control-allow-origin"), origin, "{}: {}", reply.status, reply.text);
    assert!(reply.header("vary").contains("Origin"), "{:?}", reply.headers);
    assert!(reply.header("access-control-expose-headers").contains("Retry-After"), "{:?}", reply.headers);
    assert_eq!(reply.header("access-control-allow-credentials"), "");
    assert_eq!(reply.header("cache-control"), "no-store");
}

async fn preflights_of_account_pages_are_answered(world: &mut World) {
    for path in ["/widget/v1/session", "/widget/v1/sources/x", "/widget/v1/nothing"] {
        let reply = answer(preflight(world, PAGE, path)).await.is(204);
        readable(&reply, PAGE);
        assert_eq!(reply.header("access-control-max-age"), "600");
        let (methods, headers) =
            (reply.header("access-control-allow-methods"), reply.header("access-control-allow-headers"));
        assert!(["GET", "POST", "PATCH", "DELETE"].iter().all(|method| methods.contains(method)), "{methods}");
        let wanted = ["X-Auth-Token", "Content-Type", "Authorization", "Idempotency-Key", "If-Match"];
        assert!(wanted.iter().all(|name| headers.contains(name)), "{headers}");
        assert!(reply.text.is_empty());
    }
    let local = world.sandbox.url().to_owned();
    readable(&answer(preflight(world, &local, "/widget/v1/session")).await.is(204), &local);
}

async fn other_pages_get_nothing(world: &mut World) {
    let user = User::administrator(world).await;
    for origin in [
        "https://evil.example",
        "https://acme.amocrm.ru.evil.example",
        "https://evilamocrm.ru",
        "https://amocrm.ru",
        "https://a.b.amocrm.ru",
        "https://acme.kommo.com",
        "http://acme.amocrm.ru",
        "https://acme.amocrm.ru:8443",
        "http://127.0.0.1:1",
        "null",
    ] {
        let refused = answer(preflight(world, origin, "/widget/v1/session")).await.is(403);
        assert_eq!(refused.header("access-control-allow-origin"), "", "{origin}");
        assert!(refused.header("vary").contains("Origin"));
        let request = world.api.anonymous(Method::GET, "/widget/v1/sources").bearer_auth(&user.session);
        let refused = answer(request.header("Origin", origin)).await.is(403);
        assert_eq!(
            (refused.header("access-control-allow-origin"), problem(&refused)),
            ("", "foreign-page"),
            "{origin}"
        );
    }
    let elsewhere = world.api.request(Method::GET, "/api/v1/tenants").header("Origin", PAGE);
    assert_eq!(answer(elsewhere).await.header("access-control-allow-origin"), "", "the widget's routes alone");
}

async fn errors_can_be_read_too(world: &mut World) {
    let user = User::administrator(world).await;
    let manager = User::of(world, HOST, 1).await;
    readable(&user.get(world, "/sources").await.is(200), PAGE);
    readable(&user.delete(world, "/sources/01900000-0000-7000-8000-000000000000").await.is(404), PAGE);
    readable(&user.delete(world, "/sources/no-uuid").await.is(404), PAGE);
    readable(&user.get(world, "/nothing").await.is(404), PAGE);
    let method = answer(user.request(world, Method::PUT, "/sources")).await.is(405);
    readable(&method, PAGE);
    assert_eq!(problem(&method), "method-not-allowed");
    readable(&manager.post(world, "/sources", &json!({"kind": "custom"})).await.is(403), PAGE);
    let send = |body: Vec<u8>, kind: &'static str| {
        let request = user.request(world, Method::POST, "/sources").header("Content-Type", kind);
        answer(request.body(body))
    };
    readable(&send(b"{".to_vec(), "application/json").await.is(400), PAGE);
    readable(&send(vec![b' '; 300 * 1024], "application/json").await.is(413), PAGE);
    readable(&send(b"{}".to_vec(), "text/plain").await.is(415), PAGE);
    readable(&send(b"{}".to_vec(), "application/json").await.is(422), PAGE);
    let nobody = User { session: "x".to_owned(), ..user.clone() };
    readable(&nobody.get(world, "/sources").await.is(401), PAGE);
    world.sandbox.switch(HOST, |switches| switches.page = Some(502));
    readable(&user.get(world, "/pipelines").await.is(503), PAGE);
    let bare = answer(world.api.anonymous(Method::GET, "/widget/v1/sources")).await.is(401);
    assert_eq!(bare.header("access-control-allow-origin"), "", "there is no origin to echo");
}

both!(one_token_is_one_session_however_often_it_comes);
once!(a_replay_opens_nothing_new_and_dies_with_its_token, an_account_that_is_not_there_yet_is_waited_for);
once!(both_secrets_sign_while_one_replaces_the_other);
once!(a_token_of_two_megabytes_is_not_even_read, forged_tokens_open_nothing);
once!(preflights_of_account_pages_are_answered, without_the_claim_the_users_api_is_asked, a_token_opens_a_session);
once!(a_ticket_leads_to_its_page_and_dies, a_token_counts_in_its_header_alone, a_page_shows_only_its_own_account);
once!(sixty_requests_a_minute_a_user, other_pages_get_nothing, errors_can_be_read_too);
