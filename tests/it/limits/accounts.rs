//! M10: what an account may have waiting and stored, and that the disk's last room belongs to those who have less.

use base::config::Config;
use entity::import;
use parom_tests::settings::HOST;
use parom_tests::{Line, Reply, World};
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::json;

use super::each;
use crate::import::{sends, texts};

const OTHER: &str = "other.amocrm.ru";

/// A message of so many kilobytes.
async fn writes(world: &World, line: &Line, id: &str, kilobytes: usize) -> Reply {
    let text: String = "x".repeat(1_000);
    let message = json!({"id": id, "conversation": {"id": "c"}, "sender": {"role": "client", "id": "u", "name": "U"},
        "content": {"type": "text", "text": text.repeat(kilobytes)}});
    world.api.post(&line.path("/messages"), &message).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m10_imports_that_wait_are_counted_and_weighed() {
    let change = |config: &mut Config| {
        config.limits.imports_waiting = 2;
        config.limits.imports_waiting_mb = 1;
    };
    each(change, async |world| {
        let line = world.line("support").await;
        let other = world.line_at(OTHER, "support").await;
        let first = sends(world, &line, "", texts("anna", 2)).await.is(202).text_at("/id");
        sends(world, &line, "?dry_run=true", texts("bert", 2)).await.is(202);
        let many = sends(world, &line, "", texts("carl", 2)).await.is(429);
        assert_eq!(many.json["type"], "/problems/too_many_imports");
        assert_eq!(many.header("retry-after"), "60");
        sends(world, &other, "", texts("dora", 2)).await.is(202);
        world.api.post(&format!("/api/v1/imports/{first}/cancel"), &json!({})).await.is(202);
        let large = sends(world, &line, "", texts("emil", 8_000)).await.is(429);
        assert_eq!(large.json["type"], "/problems/too_many_imports", "{}", large.text);
        let all = import::Entity::find().all(world.app().store.read()).await.unwrap();
        assert_eq!(all.len(), 3, "nothing stays of what was refused");
        sends(world, &line, "", texts("fred", 2)).await.is(202);
        let page = world.panel(line.tenant_id).await.opens("/panel/account").await.is(200);
        page.says(&["2 of 2", "used up"]);
        world.leave_letters();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m10_an_account_stores_as_much_as_it_may_and_no_more() {
    each(
        |config: &mut Config| config.limits.stored_mb_per_account = 1,
        async |world| {
            let line = world.line("support").await;
            let other = world.line_at(OTHER, "support").await;
            for number in 0..6 {
                writes(world, &line, &number.to_string(), 200).await.is(202);
            }
            parom::usage::write_down(&world.app().usage).await.unwrap();
            let full = writes(world, &line, "7", 1).await.is(507);
            assert_eq!(full.json["type"], "/problems/account_full", "{}", full.text);
            sends(world, &line, "", texts("anna", 2)).await.is(507);
            let file = world.api.request(Method::POST, &line.path("/media")).body(crate::media::png(100));
            parom_tests::answer(file).await.is(507);
            // Existing conversations can still be answered, and others are not affected.
            world.api.get(&line.path("")).await.is(200);
            writes(world, &other, "1", 1).await.is(202);
            world
                .panel(line.tenant_id)
                .await
                .opens("/panel/account")
                .await
                .is(200)
                .says(&["1.1 MB of 1 MB", "used up"]);
            world.leave_letters();
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m10_the_disks_last_room_belongs_to_those_who_have_less() {
    each(
        |_| {},
        async |world| {
            let line = world.line_at(HOST, "support").await;
            let other = world.line_at(OTHER, "support").await;
            for number in 0..3 {
                writes(world, &line, &number.to_string(), 200).await.is(202);
            }
            writes(world, &other, "1", 1).await.is(202);
            parom::usage::write_down(&world.app().usage).await.unwrap();
            writes(world, &line, "4", 1).await.is(202);
            world.app().usage.load.disk_has(12);
            let refused = writes(world, &line, "5", 1).await.is(507);
            assert!(refused.text.contains("stores more than others"), "{}", refused.text);
            writes(world, &other, "2", 1).await.is(202);
            world.app().usage.load.disk_has(16);
            writes(world, &line, "5", 1).await.is(202);
            world.leave_letters();
        },
    )
    .await;
}
