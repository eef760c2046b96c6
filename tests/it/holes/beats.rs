//! How gaps are detected in which no process accepted hooks.

use base::store::VENDOR;
use entity::{heartbeat, history_look};
use parom::missed_hooks;
use parom_tests::{Engine, Place, Setup, World, both, on_postgres};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use simulator::crm::HookMessage;

use super::{HOUR, SECOND, asked, beats, chatting, looks, loses_text};

async fn an_interruption_is_checked_only_once(world: &mut World) {
    chatting(world).await;
    world.advance(31 * SECOND);
    beats(world).await;
    assert_eq!(looks(world).await, 1, "the process was silent: it could not store anything");
    for _ in 0..5 {
        world.advance(10 * SECOND);
        beats(world).await;
        assert_eq!(looks(world).await, 0);
    }
}

async fn a_process_that_dies_beside_others_is_missed(world: &mut World) {
    let (line, _) = chatting(world).await;
    let second = world.another_server().await;
    missed_hooks::beat(&second.app.intake).await.unwrap();
    loses_text(world, &line, "lost with it").await;
    drop(second);
    for _ in 0..3 {
        world.advance(10 * SECOND);
        beats(world).await;
        assert_eq!(looks(world).await, 0);
    }
    world.advance(SECOND);
    beats(world).await;
    assert_eq!(looks(world).await, 1);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["lost with it"]);
}

async fn only_one_of_two_instances_checks(world: &mut World) {
    let (line, _) = chatting(world).await;
    let second = world.another_server().await;
    missed_hooks::beat(&second.app.intake).await.unwrap();
    assert!(missed_hooks::soon(&world.app().intake, line.tenant_id).await.unwrap());
    let (app, other) = (world.app().clone(), second.app.clone());
    let (one, two) = tokio::join!(missed_hooks::look_now(&app.intake), missed_hooks::look_now(&other.intake));
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    assert_eq!(asked(world), 1);
    second.stop().await;
    world.advance(10 * SECOND);
    beats(world).await;
    assert_eq!(looks(world).await, 0, "it stopped in order while another listened");
}

async fn hooks_waiting_in_a_spool_are_not_lost(world: &mut World) {
    let (line, _) = chatting(world).await;
    loses_text(world, &line, "lost").await;
    let now = world.app().store.now().await.unwrap();
    let other = world.clock.uuid_v7();
    let row = heartbeat::Model {
        tenant_id: VENDOR,
        instance: other,
        beat_at: now + 20_000,
        ended: false,
        spooled: 1,
        keys: None,
        version: None,
        calls: None,
    };
    let db = world.app().store.write();
    heartbeat::Entity::insert(row.into_active_model()).exec_without_returning(db).await.unwrap();
    world.advance(11 * SECOND);
    assert!(missed_hooks::soon(&world.app().intake, line.tenant_id).await.unwrap());
    assert_eq!(looks(world).await, 0, "hooks of another process are on their way");
    let db = world.app().store.write();
    heartbeat::Entity::delete_many().filter(heartbeat::Column::Instance.eq(other)).exec(db).await.unwrap();
    assert_eq!(looks(world).await, 1);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["lost"]);
}

async fn a_clean_stop_is_a_gap_if_no_process_returns_soon(world: &mut World) {
    let (line, _) = chatting(world).await;
    missed_hooks::leave(&world.app().intake).await.unwrap();
    loses_text(world, &line, "lost").await;
    world.advance(20 * SECOND);
    world.restart().await;
    beats(world).await;
    assert_eq!(looks(world).await, 1);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["lost"]);
    missed_hooks::leave(&world.app().intake).await.unwrap();
    world.advance(4 * SECOND);
    world.restart().await;
    beats(world).await;
    assert_eq!(looks(world).await, 0, "a quick restart");
}

async fn an_erased_account_leaves_nothing_to_look_at(world: &mut World) {
    let (line, _) = chatting(world).await;
    loses_text(world, &line, "lost").await;
    parom::tenant::forget(&world.app().tenants, line.tenant_id, true, "test").await.unwrap();
    world.advance(HOUR);
    beats(world).await;
    assert_eq!(looks(world).await, 0);
    let left = history_look::Entity::find().all(world.app().store.read()).await.unwrap();
    assert!(left.is_empty(), "{left:?}");
}

both!(
    an_interruption_is_checked_only_once,
    hooks_waiting_in_a_spool_are_not_lost,
    a_clean_stop_is_a_gap_if_no_process_returns_soon,
    an_erased_account_leaves_nothing_to_look_at,
);
on_postgres!(a_process_that_dies_beside_others_is_missed, only_one_of_two_instances_checks);

/// Neither the database nor a spool takes a hook: it is lost, and its account is looked at.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hooks_that_were_refused_are_looked_for() {
    let change = |config: &mut base::config::Config| config.spool.dir = std::path::PathBuf::new();
    let Some(mut world) = World::start(Engine::Sqlite, Setup { change, ..Setup::default() }).await else { return };
    let (_, manager) = chatting(&mut world).await;
    let hook = manager.prepares("anna", HookMessage::text("refused"));
    world.faults.add("accept.before_commit=error").unwrap();
    assert_eq!(manager.posts(&hook).await, Some(503));
    world.faults.clear();
    world.advance(10 * SECOND);
    beats(&world).await;
    assert_eq!(looks(&world).await, 1);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["refused"]);
    world.close().await;
}
