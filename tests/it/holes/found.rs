//! What is found while it is young goes its way as if the hook had come.

use parom_tests::{World, both};
use serde_json::json;
use simulator::crm::HookMessage;

use super::{HOUR, MINUTE, SECOND, chatting, events, is_away_for, looks, looks_by_hand, loses, loses_text, shown};

async fn a_lost_hook_is_found_after_an_interruption_and_delivered_once_in_its_place(world: &mut World) {
    let (line, manager) = chatting(world).await;
    manager.answers("anna", "one").await;
    world.deliver_all().await;
    world.advance(SECOND);
    let lost = loses_text(world, &line, "two").await;
    world.advance(SECOND);
    manager.answers("anna", "three").await;
    is_away_for(world, MINUTE).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["one", "two", "three"]);
    let told = shown(world, &lost).await;
    assert_eq!(events(&told)[..2], ["found_in_history", "accepted"], "{told}");
    assert_eq!(told["status"], "sent", "{told}");
    for _ in 0..3 {
        world.advance(2 * HOUR);
        looks(world).await;
    }
    world.deliver_all().await;
    assert_eq!(world.messenger.texts().len(), 3, "it was found once");
}

/// Their times do not show which came first, amoCRM's order does.
async fn messages_of_the_same_moment_are_found_in_their_order(world: &mut World) {
    let (line, _) = chatting(world).await;
    for text in ["one", "two", "three"] {
        loses_text(world, &line, text).await;
    }
    is_away_for(world, MINUTE).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["one", "two", "three"]);
}

async fn a_found_message_does_not_change_the_order_of_sent_ones(world: &mut World) {
    let (line, manager) = chatting(world).await;
    loses_text(world, &line, "one").await;
    world.advance(SECOND);
    manager.answers("anna", "two").await;
    world.deliver_all().await;
    is_away_for(world, MINUTE).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["two", "one"], "late is better than never");
}

async fn a_hook_that_comes_after_all_is_known(world: &mut World) {
    let (_, manager) = chatting(world).await;
    let hook = manager.prepares("anna", HookMessage::text("late"));
    is_away_for(world, MINUTE).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["late"]);
    assert_eq!(manager.posts(&hook).await, Some(200));
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["late"]);
    assert_eq!(world.messages().await.iter().filter(|message| message.direction == 2).count(), 1);
}

async fn a_hook_on_its_way_is_waited_for(world: &mut World) {
    let (line, manager) = chatting(world).await;
    let hook = manager.prepares("anna", HookMessage::text("slow"));
    looks_by_hand(world, &line).await;
    assert_eq!(world.messages().await.len(), 1, "it was written a moment ago");
    assert_eq!(manager.posts(&hook).await, Some(200));
    world.advance(10 * SECOND);
    assert!(looks(world).await > 0, "the chat is looked into once more");
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["slow"]);
    let told = shown(world, &hook.message_id).await;
    assert_eq!(events(&told)[0], "accepted", "it came by its hook: {told}");
}

async fn a_message_whose_hook_does_not_arrive_in_time_is_found(world: &mut World) {
    let (line, _) = chatting(world).await;
    loses_text(world, &line, "lost").await;
    looks_by_hand(world, &line).await;
    world.advance(10 * SECOND);
    looks(world).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["lost"]);
}

async fn messages_of_bots_customers_and_our_own_are_not_missed_hooks(world: &mut World) {
    let (line, manager) = chatting(world).await;
    loses(world, &line, "anna", HookMessage::text("from the Salesbot").by_salesbot()).await;
    let anna = world.customer(&line, "anna");
    let mut own = anna.body("own-1", "written outside");
    let user = world.sandbox.users(&line.host).into_iter().find(|user| user.amojo_id.is_some()).unwrap();
    own["sender"] = json!({"role": "manager", "id": "m-1", "user_id": user.id.to_string()});
    own["receiver"] = json!({"id": "user-anna", "name": "anna"});
    anna.posts(&own).await.is(202);
    anna.writes("Hello again").await;
    manager.answers("anna", "told").await;
    world.deliver_all().await;
    let before = world.messages().await.len();
    is_away_for(world, MINUTE).await;
    looks_by_hand(world, &line).await;
    assert_eq!(world.messages().await.len(), before);
}

async fn messages_older_than_two_days_are_left_alone(world: &mut World) {
    let (line, _) = chatting(world).await;
    loses_text(world, &line, "two days ago").await;
    world.advance(49 * HOUR);
    assert_eq!(looks_by_hand(world, &line).await, 0, "nothing was said for two days");
    world.customer(&line, "anna").writes("Still there?").await;
    world.deliver_all().await;
    looks_by_hand(world, &line).await;
    assert_eq!(world.messages().await.len(), 2, "older messages are left alone");
}

both!(
    a_lost_hook_is_found_after_an_interruption_and_delivered_once_in_its_place,
    messages_of_the_same_moment_are_found_in_their_order,
    a_found_message_does_not_change_the_order_of_sent_ones,
    a_hook_that_comes_after_all_is_known,
    a_hook_on_its_way_is_waited_for,
    a_message_whose_hook_does_not_arrive_in_time_is_found,
    messages_of_bots_customers_and_our_own_are_not_missed_hooks,
    messages_older_than_two_days_are_left_alone,
);
