//! Which tests hold what Instagram, Facebook Messenger and MAX can do, as in `cells.rs`.

use super::cells::Held::{self, By, Never};
use super::cells::{Cell, cell};

/// Tests of `tests/it/messengers/`.
macro_rules! by {
    ($($name:literal),+) => { By(&[$(concat!("parom-tests::it messengers::", $name)),+]) };
}

const NO_EDITS: Held = Never("amoCRM sends no hook when a manager changes a message");
const NO_TEMPLATES: Held = Never("only amoCRM's people use templates");
const NO_NUMBERS: Held = Never("the messenger reports no number of a customer");

/// The rows of instagram.
pub const INSTAGRAM: &[Cell] = &[
    cell(
        "instagram",
        &["text"],
        by!["instagram::common::texts_go_both_ways"],
        by!["instagram::common::texts_go_both_ways"],
    ),
    cell(
        "instagram",
        &["picture", "video", "file", "voice", "audio", "sticker", "captions"],
        by!["instagram::common::every_file_leaves"],
        by!["instagram::shared::everything_that_can_be_sent_arrives"],
    ),
    cell(
        "instagram",
        &["location", "contact"],
        by!["instagram::common::places_and_people_leave"],
        Never("Meta's webhooks hold neither places nor cards"),
    ),
    cell(
        "instagram",
        &["media_groups"],
        by!["instagram::common::an_album_leaves_file_by_file"],
        by!["instagram::shared::everything_that_can_be_sent_arrives"],
    ),
    cell(
        "instagram",
        &["buttons"],
        by!["instagram::shared::buttons_leave_and_presses_arrive"],
        by!["instagram::shared::buttons_leave_and_presses_arrive"],
    ),
    cell(
        "instagram",
        &["lists"],
        by!["instagram::shared::a_list_is_a_button_a_row"],
        by!["instagram::shared::a_list_is_a_button_a_row"],
    ),
    cell(
        "instagram",
        &["quotes"],
        by!["instagram::common::a_quote_leaves"],
        by!["instagram::shared::edits_and_quotes_arrive"],
    ),
    cell(
        "instagram",
        &["forwards"],
        by!["instagram::common::a_forward_says_who_wrote_it"],
        Never("Meta's webhooks do not say that a message was forwarded"),
    ),
    cell("instagram", &["templates"], by!["instagram::common::a_template_is_its_final_text"], NO_TEMPLATES),
    cell(
        "instagram",
        &["comments"],
        by!["instagram::shared::a_comment_is_answered_in_public_and_in_private"],
        by!["instagram::shared::a_comment_is_answered_in_public_and_in_private"],
    ),
    cell(
        "instagram",
        &["reactions"],
        by!["instagram::shared::reactions_go_both_ways"],
        by!["instagram::shared::reactions_go_both_ways"],
    ),
    cell(
        "instagram",
        &["typing"],
        by!["instagram::shared::typing_is_shown_and_reading_is_reported"],
        Never("Meta does not report that a customer types"),
    ),
    cell("instagram", &["write_first"], by!["instagram::common::writing_first_is_refused"], NO_NUMBERS),
    cell("instagram", &["edits"], NO_EDITS, by!["instagram::shared::edits_and_quotes_arrive"]),
];

