//! The texts of the page's script: messages of `locales/*/chat.ftl`, with plural forms for JavaScript to choose from.

use base::i18n::{Language, Words, decimal};
use serde::Serialize;
use serde_json::{Value, json};

/// Plural forms of a message with a count `{n}`, by CLDR's names; a language uses those that it has.
#[derive(Debug, Serialize)]
struct PluralForms {
    one: String,
    few: String,
    many: String,
    other: String,
}

impl PluralForms {
    /// Renders each form with a number that has it, then replaces the number by `{n}`. Only Russian has three forms for
    /// whole numbers and another one for fractions; in the other languages five has the form of all but one.
    fn of(words: Words, key: &'static str) -> Self {
        let form =
            |number: i64| words.text(key).with("count", number).to_string().replacen(&number.to_string(), "{n}", 1);
        let other = match words.language() {
            Language::Ru => {
                let fraction = words.text(key).with("count", 1.5).to_string();
                fraction.replacen(&decimal(1.5, 1, words.language()), "{n}", 1)
            }
            Language::En | Language::Es | Language::Pt => form(5),
        };
        Self { one: form(1), few: form(2), many: form(5), other }
    }
}

/// A message with `{name}` for each argument, which the script fills in.
fn marked(words: Words, key: &'static str, names: &[&'static str]) -> String {
    // Characters that no message contains: the code around arguments depends on their text.
    let signs = ["\u{1}", "\u{2}", "\u{3}"];
    let fillings = || names.iter().zip(signs);
    let text = fillings().fold(words.text(key), |text, (name, sign)| text.with(name, sign)).to_string();
    fillings().fold(text, |text, (name, sign)| text.replace(sign, &format!("{{{name}}}")))
}

/// Names of files without a name, by kind.
fn kinds(words: Words) -> Value {
    let named = ["picture", "video", "file", "voice", "audio", "sticker"]
        .map(|kind| (kind.to_owned(), Value::from(words.text_of("messages-kind-", kind).to_string())));
    Value::Object(named.into_iter().collect())
}

/// The script's texts by the names it uses.
pub fn of_script(words: Words) -> Value {
    let say = |key: &'static str| words.text(key).to_string();
    let mail = json!({
        "offer": say("chat-mail"),
        "sent": say("chat-mail-sent"),
        "limit": say("chat-mail-limit"),
        "wrong": say("chat-wrong-email"),
    });
    let mut all = json!({
        "language": words.language().code(),
        "today": say("chat-today"),
        "yesterday": say("chat-yesterday"),
        "messages": say("chat-messages"),
        "placeholder": say("chat-placeholder"),
        "send": say("chat-send"),
        "open": say("chat-open"),
        "minimise": say("chat-minimise"),
        "attach": say("chat-attach"),
        "attach_limit": marked(words, "chat-attach-limit", &["size"]),
        "camera": say("chat-camera"),
        "smileys": say("chat-smileys"),
        "files": say("chat-files"),
        "remove_file": marked(words, "chat-file-remove", &["file"]),
        "too_big": marked(words, "chat-file-too-big", &["file", "size", "limit"]),
        "too_large": say("chat-file-too-large"),
        "file_kind": say("chat-file-kind"),
        "about_you": say("chat-about-you"),
        "ask": { "name": say("chat-ask-name"), "phone": say("chat-ask-phone"), "email": say("chat-ask-email") },
        "you": say("chat-you"),
        "employee": say("chat-employee"),
        "sending": say("chat-state-sending"),
        "sent": say("chat-state-sent"),
        "read": say("chat-state-read"),
        "new": say("chat-new"),
        "failed": say("chat-state-failed"),
        "typing": marked(words, "chat-typing", &["name"]),
        "someone": say("chat-typing-unnamed"),
        "forwarded": say("chat-forwarded"),
        "react": say("chat-react"),
        "choose": say("chat-choose"),
        "kinds": kinds(words),
        "again": say("chat-send-again"),
        "offline": say("chat-offline"),
        "connecting": say("chat-reconnecting"),
        "connected": say("chat-reconnected"),
        "closed": say("chat-closed"),
        "cookies": say("chat-cookies"),
        "unsent": PluralForms::of(words, "chat-unsent"),
        "fresh": PluralForms::of(words, "chat-new-messages"),
        "too_fast": PluralForms::of(words, "chat-too-fast"),
    });
    // The macro has no room for more entries.
    if let Some(all) = all.as_object_mut() {
        all.insert("mail".to_owned(), mail);
        all.insert("dismiss".to_owned(), say("chat-dismiss").into());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_plural_form_is_where_the_script_looks() {
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
        let forms_of = |one: &str, other: &str| {
            let [one, other] = [one, other].map(|text| format!("{{n}}\u{a0}{text}"));
            json!({"one": one, "few": other, "many": other, "other": other})
        };
        assert_eq!(forms(Language::Es), forms_of("mensaje nuevo", "mensajes nuevos"));
        assert_eq!(forms(Language::Pt), forms_of("mensagem nova", "mensagens novas"));
    }
}
