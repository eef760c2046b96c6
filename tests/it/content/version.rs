//! Hooks of the dead version 1: kept, mended once, and the vendor knows.

use std::time::Duration;

use base::store::VENDOR;
use entity::tenant_channel;
use parom_tests::{Line, World, both};
use simulator::crm::HookMessage;

/// Connects that amoCRM saw.
fn connects(world: &World) -> usize {
    world.sandbox.requests().iter().filter(|one| one.path.ends_with("/connect")).count()
}

async fn alarms(world: &World) -> Vec<String> {
    let open = parom::alert::open(world.app().store.read(), VENDOR).await.unwrap();
    open.into_iter().map(|alert| alert.kind).collect()
}

/// A hook of version 1 comes; gives how often the channel was connected by then.
async fn comes_by_version_1(world: &mut World, line: &Line, wanted: usize) {
    world.sandbox.set_hook_version(&line.scope_id, "v1");
    world.manager(line).sends("anna", HookMessage::text("the old way")).await;
    world.until("the channel is connected", async || (connects(world) >= wanted).then_some(())).await;
    let row = async || tenant_channel::Entity::of_tenant(line.tenant_id).one(world.app().store.read()).await.unwrap();
    world
        .until("the connect is stored", async || row().await.filter(|row| row.renewed_at == Some(row.connected_at)))
        .await;
}

async fn a_dead_hook_has_the_channel_connected_again_once_a_day(world: &mut World) {
    let (line, manager) = world.chatting().await;
    world.allow_problems();
    let before = connects(world);
    world.advance(Duration::from_secs(1));
    comes_by_version_1(world, &line, before + 1).await;
    assert_eq!(world.quarantined().await, ["version_1"]);
    assert_eq!(alarms(world).await, ["channel_hook_version"]);
    assert_eq!(world.sandbox.connections()[0].hook_api_version, "v2");
    // Another one soon is only counted, also after a restart.
    world.restart().await;
    world.sandbox.set_hook_version(&line.scope_id, "v1");
    manager.sends("anna", HookMessage::text("again")).await;
    let counted = async || {
        let open = parom::alert::open(world.app().store.read(), VENDOR).await.unwrap();
        open.first().filter(|alert| alert.count == 2).map(|_| ())
    };
    world.until("it is counted", counted).await;
    assert_eq!(connects(world), before + 1);
    // The next day it is tried again; hooks that are well end the alert.
    world.advance(Duration::from_secs(86_400));
    comes_by_version_1(world, &line, before + 2).await;
    world.sandbox.set_hook_version(&line.scope_id, "v2");
    manager.answers("anna", "Well again").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Well again"]);
    assert!(alarms(world).await.is_empty());
}

both!(a_dead_hook_has_the_channel_connected_again_once_a_day);
