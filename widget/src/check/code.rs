//! Scripts (crm-api §9.6 to §9.8), of which `script::read` checks the syntax, and styles (crm-api §9.8): all rules must be below one root
//! selector of the widget's own.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::manifest::installs;
use super::{Subject, line_with};

const CALLBACKS: [&str; 3] = ["render", "init", "bind_actions"];
const LONGEST_LINE: usize = 500;

pub(super) fn scripts(subject: &mut Subject<'_>) {
    let mut found = Vec::new();
    for (name, text, script) in &subject.scripts {
        for offence in &script.offences {
            found.push((offence.rule, (*name).to_owned(), Some(offence.line), offence.message.clone()));
        }
        if let Some((line, message)) = minified(name, text) {
            found.push(("minified", (*name).to_owned(), Some(line), message));
        }
        for (literal, line) in &script.strings {
            markup(literal, &mut |rule, _, message| {
                found.push((rule, (*name).to_owned(), Some(*line), message.to_owned()));
            });
        }
    }
    let used = subject.archive.files.keys().filter(|name| subject.used.contains(name.as_str()));
    for name in used.filter(|name| name.ends_with(".twig")) {
        let text = subject.archive.text(name).unwrap_or_default();
        markup(text, &mut |rule, part, message| {
            found.push((rule, name.clone(), line_with(text, part), message.to_owned()));
        });
    }
    if subject.script_is_read() && subject.archive.files.contains_key("script.js") {
        // Without onSave the CRM does not install the widget.
        let needed = CALLBACKS.iter().chain(installs(subject).then_some(&"onSave"));
        for callback in needed.filter(|callback| !subject.has_callback(callback)) {
            let message = format!("the callback `{callback}` is missing: without it the widget cannot work");
            found.push(("callback-missing", "script.js".to_owned(), None, message));
        }
    }
    for (rule, file, line, message) in found {
        subject.find(rule, &file, line, message);
    }
}

