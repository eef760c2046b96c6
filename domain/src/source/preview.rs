//! What the preview of a web chat needs besides its settings: Parom's own texts, by the visitor's language.

use base::i18n::{Language, Words};
use serde_json::{Map, Value, json};

/// The texts of a chat without own ones, in every language that it speaks.
pub fn preview_texts() -> Value {
    let all = Language::ALL.map(|language| (language.code().to_owned(), preview_texts_in(Words::new(language))));
    Value::Object(Map::from_iter(all))
}

/// The same for readers of one language.
pub fn preview_texts_in(words: Words) -> Value {
    let say = |key: &'static str| words.text(key).to_string();
    json!({
        "name": words.language().name(),
        "title": say("chat-title"),
        "greeting": say("chat-greeting"),
        "placeholder": say("chat-placeholder"),
        "status": {
            "online": say("chat-status-online"),
            "away": say("chat-status-away"),
            "minutes": say("chat-status-minutes"),
            "hour": say("chat-status-hour"),
            "day": say("chat-status-day"),
        },
        "away": say("chat-away"),
        "ask": { "name": say("chat-ask-name"), "phone": say("chat-ask-phone"), "email": say("chat-ask-email") },
        "question": say("source-preview-question"),
        "answer": say("source-preview-answer"),
    })
}
