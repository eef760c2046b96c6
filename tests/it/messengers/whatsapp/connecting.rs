//! A number connected by hand: what amoCRM offers at it, and what proves the address.

use parom_tests::settings::HOST;
use parom_tests::{answer, once};
use reqwest::Method;
use serde_json::{Value, json};
use simulator::whatsapp::NewApp;

use super::{WhatsAppWorld, connected, number, number_of};

/// The number is a service of its source at amoCRM, unless the request names others.
async fn amocrm_offers_the_number(world: &mut WhatsAppWorld) {
    let (line, number) = connected(world).await;
    let second = number_of(&world.messenger, &number.app, "220011223344557", "77010009911");
    let body = json!({"kind": "whatsapp", "name": "Acme", "external_id": "wa-2", "settings": second.settings(),
        "services": []});
    world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &body).await.is(201);
    let page = json!({"id": number.phone, "name": "Acme", "link": "+77010009900"});
    let params = json!({"waba": true, "is_supports_list_message": true});
    let offered = json!([{"type": "whatsapp", "params": params, "pages": [page]}]);
    let mirrored = world.sandbox.sources(HOST);
    for (external_id, services) in [("wa-1", offered), ("wa-2", json!([]))] {
        let there = mirrored.iter().find(|one| one["external_id"] == external_id).expect("amoCRM has the source");
        assert_eq!(there["services"], services);
    }
}

/// A source is of one number: settings that name another are refused, whether or not the token opens it too.
async fn another_number_is_another_source(world: &mut WhatsAppWorld) {
    let (line, number) = connected(world).await;
    let other = number_of(&world.messenger, &number.app, "220011223344557", "77010009911");
    let both = world.messenger.add_token(&number.app.id, &[&number.waba, &other.waba]);
    for token in [&both, &other.token] {
        let mut settings = other.settings();
        settings["access_token"] = json!(token);
        world.api.patch(&line.path(""), &json!({"settings": settings})).await.is(422);
    }
    let same = number.settings_with(&json!({"access_token": both}));
    world.api.patch(&line.path(""), &json!({"settings": same})).await.is(200);
    let quietly = json!({"phone_number_id": other.phone, "waba_id": other.waba});
    world.api.patch(&line.path(""), &json!({"settings": quietly})).await.is(422);
}

/// An own verify token is what people entered at Meta.
async fn a_token_of_ones_own_answers_the_handshake(world: &mut WhatsAppWorld) {
    let number = number(&world.messenger);
    let settings = number.settings_with(&json!({"verify_token": "entered-at-meta"}));
    let line = world.line_of("whatsapp", "Acme", "wa-1", settings).await;
    let asked = |token: &str| {
        let path = format!("/hooks/whatsapp/{}", line.source_id);
        format!("{path}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}")
    };
    let given = answer(world.api.anonymous(Method::GET, &asked("entered-at-meta"))).await.is(200);
    assert_eq!(given.text, "1158201444");
    answer(world.api.anonymous(Method::GET, &asked("entered"))).await.is(403);
    assert!(!world.messenger.addresses(&number.waba).is_empty());
}

/// Another app beside the one that a service uses gets copies; an app that delivers elsewhere is left alone.
async fn a_shadow_needs_an_app_of_its_own(world: &mut WhatsAppWorld) {
    let line = world.line("support").await;
    let number = number(&world.messenger);
    let theirs = world.messenger.add_app(NewApp { id: "990011223344556".to_owned(), ..NewApp::default() });
    world.messenger.subscribe(&theirs.id, &number.waba);
    let asks = async |external_id: &str, settings: Value| {
        let body = json!({"kind": "whatsapp", "name": external_id, "external_id": external_id, "shadow": true, "settings": settings});
        world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &body).await
    };
    asks("wa-1", number.settings()).await.is(201);
    assert_eq!(world.messenger.subscribed(&number.waba).len(), 2);
    let taken = number_of(&world.messenger, &number.app, "220011223344557", "77010009911");
    world.messenger.subscribe(&number.app.id, &taken.waba);
    world.messenger.hijack(&taken.phone, "https://other.example/hook");
    let refused = asks("wa-2", taken.settings()).await.is(409);
    assert!(refused.text.contains("other.example"), "{}", refused.text);
    assert_eq!(world.messenger.addresses(&taken.waba).iter().filter(|url| url.contains("/hooks/")).count(), 0);
    assert_eq!(world.sandbox.sources(HOST).len(), 1);
}

once!(a_shadow_needs_an_app_of_its_own);
once!(amocrm_offers_the_number, another_number_is_another_source, a_token_of_ones_own_answers_the_handshake);
