//! Methods, parameters and secrets of the public API.

use parom_tests::{World, answer, once};
use reqwest::Method;
use serde_json::json;

async fn the_head_is_answered_like_the_whole(world: &mut World) {
    let line = world.line("support").await;
    for (path, status) in [(line.path(""), 200), (line.path("/ledger"), 200), ("/api/v1/tenants/x".to_owned(), 404)] {
        let whole = world.api.get(&path).await.is(status);
        let head = answer(world.api.request(Method::HEAD, &path)).await.is(status);
        assert_eq!((head.text.as_str(), head.header("content-type")), ("", whole.header("content-type")), "{path}");
    }
    answer(world.api.anonymous(Method::HEAD, &line.path(""))).await.is(401);
    let chat = world.line_of("webchat", "Site", "site", json!({})).await;
    for path in [format!("/chat/{}", chat.source_id), format!("/chat/{}/embed.js", chat.source_id)] {
        assert_eq!(answer(world.api.anonymous(Method::HEAD, &path)).await.is(200).text, "", "{path}");
    }
    let refused = answer(world.api.request(Method::PUT, &line.path(""))).await.is(405);
    assert_eq!(refused.header("allow"), "DELETE, GET, HEAD, PATCH");
}

async fn unknown_parameters_are_refused_everywhere(world: &mut World) {
    let line = world.line("support").await;
    let tenant = format!("/api/v1/tenants/{}", line.tenant_id);
    let pages = [line.path(""), tenant.clone(), format!("{tenant}/pipelines"), format!("{tenant}/stray-sources")];
    for path in pages {
        world.api.get(&path).await.is(200);
        assert_eq!(world.api.get(&format!("{path}?since=1")).await.is(422).wrong_fields(), ["/since"], "{path}");
    }
}

async fn a_new_secret_signs_beside_the_old_one(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.writes("Hello").await;
    world.deliver_all().await;
    let rotated = world.api.post(&line.path("/rotate-secret"), &json!({})).await.is(200);
    let new = rotated.text_at("/webhook_secret");
    assert!(new.starts_with("whsec_") && new != line.webhook_secret);
    // The messenger knows the old one alone, and takes it.
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    world.messenger.knows(&line.source_id.to_string(), &new);
    world.manager(&line).answers("anna", "And a good day").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Good morning", "And a good day"]);
    world.api.with_key("prm_nobody").post(&line.path("/rotate-secret"), &json!({})).await.is(401);
}

once!(
    the_head_is_answered_like_the_whole,
    unknown_parameters_are_refused_everywhere,
    a_new_secret_signs_beside_the_old_one,
);
