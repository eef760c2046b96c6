//! "Break something": a switch for each fault that `POST /faults` takes, and a field for any other.

use askama::Template;

use super::frame::{Frame, Place, SELF, Shell, Visit, words_of};
use crate::crm::breakage::{self, Breakage, KINDS, Kind, Reach, usual};
use crate::kit::{Answer, page_of};

/// A row of the page.
struct Switch {
    /// As it is written, with its usual number.
    fault: String,
    name: &'static str,
    title: String,
    about: String,
    is_on: bool,
}

#[derive(Template)]
#[template(path = "crm/broken.html")]
struct TroublePage<'a> {
    frame: &'a Frame,
    shell: &'a Shell<'a>,
    target: String,
    groups: [(&'static str, Vec<Switch>); 4],
}

/// The key of the heading under which a fault is.
fn heading((name, _, reach, _): &Kind) -> &'static str {
    match reach {
        Reach::Everything if name.ends_with("-hooks") => "broken_hooks",
        Reach::Everything => "broken_requests",
        Reach::Accounts if name.starts_with("expired-") => "broken_once",
        Reach::Accounts => "broken_account",
    }
}

/// `GET /accounts/{host}/break`.
pub(super) fn show(visit: &Visit<'_>) -> Answer {
    let frame = &visit.frame;
    let target = frame.link(&visit.path("break"));
    visit.show(Place::Trouble, |state, shell| {
        let switch = |kind: &Kind| {
            let fault = usual(kind);
            let (title, about) = words_of(frame, &fault)?;
            let is_on = breakage::is_on(visit.core, state, shell.account, kind.0);
            Some(Switch { fault, name: kind.0, title, about, is_on })
        };
        let groups = ["broken_requests", "broken_hooks", "broken_account", "broken_once"]
            .map(|key| (key, KINDS.iter().filter(|kind| heading(kind) == key).filter_map(switch).collect()));
        Some(page_of(200, &TroublePage { frame, shell, target, groups }, SELF))
    })
}

/// `POST /accounts/{host}/break`: a fault is put on (`fault`) or off (`mend`); without either everything is mended.
pub(super) fn press(visit: &Visit<'_>) -> Answer {
    let (core, frame) = (visit.core, &visit.frame);
    match (visit.field("fault").trim(), visit.field("mend")) {
        ("", "") => breakage::mend(core),
        ("", name) => breakage::mend_one(core, visit.host, name),
        (fault, _) => {
            if let Err(error) = fault.parse::<Breakage>().and_then(|fault| fault.about(visit.host).apply(core)) {
                return frame.notice(400, &error.to_string());
            }
        }
    }
    let is_there = core.read(|state| state.accounts.contains_key(visit.host));
    frame.to(&if is_there { visit.path("break") } else { "/".to_owned() })
}
