//! M2: forged install calls do not delay genuine ones. Calls and turns are counted: the clock is frozen, so that codes
//! are exchanged one by one, as time is advanced.

use std::time::Duration;

use entity::install_call;
use parom::tenant::install::may_exchange;
use parom_tests::settings::{CLIENT_ID, HOST};
use parom_tests::{Engine, Place, Setup, World, answer};
use reqwest::Method;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::{behind_a_proxy, each};

/// `rates.installs` of these worlds.
const SECOND: f64 = 2.0;
/// A code more may be exchanged after it.
const TURN: Duration = Duration::from_millis(501);

fn paced(config: &mut base::config::Config) {
    behind_a_proxy(config);
    config.rates.installs = SECOND;
}

async fn forges(world: &World, host: &str, from: &str) -> u16 {
    let path = format!("/oauth/callback?code=forged&referer={host}&client_id={CLIENT_ID}&from_widget=1");
    answer(world.api.anonymous(Method::GET, &path).header("x-forwarded-for", from)).await.status
}

/// Hosts whose codes were tried, in their order.
fn exchanged(world: &World) -> Vec<String> {
    world.sandbox.token_calls().into_iter().map(|call| call.host).collect()
}

async fn until_exchanged(world: &World, count: usize) {
    world.until("a code is exchanged", async || (exchanged(world).len() >= count).then_some(())).await;
    assert_eq!(exchanged(world).len(), count, "amoCRM's token endpoint keeps its pace");
}

async fn waiting(world: &World) -> u64 {
    let new = install_call::Entity::find().filter(install_call::Column::Status.eq("new"));
    new.count(world.app().store.read()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m2_a_flood_from_one_address_is_passed_by() {
    each(paced, async |world| {
        world.allow_problems();
        world.owner(HOST);
        for number in 0..200 {
            let status = forges(world, &format!("h{number}.amocrm.ru"), "198.51.100.7").await;
            assert_eq!(status, if number < 15 { 200 } else { 429 }, "the {number}th");
        }
        until_exchanged(world, 1).await;
        // The one that is being exchanged has a row until it has failed, also if it was beyond the pace.
        world.until("no row beyond the pace waits", async || (waiting(world).await <= 15).then_some(())).await;
        let called = world.owner(HOST).installs_from_the_marketplace().await;
        assert_eq!(called.status, Some(200));
        for number in 0..100 {
            forges(world, &format!("late{number}.amocrm.ru"), "198.51.100.7").await;
        }
        world.advance(TURN);
        until_exchanged(world, 2).await;
        assert_eq!(exchanged(world)[1], HOST, "the very next turn is the genuine one's");
        world.active(HOST).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m2_a_flood_from_everywhere_waits_behind_the_address_that_was_genuine() {
    each(paced, async |world| {
        world.allow_problems();
        assert_eq!(world.owner(HOST).installs_from_the_marketplace().await.status, Some(200));
        world.active(HOST).await;
        let other = "second.amocrm.ru";
        for number in 0..60 {
            forges(world, &format!("h{number}.amocrm.ru"), &format!("198.51.100.{number}")).await;
        }
        assert_eq!(world.owner(other).installs_from_the_marketplace().await.status, Some(200));
        for number in 0..60 {
            forges(world, &format!("late{number}.amocrm.ru"), &format!("203.0.113.{number}")).await;
        }
        world.advance(TURN);
        world.active(other).await;
        let place = exchanged(world).iter().position(|host| host == other).unwrap();
        assert!(place <= 2, "{:?}", exchanged(world));
    })
    .await;
}

/// The genuine call comes from an address that was beyond its pace: nothing is stored, but it is the newest.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m2_a_genuine_call_beyond_the_pace_is_tried_all_the_same() {
    each(paced, async |world| {
        world.allow_problems();
        world.owner(HOST);
        for number in 0..200 {
            forges(world, &format!("h{number}.amocrm.ru"), "127.0.0.1").await;
        }
        until_exchanged(world, 1).await;
        assert_eq!(world.owner(HOST).installs_from_the_marketplace().await.status, Some(429));
        world.advance(TURN);
        until_exchanged(world, 2).await;
        assert_eq!(exchanged(world)[1], HOST, "the newest of an address goes first");
        world.active(HOST).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m2_a_host_has_one_call_of_an_address_and_no_caller_replaces_anothers() {
    each(paced, async |world| {
        world.allow_problems();
        // The only turn goes to another address.
        forges(world, "first.amocrm.ru", "198.51.100.1").await;
        until_exchanged(world, 1).await;
        world.until("it has failed", async || (waiting(world).await == 0).then_some(())).await;
        for _ in 0..10 {
            assert_eq!(forges(world, HOST, "198.51.100.7").await, 200);
        }
        assert_eq!(waiting(world).await, 1, "the newest replaces the older ones");
        forges(world, HOST, "198.51.100.8").await;
        assert_eq!(waiting(world).await, 2, "but not what another address said");
    })
    .await;
}

/// Two processes on one database keep one pace.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m2_the_pace_of_exchanges_is_shared_by_processes() {
    let setup = Setup { change: paced, ..Setup::default() };
    let Some(world) = World::start(Engine::Postgres, setup).await else { return };
    let other = world.another_server().await;
    let mut taken = 0;
    for _ in 0..10 {
        for app in [world.app(), &other.app] {
            taken += usize::from(may_exchange(&app.tenants, "main").await.unwrap());
        }
    }
    assert_eq!(taken, 1);
    world.advance(Duration::from_secs(10));
    assert!(may_exchange(&other.app.tenants, "main").await.unwrap());
    assert!(!may_exchange(&world.app().tenants, "main").await.unwrap());
    other.stop().await;
    world.close().await;
}
