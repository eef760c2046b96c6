//! Hooks that come twice, answers that are lost, a server that dies between answer and commit.

use std::time::Duration;

use parom_tests::{Answer, World, both};
use serde_json::json;
use simulator::crm::{HookFault, HookKind};

use super::{began, last_at_crm, opened, received_webhooks, went_on, writes_first};

async fn a_doubled_hook_begins_one_conversation(world: &mut World) {
    let line = world.line("support").await;
    world.messenger.answers_next([opened("m-1")]);
    world.sandbox.faults().next_hooks(HookKind::Chats, 1, HookFault::Doubled);
    writes_first(world, &line, "Hello, this is Acme").await;
    world.deliver_to_the_end().await;
    assert_eq!(received_webhooks(world), [began("Hello, this is Acme")]);
    assert_eq!(world.messages().await.len(), 1);
}

async fn an_answer_that_was_lost_is_asked_for_under_the_same_id(world: &mut World) {
    let line = world.line("support").await;
    world.messenger.answers_next([Answer::Cut, opened("m-1")]);
    let said = writes_first(world, &line, "Hello, this is Acme").await;
    world.deliver_to_the_end().await;
    let received = world.messenger.received();
    assert_eq!(received_webhooks(world), [began("Hello, this is Acme"), began("Hello, this is Acme")]);
    assert_eq!(received[0].webhook_id, received[1].webhook_id);
    assert_eq!([&received[0].body["repeat"], &received[1].body["repeat"]], [&json!(null), &json!(true)]);
    world.customer(&line, "pavel").writes("Who is this?").await;
    world.deliver_all().await;
    assert_eq!(last_at_crm(world, &line).payload["conversation_ref_id"], said.chat_id.as_str());
}

async fn a_death_between_answer_and_commit_loses_nothing(world: &mut World) {
    let line = world.line("support").await;
    world.messenger.answers_by(|_| opened("m-1"));
    let said = writes_first(world, &line, "Hello, this is Acme").await;
    world.faults.add("carry.after_call=error:1").unwrap();
    world.deliver_all().await;
    let shown = world.api.get(&line.path("/conversations")).await.is(200);
    assert_eq!(shown.json["items"][0]["external_id"], json!(null), "nothing was committed");
    world.advance(Duration::from_secs(61));
    world.restart().await;
    writes_first(world, &line, "Are you there?").await;
    world.deliver_to_the_end().await;
    assert_eq!(
        received_webhooks(world),
        [began("Hello, this is Acme"), began("Hello, this is Acme"), went_on("Are you there?")]
    );
    let received = world.messenger.received();
    assert_eq!(received[0].webhook_id, received[1].webhook_id);
    assert_eq!(received[1].body["repeat"], true);
    world.customer(&line, "pavel").writes("Who is this?").await;
    world.deliver_all().await;
    assert_eq!(last_at_crm(world, &line).payload["conversation_ref_id"], said.chat_id.as_str());
    assert_eq!(world.sandbox.chats(&line.host).len(), 1);
}

both!(
    a_doubled_hook_begins_one_conversation,
    an_answer_that_was_lost_is_asked_for_under_the_same_id,
    a_death_between_answer_and_commit_loses_nothing,
);
