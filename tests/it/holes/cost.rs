//! What looking costs when nothing is wrong, and how fast it may be.

use std::time::{Duration, Instant};

use parom_tests::{Engine, Place, Setup, World, both};

use super::{HOUR, MINUTE, asked, beats, chatting, looks, looks_by_hand};

async fn a_quiet_account_costs_one_call_a_chat_and_round(world: &mut World) {
    let (line, _) = chatting(world).await;
    for name in ["boris", "clara"] {
        world.customer(&line, name).writes("Hello").await;
    }
    world.deliver_all().await;
    assert_eq!(looks_by_hand(world, &line).await, 3);
    assert_eq!(asked(world), 3);
    world.advance(50 * MINUTE);
    beats(world).await;
    looks(world).await;
    assert!(asked(world) <= 6, "hourly, and once more where the server was silent");
    let before = asked(world);
    world.advance(2 * HOUR);
    looks(world).await;
    assert_eq!(asked(world) - before, 3);
    world.advance(49 * HOUR);
    looks(world).await;
    assert_eq!(asked(world) - before, 3, "nothing was said for two days");
}

both!(a_quiet_account_costs_one_call_a_chat_and_round);

/// 100 requests a second: looks may make five of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checks_for_missed_messages_take_five_of_a_hundred_requests() {
    let change = |config: &mut base::config::Config| {
        config.rates.chats_floor = 100.0;
        config.rates.chats_start = 100.0;
        config.rates.chats_ceiling = 100.0;
    };
    let Some(mut world) = World::start(Engine::Sqlite, Setup { change, ..Setup::default() }).await else { return };
    let line = world.line("support").await;
    for number in 0..6 {
        world.customer(&line, &format!("c{number}")).writes("Hello").await;
    }
    world.deliver_to_the_end().await;
    let started = Instant::now();
    assert_eq!(looks_by_hand(&world, &line).await, 6);
    assert!(started.elapsed() >= Duration::from_millis(950), "six calls, 200 ms apart: {:?}", started.elapsed());
    world.close().await;
}
