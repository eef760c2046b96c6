//! C3: that sources work is written down together, not one by one.

use std::time::Duration;

use base::store::{StatementsOfTask, statements_of};
use parom_tests::{Line, World, both, on_postgres};
use serde_json::Value;
use uuid::Uuid;

async fn c3_a_thousand_quiet_sources_are_proved_in_one_commit(world: &mut World) {
    let line = world.line("support").await;
    let app = world.app().clone();
    // Its first proof ends a check, which closes an alert as well.
    parom::source::prove(&app.sources, line.tenant_id, line.source_id);
    parom::source::proofs::write(&app.sources).await;
    world.advance(Duration::from_secs(61));
    let remembered = statements_of(async {
        for _ in 0..999 {
            parom::source::prove(&app.sources, line.tenant_id, Uuid::new_v4());
        }
        parom::source::prove(&app.sources, line.tenant_id, line.source_id);
    });
    assert_eq!(remembered.await, StatementsOfTask::default(), "only remembered");
    let written = statements_of(parom::source::proofs::write(&app.sources)).await;
    assert_eq!(written.transactions, 1);
    // The second ends the alert of the one source that was being checked.
    let at_most = if app.store.is_sqlite() { 25 } else { 2 };
    assert!((1..=at_most).contains(&written.statements.len()), "{} statements", written.statements.len());
    let nothing = statements_of(parom::source::proofs::write(&app.sources)).await;
    assert_eq!(nothing, StatementsOfTask::default(), "and nothing when there is nothing");
    assert_eq!(proved(world, &line).await, "2026-11-20T09:01:01.000Z");
}

async fn proved(world: &World, line: &Line) -> Value {
    world.api.get(&line.path("")).await.is(200).json["proved_at"].clone()
}

/// What was collected outlives an order to stop.
async fn c3_collected_proofs_are_written_when_the_process_stops(world: &mut World) {
    let line = world.line("support").await;
    let second = world.another_server().await;
    parom::source::prove(&second.app.sources, line.tenant_id, line.source_id);
    assert_eq!(proved(world, &line).await, Value::Null);
    second.stop().await;
    assert_eq!(proved(world, &line).await, "2026-11-20T09:00:00.000Z");
}

/// A message that went before new settings says nothing of these.
async fn c3_an_old_proof_ends_no_check(world: &mut World) {
    let line = world.line("support").await;
    let app = world.app().clone();
    parom::source::stopped(&app.sources, line.tenant_id, line.source_id, "your server answered 401").await.unwrap();
    world.advance(Duration::from_secs(1));
    let second = world.another_server().await;
    parom::source::prove(&second.app.sources, line.tenant_id, line.source_id);
    world.advance(Duration::from_secs(1));
    let settings = serde_json::json!({"settings": {"webhook_url": world.messenger.url()}});
    world.api.patch(&line.path(""), &settings).await.is(200);
    let status = async |world: &World| world.api.get(&line.path("")).await.is(200).json["status"].clone();
    parom::source::proofs::write(&second.app.sources).await;
    assert_eq!(status(world).await, "checking");
    parom::source::prove(&app.sources, line.tenant_id, line.source_id);
    parom::source::proofs::write(&app.sources).await;
    assert_eq!(status(world).await, "working");
    second.stop().await;
    world.deliver_to_the_end().await;
}

both!(c3_a_thousand_quiet_sources_are_proved_in_one_commit);
on_postgres!(c3_collected_proofs_are_written_when_the_process_stops, c3_an_old_proof_ends_no_check);
