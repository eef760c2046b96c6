//! The tests of each connector's abilities: out, from amoCRM to the customer; inwards, from the customer to amoCRM. A
//! side without a test has a reason.

use Held::{By, Never};

/// Abilities of a connector, and what holds them on both ways.
pub struct Cell {
    pub connector: &'static str,
    pub things: &'static [&'static str],
    pub out: Held,
    pub inwards: Held,
}

/// What holds one way.
pub enum Held {
    /// Tests as `cargo nextest list` prints them.
    By(&'static [&'static str]),
    /// There is no such way, because.
    Never(&'static str),
}

pub const fn cell(connector: &'static str, things: &'static [&'static str], out: Held, inwards: Held) -> Cell {
    Cell { connector, things, out, inwards }
}

/// All of `docs/connectors.md`.
pub const CELLS: &[Cell] = &[
    cell(
        "custom",
        &["text"],
        By(&["parom-tests::it road::both_ways::a_managers_text_arrives_as_a_signed_webhook"]),
        By(&["parom-tests::it road::both_ways::a_customers_text_arrives_with_every_field"]),
    ),
    cell(
        "custom",
        &["picture", "video", "file", "voice", "audio", "sticker"],
        By(&["parom-tests::it content::kinds::every_kind_with_a_file_is_lent_out_by_a_link_of_ours"]),
        By(&["parom-tests::it inbound::kinds::every_kind_with_a_file_arrives"]),
    ),
    cell(
        "custom",
        &["location", "contact"],
        By(&["parom-tests::it content::kinds::places_and_contacts_arrive_as_structured_fields"]),
        By(&["parom-tests::it inbound::kinds::a_place_and_a_card_arrive"]),
    ),
    cell(
        "custom",
        &["captions"],
        By(&["parom-tests::it content::kinds::a_text_with_a_file_is_a_file_with_a_caption"]),
        By(&["parom-tests::it inbound::kinds::every_kind_with_a_file_arrives"]),
    ),
    cell(
        "custom",
        &["media_groups"],
        By(&["parom-tests::it content::kinds::an_album_is_a_message_a_file_with_one_group"]),
        Never("the API takes a message a file, as amoCRM does"),
    ),
    cell(
        "custom",
        &["buttons"],
        By(&["parom-tests::it content::kinds::buttons_and_lists_are_part_of_the_content"]),
        Never("a button that was pressed is a text"),
    ),
    cell(
        "custom",
        &["lists"],
        By(&["parom-tests::it content::kinds::buttons_and_lists_are_part_of_the_content"]),
        By(&["parom-tests::it inbound::kinds::a_chosen_row_comes_back"]),
    ),
    cell(
        "custom",
        &["quotes"],
        By(&["parom-tests::it content::kinds::quotes_name_the_message_by_the_id_the_messenger_knows"]),
        By(&["parom-tests::it inbound::kinds::an_answer_quotes_by_whichever_id"]),
    ),
    cell(
        "custom",
        &["forwards"],
        By(&["parom-tests::it content::kinds::a_forwarded_message_comes_with_an_empty_text"]),
        By(&["parom-tests::it inbound::kinds::a_message_is_passed_on"]),
    ),
    cell(
        "custom",
        &["templates"],
        By(&["parom-tests::it content::kinds::a_template_is_named_with_its_values"]),
        Never("only amoCRM's people use templates"),
    ),
    cell(
        "custom",
        &["comments"],
        By(&["parom-tests::it content::kinds::an_answer_to_a_comment_names_its_post"]),
        By(&["parom-tests::it inbound::kinds::comments_and_shared_posts_arrive"]),
    ),
    cell(
        "custom",
        &["reactions"],
        By(&["parom-tests::it content::live::reactions_are_set_and_taken_back"]),
        By(&["parom-tests::it inbound::live::reactions_are_set_changed_and_taken_back"]),
    ),
    cell(
        "custom",
        &["typing"],
        By(&["parom-tests::it content::live::typing_is_sent_once_while_it_lasts"]),
        By(&["parom-tests::it inbound::live::typing_is_seen_for_a_while"]),
    ),
    cell(
        "custom",
        &["write_first"],
        By(&["parom-tests::it content::kinds::the_messenger_is_asked_to_begin_by_a_phone"]),
        By(&["parom-tests::it write_first::by_the_phone_of_the_customers_first_message"]),
    ),
    cell(
        "custom",
        &["edits"],
        Never("amoCRM sends no hook when a manager changes a message"),
        By(&[
            "parom-tests::it inbound::live::a_change_follows_its_message",
            "parom-tests::it inbound::live::a_message_is_taken_back",
        ]),
    ),
    cell(
        "telegram",
        &["text"],
        By(&["parom-tests::it telegram::out::kinds::a_text_arrives_and_is_delivered_as_soon_as_telegram_has_it"]),
        By(&["parom-tests::it telegram::inwards::talk::a_start_makes_the_chat_and_keeps_where_it_came_from"]),
    ),
    cell(
        "telegram",
        &["picture", "video", "file", "voice", "audio"],
        By(&["parom-tests::it telegram::out::kinds::every_file_arrives_as_what_it_is"]),
        By(&["parom-tests::it telegram::inwards::kinds::every_file_is_what_it_was"]),
    ),
    cell(
        "telegram",
        &["sticker"],
        By(&["parom-tests::it telegram::out::kinds::every_file_arrives_as_what_it_is"]),
        By(&["parom-tests::it telegram::inwards::kinds::stickers_are_seen"]),
    ),
    cell(
        "telegram",
        &["location", "contact"],
        By(&["parom-tests::it telegram::out::kinds::places_and_people_are_native"]),
        By(&["parom-tests::it telegram::inwards::kinds::places_and_contacts_are_native"]),
    ),
    cell(
        "telegram",
        &["captions"],
        By(&[
            "parom-tests::it telegram::out::kinds::every_file_arrives_as_what_it_is",
            "parom-tests::it telegram::out::parts::a_long_caption_follows_its_file",
        ]),
        By(&["parom-tests::it telegram::inwards::kinds::every_file_is_what_it_was"]),
    ),
    cell(
        "telegram",
        &["media_groups"],
        By(&["parom-tests::it telegram::out::kinds::an_album_arrives_file_by_file"]),
        By(&["parom-tests::it telegram::inwards::kinds::an_album_comes_file_by_file"]),
    ),
    cell(
        "telegram",
        &["buttons"],
        By(&[
            "parom-tests::it telegram::out::around::buttons_are_an_inline_keyboard_whose_presses_lead_back",
            "parom-tests::it telegram::out::around::links_open_from_their_buttons",
        ]),
        By(&["parom-tests::it telegram::inwards::buttons::a_press_arrives_with_the_label_of_its_button"]),
    ),
    cell(
        "telegram",
        &["lists"],
        By(&["parom-tests::it telegram::out::around::a_list_is_a_button_a_row"]),
        By(&["parom-tests::it telegram::out::around::a_list_is_a_button_a_row"]),
    ),
    cell(
        "telegram",
        &["quotes"],
        By(&["parom-tests::it telegram::out::around::a_quote_points_to_the_customers_message"]),
        By(&["parom-tests::it telegram::inwards::talk::answers_find_what_they_answer"]),
    ),
    cell(
        "telegram",
        &["forwards"],
        By(&["parom-tests::it telegram::out::around::a_forward_says_who_wrote_it"]),
        By(&["parom-tests::it telegram::inwards::talk::a_forwarded_text_names_its_author"]),
    ),
    cell(
        "telegram",
        &["templates"],
        By(&["parom-tests::it telegram::out::around::a_template_is_its_final_text"]),
        Never("only amoCRM's people use templates"),
    ),
    cell(
        "telegram",
        &["comments"],
        By(&["parom-tests::it telegram::out::around::an_answer_to_a_comment_is_an_answer_in_the_chat"]),
        Never("a chat with a bot has no comments"),
    ),
    cell(
        "telegram",
        &["reactions"],
        By(&["parom-tests::it telegram::out::live::a_reaction_is_set_and_taken_back"]),
        By(&["parom-tests::it telegram::inwards::changes::reactions_come_and_go"]),
    ),
    cell(
        "telegram",
        &["typing"],
        By(&["parom-tests::it telegram::out::live::typing_is_shown"]),
        Never("Telegram does not report to bots that a customer types"),
    ),
    cell(
        "telegram",
        &["write_first"],
        By(&[
            "parom-tests::it telegram::out::begun::a_person_who_shared_their_number_is_reached_in_their_own_chat",
            "parom-tests::it telegram::out::begun::a_person_unknown_to_the_bot_is_904",
        ]),
        By(&["parom-tests::it telegram::inwards::talk::a_shared_own_number_becomes_the_customers_phone"]),
    ),
    cell(
        "telegram",
        &["edits"],
        By(&["parom-tests::it telegram::out::edits::texts_and_captions_are_edited_in_place"]),
        By(&[
            "parom-tests::it telegram::inwards::changes::an_edit_changes_what_amocrm_shows",
            "parom-tests::it telegram::inwards::changes::an_edit_of_a_caption_keeps_the_file",
            "parom-tests::it telegram::inwards::changes::each_caption_of_an_album_is_changed_by_itself",
        ]),
    ),
    cell(
        "webchat",
        &["text"],
        By(&["parom-tests::it webchat::a_visitor_writes_and_is_answered"]),
        By(&["parom-tests::it webchat::a_visitor_writes_and_is_answered"]),
    ),
    cell(
        "webchat",
        &["picture", "video", "file", "audio", "captions"],
        By(&["parom-tests::it content::visitor::every_kind_is_shown"]),
        By(&["parom-tests::it webchat::files::every_kind_of_file_arrives_as_what_it_is"]),
    ),
    cell(
        "webchat",
        &["voice"],
        By(&["parom-tests::it content::visitor::every_kind_is_shown"]),
        Never("the page records no voice: sound is sent as music"),
    ),
    cell(
        "webchat",
        &["sticker"],
        By(&["parom-tests::it content::visitor::every_kind_is_shown"]),
        Never("the page has emoji and no stickers"),
    ),
    cell(
        "webchat",
        &["location"],
        By(&["parom-tests::it content::visitor::every_kind_is_shown"]),
        Never("the page asks no visitor where they are"),
    ),
    cell(
        "webchat",
        &["contact"],
        By(&["parom-tests::it content::visitor::a_contact_is_a_card"]),
        Never("the page hands on no contacts"),
    ),
    cell(
        "webchat",
        &["media_groups"],
        By(&["parom-tests::it content::visitor::an_album_is_a_bubble_a_file"]),
        Never("several files are several messages, in order"),
    ),
    cell(
        "webchat",
        &["buttons"],
        By(&["parom-tests::it content::visitor::every_kind_is_shown"]),
        By(&["parom-tests::it content::visitor::every_kind_is_shown"]),
    ),
    cell(
        "webchat",
        &["lists"],
        By(&["parom-tests::it content::visitor::every_kind_is_shown"]),
        By(&["parom-tests::it content::visitor::every_kind_is_shown"]),
    ),
    cell(
        "webchat",
        &["quotes"],
        By(&["parom-tests::it content::visitor::every_kind_is_shown"]),
        Never("a visitor writes below, and quotes nothing"),
    ),
    cell(
        "webchat",
        &["forwards"],
        By(&["parom-tests::it content::visitor::a_forward_is_a_quote_marked_as_forwarded"]),
        Never("a visitor has no messages of others to forward"),
    ),
    cell(
        "webchat",
        &["templates"],
        By(&["parom-tests::it content::visitor::templates_and_answers_to_comments_are_their_text"]),
        Never("only amoCRM's people use templates"),
    ),
    cell(
        "webchat",
        &["comments"],
        By(&["parom-tests::it content::visitor::templates_and_answers_to_comments_are_their_text"]),
        Never("a chat on a site has no comments"),
    ),
    cell(
        "webchat",
        &["reactions"],
        By(&["parom-tests::it content::visitor::reactions_of_both_sides_are_shown"]),
        By(&["parom-tests::it content::visitor::reactions_of_both_sides_are_shown"]),
    ),
    cell(
        "webchat",
        &["typing"],
        By(&["parom-tests::it content::visitor::typing_is_shown_while_it_lasts"]),
        By(&["parom-tests::it webchat::a_visitor_writes_and_is_answered"]),
    ),
    cell(
        "webchat",
        &["write_first"],
        By(&["parom-tests::it content::kinds::a_chat_on_a_site_cannot_be_begun"]),
        Never("a visitor without a chat has given no number"),
    ),
    cell(
        "webchat",
        &["edits"],
        Never("amoCRM sends no hook when a manager changes a message"),
        Never("the page lets no visitor change what was sent"),
    ),
];
