//! "Break something": a button for each fault that `POST /faults` takes, and a field for any other.

use askama::Template;

use super::frame::{Frame, Place, Shell, Visit, render};
use crate::crm::breakage::{self, Breakage};
use crate::kit::Answer;

/// Faults with the key of their words, which name the number.
const BUTTONS: [(&str, &str); 18] = [
    ("slow=5", "break_slow"),
    ("reset", "break_down"),
    ("status=503", "break_status"),
    ("html", "break_html"),
    ("lost-answers", "break_lost_answers"),
    ("limits", "limits_on"),
    ("lost-hooks", "lost_hooks"),
    ("doubled-hooks", "doubled_hooks"),
    ("reordered-hooks", "reordered_hooks"),
    ("late-hooks=3", "late_hooks"),
    ("demotion=3", "demotion_on"),
    ("unpaid", "break_unpaid"),
    ("blocked", "break_blocked"),
    ("page=502", "break_page_code"),
    ("429=30", "break_too_many"),
    ("no-unsorted", "unsorted_off"),
    ("expired-tokens", "expire_access"),
    ("expired-refresh", "expire_refresh"),
];

#[derive(Template)]
#[template(path = "crm/broken.html")]
struct TroublePage<'a> {
    frame: &'a Frame,
    shell: &'a Shell<'a>,
    target: String,
}

impl TroublePage<'_> {
    /// Every fault with its words.
    fn buttons(&self) -> impl Iterator<Item = (&'static str, String)> {
        BUTTONS.into_iter().map(|(fault, key)| {
            let number = fault.split_once('=').map_or("", |(_, number)| number);
            (fault, self.frame.fill(key, number))
        })
    }
}

/// `GET /accounts/{host}/break`.
pub(super) fn show(visit: &Visit<'_>) -> Answer {
    let frame = &visit.frame;
    let target = frame.link(&visit.path("break"));
    visit.show(Place::Trouble, |_, shell| Some(render(200, &TroublePage { frame, shell, target }, "")))
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
