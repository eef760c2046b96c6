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
const WORDS: &str = include_str!("codes.tsv");

pub(super) fn refused(code: i64) -> Refusal {
    let text = WORDS.lines().find_map(|line| line.split_once('\t').filter(|(known, _)| *known == code.to_string()));
    Refusal { code, text: text.map_or("", |(_, text)| text).to_owned() }
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
