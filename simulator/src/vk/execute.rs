//! `execute`: a list of calls in one, as clients write it; VKScript beyond that is not understood.

use serde_json::{Value, json};

use super::api;
use super::call::{self, Refusal, param};
use super::options::State;
use crate::kit::{Answer, Call};

const MOST: usize = 25;

/// The calls of `return [API.users.get({"user_ids": 1}), …];` or of one without the brackets; whether it has them.
fn scripted(code: &str) -> Option<(bool, Vec<(String, Value)>)> {
    let code = code.trim().strip_prefix("return")?.trim().trim_end_matches(';').trim_end();
    let list = code.strip_prefix('[').and_then(|code| code.strip_suffix(']'));
    let (mut rest, mut calls) = (list.unwrap_or(code).trim(), Vec::new());
    while !rest.is_empty() {
        let (name, arguments) = rest.strip_prefix("API.")?.split_once('(')?;
        let mut values = serde_json::Deserializer::from_str(arguments).into_iter::<Value>();
        let given = if arguments.starts_with(')') { json!({}) } else { values.next()?.ok()? };
        calls.push((name.trim().to_owned(), given));
        rest = arguments[values.byte_offset()..].trim_start().strip_prefix(')')?.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    Some((list.is_some(), calls))
}

/// A call of the list has the token and the version of the whole.
fn inner(outer: &Call, given: &Value) -> Call {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let given = given.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), text(value)));
    let mut call = outer.clone();
    call.form.retain(|(name, _)| name != "code");
    call.form.extend(given);
    call
}

pub(super) fn run(state: &mut State, call: &Call) -> Answer {
    let refuse = |code: i64, text: &str| call::answer(Err(Refusal { code, text: text.to_owned() }), "execute", call);
    let Some((is_list, calls)) = param(call, "code").and_then(scripted) else {
        return refuse(12, "Unable to compile code");
    };
    if calls.len() > MOST {
        return refuse(13, "Runtime error occurred during code invocation: Too many API calls");
    }
    let (mut results, mut errors) = (Vec::new(), Vec::new());
    for (name, given) in &calls {
        let result = api::call(state, name, &inner(call, given)).map_err(|Refusal { code, text }| {
            errors.push(json!({"method": name, "error_code": code, "error_msg": text}));
        });
        results.push(result.unwrap_or(json!(false)));
    }
    let response = if is_list { json!(results) } else { results.pop().unwrap_or_default() };
    let mut body = json!({"response": response});
    if !errors.is_empty() {
        body["execute_errors"] = json!(errors);
    }
    Answer::json(200, &body)
}
