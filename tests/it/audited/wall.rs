//! M8: no route and no command that changes something leaves the audit log without a word, but for those below,
//! each with its reason. The routes and commands are read from the source; a handler is followed through the
//! functions of its own topic until one of them writes to the log or hands on who acts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use base::i18n::{Language, Words};

use crate::walls::read::{code, root, rust_files, server_files, server_module};

/// What changes something and is not written down, with the reason.
const SILENT: &[(&str, &str)] = &[
    // Customers' and managers' messages are the work itself: the message log, attempts and the ledger record them.
    ("api POST messages::send_message", "a message; it is in the message log"),
    ("api POST conversations::start_conversation", "a customer's chat; it is in the list of conversations"),
    ("api PATCH messages::edit_message", "a message; it is in the message log"),
    ("api DELETE messages::delete_message", "a message; it is in the message log"),
    ("api POST templates::send_template", "a message; it is in the message log"),
    ("panel POST again", "the next attempt comes sooner; changes nothing"),
    ("panel POST bring", "the daily comparison comes sooner; the register shows what it found"),
    ("api POST templates::bring_templates", "the same"),
    ("api POST media::upload_file", "a file of a message"),
    ("api POST messages::report_status", "a receipt of a message"),
    ("api POST messages::show_typing", "lasts seconds"),
    ("api POST messages::set_reaction", "a message's; it is in the message log"),
    // Signing in is written down when it is complete, and when it is refused.
    ("panel POST entrance::ask_link", "sends a letter; using it is written down"),
    ("admin POST look", "asks amoCRM what the road to the marketplace has proved; changes nothing"),
    ("admin POST doctor::run", "looks at everything and stores what it found; changes nothing"),
    ("panel POST language", "how one's own pages look"),
    ("panel POST sign_out", "ends one's own session alone"),
    ("panel POST sign_in::theme", "how one's own pages look"),
    ("admin POST sign_in::enter", "the first of two steps; the second one is written down"),
    ("admin POST sign_in::enter_by_link", "the first of two steps; the second one is written down"),
    ("admin POST sign_in::send_link", "sends a letter; using it is written down"),
    ("admin POST sign_in::out", "ends one's own session alone"),
    ("widget_api POST session::exchange", "what a page of amoCRM begins with, each time"),
    ("widget_api POST card::post_ticket", "opening it is written down"),
    // Steps before the one that does it.
    ("panel POST wizard::post_choose", "a step of the wizard; the last one makes the source"),
    ("panel POST wizard::post_access", "a step of the wizard; the last one makes the source"),
    ("panel POST wizard::post_line", "a step of the wizard; the last one makes the source"),
    ("panel POST wizard::leave", "forgets what was typed into the wizard"),
    ("panel POST columns::discard", "forgets a table that was not counted; counting one is written down"),
    ("api POST routing::try_routes", "tries rules; changes nothing"),
    ("api POST routing::replay_routes", "tries rules; changes nothing"),
    ("panel POST trial::run", "tries rules; changes nothing"),
    ("panel POST undelivered::ask", "asks whether; changes nothing"),
    ("panel POST webhooks::check", "checks a signature; changes nothing"),
];

/// Commands that are not written down, with the reason.
const SILENT_COMMANDS: &[(&str, &str)] = &[
    ("backup Verify", "looks"),
    ("channel Icon", "prints a picture"),
    ("channel Request", "writes a letter to stdout"),
    ("chats Sign", "computes a signature"),
    ("chats Verify", "checks a signature"),
    ("config Check", "looks"),
    ("config Print", "prints"),
    ("connector Check", "calls a developer's own endpoint"),
    ("customer List", "looks"),
    ("customer Links", "looks"),
    ("customer Consents", "looks"),
    ("dead List", "looks"),
    ("integration List", "looks"),
    ("key List", "looks"),
    ("quarantine List", "looks"),
    ("sales Preview", "looks"),
    ("lib Spool", "brings hooks in that amoCRM sent; they are in the message log"),
    ("tenant List", "looks"),
    ("vendor List", "looks"),
    ("widget Build", "makes a file"),
    ("widget Check", "looks"),
    ("lib Health", "looks"),
    ("lib Demo", "a server of its own"),
    ("lib Serve", "the server"),
    ("lib Sandbox", "a server of its own"),
    ("lib Migrate", "does nothing to an account"),
    ("lib Doctor", "looks"),
    ("lib Openapi", "prints"),
    ("lib Completions", "prints"),
    ("lib Man", "makes files"),
];

