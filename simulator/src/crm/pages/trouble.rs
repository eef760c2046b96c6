//! "Break something": fault injection for an account by buttons.

use askama::Template;

use super::frame::{Frame, Place, Shell, Visit, render};
use crate::crm::breakage::Breakage;
use crate::crm::core::Core;
use crate::crm::exchange::is_host;
use crate::crm::installation;
use crate::crm::state::{State, Switches};
use crate::kit::Answer;

/// A button: its action, its target, its text.
struct Button {
    what: &'static str,
    value: String,
    words: String,
}

/// A field with a button.
struct Field {
    what: &'static str,
    value: String,
    name: String,
    label: String,
    text: String,
}

#[derive(Template)]
#[template(path = "crm/broken.html")]
struct TroublePage<'a> {
    frame: &'a Frame,
    shell: &'a Shell<'a>,
    target: String,
    /// Buttons under their headings.
    sections: Vec<(&'static str, Vec<Button>)>,
    fields: Vec<Field>,
}

impl Frame {
    /// A button whose action is its text's key.
    fn button(&self, what: &'static str, key: &'static str) -> Button {
        Button { what, value: String::new(), words: self.t(key).to_owned() }
    }

    /// A button for a fault in the command line's syntax; its number is in the text.
    fn breaks(&self, fault: &str, key: &'static str) -> Button {
        let number = fault.split_once('=').map_or("", |(_, number)| number);
        Button { what: "break", value: fault.to_owned(), words: self.fill(key, number) }
    }

    /// A button about an integration.
    fn about(&self, what: &'static str, key: &'static str, integration: &str) -> Button {
        Button { what, value: integration.to_owned(), words: self.fill(key, integration) }
    }
}

/// The button for what is so now.
fn either(is_broken: bool, mends: Button, breaks: Button) -> Button {
    if is_broken { mends } else { breaks }
}

/// Faults of all accounts, including the Chats API.
fn of_all(core: &Core, state: &State, frame: &Frame) -> Vec<Button> {
    let mut all = if core.faults.left() > 0 {
        vec![frame.button("mend_all", "mend_answers")]
    } else {
        let faults = [
            ("slow=5", "break_slow"),
            ("reset", "break_down"),
            ("status=503", "break_status"),
            ("status=429", "break_status"),
            ("html", "break_html"),
            ("lost-answers", "break_lost_answers"),
        ];
        faults.map(|(fault, key)| frame.breaks(fault, key)).into()
    };
    all.push(either(state.rates.on, frame.button("limits_off", "limits_off"), frame.breaks("limits", "limits_on")));
    all.extend(state.rates.banned.then(|| frame.button("forgive", "forgive")));
    all
}

/// Faults of hooks of all accounts.
fn of_hooks(core: &Core, frame: &Frame) -> Vec<Button> {
    let (mends, breaks) = (frame.button("demotion_off", "demotion_off"), frame.breaks("demotion=3", "demotion_on"));
    vec![
        frame.breaks("lost-hooks", "lost_hooks"),
        frame.breaks("doubled-hooks", "doubled_hooks"),
        frame.breaks("reordered-hooks", "reordered_hooks"),
        frame.breaks("late-hooks=3", "late_hooks"),
        either(core.demotion.is_on(), mends, breaks),
    ]
}

fn of_account(frame: &Frame, switches: &Switches) -> Vec<Button> {
    let button = |name| frame.button(name, name);
    let mut all = vec![
        either(switches.unpaid, frame.button("pay", "mend_unpaid"), frame.breaks("unpaid", "break_unpaid")),
        either(switches.blocked, frame.button("unblock", "mend_blocked"), frame.breaks("blocked", "break_blocked")),
    ];
    if switches.page.is_some() || switches.too_many.is_some() {
        all.push(frame.button("mend", "mend_answers"));
    } else {
        all.extend(["page=502", "page=403"].map(|fault| frame.breaks(fault, "break_page_code")));
        all.push(frame.breaks("429=30", "break_too_many"));
    }
    all.push(either(switches.no_unsorted, button("unsorted_on"), frame.breaks("no-unsorted", "unsorted_off")));
    all.push(either(switches.no_webhooks, button("plan_on"), button("plan_off")));
    all
}

fn of_access(core: &Core, state: &State, frame: &Frame, switches: &Switches) -> Vec<Button> {
    let button = |name| frame.button(name, name);
    let mut all =
        vec![frame.breaks("expired-tokens", "expire_access"), frame.breaks("expired-refresh", "expire_refresh")];
    all.extend(core.integrations.iter().map(|one| frame.about("revoke_silently", "revoke_silently", &one.name)));
    all.push(either(state.lose_install_calls, button("keep_installs"), button("lose_installs")));
    all.push(either(switches.no_admin_claim, button("claim_on"), button("claim_off")));
    all
}

