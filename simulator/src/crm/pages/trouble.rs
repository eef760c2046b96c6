//! "Break something": a button for each fault that `POST /faults` takes, and a field for any other.

use askama::Template;

use super::frame::{Frame, Place, SELF, Shell, Visit};
use crate::crm::breakage::{self, Breakage, KINDS, usual};
use crate::kit::{Answer, page_of};

#[derive(Template)]
#[template(path = "crm/broken.html")]
struct TroublePage<'a> {
    frame: &'a Frame,
    shell: &'a Shell<'a>,
    target: String,
}

impl TroublePage<'_> {
    /// Every fault with its words, which name the number.
    fn buttons(&self) -> impl Iterator<Item = (String, String)> {
        KINDS.iter().filter(|kind| !kind.3.is_empty()).map(|kind| {
            let fault = usual(kind);
            let number = fault.split_once('=').map_or("", |(_, number)| number);
            let words = self.frame.fill(kind.3, number);
            (fault, words)
        })
    }
}

/// `GET /accounts/{host}/break`.
pub(super) fn show(visit: &Visit<'_>) -> Answer {
    let frame = &visit.frame;
    let target = frame.link(&visit.path("break"));
    visit.show(Place::Trouble, |_, shell| Some(page_of(200, &TroublePage { frame, shell, target }, SELF)))
}

/// `POST /accounts/{host}/break`: the fault of a pressed button or of the field; without one everything is mended.
pub(super) fn press(visit: &Visit<'_>) -> Answer {
    let (core, frame, fault) = (visit.core, &visit.frame, visit.field("fault").trim());
    if fault.is_empty() {
        breakage::mend(core);
    } else if let Err(error) = fault.parse::<Breakage>().and_then(|fault| fault.about(visit.host).apply(core)) {
        return frame.notice(400, &error.to_string());
    }
    let is_there = core.read(|state| state.accounts.contains_key(visit.host));
    frame.to(&if is_there { visit.path("break") } else { "/".to_owned() })
}
