//! Faults by buttons: each button is a body of `POST /faults`.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Value, json};

use super::frame::{Frame, is_own, render};
use super::programs;
use crate::kit::wire::{Core, Wire};

/// A button: its text, and what it breaks.
struct Button {
    text: String,
    fault: String,
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

/// `GET /trouble`.
pub(super) async fn show<W: Wire>(core: web::Data<Arc<Core<W>>>, request: HttpRequest) -> HttpResponse {
    let frame = Frame::of::<W>(&request);
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
    render(StatusCode::OK, &page)
}

/// A pressed button; an empty fault mends everything.
#[derive(Deserialize)]
pub(super) struct Pressed {
    #[serde(default)]
    fault: String,
}

/// `POST /trouble`.
pub(super) async fn press<W: Wire>(
    core: web::Data<Arc<Core<W>>>,
    request: HttpRequest,
    form: web::Form<Pressed>,
) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    if form.fault.is_empty() {
        programs::mended(&core);
    } else if let Err(error) = programs::broken(&core, form.fault.as_bytes()) {
        return HttpResponse::UnprocessableEntity().body(format!("{error:#}"));
    }
    Frame::of::<W>(&request).back_to("/trouble")
}
