//! M10: each API key has a pace and a day's bytes.

use std::time::Duration;

use base::config::Config;
use parom_tests::{Api, World, answer};
use reqwest::Method;
use serde_json::json;

use super::{each, rows};

const KEY: &str = "prm_key-that-is-too-fast-0123456789abcdefghijk";

async fn with_key(world: &World) -> (Api, parom_tests::Line) {
    let line = world.line("support").await;
    world.add_key(line.tenant_id, KEY, "write").await;
    (world.api.with_key(KEY), line)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m10_a_key_that_is_too_fast_gets_the_time_to_wait() {
    let change = |config: &mut Config| {
        config.limits.requests_per_key = 4;
        config.limits.requests_burst_per_key = 30;
    };
    each(change, async |world| {
        let (api, line) = with_key(world).await;
        let mut answers = Vec::new();
        for _ in 0..32 {
            answers.push(api.get(&line.path("")).await.status);
        }
        assert_eq!((&answers[..30], &answers[30..]), ([200; 30].as_slice(), [429; 2].as_slice()));
        let refused = api.get(&line.path("")).await.is(429);
        assert_eq!(refused.header("retry-after"), "1");
        assert_eq!(refused.header("content-type"), "application/problem+json");
        assert_eq!(refused.json["type"], "/problems/too_many_requests");
        world.api.get(&line.path("")).await.is(200);
        world.advance(Duration::from_millis(250));
        api.get(&line.path("")).await.is(200);
        let before = rows(world).await;
        let message = json!({"id": "1", "conversation": {"id": "c"}, "sender": {"role": "client", "id": "u", "name": "U"},
            "content": {"type": "text", "text": "Hi"}});
        api.post(&line.path("/messages"), &message).await.is(429);
        assert_eq!(rows(world).await, before, "nothing is stored of it");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m10_a_key_has_a_days_bytes() {
    each(
        |config: &mut Config| config.limits.key_mb_per_day = 1,
        async |world| {
            let (api, line) = with_key(world).await;
            let path = line.path("/media");
            let file = |bytes: usize| crate::media::png(bytes);
            let announced = async |bytes: usize| answer(api.request(Method::POST, &path).body(file(bytes))).await;
            let chunked = async |bytes: usize| {
                let chunks: Vec<Result<Vec<u8>, std::io::Error>> =
                    file(bytes).chunks(64 * 1024).map(|chunk| Ok(chunk.to_vec())).collect();
                let body = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
                answer(api.request(Method::POST, &path).body(body)).await
            };
            announced(600 * 1024).await.is(200);
            let before = rows(world).await;
            for refused in [announced(600 * 1024).await, chunked(600 * 1024).await] {
                let refused = refused.is(429);
                assert_eq!(refused.json["type"], "/problems/too_many_bytes", "{}", refused.text);
                assert_eq!(refused.header("retry-after"), "54000");
            }
            assert_eq!(rows(world).await, before, "nothing stays of them");
            api.get(&line.path("")).await.is(200);
            world.api.post(&line.path("/typing"), &json!({"conversation": {"id": "c"}, "sender": {"id": "u"}})).await;
            world.advance(Duration::from_secs(54_000));
            chunked(600 * 1024).await.is(200);
        },
    )
    .await;
}
