//! Headers of every answer, and addresses for operators only.

use base::config::Config;
use parom_tests::{Engine, Place};
use parom_tests::{Setup, World, answer, once};
use reqwest::Method;
use serde_json::json;

use super::raw::Raw;

/// L8: nothing that the API says is kept on the way.
async fn l8_answers_of_the_api_are_not_cached(world: &mut World) {
    let line = world.line("support").await;
    for path in [line.path(""), line.path("/webhook-attempts"), "/api/v1/tenants".to_owned(), "/api/nothing".to_owned()]
    {
        let reply = world.api.get(&path).await;
        assert_eq!(reply.header("cache-control"), "no-store", "{path}");
    }
    let refused = answer(world.api.anonymous(Method::GET, &line.path(""))).await.is(401);
    assert_eq!(refused.header("cache-control"), "no-store");
    let wrong = world.api.post(&line.path("/messages"), &json!({})).await.is(422);
    assert_eq!(wrong.header("cache-control"), "no-store");
}

/// L3: behind a proxy that forwards everything, metrics and readiness cannot be read from outside.
async fn l3_metrics_and_readiness_are_closed_to_callers_behind_a_proxy(world: &mut World) {
    for path in ["/metrics", "/readyz"] {
        answer(world.api.anonymous(Method::GET, path)).await.is(200);
        for (name, value) in [("X-Forwarded-For", "192.0.2.1"), ("Forwarded", "for=192.0.2.1"), ("Via", "1.1 proxy")] {
            answer(world.api.anonymous(Method::GET, path).header(name, value)).await.is(404);
        }
    }
    let forwarded = world.api.anonymous(Method::GET, "/healthz").header("X-Forwarded-For", "192.0.2.1");
    answer(forwarded).await.is(200);
}

/// ASVS 14.3.1: who signs out leaves no pages behind.
async fn signing_out_clears_what_the_browser_keeps(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel").await.is(200);
    let out = owner.sends("/panel/sign-out", &[]).await.is(303);
    assert_eq!(out.header("clear-site-data"), "\"cache\"");
}

/// ASVS 13.4.4 and 4.2.1: no route repeats a request, and no request has two lengths.
async fn no_route_answers_trace_and_no_request_has_two_lengths(world: &mut World) {
    for path in [
        "/",
        "/panel",
        "/admin",
        "/api/v1/tenants",
        "/chat/static/chat.js",
        "/widget/v1/card",
        "/healthz",
        "/media/x/y",
    ] {
        for method in ["TRACE", "TRACK", "DEBUG"] {
            let request =
                format!("{method} {path} HTTP/1.1\r\nHost: parom\r\nCookie: canary=1\r\nConnection: close\r\n\r\n");
            let heard = Raw::open(world).await.says(request).await.hears_to_the_end().await;
            assert!(!heard.starts_with("HTTP/1.1 2"), "{method} {path}: {heard}");
            assert!(!heard.contains("canary"), "{method} {path}: {heard}");
        }
    }
    for lengths in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Content-Length: 4\r\nContent-Length: 5",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: xchunked",
    ] {
        let request = format!("POST /panel/sign-in HTTP/1.1\r\nHost: parom\r\n{lengths}\r\n\r\n0\r\n\r\n");
        let heard = Raw::open(world).await.says(request).await.hears_to_the_end().await;
        assert!(heard.starts_with("HTTP/1.1 400"), "{lengths}: {heard}");
    }
}

fn over_https(config: &mut Config) {
    config.server.public_url = "https://parom.example".parse().expect("an address");
}

/// L7: over https a choice is kept from plain http and from scripts. (A visitor's: `webchat::visitor::tests`.)
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l7_a_chosen_language_is_kept_from_plain_http() {
    let setup = Setup { change: over_https, ..Setup::default() };
    let world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    for page in ["/panel/sign-in?lang=ru", "/admin/sign-in?lang=ru"] {
        let shown = answer(world.api.anonymous(Method::GET, page)).await.is(200);
        let lines: Vec<&str> =
            shown.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok()).collect();
        let line = lines.iter().find(|line| line.contains("lang=")).expect("a language's cookie");
        assert!(line.starts_with("__Host-lang=ru; Path=/;"), "{line}");
        assert!(line.contains("; Secure") && line.contains("; HttpOnly"), "{line}");
    }
    world.close().await;
}

once!(
    l8_answers_of_the_api_are_not_cached,
    l3_metrics_and_readiness_are_closed_to_callers_behind_a_proxy,
    no_route_answers_trace_and_no_request_has_two_lengths,
    signing_out_clears_what_the_browser_keeps
);
