//! Starts and stops the parts of the demo.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use base::clock::Clock;
use base::config::Config;
use base::http_client::HttpClients;
use base::i18n::Language;
use connectors::Connectors;
use parom::alert_notices::bot;
use parom::api_key::Scope;
use parom::app::App;
use parom::identity::ticket;
use parom::server::{self, Running, ServerOptions};
use reqwest::{Client, Method};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use simulator::crm::{Sandbox, UserView};
use simulator::mail::MailServer;
use simulator::other_vendor;
use simulator::webhooks::Receiver;
use uuid::Uuid;

use super::messengers::{Messengers, Names, questions};
use super::operator::Operator;
use super::other_service::{OtherService, PastClock};
use crate::{key, sandbox as sandbox_command, terminal, widget};

/// The demo's account.
pub const HOST: &str = "demo.amocrm.ru";
/// An account without the integration, for trying the installation manually.
pub const NEW_HOST: &str = "new.amocrm.ru";
pub(super) const INTEGRATION: &str = "demo";
pub(super) const CLIENT: &str = "8f14e45f-ceea-4670-9f3e-6f1d2a3b4c5d";
pub(super) const CHANNEL: &str = "344a5002-f8ca-454d-af3d-396180102ac7";
pub(super) const WIDGET: &str = "parom_demo";
/// The plan of every account.
pub const PLAN: &str = "business";
/// The receiver's endpoints: the own messenger's webhooks, and the vendor's.
pub const OWN: &str = "parom";
pub const BILLING: &str = "billing";
/// Signs the vendor's webhooks.
const BILLING_SECRET: &str = "whsec_ZGVtby1zZWNyZXQtdGhhdC1vcGVucy1ub3RoaW5n";
/// Time limit of each step.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// Sandbox, server and messenger, running.
pub struct DemoStage {
    pub sandbox: Arc<Sandbox>,
    /// Where the own messenger's and the vendor's webhooks go.
    pub receiver: Receiver,
    /// Where all letters go.
    pub mail: MailServer,
    /// Simulated messengers. Telegram has two bots: one is a source, everything else can be connected manually.
    pub messengers: Arc<Messengers>,
    /// Another vendor's service in the same amoCRM, with lines of its own.
    pub other: Arc<OtherService>,
    pub operator: Operator,
    pub http: Client,
    pub(super) running: Running,
    key: SecretString,
    folder: PathBuf,
}

/// Makes one-time links to the panel for the account's administrator.
pub struct PanelDoor {
    app: Arc<App>,
    tenant_id: Uuid,
    admin: UserView,
    url: String,
}

impl PanelDoor {
    pub async fn link(&self) -> anyhow::Result<String> {
        let (app, admin) = (&self.app, &self.admin);
        let ticket = ticket::issue(&app.identity, self.tenant_id, admin.id, &admin.name, true).await?;
        Ok(format!("{}/panel/enter?ticket={ticket}", self.url))
    }
}

/// A source as the API shows it.
pub struct Source {
    pub id: String,
}

/// The sources of every demo.
pub struct Sources {
    pub webchat: Source,
    pub custom: Source,
}

