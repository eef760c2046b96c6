//! Refusals, with the texts of VK's schema.

use serde_json::{Value, json};

/// A refused call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: i64,
    pub(crate) text: String,
}

/// The result of a method.
pub(super) type Answer = Result<Value, Refusal>;

/// Codes and texts (`errors.json` of the schema).
const WORDS: [(i64, &str); 34] = [
    (1, "Unknown error occurred"),
    (3, "Unknown method passed"),
    (5, "User authorization failed"),
    (6, "Too many requests per second"),
    (7, "Permission to perform this action is denied"),
    (8, "Invalid request"),
    (9, "Flood control"),
    (10, "Internal server error"),
    (14, "Captcha needed"),
    (15, "Access denied"),
    (18, "User was deleted or banned"),
    (27, "Group authorization failed"),
    (29, "Rate limit reached"),
    (100, "One of the parameters specified was missing or invalid"),
    (104, "Not found"),
    (105, "Couldn't save file"),
    (129, "Invalid photo"),
    (212, "Access to post comments denied"),
    (213, "Access to status replies denied"),
    (900, "Can't send messages for users from blacklist"),
    (901, "Can't send messages for users without permission"),
    (902, "Can't send messages to this user due to their privacy settings"),
    (909, "Can't edit this message, because it's too old"),
    (911, "Keyboard format is invalid"),
    (912, "This is a chat bot feature, change this status in settings"),
    (914, "Message is too long"),
    (917, "You don't have access to this chat"),
    (920, "Can't edit this kind of message"),
    (921, "Can't forward these messages"),
    (927, "Chat does not exist"),
    (936, "Contact not found"),
    (945, "Chat was disabled"),
    (1009, "Unknown reaction passed"),
    (2000, "Servers number limit is reached"),
];

/// A refusal with VK's text.
pub(super) fn refused(code: i64) -> Refusal {
    let words = WORDS.iter().find(|(one, _)| *one == code).map_or("", |(_, words)| words);
    Refusal { code, text: words.to_owned() }
}

/// The same with a detail after a colon.
pub(super) fn refused_for(code: i64, detail: &str) -> Refusal {
    let Refusal { text, .. } = refused(code);
    Refusal { code, text: format!("{text}: {detail}") }
}

/// A missing or invalid parameter.
pub(super) fn wrong(detail: &str) -> Refusal {
    refused_for(100, detail)
}

/// The body of an answer. Refusals contain the parameters, but not the token.
pub(super) fn body(answer: &Answer, method: &str, parameters: &[(String, String)]) -> Value {
    match answer {
        Ok(response) => json!({"response": response}),
        Err(Refusal { code, text }) => {
            let named = parameters.iter().filter(|(key, _)| key != "access_token");
            let mut shown: Vec<Value> = named.map(|(key, value)| json!({"key": key, "value": value})).collect();
            shown.insert(0, json!({"key": "method", "value": method}));
            json!({"error": {"error_code": code, "error_msg": text, "request_params": shown}})
        }
    }
}
