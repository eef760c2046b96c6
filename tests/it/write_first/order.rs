//! What a manager writes before the customer has answered.

use parom_tests::{Answer, World, both};

use super::{began, opened, received_webhooks, went_on, writes_first};

async fn more_messages_find_the_same_chat_and_wait_behind_the_first(world: &mut World) {
    let line = world.line("support").await;
    world.messenger.answers_next([Answer::status(503), Answer::status(503), opened("m-1")]);
    let first = writes_first(world, &line, "one").await;
    world.deliver_all().await;
    let second = writes_first(world, &line, "two").await;
    let third = writes_first(world, &line, "three").await;
    assert_eq!([&first.chat_id, &first.chat_id], [&second.chat_id, &third.chat_id], "one chat at amoCRM");
    world.deliver_to_the_end().await;
    assert_eq!(received_webhooks(world), [began("one"), began("one"), began("one"), went_on("two"), went_on("three")]);
    let ids = world.messenger.received().iter().take(3).map(|one| one.webhook_id.clone()).collect::<Vec<_>>();
    assert_eq!([&ids[0], &ids[0]], [&ids[1], &ids[2]], "one webhook-id in every retry");
    let shown = world.api.get(&line.path("/conversations")).await.is(200);
    assert_eq!(shown.json["items"].as_array().unwrap().len(), 1, "{}", shown.text);
}

async fn a_first_message_that_failed_leaves_the_beginning_to_the_next(world: &mut World) {
    let line = world.line("support").await;
    world.messenger.answers_next([Answer::status(422), opened("m-2")]);
    let first = writes_first(world, &line, "one").await;
    writes_first(world, &line, "two").await;
    world.deliver_to_the_end().await;
    assert_eq!(received_webhooks(world), [began("one"), began("two")]);
    assert_eq!(super::statuses(world, &line, &first), [(-1, Some(905))]);
    world.customer(&line, "pavel").writes("Who is this?").await;
    world.deliver_all().await;
    assert_eq!(super::last_at_crm(world, &line).payload["conversation_ref_id"], first.chat_id.as_str());
}

both!(
    more_messages_find_the_same_chat_and_wait_behind_the_first,
    a_first_message_that_failed_leaves_the_beginning_to_the_next,
);
