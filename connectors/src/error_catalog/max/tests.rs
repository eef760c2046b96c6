use base::i18n::{Language, Words};

use super::*;

/// MAX's answers: status, and code and message. Recorded ones are verbatim.
const ANSWERS: &[(&str, u32, &str)] = &[
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

/// Rows that no sending method answers.
const NOT_ANSWERED: [&str; 2] = ["m21", "m22"];

#[test]
fn every_answer_finds_its_row() {
    for (id, status, text) in ANSWERS {
        let found = MAX.find(*status, text).unwrap_or_else(|| panic!("{status} {text}"));
        assert_eq!(found.id, *id, "{status} {text}");
        assert_eq!(MAX.find(*status, &text.to_uppercase()), Some(found), "in upper and lower case");
    }
}

#[test]
fn every_row_is_found_by_an_answer_and_has_words() {
    for row in MAX.rows.iter().chain(MAX.defaults) {
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

#[test]
fn codes_of_amocrm_are_those_of_the_documents() {
    let code = |id| MAX.row(id).unwrap().failure(Words::new(Language::En)).code.amocrm_code();
    for (id, amocrm) in
        [("m1", 902), ("m2", 901), ("m3", 901), ("m4", 904), ("m5", 904), ("m7", 905), ("m19", 903), ("403", 901)]
    {
        assert_eq!(code(id), amocrm, "{id}");
    }
}