/// Looks at markup; `found` gets rule, the part where it is, and message.
fn markup(text: &str, found: &mut dyn FnMut(&'static str, &str, &str)) {
    let lower = text.to_lowercase();
    if lower.contains("<script") {
        found("foreign-script", "<script", "markup with a script element; use the list of `define`");
    }
    let links = lower.split("<a ").skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
    let leads_away = |tag: &&str| ["href=\"http", "href='http", "_blank"].iter().any(|sign| tag.contains(sign));
    if let Some(tag) = links.filter(leads_away).find(|tag| !tag.contains("no-referrer")) {
        let start = tag.lines().next().unwrap_or_default();
        found(
            "link-referrer",
            text.lines().find(|line| line.to_lowercase().contains(start)).unwrap_or_default(),
            "links carry referrerpolicy=\"no-referrer\"",
        );
    }
    if lower.contains("switcher_on") || lower.contains("switcher_off") {
        found("switcher", "switcher_o", "the CRM's own switch must not be imitated");
    }
}

/// Signs of generated code: a minified name, a long line of many statements, hexadecimal names. A long text or picture
/// within code is not one.
fn minified(name: &str, text: &str) -> Option<(usize, String)> {
    if name.contains(".min.") {
        return Some((1, "its name says that it is minified".to_owned()));
    }
    let dense = |line: &str| line.len() > LONGEST_LINE && line.matches(['{', ';']).count() > LONGEST_LINE / 25;
    if let Some(index) = text.lines().position(dense) {
        return Some((index + 1, format!("a line of more than {LONGEST_LINE} characters with many statements")));
    }
    let hexadecimal = text.split("_0x").skip(1).filter(|rest| rest.starts_with(|sign: char| sign.is_ascii_hexdigit()));
    if hexadecimal.count() > 2 || text.matches("\\x").count() > 20 {
        return Some((1, "names or texts are obfuscated".to_owned()));
    }
    None
}

/// Classes and ids of the CRM itself; those with a sign at the end begin many.
const SYSTEM: &[&str] = &[
    "button-input",
    "card-holder",
    "card-widgets",
    "control-",
    "feed-",
    "left-menu",
    "linked-form",
    "list_page",
    "modal",
    "modal-",
    "nav__",
    "notifications__",
    "pipeline_",
    "switcher",
    "widget_settings_block",
    "widget-settings",
    "work-area",
];

pub(super) fn style(subject: &mut Subject<'_>) {
    let archive = subject.archive;
    let used = archive.files.keys().filter(|name| name.ends_with(".css") && subject.used.contains(name.as_str()));
    for name in used.collect::<Vec<_>>() {
        let Some(text) = archive.text(name) else { continue };
        let (plain, comments) = split(text);
        for (line, comment) in comments {
            let block = comment.split_once('{').map(|(_, rest)| rest.split('}').next().unwrap_or_default());
            if block.is_some_and(|block| block.contains(':')) {
                subject.find("commented-code", name, Some(line), "this comment is code");
            }
        }
        if let Some((line, message)) = minified(name, text) {
            subject.find("minified", name, Some(line), message);
        }
        if plain.contains("switcher_on") || plain.contains("switcher_off") {
            let line = line_with(text, "switcher_o");
            subject.find("switcher", name, line, "the CRM's own switch must not be imitated");
        }
        judge(subject, name, &selectors(&plain));
    }
}

/// One finding for each root that is not the widget's own, where it is first used.
fn judge(subject: &mut Subject<'_>, name: &str, selectors: &[(usize, String)]) {
    let roots: Vec<&str> = selectors.iter().filter_map(|(_, selector)| root_of(selector)).collect();
    // `.acme` is the root of `.acme__row` as well.
    let below = |root: &str| roots.iter().filter(|one| one.starts_with(root)).count();
    let own = roots.iter().max_by_key(|root| (below(root), Reverse(root.len()))).copied().unwrap_or_default();
    let is_system = |root: &str| {
        let bare = root.get(1..).unwrap_or_default();
        SYSTEM.iter().any(|system| bare == *system || (bare.starts_with(system) && system.ends_with(['-', '_'])))
    };
    let mut seen = BTreeSet::new();
    for (line, selector) in selectors {
        let root = root_of(selector);
        if root.is_some_and(|root| root.starts_with(own)) || !seen.insert(root.unwrap_or(selector)) {
            continue;
        }
        let message = match root {
            None => format!("`{selector}` reaches the whole page"),
            Some(_) => format!("`{selector}` does not begin with the widget's root `{own}`"),
        };
        subject.find("css-global", name, Some(*line), message);
    }
    if is_system(own) {
        subject.find("css-system-class", name, None, format!("`{own}` is the CRM's: take a root of the widget's own"));
    }
}

/// The class or id that a selector begins with.
fn root_of(selector: &str) -> Option<&str> {
    let end = selector.get(1..)?.find(|sign: char| !(sign.is_alphanumeric() || sign == '-' || sign == '_'));
    let root = end.map_or(selector, |end| selector.get(..=end).unwrap_or(selector));
    (root.starts_with('.') || root.starts_with('#')).then_some(root)
}

/// The text with comments blanked (line numbers stay), and the comments.
fn split(text: &str) -> (String, Vec<(usize, String)>) {
    let (mut plain, mut comments, mut rest, mut line) = (String::new(), Vec::new(), text, 1);
    while let Some(start) = rest.find("/*") {
        let (before, tail) = rest.split_at(start);
        let end = tail.find("*/").map_or(tail.len(), |end| end + 2);
        let (comment, after) = tail.split_at(end);
        plain.push_str(before);
        line += before.matches('\n').count();
        comments.push((line, comment.to_owned()));
        plain.push_str(&"\n".repeat(comment.matches('\n').count()));
        line += comment.matches('\n').count();
        rest = after;
    }
    plain.push_str(rest);
    (plain, comments)
}

/// Selectors of all rules with their lines, including those inside `@media` and the like, excluding steps of
/// `@keyframes`.
fn selectors(plain: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut outer: Vec<bool> = Vec::new();
    let (mut head, mut line, mut start) = (String::new(), 1, 1);
    for sign in plain.chars() {
        match sign {
            '{' => {
                let selector = head.trim().to_owned();
                let at_rule = selector.starts_with('@');
                let steps = outer.last() == Some(&true);
                if !at_rule && !steps {
                    let parts = parts(&selector);
                    found.extend(parts.into_iter().map(|selector| (start, selector)));
                }
                // Inside keyframes and inside a rule there are no selectors of the page.
                outer.push(!at_rule || steps || selector.contains("keyframes") || selector.contains("font-face"));
                head.clear();
            }
            '}' => {
                outer.pop();
                head.clear();
            }
            ';' => head.clear(),
            sign => {
                if head.trim().is_empty() {
                    start = line;
                }
                head.push(sign);
            }
        }
        line += usize::from(sign == '\n');
    }
    found
}

/// The selectors of a list, split at commas outside of parentheses.
fn parts(list: &str) -> Vec<String> {
    let (mut parts, mut depth) = (vec![String::new()], 0_u32);
    for sign in list.chars() {
        match sign {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match parts.last_mut() {
            Some(last) if sign != ',' || depth > 0 => last.push(sign),
            _ => parts.push(String::new()),
        }
    }
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_found_with_their_lines() {
        let text = ".a b,\n.a:is(.x, .y) {\n  color: red;\n}\n@media (x) {\n  .a c { top: 0 }\n}\n@keyframes k { from { top: 0 } }\nbody { }";
        let found: Vec<_> = selectors(text);
        let shown: Vec<_> = found.iter().map(|(line, selector)| (*line, selector.as_str())).collect();
        assert_eq!(shown, [(1, ".a b"), (1, ".a:is(.x, .y)"), (6, ".a c"), (9, "body")]);
    }

    #[test]
    fn a_root_is_a_class_or_an_id() {
        assert_eq!(root_of(".parom-widget.wide > p"), Some(".parom-widget"));
        assert_eq!(root_of("#root a"), Some("#root"));
        assert_eq!(root_of("p .x"), None);
        assert_eq!(root_of("*"), None);
    }
}
