//! "Break something": the switches of an account for people.

use std::{sync::Arc, time::Duration};

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{
    Frame, accounts, notice, own_form, render, see_other,
    shell::{Place, Shell},
    strings::{Words, fill},
};
use crate::{
    core::Core,
    faults::{Fault, Part},
    installation,
    state::{State, Switches},
};

/// A button: what it does, to what, and its words.
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

/// Buttons under one heading.
struct Section {
    title: &'static str,
    buttons: Vec<Button>,
}

#[derive(Template)]
#[template(path = "broken.html")]
struct Page<'a> {
    frame: &'a Frame,
    shell: &'a Shell,
    target: String,
    sections: Vec<Section>,
    fields: Vec<Field>,
}

fn button(what: &'static str, words: &str) -> Button {
    Button { what, value: String::new(), words: words.to_owned() }
}

/// What concerns every account, the Chats API too.
fn of_all(core: &Core, words: &Words) -> Vec<Button> {
    if core.faults.left() > 0 {
        return vec![button("mend_all", words.mend_answers)];
    }
    let seconds = "5";
    let slow = fill(words.break_slow, "seconds", seconds);
    vec![Button { what: "slow", value: seconds.to_owned(), words: slow }, button("down", words.break_down)]
}

/// Whether it was one of the buttons of [`of_all`], which then has done its work.
fn press_for_all(core: &Core, what: &str, value: &str) -> bool {
    let fault = match what {
        "mend_all" => {
            core.faults.clear();
            core.touch();
            return true;
        }
        "slow" => Fault::Delay(Duration::from_secs(value.parse().unwrap_or_default())),
        "down" => Fault::Reset,
        _ => return false,
    };
    for part in Part::ALL {
        core.faults.until_cleared(part, fault.clone());
    }
    core.touch();
    true
}

fn of_account(words: &Words, switches: &Switches) -> Vec<Button> {
    let page = |status: &str| Button {
        what: "page",
        value: status.to_owned(),
        words: fill(words.break_page_code, "status", status),
    };
    let mut all = vec![
        if switches.unpaid { button("pay", words.mend_unpaid) } else { button("unpaid", words.break_unpaid) },
        if switches.blocked { button("unblock", words.mend_blocked) } else { button("blocked", words.break_blocked) },
    ];
    if switches.page.is_some() || switches.too_many.is_some() {
        all.push(button("mend", words.mend_answers));
    } else {
        let too_many = fill(words.break_too_many, "seconds", "30");
        all.extend([page("502"), page("403"), Button { what: "too_many", value: "30".to_owned(), words: too_many }]);
    }
    all
}

fn of_access(core: &Core, state: &State, words: &Words, switches: &Switches) -> Vec<Button> {
    let mut all = vec![button("expire_access", words.expire_access), button("expire_refresh", words.expire_refresh)];
    all.extend(core.integrations.iter().map(|one| Button {
        what: "revoke_silently",
        value: one.name.clone(),
        words: fill(words.revoke_silently, "integration", &one.name),
    }));
    all.push(if state.lose_install_calls {
        button("keep_installs", words.keep_installs)
    } else {
        button("lose_installs", words.lose_installs)
    });
    all.push(if switches.no_admin_claim {
        button("claim_on", words.claim_on)
    } else {
        button("claim_off", words.claim_off)
    });
    all
}

fn of_integrations(core: &Core, state: &State, words: &Words) -> Vec<Button> {
    core.integrations
        .iter()
        .map(|one| {
            let single = state.single_source.contains(&one.client_id);
            let (what, text) = if single {
                ("multiple_sources", words.multiple_sources)
            } else {
                ("single_source", words.single_source)
            };
            Button { what, value: one.name.clone(), words: fill(text, "integration", &one.name) }
        })
        .collect()
}

