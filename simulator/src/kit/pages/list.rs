//! The list of customers.

use askama::Template;

use super::frame::{Frame, page_of};
use crate::kit::call::{Answer, Call};
use crate::kit::wire::{Core, Wire};

struct Row {
    href: String,
    letter: String,
    name: String,
    last: String,
    /// When that was; empty before the first message.
    clock: String,
}

#[derive(Template)]
#[template(path = "kit/list.html")]
struct ListPage {
    frame: Frame,
    rows: Vec<Row>,
    /// Pages that only this messenger has, and their texts.
    links: Vec<(String, &'static str)>,
    troubles: String,
    is_broken: bool,
}

/// `GET /phone`.
pub(super) fn show<W: Wire>(core: &Core<W>, call: &Call) -> Answer {
    let frame = Frame::of_call::<W>(call);
    let rows = core.read(|state| {
        let row = |visit: crate::kit::look::Visit| {
            let dialog = visit.dialog.and_then(|id| state.dialog(&id));
            let last = dialog.and_then(|dialog| dialog.messages.iter().rfind(|one| !one.is_removed));
            Row {
                href: frame.link(&format!("/phone/{}/{}", visit.who, visit.place)),
                letter: visit.person.chars().take(1).collect(),
                name: format!("{} → {}", visit.person, visit.title),
                clock: last.map(|last| super::phone::moment(last).format("%H:%M").to_string()).unwrap_or_default(),
                last: last.map_or(visit.about, |last| last.text.clone()),
            }
        };
        core.wire.visits(state).into_iter().map(row).collect()
    });
    let links = W::LOOK.pages.iter().map(|(path, key)| (frame.link(path), frame.t(key))).collect();
    let (troubles, is_broken) = (frame.link("/trouble"), core.faults.left() > 0);
    page_of(200, &ListPage { frame, rows, links, troubles, is_broken }, "'self'")
}
