//! Starts and stops the parts of the demo.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use base::clock::Clock;
use base::config::Config;
use base::http_client::HttpClients;
use base::i18n::Language;
use doubles::telegram::{BotView, NewBot, NewPerson, Options as Simulated, Telegram};
use parom::admin::operators::actions::{self, OperatorActor};
use parom::api::key::Scope;
use parom::audit::Actor;
use parom::identity::{person, ticket};
use parom::server::{self, Running, ServerOptions};
use reqwest::{Client, Method};
use sandbox::Sandbox;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::messenger::Messenger;
use crate::{key, sandbox as sandbox_command, widget};

/// The demo's account.
pub const HOST: &str = "demo.amocrm.ru";
/// An account without the integration, for trying the installation by hand.
pub const NEW_HOST: &str = "new.amocrm.ru";
const INTEGRATION: &str = "demo";
const WIDGET: &str = "parom_demo";
const OPERATOR: &str = "operator@demo.example";
/// Time limit of each step.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// Sandbox, server and messenger, running.
pub struct DemoStage {
    pub sandbox: Sandbox,
    pub messenger: Messenger,
    /// A simulated Telegram with two bots: one is a source, the other can be connected by hand.
    pub telegram: Telegram,
    pub http: Client,
    running: Running,
    key: SecretString,
    folder: PathBuf,
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

