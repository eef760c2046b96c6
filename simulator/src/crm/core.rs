//! Shared state behind one lock, and a signal for its changes.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use crate::crm::{
    config::{ChannelConfig, IntegrationConfig, Now},
    demotion::Demotion,
    faults::Faults,
    state::{State, crm},
};

/// State shared by handlers, pages and the library's functions.
pub(crate) struct Core {
    state: Mutex<State>,
    revision: watch::Sender<u64>,
    addresses: Mutex<Addresses>,
    pub(crate) integrations: Vec<IntegrationConfig>,
    pub(crate) faults: Faults,
    pub(crate) demotion: Demotion,
    pub(crate) client: reqwest::Client,
    now: Now,
}

/// Addresses that are set after the start, and may change.
#[derive(Default)]
struct Addresses {
    own: String,
    parom: String,
    redirects: HashMap<String, String>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while holding the lock was reported where it happened; the state is still usable.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Core {
    pub(crate) fn new(integrations: Vec<IntegrationConfig>, now: Now, client: reqwest::Client) -> Self {
        Self {
            state: Mutex::new(State::default()),
            revision: watch::Sender::new(0),
            addresses: Mutex::new(Addresses::default()),
            integrations,
            faults: Faults::default(),
            demotion: Demotion::default(),
            client,
            now,
        }
    }

    /// The sandbox's own clock.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.now)()
    }

    /// Reads the state; must not change it, because waiters would not be notified.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&locked(&self.state))
    }

    /// Changes the state and wakes all waiters.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let now = self.now();
        let answer = {
            let mut state = locked(&self.state);
            let answer = change(&mut state);
            crm::settle(&mut state, &self.integrations, now);
            answer
        };
        self.touch();
        answer
    }

    /// Wakes all waiters.
    pub(crate) fn touch(&self) {
        self.revision.send_modify(|revision| *revision = revision.wrapping_add(1));
    }

    /// A receiver notified of every change from now on.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
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

    /// The integration with this name.
    pub(crate) fn integration_named(&self, name: &str) -> Option<&IntegrationConfig> {
        self.integrations.iter().find(|one| one.name == name)
    }

    /// The integration with this `client_id`.
    pub(crate) fn integration(&self, client_id: &str) -> Option<&IntegrationConfig> {
        self.integrations.iter().find(|one| one.client_id == client_id)
    }

    /// The channel with this id and the integration that owns it.
    pub(crate) fn channel(&self, id: &str) -> Option<(&IntegrationConfig, &ChannelConfig)> {
        self.integrations.iter().find_map(|one| one.channel(id).map(|channel| (one, channel)))
    }

    /// Code of an integration's widget; derived from its name if none was uploaded.
    pub(crate) fn widget_code(&self, integration: &IntegrationConfig) -> String {
        let known = self.read(|state| state.widgets.get(&integration.client_id).map(|widget| widget.code.clone()));
        known.unwrap_or_else(|| {
            let letter = |one: char| if one.is_ascii_alphanumeric() { one.to_ascii_lowercase() } else { '_' };
            let code: String = integration.name.chars().map(letter).collect();
            if code.starts_with(|first: char| first.is_ascii_lowercase()) { code } else { format!("w{code}") }
        })
    }

    /// The integration whose widget has this code.
    pub(crate) fn integration_of_code(&self, code: &str) -> Option<&IntegrationConfig> {
        self.integrations.iter().find(|one| self.widget_code(one) == code)
    }
}
