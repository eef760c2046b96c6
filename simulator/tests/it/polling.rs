//! getUpdates.

use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn updates_stay_until_they_are_confirmed() {
    let world = World::started().await;
    world.maria().writes("one").unwrap();
    world.maria().writes("two").unwrap();
    let all = world.updates().await;
    assert_eq!(all.len(), 3, "with /start");
    let id = all[1]["update_id"].as_i64().unwrap();
    assert_eq!(all[2]["update_id"], json!(id + 1), "ids rise by one");
    let rest = world.ok("getUpdates", json!({"offset": id + 1})).await;
    assert_eq!(rest[0]["message"]["text"], "two");
    assert_eq!(world.updates().await.len(), 1, "what was confirmed is gone");
    world.maria().writes("three").unwrap();
    let last = world.ok("getUpdates", json!({"offset": -1, "limit": 5})).await;
    assert_eq!((last[0]["message"]["text"].as_str(), last.as_array().unwrap().len()), (Some("three"), 1));
}

#[tokio::test]
async fn a_long_poll_ends_with_an_update_or_another_poll() {
    let world = World::started().await;
    let first = world.updates().await[0]["update_id"].as_i64().unwrap();
    let poll = |world: &World| {
        let call = world.http.post(world.url("getUpdates")).json(&json!({"offset": first + 1, "timeout": 50}));
        tokio::spawn(async move { call.send().await.unwrap().json::<Value>().await.unwrap() })
    };
    let waiting = poll(&world);
    world
        .telegram
        .wait_for(
            |one| (one.updates(world.bot.id)[0].state != simulator::telegram::UpdateState::Waiting).then_some(()),
            crate::sender::LIMIT,
        )
        .await
        .unwrap();
    world.maria().writes("Hi").unwrap();
    assert_eq!(waiting.await.unwrap()["result"][0]["message"]["text"], "Hi");
    let older = world.ok("getUpdates", json!({"offset": first + 2})).await;
    assert_eq!(older, json!([]));
    let waiting = poll(&world);
    // Either of the two may come first: the newer one ends the older.
    let ended = async {
        while !waiting.is_finished() {
            world.call("getUpdates", json!({"offset": first + 2})).await;
        }
        waiting.await.unwrap()
    };
    let ended = ended.await;
    assert_eq!(ended["error_code"], 409);
    assert!(ended["description"].as_str().unwrap().starts_with("Conflict: terminated by other getUpdates request"));
}

#[tokio::test]
async fn a_webhook_ends_polling() {
    let world = World::started().await;
    world.ok("setWebhook", json!({"url": "http://127.0.0.1:9/hook"})).await;
    let (code, words) = world.refused("getUpdates", json!({})).await;
    assert_eq!(code, 409);
    assert!(words.starts_with("Conflict: can't use getUpdates method while webhook is active"), "{words}");
    world.ok("deleteWebhook", json!({})).await;
    assert_eq!(world.updates().await.len(), 1, "what waited still waits");
}
