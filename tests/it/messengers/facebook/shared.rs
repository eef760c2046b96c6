//! What both networks do.

use parom_tests::once;

use super::{Facebooks, MetaWorld};
use crate::messengers::meta::{chats, comments};

async fn everything_that_can_be_sent_arrives(world: &mut MetaWorld) {
    chats::everything_that_can_be_sent_arrives::<Facebooks>(world).await;
}

async fn what_is_changed_and_quoted_arrives(world: &mut MetaWorld) {
    chats::what_is_changed_and_quoted_arrives::<Facebooks>(world).await;
}

async fn what_the_inbox_writes_is_the_managers(world: &mut MetaWorld) {
    chats::what_the_inbox_writes_is_the_managers::<Facebooks>(world).await;
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

async fn typing_is_shown_and_reading_told(world: &mut MetaWorld) {
    chats::typing_is_shown_and_reading_told::<Facebooks>(world).await;
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

async fn own_comments_are_nobodys(world: &mut MetaWorld) {
    comments::own_comments_are_nobodys::<Facebooks>(world).await;
}

once!(
    everything_that_can_be_sent_arrives,
    what_is_changed_and_quoted_arrives,
    what_the_inbox_writes_is_the_managers,
    buttons_leave_and_presses_arrive,
    a_list_is_a_button_a_row,
    reactions_go_both_ways,
    typing_is_shown_and_reading_told,
    the_window_closes_after_a_week,
    customers_who_cannot_be_reached_are_named,
    a_chat_opened_by_a_link_is_known,
    a_comment_is_answered_in_public_and_in_private,
    a_late_private_answer_is_refused_in_words,
    own_comments_are_nobodys,
);
