//! Shared state behind one lock, a signal for its changes, and amoCRM's own calls.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};

use super::config::{ChannelConfig, IntegrationConfig, Now};
use super::exchange::Outgoing;
use super::faults::{Faults, HookFault, HookKind};
use super::log::{HookAnswer, LogDirection, RequestView, millis};
use super::state::{Grant, State};
use super::widget::Widget;
use crate::kit::{Shared, locked};

/// Why a call was not made.
pub(crate) const LOST: &str = "lost on purpose";

/// State shared by handlers, pages and the library's functions.
pub(crate) struct Core {
    pub(crate) shared: Shared<State>,
    addresses: Mutex<Addresses>,
    /// Hooks held back by a fault until the next one of their kind has left.
    held: Mutex<Vec<(HookKind, Outgoing)>>,
    pub(crate) integrations: Vec<IntegrationConfig>,
    pub(crate) faults: Faults,
    pub(crate) client: reqwest::Client,
    now: Now,
}

/// Addresses that are set after the start, and may change.
#[derive(Default)]
struct Addresses {
    own: String,
    parom: String,
    redirects: HashMap<String, String>,
    hooks: HashMap<String, String>,
}

impl Core {
    pub(crate) fn new(integrations: Vec<IntegrationConfig>, now: Now, client: reqwest::Client) -> Self {
        Self {
            shared: Shared::default(),
            addresses: Mutex::default(),
            held: Mutex::default(),
            integrations,
            faults: Faults::default(),
            client,
            now,
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.now)()
    }

