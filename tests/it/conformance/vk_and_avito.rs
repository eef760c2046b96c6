//! Which tests hold what VK and Avito can do, as in `cells.rs`.

use super::cells::Held::{self, By, Never};
use super::cells::{Cell, cell};

/// Tests of `tests/it/messengers/`.
macro_rules! by {
    ($($name:literal),+) => { By(&[$(concat!("parom-tests::it messengers::", $name)),+]) };
}

const NO_EDITS: Held = Never("amoCRM sends no hook when a manager changes a message");
const NO_TEMPLATES: Held = Never("only amoCRM's people use templates");
const NO_NUMBERS: Held = Never("the messenger reports no number of a customer");

/// The rows of these kinds.
pub const CELLS: &[Cell] = &[
    cell("vk", &["text"], by!["vk::common::texts_go_both_ways"], by!["vk::common::texts_go_both_ways"]),
    cell(
        "vk",
        &["picture", "file", "voice", "sticker", "captions"],
        by!["vk::common::every_file_leaves"],
        by!["vk::inwards::everything_that_can_be_sent_arrives"],
    ),
    cell(
        "vk",
        &["video", "audio"],
        by!["vk::common::every_file_leaves"],
        by!["vk::inwards::everything_that_can_be_sent_arrives"],
    ),
    cell(
        "vk",
        &["location"],
        by!["vk::common::places_and_people_leave"],
        by!["vk::inwards::everything_that_can_be_sent_arrives"],
    ),
    cell("vk", &["contact"], by!["vk::common::places_and_people_leave"], Never("VK's messages hold no contact cards")),
    cell(
        "vk",
        &["media_groups"],
        by!["vk::common::an_album_leaves_file_by_file"],
        by!["vk::inwards::everything_that_can_be_sent_arrives"],
    ),
    cell(
        "vk",
        &["buttons"],
        by!["vk::live::buttons_leave_and_presses_arrive", "vk::live::buttons_that_vk_does_not_allow_are_words"],
        by!["vk::live::buttons_leave_and_presses_arrive"],
    ),
    cell("vk", &["lists"], by!["vk::live::a_list_is_a_button_a_row"], by!["vk::live::a_list_is_a_button_a_row"]),
    cell("vk", &["quotes"], by!["vk::common::a_quote_leaves"], by!["vk::inwards::edits_quotes_and_forwards_arrive"]),
    cell(
        "vk",
        &["forwards"],
        by!["vk::common::a_forward_says_who_wrote_it"],
        by!["vk::inwards::edits_quotes_and_forwards_arrive"],
    ),
    cell("vk", &["templates"], by!["vk::common::a_template_is_its_final_text"], NO_TEMPLATES),
    cell(
        "vk",
        &["comments"],
        by![
            "vk::comments::a_comment_arrives_and_is_answered_in_public_and_in_private",
            "vk::comments::comments_elsewhere_are_answered_in_private"
        ],
        by!["vk::comments::a_comment_arrives_and_is_answered_in_public_and_in_private"],
    ),
    cell("vk", &["reactions"], by!["vk::live::reactions_go_both_ways"], by!["vk::live::reactions_go_both_ways"]),
    cell(
        "vk",
        &["typing"],
        by!["vk::live::typing_is_seen_on_both_sides"],
        by!["vk::live::typing_is_seen_on_both_sides"],
    ),
    cell("vk", &["write_first"], by!["vk::common::writing_first_is_refused"], NO_NUMBERS),
    cell("vk", &["edits"], NO_EDITS, by!["vk::inwards::edits_quotes_and_forwards_arrive"]),
    cell("avito", &["text"], by!["avito::common::texts_go_both_ways"], by!["avito::common::texts_go_both_ways"]),
    cell(
        "avito",
        &["picture", "video", "file", "voice"],
        by!["avito::common::every_file_leaves"],
        by!["avito::inwards::everything_that_can_be_sent_arrives"],
    ),
    cell(
        "avito",
        &["audio", "sticker", "captions"],
        by!["avito::common::every_file_leaves"],
        Never("buyers can send neither music nor stickers, and no text with a picture"),
    ),
    cell(
        "avito",
        &["location"],
        by!["avito::common::places_and_people_leave"],
        by!["avito::inwards::everything_that_can_be_sent_arrives"],
    ),
    cell("avito", &["contact"], by!["avito::common::places_and_people_leave"], Never("Avito has no contact cards")),
    cell(
        "avito",
        &["media_groups"],
        by!["avito::common::an_album_leaves_file_by_file"],
        Never("each picture is a message of its own"),
    ),
    cell(
        "avito",
        &["buttons", "lists"],
        by!["avito::particular::buttons_and_lists_are_words"],
        Never("there is nothing to press at Avito"),
    ),
    cell(
        "avito",
        &["quotes"],
        by!["avito::common::a_quote_leaves"],
        Never("Avito's webhook does not say what a message quotes"),
    ),
    cell(
        "avito",
        &["forwards"],
        by!["avito::common::a_forward_says_who_wrote_it"],
        Never("Avito has no forwarding of messages"),
    ),
    cell("avito", &["templates"], by!["avito::common::a_template_is_its_final_text"], NO_TEMPLATES),
    cell(
        "avito",
        &["comments"],
        by!["avito::particular::an_answer_to_a_comment_is_an_answer_in_the_chat"],
        Never("an advert has no comments"),
    ),
    cell("avito", &["reactions", "typing"], Never("Avito has no calls for them"), Never("Avito posts nothing of them")),
    cell("avito", &["write_first"], by!["avito::common::writing_first_is_refused"], NO_NUMBERS),
    cell("avito", &["edits"], NO_EDITS, Never("Avito has no editing of messages")),
];
