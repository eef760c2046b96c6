//! A fifth of the rate, behind everything live, one at a time.

use base::config::Config;
use parom_tests::{Engine, Place, Setup, World, both};
use serde_json::json;

use super::{a_second, ends, import_of, sends, texts};

async fn imports_take_a_fifth_and_give_way(engine: Engine) {
    fn slow(config: &mut Config) {
        config.rates.chats_start = 10.0;
        config.rates.chats_floor = 10.0;
        config.rates.chats_ceiling = 10.0;
    }
    let Some(mut world) = World::start(engine, Setup { change: slow, ..Setup::default() }).await else { return };
    let line = world.line("support").await;
    let reply = sends(&world, &line, "", texts("anna", 12)).await.is(202);
    assert_eq!(reply.json["seconds_expected"], 6, "a fifth of 10 a second");
    let id = reply.text_at("/id");
    let mut before = 0;
    for second in 0..6 {
        a_second(&mut world).await;
        let now = world.sandbox.messages(&line.host).len();
        assert!(now - before <= 4 && now <= 2 * (second + 2), "{now} in {second} seconds");
        before = now;
    }
    assert!(before >= 8, "it does go on: {before}");
    // A live message waits for its turn: nothing is put behind or before it.
    world.customer(&line, "boris").writes("live").await;
    let waiting = world.letters().await.len();
    world.advance(std::time::Duration::from_secs(1));
    parom::import::step_all(&world.app().usage).await;
    assert_eq!(world.letters().await.len(), waiting, "the import stands back");
    assert_eq!(import_of(&world, &id).await["gives_way"], true);
    world.deliver_all().await;
    let end = ends(&mut world, &id).await;
    assert_eq!((&end["done"], &end["gives_way"], &end["seconds_expected"]), (&json!(12), &json!(false), &json!(0)));
    world.close().await;
}

async fn one_import_of_a_channel_runs_at_a_time(world: &mut World) {
    let (support, sales) = (world.line("support").await, world.line("sales").await);
    let first = sends(world, &support, "", texts("anna", 150)).await.is(202).text_at("/id");
    let second = sends(world, &sales, "", texts("boris", 5)).await.is(202).text_at("/id");
    a_second(world).await;
    a_second(world).await;
    assert_eq!(import_of(world, &first).await["status"], "running");
    assert_eq!(import_of(world, &second).await["status"], "queued");
    assert_eq!(ends(world, &first).await["done"], 150);
    assert_eq!(ends(world, &second).await["done"], 5);
}

mod imports_take_a_fifth_and_give_way_on {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        super::imports_take_a_fifth_and_give_way(super::Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        super::imports_take_a_fifth_and_give_way(super::Engine::Postgres).await;
    }
}
both!(one_import_of_a_channel_runs_at_a_time);
