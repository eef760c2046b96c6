//! What both networks do.

use parom_tests::once;

use super::{Facebooks, MetaWorld};
use crate::messengers::meta::{chats, comments};

async fn everything_that_can_be_sent_arrives(world: &mut MetaWorld) {
    chats::everything_that_can_be_sent_arrives::<Facebooks>(world).await;
}

async fn edits_and_quotes_arrive(world: &mut MetaWorld) {
    chats::edits_and_quotes_arrive::<Facebooks>(world).await;
}

async fn messages_from_the_inbox_are_from_a_manager(world: &mut MetaWorld) {
    chats::messages_from_the_inbox_are_from_a_manager::<Facebooks>(world).await;
}

async fn buttons_leave_and_presses_arrive(world: &mut MetaWorld) {
    chats::buttons_leave_and_presses_arrive::<Facebooks>(world).await;
}

async fn a_list_is_a_button_a_row(world: &mut MetaWorld) {
    chats::a_list_is_a_button_a_row::<Facebooks>(world).await;
}

async fn reactions_go_both_ways(world: &mut MetaWorld) {
    chats::reactions_go_both_ways::<Facebooks>(world).await;
}

async fn typing_is_shown_and_reading_is_reported(world: &mut MetaWorld) {
    chats::typing_is_shown_and_reading_is_reported::<Facebooks>(world).await;
}

async fn the_window_closes_after_a_week(world: &mut MetaWorld) {
    chats::the_window_closes_after_a_week::<Facebooks>(world).await;
}

async fn customers_who_cannot_be_reached_are_named(world: &mut MetaWorld) {
    chats::customers_who_cannot_be_reached_are_named::<Facebooks>(world).await;
}

async fn a_chat_opened_by_a_link_is_known(world: &mut MetaWorld) {
    chats::a_chat_opened_by_a_link_is_known::<Facebooks>(world).await;
}

async fn a_comment_is_answered_in_public_and_in_private(world: &mut MetaWorld) {
    comments::a_comment_is_answered_in_public_and_in_private::<Facebooks>(world).await;
}

async fn a_late_private_answer_is_refused_in_words(world: &mut MetaWorld) {
    comments::a_late_private_answer_is_refused_in_words::<Facebooks>(world).await;
}

async fn comments_of_the_business_itself_are_ignored(world: &mut MetaWorld) {
    comments::comments_of_the_business_itself_are_ignored::<Facebooks>(world).await;
}

once!(
    everything_that_can_be_sent_arrives,
    edits_and_quotes_arrive,
    messages_from_the_inbox_are_from_a_manager,
    buttons_leave_and_presses_arrive,
    a_list_is_a_button_a_row,
    reactions_go_both_ways,
    typing_is_shown_and_reading_is_reported,
    the_window_closes_after_a_week,
    customers_who_cannot_be_reached_are_named,
    a_chat_opened_by_a_link_is_known,
    a_comment_is_answered_in_public_and_in_private,
    a_late_private_answer_is_refused_in_words,
    comments_of_the_business_itself_are_ignored,
);