fn of_integrations(core: &Core, state: &State, frame: &Frame) -> Vec<Button> {
    let button = |one: &crate::crm::config::IntegrationConfig| {
        let is_single = state.single_source.contains(&one.client_id);
        let what = if is_single { "multiple_sources" } else { "single_source" };
        frame.about(what, what, &one.name)
    };
    core.integrations.iter().map(button).collect()
}

fn fields(core: &Core, state: &State, frame: &Frame, host: &str) -> Vec<Field> {
    let field = |what: &'static str, key, text| Field {
        what,
        value: String::new(),
        name: what.to_owned(),
        label: frame.t(key).to_owned(),
        text,
    };
    let mut all = vec![
        field("limit", "limit_label", state.source_limit.to_string()),
        field("rename", "rename_label", host.to_owned()),
    ];
    all.extend(core.channels().enumerate().map(|(at, (_, channel))| {
        let ids = state.private_channels.get(&channel.id).map(|ids| ids.iter().map(ToString::to_string));
        Field {
            what: "private",
            value: channel.id.clone(),
            name: format!("private-{at}"),
            label: frame.fill("private_label", &channel.title),
            text: ids.map(|ids| ids.collect::<Vec<_>>().join(", ")).unwrap_or_default(),
        }
    }));
    all
}

/// `GET /accounts/{host}/break`.
pub(super) fn show(visit: &Visit<'_>) -> Answer {
    let (core, frame) = (visit.core, &visit.frame);
    visit.show(Place::Trouble, |state, shell| {
        let switches = &shell.account.switches;
        let page = TroublePage {
            frame,
            shell,
            target: frame.link(&visit.path("break")),
            sections: vec![
                (frame.t("break_all"), of_all(core, state, frame)),
                (frame.t("hooks"), of_hooks(core, frame)),
                (frame.t("break_account"), of_account(frame, switches)),
                (frame.t("break_access"), of_access(core, state, frame, switches)),
                (frame.t("break_integrations"), of_integrations(core, state, frame)),
            ],
            fields: fields(core, state, frame, visit.host),
        };
        Some(render(200, &page, ""))
    })
}

/// `POST /accounts/{host}/break`: a pressed button.
pub(super) fn press(visit: &Visit<'_>) -> Answer {
    let (core, frame, value, text) = (visit.core, &visit.frame, visit.field("value"), visit.field("text").trim());
    let named = core.integration_named(value);
    match visit.field("what") {
        "revoke_silently" => {
            named.and_then(|one| installation::revoke_silently(core, visit.host, one));
        }
        "rename" => {
            let new = text.to_ascii_lowercase();
            if !is_host(&new) {
                return frame.notice(400, frame.t("host_wrong"));
            }
            core.change(|state| state.rename(visit.host, &new));
            return frame.to(&format!("/accounts/{new}/break"));
        }
        what @ ("single_source" | "multiple_sources") => {
            let is_single = what == "single_source";
            named.into_iter().for_each(|one| core.change(|state| state.set_single_source(&one.client_id, is_single)));
        }
        "break" => {
            let broken = value.parse::<Breakage>().and_then(|breakage| breakage.about(visit.host).apply(core));
            if let Err(error) = broken {
                return frame.notice(400, &error.to_string());
            }
        }
        "mend_all" => core.faults.clear(),
        "demotion_off" => core.demotion.set(None),
        what => core.change(|state| switch(state, visit.host, what, value, text)),
    }
    core.touch();
    frame.to(&visit.path("break"))
}

fn switch(state: &mut State, host: &str, what: &str, value: &str, text: &str) {
    let Some(account) = state.accounts.get_mut(host) else { return };
    let switches = &mut account.switches;
    match what {
        "limits_off" => state.rates.on = false,
        "forgive" => state.rates.forgive(),
        "lose_installs" | "keep_installs" => state.lose_install_calls = what == "lose_installs",
        "limit" => state.source_limit = text.parse().unwrap_or(state.source_limit),
        "private" => {
            let ids: Vec<i64> = text.split([',', ' ']).filter_map(|id| id.parse().ok()).collect();
            state.private_channels.remove(value);
            state.private_channels.extend((!ids.is_empty()).then(|| (value.to_owned(), ids)));
        }
        "pay" => switches.unpaid = false,
        "unblock" => switches.blocked = false,
        "mend" => (switches.page, switches.too_many) = (None, None),
        "unsorted_on" => switches.no_unsorted = false,
        "plan_off" | "plan_on" => switches.no_webhooks = what == "plan_off",
        "claim_off" | "claim_on" => switches.no_admin_claim = what == "claim_off",
        _ => {}
    }
}
