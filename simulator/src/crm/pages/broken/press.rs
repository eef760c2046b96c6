//! The actions of the "Break something" buttons.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use serde::Deserialize;

use super::super::{Frame, notice, own_form, see_other};
use crate::crm::{breakage::Breakage, core::Core, hosts, installation, state::State};

/// A pressed button.
#[derive(Deserialize)]
pub(crate) struct Pressed {
    what: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    text: String,
}

/// `POST /accounts/{host}/break`.
pub(crate) async fn press(
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
            if !hosts::is_host(&new) {
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
        "break" => {
            let broken = form.value.parse::<Breakage>().and_then(|breakage| breakage.about(&host).apply(&core));
            if let Err(error) = broken {
                return notice(&frame, StatusCode::BAD_REQUEST, &error.to_string());
            }
        }
        what if press_for_all(&core, what) => {}
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
                "unsorted_off" => switches.no_unsorted = true,
                "unsorted_on" => switches.no_unsorted = false,
                "plan_off" => switches.no_webhooks = true,
                "plan_on" => switches.no_webhooks = false,
                "claim_off" => switches.no_admin_claim = true,
                "claim_on" => switches.no_admin_claim = false,
                "expire_access" => state.grants.drop_access(account.id),
                "expire_refresh" => state.grants.drop_refresh(account.id),
                _ => {}
            }
        }
    }
}

/// Handles a button for all accounts; false if it is not one.
fn press_for_all(core: &Core, what: &str) -> bool {
    match what {
        "mend_all" => core.faults.clear(),
        "demotion_off" => core.demotion.set(None),
        "limits_off" => core.change(|state| state.rates.on = false),
        "forgive" => core.change(|state| state.rates.forgive()),
        _ => return false,
    }
    core.touch();
    true
}
