//! Scripts (crm-api §9.6 to §9.8). The syntax is checked by `script::read`, the text here.

use super::{Subject, line_with};

const CALLBACKS: [&str; 4] = ["render", "init", "bind_actions", "onSave"];
const LONGEST_LINE: usize = 500;

pub(super) fn look(subject: &mut Subject<'_>) {
    let mut found = Vec::new();
    for (name, text, script) in &subject.scripts {
        for offence in &script.offences {
            found.push((offence.rule, (*name).to_owned(), Some(offence.line), offence.message.clone()));
        }
        if let Some((line, message)) = minified(name, text) {
            found.push(("minified", (*name).to_owned(), Some(line), message));
        }
        for (literal, line) in &script.strings {
            let lower = literal.to_lowercase();
            let mut object =
                |rule, message: &str| found.push((rule, (*name).to_owned(), Some(*line), message.to_owned()));
            if lower.contains("<script") {
                object("foreign-script", "markup with a script element; use the list of `define`");
            }
            if lower.contains("<a ") && !lower.contains("referrerpolicy=\"no-referrer\"") {
                object("link-referrer", "links carry referrerpolicy=\"no-referrer\"");
            }
            if lower.contains("switcher_on") || lower.contains("switcher_off") {
                object("switcher", "the CRM's own switch must not be imitated");
            }
        }
    }
    for name in subject.archive.files.keys().filter(|name| name.ends_with(".twig")) {
        let text = subject.archive.text(name).unwrap_or_default().to_lowercase();
        let bare = |line: &str| line.contains("<a ") && !line.contains("referrerpolicy=\"no-referrer\"");
        if let Some(index) = text.lines().position(bare) {
            found.push((
                "link-referrer",
                name.clone(),
                Some(index + 1),
                "links carry referrerpolicy=\"no-referrer\"".into(),
            ));
        }
        if text.contains("<script") {
            let message = "markup with a script element; use the list of `define`".to_owned();
            found.push(("foreign-script", name.clone(), line_with(&text, "<script"), message));
        }
    }
    let main = subject.scripts.iter().find(|(name, ..)| *name == "script.js");
    for callback in CALLBACKS {
        if main.is_some_and(|(_, _, script)| !script.properties.contains(callback)) {
            let message = format!("the callback `{callback}` is missing: without it the widget cannot be installed");
            found.push(("callback-missing", "script.js".to_owned(), None, message));
        }
    }
    for (rule, file, line, message) in found {
        subject.find(rule, &file, line, message);
    }
}

/// Signs of generated code: a minified name, a very long line, hexadecimal names.
fn minified(name: &str, text: &str) -> Option<(usize, String)> {
    if name.contains(".min.") {
        return Some((1, "its name says that it is minified".to_owned()));
    }
    if let Some(index) = text.lines().position(|line| line.len() > LONGEST_LINE) {
        return Some((index + 1, format!("a line of more than {LONGEST_LINE} characters")));
    }
    let hexadecimal = text.split("_0x").skip(1).filter(|rest| rest.starts_with(|sign: char| sign.is_ascii_hexdigit()));
    if hexadecimal.count() > 2 || text.matches("\\x").count() > 20 {
        return Some((1, "names or texts are obfuscated".to_owned()));
    }
    None
}
