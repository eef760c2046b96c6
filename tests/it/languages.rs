//! The reader's language: refusals, and the agreement in both languages.

use parom_tests::settings::HOST;
use parom_tests::{Reply, World, answer, once};
use reqwest::Method;
use reqwest::header::ACCEPT_LANGUAGE;
use serde_json::{Value, json};

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

// The pages with the data processing agreement: only with what belongs in it, for both laws, in both languages.

const GDPR: &str = "/legal/gdpr";

const FZ152: &str = "/legal/152-fz";

async fn it_names_the_vendor_the_region_and_the_days(world: &mut World) {
    world.setup_is(|config| {
        config.vendor.legal_entity = "Ferries <Ltd>".to_owned();
        config.vendor.legal_address = "1 Harbour Road, Riga".to_owned();
        config.vendor.hosting_region = "Frankfurt, Germany".to_owned();
        config.vendor.support_email = "help@ferries.example".to_owned();
        config.retention.texts_days = 21;
    });
    world.restart().await;
    let line = world.line("support").await;
    let visitor = world.visitor();
    let english = visitor.opens(&format!("{GDPR}?lang=en")).await.is(200);
    let filled = ["1 Harbour Road, Riga", "Frankfurt, Germany", "help@ferries.example", "21 days", "Article 28"];
    english.says(&filled);
    english.says(&["Ferries &#60;Ltd&#62;"]);
    assert_eq!(english.header("cache-control"), "public, max-age=300");
    let russian = visitor.opens(&format!("{FZ152}?lang=ru")).await.is(200);
    russian.says(&["152-ФЗ", "1 Harbour Road, Riga"]);
    for page in [&english, &russian] {
        page.never_says(&["{ $", "legal-"]);
    }
    visitor.opens("/legal/other").await.is(404);
    let owner = world.panel(line.tenant_id).await;
    assert!(owner.opens("/panel?lang=en").await.is(200).text.contains("href=\"/legal/gdpr\""));
}

once!(wrong_fields_are_reported_in_the_readers_language);
once!(it_names_the_vendor_the_region_and_the_days);
