//! `reply_parameters`: the quote of a bot's message.

use serde_json::{Value, json};

use super::{
    answer::{Refusal, bad},
    params::Params,
    target::Target,
};
use crate::telegram::{detect, state::State};

/// The quoted message, and optionally a fragment of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Reply {
    pub(super) message: Option<i64>,
    pub(super) quote: Option<Value>,
}

/// Parses `reply_parameters`, or the older `reply_to_message_id`.
pub(super) fn read(state: &State, target: &Target, params: &Params) -> Result<Reply, Refusal> {
    let given = params.json("reply_parameters", "reply parameters")?;
    let older = || params.int("reply_to_message_id").map(|id| json!({"message_id": id}));
    let Some(given) = given.or_else(older) else {
        return Ok(Reply::default());
    };
    let Some(id) = given["message_id"].as_i64() else {
        return Err(bad("message identifier is not specified"));
    };
    let may_be_missing =
        given["allow_sending_without_reply"].as_bool().unwrap_or_else(|| params.flag("allow_sending_without_reply"));
    // Quotes from another chat are not supported here; the message counts as missing.
    let is_elsewhere = given.get("chat_id").is_some_and(|chat| *chat != json!(target.chat));
    let quoted = state.message(&target.place, id).filter(|_| !is_elsewhere);
    let Some(quoted) = quoted else {
        return if may_be_missing { Ok(Reply::default()) } else { Err(bad("message to be replied not found")) };
    };
    let quote = match given["quote"].as_str() {
        None => None,
        Some(text) => {
            let (before, _) = quoted.text().split_once(text).ok_or_else(|| bad("QUOTE_TEXT_INVALID"))?;
            Some(json!({"text": text, "position": detect::length(before), "is_manual": true}))
        }
    };
    Ok(Reply { message: Some(id), quote })
}
