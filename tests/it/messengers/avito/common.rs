//! What is played with every messenger.

use parom_tests::{both, once};
use simulator::avito::Fault;
use simulator::crm::HookMessage;

use super::{AvitoWorld, Shop};
use crate::messengers::played::chatting;
use crate::messengers::steps::out::Leaves::{File, Link};
use crate::messengers::steps::{door, out, setup, trouble};

async fn texts_go_both_ways(world: &mut AvitoWorld) {
    out::texts_go_both_ways::<Shop>(world).await;
}

async fn every_file_leaves(world: &mut AvitoWorld) {
    let links = [("video", Link), ("file", Link), ("voice", Link), ("audio", Link)];
    let [video, file, voice, audio] = links;
    out::every_file_leaves::<Shop>(world, [("picture", File), video, file, voice, audio, ("sticker", Link)]).await;
}

async fn an_album_leaves_file_by_file(world: &mut AvitoWorld) {
    out::an_album_leaves_file_by_file::<Shop>(world).await;
}

async fn places_and_people_leave(world: &mut AvitoWorld) {
    out::places_and_people_leave::<Shop>(world).await;
}

async fn a_quote_leaves(world: &mut AvitoWorld) {
    out::a_quote_leaves::<Shop>(world).await;
}

async fn a_forward_says_who_wrote_it(world: &mut AvitoWorld) {
    out::a_forward_says_who_wrote_it::<Shop>(world).await;
}

async fn a_template_is_its_final_text(world: &mut AvitoWorld) {
    out::a_template_is_its_final_text::<Shop>(world).await;
}

async fn a_long_text_leaves_in_parts(world: &mut AvitoWorld) {
    out::a_long_text_leaves_in_parts::<Shop>(world, 3_000).await;
}

async fn writing_first_is_refused(world: &mut AvitoWorld) {
    out::writing_first_is_refused::<Shop>(world).await;
}

async fn a_source_is_checked_live(world: &mut AvitoWorld) {
    setup::a_source_is_checked_live::<Shop>(world).await;
}

async fn the_hook_is_set_watched_and_removed(world: &mut AvitoWorld) {
    setup::the_hook_is_set_watched_and_removed::<Shop>(world).await;
}

async fn only_the_messenger_is_let_in(world: &mut AvitoWorld) {
    door::only_the_messenger_is_let_in::<Shop>(world).await;
}

async fn updates_come_twice_reordered_and_late(world: &mut AvitoWorld) {
    door::updates_come_twice_reordered_and_late::<Shop>(world).await;
}

async fn unreadable_bodies_are_kept(world: &mut AvitoWorld) {
    door::unreadable_bodies_are_kept::<Shop>(world).await;
}

async fn ids_that_cannot_be_stored_stop_nothing(world: &mut AvitoWorld) {
    door::ids_that_cannot_be_stored_stop_nothing::<Shop>(world).await;
}

async fn every_sample_is_taken(world: &mut AvitoWorld) {
    door::every_sample_is_taken::<Shop>(world, 26).await;
}

/// The webhook reports that it was sent.
async fn a_lost_answer_makes_no_second_message(world: &mut AvitoWorld) {
    trouble::a_lost_answer::<Shop>(world, 1).await;
}

async fn a_lost_answer_and_a_lost_process(world: &mut AvitoWorld) {
    trouble::a_lost_answer_and_a_lost_process::<Shop>(world).await;
}

async fn own_messages_are_known_after_a_restart(world: &mut AvitoWorld) {
    trouble::own_messages_are_known_after_a_restart::<Shop>(world).await;
}

async fn a_series_of_faults_keeps_the_order(world: &mut AvitoWorld) {
    trouble::a_series_of_faults_keeps_the_order::<Shop>(world).await;
}

async fn access_that_ends_holds_everything(world: &mut AvitoWorld) {
    trouble::access_that_ends_holds_everything::<Shop>(world).await;
}

async fn a_chat_that_is_gone_is_named(world: &mut AvitoWorld) {
    let chat = chatting::<Shop>(world).await;
    let gone = Fault::refuse(404, 404, "chat not found");
    world.messenger.faults().next("postSendMessage", 1, gone);
    trouble::is_reported(world, &chat, (904, "Такого чата на Авито нет")).await;
}

/// Tokens that end before their time are replaced without any notice.
async fn a_token_that_ends_is_replaced(world: &mut AvitoWorld) {
    let chat = chatting::<Shop>(world).await;
    world.messenger.revoke_tokens(chat.ids.seller, false);
    let sent = out::leaves(world, &chat, HookMessage::text("Good morning")).await;
    assert_eq!(sent[0].text, "Good morning");
}

once!(
    texts_go_both_ways,
    every_file_leaves,
    an_album_leaves_file_by_file,
    places_and_people_leave,
    a_quote_leaves,
    a_forward_says_who_wrote_it,
    a_template_is_its_final_text,
    a_long_text_leaves_in_parts,
    writing_first_is_refused,
    a_source_is_checked_live,
    the_hook_is_set_watched_and_removed,
    only_the_messenger_is_let_in,
    updates_come_twice_reordered_and_late,
    unreadable_bodies_are_kept,
    every_sample_is_taken,
    a_lost_answer_makes_no_second_message,
    a_lost_answer_and_a_lost_process,
    own_messages_are_known_after_a_restart,
    a_series_of_faults_keeps_the_order,
    access_that_ends_holds_everything,
    a_chat_that_is_gone_is_named,
    a_token_that_ends_is_replaced,
);

// What an id may hold depends on the database.
both!(ids_that_cannot_be_stored_stop_nothing);
