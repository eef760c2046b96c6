//! The answers of every messenger, verbatim where they are recorded, and the rows that they lead to.

use base::i18n::{Language, LocalizedText};

use super::*;

/// A catalog, with its answers (row, code, text), the rows to which no answer of a sending method leads, and some rows
/// with the code that amoCRM gets.
struct Answers {
    catalog: ErrorCatalog,
    answers: &'static [(&'static str, u32, &'static str)],
    not_answered: &'static [&'static str],
    amocrm: &'static [(&'static str, i32)],
}

const ALL: &[Answers] = &[
    Answers {
        catalog: TELEGRAM,
        answers: OF_TELEGRAM,
        not_answered: &["t50", "t56"],
        amocrm: &[
            ("t1", 901),
            ("t4", 904),
            ("t12", 905),
            ("t43", 905),
            ("t46", 902),
            ("t52", 903),
            ("403", 901),
            ("400", 905),
        ],
    },
    Answers {
        catalog: AVITO,
        answers: OF_AVITO,
        not_answered: &["a8", "a9"],
        amocrm: &[("a2", 902), ("a3", 902), ("a4", 902), ("a5", 904), ("a7", 903), ("400", 905)],
    },
    Answers {
        catalog: MAX,
        answers: OF_MAX,
        not_answered: &["m21", "m22"],
        amocrm: &[
            ("m1", 902),
            ("m2", 901),
            ("m3", 901),
            ("m4", 904),
            ("m5", 904),
            ("m7", 905),
            ("m19", 903),
            ("403", 901),
        ],
    },
    Answers {
        catalog: VK,
        answers: OF_VK,
        not_answered: &["upload", "unknown"],
        amocrm: &[("18", 901), ("901", 904), ("902", 904), ("936", 904), ("5", 902), ("914", 905), ("6", 903)],
    },
    Answers { catalog: INSTAGRAM, answers: OF_META, not_answered: &["empty"], amocrm: CODES_OF_META },
    Answers { catalog: FACEBOOK, answers: OF_META, not_answered: &["empty"], amocrm: CODES_OF_META },
    Answers {
        catalog: WHATSAPP,
        answers: &[],
        not_answered: &["w62", "w63"],
        amocrm: &[
            ("w1", 905),
            ("w2", 904),
            ("w3", 905),
            ("w6", 903),
            ("w18", 902),
            ("w27", 904),
            ("w33", 902),
            ("w43", 905),
            ("w48", 905),
            ("other", 905),
            ("5xx", 903),
        ],
    },
];

const CODES_OF_META: &[(&str, i32)] = &[
    ("window", 905),
    ("blocked_by_person", 901),
    ("unavailable", 901),
    ("unknown_person", 904),
    ("token", 902),
    ("rate", 903),
    ("other", 905),
];

