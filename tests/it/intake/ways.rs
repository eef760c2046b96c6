//! The ways in to one source.

use parom_tests::{answer, once};
use reqwest::Method;
use serde_json::json;

use super::PigeonWorld;
use super::pigeon::LIMIT;

async fn an_address_is_validated_by_its_challenge(world: &mut PigeonWorld) {
    let line = world.pigeons("one").await;
    let path = format!("/hooks/pigeon/{}", line.source_id);
    let asks = async |path: &str, query: &str| {
        let (status, said) = world.calls(Method::GET, &format!("{path}?{query}"), "", "").await;
        (status.as_u16(), said)
    };
    let genuine = "hub.token=of%20the%20line&hub.challenge=%3Cb%3E17";
    assert_eq!(asks(&path, genuine).await, (200, "<b>17".to_owned()));
    assert_eq!(asks(&path, "hub.token=wrong&hub.challenge=17").await, (403, String::new()));
    assert_eq!(asks(&path, "").await.0, 403);
    assert_eq!(asks("/hooks/pigeon/0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001", genuine).await.0, 404);
    assert_eq!(asks(&path.replace("pigeon", "custom"), genuine).await.0, 404);

    let url = format!("{}{path}?{genuine}", world.app().public_url());
    let told = parom_tests::client().get(url).send().await.unwrap();
    assert_eq!(told.headers()["content-type"], "text/plain; charset=utf-8", "a browser runs none of it");
    assert_eq!(told.headers()["x-content-type-options"], "nosniff");
    let counted = answer(world.api.anonymous(Method::GET, "/metrics")).await.is(200);
    counted.says(&["parom_hooks_total{door=\"pigeon\",status=\"403\"} 2"]);
}

async fn a_call_may_be_as_large_as_its_messenger_says(world: &mut PigeonWorld) {
    let line = world.pigeons("one").await;
    let path = format!("/hooks/pigeon/{}", line.source_id);
    let call = json!([{ "wrote": { "id": "1", "chat": "anna", "text": "Hello" } }]).to_string();
    let padded = |bytes: usize| format!("{call}{}", " ".repeat(bytes - call.len()));
    let (status, said) = world.calls(Method::POST, &path, "of the line", padded(LIMIT)).await;
    assert_eq!((status.as_u16(), said.as_str()), (200, "coo"), "and the answer is the messenger's");
    assert_eq!(world.messages().await.len(), 1);
    let (status, _) = world.calls(Method::POST, &path, "of the line", padded(LIMIT + 1)).await;
    assert_eq!(status, 413);
    world.deliver_all().await;
}

async fn an_unreadable_call_is_kept_and_answered_like_any_other(world: &mut PigeonWorld) {
    let line = world.pigeons("one").await;
    let path = format!("/hooks/pigeon/{}", line.source_id);
    let (status, said) = world.calls(Method::POST, &path, "of the line", "nonsense").await;
    assert_eq!((status.as_u16(), said.as_str()), (200, "coo"), "VK asks again until it gets its answer");
    assert_eq!(world.quarantined().await, ["unreadable"]);
}

async fn a_secret_may_be_the_end_of_the_address(world: &mut PigeonWorld) {
    let line = world.line_of("dove", "Dove", "dove", json!({ "line": "dove" })).await;
    let source = world.app().lookup.source(line.source_id).await.unwrap().expect("the source");
    let settings = parom::settings::open(world.app(), &source).unwrap();
    let secret = secrecy::ExposeSecret::expose_secret(&settings.secrets[connectors::HOOK_SECRET]).to_owned();
    let path = format!("/hooks/dove/{}", line.source_id);
    let call = json!([{ "wrote": { "id": "1", "chat": "anna", "text": "Hello" } }]).to_string();
    let posts = async |path: &str| world.calls(Method::POST, path, "of the line", call.clone()).await.0.as_u16();
    assert_eq!(posts(&path).await, 401);
    assert_eq!(posts(&format!("{path}/wrong")).await, 401);
    assert_eq!(posts(&format!("/hooks/pigeon/{}/{secret}", line.source_id)).await, 404, "no such address there");
    assert_eq!(posts(&format!("{path}/{secret}")).await, 200);
    world.deliver_all().await;
    assert_eq!(world.messages().await.len(), 1);
}

once!(
    an_address_is_validated_by_its_challenge,
    a_call_may_be_as_large_as_its_messenger_says,
    an_unreadable_call_is_kept_and_answered_like_any_other,
    a_secret_may_be_the_end_of_the_address,
);