        // The sandbox has to listen before its address can stand in the configuration, so it is told of the
        // integration by a first reading of the same file.
        let first = config(&folder, &public_url, "http://127.0.0.1:9", "http://127.0.0.1:9")?;
        let settings = sandbox_command::settings(&first, "127.0.0.1:0".into(), &clock);
        let sandbox = Sandbox::start(settings).await.context("the local amoCRM could not be started")?;
        sandbox.add_account(HOST);
        sandbox.add_account(NEW_HOST);
        let telegram = simulated().await.context("the simulated Telegram could not be started")?;
        let config = config(&folder, &public_url, sandbox.url(), telegram.base_url())?;
        sandbox.set_widget(INTEGRATION, WIDGET, &widget::for_trying(&config)?)?;
        let http = HttpClients::new(&config.network)?.trusted().clone();
        let running =
            server::start_on(listener, config, ServerOptions { clock: clock.clone(), ..ServerOptions::default() })
                .await?;
        let key = key::create(&running.app.store, &clock, "demo", None, Scope::Admin, None).await?;
        Ok(Self { sandbox, messenger: Messenger::start()?, telegram, http, running, key, folder })
    }

    /// Installs the integration as the marketplace does; returns the tenant once it is active.
    pub async fn install(&self) -> anyhow::Result<Value> {
        let answer = self.sandbox.install(HOST, INTEGRATION).await;
        ensure!(answer.status == Some(200), "the install call was answered {:?}", answer.status);
        let look = async {
            loop {
                let tenants = self.api(Method::GET, "/api/v1/tenants", None).await?;
                let active = tenants["items"].as_array().and_then(|items| {
                    items.iter().find(|tenant| tenant["host"] == HOST && tenant["status"] == "active").cloned()
                });
                if let Some(tenant) = active {
                    return anyhow::Ok(tenant);
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, look).await.context("the account did not become active")?
    }

    /// Creates the two sources, or finds those of an earlier run on the same data.
    pub async fn sources(&self) -> anyhow::Result<Sources> {
        let tenants = self.api(Method::GET, "/api/v1/tenants", None).await?;
        let tenant_id = tenants["items"][0]["id"].as_str().context("there is no account")?.to_owned();
        let path = format!("/api/v1/tenants/{tenant_id}/sources");
        let webhook_url = format!("{}/parom", self.messenger.url());
        let wanted = [
            ("webchat", "Website chat", json!({ "title": "Demo shop" })),
            ("custom", "Own messenger", json!({ "webhook_url": webhook_url })),
        ];
        let there = self.api(Method::GET, &path, None).await?;
        let mut made = Vec::new();
        for (kind, name, settings) in wanted {
            let old = there["items"].as_array().and_then(|items| items.iter().find(|source| source["kind"] == kind));
            let source = match old {
                Some(old) => old.clone(),
                None => {
                    let body =
                        json!({ "kind": kind, "name": name, "default": kind == "webchat", "settings": settings });
                    self.api(Method::POST, &path, Some(body)).await?
                }
            };
            if let Some(secret) = source["webhook_secret"].as_str() {
                self.messenger.expect_secret(SecretString::from(secret));
            }
            made.push(Source { id: source["id"].as_str().context("a source without an id")?.to_owned() });
        }
        let mut made = made.into_iter();
        let (webchat, custom) = made.next().zip(made.next()).context("both sources")?;
        let sources = Sources { webchat, custom };
        self.sandbox.set_customer_page(HOST, &self.customer_url(&sources));
        Ok(sources)
    }

    /// Connects the first bot of the simulated Telegram as a source, unless an earlier run on the same data did.
    pub async fn telegram_source(&self) -> anyhow::Result<()> {
        let tenants = self.api(Method::GET, "/api/v1/tenants", None).await?;
        let tenant_id = tenants["items"][0]["id"].as_str().context("there is no account")?.to_owned();
        let path = format!("/api/v1/tenants/{tenant_id}/sources");
        let there = self.api(Method::GET, &path, None).await?;
        if there["items"].as_array().is_some_and(|items| items.iter().any(|source| source["kind"] == "telegram")) {
            return Ok(());
        }
        let bot = self.telegram.bots().into_iter().next().context("the simulated Telegram has no bot")?;
        let body = json!({ "kind": "telegram", "name": "Telegram", "settings": { "bot_token": bot.token } });
        self.api(Method::POST, &path, Some(body)).await?;
        Ok(())
    }

    /// The customers' phones of the simulated Telegram.
    pub fn phone_url(&self) -> String {
        format!("{}/phone", self.telegram.base_url())
    }

    /// The bot that is not connected yet.
    pub fn spare_bot(&self) -> anyhow::Result<BotView> {
        self.telegram.bots().into_iter().nth(1).context("the simulated Telegram has one bot only")
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

    /// The demo's API key; it can be shown because it works only in this demo.
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

    /// A one-time link to the panel as the account's administrator.
    pub async fn panel_url(&self) -> anyhow::Result<String> {
        let app = &self.running.app;
        let tenants = self.api(Method::GET, "/api/v1/tenants", None).await?;
        let tenant_id =
            tenants["items"][0]["id"].as_str().and_then(|id| id.parse().ok()).context("there is no account")?;
        let users = self.sandbox.users(HOST);
        let admin = users.iter().find(|user| user.is_admin).context("the account has no administrator")?;
        let ticket = ticket::issue(&app.identity, tenant_id, admin.id, &admin.name, true).await?;
        Ok(format!("{}/panel/enter?ticket={ticket}", self.url()))
    }

    /// A one-time link to the vendor's admin as an operator, who connects an authenticator first.
    pub async fn admin_url(&self) -> anyhow::Result<String> {
        let app = &self.running.app;
        let by = OperatorActor { actor: Actor::Cli, address: None };
        match actions::add(app, OPERATOR, "", Language::of_terminal(), &by).await? {
            Ok((_, link)) => Ok(link),
            Err(_) => {
                let person = person::operator_by_email(&app.identity, app.store.read(), OPERATOR)
                    .await?
                    .context("the operator is gone")?;
                Ok(actions::link(app, &person, false, &by).await?)
            }
        }
    }

    pub fn manager_url(&self) -> String {
        format!("{}/accounts/{HOST}/", self.sandbox.url())
    }

    pub fn messenger_url(&self) -> &str {
        self.messenger.url()
    }

    pub fn customer_url(&self, sources: &Sources) -> String {
        format!("{}/chat/{}", self.url(), sources.webchat.id)
    }

    pub async fn close(self) {
        self.running.stop().await;
        self.messenger.close().await;
        self.telegram.stop().await;
        self.sandbox.stop().await;
    }
}

/// A Telegram with two bots and one customer.
async fn simulated() -> anyhow::Result<Telegram> {
    let telegram = Telegram::start(Simulated::default()).await?;
    for (id, name, username) in
        [(7_012_345_678, "Demo shop", "demo_shop_bot"), (7_012_345_701, "Second shop", "second_shop_bot")]
    {
        telegram.add_bot(NewBot { id, name: name.to_owned(), username: username.to_owned(), ..NewBot::default() });
    }
    telegram.add_person(NewPerson::default());
    Ok(telegram)
}

fn config(folder: &Path, public_url: &str, amocrm: &str, telegram: &str) -> anyhow::Result<Config> {
    let folder = folder.display();
    let text = format!(
        r#"
[server]
listen = "127.0.0.1:0"
public_url = "{public_url}"
[database]
url = "sqlite://{folder}/parom.db"
[secrets]
key_file = "{folder}/parom.key"
[media]
dir = "{folder}/media"
[spool]
dir = "{folder}/spool"
[telegram]
api_url = "{telegram}"
[vendor]
name = "Parom demo"
legal_entity = "Nobody (a demo)"
support_url = "https://support.example/help"
support_email = "help@support.example"
privacy_url = "https://support.example/privacy"
[network]
allow_private = ["127.0.0.1/32"]
[[integration]]
name = "{INTEGRATION}"
platform = "amocrm"
client_id = "8f14e45f-ceea-4670-9f3e-6f1d2a3b4c5d"
client_secret = "demo-client-secret-that-opens-nothing"
consent_url = "{amocrm}/oauth"
account_url = "{amocrm}/accounts/{{host}}"
amojo_url = "{amocrm}"
[[integration.channel]]
id = "344a5002-f8ca-454d-af3d-396180102ac7"
code = "amo.ext.30490163"
secret = "demo-channel-secret-that-opens-nothing"
title = "Parom"
connectors = ["telegram", "webchat", "custom"]
[integration.widget]
code = "{WIDGET}"
"#
    );
    Config::from_toml(&text).context("the demo's own configuration")
}
