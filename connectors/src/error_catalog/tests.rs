use base::i18n::Language;

use super::*;

mod whatsapp;

/// Telegram's answers, verbatim; `N` replaces variable parts.
const ANSWERS: &[(&str, u32, &str)] = &[
    ("t1", 403, "Forbidden: bot was blocked by the user"),
    ("t2", 403, "Forbidden: user is deactivated"),
    ("t3", 403, "Forbidden: bot can't initiate conversation with a user"),
    ("t4", 400, "Bad Request: chat not found"),
    ("t5", 400, "Bad Request: private chat not found"),
    ("t6", 400, "Bad Request: PEER_ID_INVALID"),
    ("t7", 403, "Forbidden: bot was kicked from the supergroup chat"),
    ("t8", 403, "Forbidden: bot is not a member of the supergroup chat"),
    ("t9", 403, "Forbidden: the group chat was deleted"),
    ("t10", 403, "Forbidden: bot can't send messages to bots"),
    ("t11", 400, "Bad Request: group chat was upgraded to a supergroup chat"),
    ("t12", 400, "Bad Request: not enough rights to send text messages to the chat"),
    ("t13", 400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
    ("t14", 400, "Bad Request: CHAT_RESTRICTED"),
    ("t15", 400, "Bad Request: message thread not found"),
    ("t15", 400, "Bad Request: TOPIC_CLOSED"),
    ("t16", 400, "Bad Request: message is too long"),
    ("t17", 400, "Bad Request: message caption is too long"),
    ("t18", 400, "Bad Request: message text is empty"),
    ("t18", 400, "Bad Request: text must be non-empty"),
    ("t19", 400, "Bad Request: can't parse entities: Unexpected end of name token at byte offset 5"),
    ("t20", 400, "Bad Request: message to be replied not found"),
    ("t21", 400, "Bad Request: QUOTE_TEXT_INVALID"),
    ("t22", 400, "Bad Request: wrong file identifier/HTTP URL specified"),
    ("t22", 400, "Bad Request: Wrong HTTP URL specified"),
    ("t23", 400, "Bad Request: failed to get HTTP URL content"),
    ("t24", 400, "Bad Request: wrong type of the web page content"),
    ("t25", 400, "Bad Request: wrong remote file identifier specified: can't unserialize it"),
    ("t26", 400, "Bad Request: wrong file_id or the file is temporarily unavailable"),
    ("t27", 400, "Bad Request: file is too big"),
    ("t28", 413, "Request Entity Too Large"),
    ("t29", 400, "Bad Request: PHOTO_INVALID_DIMENSIONS"),
    ("t30", 400, "Bad Request: IMAGE_PROCESS_FAILED"),
    ("t31", 400, "Bad Request: VOICE_MESSAGES_FORBIDDEN"),
    ("t32", 400, "Bad Request: Can't use the media of the specified type in the album"),
    ("t33", 400, "Bad Request: BUTTON_DATA_INVALID"),
    ("t34", 400, "Bad Request: BUTTON_URL_INVALID"),
    ("t34", 400, "Bad Request: inline keyboard button URL 'x' is invalid: Wrong HTTP URL"),
    ("t35", 400, "Bad Request: reply markup is too long"),
    ("t36", 400, "Bad Request: REACTION_INVALID"),
    ("t37", 400, "Bad Request: message is not modified: specified new message content is the same"),
    ("t38", 400, "Bad Request: message can't be edited"),
    ("t39", 400, "Bad Request: message to edit not found"),
    ("t39", 400, "Bad Request: message to delete not found"),
    ("t40", 400, "Bad Request: message can't be deleted for everyone"),
    ("t41", 400, "Bad Request: query is too old and response timeout expired or query ID is invalid"),
    ("t42", 400, "Bad Request: business connection not found"),
    ("t43", 400, "Bad Request: BUSINESS_PEER_USAGE_MISSING"),
    ("t44", 400, "Bad Request: BUSINESS_PEER_INVALID"),
    ("t45", 400, "Bad Request: FROZEN_METHOD_INVALID"),
    ("t46", 401, "Unauthorized"),
    ("t46", 401, "Unauthorized: invalid token specified"),
    ("t47", 404, "Not Found"),
    ("t48", 421, "Misdirected Request: unallowed token specified"),
    ("t49", 409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"),
    ("t51", 400, "Bad Request: bad webhook: HTTPS url must be provided for webhook"),
    ("t51", 400, "Bad Request: invalid webhook URL specified"),
    ("t52", 429, "Too Many Requests: retry after 34"),
    ("t53", 500, "Internal Server Error: restart"),
    ("t54", 500, "Internal Server Error: sent message was immediately deleted and can't be returned"),
    ("t55", 502, ""),
    ("t55", 503, ""),
    ("t55", 504, ""),
    ("403", 403, "Forbidden: something new"),
    ("400", 400, "Bad Request: something new"),
    ("5xx", 500, "Internal Server Error"),
    ("5xx", 520, ""),
];

/// Rows that no sending method answers.
const NOT_ANSWERED: [&str; 2] = ["t50", "t56"];

#[test]
fn every_answer_finds_its_row() {
    for (id, code, text) in ANSWERS {
        let found = TELEGRAM.find(*code, text).unwrap_or_else(|| panic!("{code} {text}"));
        assert_eq!(found.id, *id, "{code} {text}");
        assert_eq!(TELEGRAM.find(*code, &text.to_uppercase()), Some(found), "in upper and lower case");
    }
    assert_eq!(TELEGRAM.find(302_u32, ""), None);
}

#[test]
fn every_row_is_found_by_an_answer_and_has_words() {
    for row in TELEGRAM.rows.iter().chain(TELEGRAM.defaults) {
        let tried = ANSWERS.iter().any(|(id, ..)| *id == row.id) || NOT_ANSWERED.contains(&row.id);
        assert!(tried, "{} has no answer", row.id);
        for language in Language::ALL {
            let words = Words::new(language);
            assert!(words.has(row.key()), "{}", row.key());
            let text = row.failure(words).text;
            assert!(text.chars().count() <= 120, "amoCRM shows 120 characters: {text}");
        }
    }
    assert_eq!(TELEGRAM.rows.len(), 56);
}

#[test]
fn codes_of_amocrm_are_those_of_the_documents() {
    let code = |id| TELEGRAM.row(id).unwrap().failure(Words::new(Language::En)).code.amocrm_code();
    for (id, amocrm) in
        [("t1", 901), ("t4", 904), ("t12", 905), ("t43", 905), ("t46", 902), ("t52", 903), ("403", 901), ("400", 905)]
    {
        assert_eq!(code(id), amocrm, "{id}");
    }
}

/// Avito's answers; its documents name codes alone.
const OF_AVITO: &[(&str, u32, &str)] = &[
    ("a1", 401, "invalid_grant"),
    ("a2", 401, "invalid_client"),
    ("a2", 401, "Unauthorized"),
    ("a3", 402, "Payment required"),
    ("a4", 403, "Forbidden"),
    ("a5", 404, "Not found"),
    ("a6", 413, ""),
    ("a6", 415, ""),
    ("a7", 429, "Too Many Requests"),
    ("400", 400, "Bad Request"),
    ("4xx", 409, ""),
    ("5xx", 500, "Internal Server Error"),
    ("5xx", 503, ""),
];

#[test]
fn every_answer_of_avito_finds_its_row_and_every_row_has_words() {
    for (id, code, text) in OF_AVITO {
        assert_eq!(AVITO.find(*code, text).map(|row| row.id), Some(*id), "{code} {text}");
    }
    for row in AVITO.rows.iter().chain(AVITO.defaults) {
        assert!(OF_AVITO.iter().any(|(id, ..)| *id == row.id) || ["a8", "a9"].contains(&row.id), "{}", row.id);
        for language in Language::ALL {
            let words = Words::new(language);
            assert!(words.has(row.key()), "{}", row.key());
            let text = row.failure(words).text;
            assert!(text.chars().count() <= 120, "amoCRM shows 120 characters: {text}");
        }
    }
    let code = |id| AVITO.row(id).unwrap().failure(Words::new(Language::En)).code.amocrm_code();
    assert_eq!(["a2", "a3", "a4", "a5", "a7", "400"].map(code), [902, 902, 902, 904, 903, 905]);
}

/// A sentence and its `SNAKE_CASE` are one refusal.
#[test]
fn both_spellings_of_a_row_are_found() {
    for (text, id) in [
        ("Bad Request: message caption is too long", "t17"),
        ("Bad Request: MEDIA_CAPTION_TOO_LONG", "t17"),
        ("Bad Request: MESSAGE_TOO_LONG", "t16"),
        ("Bad Request: voice messages forbidden", "t31"),
    ] {
        assert_eq!(TELEGRAM.find(400_u32, text).map(|row| row.id), Some(id), "{text}");
    }
}
