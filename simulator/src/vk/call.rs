//! Calls with a community's token: parameters, which are always text; results, and refusals with the texts of VK's schema.

use serde_json::{Value, json};

pub(super) use crate::kit::ensure;
use crate::kit::{Answer, Call};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: i64,
    pub(super) text: String,
}

pub(super) type Answered = Result<Value, Refusal>;

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

/// The answer to a call. Refusals have the status 200 too, and contain the parameters, but not the token.
pub(super) fn answer(answered: Answered, method: &str, call: &Call) -> Answer {
    let body = answered.map(|response| json!({"response": response})).unwrap_or_else(|Refusal { code, text }| {
        let named = call.query.iter().chain(&call.form).filter(|(key, _)| key != "access_token");
        let named = named.map(|(key, value)| json!({"key": key, "value": value}));
        let shown: Vec<Value> = std::iter::once(json!({"key": "method", "value": method})).chain(named).collect();
        json!({"error": {"error_code": code, "error_msg": text, "request_params": shown}})
    });
    Answer::json(200, &body)
}

/// A parameter of a call; an empty one counts as absent, the last of several counts.
pub(super) fn param<'a>(call: &'a Call, name: &str) -> Option<&'a str> {
    let mut all = call.form.iter().rev().chain(call.query.iter().rev());
    all.find(|(key, _)| key == name).map(|(_, value)| value.as_str()).filter(|text| !text.is_empty())
}

/// A call of a community's program.
pub(super) struct Asked<'a> {
    pub(super) community: i64,
    pub(super) rights: Vec<String>,
    pub(super) call: &'a Call,
}

impl Asked<'_> {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        param(self.call, name)
    }

    pub(super) fn int(&self, name: &str) -> Option<i64> {
        self.text(name)?.trim().parse().ok()
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| text == "1" || text == "true")
    }

    /// A list of numbers separated by commas.
    pub(super) fn ints(&self, name: &str) -> Vec<i64> {
        self.text(name).into_iter().flat_map(|text| text.split(',')).filter_map(|one| one.trim().parse().ok()).collect()
    }

    pub(super) fn needed_int(&self, name: &str) -> Result<i64, Refusal> {
        self.int(name).ok_or_else(|| wrong(&format!("{name} is undefined")))
    }

    pub(super) fn needed(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).ok_or_else(|| wrong(&format!("{name} is undefined")))
    }

    /// An object given as JSON text.
    pub(super) fn json(&self, name: &str) -> Result<Option<Value>, Refusal> {
        let Some(text) = self.text(name) else { return Ok(None) };
        serde_json::from_str(text).map(Some).map_err(|_| wrong(&format!("{name} is not valid JSON")))
    }
}