fn fields(core: &Core, state: &State, words: &Words, host: &str) -> Vec<Field> {
    let mut all = vec![
        Field {
            what: "limit",
            value: String::new(),
            name: "limit".to_owned(),
            label: words.limit_label.to_owned(),
            text: state.source_limit.to_string(),
        },
        Field {
            what: "rename",
            value: String::new(),
            name: "rename".to_owned(),
            label: words.rename_label.to_owned(),
            text: host.to_owned(),
        },
    ];
    let channels = core.integrations.iter().flat_map(|one| &one.channels).enumerate();
    all.extend(channels.map(|(at, channel)| {
        let ids = state
            .private_channels
            .get(&channel.id)
            .map(|ids| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
        Field {
            what: "private",
            value: channel.id.clone(),
            name: format!("private-{at}"),
            label: fill(words.private_label, "channel", &channel.title),
            text: ids.unwrap_or_default(),
        }
    }));
    all
}

/// `GET /accounts/{host}/break`.
pub(super) async fn show(core: web::Data<Arc<Core>>, request: HttpRequest, host: web::Path<String>) -> HttpResponse {
    let frame = Frame::of(&request);
    let words = frame.words;
    let Some(shell) = Shell::of(&core, &frame, &request, &host, Place::Broken) else {
        return notice(&frame, StatusCode::NOT_FOUND, words.not_found);
    };
    let page = core.read(|state| {
        let switches = state.accounts.get(host.as_str()).map(|account| account.switches.clone()).unwrap_or_default();
        Page {
            frame: &frame,
            shell: &shell,
            target: frame.link(&format!("/accounts/{host}/break")),
            sections: vec![
                Section { title: words.break_all, buttons: of_all(&core, words) },
                Section { title: words.break_account, buttons: of_account(words, &switches) },
                Section { title: words.break_access, buttons: of_access(&core, state, words, &switches) },
                Section { title: words.break_integrations, buttons: of_integrations(&core, state, words) },
            ],
            fields: fields(&core, state, words, &host),
        }
    });
    render(StatusCode::OK, &page, None)
}

/// A pressed button.
#[derive(Deserialize)]
pub(super) struct Pressed {
    what: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    text: String,
}

/// `POST /accounts/{host}/break`.
pub(super) async fn press(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    host: web::Path<String>,
    form: web::Form<Pressed>,
) -> HttpResponse {
    let frame = Frame::of(&request);
    if !own_form(&request) {
        return HttpResponse::Forbidden().finish();
    }
    let mut host = host.into_inner();
    let text = form.text.trim();
    match form.what.as_str() {
        "revoke_silently" => installation::revoke_silently(&core, &host, &form.value),
        "rename" => {
            let new = text.to_ascii_lowercase();
            if !accounts::is_host(&new) {
                return notice(&frame, StatusCode::BAD_REQUEST, frame.words.host_wrong);
            }
            core.change(|state| state.rename(&host, &new));
            host = new;
        }
        "single_source" | "multiple_sources" => {
            if let Some(one) = core.integration_named(&form.value) {
                core.change(|state| match form.what.as_str() {
                    "single_source" => state.single_source.insert(one.client_id.clone()),
                    _ => state.single_source.remove(&one.client_id),
                });
            }
        }
        what if press_for_all(&core, what, &form.value) => {}
        what => core.change(|state| switch(state, &host, what, &form.value, text)),
    }
    see_other(&frame.link(&format!("/accounts/{host}/break")))
}

fn switch(state: &mut State, host: &str, what: &str, value: &str, text: &str) {
    match what {
        "lose_installs" => state.lose_install_calls = true,
        "keep_installs" => state.lose_install_calls = false,
        "limit" => state.source_limit = text.parse().unwrap_or(state.source_limit),
        "private" => {
            let ids: Vec<i64> = text.split([',', ' ']).filter_map(|id| id.parse().ok()).collect();
            if ids.is_empty() {
                state.private_channels.remove(value);
            } else {
                state.private_channels.insert(value.to_owned(), ids);
            }
        }
        _ => {
            let Some(account) = state.accounts.get_mut(host) else {
                return;
            };
            let switches = &mut account.switches;
            match what {
                "unpaid" => switches.unpaid = true,
                "pay" => switches.unpaid = false,
                "blocked" => switches.blocked = true,
                "unblock" => switches.blocked = false,
                "page" => switches.page = value.parse().ok(),
                "too_many" => switches.too_many = value.parse().ok(),
                "mend" => (switches.page, switches.too_many) = (None, None),
                "claim_off" => switches.no_admin_claim = true,
                "claim_on" => switches.no_admin_claim = false,
                "expire_access" => state.grants.drop_access(account.id),
                "expire_refresh" => state.grants.drop_refresh(account.id),
                _ => {}
            }
        }
    }
}
