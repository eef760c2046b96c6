//! What the page's script says: sentences of `locales/*/chat.ftl`, with forms from which JavaScript chooses.

use serde::Serialize;
use serde_json::{Value, json};

use crate::words::{Words, decimal};

/// Forms of a sentence with a count `{n}`, by CLDR's names; a language uses those that it has.
#[derive(Debug, Serialize)]
struct Counted {
    one: String,
    few: String,
    many: String,
    other: String,
}

impl Counted {
    /// Asks for each form by a number that has it in Russian; the number then gives way to `{n}`.
    fn of(words: Words, key: &'static str) -> Self {
        let form =
            |number: i64| words.say(key).with("count", number).to_string().replacen(&number.to_string(), "{n}", 1);
        let fraction = words.say(key).with("count", 1.5).to_string();
        let other = fraction.replacen(&decimal(1.5, 1, words.language()), "{n}", 1);
        Self { one: form(1), few: form(2), many: form(5), other }
    }
}

/// Stands for a name until the script knows it.
const NAME: &str = "\u{1}";

/// What files are called that have no name.
fn kinds(words: Words) -> Value {
    let named = ["picture", "video", "file", "voice", "audio", "sticker"]
        .map(|kind| (kind.to_owned(), Value::from(words.say_of("messages-kind-", kind).to_string())));
    Value::Object(named.into_iter().collect())
}

/// The script's sentences by the names that it knows.
pub fn of_script(words: Words) -> Value {
    let say = |key: &'static str| words.say(key).to_string();
    json!({
        "language": words.language().code(),
        "you": say("chat-you"),
        "employee": say("chat-employee"),
        "sending": say("chat-state-sending"),
        "sent": say("chat-state-sent"),
        "failed": say("chat-state-failed"),
        "typing": words.say("chat-typing").with("name", NAME).to_string().replacen(NAME, "{name}", 1),
        "somebody": say("chat-typing-somebody"),
        "forwarded": say("chat-forwarded"),
        "react": say("chat-react"),
        "choose": say("chat-choose"),
        "map": say("chat-map"),
        "kinds": kinds(words),
        "again": say("chat-send-again"),
        "offline": say("chat-offline"),
        "connecting": say("chat-reconnecting"),
        "connected": say("chat-reconnected"),
        "closed": say("chat-closed"),
        "cookies": say("chat-cookies"),
        "unsent": Counted::of(words, "chat-unsent"),
        "fresh": Counted::of(words, "chat-new-messages"),
        "too_fast": Counted::of(words, "chat-too-fast"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn each_form_stands_where_the_script_looks() {
        let forms = |language| of_script(Words::new(language))["fresh"].clone();
        let english = json!({
            "one": "{n}\u{a0}new message",
            "few": "{n}\u{a0}new messages",
            "many": "{n}\u{a0}new messages",
            "other": "{n}\u{a0}new messages",
        });
        assert_eq!(forms(Language::En), english);
        let russian = json!({
            "one": "{n}\u{a0}новое сообщение",
            "few": "{n}\u{a0}новых сообщения",
            "many": "{n}\u{a0}новых сообщений",
            "other": "{n}\u{a0}нового сообщения",
        });
        assert_eq!(forms(Language::Ru), russian);
    }
}