/// `N` replaces variable parts.
const OF_TELEGRAM: &[(&str, u32, &str)] = &[
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

/// Its documents name codes alone.
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

/// Status, and code and message.
const OF_MAX: &[(&str, u32, &str)] = &[
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

/// Instagram's and Messenger's, in the words of their documents.
const OF_META: &[(&str, u32, &str)] = &[
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

/// Codes and texts of VK's schema.
const OF_VK: &[(&str, u32, &str)] = &[
    ("1", 1, "Unknown error occurred"),
    ("5", 5, "User authorization failed: invalid access_token (4)."),
    ("6", 6, "Too many requests per second"),
    ("7", 7, "Permission to perform this action is denied"),
    ("9", 9, "Flood control"),
    ("10", 10, "Internal server error"),
    ("14", 14, "Captcha needed"),
    ("15m", 15, "Access denied: group messages are disabled"),
    ("15", 15, "Access denied: group key doesn't have messages permission"),
    ("18", 18, "User was deleted or banned"),
    ("27m", 27, "Group authorization failed: method is unavailable with group auth."),
    ("27", 27, "Group authorization failed"),
    ("27", 28, "Application authorization failed"),
    ("29", 29, "Rate limit reached"),
    ("30", 30, "This profile is private"),
    ("100q", 100, "One of the parameters specified was missing or invalid: reply_to is invalid"),
    ("100a", 100, "One of the parameters specified was missing or invalid: attachment is invalid"),
    ("100r", 100, "One of the parameters specified was missing or invalid: reaction_id is invalid"),
    ("100", 100, "One of the parameters specified was missing or invalid: message is empty or invalid"),
    ("105", 105, "Couldn't save file"),
    ("129", 129, "Invalid photo"),
    ("129", 121, "Invalid hash"),
    ("212", 213, "Access to status replies denied"),
    ("222", 222, "Hyperlinks are forbidden"),
    ("223", 223, "Too many replies"),
    ("900", 900, "Can't send messages for users from blacklist"),
    ("901", 901, "Can't send messages for users without permission"),
    ("902", 902, "Can't send messages to this user due to their privacy settings"),
    ("909", 909, "Can't edit this message, because it's too old"),
    ("914", 910, "Can't sent this message, because it's too big"),
    ("911", 911, "Keyboard format is invalid"),
    ("912", 912, "This is a chat bot feature, change this status in settings"),
    ("913", 913, "Too many forwarded messages"),
    ("914", 914, "Message is too long"),
    ("917", 917, "You don't have access to this chat"),
    ("920", 920, "Can't edit this kind of message"),
    ("921", 921, "Can't forward these messages"),
    ("922", 922, "You left this chat"),
    ("925", 925, "You are not admin of this chat"),
    ("927", 927, "Chat does not exist"),
    ("932", 932, "Your community can't interact with this peer"),
    ("936", 936, "Contact not found"),
    ("940", 940, "Too many posts in messages"),
    ("944", 944, "Limits overflow for this intent"),
    ("945", 945, "Chat was disabled"),
    ("950", 950, "Can't send message, reply timed out"),
    ("962", 962, "You can't access donut chat without subscription"),
    ("969", 969, "Message cannot be forwarded"),
    ("983", 985, "Cannot write to notifications only groups"),
    ("1009", 1010, "This reaction has been disabled"),
    ("1012", 1012, "Writing is disabled for this chat"),
    ("other", 3, "Unknown method passed"),
    ("other", 2000, "Servers number limit is reached"),
];

/// Meta's codes by row, in the order of the documents.
const OF_WHATSAPP: &[(&str, &[u32])] = &[
    ("w1", &[131_047]),
    ("w2", &[131_026]),
    ("w3", &[131_049]),
    ("w4", &[131_050]),
    ("w5", &[130_472]),
    ("w6", &[131_056]),
    ("w7", &[130_429]),
    ("w8", &[80_007]),
    ("w9", &[4]),
    ("w10", &[131_048]),
    ("w11", &[131_016]),
    ("w12", &[131_000]),
    ("w13", &[1]),
    ("w14", &[2]),
    ("w15", &[133_004]),
    ("w16", &[131_057]),
    ("w17", &[0]),
    ("w18", &[190]),
    ("w19", &[3]),
    ("w20", &[10]),
    ("w21", &[200, 210, 299]),
    ("w22", &[131_005]),
    ("w23", &[33]),
    ("w24", &[100]),
    ("w25", &[131_008]),
    ("w26", &[131_009]),
    ("w27", &[131_021]),
    ("w28", &[131_030]),
    ("w29", &[131_031]),
    ("w30", &[368]),
    ("w31", &[130_497]),
    ("w32", &[131_037]),
    ("w33", &[131_042]),
    ("w34", &[131_045]),
    ("w35", &[133_010]),
    ("w36", &[133_005]),
    ("w37", &[133_006]),
    ("w38", &[133_008, 133_009]),
    ("w39", &[133_015]),
    ("w40", &[133_016]),
    ("w41", &[131_051]),
    ("w42", &[131_052]),
    ("w43", &[131_053]),
    ("w44", &[131_055]),
    ("w45", &[131_060]),
    ("w46", &[131_062]),
    ("w47", &[132_000]),
    ("w48", &[132_001]),
    ("w49", &[132_005]),
    ("w50", &[132_007]),
    ("w51", &[132_012]),
    ("w52", &[132_015]),
    ("w53", &[132_016]),
    ("w54", &[132_068, 132_069]),
    ("w55", &[134_101]),
    ("w56", &[134_102]),
    ("w57", &[135_000]),
    ("w58", &[2_388_019]),
    ("w59", &[2_388_293]),
    ("w60", &[2_388_299]),
    ("w61", &[2_593_109]),
    ("401", &[401]),
    ("429", &[429]),
    ("5xx", &[500, 502, 599]),
    ("other", &[131_999, 132_999, 400, 404, 9_999_999]),
];

#[test]
fn every_answer_finds_its_row() {
    for Answers { catalog, answers, .. } in ALL {
        for (id, code, text) in *answers {
            let found = catalog.find(*code, text).unwrap_or_else(|| panic!("{} {code} {text}", catalog.kind));
            assert_eq!(found.id, *id, "{} {code} {text}", catalog.kind);
            if ["telegram", "max"].contains(&catalog.kind) {
                assert_eq!(catalog.find(*code, &text.to_uppercase()), Some(found), "in upper and lower case");
            }
        }
    }
    assert_eq!(TELEGRAM.find(302_u32, ""), None);
    assert_eq!(INSTAGRAM.find(10_u32, "#2534022").unwrap().id, "window");
    assert_eq!(FACEBOOK.find(10_u32, "#2018278").unwrap().id, "window");
}

#[test]
fn every_code_of_whatsapp_finds_its_row() {
    for (id, codes) in OF_WHATSAPP {
        for code in *codes {
            let found = WHATSAPP.find(*code, "whatever Meta says").unwrap_or_else(|| panic!("{code}"));
            assert_eq!(found.id, *id, "{code}");
            let answer = format!(r#"{{"error":{{"code":{code},"message":"x"}}}}"#);
            assert_eq!(WHATSAPP.of_answer(400, &answer), Some(found), "{code}: by a stored answer");
        }
    }
    assert_eq!(WHATSAPP.of_answer(502, "<html>").map(|row| row.id), Some("5xx"));
    assert_eq!(WHATSAPP.known(404), None);
}

#[test]
fn every_row_is_found_by_an_answer_and_has_words() {
    for Answers { catalog, answers, not_answered, .. } in ALL {
        for row in catalog.rows.iter().chain(catalog.defaults) {
            let is_found = answers.iter().any(|(id, ..)| *id == row.id)
                || catalog.kind == "whatsapp" && OF_WHATSAPP.iter().any(|(id, _)| *id == row.id);
            assert!(is_found || not_answered.contains(&row.id), "{} {} has no answer", catalog.kind, row.id);
            for language in Language::ALL {
                let words = Words::new(language);
                assert!(words.has(row.key()), "{}", row.key());
                let text = row.failure(words).text;
                assert!(text.chars().count() <= 120, "amoCRM shows 120 characters: {text}");
            }
        }
    }
    assert_eq!((TELEGRAM.rows.len(), WHATSAPP.rows.len()), (56, 63));
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

#[test]
fn codes_of_amocrm_are_those_of_the_documents() {
    for Answers { catalog, amocrm, .. } in ALL {
        for (id, code) in *amocrm {
            let failure = catalog.row(id).unwrap().failure(Words::new(Language::En));
            assert_eq!(failure.code.amocrm_code(), *code, "{} {id}", catalog.kind);
        }
    }
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
