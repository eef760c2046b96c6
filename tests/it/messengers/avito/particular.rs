//! Two seconds for an answer, and receipts that are asked for.

use std::time::Duration;

use parom_tests::once;
use simulator::avito::{Fault, HookState};
use simulator::crm::HookMessage;

use super::{AvitoWorld, Shop};
use crate::messengers::at_crm;
use crate::messengers::played::{arrives, chatting, connected};
use crate::messengers::steps::out::{a_link_leaves, sends_a_list, sends_buttons};

/// Avito waits for two seconds; a chat that it does not describe in time delays no message.
async fn a_post_is_answered_in_time(world: &mut AvitoWorld) {
    let chat = connected::<Shop>(world).await;
    for operation in ["getChatByIdV2", "getMessagesV3"] {
        world.messenger.faults().until_cleared(operation, Fault::Slow { millis: 60_000 });
    }
    world.messenger.customer(chat.ids.buyer, chat.ids.item).writes("Hello").unwrap();
    arrives::<Shop>(world).await;
    let mut posts = world.messenger.hooks(chat.ids.seller).into_iter();
    let post = posts.rfind(|one| one.body.to_string().contains("Hello")).unwrap();
    assert_eq!((post.attempts, post.state, post.last_status), (1, HookState::Delivered, Some(200)));
    assert_eq!(at_crm(world).len(), 1, "and it is stored");
}

async fn the_read_state_of_messages_is_requested(world: &mut AvitoWorld) {
    let chat = chatting::<Shop>(world).await;
    let said = chat.manager_sends(world, HookMessage::text("Good morning")).await;
    world.deliver_all().await;
    assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1]);
    world.messenger.customer(chat.ids.buyer, chat.ids.item).reads().unwrap();
    world.advance(Duration::from_secs(61));
    assert_eq!(world.works("polls").await, 1);
    world.deliver_all().await;
    assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1, 2]);
    world.advance(Duration::from_secs(61));
    world.works("polls").await;
    world.deliver_all().await;
    assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1, 2], "once");
}

/// An answer of a manager marks the buyer's messages as read.
async fn an_answer_marks_the_chat_as_read(world: &mut AvitoWorld) {
    let chat = chatting::<Shop>(world).await;
    chat.manager_sends(world, HookMessage::text("Good morning")).await;
    world.deliver_all().await;
    let calls = world.messenger.calls(chat.ids.seller);
    assert_eq!(calls.iter().filter(|call| call.call == "chatRead").count(), 1, "{calls:#?}");
}

/// Avito has neither buttons nor lists: they are words.
async fn buttons_and_lists_are_words(world: &mut AvitoWorld) {
    let chat = chatting::<Shop>(world).await;
    let buttons = sends_buttons(world, &chat).await;
    assert!(buttons.text.contains("Yes") && buttons.text.contains("No"), "{buttons:?}");
    a_link_leaves(world, &chat).await;
    let list = sends_a_list(world, &chat).await;
    assert!(list.text.contains("Delivery") && list.text.contains("Assembly"), "{list:?}");
}

/// Avito has no comments, but amoCRM may send one.
async fn an_answer_to_a_comment_is_an_answer_in_the_chat(world: &mut AvitoWorld) {
    let chat = chatting::<Shop>(world).await;
    let message = HookMessage::text("See").with("post", serde_json::json!({ "id": "post-900" }));
    chat.manager_sends(world, message).await;
    world.deliver_all().await;
    assert_eq!(chat.texts(world), ["See"]);
}

once!(
    a_post_is_answered_in_time,
    the_read_state_of_messages_is_requested,
    an_answer_marks_the_chat_as_read,
    buttons_and_lists_are_words,
    an_answer_to_a_comment_is_an_answer_in_the_chat,
);
