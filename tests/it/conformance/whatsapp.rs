//! The cells of WhatsApp.

use super::cells::Held::{By, Never};
use super::cells::{Cell, cell};

/// All of its abilities.
pub const CELLS: &[Cell] = &[
    cell(
        "whatsapp",
        &["text"],
        By(&["parom-tests::it messengers::whatsapp::kinds::a_text_arrives_and_its_statuses_are_reported"]),
        By(&["parom-tests::it messengers::whatsapp::inwards::a_customer_is_shown_with_name_and_phone"]),
    ),
    cell(
        "whatsapp",
        &["picture", "video", "file", "voice", "audio", "sticker"],
        By(&[
            "parom-tests::it messengers::whatsapp::kinds::every_file_arrives_as_what_it_is",
            "parom-tests::it messengers::whatsapp::kinds::a_picture_that_meta_does_not_accept_becomes_a_document",
        ]),
        By(&["parom-tests::it messengers::whatsapp::inwards::every_file_is_what_it_was"]),
    ),
    cell(
        "whatsapp",
        &["location", "contact"],
        By(&["parom-tests::it messengers::whatsapp::kinds::places_and_people_are_native"]),
        By(&["parom-tests::it messengers::whatsapp::inwards::places_and_contacts_are_native"]),
    ),
    cell(
        "whatsapp",
        &["captions"],
        By(&["parom-tests::it messengers::whatsapp::kinds::captions_are_below_their_file_or_follow_it"]),
        By(&["parom-tests::it messengers::whatsapp::inwards::every_file_is_what_it_was"]),
    ),
    cell(
        "whatsapp",
        &["media_groups"],
        By(&["parom-tests::it messengers::whatsapp::kinds::an_album_arrives_file_by_file"]),
        Never("WhatsApp does not report to apps which files were chosen together"),
    ),
    cell(
        "whatsapp",
        &["buttons"],
        By(&[
            "parom-tests::it messengers::whatsapp::buttons::buttons_are_buttons_a_list_or_lines",
            "parom-tests::it messengers::whatsapp::buttons::labels_that_are_too_long_are_lines",
            "parom-tests::it messengers::whatsapp::buttons::a_link_opens_from_its_button",
            "parom-tests::it messengers::whatsapp::buttons::a_picture_with_buttons_is_one_message",
        ]),
        By(&[
            "parom-tests::it messengers::whatsapp::inwards::a_press_arrives_with_the_label_of_its_button",
            "parom-tests::it messengers::whatsapp::buttons::a_typed_number_is_its_button",
        ]),
    ),
    cell(
        "whatsapp",
        &["lists"],
        By(&[
            "parom-tests::it messengers::whatsapp::buttons::a_list_is_a_list",
            "parom-tests::it messengers::whatsapp::buttons::a_list_of_many_rows_is_several",
        ]),
        By(&["parom-tests::it messengers::whatsapp::inwards::a_chosen_row_comes_back_with_its_data"]),
    ),
    cell(
        "whatsapp",
        &["quotes"],
        By(&["parom-tests::it messengers::whatsapp::live::a_quote_points_to_the_customers_message"]),
        By(&["parom-tests::it messengers::whatsapp::inwards::answers_find_what_they_answer"]),
    ),
    cell(
        "whatsapp",
        &["forwards"],
        By(&["parom-tests::it messengers::whatsapp::kinds::a_forward_and_a_public_answer_are_words"]),
        By(&["parom-tests::it messengers::whatsapp::inwards::a_forwarded_text_is_marked_as_forwarded"]),
    ),
    cell(
        "whatsapp",
        &["templates"],
        By(&[
            "parom-tests::it messengers::whatsapp::templates::a_template_is_reviewed_and_sent_outside_of_the_window",
            "parom-tests::it messengers::whatsapp::templates::files::a_file_is_reviewed_with_the_text_and_sent_by_managers_and_bots",
        ]),
        Never("only amoCRM's people use templates"),
    ),
    cell(
        "whatsapp",
        &["comments"],
        By(&["parom-tests::it messengers::whatsapp::kinds::a_forward_and_a_public_answer_are_words"]),
        Never("a chat with a number has no comments"),
    ),
    cell(
        "whatsapp",
        &["reactions"],
        By(&["parom-tests::it messengers::whatsapp::live::a_reaction_is_set_and_taken_back"]),
        By(&["parom-tests::it messengers::whatsapp::inwards::reactions_come_and_go"]),
    ),
    cell(
        "whatsapp",
        &["typing"],
        By(&["parom-tests::it messengers::whatsapp::live::typing_is_shown_and_reads"]),
        Never("WhatsApp does not report to apps that a customer types"),
    ),
    cell(
        "whatsapp",
        &["write_first"],
        By(&[
            "parom-tests::it messengers::whatsapp::write_first::a_person_with_whatsapp_gets_the_template_and_answers_in_the_same_chat",
            "parom-tests::it messengers::whatsapp::write_first::a_number_without_whatsapp_is_904",
        ]),
        By(&[
            "parom-tests::it messengers::whatsapp::write_first::a_person_with_whatsapp_gets_the_template_and_answers_in_the_same_chat",
        ]),
    ),
    cell(
        "whatsapp",
        &["edits"],
        Never("amoCRM sends no hook when a manager changes a message"),
        By(&["parom-tests::it messengers::whatsapp::inwards::edits_and_deletions_change_what_amocrm_shows"]),
    ),
];