    /// Reads the state; must not change it, because waiters would not be notified.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.shared.state())
    }

    /// Changes the state, queues hooks about what happened, and wakes all waiters.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let now = self.now();
        let answer = {
            let mut state = self.shared.state();
            let answer = change(&mut state);
            state.dispatch(now);
            answer
        };
        self.shared.touch();
        answer
    }

    pub(crate) fn own_url(&self) -> String {
        locked(&self.addresses).own.clone()
    }

    pub(crate) fn set_own_url(&self, url: &str) {
        locked(&self.addresses).own = url.trim_end_matches('/').to_owned();
    }

    pub(crate) fn parom_url(&self) -> String {
        locked(&self.addresses).parom.clone()
    }

    pub(crate) fn set_parom_url(&self, url: &str) {
        locked(&self.addresses).parom = url.trim_end_matches('/').to_owned();
    }

    pub(crate) fn redirect_uri(&self, integration: &IntegrationConfig) -> String {
        locked(&self.addresses).redirects.get(&integration.client_id).unwrap_or(&integration.redirect_uri).clone()
    }

    pub(crate) fn set_redirect_uri(&self, client_id: &str, uri: &str) {
        locked(&self.addresses).redirects.insert(client_id.to_owned(), uri.to_owned());
    }

    /// Address of the server that gets the hooks of this integration's channels.
    pub(crate) fn server_of(&self, integration: &IntegrationConfig) -> String {
        let addresses = locked(&self.addresses);
        addresses.hooks.get(&integration.client_id).unwrap_or(&addresses.parom).clone()
    }

    pub(crate) fn set_hooks_url(&self, client_id: &str, url: &str) {
        locked(&self.addresses).hooks.insert(client_id.to_owned(), url.trim_end_matches('/').to_owned());
    }

    pub(crate) fn integration_named(&self, name: &str) -> Option<&IntegrationConfig> {
        self.integrations.iter().find(|one| one.name == name)
    }

    /// The integration with this `client_id`.
    pub(crate) fn integration(&self, client_id: &str) -> Option<&IntegrationConfig> {
        self.integrations.iter().find(|one| one.client_id == client_id)
    }

    pub(crate) fn integration_of_code(&self, code: &str) -> Option<&IntegrationConfig> {
        self.read(|state| self.integrations.iter().find(|one| state.widget_code(one) == code))
    }

    pub(crate) fn channels(&self) -> impl Iterator<Item = (&IntegrationConfig, &ChannelConfig)> {
        self.integrations.iter().flat_map(|one| one.channels.iter().map(move |channel| (one, channel)))
    }

    pub(crate) fn channel(&self, id: &str) -> Option<(&IntegrationConfig, &ChannelConfig)> {
        self.channels().find(|(_, channel)| channel.id == id)
    }

    /// Records a call that works but should not be made.
    pub(crate) fn problem(&self, what: String) {
        self.change(|state| state.problems.push(what));
    }

    /// A code for a user of an account. An administrator installs the integration by it; others can only add their grant
    /// to an installed one. `None` if anything is unknown, or the user may not install.
    pub(crate) fn code_for(&self, host: &str, integration: &IntegrationConfig, user_id: Option<i64>) -> Option<String> {
        let now = self.now();
        let client_id = &integration.client_id;
        self.change(|state| {
            let account = state.accounts.get(host)?;
            let user = user_id.map_or_else(|| account.administrator(), |id| account.user(id))?;
            let grant = Grant { client_id: client_id.clone(), account_id: account.id, user_id: user.id };
            if user.is_admin {
                state.activate(host, integration);
            } else if !account.has_active(client_id) {
                return None;
            }
            Some(state.grants.issue_code(grant, now))
        })
    }

    /// Uploads a widget of an integration, replacing the previous one.
    pub(crate) fn upload_widget(&self, integration: &str, code: &str, zip: &[u8]) -> Result<()> {
        let known = self.integration_named(integration);
        let known = known.with_context(|| format!("no integration is named {integration}"))?;
        ensure!(!self.read(|state| state.settings.external), "an external integration has no archive");
        let widget = Widget::load(code, zip)?;
        self.change(|state| state.widgets.insert(known.client_id.clone(), widget.into()));
        Ok(())
    }

    /// Makes the call and logs the answer.
    pub(crate) async fn call(&self, call: Outgoing) -> HookAnswer {
        let started = Instant::now();
        let result = call.request.timeout(call.limit).send().await;
        let spent = millis(started.elapsed());
        let answer = match result {
            Ok(response) => HookAnswer { status: Some(response.status().as_u16()), millis: spent, error: None },
            Err(error) => {
                let error = match (error.is_timeout(), error.is_connect()) {
                    (true, _) => format!("no answer in {} s", call.limit.as_secs()),
                    (false, true) => "nothing listens there".to_owned(),
                    (false, false) => "the connection broke off".to_owned(),
                };
                HookAnswer { status: None, millis: spent, error: Some(error) }
            }
        };
        self.log_call(call.method, call.shown, call.host, &answer);
        answer
    }

    /// Logs a call that was made, or was not, so that people see why nothing arrives.
    pub(crate) fn log_call(&self, method: &str, path: String, host: Option<String>, answer: &HookAnswer) {
        let at = self.now();
        self.change(|state| {
            state.log(RequestView {
                number: 0,
                at,
                direction: LogDirection::Out,
                method: method.to_owned(),
                path,
                status: answer.status,
                millis: answer.millis,
                note: answer.error.clone(),
                host,
            });
        });
    }

    /// Sends a hook, once, unless a fault changes that; the error says why it was not sent (yet), so that there is no answer
    /// to judge.
    pub(crate) async fn deliver(&self, kind: HookKind, call: Outgoing) -> Result<HookAnswer, HookAnswer> {
        let is_held = |held: &(HookKind, Outgoing)| held.0 == kind;
        let mut later = Vec::new();
        match self.faults.take_hook_of(kind).await {
            Some(HookFault::Lost) => return Err(self.unsent(&call, LOST)),
            Some(HookFault::Doubled) => later.extend(call.twin()),
            Some(HookFault::Late(time)) => tokio::time::sleep(time).await,
            // If one is held back already, this one overtakes it.
            Some(HookFault::Reordered) if !locked(&self.held).iter().any(is_held) => {
                let answer = self.unsent(&call, "held back until the next hook has left");
                locked(&self.held).push((kind, call));
                return Err(answer);
            }
            Some(HookFault::Reordered) | None => {}
        }
        let answer = self.call(call).await;
        later.extend(locked(&self.held).extract_if(.., |held| is_held(held)).map(|(_, call)| call));
        for call in later {
            self.call(call).await;
        }
        Ok(answer)
    }

    /// Logs a call that is not made (yet), with the reason.
    pub(crate) fn unsent(&self, call: &Outgoing, reason: &str) -> HookAnswer {
        let answer = HookAnswer::not_called(reason);
        self.log_call(call.method, call.shown.clone(), call.host.clone(), &answer);
        answer
    }
}