impl DemoStage {
    /// Starts everything on free ports, with new data unless a folder is given.
    pub async fn build(folder: Option<PathBuf>) -> anyhow::Result<Self> {
        let clock = Clock::system();
        let folder =
            folder.unwrap_or_else(|| std::env::temp_dir().join(format!("parom-demo-{}", clock.uuid_v7().simple())));
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let listener = TcpListener::bind("127.0.0.1:0").context("no free port on this machine")?;
        let public_url = format!("http://{}", listener.local_addr().context("the listening address")?);

        // The sandbox must listen before its address can be in the configuration, so it gets the integration from a
        // first reading of the same file.
        let language = terminal::language();
        let company = Names::of(language).company;
        let (mail, receiver) = (MailServer::start().await?, Receiver::start()?);
        receiver.expects(BILLING, Names::of(language).billing, BILLING_SECRET);
        let mut around = Around {
            amocrm: "http://127.0.0.1:9".to_owned(),
            messengers: String::new(),
            company,
            mail: mail.smtp_url(),
            billing: receiver.address(BILLING),
        };
        let first = config(&folder, &public_url, &around)?.1;
        let past = PastClock::default();
        let mut settings = sandbox_command::settings(&first, "127.0.0.1:0".into(), &clock);
        settings.integrations.push(other_vendor::integration());
        settings.now = past.now();
        let sandbox = Sandbox::start(settings).await.context("the local amoCRM could not be started")?;
        [HOST, NEW_HOST].into_iter().for_each(|host| open_account(&sandbox, host));
        let messengers = Messengers::start(&public_url, language, past.now()).await?;
        let other = OtherService::start(&sandbox, &messengers, &past, language, HOST).await?;
        (around.amocrm, around.messengers) = (sandbox.url().to_owned(), messengers.config());
        let (text, config) = config(&folder, &public_url, &around)?;
        let file = folder.join("parom.toml");
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        sandbox.set_widget(INTEGRATION, WIDGET, &widget::for_trying(&config)?)?;
        let http = HttpClients::new(&config.network)?.trusted().clone();
        let running =
            server::start_on(listener, config, ServerOptions { clock: clock.clone(), ..ServerOptions::default() })
                .await?;
        let (key, _) = key::create(&running.app.store, &clock, "demo", None, Scope::Admin, None).await?;
        let operator = Operator::of(running.app.clone()).await?;
        let (sandbox, messengers, other) = (Arc::new(sandbox), Arc::new(messengers), Arc::new(other));
        Ok(Self { sandbox, receiver, mail, messengers, other, operator, http, running, key, folder })
    }