/// What writes to the log, or hands on who acts to what does.
const MARKS: &[&str] = &[
    ".audit(",
    "record(",
    "audit::write(",
    ".did(",
    ".note(",
    "note_own(",
    "note_both",
    ".set_password(",
    "&by",
    ".by()",
    "&By::",
    "let by =",
];

/// A function: the file or folder by whose name it is called, and its own name.
type Name = (String, String);

/// The functions of a module: file and body, under every name by which the module calls them.
struct Functions(BTreeMap<Name, Vec<(PathBuf, String)>>);

impl Functions {
    fn of(files: &[PathBuf]) -> Self {
        let mut found = Self(BTreeMap::new());
        for file in files {
            let text = code(file);
            for (at, _) in text.match_indices("fn ") {
                let line = &text[text[..at].rfind('\n').map_or(0, |end| end + 1)..at];
                let indent = &line[..line.len() - line.trim_start().len()];
                let body = &text[at + 3..];
                let body = &body[..body.find(&format!("\n{indent}}}")).unwrap_or(body.len())];
                let name: String = body.chars().take_while(|sign| sign.is_alphanumeric() || *sign == '_').collect();
                for place in places(file) {
                    found.0.entry((place, name.clone())).or_default().push((file.clone(), body.to_owned()));
                }
            }
        }
        for file in files {
            found.renamed(file);
        }
        found
    }

    /// `pub use access::{get as access, post as change_access}`, `use super::{second_step as both_steps}`.
    fn renamed(&mut self, file: &Path) {
        let text = code(file);
        let folder = file.parent().unwrap().file_name().unwrap().to_str().unwrap();
        for statement in text.split("use ").skip(1).filter_map(|rest| rest.split(';').next()) {
            let Some((place, names)) = statement.rsplit_once("::") else { continue };
            let place = place.rsplit("::").next().filter(|place| *place != "super").unwrap_or(folder);
            for renaming in names.trim_matches(['{', '}', '\n']).split(',') {
                let Some((name, alias)) = renaming.trim().split_once(" as ") else { continue };
                let Some(same) = self.0.get(&(place.to_owned(), name.to_owned())).cloned() else { continue };
                for place in places(file) {
                    self.0.entry((place, alias.to_owned())).or_default().extend(same.clone());
                }
            }
        }
    }

    /// Whether a function, or one that it calls in its module, writes to the log.
    fn writes_to_log(&self, name: &Name, seen: &mut BTreeSet<Name>) -> bool {
        if !seen.insert(name.clone()) {
            return false;
        }
        self.0.get(name).into_iter().flatten().any(|(file, body)| {
            let calls = || calls(body).into_iter().map(|(place, name)| self.meant(file, place, name));
            MARKS.iter().any(|mark| body.contains(mark)) || calls().any(|called| self.writes_to_log(&called, seen))
        })
    }

    fn meant(&self, file: &Path, place: Option<String>, name: String) -> Name {
        let own = file.display().to_string();
        match place.filter(|place| !["self", "super", "crate"].contains(&place.as_str())) {
            Some(place) => (place, name),
            None if self.0.contains_key(&(own.clone(), name.clone())) => (own, name),
            None => (file.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned(), name),
        }
    }
}

/// By what a file's functions are called: its folders within its crate, its name, and itself.
fn places(file: &Path) -> Vec<String> {
    let inside = file.strip_prefix(root()).unwrap().with_extension("");
    let parts = inside.iter().skip(1).map(|part| part.to_str().unwrap().to_owned()).filter(|part| part != "mod");
    parts.chain([file.display().to_string()]).collect()
}