/// The rows of facebook.
pub const FACEBOOK: &[Cell] = &[
    cell(
        "facebook",
        &["text"],
        by!["facebook::common::texts_go_both_ways"],
        by!["facebook::common::texts_go_both_ways"],
    ),
    cell(
        "facebook",
        &["picture", "video", "file", "voice", "audio", "sticker", "captions"],
        by!["facebook::common::every_file_leaves"],
        by!["facebook::shared::everything_that_can_be_sent_arrives"],
    ),
    cell(
        "facebook",
        &["location", "contact"],
        by!["facebook::common::places_and_people_leave"],
        Never("Meta's webhooks hold neither places nor cards"),
    ),
    cell(
        "facebook",
        &["media_groups"],
        by!["facebook::common::an_album_leaves_file_by_file"],
        by!["facebook::shared::everything_that_can_be_sent_arrives"],
    ),
    cell(
        "facebook",
        &["buttons"],
        by!["facebook::shared::buttons_leave_and_presses_arrive"],
        by!["facebook::shared::buttons_leave_and_presses_arrive"],
    ),
    cell(
        "facebook",
        &["lists"],
        by!["facebook::shared::a_list_is_a_button_a_row"],
        by!["facebook::shared::a_list_is_a_button_a_row"],
    ),
    cell(
        "facebook",
        &["quotes"],
        by!["facebook::common::a_quote_leaves"],
        by!["facebook::shared::edits_and_quotes_arrive"],
    ),
    cell(
        "facebook",
        &["forwards"],
        by!["facebook::common::a_forward_says_who_wrote_it"],
        Never("Meta's webhooks do not say that a message was forwarded"),
    ),
    cell("facebook", &["templates"], by!["facebook::common::a_template_is_its_final_text"], NO_TEMPLATES),
    cell(
        "facebook",
        &["comments"],
        by!["facebook::shared::a_comment_is_answered_in_public_and_in_private"],
        by!["facebook::shared::a_comment_is_answered_in_public_and_in_private"],
    ),
    cell(
        "facebook",
        &["reactions"],
        by!["facebook::shared::reactions_go_both_ways"],
        by!["facebook::shared::reactions_go_both_ways"],
    ),
    cell(
        "facebook",
        &["typing"],
        by!["facebook::shared::typing_is_shown_and_reading_is_reported"],
        Never("Meta does not report that a customer types"),
    ),
    cell("facebook", &["write_first"], by!["facebook::common::writing_first_is_refused"], NO_NUMBERS),
    cell("facebook", &["edits"], NO_EDITS, by!["facebook::shared::edits_and_quotes_arrive"]),
];

/// The rows of MAX.
pub const MAX: &[Cell] = &[
    cell("max", &["text"], by!["max::common::texts_go_both_ways"], by!["max::common::texts_go_both_ways"]),
    cell(
        "max",
        &["picture", "video", "file", "audio", "sticker", "captions"],
        by!["max::common::every_file_leaves"],
        by!["max::inwards::everything_that_can_be_sent_arrives"],
    ),
    cell(
        "max",
        &["voice"],
        by!["max::common::every_file_leaves"],
        Never("MAX does not distinguish voice from other sound"),
    ),
    cell(
        "max",
        &["location", "contact"],
        by!["max::common::places_and_people_leave"],
        by!["max::inwards::everything_that_can_be_sent_arrives"],
    ),
    cell(
        "max",
        &["media_groups"],
        by!["max::common::an_album_leaves_file_by_file"],
        by!["max::inwards::everything_that_can_be_sent_arrives"],
    ),
    cell(
        "max",
        &["buttons"],
        by!["max::particular::buttons_leave_and_presses_arrive"],
        by!["max::particular::buttons_leave_and_presses_arrive"],
    ),
    cell(
        "max",
        &["lists"],
        by!["max::particular::a_list_is_a_button_a_row"],
        by!["max::particular::a_list_is_a_button_a_row"],
    ),
    cell(
        "max",
        &["quotes"],
        by!["max::common::a_quote_leaves"],
        by!["max::inwards::edits_quotes_forwards_and_deletions_arrive"],
    ),
    cell(
        "max",
        &["forwards"],
        by!["max::common::a_forward_says_who_wrote_it"],
        by!["max::inwards::edits_quotes_forwards_and_deletions_arrive"],
    ),
    cell("max", &["templates"], by!["max::common::a_template_is_its_final_text"], NO_TEMPLATES),
    cell(
        "max",
        &["comments"],
        by!["max::inwards::comments_of_a_channel_arrive_and_are_answered"],
        by!["max::inwards::comments_of_a_channel_arrive_and_are_answered"],
    ),
    cell("max", &["reactions"], Never("bots cannot react in MAX"), Never("MAX reports no reactions to bots")),
    cell(
        "max",
        &["typing"],
        by!["max::particular::typing_is_shown"],
        Never("MAX does not report to bots that a customer types"),
    ),
    cell("max", &["write_first"], by!["max::common::writing_first_is_refused"], NO_NUMBERS),
    cell("max", &["edits"], NO_EDITS, by!["max::inwards::edits_quotes_forwards_and_deletions_arrive"]),
];