    /// Installs the integration as the marketplace does, also in the other accounts that an earlier run with the same
    /// data connected: the local amoCRM is new and knows none of them. Returns the demo's tenant once it is active.
    pub async fn install(&self) -> anyhow::Result<Value> {
        let mut hosts = vec![HOST.to_owned()];
        for tenant in self.tenants().await? {
            let host = tenant["host"].as_str().unwrap_or_default();
            let is_installed = !matches!(tenant["status"].as_str(), Some("suspended" | "disconnected" | "uninstalled"));
            if is_installed && host != HOST {
                open_account(&self.sandbox, host);
                hosts.push(host.to_owned());
            }
        }
        for host in hosts {
            let answer = self.sandbox.install(&host, INTEGRATION).await;
            ensure!(answer.status == Some(200), "the install call of {host} was answered {:?}", answer.status);
        }
        let look = async {
            loop {
                match self.tenant().await? {
                    Some(tenant) if tenant["status"] == "active" => return anyhow::Ok(tenant),
                    Some(_) | None => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
        };
        tokio::time::timeout(PATIENCE, look).await.context("the account did not become active")?
    }

    /// All accounts as returned by the API; others than the demo's may have been installed manually.
    async fn tenants(&self) -> anyhow::Result<Vec<Value>> {
        let mut tenants = self.api(Method::GET, "/api/v1/tenants?limit=200", None).await?;
        Ok(std::mem::take(tenants["items"].as_array_mut().context("a list of accounts")?))
    }

    /// The demo's account as returned by the API.
    pub async fn tenant(&self) -> anyhow::Result<Option<Value>> {
        Ok(self.tenants().await?.into_iter().find(|tenant| tenant["host"] == HOST))
    }

    pub(super) async fn tenant_id(&self) -> anyhow::Result<Uuid> {
        let tenant = self.tenant().await?.context("there is no account")?;
        tenant["id"].as_str().context("an account without an id")?.parse().context("the account's id")
    }

    /// The path of the account's sources in the public API.
    pub async fn sources_path(&self) -> anyhow::Result<String> {
        Ok(format!("/api/v1/tenants/{}/sources", self.tenant_id().await?))
    }

    /// Creates the two sources, or finds those of an earlier run with the same data.
    pub async fn sources(&self) -> anyhow::Result<Sources> {
        let path = self.sources_path().await?;
        self.continues_earlier_run(&path).await?;
        let names = Names::of(terminal::language());
        let translated =
            |language: &Language| (language.code().to_owned(), json!({ "quick_answers": questions(*language) }));
        let others = Language::ALL.iter().filter(|language| **language != terminal::language());
        let translations: serde_json::Map<_, _> = others.map(translated).collect();
        let chat = json!({
            "title": names.shops[0],
            "team": ["Maria", "Olga"],
            "reply_time": "minutes",
            "quick_answers": questions(terminal::language()),
            "translations": translations,
            "rating": true,
            "email_answers_after": 5,
        });
        let wanted = [
            ("webchat", names.sources[0], chat),
            ("custom", names.sources[1], json!({ "webhook_url": self.webhook_url() })),
        ];
        let there = self.sources_of(&path).await?;
        let mut made = Vec::new();
        for (kind, name, settings) in wanted {
            let source = match first(&there, kind) {
                Some(old) => old.clone(),
                None => {
                    let body =
                        json!({ "kind": kind, "name": name, "default": kind == "webchat", "settings": settings });
                    self.api(Method::POST, &path, Some(body)).await?
                }
            };
            if let Some(secret) = source["webhook_secret"].as_str() {
                self.receiver.expects(OWN, name, secret);
            }
            made.push(Source { id: source["id"].as_str().context("a source without an id")?.to_owned() });
        }
        let mut made = made.into_iter();
        let (webchat, custom) = made.next().zip(made.next()).context("both sources")?;
        let sources = Sources { webchat, custom };
        self.sandbox.set_customer_page(HOST, &self.customer_url(&sources));
        Ok(sources)
    }

    /// Connects the sources of an earlier run with the same data to the simulated messengers, which are new in each run. Gives the
    /// names of those that cannot be: access that a messenger's own page gave ended with the run.
    pub async fn reconnect(&self) -> anyhow::Result<Vec<String>> {
        let mut forgotten = Vec::new();
        for source in self.sources_of(&self.sources_path().await?).await? {
            let lines = self.messengers.settings_of(source["kind"].as_str().unwrap_or_default());
            let path = format!("/api/v1/sources/{}", id(&source)?);
            let mut is_back = matches!(source["kind"].as_str(), Some("webchat" | "custom"));
            for settings in lines {
                // The access of another line is refused.
                is_back =
                    is_back || self.api(Method::PATCH, &path, Some(json!({ "settings": settings }))).await.is_ok();
            }
            if !is_back {
                forgotten.extend(source["name"].as_str().map(str::to_owned));
            }
        }
        Ok(forgotten)
    }

    /// Puts a few rules for new enquiries in force, unless an earlier run with the same data did.
    pub async fn routes(&self) -> anyhow::Result<()> {
        let path = format!("/api/v1/tenants/{}/routes", self.tenant_id().await?);
        if !self.api(Method::GET, &path, None).await?["version"].is_null() {
            return Ok(());
        }
        let users: Vec<String> = self.sandbox.users(HOST).iter().map(|user| user.id.to_string()).collect();
        let account = self.sandbox.accounts().into_iter().find(|account| account.host == HOST);
        let pipeline = account.and_then(|account| account.pipelines.first().map(|pipeline| pipeline.id));
        let pipeline = pipeline.context("the account has a pipeline")?;
        let stages = self.sandbox.stages(HOST, pipeline);
        let (stage, _) = stages.first().context("the pipeline has a stage")?;
        let (boss, manager) = users.first().zip(users.get(1)).context("the account has two users")?;
        let names = Names::of(terminal::language()).rules;
        let people = json!([{ "user_id": manager, "weight": 2 }, { "user_id": boss }]);
        let place = json!({ "pipeline_id": pipeline.to_string(), "status_id": stage.to_string() });
        let rules = json!([
            { "id": "prices", "name": names[0], "when": { "text_contains": names[1..3] },
              "then": { "accept": true, "stage": place, "tags": [names[3]],
                "responsible": { "kind": "person", "user_id": manager } } },
            { "id": "returning", "name": names[4], "when": { "contact": "known" },
              "then": { "accept": true, "responsible": { "kind": "contact" } } },
            { "id": "others", "name": names[5], "on": false,
              "then": { "responsible": { "kind": "round_robin", "people": people },
                "fallback": { "after_minutes": 15, "to": { "kind": "person", "user_id": boss } } } },
        ]);
        let routes = json!({ "fallback_user": boss, "rules": rules });
        self.api(Method::PUT, &path, Some(json!({ "routes": routes }))).await?;
        Ok(())
    }

    /// Connects the first bot of the simulated Telegram as a source, unless an earlier run with the same data did.
    pub async fn telegram_source(&self) -> anyhow::Result<()> {
        let path = self.sources_path().await?;
        if first(&self.sources_of(&path).await?, "telegram").is_some() {
            return Ok(());
        }
        let bot = self.messengers.first_bot()?;
        let body = json!({ "kind": "telegram", "name": "Telegram", "settings": { "bot_token": bot.token } });
        self.api(Method::POST, &path, Some(body)).await?;
        Ok(())
    }

    /// The connectors, for what the wizard asks.
    pub fn connectors(&self) -> &Connectors {
        &self.running.app.connectors
    }

    /// Calls the public API; an error response becomes an error with its text.
    pub async fn api(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let mut request =
            self.http.request(method.clone(), format!("{}{path}", self.url())).bearer_auth(self.key.expose_secret());
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.with_context(|| format!("{method} {path}"))?;
        let status = response.status();
        let text = response.text().await.unwrap_or_default();
        ensure!(status.is_success(), "{method} {path} was answered {status}: {text}");
        if text.is_empty() { Ok(Value::Null) } else { serde_json::from_str(&text).context("the answer is no JSON") }
    }

    pub fn url(&self) -> &str {
        self.running.url()
    }

    /// The demo's API key; it can be shown because it is valid only in this demo.
    pub fn key(&self) -> &str {
        self.key.expose_secret()
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The marketplace page of the demo's amoCRM, where the widget is installed and set up.
    pub fn marketplace_url(&self, host: &str) -> String {
        format!("{}/accounts/{host}/marketplace", self.sandbox.url())
    }

    /// Into the panel as the account's administrator.
    pub async fn panel_door(&self) -> anyhow::Result<PanelDoor> {
        let users = self.sandbox.users(HOST);
        let admin = users.into_iter().find(|user| user.is_admin).context("the account has no administrator")?;
        let (app, url) = (self.running.app.clone(), self.url().to_owned());
        Ok(PanelDoor { app, tenant_id: self.tenant_id().await?, admin, url })
    }

    /// Has the bot for alerts look for a chat to link, as a person in the panel does who presses "Link a chat"; returns the code.
    pub async fn awaits_alert_chat(&self) -> anyhow::Result<String> {
        let app = &self.running.app;
        let tenant_id = self.tenant_id().await?;
        let person_id = self.operator.id().await?;
        Ok(bot::new_code(&app.alert_notices, (tenant_id, person_id), "demo_alerts_bot").await?)
    }

    pub fn manager_url(&self) -> String {
        format!("{}/accounts/{HOST}/", self.sandbox.url())
    }

    pub fn customer_url(&self, sources: &Sources) -> String {
        format!("{}/chat/{}", self.url(), sources.webchat.id)
    }

    pub async fn close(self) {
        self.running.stop().await;
        self.receiver.stop().await;
        self.mail.stop().await;
        if let Some(other) = Arc::into_inner(self.other) {
            other.stop().await;
        }
        if let Some(messengers) = Arc::into_inner(self.messengers) {
            messengers.stop().await;
        }
        if let Some(sandbox) = Arc::into_inner(self.sandbox) {
            sandbox.stop().await;
        }
    }
}

/// Creates an account of the local amoCRM in the demo's language.
fn open_account(sandbox: &Sandbox, host: &str) {
    sandbox.add_account(host);
    sandbox.set_language(host, terminal::language().code());
}

/// What is around the demo's server: its addresses, and the sections about messengers.
struct Around {
    amocrm: String,
    messengers: String,
    company: &'static str,
    mail: String,
    billing: String,
}

/// The demo's configuration, as a file and as read.
fn config(folder: &Path, public_url: &str, around: &Around) -> anyhow::Result<(String, Config)> {
    let folder = folder.display();
    let Around { amocrm, messengers, company, mail, billing } = around;
    let text = format!(
        r#"
[server]
listen = "127.0.0.1:0"
public_url = "{public_url}"
try_api = true
[database]
url = "sqlite://{folder}/parom.db"
[secrets]
key_file = "{folder}/parom.key"
[media]
dir = "{folder}/media"
[spool]
dir = "{folder}/spool"
{messengers}[vendor]
name = "Parom demo"
legal_entity = "{company}"
support_url = "https://support.example/help"
support_email = "help@support.example"
privacy_url = "https://support.example/privacy"
[status]
enabled = true
[mail]
url = "{mail}"
from = "Parom demo <parom@demo.example>"
[plans]
default = "{PLAN}"
trial_days = 30
[[plan]]
name = "start"
sources = 3
messages_a_month = 1000
connectors = ["telegram", "webchat"]
[[plan]]
name = "{PLAN}"
messages_a_month = 20000
[[vendor_webhook]]
name = "{BILLING}"
url = "{billing}"
secret = "{BILLING_SECRET}"
[network]
allow_private = ["127.0.0.1/32"]
[[integration]]
name = "{INTEGRATION}"
platform = "amocrm"
client_id = "{CLIENT}"
client_secret = "demo-client-secret-that-opens-nothing"
consent_url = "{amocrm}/oauth"
account_url = "{amocrm}/accounts/{{host}}"
amojo_url = "{amocrm}"
[[integration.channel]]
id = "{CHANNEL}"
code = "amo.ext.30490163"
secret = "demo-channel-secret-that-opens-nothing"
title = "Parom"
bot = {{ id = "5f0c7a4e-9d1b-4b6f-8a53-2c1e7d90b6a4", name = "{company}" }}
[integration.widget]
code = "{WIDGET}"
"#
    );
    let config = Config::from_toml(&text).context("the demo's own configuration")?;
    Ok((text, config))
}

// What an earlier run with the same data left: the new local amoCRM has none of its sources, and the endpoint of its own
// messenger has another address and does not know the secret.

/// The demo's own source of a kind: the first one. A person may have added others, which the API lists before it.
fn first<'a>(sources: &'a [Value], kind: &str) -> Option<&'a Value> {
    sources.iter().rfind(|source| source["kind"] == kind)
}

fn id(source: &Value) -> anyhow::Result<&str> {
    source["id"].as_str().context("a source without an id")
}

impl DemoStage {
    async fn sources_of(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        let mut sources = self.api(Method::GET, &format!("{path}?limit=200"), None).await?;
        Ok(std::mem::take(sources["items"].as_array_mut().context("a list of sources")?))
    }

