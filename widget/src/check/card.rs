//! Requirements for the card of the marketplace (crm-api §9.8): name, support, privacy, server.

use serde_json::Value;

use super::{Subject, line_with};
use crate::inputs::PLACEHOLDER;

const CONFIG: &str = "lib/config.js";
const LONGEST_NAME: usize = 30;
const LONGEST_WORD: usize = 19;

pub(super) fn look(subject: &mut Subject<'_>) {
    names(subject);
    support(subject);
    let facts = facts(subject);
    server(subject, &facts);
    privacy(subject, &facts);
    let placeholder = |content: &[u8]| std::str::from_utf8(content).is_ok_and(|text| text.contains(PLACEHOLDER));
    let files = subject.archive.files.iter().filter(|(_, content)| placeholder(content));
    for (name, content) in files {
        let line = line_with(&String::from_utf8_lossy(content), PLACEHOLDER);
        subject.find("dev-placeholder", name, line, "built with --dev: fill in [vendor] and build again");
    }
}

fn names(subject: &mut Subject<'_>) {
    for language in subject.locale() {
        let file = format!("i18n/{language}.json");
        let words = subject.words(&language);
        let Some(name) = words["widget"]["name"].as_str() else { continue };
        let line = subject.archive.text(&file).and_then(|text| line_with(text, &format!("\"name\": \"{name}\"")));
        if names_crm(name) {
            subject.find("name", &file, line, format!("\"{name}\" holds the CRM's name; \"X via Vendor\" is allowed"));
        }
        if name.chars().count() > LONGEST_NAME {
            subject.find("name", &file, line, format!("\"{name}\" is longer than {LONGEST_NAME} characters"));
        }
        if name.split_whitespace().any(|word| word.chars().count() > LONGEST_WORD) {
            subject.find("name", &file, line, format!("a word of \"{name}\" is longer than {LONGEST_WORD} characters"));
        }
    }
    for file in subject.archive.files.keys().filter(|name| name.starts_with("images/")) {
        if names_crm(file.trim_start_matches("images/")) {
            subject.find("logo-name", file, None, "the CRM's name must not be in a logo or its name");
        }
    }
}

/// "amo" or "Kommo" as a word or the beginning of one; "dynamo" does not count.
fn names_crm(name: &str) -> bool {
    let lower = name.to_lowercase();
    let mut words = lower.split(|sign: char| !sign.is_alphanumeric());
    lower.contains("kommo") || words.any(|word| word.starts_with("amo") || word.starts_with("амо"))
}

fn support(subject: &mut Subject<'_>) {
    if subject.manifest.is_null() {
        return;
    }
    let link = subject.manifest["widget"]["support"]["link"].as_str().unwrap_or_default();
    if !link.starts_with("https://") && !link.starts_with("http://") {
        subject.find("support", "manifest.json", None, "widget.support.link leads to the integrator's support");
    }
}

/// The object that `lib/config.js` defines; Null in an archive that was not built by Parom.
fn facts(subject: &Subject<'_>) -> Value {
    let text = subject.archive.text(CONFIG).unwrap_or_default();
    let inner = text.split_once("define(").map(|(_, rest)| rest.trim_end().trim_end_matches(");"));
    inner.and_then(|inner| serde_json::from_str(inner).ok()).unwrap_or(Value::Null)
}

fn server(subject: &mut Subject<'_>, facts: &Value) {
    if let Some(server) = facts["server"].as_str()
        && !server.starts_with("https://")
    {
        let message = format!("the widget calls {server}: a page over https may call https alone");
        subject.find("server-address", CONFIG, None, message);
    }
}

fn privacy(subject: &mut Subject<'_>, facts: &Value) {
    let own = facts["privacy"].as_str().is_some_and(|link| link.starts_with("http"));
    let said = || {
        let of_script = |text: &str| text.to_lowercase().contains("privacy");
        facts.is_null() && subject.scripts.iter().any(|(_, text, _)| of_script(text))
    };
    if !own && !said() {
        subject.find("privacy", CONFIG, None, "nothing links to the privacy policy of the company");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_crm_is_a_beginning_of_a_word() {
        for name in ["amoBridge", "Чаты для амо", "Bridge for AMOCRM", "MyKommoChat"] {
            assert!(names_crm(name), "{name}");
        }
        for name in ["Parom", "Dynamo", "Famous chats"] {
            assert!(!names_crm(name), "{name}");
        }
    }
}
