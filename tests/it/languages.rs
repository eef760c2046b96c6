//! Refusals, checks and errors in the reader's language: in the widget, the panel and the API.

use parom_tests::settings::HOST;
use parom_tests::{Reply, World, answer, once};
use reqwest::Method;
use reqwest::header::ACCEPT_LANGUAGE;
use serde_json::{Value, json};
use simulator::crm::{Fault, Part};

use crate::widget_api::User;

/// Sources of every kind with fields that are wrong in every way.
fn wrong_sources() -> Vec<Value> {
    let custom = |settings: Value| json!({"kind": "custom", "name": "Mine", "settings": settings});
    let webchat = |name: &str, settings: Value| json!({"kind": "webchat", "name": name, "settings": settings});
    vec![
        custom(json!({})),
        custom(json!({"webhook_url": 7})),
        custom(json!({"webhook_url": "nonsense"})),
        custom(json!({"webhook_url": "ftp://shop.example/x"})),
        custom(json!({"webhook_url": "http://8.8.8.8/x"})),
        custom(json!({"webhook_url": "https://10.0.0.1/x"})),
        custom(json!({"webhook_url": "https://user:canary@shop.example/x"})),
        custom(json!({"webhook_url": "https://shop.example:22/x"})),
        custom(json!({"webhook_url": "https://shop.example/x", "colour": "red"})),
        webchat("", json!({"title": 7})),
        webchat(&"x".repeat(256), json!({"ask": "phone"})),
        webchat("two\nlines", json!({"nickname": "x"})),
        json!({"kind": "pigeon", "name": " ", "settings": {}}),
        json!({"kind": "webchat", "name": "x", "settings": {}, "external_id": "имя"}),
        json!({"kind": "webchat", "name": "x", "settings": {}, "channel_id": uuid::Uuid::nil()}),
        json!({"kind": "webchat", "name": "x", "settings": {}, "pipeline_id": "999"}),
        json!({"kind": "webchat", "name": "x", "settings": {}, "nickname": "x"}),
        json!({"kind": "webchat", "settings": {}}),
    ]
}

fn is_russian(text: &str) -> bool {
    text.chars().any(|sign| ('а'..='я').contains(&sign))
}

/// Every word of a problem that people read.
fn words_of(reply: &Reply) -> Vec<String> {
    let errors = reply.json["errors"].as_array().cloned().unwrap_or_default();
    let details = errors.iter().map(|error| error["detail"].as_str().unwrap().to_owned());
    details.chain([reply.text_at("/title"), reply.text_at("/detail")]).collect()
}

/// The same refusal twice: equal but for the language.
#[track_caller]
fn says_the_same(english: &Reply, russian: &Reply) {
    assert!(english.status >= 400, "{}", english.text);
    assert_eq!((english.status, &english.json["type"]), (russian.status, &russian.json["type"]), "{}", russian.text);
    assert_eq!(english.wrong_fields(), russian.wrong_fields());
    for (reply, language) in [(english, "en"), (russian, "ru")] {
        assert_eq!(reply.header("content-language"), language);
        assert!(reply.header("vary").contains("Accept-Language"), "caches keep them apart: {:?}", reply.headers);
    }
    for text in words_of(russian) {
        assert!(is_russian(&text), "{text:?} of {}", russian.text);
    }
    let own = |text: &String| !text.contains("имя") && is_russian(text);
    assert!(!words_of(english).iter().any(own), "{}", english.text);
}

