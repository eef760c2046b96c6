//! The pages of every simulator: the list of customers, their phones, the page with faults; and JSON for programs.

mod consent;
mod frame;
mod list;
mod phone;
mod pieces;
mod programs;
mod trouble;

pub use consent::{Asked, Code, CodeFault, Consent, ConsentChoice, Decision, decision, returned};
pub use frame::{Frame, page_of};
pub(crate) use frame::{asset, events, page_by};
pub(crate) use pieces::{Piece, pieces};
pub(crate) use trouble::trouble_page;

use std::sync::Arc;

use super::call::{Answer, Call};
use super::wire::{Core, Wire};

/// Largest form and upload in bytes.
pub(crate) const LARGEST: usize = 64 * 1024 * 1024;

/// The answer of the kit; `None`: it is a call of a program. Only our own pages and programs may change something.
pub(crate) fn answer<W: Wire>(core: &Arc<Core<W>>, call: &Call) -> Option<Answer> {
    let segments = call.segments();
    let is_upload = W::TAKES_UPLOADS && call.path == "uploads";
    Some(match (call.method.as_str(), segments.as_slice()) {
        ("GET", [""] | ["phone"]) => list::show(core, call),
        ("GET", ["phone", person, place]) => phone::show(core, call, person, place),
        ("GET", ["phone", _, _, "files", file]) => phone::file(core, file),
        ("GET", ["faults"]) => programs::faults(core),
        ("GET", ["trouble"]) => trouble::show(core, call),
        ("GET", ["healthz"]) => Answer::empty(200),
        ("GET", ["static", file]) => frame::asset(file),
        ("POST" | "DELETE", ["acts" | "faults" | "trouble"] | ["phone", _, _]) if !call.is_own() => Answer::empty(403),
        ("POST", ["uploads"]) if is_upload && !call.is_own() => Answer::empty(403),
        ("POST", ["uploads"]) if is_upload => programs::upload(core, call),
        ("POST", ["acts"]) => programs::act(core, call),
        ("POST", ["faults"]) => programs::break_it(core, call),
        ("DELETE", ["faults"]) => programs::mend(core),
        ("POST", ["trouble"]) => trouble::press(core, call),
        ("POST", ["phone", person, place]) => phone::press(core, call, person, place),
        _ => return None,
    })
}
