//! The vendor's service: plans, a billing system, e-mail, a key file; and the checks after each stage.

use std::ops::{Deref, DerefMut};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use base::clock::Clock;
use base::config::{Config, Plan, PlansConfig, VendorWebhook};
use parom::vendor_webhooks;
use parom_tests::settings::VAULT_KEY;
use parom_tests::{Engine, Line, Mail, MailServer, Messenger, Place, Received, Setup, World};
use serde_json::{Value, json};

use super::SHOP;

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3600);
pub const DAY: Duration = Duration::from_secs(86_400);
const SECRET: &str = "whsec_YmlsbGluZy1zeXN0ZW0tb2YtdGhlLXRlc3RzLTAx";

/// Accepted, delivered, failed and waiting messages in one direction.
pub type Counts = [i64; 4];

pub struct Service {
    world: World,
    pub billing: Arc<Messenger>,
    mail: MailServer,
}

impl Deref for Service {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for Service {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

impl Place for Service {
    async fn open(engine: Engine) -> Option<Self> {
        let mail = MailServer::start().await;
        let billing: Arc<OnceLock<Arc<Messenger>>> = Arc::default();
        let others = {
            let billing = billing.clone();
            async move |clock: Clock| {
                let receiver = Arc::new(Messenger::start(clock).await);
                receiver.knows("", SECRET);
                let url = receiver.url().to_owned();
                assert!(billing.set(receiver).is_ok());
                move |config: &mut Config| {
                    config.vendor_webhooks = vec![VendorWebhook {
                        name: "billing".to_owned(),
                        url: url.parse().expect("an address"),
                        secret: SECRET.into(),
                        types: Vec::new(),
                    }];
                }
            }
        };
        let world = World::start_beside(engine, Setup { change: settings, ..Setup::default() }, others).await?;
        let billing = billing.get().expect("the world has started it").clone();
        Some(Self { world, billing, mail })
    }

    async fn close(mut self) {
        // amoCRM does not know the tokens of the last release's database.
        self.allow_problems();
        assert!(self.billing.problems().is_empty(), "{:?}", self.billing.problems());
        assert!(self.mail.is_empty(), "every e-mail was read");
        self.world.close().await;
    }
}

fn settings(config: &mut Config) {
    let plan = |name: &str, messages: u32| Plan {
        name: name.to_owned(),
        sources: Some(2),
        messages_a_month: Some(messages),
        connectors: None,
        storage_mb: None,
        requests_per_key: None,
    };
    let days = vec![7, 3, 1];
    let plans = PlansConfig { grace_days: 7, warn_days: days, default: "start".to_owned(), trial_days: 14 };
    config.plans = plans.into();
    config.plan_list = vec![plan("start", 100), plan("pro", 10)].into();
    MailServer::serves(config);
    let file = key_file(config);
    if !file.exists() {
        std::fs::write(&file, format!("{VAULT_KEY}\n")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    (config.secrets.key, config.secrets.key_file) = (None, file);
}

/// In the test's folder.
pub fn key_file(config: &Config) -> PathBuf {
    config.media.dir.with_file_name("parom.key")
}

impl Service {
    /// The account as the API shows it.
    pub async fn shop(&self) -> Value {
        self.tenant(SHOP).await.expect("the account is there")
    }

    /// Changes the account as the billing system does.
    pub async fn books(&self, line: &Line, change: Value) -> Value {
        self.api.patch(&format!("/api/v1/tenants/{}", line.tenant_id), &change).await.is(200).json
    }

    /// So many days from now, as the API takes it.
    pub fn in_days(&self, days: i64) -> Value {
        json!((self.clock.now() + chrono::TimeDelta::days(days)).to_rfc3339())
    }

    /// Does what is due for subscriptions and limits.
    pub async fn looks(&self) {
        parom::job::due_of(&self.app().jobs, "plans").await;
        parom::alert_checks::limits(&self.app().usage).await.unwrap();
    }

    /// Sends the e-mails that are due; returns the only one. An account gets one in ten minutes.
    pub async fn mails(&self) -> Mail {
        self.advance(MINUTE * 15);
        assert_eq!(parom::alert_notices::round(&self.app().alert_notices).await.unwrap(), 1);
        self.mail.next().await
    }

    /// Sends the vendor's events that are due.
    pub async fn reports(&self) {
        vendor_webhooks::due_now(self.app()).await;
    }

    /// What the billing system took about the account since `before` such events: types, and bodies.
    pub fn booked(&self, before: usize) -> (Vec<String>, Vec<Received>) {
        let of_shop = |one: &Received| one.was_taken() && one.body["data"]["account"]["host"] == SHOP;
        let news: Vec<Received> = self.billing.received().into_iter().filter(of_shop).skip(before).collect();
        (news.iter().map(|one| one.body["type"].as_str().unwrap_or_default().to_owned()).collect(), news)
    }

    /// The ledger of all sources of an account, to amoCRM and to the messenger, on these days.
    async fn ledger(&self, tenant_id: &str, days: &str) -> [Counts; 2] {
        let mut sums = [Counts::default(); 2];
        let sources = self.api.get(&format!("/api/v1/tenants/{tenant_id}/sources")).await.is(200).json;
        for source in sources["items"].as_array().unwrap() {
            let path = format!("/api/v1/sources/{}/ledger{days}", source["id"].as_str().unwrap());
            let found = self.api.get(&path).await.is(200).json;
            for (sum, way) in sums.iter_mut().zip(["to_crm", "to_messenger"]) {
                let fields = ["accepted", "delivered", "failed", "waiting"];
                sum.iter_mut().zip(fields).for_each(|(sum, field)| *sum += found[way][field].as_i64().unwrap());
            }
        }
        sums
    }

    /// Fails unless ledger, queue and usage agree for every account and month.
    pub async fn agrees(&self) {
        self.assert_ledger().await;
        let tenants = self.api.get("/api/v1/tenants").await.is(200).json;
        for tenant in tenants["items"].as_array().unwrap() {
            let id = tenant["id"].as_str().unwrap();
            for (month, days) in [("2026-11", "?to=2026-11-30"), ("2026-12", "?from=2026-12-01&to=2026-12-31")] {
                let ledger = self.ledger(id, days).await;
                for [accepted, delivered, failed, waiting] in ledger {
                    assert_eq!(accepted, delivered + failed + waiting, "{tenant}");
                }
                let usage = self.api.get(&format!("/api/v1/tenants/{id}/usage?month={month}")).await.is(200).json;
                for (way, counts) in ["to_crm", "to_messenger"].into_iter().zip(ledger) {
                    let sums = ["accepted", "delivered", "failed"].map(|field| {
                        let kinds = usage["kinds"].as_array().unwrap().iter();
                        kinds.map(|kind| kind[way][field].as_i64().unwrap()).sum::<i64>()
                    });
                    assert_eq!(sums, counts[..3], "{way} in {month}: {usage}");
                }
            }
        }
    }

    /// [`Service::agrees`], and the figures of the account since its installation are these.
    pub async fn counts(&self, line: &Line, to_crm: Counts, to_messenger: Counts) {
        self.agrees().await;
        assert_eq!(self.ledger(&line.tenant_id.to_string(), "").await, [to_crm, to_messenger]);
    }
}
