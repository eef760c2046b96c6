//! Managers' messages that cannot be delivered: stored nevertheless, and the manager gets the reason.

use parom_tests::{Line, World, both};

/// The statuses of a manager's message with their codes.
fn statuses_of(world: &World, line: &Line, message_id: &str) -> Vec<(i64, Option<i64>)> {
    let messages = world.sandbox.messages(&line.host);
    let found = messages.iter().find(|message| message.id == message_id).unwrap();
    found.statuses.iter().map(|status| (status.code, status.error_code)).collect()
}

async fn to_a_source_that_was_deleted(world: &mut World) {
    let (line, manager) = world.chatting().await;
    let before = manager.answers("anna", "waits while it is deleted").await;
    world.api.delete(&line.path("")).await.is(204);
    world.api.get(&line.path("")).await.is(404);
    let after = manager.answers("anna", "after").await;
    world.deliver_all().await;
    assert_eq!(statuses_of(world, &line, &before.message_id), [(-1, Some(902))]);
    assert_eq!(statuses_of(world, &line, &after.message_id), [(-1, Some(902))]);
    assert!(world.messenger.received().is_empty());
    assert!(world.sandbox.sources(&line.host).is_empty(), "it is gone at amoCRM too");
}

async fn customers_words_that_still_wait_survive_their_source(world: &mut World) {
    let (line, _) = world.chatting().await;
    world.customer(&line, "anna").writes("on its way").await;
    world.api.delete(&line.path("")).await.is(204);
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello", "on its way"]);
}

both!(to_a_source_that_was_deleted, customers_words_that_still_wait_survive_their_source,);
