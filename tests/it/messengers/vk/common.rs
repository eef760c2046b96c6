//! What is played with every messenger.

use parom_tests::once;
use simulator::vk::Act;

use super::{Community, VkWorld};
use crate::messengers::played::chatting;
use crate::messengers::steps::out::Leaves::{Converted, File};
use crate::messengers::steps::{door, out, setup, trouble};

async fn texts_go_both_ways(world: &mut VkWorld) {
    out::texts_go_both_ways::<Community>(world).await;
}

async fn every_file_leaves(world: &mut VkWorld) {
    let files = [("picture", File), ("video", File), ("file", File), ("voice", File), ("audio", File)];
    let [picture, video, file, voice, audio] = files;
    out::every_file_leaves::<Community>(world, [picture, video, file, voice, audio, ("sticker", Converted)]).await;
}

async fn an_album_leaves_file_by_file(world: &mut VkWorld) {
    out::an_album_leaves_file_by_file::<Community>(world).await;
}

async fn places_and_people_leave(world: &mut VkWorld) {
    out::places_and_people_leave::<Community>(world).await;
}

async fn a_quote_leaves(world: &mut VkWorld) {
    out::a_quote_leaves::<Community>(world).await;
}

async fn a_forward_says_who_wrote_it(world: &mut VkWorld) {
    out::a_forward_says_who_wrote_it::<Community>(world).await;
}

async fn a_template_is_its_final_text(world: &mut VkWorld) {
    out::a_template_is_its_final_text::<Community>(world).await;
}

async fn a_long_text_leaves_in_parts(world: &mut VkWorld) {
    out::a_long_text_leaves_in_parts::<Community>(world, 20_000).await;
}

async fn writing_first_is_refused(world: &mut VkWorld) {
    out::writing_first_is_refused::<Community>(world).await;
}

async fn a_source_is_checked_live(world: &mut VkWorld) {
    setup::a_source_is_checked_live::<Community>(world).await;
}

async fn the_hook_is_set_watched_and_removed(world: &mut VkWorld) {
    setup::the_hook_is_set_watched_and_removed::<Community>(world).await;
}

async fn only_the_messenger_is_let_in(world: &mut VkWorld) {
    door::only_the_messenger_is_let_in::<Community>(world).await;
}

async fn updates_come_twice_reordered_and_late(world: &mut VkWorld) {
    door::updates_come_twice_reordered_and_late::<Community>(world).await;
}

async fn unreadable_bodies_are_kept(world: &mut VkWorld) {
    door::unreadable_bodies_are_kept::<Community>(world).await;
}

async fn ids_that_cannot_be_stored_stop_nothing(world: &mut VkWorld) {
    door::ids_that_cannot_be_stored_stop_nothing::<Community>(world).await;
}

async fn every_sample_is_taken(world: &mut VkWorld) {
    door::every_sample_is_taken::<Community>(world, 44).await;
}

/// The same `random_id` is the same message.
async fn a_lost_answer_makes_no_second_message(world: &mut VkWorld) {
    trouble::a_lost_answer::<Community>(world, 1).await;
}

async fn a_lost_answer_and_a_lost_process(world: &mut VkWorld) {
    trouble::a_lost_answer_and_a_lost_process::<Community>(world).await;
}

async fn own_messages_are_known_after_a_restart(world: &mut VkWorld) {
    trouble::own_messages_are_known_after_a_restart::<Community>(world).await;
}

async fn a_series_of_faults_keeps_the_order(world: &mut VkWorld) {
    trouble::a_series_of_faults_keeps_the_order::<Community>(world).await;
}

async fn access_that_ends_holds_everything(world: &mut VkWorld) {
    trouble::access_that_ends_holds_everything::<Community>(world).await;
}

async fn customers_who_cannot_be_reached_are_named(world: &mut VkWorld) {
    let chat = chatting::<Community>(world).await;
    let (community, who) = (chat.ids.community, chat.ids.maria);
    world.messenger.customer(who, community).stops().unwrap();
    trouble::is_reported(world, &chat, (904, "Попросите его сначала написать")).await;
    world.messenger.customer(who, community).starts("").unwrap();
    world.messenger.act(Act::own("ban").who(who).line(community).with("banned", true)).unwrap();
    trouble::is_reported(world, &chat, (905, "в чёрном списке")).await;
    world.messenger.delete_person(who);
    trouble::is_reported(world, &chat, (901, "удалён")).await;
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
    customers_who_cannot_be_reached_are_named,
);
