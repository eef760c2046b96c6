//! "Break something": fault injection for an account by buttons.

mod press;

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;

pub(super) use press::press;

use super::{
    Frame, notice, render,
    shell::{Place, Shell},
    strings::{Words, fill},
};
use crate::crm::{
    core::Core,
    state::{State, Switches},
};

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

/// Buttons under one heading.
struct Section {
    title: &'static str,
    buttons: Vec<Button>,
}

#[derive(Template)]
#[template(path = "crm/broken.html")]
struct BreakagePage<'a> {
    frame: &'a Frame,
    shell: &'a Shell,
    target: String,
    sections: Vec<Section>,
    fields: Vec<Field>,
}

fn button(what: &'static str, words: &str) -> Button {
    Button { what, value: String::new(), words: words.to_owned() }
}

/// A button for a fault in the command line's syntax.
fn breaks(text: &str, words: String) -> Button {
    Button { what: "break", value: text.to_owned(), words }
}

/// Faults of all accounts, including the Chats API.
fn of_all(core: &Core, state: &State, words: &Words) -> Vec<Button> {
    let troubles = words.troubles;
    let mut all = if core.faults.left() > 0 {
        vec![button("mend_all", words.mend_answers)]
    } else {
        vec![
            breaks("slow=5", fill(words.break_slow, "seconds", "5")),
            breaks("reset", words.break_down.to_owned()),
            breaks("status=503", fill(troubles.break_status, "status", "503")),
            breaks("status=429", fill(troubles.break_status, "status", "429")),
            breaks("html", troubles.break_html.to_owned()),
            breaks("lost-answers", troubles.break_lost_answers.to_owned()),
        ]
    };
    all.push(if state.rates.on {
        button("limits_off", troubles.limits_off)
    } else {
        breaks("limits", troubles.limits_on.to_owned())
    });
    if state.rates.banned {
        all.push(button("forgive", troubles.forgive));
    }
    all
}

/// Faults of hooks of all accounts.
fn of_hooks(core: &Core, words: &Words) -> Vec<Button> {
    let troubles = words.troubles;
    let demotion = if core.demotion.is_on() {
        button("demotion_off", troubles.demotion_off)
    } else {
        breaks("demotion=3", fill(troubles.demotion_on, "seconds", "3"))
    };
    vec![
        breaks("lost-hooks", troubles.lost_hooks.to_owned()),
        breaks("doubled-hooks", troubles.doubled_hooks.to_owned()),
        breaks("reordered-hooks", troubles.reordered_hooks.to_owned()),
        breaks("late-hooks=3", fill(troubles.late_hooks, "seconds", "3")),
        demotion,
    ]
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
    let troubles = words.troubles;
    all.push(match switches.no_unsorted {
        true => button("unsorted_on", troubles.unsorted_on),
        false => button("unsorted_off", troubles.unsorted_off),
    });
    all.push(match switches.no_webhooks {
        true => button("plan_on", troubles.plan_on),
        false => button("plan_off", troubles.plan_off),
    });
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
        BreakagePage {
            frame: &frame,
            shell: &shell,
            target: frame.link(&format!("/accounts/{host}/break")),
            sections: vec![
                Section { title: words.break_all, buttons: of_all(&core, state, words) },
                Section { title: words.troubles.hooks, buttons: of_hooks(&core, words) },
                Section { title: words.break_account, buttons: of_account(words, &switches) },
                Section { title: words.break_access, buttons: of_access(&core, state, words, &switches) },
                Section { title: words.break_integrations, buttons: of_integrations(&core, state, words) },
            ],
            fields: fields(&core, state, words, &host),
        }
    });
    render(StatusCode::OK, &page, None)
}
