//! The header of an account's pages: navigation, user, current faults.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::{
    Frame, own_form, see_other,
    strings::{Words, fill},
};
use crate::crm::{
    core::Core,
    state::{State, Switches, User},
};

/// The pages of an account.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Window,
    Contacts,
    Leads,
    Pipelines,
    Marketplace,
    Broken,
}

/// A link to a page.
pub(crate) struct Tab {
    pub(crate) href: String,
    pub(crate) words: &'static str,
    pub(crate) current: bool,
}

/// A user to sign in as.
pub(crate) struct Choice {
    pub(crate) id: i64,
    pub(crate) words: String,
    pub(crate) current: bool,
}

/// The header of an account's page.
pub(crate) struct Shell {
    pub(crate) host: String,
    pub(crate) account: String,
    pub(crate) home: String,
    pub(crate) tabs: Vec<Tab>,
    pub(crate) users: Vec<Choice>,
    pub(crate) is_admin: bool,
    pub(crate) sign_in_target: String,
    pub(crate) back: String,
    pub(crate) broken: String,
}

/// A user and their role as text.
pub(crate) fn named(words: &Words, user: &User) -> String {
    format!("{} · {}", user.name, if user.is_admin { words.administrator } else { words.manager })
}

/// The faults of an account, one line each.
fn troubles(words: &Words, state: &State, switches: &Switches) -> Vec<String> {
    let mut all = Vec::new();
    if let Some(status) = switches.page {
        all.push(fill(words.now_page, "status", &status.to_string()));
    }
    if let Some(seconds) = switches.too_many {
        all.push(fill(words.now_too_many, "seconds", &seconds.to_string()));
    }
    for (on, text) in [
        (switches.unpaid, words.now_unpaid),
        (switches.blocked, words.now_blocked),
        (switches.no_admin_claim, words.now_no_claim),
        (state.lose_install_calls, words.now_lose_installs),
        (switches.no_unsorted, words.troubles.now_no_unsorted),
        (switches.no_webhooks, words.troubles.now_no_webhooks),
        (state.rates.on, words.troubles.now_limits),
        (state.rates.banned, words.troubles.now_banned),
    ] {
        if on {
            all.push(text.to_owned());
        }
    }
    all
}

/// All current faults affecting the account of this host; empty if there are none.
pub(crate) fn broken(core: &Core, state: &State, words: &Words, host: &str) -> String {
    let mut all = core.faults.describe();
    if core.demotion.is_on() {
        all.push(words.troubles.now_demotion.to_owned());
    }
    if let Some(account) = state.accounts.get(host) {
        all.extend(troubles(words, state, &account.switches));
    }
    if all.is_empty() { String::new() } else { fill(words.now_broken, "what", &all.join(", ")) }
}

impl Shell {
    /// The header of an account; `None` if the host is unknown.
    pub(crate) fn of(core: &Core, frame: &Frame, request: &HttpRequest, host: &str, place: Place) -> Option<Self> {
        let words = frame.words;
        core.read(|state| {
            let account = state.accounts.get(host)?;
            let tab = |at: Place, path: &str, text: &'static str| Tab {
                href: frame.link(&format!("/accounts/{host}/{path}")),
                words: text,
                current: at == place,
            };
            Some(Self {
                host: host.to_owned(),
                account: account.name.clone(),
                home: frame.link("/"),
                tabs: vec![
                    tab(Place::Window, "", words.manager_window),
                    tab(Place::Contacts, "contacts", words.crm.contacts),
                    tab(Place::Leads, "leads", words.leads),
                    tab(Place::Pipelines, "pipelines", words.pipelines),
                    tab(Place::Marketplace, "marketplace", words.marketplace),
                    tab(Place::Broken, "break", words.break_page),
                ],
                users: account
                    .users
                    .iter()
                    .map(|user| Choice {
                        id: user.id,
                        words: named(words, user),
                        current: user.id == account.signed_in,
                    })
                    .collect(),
                is_admin: account.signed_in().is_some_and(|user| user.is_admin),
                sign_in_target: frame.link(&format!("/accounts/{host}/user")),
                back: request.uri().to_string(),
                broken: broken(core, state, words, host),
            })
        })
    }
}

/// Whether the signed-in user is an administrator of the account.
pub(crate) fn administers(core: &Core, host: &str) -> bool {
    core.read(|state| {
        let user = state.accounts.get(host).and_then(|account| account.signed_in());
        user.is_some_and(|user| user.is_admin)
    })
}

/// The form that switches the user.
#[derive(Deserialize)]
pub(super) struct SignIn {
    user: i64,
    back: String,
}

/// `POST /accounts/{host}/user`.
pub(super) async fn sign_in(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    host: web::Path<String>,
    form: web::Form<SignIn>,
) -> HttpResponse {
    if !own_form(&request) {
        return HttpResponse::Forbidden().finish();
    }
    core.change(|state| {
        if let Some(account) = state.accounts.get_mut(host.as_str())
            && account.users.iter().any(|user| user.id == form.user)
        {
            account.signed_in = form.user;
        }
    });
    let home = format!("/accounts/{host}/");
    see_other(if form.back.starts_with(&home) { &form.back } else { &home })
}