async fn wrong_fields_are_reported_in_the_readers_language(world: &mut World) {
    let user = User::administrator(world).await;
    let tenant_id = world.active(HOST).await;
    let path = format!("/api/v1/tenants/{tenant_id}/sources");
    let asks = async |language: &str, body: &Value| {
        answer(world.api.request(Method::POST, &path).header(ACCEPT_LANGUAGE, language).json(body)).await
    };
    for body in wrong_sources() {
        let (english, russian) = (asks("en", &body).await, asks("ru-RU,ru;q=0.9,en;q=0.5", &body).await);
        says_the_same(&english.is(422), &russian);
        let in_widget = async |language: &str| user.post(world, &format!("/sources?lang={language}"), &body).await;
        says_the_same(&in_widget("en").await.is(422), &in_widget("ru").await);
    }
    assert!(world.sandbox.sources(HOST).is_empty());
    // Errors of the doors: no JSON, no such thing, no such method, another page of a list.
    let raw = async |language: &str, method: Method, path: &str, body: &'static str| {
        let request = world.api.request(method, path).header(ACCEPT_LANGUAGE, language);
        answer(request.header("Content-Type", "application/json").body(body)).await
    };
    for (method, path, body) in [
        (Method::POST, path.as_str(), "{\"kind\":"),
        (Method::GET, "/api/v1/nothing", ""),
        (Method::GET, "/apitite", ""),
        (Method::PUT, "/api/v1/tenants", ""),
        (Method::GET, "/api/v1/tenants?limit=0", ""),
        (Method::GET, "/api/v1/tenants?cursor=nonsense", ""),
        (Method::GET, "/api/v1/tenants?colour=red", ""),
        (Method::GET, "/api/v1/ledger?from=yesterday", ""),
    ] {
        let (english, russian) =
            (raw("en", method.clone(), path, body).await, raw("ru", method.clone(), path, body).await);
        says_the_same(&english, &russian);
    }
    let nobody = async |language: &str| {
        answer(world.api.anonymous(Method::GET, "/api/v1/tenants").header(ACCEPT_LANGUAGE, language)).await
    };
    says_the_same(&nobody("en").await.is(401), &nobody("ru").await);
    // Answers stored for repeats keep the language of the first request.
    let kept = async |language: &str| {
        let request = world.api.request(Method::POST, &path).header("Idempotency-Key", "one");
        answer(request.header(ACCEPT_LANGUAGE, language).json(&wrong_sources()[0])).await
    };
    let first = kept("ru").await.is(422);
    assert!(is_russian(&first.text_at("/title")), "{}", first.text);
    assert_eq!(kept("ru").await.text, first.text);
}

async fn refusals_are_shown_in_the_readers_language(world: &mut World) {
    let user = User::administrator(world).await;
    let tenant_id = world.active(HOST).await;
    let path = format!("/api/v1/tenants/{tenant_id}/sources");
    let body = |id: &str| json!({"kind": "webchat", "name": "Chat", "external_id": id, "settings": {}});
    let both = async |id: &str, status: u16| {
        let asks = async |language: &str| {
            answer(world.api.request(Method::POST, &path).header(ACCEPT_LANGUAGE, language).json(&body(id))).await
        };
        says_the_same(&asks("en").await.is(status), &asks("ru").await);
        let in_widget = async |language: &str| user.post(world, &format!("/sources?lang={language}"), &body(id)).await;
        says_the_same(&in_widget("en").await.is(status), &in_widget("ru").await);
    };
    world.api.post(&path, &body("one")).await.is(201);
    both("one", 409).await;
    for code in [400, 403, 429, 500] {
        world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code, retry_after: None });
        both("two", if matches!(code, 400 | 403) { 409 } else { 503 }).await;
        world.sandbox.faults().clear();
    }
    world.api.patch(&format!("/api/v1/tenants/{tenant_id}"), &json!({"sources_limit": 1})).await.is(200);
    both("two", 409).await;
    world.api.patch(&format!("/api/v1/tenants/{tenant_id}"), &json!({"sources_limit": null})).await.is(200);
    user.post(world, "/disconnect", &json!({})).await;
    both("two", 409).await;
}

