//! `parom doctor` and the admin's page of the same name: checks the installation and says what to do about each
//! problem.

use base::clock::Clock;
use base::config::Config;
use base::http_client::HttpClients;
use base::i18n::{Filling, LocalizedText};
use base::store::Store;
use base::vault::Vault;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use last_look::{LastLook, LookedCheck};
pub use outside::{RENEWED, certificate_days};
pub use reasons::of_configuration;
pub use road::{Road, RoadInspector, RoadRecords, is_at_its_end};

use crate::integrations;
use crate::missed_hooks::processes;

mod accounts;
mod data;
mod last_look;
mod machine;
mod outside;
mod reasons;
mod road;

/// The result of a check, from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Ok,
    Warn,
    Fail,
}

/// One check, which is one line of the output.
#[derive(Clone, Debug)]
pub struct Check {
    pub name: &'static str,
    pub status: Status,
    pub detail: LocalizedText,
    /// What to do; none if there is nothing to do.
    pub remedy: Option<LocalizedText>,
}

impl Check {
    /// A passed check.
    pub fn ok(name: &'static str, detail: LocalizedText) -> Self {
        Self { name, status: Status::Ok, detail, remedy: None }
    }

    /// A warning. `remedy`: the message key of what to do.
    pub fn warn(name: &'static str, detail: LocalizedText, remedy: &'static str) -> Self {
        Self { name, status: Status::Warn, detail, remedy: Some(LocalizedText::new(remedy)) }
    }

    /// A failed check. `remedy`: the message key of what to do.
    pub fn fail(name: &'static str, detail: LocalizedText, remedy: &'static str) -> Self {
        Self { status: Status::Fail, ..Self::warn(name, detail, remedy) }
    }

    /// Sets an argument of the remedy's text.
    fn remedied(mut self, name: &'static str, filling: impl Into<Filling>) -> Self {
        self.remedy = self.remedy.map(|detail| detail.with(name, filling));
        self
    }
}

/// A text that quotes a reason given by another system.
fn because(key: &'static str, reason: impl Into<String>) -> LocalizedText {
    LocalizedText::new(key).with("reason", reason.into())
}

/// Runs all checks of a valid configuration, for all accounts or for one. It may run beside a running server.
pub async fn look(config: &Config, tenant: Option<Uuid>) -> Vec<Check> {
    let mut checks = Vec::new();
    examine(config, tenant, &mut checks).await;
    checks
}

/// Runs only the checks of what is stored, for all accounts.
pub async fn stored(store: &Store) -> Vec<Check> {
    let mut checks = Vec::new();
    look_at_stored(store, None, &mut checks).await;
    checks
}

async fn look_at_stored(store: &Store, tenant: Option<Uuid>, checks: &mut Vec<Check>) {
    accounts::look(store, tenant, checks).await;
    data::queue(store, checks).await;
    data::ledger(store, tenant, checks).await;
}

/// The configuration with the stored integrations, if they can be read: other checks say why they cannot.
async fn with_stored(config: &Config, store: &Store) -> Option<Config> {
    let has_key = config.secrets.key.is_some() || config.secrets.key_file.exists();
    if !has_key || base::store::pending_migrations(store).await.ok()? > 0 {
        return None;
    }
    let vault = Vault::open(&config.secrets, false).ok()?;
    let integrations = integrations::in_use(config, store, &vault).await.ok()?;
    let mut all = config.clone();
    all.integrations = integrations;
    Some(all)
}

/// Whether a process has reported lately that it serves; true if that cannot be read.
pub async fn is_served(store: &Store) -> bool {
    processes(store).await.map_or(true, |all| all.iter().any(|(_, is_heard)| *is_heard))
}

/// The roads of all integrations.
async fn roads(inspector: RoadInspector<'_>, config: &Config, checks: &mut Vec<Check>) {
    if config.integrations.is_empty() {
        let detail = LocalizedText::new("doctor-integration-none");
        checks.push(Check::warn("integration", detail, "doctor-integration-none-fix"));
    }
    for road in join_all(config.integrations.iter().map(|integration| inspector.road(integration))).await {
        match road {
            Ok(road) => checks.extend(road.steps.into_iter().flat_map(|step| step.checks)),
            Err(error) => {
                let detail = because("doctor-accounts-wrong", error.to_string());
                checks.push(Check::warn("installed", detail, "doctor-migrate-fix"));
            }
        }
    }
}

async fn examine(config: &Config, tenant: Option<Uuid>, checks: &mut Vec<Check>) {
    let clock = Clock::system();
    let store = Store::open_existing(&config.database, clock.clone()).await;
    let stored = match &store {
        Ok(store) => with_stored(config, store).await,
        Err(_) => None,
    };
    let config = stored.as_ref().unwrap_or(config);
    machine::secrets(config, checks);
    machine::public_url(config, checks);
    machine::proxies(config, checks);
    machine::in_clear(config, checks);
    machine::operators(config, checks);
    machine::windows(config, checks);
    machine::spool(config, checks);
    let http = HttpClients::of(config);
    match &http {
        Ok(http) => {
            machine::media(config, http, &clock, checks).await;
            outside::proxies(config, http, checks).await;
            outside::reachable(config, http.amocrm(), &clock, checks).await;
            let is_served = match &store {
                Ok(store) => is_served(store).await,
                Err(_) => true,
            };
            outside::look(config, http.trusted(), &clock, is_served, checks).await;
        }
        Err(error) => {
            let detail = because("doctor-network-wrong", error.to_string());
            checks.push(Check::fail("network", detail, "doctor-network-wrong-fix"));
        }
    }
    let mut is_usable = false;
    match &store {
        Ok(store) => {
            is_usable = data::database(store, checks).await;
            if is_usable {
                data::look_at_keys(config, store, checks).await;
                look_at_stored(store, tenant, checks).await;
                accounts::look_at_history(store, tenant, checks).await;
                data::look_at_upkeep(config, store, checks).await;
            }
        }
        Err(error) => {
            let detail = LocalizedText::new("doctor-database-closed").with("reason", reasons::of_opening(error));
            checks.push(Check::fail("database", detail, "doctor-database-closed-fix"));
        }
    }
    if let Ok(http) = &http {
        let vault = Vault::open(&config.secrets, false);
        let records = match (&store, &vault) {
            (Ok(store), Ok(vault)) if is_usable => Some(RoadRecords { store, vault }),
            _ => None,
        };
        let public_url = &config.server.public_url;
        let inspector = RoadInspector { public_url, http: http.amocrm(), clock: &clock, records };
        roads(inspector, config, checks).await;
    }
    if let Ok(store) = store {
        store.close().await;
    }
}
