//! accepted = delivered + failed + waiting: checked automatically, with an alert if it does not hold.

use base::store::VENDOR;
use parom::delivery::{balance, gauges};
use parom_tests::{Line, World, both};
use sea_orm::ConnectionTrait;
use simulator::crm::{Fault, Part};

async fn accepted_by_hand(world: &World, line: &Line, by: i64) {
    let tenant = if world.app().store.is_sqlite() {
        format!("x'{}'", line.tenant_id.simple())
    } else {
        format!("'{}'", line.tenant_id)
    };
    let sql =
        format!("UPDATE ledger_delta SET accepted = accepted + {by} WHERE tenant_id = {tenant} AND direction = 1");
    world.app().store.write().execute_unprepared(&sql).await.unwrap();
}

async fn gaps(world: &World) -> Vec<serde_json::Value> {
    let open = parom::alert::open(world.app().store.read(), VENDOR).await.unwrap();
    let gaps = open.iter().filter(|alert| alert.kind == balance::ALARM);
    gaps.map(|alert| serde_json::from_str(&alert.detail).unwrap()).collect()
}

fn gauge(world: &World, line: &str) -> f64 {
    let page = world.app().metrics.render();
    let found =
        page.lines().find_map(|one| one.strip_prefix(line)).unwrap_or_else(|| panic!("{line} is not in {page}"));
    found.trim().parse().unwrap()
}

async fn a_missing_message_is_reported_until_it_is_found(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.writes("one").await;
    world.deliver_all().await;
    // One that fails and one that waits: healthy counts are no gap.
    world.sandbox.faults().next_with(Part::Message, "refused", 1, Fault::Status { code: 400, retry_after: None });
    anna.writes("refused").await;
    world.deliver_all().await;
    world.sandbox.faults().next_with(Part::Message, "later", 1, Fault::Status { code: 503, retry_after: None });
    anna.writes("later").await;
    world.deliver_all().await;
    assert_eq!(balance::round(&world.app().delivery).await.unwrap(), 0);
    assert!(gaps(world).await.is_empty());
    assert_eq!(gauge(world, "parom_ledger_gap{direction=\"to_crm\"}"), 0.0);

    accepted_by_hand(world, &line, 2).await;
    assert_eq!(balance::round(&world.app().delivery).await.unwrap(), 2);
    let told = gaps(world).await;
    assert_eq!(told.len(), 1, "{told:?}");
    let counts = ["gap", "accepted", "delivered", "failed", "waiting"].map(|name| told[0][name].as_i64().unwrap());
    assert_eq!(counts, [2, 5, 1, 1, 1], "{told:?}");
    assert_eq!(told[0]["source"], "Line support");
    assert_eq!(gauge(world, "parom_ledger_gap{direction=\"to_crm\"}"), 2.0);
    balance::round(&world.app().delivery).await.unwrap();
    assert_eq!(gaps(world).await.len(), 1, "one cause is one alert");

    accepted_by_hand(world, &line, -2).await;
    assert_eq!(balance::round(&world.app().delivery).await.unwrap(), 0);
    assert!(gaps(world).await.is_empty(), "it is over by itself");
    assert_eq!(gauge(world, "parom_ledger_gap{direction=\"to_crm\"}"), 0.0);
    world.deliver_to_the_end().await;
    assert_eq!(balance::round(&world.app().delivery).await.unwrap(), 0);
}

async fn waiting_letters_are_counted_by_reason(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line_at("other.amocrm.ru", "support").await;
    let channel = other.scope_id[..36].parse().unwrap();
    gauges::look(&world.app().delivery).await.unwrap();
    assert_eq!(gauge(world, "parom_letters{direction=\"to_crm\",state=\"due\"}"), 0.0);
    world.customer(&line, "anna").writes("one").await;
    world.customer(&line, "boris").writes("two").await;
    world.advance(std::time::Duration::from_secs(7));
    world.app().queue.hold(other.tenant_id, channel, "amojo:main", "paused").await.unwrap();
    world.customer(&other, "clara").writes("three").await;
    gauges::look(&world.app().delivery).await.unwrap();
    assert_eq!(gauge(world, "parom_letters{direction=\"to_crm\",state=\"due\"}"), 2.0);
    assert_eq!(gauge(world, "parom_letters{direction=\"to_crm\",state=\"held\"}"), 1.0);
    assert_eq!(gauge(world, "parom_queue_age_seconds{direction=\"to_crm\"}"), 7.0);
    assert_eq!(gauge(world, "parom_targets_hindered{by=\"held\"}"), 1.0);

    world.sandbox.faults().next_with(Part::Message, "one", 1, Fault::Status { code: 503, retry_after: None });
    world.deliver_all().await;
    gauges::look(&world.app().delivery).await.unwrap();
    assert_eq!(gauge(world, "parom_letters{direction=\"to_crm\",state=\"later\"}"), 1.0, "a back-off");
    assert_eq!(gauge(world, "parom_queue_age_seconds{direction=\"to_crm\"}"), 0.0, "a back-off is no delay of ours");
    assert!(
        world.app().metrics.render().contains("parom_remote_errors_total{remote=\"amojo:main\",error=\"broken\"} 1")
    );
    world.app().queue.resume(other.tenant_id, channel, 0).await.unwrap();
    world.deliver_to_the_end().await;
    gauges::look(&world.app().delivery).await.unwrap();
    assert_eq!(gauge(world, "parom_letters{direction=\"to_crm\",state=\"later\"}"), 0.0);
}

both!(a_missing_message_is_reported_until_it_is_found, waiting_letters_are_counted_by_reason);
