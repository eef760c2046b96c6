//! The delivery state of a message from amoCRM.

use crate::crm::{
    pages::strings::Words,
    state::{Direction, Message, Mood},
};

/// The mark below a manager's message.
pub(super) struct Mark {
    pub(super) tone: &'static str,
    pub(super) icon: &'static str,
    pub(super) words: &'static str,
    pub(super) error: String,
    pub(super) hook: String,
}

pub(super) fn mark(message: &Message, words: &Words) -> Option<Mark> {
    if message.direction != Direction::Outgoing {
        return None;
    }
    let (tone, icon, state) = match message.mood() {
        Mood::Sent => ("wait", "clock", words.sent),
        Mood::Delivered => ("ok", "tick", words.delivered),
        Mood::Read => ("ok", "ticks", words.read),
        Mood::Failed => ("bad", "cross", words.failed),
    };
    let hook = message.hook.as_ref().map(|hook| {
        let status = hook.status.map_or_else(|| words.no_answer.to_owned(), |status| status.to_string());
        format!("hook → {status} · {} {}", hook.millis, words.millis)
    });
    Some(Mark { tone, icon, words: state, error: error(message, words), hook: hook.unwrap_or_default() })
}

/// The code, and its received or default text.
fn error(message: &Message, words: &Words) -> String {
    let Some(status) = message.failure().filter(|_| message.mood() == Mood::Failed) else {
        return String::new();
    };
    let own = match status.error_code {
        Some(901) => words.chats.error_901,
        Some(902) => words.chats.error_902,
        Some(903) => words.chats.error_903,
        Some(904) => words.chats.error_904,
        _ => words.chats.error_905,
    };
    let text = status.error.as_deref().filter(|text| !text.is_empty()).unwrap_or(own);
    match status.error_code {
        Some(code) => format!("{code} · {text}"),
        None => text.to_owned(),
    }
}
