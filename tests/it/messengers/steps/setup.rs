//! A source is made, watched and deleted.

use parom_tests::Beside;
use parom_tests::settings::HOST;
use serde_json::{Value, json};

use super::trouble::watched;
use crate::messengers::at_crm;
use crate::messengers::played::{Played, arrives, chatting};

/// The test of a source: its steps by name, and whether each is well.
async fn tested<P: Played>(world: &Beside<P::Double>, path: &str) -> Vec<(String, bool)> {
    let told = world.api.post(path, &Value::Null).await.is(200);
    let steps = told.json["steps"].as_array().unwrap();
    steps.iter().map(|step| (step["name"].as_str().unwrap().to_owned(), step["ok"] == true)).collect()
}

pub async fn a_source_is_checked_live<P: Played>(world: &mut Beside<P::Double>) {
    let ids = P::sets_up(&world.messenger);
    let settings = P::settings(&world.messenger, &ids);
    let (name, wrong) = P::credential();
    let mut bad = settings.clone();
    bad[name] = json!(wrong);
    let refused = world.asks_for_source(P::KIND, "Acme", "one", bad).await.is(422);
    let said = &refused.json["errors"][0];
    assert!(said["pointer"].as_str().unwrap().starts_with("/settings"), "{}", refused.text);
    assert!(said["detail"].as_str().is_some_and(|text| text.len() > 20), "{}", refused.text);
    P::is_away(&world.messenger, true);
    world.asks_for_source(P::KIND, "Acme", "one", settings.clone()).await.is(503);
    P::is_away(&world.messenger, false);
    assert!(P::hooks(&world.messenger, &ids).is_empty(), "nothing is half-made");
    assert!(world.sandbox.sources(HOST).iter().all(|one| one["external_id"] != "one"));
    world.asks_for_source(P::KIND, "Acme", "one", settings.clone()).await.is(201);
    let taken = world.asks_for_source(P::KIND, "Again", "two", settings).await.is(409);
    assert!(taken.text.contains("line_taken"), "{}", taken.text);
}

pub async fn the_hook_is_set_watched_and_removed<P: Played>(world: &mut Beside<P::Double>) {
    let chat = chatting::<P>(world).await;
    let url = format!("{}{}", world.app().public_url(), chat.hook());
    let hooks = P::hooks(&world.messenger, &chat.ids);
    assert!(hooks.len() == 1 && hooks[0].starts_with(&url), "{hooks:?} of {url}");
    watched(world).await;
    let steps = tested::<P>(world, &chat.line.path("/test")).await;
    let first: Vec<_> = steps.iter().take(2).map(|(name, ok)| (name.as_str(), *ok)).collect();
    assert_eq!(first, [("credentials", true), ("webhook", true)]);

    P::loses_hook(&world.messenger, &chat.ids);
    let steps = tested::<P>(world, &chat.line.path("/test")).await;
    assert_eq!(steps[1], ("webhook".to_owned(), false));
    watched(world).await;
    P::settles(&world.messenger).await;
    assert_eq!(P::hooks(&world.messenger, &chat.ids), hooks, "set again");
    P::writes(&world.messenger, &chat.ids, "Still there?");
    arrives::<P>(world).await;
    assert_eq!(at_crm(world).last().unwrap().text, "Still there?");

    world.api.delete(&chat.line.path("")).await.is(204);
    let gone = async || P::hooks(&world.messenger, &chat.ids).is_empty().then_some(());
    world.until("the hook is removed", gone).await;
    let status = parom_tests::client().post(&hooks[0]).body("{}").send().await.unwrap().status();
    assert_eq!(status, 410);
}
