//! Instagram's and Messenger's answers, in the words of their documents.

use base::i18n::{Language, Words};

use super::*;

const ANSWERS: &[(&str, u32, &str)] = &[
    ("window", 10, "(#10) This message is sent outside of allowed window. Learn more about the new policy here"),
    ("not_receiving", 10, "(#10) This person isn't receiving messages from you right now #2018108"),
    ("blocked_by_person", 551, "(#551) This person isn't available right now. #1545041"),
    ("unavailable", 200, "(#200) This person isn't available right now. #1545041"),
    ("unknown_person", 100, "(#100) No matching user found #2018001"),
    ("answered", 10_900, "(#10900) Activity already replied to"),
    ("not_privately", 10_903, "(#10903) This user cant reply to this activity"),
    ("gone", 100, "Unsupported get request. Object with ID '1' does not exist #33"),
    ("too_long", 100, "(#100) Length of param message[text] must be less than or equal to 2000"),
    ("too_large", 100, "(#100) Attachment size exceeds allowable limit #2018109"),
    ("not_taken", 100, "(#100) Upload attachment failure. #2018047"),
    ("not_taken", 100, "(#100) Failed to fetch the file from the url #2018008"),
    ("quote", 100, "(#100) Invalid parameter reply_to"),
    ("token", 190, "Error validating access token: Session has expired. #463"),
    ("session", 104, "An access token is required to request this resource."),
    ("permission", 10, "(#10) Application does not have permission for this action"),
    ("permissions", 200, "(#200) Requires pages_messaging permission"),
    ("permissions", 230, "(#230) Requires pages_messaging permission to manage the object"),
    ("restricted", 368, "The action attempted has been deemed abusive or is otherwise disallowed"),
    ("app_rate", 4, "(#4) Application request limit reached"),
    ("user_rate", 9, "User is performing too many actions"),
    ("user_rate", 17, "(#17) User request limit reached"),
    ("page_rate", 32, "(#32) Page request limit reached"),
    ("rate", 613, "(#613) Calls to this api have exceeded the rate limit."),
    ("use_case_rate", 80_006, "There have been too many calls for this messenger account"),
    ("temporary", 2, "An unexpected error has occurred. Please retry your request later."),
    ("unsent", 1200, "Temporary send message failure. Please try again later."),
    ("busy", 429, ""),
    ("server", 502, ""),
    ("parameter", 100, "(#100) something new"),
    ("other", 404, ""),
    ("other", 999_999, "something new"),
];

/// Rows that no answer leads to.
const NOT_ANSWERED: [&str; 1] = ["empty"];

#[test]
fn every_answer_finds_its_row_and_every_row_has_words() {
    for catalog in [INSTAGRAM, FACEBOOK] {
        for (id, code, text) in ANSWERS {
            let found = catalog.find(*code, text).unwrap_or_else(|| panic!("{code} {text}"));
            assert_eq!(found.id, *id, "{} {code} {text}", catalog.kind);
        }
        for row in catalog.rows.iter().chain(catalog.defaults) {
            let tried = ANSWERS.iter().any(|(id, ..)| *id == row.id) || NOT_ANSWERED.contains(&row.id);
            assert!(tried, "{} has no answer", row.id);
            for language in Language::ALL {
                let words = Words::new(language);
                assert!(words.has(row.key()), "{}", row.key());
                let text = row.failure(words).text;
                assert!(text.chars().count() <= 120, "amoCRM shows 120 characters: {text}");
            }
        }
    }
    assert_eq!(INSTAGRAM.find(10_u32, "#2534022").unwrap().id, "window");
    assert_eq!(FACEBOOK.find(10_u32, "#2018278").unwrap().id, "window");
}

#[test]
fn codes_of_amocrm_are_those_of_the_documents() {
    let code = |id| FACEBOOK.failure(id, Words::new(Language::En)).code.amocrm_code();
    for (id, amocrm) in [
        ("window", 905),
        ("blocked_by_person", 901),
        ("unavailable", 901),
        ("unknown_person", 904),
        ("token", 902),
        ("rate", 903),
        ("other", 905),
    ] {
        assert_eq!(code(id), amocrm, "{id}");
    }
}
