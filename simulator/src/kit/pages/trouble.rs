//! Faults by switches: each is a body of `POST /faults`.

use askama::Template;
use serde_json::{Map, Value, json};

use super::frame::{Frame, page_of};
use super::programs;
use crate::kit::call::{Answer, Call};
use crate::kit::faults::{Breaks, Fault, FaultWords, Faults};
use crate::kit::wire::{Core, Wire};

/// A row of the page.
pub(crate) struct Switch {
    text: String,
    /// The body that it sends.
    fault: String,
    /// The fault as [`Faults::named`] names it; empty for a deed, which has no other state.
    name: String,
    is_on: bool,
}

impl Switch {
    fn new(text: &'static str, fault: String, words: &FaultWords, named: &[String]) -> Self {
        let name = name_of(&fault, words);
        Self { text: text.to_owned(), is_on: named.contains(&name), fault, name }
    }
}

/// The line that says what a body sets; empty for other bodies.
fn name_of(body: &str, words: &FaultWords) -> String {
    let Ok(mut given) = serde_json::from_str::<Map<String, Value>>(body) else { return String::new() };
    given.remove("count");
    if let Some(hook) = given.remove(words.hook) {
        return format!("webhook: {}", hook.as_str().unwrap_or_default());
    }
    let call = given.remove(words.call);
    let call = call.as_ref().and_then(Value::as_str).unwrap_or("*");
    Fault::read(given, words.own).map(|fault| format!("{call}: {}", fault.describe())).unwrap_or_default()
}

/// A line, with its webhooks and what can be broken about it.
struct LineCard {
    name: String,
    /// Empty if it was revoked.
    token: String,
    hooks: Vec<String>,
    switches: Vec<Switch>,
}

#[derive(Template)]
#[template(path = "kit/trouble.html")]
struct TroublePage {
    frame: Frame,
    target: String,
    back: String,
    groups: Vec<(&'static str, Vec<Switch>)>,
    lines: Vec<LineCard>,
    /// Faults that programs set, which have no switch here.
    others: Vec<String>,
}

impl TroublePage {
    /// What is broken now, in words.
    fn broken(&self) -> Vec<&str> {
        let switches = self.groups.iter().flat_map(|(_, all)| all);
        let switches = switches.chain(self.lines.iter().flat_map(|line| &line.switches));
        let on = switches.filter(|one| one.is_on).map(|one| one.text.as_str());
        on.chain(self.others.iter().map(String::as_str)).collect()
    }
}

fn calls<W: Wire>() -> Vec<(&'static str, String)> {
    let call = |key, count: i64, fault: Value| {
        let mut body = json!({(W::FAULTS.call): "*", "count": count, "fault": key});
        for (name, value) in fault.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        (key, body.to_string())
    };
    vec![
        call("too_many", 3, json!({"retry_after": 5})),
        call("html_page", 1, json!({"status": 502})),
        call("slow", 1, json!({"millis": 10_000})),
        call("reset_before", 1, Value::Null),
        call("reset_after", 1, Value::Null),
    ]
}

fn hooks<W: Wire>() -> Vec<(&'static str, String)> {
    let hook = |key: &'static str| (key, json!({(W::FAULTS.hook): key, "count": 1}).to_string());
    ["doubled", "lost_answer", "late", "lost"].map(hook).into_iter().collect()
}

/// The active faults that none of these switches sets.
fn others<'a>(faults: &Faults, switches: impl IntoIterator<Item = &'a Switch>) -> Vec<String> {
    let known: Vec<&str> = switches.into_iter().map(|one| one.name.as_str()).collect();
    faults.named().into_iter().filter(|name| !known.contains(&name.as_str())).collect()
}

/// The names of the only faults that a simulator without lines has.
const BARE: FaultWords = FaultWords { call: "", hook: "", to: "", own: &[] };

/// The page of a simulator that has no lines.
pub(crate) fn trouble_page(frame: Frame, faults: &Faults, all: &[(&'static str, &'static str)]) -> Answer {
    let named = faults.named();
    let switch = |(key, fault): &(&'static str, &str)| Switch::new(frame.t(key), (*fault).to_owned(), &BARE, &named);
    let switches: Vec<Switch> = all.iter().map(switch).collect();
    let page = TroublePage {
        target: frame.link("/trouble"),
        back: frame.link("/"),
        others: others(faults, &switches),
        groups: vec![("calls", switches)],
        lines: Vec::new(),
        frame,
    };
    page_of(200, &page, "'self'")
}

/// `GET /trouble`.
pub(super) fn show<W: Wire>(core: &Core<W>, call: &Call) -> Answer {
    let frame = Frame::of_call::<W>(call);
    let named = core.faults.named();
    let switch = |(key, fault): (&'static str, String)| Switch::new(frame.t(key), fault, &W::FAULTS, &named);
    let own = |line: Option<&str>| {
        let wanted = W::LOOK.troubles.iter().filter(|(_, fault)| fault.contains("{line}") == line.is_some());
        let one =
            |(key, fault): &(&'static str, &str)| switch((*key, fault.replace("{line}", line.unwrap_or_default())));
        wanted.map(one).collect::<Vec<_>>()
    };
    let groups: Vec<(_, Vec<Switch>)> = vec![
        ("calls", calls::<W>().into_iter().map(switch).collect()),
        ("hooks", hooks::<W>().into_iter().map(switch).collect()),
        (W::LOOK.title, own(None)),
    ];
    let lines = core.read(|state| {
        let card = |line: &crate::kit::model::Line| LineCard {
            name: line.name.clone(),
            token: if line.is_revoked { String::new() } else { line.token.clone() },
            hooks: line.subscriptions.iter().map(|one| one.url.clone()).collect(),
            switches: own(Some(line.id.as_str())),
        };
        state.lines.values().map(card).collect()
    });
    let page = TroublePage {
        target: frame.link("/trouble"),
        back: frame.link("/phone"),
        others: others(&core.faults, groups.iter().flat_map(|(_, all)| all)),
        groups,
        lines,
        frame,
    };
    page_of(200, &page, "'self'")
}

/// `POST /trouble`: a switch is put on (`fault`) or off (`mend`); without either everything is mended.
pub(super) fn press<W: Wire>(core: &Core<W>, call: &Call) -> Answer {
    match (call.param("fault").unwrap_or_default(), call.param("mend").unwrap_or_default()) {
        ("", "") => programs::mended(core),
        ("", name) => {
            core.faults.mend(|one| one == name);
            core.shared.touch();
        }
        (fault, _) => {
            if let Err(error) = programs::broken(core, fault.as_bytes()) {
                return Answer::new(422, "text/plain; charset=utf-8", format!("{error:#}"));
            }
        }
    }
    Frame::of_call::<W>(call).back_to("/trouble")
}
