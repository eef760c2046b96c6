//! What is played with every messenger.

use parom_tests::once;

use super::{Facebook, MetaWorld};
use crate::messengers::steps::out::Leaves::{Converted, File};
use crate::messengers::steps::{door, out, setup, trouble};

async fn texts_go_both_ways(world: &mut MetaWorld) {
    out::texts_go_both_ways::<Facebook>(world).await;
}

async fn every_file_leaves(world: &mut MetaWorld) {
    let files = [("picture", File), ("video", File), ("file", File), ("voice", File), ("audio", File)];
    let [picture, video, file, voice, audio] = files;
    out::every_file_leaves::<Facebook>(world, [picture, video, file, voice, audio, ("sticker", Converted)]).await;
}

async fn an_album_leaves_file_by_file(world: &mut MetaWorld) {
    out::an_album_leaves_file_by_file::<Facebook>(world).await;
}

async fn places_and_people_leave(world: &mut MetaWorld) {
    out::places_and_people_leave::<Facebook>(world).await;
}

async fn a_quote_leaves(world: &mut MetaWorld) {
    out::a_quote_leaves::<Facebook>(world).await;
}

async fn a_forward_says_who_wrote_it(world: &mut MetaWorld) {
    out::a_forward_says_who_wrote_it::<Facebook>(world).await;
}

async fn a_template_is_its_final_text(world: &mut MetaWorld) {
    out::a_template_is_its_final_text::<Facebook>(world).await;
}

async fn a_long_text_leaves_in_parts(world: &mut MetaWorld) {
    out::a_long_text_leaves_in_parts::<Facebook>(world, 5_000).await;
}

async fn writing_first_is_refused(world: &mut MetaWorld) {
    out::writing_first_is_refused::<Facebook>(world).await;
}

async fn a_source_is_checked_live(world: &mut MetaWorld) {
    setup::a_source_is_checked_live::<Facebook>(world).await;
}

async fn the_hook_is_set_watched_and_removed(world: &mut MetaWorld) {
    setup::the_hook_is_set_watched_and_removed::<Facebook>(world).await;
}

async fn only_the_messenger_is_let_in(world: &mut MetaWorld) {
    door::only_the_messenger_is_let_in::<Facebook>(world).await;
}

async fn updates_come_twice_reordered_and_late(world: &mut MetaWorld) {
    door::updates_come_twice_reordered_and_late::<Facebook>(world).await;
}

async fn unreadable_bodies_are_kept(world: &mut MetaWorld) {
    door::unreadable_bodies_are_kept::<Facebook>(world).await;
}

async fn ids_that_cannot_be_stored_stop_nothing(world: &mut MetaWorld) {
    door::ids_that_cannot_be_stored_stop_nothing::<Facebook>(world).await;
}

async fn every_sample_is_taken(world: &mut MetaWorld) {
    door::every_sample_is_taken::<Facebook>(world, 35).await;
}

/// Its echo reports that it was sent.
async fn a_lost_answer_makes_no_second_message(world: &mut MetaWorld) {
    trouble::a_lost_answer::<Facebook>(world, 1).await;
}

async fn a_lost_answer_and_a_lost_process(world: &mut MetaWorld) {
    trouble::a_lost_answer_and_a_lost_process::<Facebook>(world).await;
}

async fn own_messages_are_known_after_a_restart(world: &mut MetaWorld) {
    trouble::own_messages_are_known_after_a_restart::<Facebook>(world).await;
}

async fn a_series_of_faults_keeps_the_order(world: &mut MetaWorld) {
    trouble::a_series_of_faults_keeps_the_order::<Facebook>(world).await;
}

async fn access_that_ends_holds_everything(world: &mut MetaWorld) {
    trouble::access_that_ends_holds_everything::<Facebook>(world).await;
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
    ids_that_cannot_be_stored_stop_nothing,
    every_sample_is_taken,
    a_lost_answer_makes_no_second_message,
    a_lost_answer_and_a_lost_process,
    own_messages_are_known_after_a_restart,
    a_series_of_faults_keeps_the_order,
    access_that_ends_holds_everything,
);