/// The functions that a body calls, with the last part of their path; no methods.
fn calls(body: &str) -> Vec<(Option<String>, String)> {
    let mut found = Vec::new();
    for (at, _) in body.match_indices('(') {
        let part = |sign: &char| sign.is_alphanumeric() || *sign == '_' || *sign == ':';
        let path: String = body[..at].chars().rev().take_while(part).collect();
        let path: String = path.chars().rev().collect();
        let before = body[..at - path.len()].chars().next_back();
        if path.is_empty() || before == Some('.') {
            continue;
        }
        let mut parts = path.rsplit("::").map(str::to_owned);
        let name = parts.next().unwrap_or_default();
        found.push((parts.next().filter(|place| !place.is_empty()), name));
    }
    found
}

/// Handlers of routes that change something: the method, the function as the route names it, and its name.
fn handlers(file: &Path) -> Vec<(String, String, Name)> {
    let text = code(file).replace("web::", "");
    let stem = places(file).into_iter().rev().nth(1).unwrap();
    let mut found = Vec::new();
    for method in ["post", "put", "patch", "delete"] {
        let mut add = |handler: String| {
            let (place, name) = match handler.rsplit_once("::") {
                Some((path, name)) => (path.rsplit("::").next().unwrap().to_owned(), name.to_owned()),
                None => (file.display().to_string(), handler.clone()),
            };
            found.push((method.to_uppercase(), handler, (place, name)));
        };
        let mark = format!("{method}().to(");
        for (at, _) in text.match_indices(&mark) {
            add(text[at + mark.len()..].split(')').next().unwrap().to_owned());
        }
        for (at, _) in text.match_indices(&format!("#[{method}(\"")) {
            let (_, rest) = text[at..].split_once("fn ").unwrap();
            add(format!("{stem}::{}", rest.split('(').next().unwrap()));
        }
    }
    found
}

#[test]
fn m8_every_route_that_changes_something_leaves_a_row_or_says_why_not() {
    let silent: BTreeMap<&str, &str> = SILENT.iter().copied().collect();
    let (mut wrong, mut used, mut walked) = (Vec::new(), BTreeSet::new(), 0);
    for module in ["api", "panel", "admin", "widget_api"] {
        let files = server_module(module);
        let functions = Functions::of(&files);
        for (method, handler, name) in files.iter().flat_map(|file| handlers(file)) {
            walked += 1;
            let told = functions.writes_to_log(&name, &mut BTreeSet::new());
            let shown = format!("{module} {method} {handler}");
            match silent.get_key_value(shown.as_str()) {
                Some((known, _)) => {
                    used.insert(*known);
                }
                None if told => {}
                None => wrong.push(shown),
            }
        }
    }
    assert!(walked > 100, "only {walked} routes were found");
    assert!(wrong.is_empty(), "these leave no row in the audit log: {wrong:#?}");
    let gone: Vec<_> = silent.keys().filter(|name| !used.contains(*name)).collect();
    assert!(gone.is_empty(), "these are gone, take them off the list: {gone:?}");
}

