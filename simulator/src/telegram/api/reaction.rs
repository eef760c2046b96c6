//! `setMessageReaction`.

use serde_json::{Value, json};

use super::{
    answer::{Answered, bad, ensure},
    params::Params,
    target,
};
use crate::telegram::state::State;

/// The emoji allowed as reactions, without U+FE0F.
const EMOJI: [&str; 73] = [
    "❤",
    "👍",
    "👎",
    "🔥",
    "🥰",
    "👏",
    "😁",
    "🤔",
    "🤯",
    "😱",
    "🤬",
    "😢",
    "🎉",
    "🤩",
    "🤮",
    "💩",
    "🙏",
    "👌",
    "🕊",
    "🤡",
    "🥱",
    "🥴",
    "😍",
    "🐳",
    "❤\u{200d}🔥",
    "🌚",
    "🌭",
    "💯",
    "🤣",
    "⚡",
    "🍌",
    "🏆",
    "💔",
    "🤨",
    "😐",
    "🍓",
    "🍾",
    "💋",
    "🖕",
    "😈",
    "😴",
    "😭",
    "🤓",
    "👻",
    "👨\u{200d}💻",
    "👀",
    "🎃",
    "🙈",
    "😇",
    "😨",
    "🤝",
    "✍",
    "🤗",
    "🫡",
    "🎅",
    "🎄",
    "☃",
    "💅",
    "🤪",
    "🗿",
    "🆒",
    "💘",
    "🙉",
    "🦄",
    "😘",
    "💊",
    "🙊",
    "😎",
    "👾",
    "🤷\u{200d}♂",
    "🤷",
    "🤷\u{200d}♀",
    "😡",
];

/// `setMessageReaction`: one of the standard emoji, or none.
pub(super) fn set(state: &mut State, bot: i64, params: &Params) -> Answered {
    let target = target::writable(state, bot, params)?;
    let id = params.int("message_id").ok_or_else(|| bad("message identifier is not specified"))?;
    let given = params.json("reaction", "reaction types")?.unwrap_or_else(|| json!([]));
    let set = given.as_array().cloned().ok_or_else(|| bad("can't parse reaction types: expected an Array"))?;
    // A bot has no Premium, so at most one reaction is allowed.
    ensure(set.len() <= 1, || bad("REACTIONS_TOO_MANY"))?;
    let is_allowed =
        |one: &Value| one["type"] == "emoji" && one["emoji"].as_str().is_some_and(|text| EMOJI.contains(&text));
    ensure(set.iter().all(is_allowed), || bad("REACTION_INVALID"))?;
    let message = state.message_mut(&target.place, id).ok_or_else(|| bad("message to react not found"))?;
    if set.is_empty() {
        message.reactions.remove(&bot);
    } else {
        message.reactions.insert(bot, set);
    }
    Ok(json!(true))
}
