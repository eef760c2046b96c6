//! A source that is quieter than it has been for weeks.

use std::time::Duration;

use base::message::{Direction, day_of};
use entity::{ledger_delta, source_pulse};
use parom_tests::{Line, World, both};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::{HOUR, looks, open};

/// Messages of customers in the ledger, without the messages: only counts are looked at.
async fn came(world: &World, line: &Line, messages: i64) {
    let row = ledger_delta::Model {
        tenant_id: line.tenant_id,
        source_id: line.source_id,
        direction: Direction::ToCrm.number(),
        day: day_of(world.clock.millis()),
        instance: Uuid::from_u128(7),
        accepted: messages,
        delivered: messages,
        failed: 0,
    };
    use ledger_delta::Column::{Accepted, Day, Delivered, Direction as Way, Instance, SourceId, TenantId};
    let more = |column: ledger_delta::Column| Expr::col((ledger_delta::Entity, column)).add(messages);
    let known = OnConflict::columns([TenantId, SourceId, Way, Day, Instance])
        .value(Accepted, more(Accepted))
        .value(Delivered, more(Delivered))
        .to_owned();
    ledger_delta::Entity::insert(row.into_active_model())
        .on_conflict(known)
        .exec_without_returning(world.app().store.write())
        .await
        .unwrap();
}

/// The hour of the week in UTC: 0 is Monday, midnight.
fn hour_of_week(world: &World) -> i64 {
    (world.clock.millis() / 3_600_000 + 3 * 24).rem_euclid(168)
}

/// Weekdays from 9 to 18.
fn is_open(hour: i64) -> bool {
    hour / 24 < 5 && (9..18).contains(&(hour % 24))
}

/// Lets hours pass; in each, these sources have messages while their shop is open.
async fn hours(world: &World, count: usize, busy: &[&Line]) {
    for _ in 0..count {
        if is_open(hour_of_week(world)) {
            for line in busy {
                came(world, line, 4).await;
            }
        }
        looks(world).await;
        world.advance(HOUR - Duration::from_secs(1));
        looks(world).await;
        world.advance(Duration::from_secs(1));
    }
}

/// Passes the hours up to this one of the week.
async fn up_to(world: &World, hour: i64, busy: &[&Line]) {
    while hour_of_week(world) != hour {
        hours(world, 1, busy).await;
    }
}

async fn a_source_that_falls_silent_in_its_busy_hours_raises_an_alert(world: &mut World) {
    world.forget_messages();
    let (one, two) = (world.line("one").await, world.line("two").await);
    // A week in, a silent working day says nothing yet.
    hours(world, 168, &[&one, &two]).await;
    up_to(world, 9, &[&one, &two]).await;
    hours(world, 9, &[&two]).await;
    assert!(open(world, one.tenant_id).await.is_empty(), "not before two weeks");
    hours(world, 2 * 168, &[&one, &two]).await;
    // Nights and weekends are quiet, and raise no alert.
    up_to(world, 9, &[&one, &two]).await;
    assert!(open(world, one.tenant_id).await.is_empty());
    hours(world, 3, &[&two]).await;
    assert!(open(world, one.tenant_id).await.is_empty(), "three hours may be chance");
    hours(world, 5, &[&two]).await;
    assert_eq!(open(world, one.tenant_id).await, ["source_silent"]);
    let page = world.panel(one.tenant_id).await.opens("/panel/alerts").await.is(200);
    page.says(&["Line one", "unusually quiet", "there are usually"]);
    came(world, &one, 1).await;
    looks(world).await;
    assert!(open(world, one.tenant_id).await.is_empty(), "a customer wrote");
    // All are silent: the shop is closed that day.
    up_to(world, 33, &[&one, &two]).await;
    hours(world, 9, &[]).await;
    assert!(open(world, one.tenant_id).await.is_empty(), "a holiday");
    let rows = source_pulse::Entity::of_tenant(one.tenant_id).all(world.app().store.read()).await.unwrap();
    assert_eq!(rows.len(), 2, "one row a source, however many hours");
}

both!(a_source_that_falls_silent_in_its_busy_hours_raises_an_alert);