    /// Where the own messenger's webhooks go.
    pub(super) fn webhook_url(&self) -> String {
        self.receiver.address(OWN)
    }

    /// Creates the account's sources in the new local amoCRM, and connects the own messenger to its new endpoint.
    pub(super) async fn continues_earlier_run(&self, path: &str) -> anyhow::Result<()> {
        if self.sources_of(path).await?.is_empty() {
            return Ok(());
        }
        // Refused until amoCRM has granted access again.
        let reconcile = format!("{path}/reconcile");
        let compared = async {
            while self.api(Method::POST, &reconcile, Some(json!({}))).await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, compared).await.context("the sources could not be compared with amoCRM")?;
        let there = self.sources_of(path).await?;
        let own = first(&there, "custom").map(|source| source["id"].clone());
        for source in &there {
            let path = format!("/api/v1/sources/{}", id(source)?);
            if source["status_reason"] == "deleted_in_crm" {
                self.api(Method::POST, &format!("{path}/restore"), Some(json!({}))).await?;
            }
            // Others are the person's own, with endpoints elsewhere.
            if own.as_ref() == Some(&source["id"]) {
                let settings = json!({ "webhook_url": self.webhook_url() });
                self.api(Method::PATCH, &path, Some(json!({ "settings": settings }))).await?;
                let made = self.api(Method::POST, &format!("{path}/rotate-secret"), Some(json!({}))).await?;
                let secret = made["webhook_secret"].as_str().context("a secret that was not shown")?;
                self.receiver.expects(OWN, Names::of(terminal::language()).sources[1], secret);
            }
        }
        Ok(())
    }
}