#[test]
fn m8_every_command_that_changes_something_leaves_a_row_or_says_why_not() {
    let folder = root().join("cli/src");
    let files: Vec<_> = rust_files(&folder).into_iter().filter(|file| !file.ends_with("tests.rs")).collect();
    let functions = Functions::of(&files);
    let silent: BTreeMap<&str, &str> = SILENT_COMMANDS.iter().copied().collect();
    let (mut wrong, mut used, mut walked) = (Vec::new(), BTreeSet::new(), 0);
    let commands: BTreeMap<String, String> = files
        .iter()
        .filter(|file| file.parent() == Some(&folder))
        .map(|file| (file.file_stem().unwrap().to_str().unwrap().to_owned(), code(file)))
        .collect();
    for (stem, text) in &commands {
        let file = folder.join(format!("{stem}.rs"));
        for variant in variants(text) {
            // Subcommands are followed to their own definitions.
            let below = commands.get(&variant.to_lowercase()).filter(|_| stem == "lib");
            if below.is_some_and(|below| !variants(below).is_empty()) {
                continue;
            }
            walked += 1;
            let shown = format!("{stem} {variant}");
            if let Some((known, _)) = silent.get_key_value(shown.as_str()) {
                used.insert(*known);
                continue;
            }
            // The last place that names it is the branch that executes it.
            let place = text.rsplit_once(&format!("Command::{variant}"));
            let (_, branch) = place.unwrap_or_else(|| panic!("{shown} is carried out nowhere"));
            let branch = branch.split("Command::").next().unwrap_or_default();
            let called = calls(branch).into_iter().map(|(place, name)| functions.meant(&file, place, name));
            let told = MARKS.iter().any(|mark| branch.contains(mark))
                || called.into_iter().any(|called| functions.writes_to_log(&called, &mut BTreeSet::new()));
            if !told {
                wrong.push(shown);
            }
        }
    }
    assert!(walked > 20, "only {walked} commands were found");
    assert!(wrong.is_empty(), "these commands leave no row in the audit log: {wrong:#?}");
    let gone: Vec<_> = silent.keys().filter(|name| !used.contains(*name)).collect();
    assert!(gone.is_empty(), "these are gone, take them off the list: {gone:?}");
}

/// The variants of a file's `…Command` enum, or none.
fn variants(text: &str) -> Vec<String> {
    let Some((_, rest)) = text.split_once("Command {\n") else { return Vec::new() };
    let body = rest.split("\n}\n").next().unwrap_or_default();
    let lines = body
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.chars().next().is_some_and(char::is_uppercase));
    lines.map(|line| line.chars().take_while(|sign| sign.is_alphanumeric()).collect()).collect()
}

// Every action that the server or the command line writes to the audit log has its sentence: without one a person
// reads its name.

/// Names of the same form that are no actions of the log.
const OTHERS: &[&str] = &[
    // Events of webhooks.
    "account.installed",
    "alert.changed",
    "message.created",
    "source.updated",
    // A point at which tests let a process fail, and the name of a file.
    "import.before_commit",
    "undelivered.csv",
];

/// The first words of actions.
const OBJECTS: &[&str] = &[
    "account",
    "alert",
    "announcement",
    "backup",
    "card",
    "data",
    "import",
    "integration",
    "key",
    "member",
    "message",
    "operator",
    "quarantine",
    "queue",
    "report",
    "source",
    "stray_source",
    "template",
    "text",
    "undelivered",
    "vault",
    "vendor_event",
    "webhook",
];

/// Literals such as `"message.sent_again"`.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|sign| sign.is_ascii_lowercase() || sign == '_');
    text.split('"').filter(move |literal| {
        let parts = literal.split_once('.');
        parts.is_some_and(|(object, deed)| OBJECTS.contains(&object) && is_word(deed))
    })
}

#[test]
fn every_action_of_the_log_has_its_sentence() {
    let files = server_files().into_iter().map(|(file, _)| file).chain(rust_files(&root().join("cli/src")));
    let texts: Vec<String> = files.filter(|file| !file.ends_with("tests.rs")).map(|file| code(&file)).collect();
    let found: BTreeSet<&str> = texts.iter().flat_map(|text| names(text)).collect();
    assert!(found.contains("message.given_up") && found.len() > 80, "{found:?}");
    let unsaid = |action: &&&str| {
        let key = format!("audit-did-{}", action.replace('.', "-"));
        Language::COMPLETE.into_iter().any(|language| !Words::new(language).has(&key))
    };
    let unsaid: Vec<&&str> = found.iter().filter(|name| !OTHERS.contains(*name)).filter(unsaid).collect();
    assert!(unsaid.is_empty(), "these have no audit-did-… in locales/*/team.ftl: {unsaid:?}");
    let gone: Vec<_> = OTHERS.iter().filter(|name| !found.contains(*name)).collect();
    assert!(gone.is_empty(), "these are gone, take them off the list: {gone:?}");
}
