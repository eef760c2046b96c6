//! Which pages may call (CORS), on answers of every kind, and the language of refusals.

use parom_tests::settings::HOST;
use parom_tests::{Reply, World, answer, once};
use reqwest::Method;
use serde_json::json;

use super::{User, problem};

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
    world.sandbox.set_gateway_page(HOST, Some(502));
    readable(&user.get(world, "/pipelines").await.is(503), PAGE);
    let bare = answer(world.api.anonymous(Method::GET, "/widget/v1/sources")).await.is(401);
    assert_eq!(bare.header("access-control-allow-origin"), "", "there is no origin to echo");
}

async fn refusals_on_every_page_are_in_the_readers_language(world: &mut World) {
    let manager = {
        User::administrator(world).await;
        User::of(world, HOST, 1).await
    };
    let body = json!({"kind": "custom", "name": "x"});
    let english = manager.post(world, "/sources", &body).await.is(403);
    assert_eq!(
        english.text_at("/detail").replace('\u{a0}', " "),
        "Only an administrator of the amoCRM account can do this."
    );
    let russian = manager.post(world, "/sources?lang=ru", &body).await.is(403);
    assert_eq!(
        russian.text_at("/detail").replace('\u{a0}', " "),
        "Это может сделать только администратор аккаунта amoCRM."
    );
    assert_eq!((problem(&russian), russian.header("content-type")), ("not-admin", "application/problem+json"));
    let gone =
        answer(manager.request(world, Method::GET, "/nothing").header("Accept-Language", "ru-RU,ru;q=0.9")).await;
    assert!(gone.is(404).text_at("/detail").contains("больше нет"));
}

once!(
    preflights_of_account_pages_are_answered,
    other_pages_get_nothing,
    errors_can_be_read_too,
    refusals_on_every_page_are_in_the_readers_language,
);
