//! Faults by buttons: each button is a body of `POST /faults`.

use askama::Template;
use serde_json::{Value, json};

use super::frame::{Frame, page_of};
use super::programs;
use crate::kit::call::{Answer, Call};
use crate::kit::wire::{Core, Wire};

pub(crate) struct Button {
    text: String,
    fault: String,
}

/// A button, by the key of its text and the body that it sends.
pub(crate) fn button(frame: &Frame, (key, fault): &(&'static str, &str)) -> Button {
    Button { text: frame.t(key).to_owned(), fault: (*fault).to_owned() }
}

/// A line, with its webhooks and what can be broken about it.
struct LineCard {
    name: String,
    /// Empty if it was revoked.
    token: String,
    hooks: Vec<String>,
    buttons: Vec<Button>,
}

#[derive(Template)]
#[template(path = "kit/trouble.html")]
struct TroublePage {
    frame: Frame,
    target: String,
    back: String,
    broken: Vec<String>,
    groups: Vec<(&'static str, Vec<Button>)>,
    lines: Vec<LineCard>,
}

fn calls<W: Wire>(frame: &Frame) -> Vec<Button> {
    let call = |key, count: i64, fault: Value| {
        let mut body = json!({(W::FAULTS.call): "*", "count": count, "fault": key});
        for (name, value) in fault.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        Button { text: frame.t(key).to_owned(), fault: body.to_string() }
    };
    vec![
        call("too_many", 3, json!({"retry_after": 5})),
        call("html_page", 1, json!({"status": 502})),
        call("slow", 1, json!({"millis": 10_000})),
        call("reset_before", 1, Value::Null),
        call("reset_after", 1, Value::Null),
    ]
}

fn hooks<W: Wire>(frame: &Frame) -> Vec<Button> {
    let hook = |key: &'static str| Button {
        text: frame.t(key).to_owned(),
        fault: json!({(W::FAULTS.hook): key, "count": 1}).to_string(),
    };
    ["doubled", "lost_answer", "late", "lost"].map(hook).into_iter().collect()
}

/// The page of a simulator that has no lines: what is broken, and its buttons.
pub(crate) fn trouble_page(frame: Frame, back: &str, broken: Vec<String>, buttons: Vec<Button>) -> Answer {
    let (target, back) = (frame.link("/trouble"), frame.link(back));
    page_of(
        200,
        &TroublePage { target, back, broken, groups: vec![("calls", buttons)], lines: Vec::new(), frame },
        "'self'",
    )
}

/// `GET /trouble`.
pub(super) fn show<W: Wire>(core: &Core<W>, call: &Call) -> Answer {
    let frame = Frame::of_call::<W>(call);
    let own = |line: Option<&str>| {
        let wanted = W::LOOK.troubles.iter().filter(|(_, fault)| fault.contains("{line}") == line.is_some());
        let button = |(key, fault): &(&'static str, &str)| Button {
            text: frame.t(key).to_owned(),
            fault: fault.replace("{line}", line.unwrap_or_default()),
        };
        wanted.map(button).collect::<Vec<_>>()
    };
    let lines = core.read(|state| {
        let card = |line: &crate::kit::model::Line| LineCard {
            name: line.name.clone(),
            token: if line.is_revoked { String::new() } else { line.token.clone() },
            hooks: line.subscriptions.iter().map(|one| one.url.clone()).collect(),
            buttons: own(Some(line.id.as_str())),
        };
        state.lines.values().map(card).collect()
    });
    let page = TroublePage {
        target: frame.link("/trouble"),
        back: frame.link("/phone"),
        broken: core.faults.describe(),
        groups: vec![("calls", calls::<W>(&frame)), ("hooks", hooks::<W>(&frame)), (W::LOOK.title, own(None))],
        lines,
        frame,
    };
    page_of(200, &page, "'self'")
}

/// `POST /trouble`: the fault of a pressed button; without one everything is mended.
pub(super) fn press<W: Wire>(core: &Core<W>, call: &Call) -> Answer {
    match call.param("fault").unwrap_or_default() {
        "" => programs::mended(core),
        fault => {
            if let Err(error) = programs::broken(core, fault.as_bytes()) {
                return Answer::new(422, "text/plain; charset=utf-8", format!("{error:#}"));
            }
        }
    }
    Frame::of_call::<W>(call).back_to("/trouble")
}
