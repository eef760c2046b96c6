//! The tests of the abilities of those who do not play the contract: out, from amoCRM to the customer; inwards, from the
//! customer to amoCRM. A side without a test has a reason.

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

/// A cell a row: the messenger and its abilities; what holds them out; what holds them inwards.
macro_rules! cells {
    ($($kind:literal: $($thing:literal)+; $out:ident $($outs:literal)+; $back:ident $($ins:literal)+;)+) => {
        &[$(cell($kind, &[$($thing),+], cells!(@$out $($outs)+), cells!(@$back $($ins)+))),+]
    };
    (@by $($name:literal)+) => { By(&[$(concat!("parom-tests::it ", $name)),+]) };
    (@never $reason:literal) => { Never($reason) };
}

/// Messengers of the API, and the chat on a site.
pub const CELLS: &[Cell] = cells! {
    "custom": "text";
        by "road::both_ways::a_managers_text_arrives_as_a_signed_webhook";
        by "road::both_ways::a_customers_text_arrives_with_every_field";
    "custom": "picture" "video" "file" "voice" "audio" "sticker";
        by "content::kinds::every_kind_with_a_file_is_lent_out_by_a_link_of_ours";
        by "inbound::kinds::every_kind_with_a_file_arrives";
    "custom": "location" "contact";
        by "content::kinds::places_and_contacts_arrive_as_structured_fields";
        by "inbound::kinds::contents_without_files_arrive";
    "custom": "captions";
        by "content::kinds::a_text_with_a_file_is_a_file_with_a_caption";
        by "inbound::kinds::every_kind_with_a_file_arrives";
    "custom": "media_groups";
        by "content::kinds::an_album_is_a_message_a_file_with_one_group";
        never "the API takes a message a file, as amoCRM does";
    "custom": "buttons";
        by "content::kinds::buttons_and_lists_are_part_of_the_content";
        never "a button that was pressed is a text";
    "custom": "lists";
        by "content::kinds::buttons_and_lists_are_part_of_the_content";
        by "inbound::kinds::contents_without_files_arrive";
    "custom": "quotes";
        by "content::kinds::quotes_name_the_message_by_the_id_the_messenger_knows";
        by "inbound::kinds::an_answer_quotes_by_whichever_id";
    "custom": "forwards";
        by "content::kinds::a_forwarded_message_comes_with_an_empty_text";
        by "inbound::kinds::a_message_is_passed_on";
    "custom": "templates";
        by "content::kinds::a_template_is_named_with_its_values";
        never "only amoCRM's people use templates";
    "custom": "comments";
        by "content::kinds::an_answer_to_a_comment_names_its_post";
        by "inbound::kinds::comments_and_shared_posts_arrive";
    "custom": "reactions";
        by "content::live::reactions_are_set_and_taken_back";
        by "inbound::live::reactions_are_set_changed_and_taken_back";
    "custom": "typing";
        by "content::live::typing_is_sent_once_while_it_lasts";
        by "inbound::live::typing_is_seen_for_a_while";
    "custom": "write_first";
        by "content::kinds::the_messenger_is_asked_to_begin_by_a_phone";
        by "write_first::by_the_phone_of_the_customers_first_message";
    "custom": "edits";
        never "amoCRM sends no hook when a manager changes a message";
        by "inbound::live::a_change_follows_its_message" "inbound::live::a_message_is_taken_back";
    "webchat": "text";
        by "webchat::a_visitor_writes_and_is_answered";
        by "webchat::a_visitor_writes_and_is_answered";
    "webchat": "picture" "video" "file" "audio" "captions";
        by "content::visitor::every_kind_is_shown";
        by "webchat::files::every_kind_of_file_arrives_as_what_it_is";
    "webchat": "voice";
        by "content::visitor::every_kind_is_shown";
        never "the page records no voice: sound is sent as music";
    "webchat": "sticker";
        by "content::visitor::every_kind_is_shown";
        never "the page has emoji and no stickers";
    "webchat": "location";
        by "content::visitor::every_kind_is_shown";
        never "the page asks no visitor where they are";
    "webchat": "contact";
        by "content::visitor::parts_around_messages_are_shown";
        never "the page hands on no contacts";
    "webchat": "media_groups";
        by "content::visitor::parts_around_messages_are_shown";
        never "several files are several messages, in order";
    "webchat": "buttons";
        by "content::visitor::every_kind_is_shown";
        by "content::visitor::every_kind_is_shown";
    "webchat": "lists";
        by "content::visitor::every_kind_is_shown";
        by "content::visitor::every_kind_is_shown";
    "webchat": "quotes";
        by "content::visitor::every_kind_is_shown";
        never "a visitor writes below, and quotes nothing";
    "webchat": "forwards";
        by "content::visitor::parts_around_messages_are_shown";
        never "a visitor has no messages of others to forward";
    "webchat": "templates";
        by "content::visitor::parts_around_messages_are_shown";
        never "only amoCRM's people use templates";
    "webchat": "comments";
        by "content::visitor::parts_around_messages_are_shown";
        never "a chat on a site has no comments";
    "webchat": "reactions";
        by "content::visitor::reactions_of_both_sides_are_shown";
        by "content::visitor::reactions_of_both_sides_are_shown";
    "webchat": "typing";
        by "content::visitor::typing_is_shown_while_it_lasts";
        by "webchat::a_visitor_writes_and_is_answered";
    "webchat": "write_first";
        by "content::kinds::a_chat_on_a_site_cannot_be_begun";
        never "a visitor without a chat has given no number";
    "webchat": "edits";
        never "amoCRM sends no hook when a manager changes a message";
        never "the page lets no visitor change what was sent";
};