async fn the_result_of_a_test_is_shown_in_the_readers_language(world: &mut World) {
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let tenant_id = world.active(HOST).await;
    let user = User::of(world, HOST, 0).await;
    // Nothing listens there.
    let body = json!({"kind": "custom", "name": "Mine", "settings": {"webhook_url": "http://127.0.0.1:1/hook"}});
    let made = user.post(world, "/sources", &body).await.is(201);
    let id = made.text_at("/id");
    let line = world.line("support").await;
    let well = line.source_id.to_string();
    for (id, passes) in [(&id, false), (&well, true)] {
        let tested = async |language: &str| {
            let reply = user.post(world, &format!("/sources/{id}/test?lang={language}"), &json!({})).await.is(200);
            let steps = reply.json["steps"].as_array().unwrap().clone();
            assert_eq!(steps.iter().all(|step| step["ok"] == true), passes, "{}", reply.text);
            let details = steps.iter().map(|step| step["detail"].as_str().unwrap().to_owned());
            details.filter(|detail| !detail.is_empty()).collect::<Vec<_>>()
        };
        let (english, russian) = (tested("en").await, tested("ru").await);
        assert_eq!(english.len(), russian.len());
        assert!(!english.is_empty(), "a step without a text proves nothing here");
        assert!(
            !english.iter().any(|text| is_russian(text)) && russian.iter().all(|text| is_russian(text)),
            "{russian:?}"
        );
    }
    let request = world.api.request(Method::POST, &format!("/api/v1/sources/{id}/test"));
    let by_api = answer(request.header(ACCEPT_LANGUAGE, "ru").json(&json!({}))).await.is(200);
    assert!(by_api.text.contains("нет соединения с вашим сервером"), "{}", by_api.text);
    let olga = world.panel(tenant_id).await;
    olga.sends("/panel/language", &[("to", "ru")]).await.is(303);
    let page = olga.does(&format!("/panel/sources/{id}/test"), &[]).await;
    page.says(&["Проверка остановилась на шаге", "нет соединения с вашим сервером"]);
    page.never_says(&["no connection to your server"]);
}

/// What a page says beside its fields and above them.
fn page_errors(reply: &Reply) -> Vec<String> {
    let mut found = Vec::new();
    for (start, end) in [("class=\"error\"", "</p>"), ("role=\"alert\"", "</div>")] {
        let parts = reply.text.split(start).skip(1);
        found.extend(parts.map(|part| part.split(end).next().unwrap_or_default().to_owned()));
    }
    found
}

async fn the_panels_forms_refuse_in_russian(world: &mut World) {
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let tenant_id = world.active(HOST).await;
    let olga = world.panel(tenant_id).await;
    olga.sends("/panel/language", &[("to", "ru")]).await.is(303);
    #[track_caller]
    fn russian(reply: &Reply) {
        let told = page_errors(reply);
        assert!(!told.is_empty() && told.iter().all(|text| is_russian(text)), "{told:#?}\n{}", reply.text);
    }
    olga.does("/panel/sources/new", &[("kind", "custom")]).await;
    let path = "/panel/sources/new/custom/access";
    let private = ["", "nonsense", "ftp://shop.example/x", "https://10.0.0.1/x", "https://u:p@shop.example/x"];
    for address in private.into_iter().chain(["https://shop.example:22/x", "http://127.0.0.1:1/hook"]) {
        let reply = olga.sends(path, &[("set.webhook_url", address), ("do", "check")]).await.is(422);
        reply.never_says(&["must ", "not a public", "your server", "not allowed", "no connection"]);
        if !address.starts_with("http://127") {
            russian(&reply);
        }
    }
    olga.sends(path, &[("set.webhook_url", "http://127.0.0.1:1/hook"), ("do", "check")])
        .await
        .is(422)
        .says(&["нет соединения с вашим сервером"]);
    olga.does("/panel/sources/new", &[("kind", "webchat")]).await;
    olga.does("/panel/sources/new/webchat/access", &[("do", "next")]).await;
    let path = "/panel/sources/new/webchat/routing";
    for name in ["", "two\u{7}signs", &"x".repeat(256)] {
        russian(&olga.sends(path, &[("name", name), ("pipeline", "")]).await.is(422));
    }
    russian(&olga.sends(path, &[("name", "Chat"), ("pipeline", "999")]).await.is(422));
    for code in [400, 403, 429, 500] {
        world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code, retry_after: None });
        let reply = olga.sends(path, &[("name", "Chat"), ("pipeline", "")]).await;
        world.sandbox.faults().clear();
        assert!(matches!(reply.status, 409 | 503), "{code}: {}", reply.status);
        reply.never_says(&["amoCRM answered", "try again later", "does not answer"]);
        reply.says(&["amoCRM"]);
    }
    // A form that no page of ours has sent.
    let odd = olga.sends("/panel/sources/new/webchat/access", &[("nickname", "x")]).await.is(400);
    odd.says(&["в форме нет поля nickname"]);
}

once!(
    wrong_fields_are_reported_in_the_readers_language,
    refusals_are_shown_in_the_readers_language,
    the_result_of_a_test_is_shown_in_the_readers_language,
    the_panels_forms_refuse_in_russian
);
