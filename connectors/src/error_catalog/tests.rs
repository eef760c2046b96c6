//! Each row is found by what it lists, and recorded answers lead to the rows that they mean.

use base::i18n::{Language, LocalizedText};

use super::*;

/// Rows to which no answer of a sending method leads.
const NOT_ANSWERED: &[&str] = &["t50", "t56", "a8", "a9", "m21", "m22", "upload", "unknown", "empty", "w62", "w63"];

/// Row, code and text of answers that several rows may mean, or that have more than the row's words.
type Recorded = &'static [(&'static str, u32, &'static str)];

/// `N` replaces variable parts.
const OF_TELEGRAM: Recorded = &[
    ("t5", 400, "Bad Request: private chat not found"),
    ("t16", 400, "Bad Request: MESSAGE_TOO_LONG"),
    ("t17", 400, "Bad Request: message caption is too long"),
    ("t17", 400, "Bad Request: MEDIA_CAPTION_TOO_LONG"),
    ("t31", 400, "Bad Request: voice messages forbidden"),
    ("t34", 400, "Bad Request: inline keyboard button URL 'x' is invalid: Wrong HTTP URL"),
    ("t46", 401, "Unauthorized: invalid token specified"),
    ("t53", 500, "Internal Server Error: restart"),
    ("5xx", 500, "Internal Server Error"),
    ("403", 403, "Forbidden: something new"),
];

/// Instagram's and Messenger's, in the words of their documents.
const OF_META: Recorded = &[
    ("window", 10, "(#10) This message is sent outside of allowed window. Learn more about the new policy here"),
    ("not_receiving", 10, "(#10) This person isn't receiving messages from you right now #2018108"),
    ("permission", 10, "(#10) Application does not have permission for this action"),
    ("unavailable", 200, "(#200) This person isn't available right now. #1545041"),
    ("permissions", 200, "(#200) Requires pages_messaging permission"),
    ("unknown_person", 100, "(#100) No matching user found #2018001"),
    ("gone", 100, "Unsupported get request. Object with ID '1' does not exist #33"),
    ("too_long", 100, "(#100) Length of param message[text] must be less than or equal to 2000"),
    ("not_taken", 100, "(#100) Upload attachment failure. #2018047"),
    ("quote", 100, "(#100) Invalid parameter reply_to"),
    ("parameter", 100, "(#100) something new"),
];

/// Codes and texts of VK's schema.
const OF_VK: Recorded = &[
    ("15m", 15, "Access denied: group messages are disabled"),
    ("15", 15, "Access denied: group key doesn't have messages permission"),
    ("27m", 27, "Group authorization failed: method is unavailable with group auth."),
    ("27", 27, "Group authorization failed"),
    ("100q", 100, "One of the parameters specified was missing or invalid: reply_to is invalid"),
    ("100a", 100, "One of the parameters specified was missing or invalid: attachment is invalid"),
    ("100r", 100, "One of the parameters specified was missing or invalid: reaction_id is invalid"),
    ("100", 100, "One of the parameters specified was missing or invalid: message is empty or invalid"),
];

const OF_MAX: Recorded = &[
    ("m1", 401, "verify.token Invalid access_token"),
    ("m1", 403, "verify.token Invalid access_token"),
    ("m2", 403, "chat.denied Key: error.dialog.suspended, args: [228532008,]."),
    ("m3", 403, "chat.denied Key: error.chat.denied"),
    ("m4", 404, "dialog.not.found error.dialog.notfound"),
    ("m5", 404, "chat.not.found Chat 5 not found"),
    ("m5", 400, "proto.payload Chat not found"),
    ("m6", 400, "attachment.not.ready Key: errors.process.attachment.file.not.processed"),
    ("m7", 400, "proto.payload Field 'text' size (4001) must be at most 4000"),
    ("m8", 400, "proto.payload Must have only http/https links format in buttons"),
    ("m9", 400, "proto.payload Must be only one file attachment in message"),
    ("m10", 400, "proto.payload Invalid message_id: 000000000782a4e0019d00d3ef744e91"),
    ("m11", 400, "proto.payload Invalid photo token provided: abc"),
    ("m12", 400, "proto.payload File extension is not supported"),
    ("m13", 400, "proto.payload Key: errors.required, args: [text]"),
    ("m14", 400, "proto.payload Invalid contact"),
    ("m15", 200, "Message is too old to be edited"),
    ("m16", 413, ""),
    ("m17", 401, ""),
    ("m18", 405, ""),
    ("m19", 429, "too.many.requests"),
    ("m20", 503, "service.unavailable"),
    ("403", 403, "something new"),
    ("404", 404, "something new"),
    ("400", 400, "proto.payload something new"),
    ("400", 200, "something new"),
    ("5xx", 500, "internal.error"),
];

