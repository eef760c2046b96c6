//! What is found late waits for a person.

use entity::alert;
use parom_tests::{Line, World, both};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::{HOUR, MINUTE, chatting, events, is_away_for, looks, loses_text, shown};

/// The one message that is held, as a dead letter.
async fn held(world: &World, line: &Line) -> String {
    let dead = world.api.get(&format!("{}&reason=found_in_history", line.dead_letters())).await.is(200);
    assert_eq!(dead.json["items"].as_array().unwrap().len(), 1, "{}", dead.text);
    dead.text_at("/items/0/id")
}

/// Kinds of the open alerts about lost hooks.
async fn alerts(world: &World) -> Vec<String> {
    let open = alert::Entity::find().filter(alert::Column::ResolvedAt.is_null()).all(world.app().store.read()).await;
    let mut kinds: Vec<String> = open.unwrap().into_iter().map(|alert| alert.kind).collect();
    kinds.retain(|kind| ["found_in_history", "hooks_lost"].contains(&kind.as_str()));
    kinds.sort();
    kinds
}

async fn an_old_message_is_held_until_a_person_sends_it(world: &mut World) {
    let (line, manager) = chatting(world).await;
    let lost = loses_text(world, &line, "old").await;
    is_away_for(world, 16 * MINUTE).await;
    world.deliver_to_the_end().await;
    assert!(world.messenger.received().is_empty(), "by itself it is never sent");
    assert!(world.statuses_at_crm(&line, &lost).is_empty(), "it has not failed");
    let told = shown(world, &lost).await;
    assert_eq!((&told["status"], &told["error"]["code"]), (&json!("failed"), &json!("other")), "{told}");
    assert_eq!(events(&told), ["found_in_history", "accepted", "dead"], "{told}");
    let dead = held(world, &line).await;
    manager.answers("anna", "new").await;
    world.api.post(&format!("/api/v1/dead-letters/{dead}/retry"), &json!({})).await.is(202);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["new", "old"]);
    let told = shown(world, &lost).await;
    assert_eq!((&told["status"], &told["error"]), (&json!("sent"), &json!(null)), "{told}");
    let id = world.messenger.received()[1].message_id();
    world.customer(&line, "anna").reports_status(&id, "delivered").await.is(202);
    world.deliver_all().await;
    assert_eq!(world.statuses_at_crm(&line, &lost), [1]);
}

async fn the_manager_of_a_dropped_message_is_notified(world: &mut World) {
    let (line, _) = chatting(world).await;
    let lost = loses_text(world, &line, "old").await;
    is_away_for(world, HOUR).await;
    let dead = held(world, &line).await;
    world.api.delete(&format!("/api/v1/dead-letters/{dead}")).await.is(204);
    world.api.delete(&format!("/api/v1/dead-letters/{dead}")).await.is(404);
    world.deliver_all().await;
    assert_eq!(world.statuses_at_crm(&line, &lost), [-1]);
    assert!(world.messenger.received().is_empty());
}

async fn a_late_hook_changes_nothing_of_what_is_held(world: &mut World) {
    let (line, manager) = chatting(world).await;
    let hook = manager.prepares("anna", simulator::crm::HookMessage::text("old"));
    is_away_for(world, 16 * MINUTE).await;
    assert_eq!(manager.posts(&hook).await, Some(200));
    world.deliver_all().await;
    assert!(world.messenger.received().is_empty());
    held(world, &line).await;
}

async fn recent_messages_are_sent_and_old_ones_held(world: &mut World) {
    let (line, _) = chatting(world).await;
    loses_text(world, &line, "old").await;
    world.advance(10 * MINUTE);
    loses_text(world, &line, "young").await;
    is_away_for(world, 5 * MINUTE).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["young"]);
    held(world, &line).await;
}

async fn the_alert_stays_open_until_people_have_decided(world: &mut World) {
    let (line, _) = chatting(world).await;
    assert!(alerts(world).await.is_empty());
    loses_text(world, &line, "old").await;
    is_away_for(world, 16 * MINUTE).await;
    assert_eq!(alerts(world).await, ["found_in_history", "hooks_lost"]);
    world.advance(2 * HOUR);
    looks(world).await;
    assert_eq!(alerts(world).await.len(), 2, "it still waits");
    let dead = held(world, &line).await;
    world.api.delete(&format!("/api/v1/dead-letters/{dead}")).await.is(204);
    world.advance(2 * HOUR);
    looks(world).await;
    assert!(alerts(world).await.is_empty());
    world.deliver_all().await;
}

async fn a_found_message_without_its_source_fails_as_usual(world: &mut World) {
    let (line, _) = chatting(world).await;
    let lost = loses_text(world, &line, "nowhere").await;
    world.api.delete(&line.path("")).await.is(204);
    is_away_for(world, 16 * MINUTE).await;
    world.deliver_all().await;
    assert_eq!(world.statuses_at_crm(&line, &lost), [-1]);
}

both!(
    an_old_message_is_held_until_a_person_sends_it,
    the_manager_of_a_dropped_message_is_notified,
    a_late_hook_changes_nothing_of_what_is_held,
    recent_messages_are_sent_and_old_ones_held,
    the_alert_stays_open_until_people_have_decided,
    a_found_message_without_its_source_fails_as_usual,
);
