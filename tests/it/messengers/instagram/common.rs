//! What is played with every messenger.

use parom_tests::once;

use super::{Instagram, MetaWorld};
use crate::messengers::steps::out::Leaves::{File, Link};
use crate::messengers::steps::{door, out, setup, trouble};

async fn texts_go_both_ways(world: &mut MetaWorld) {
    out::texts_go_both_ways::<Instagram>(world).await;
}

async fn every_file_leaves(world: &mut MetaWorld) {
    let files = [("picture", File), ("video", File), ("file", File)];
    let [picture, video, file] = files;
    let links = [("voice", Link), ("audio", Link), ("sticker", Link)];
    let [voice, audio, sticker] = links;
    out::every_file_leaves::<Instagram>(world, [picture, video, file, voice, audio, sticker]).await;
}

async fn an_album_leaves_file_by_file(world: &mut MetaWorld) {
    out::an_album_leaves_file_by_file::<Instagram>(world).await;
}

async fn places_and_people_leave(world: &mut MetaWorld) {
    out::places_and_people_leave::<Instagram>(world).await;
}

async fn a_quote_leaves(world: &mut MetaWorld) {
    out::a_quote_leaves::<Instagram>(world).await;
}

async fn a_forward_says_who_wrote_it(world: &mut MetaWorld) {
    out::a_forward_says_who_wrote_it::<Instagram>(world).await;
}

async fn a_template_is_its_final_text(world: &mut MetaWorld) {
    out::a_template_is_its_final_text::<Instagram>(world).await;
}

async fn a_long_text_leaves_in_parts(world: &mut MetaWorld) {
    out::a_long_text_leaves_in_parts::<Instagram>(world, 3_000).await;
}

async fn writing_first_is_refused(world: &mut MetaWorld) {
    out::writing_first_is_refused::<Instagram>(world).await;
}

async fn a_source_is_checked_live(world: &mut MetaWorld) {
    setup::a_source_is_checked_live::<Instagram>(world).await;
}

async fn the_hook_is_set_watched_and_removed(world: &mut MetaWorld) {
    setup::the_hook_is_set_watched_and_removed::<Instagram>(world).await;
}

async fn only_the_messenger_is_let_in(world: &mut MetaWorld) {
    door::only_the_messenger_is_let_in::<Instagram>(world).await;
}

async fn updates_come_twice_reordered_and_late(world: &mut MetaWorld) {
    door::updates_come_twice_reordered_and_late::<Instagram>(world).await;
}

async fn unreadable_bodies_are_kept(world: &mut MetaWorld) {
    door::unreadable_bodies_are_kept::<Instagram>(world).await;
}

async fn ids_that_cannot_be_stored_stop_nothing(world: &mut MetaWorld) {
    door::ids_that_cannot_be_stored_stop_nothing::<Instagram>(world).await;
}

async fn every_sample_is_taken(world: &mut MetaWorld) {
    door::every_sample_is_taken::<Instagram>(world, 30).await;
}

/// Its echo reports that it was sent.
async fn a_lost_answer_makes_no_second_message(world: &mut MetaWorld) {
    trouble::a_lost_answer::<Instagram>(world, 1).await;
}

async fn a_lost_answer_and_a_lost_process(world: &mut MetaWorld) {
    trouble::a_lost_answer_and_a_lost_process::<Instagram>(world).await;
}

async fn own_messages_are_known_after_a_restart(world: &mut MetaWorld) {
    trouble::own_messages_are_known_after_a_restart::<Instagram>(world).await;
}

async fn a_series_of_faults_keeps_the_order(world: &mut MetaWorld) {
    trouble::a_series_of_faults_keeps_the_order::<Instagram>(world).await;
}

async fn access_that_ends_holds_everything(world: &mut MetaWorld) {
    trouble::access_that_ends_holds_everything::<Instagram>(world).await;
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