#[test]
fn every_answer_finds_its_row() {
    for (catalog, answers) in
        [(TELEGRAM, OF_TELEGRAM), (MAX, OF_MAX), (VK, OF_VK), (INSTAGRAM, OF_META), (FACEBOOK, OF_META)]
    {
        for (id, code, text) in answers {
            let found = catalog.find(*code, text).map(|row| row.id);
            assert_eq!(found, Some(*id), "{} {code} {text}", catalog.kind);
        }
    }
    assert_eq!(TELEGRAM.find(302_u32, ""), None);
    assert_eq!(AVITO.find(401_u32, "invalid_grant").map(|row| row.id), Some("a1"));
    assert_eq!(WHATSAPP.of_answer(502, "<html>").map(|row| row.id), Some("5xx"));
    assert_eq!(WHATSAPP.known(404), None);
}

/// By each of its texts, also in a stored answer, and in whatever case; its own text is in all languages and short enough
/// for amoCRM.
#[test]
fn every_row_is_found_and_has_words() {
    for catalog in ALL {
        for row in catalog.rows.iter().chain(catalog.defaults) {
            let code = *row.codes.end();
            for text in row.texts.iter().chain(row.texts.is_empty().then_some(&"whatever it says")) {
                if NOT_ANSWERED.contains(&row.id) {
                    continue;
                }
                assert_eq!(catalog.find(code, &text.to_uppercase()), Some(row), "{} {} {text}", catalog.kind, row.id);
                let answer = serde_json::json!({ "error": { "code": code, "message": text } }).to_string();
                assert_eq!(catalog.of_answer(400, &answer), Some(row), "{} {} {text}", catalog.kind, row.id);
            }
            for language in Language::ALL {
                let words = Words::new(language);
                assert!(words.has(row.key()), "{}", row.key());
                let text = row.failure(words).text;
                assert!(text.chars().count() <= 120, "amoCRM shows 120 characters: {text}");
                let is_english = text == row.failure(Words::new(Language::En)).text;
                assert_eq!(is_english, language == Language::En, "{} in {}", row.key(), language.code());
            }
        }
    }
}

#[test]
fn codes_of_amocrm_are_those_of_the_documents() {
    let meta = [
        ("window", 905),
        ("blocked_by_person", 901),
        ("unavailable", 901),
        ("unknown_person", 904),
        ("token", 902),
        ("rate", 903),
        ("other", 905),
    ];
    for (catalog, rows) in [
        (TELEGRAM, &[("t1", 901), ("t4", 904), ("t12", 905), ("t43", 905), ("t46", 902), ("t52", 903)][..]),
        (AVITO, &[("a2", 902), ("a3", 902), ("a4", 902), ("a5", 904), ("a7", 903), ("400", 905)]),
        (MAX, &[("m1", 902), ("m2", 901), ("m4", 904), ("m7", 905), ("m19", 903), ("403", 901)]),
        (VK, &[("18", 901), ("901", 904), ("5", 902), ("914", 905), ("6", 903)]),
        (INSTAGRAM, &meta),
        (WHATSAPP, &[("w1", 905), ("w2", 904), ("w6", 903), ("w18", 902), ("w43", 905), ("other", 905), ("5xx", 903)]),
    ] {
        for (id, code) in rows {
            let failure = catalog.row(id).unwrap().failure(Words::new(Language::En));
            assert_eq!(failure.code.amocrm_code(), *code, "{} {id}", catalog.kind);
        }
    }
}

#[test]
fn a_pause_is_shown_in_any_language() {
    for row in WHATSAPP.rows.iter().chain(WHATSAPP.defaults).filter(|row| row.class == RefusalClass::Pause) {
        let reason = LocalizedText::new(row.key());
        let stored = LocalizedText::stored(&reason.to_string());
        assert_eq!(stored.to_string(), reason.to_string());
        let russian = Words::new(Language::Ru);
        assert_eq!(stored.in_words(russian, "amoCRM"), row.failure(russian).text, "{}", row.id);
    }
}
