//! What is played with every messenger.

use parom_tests::once;

use super::{Bot, MaxWorld};
use crate::messengers::steps::out::Leaves::{Converted, File};
use crate::messengers::steps::{door, out, setup, trouble};

async fn texts_go_both_ways(world: &mut MaxWorld) {
    out::texts_go_both_ways::<Bot>(world).await;
}

async fn every_file_leaves(world: &mut MaxWorld) {
    let files = [("picture", File), ("video", File), ("file", File), ("voice", File), ("audio", File)];
    let [picture, video, file, voice, audio] = files;
    out::every_file_leaves::<Bot>(world, [picture, video, file, voice, audio, ("sticker", Converted)]).await;
}

async fn an_album_leaves_file_by_file(world: &mut MaxWorld) {
    out::an_album_leaves_file_by_file::<Bot>(world).await;
}

async fn places_and_people_leave(world: &mut MaxWorld) {
    out::places_and_people_leave::<Bot>(world).await;
}

async fn a_quote_leaves(world: &mut MaxWorld) {
    out::a_quote_leaves::<Bot>(world).await;
}

async fn a_forward_says_who_wrote_it(world: &mut MaxWorld) {
    out::a_forward_says_who_wrote_it::<Bot>(world).await;
}

async fn a_template_is_its_final_text(world: &mut MaxWorld) {
    out::a_template_is_its_final_text::<Bot>(world).await;
}

async fn a_long_text_leaves_in_parts(world: &mut MaxWorld) {
    out::a_long_text_leaves_in_parts::<Bot>(world, 9_000).await;
}

async fn writing_first_is_refused(world: &mut MaxWorld) {
    out::writing_first_is_refused::<Bot>(world).await;
}

async fn a_source_is_checked_live(world: &mut MaxWorld) {
    setup::a_source_is_checked_live::<Bot>(world).await;
}

async fn the_hook_is_set_watched_and_removed(world: &mut MaxWorld) {
    setup::the_hook_is_set_watched_and_removed::<Bot>(world).await;
}

async fn only_the_messenger_is_let_in(world: &mut MaxWorld) {
    door::only_the_messenger_is_let_in::<Bot>(world).await;
}

async fn updates_come_twice_reordered_and_late(world: &mut MaxWorld) {
    door::updates_come_twice_reordered_and_late::<Bot>(world).await;
}

async fn unreadable_bodies_are_kept(world: &mut MaxWorld) {
    door::unreadable_bodies_are_kept::<Bot>(world).await;
}

async fn ids_that_cannot_be_stored_stop_nothing(world: &mut MaxWorld) {
    door::ids_that_cannot_be_stored_stop_nothing::<Bot>(world).await;
}

async fn every_sample_is_taken(world: &mut MaxWorld) {
    door::every_sample_is_taken::<Bot>(world, 30).await;
}

/// MAX reports nothing of what was sent, and has no key against repeats.
async fn a_lost_answer_makes_at_most_one_repeat(world: &mut MaxWorld) {
    trouble::a_lost_answer::<Bot>(world, 2).await;
}

async fn a_series_of_faults_keeps_the_order(world: &mut MaxWorld) {
    trouble::a_series_of_faults_keeps_the_order::<Bot>(world).await;
}

async fn access_that_ends_holds_everything(world: &mut MaxWorld) {
    trouble::access_that_ends_holds_everything::<Bot>(world).await;
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
    a_lost_answer_makes_at_most_one_repeat,
    a_series_of_faults_keeps_the_order,
    access_that_ends_holds_everything,
);
