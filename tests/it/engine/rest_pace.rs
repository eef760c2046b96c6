//! Requirement 11 of "Trust": amoCRM's seven REST requests a second are kept by all processes together.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use parom::app::App;
use parom_tests::settings::{HOST, VENDOR_KEY};
use parom_tests::{Api, Engine, Place, Setup, World};
use simulator::crm::LogDirection;

/// Calls of the whole test.
const CALLS: usize = 40;

/// When REST requests came to amoCRM, in milliseconds, oldest first.
fn came(world: &World) -> Vec<i64> {
    let requests = world.sandbox.requests();
    let rest = requests.iter().filter(|one| one.direction == LogDirection::In && one.path.contains("/api/v4/"));
    let mut came: Vec<i64> = rest.map(|one| one.at.timestamp_millis()).collect();
    came.sort_unstable();
    came
}

fn most_in_a_second(came: &[i64]) -> usize {
    let within = |from: i64| came.iter().filter(|at| (from..from + 1_000).contains(*at)).count();
    came.iter().map(|from| within(*from)).max().unwrap_or(0)
}

async fn processes_together(engine: Engine, processes: usize) {
    let setup = Setup { change: |config| config.rates.rest_per_account = 100_000.0, ..Setup::default() };
    let Some(mut world) = World::start(engine, setup).await else { return };
    let line = world.line("support").await;
    // From here on as in service.
    world.setup_is(|config| config.rates.rest_per_account = 5.0);
    world.restart().await;
    world.advance(Duration::from_secs(10));
    let before = came(&world).len();
    let mut others = Vec::new();
    for _ in 1..processes {
        others.push(world.another_server().await);
    }
    let mut doors = vec![world.api.clone()];
    doors.extend(others.iter().map(|other| Api::new(other.url(), VENDOR_KEY)));
    let apps: Vec<Arc<App>> = others.iter().map(|other| other.app.clone()).chain([world.app().clone()]).collect();
    let granted = || apps.iter().map(|app| app.tenants.rest_rate_limit.granted()).sum::<u64>();
    let granted_before = granted();
    let path = format!("/api/v1/tenants/{}/pipelines", line.tenant_id);
    let asked = (0..CALLS).map(|number| {
        let (door, path) = (doors[number % doors.len()].clone(), path.clone());
        async move { door.get(&path).await.status }
    });
    let mut asked = std::pin::pin!(join_all(asked));
    let answers = loop {
        tokio::select! {
            answers = &mut asked => break answers,
            () = tokio::time::sleep(Duration::from_millis(10)) => {
                // Time goes on when amoCRM has answered all that was let through: each is counted where it began.
                let let_through = usize::try_from(granted() - granted_before).unwrap();
                if came(&world).len() == before + let_through {
                    world.advance(Duration::from_millis(100));
                }
            }
        }
    };
    assert_eq!(answers, vec![200; CALLS]);
    let came = came(&world).split_off(before);
    assert_eq!(came.len(), CALLS);
    assert!(most_in_a_second(&came) <= 7, "{came:?}");
    assert_eq!(world.tenant(HOST).await.unwrap()["status"], "active");
    drop(apps);
    for other in others {
        other.stop().await;
    }
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process_keeps_the_pace() {
    processes_together(Engine::Sqlite, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_processes_keep_one_pace() {
    processes_together(Engine::Postgres, 3).await;
}
