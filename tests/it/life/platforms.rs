//! Several integrations and several channels: an account is one of each integration, a source's channel follows its
//! kind.

use std::sync::Arc;

use base::clock::Clock;
use base::config::Config;
use entity::source;
use parom::server::{self, ServerOptions};
use parom_tests::database::TestDatabase;
use parom_tests::settings::{CHANNEL_ID, HOST, START, VENDOR_KEY, config_text, free_port};
use parom_tests::{Api, Engine, answer, cookie_of, state_of};
use reqwest::Method;
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::{Value, json};
use simulator::crm::{ChannelConfig, IntegrationConfig, Sandbox, SandboxConfig};

const SITE_CHANNEL: &str = "344a5002-f8ca-454d-af3d-396180102ac8";
const KOMMO_CHANNEL: &str = "344a5002-f8ca-454d-af3d-396180102ac9";
const KOMMO_ID: &str = "5f1d2a4e-93a5-4c0e-8a4f-0c1f4be3a222";
const SECRET: &str = "another-secret-of-the-tests-0123456789abcdef";
/// Allowed for both integrations, so that both meet the same account number.
const SHARED: &str = HOST;

fn channel(id: &str) -> ChannelConfig {
    let secret = format!("secret of {id}");
    ChannelConfig { id: id.into(), code: format!("amo.ext.{}", &id[35..]), secret, title: "Parom".into(), bot: None }
}

async fn amocrm(clock: &Clock) -> Sandbox {
    let clock = clock.clone();
    let integration = |name: &str, client_id: &str, secret: &str, channels| IntegrationConfig {
        name: name.into(),
        client_id: client_id.into(),
        client_secret: secret.into(),
        redirect_uri: String::new(),
        channels,
    };
    let mut main = channel(CHANNEL_ID);
    main.code = "amo.ext.30490163".into();
    main.secret = parom_tests::settings::CHANNEL_SECRET.into();
    let (main_id, main_secret) = (parom_tests::settings::CLIENT_ID, parom_tests::settings::CLIENT_SECRET);
    let config = SandboxConfig {
        listen: "127.0.0.1:0".into(),
        integrations: vec![
            integration("main", main_id, main_secret, vec![main, channel(SITE_CHANNEL)]),
            integration("kommo", KOMMO_ID, SECRET, vec![channel(KOMMO_CHANNEL)]),
        ],
        parom_url: String::new(),
        widgets: Vec::new(),
        now: Arc::new(move || clock.now()),
    };
    Sandbox::start(config).await.unwrap()
}

fn config(port: u16, database: &TestDatabase, url: &str) -> Config {
    let text = config_text(port, database.url(), url)
        .replace("code = \"amo.ext.30490163\"", "code = \"amo.ext.30490163\"\nconnectors = [\"custom\"]")
        + &format!(
            r#"
[[integration.channel]]
id = "{SITE_CHANNEL}"
code = "amo.ext.8"
secret = "secret of {SITE_CHANNEL}"
connectors = ["webchat"]
[[integration]]
name = "kommo"
platform = "kommo"
client_id = "{KOMMO_ID}"
client_secret = "{SECRET}"
account_hosts = ["amocrm.ru"]
consent_url = "{url}/oauth"
account_url = "{url}/accounts/{{host}}"
amojo_url = "{url}"
[[integration.channel]]
id = "{KOMMO_CHANNEL}"
code = "amo.ext.9"
secret = "secret of {KOMMO_CHANNEL}"
"#
        );
    Config::from_toml(&text).unwrap()
}

async fn installs(api: &Api, sandbox: &Sandbox, integration: &str) {
    let begun = answer(api.anonymous(Method::GET, &format!("/oauth/install?integration={integration}"))).await;
    let back = sandbox.allow(SHARED, integration, Some(&state_of(&begun.is_redirect())));
    answer(api.anonymous(Method::GET, &back).header("cookie", cookie_of(&begun))).await.is(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_with_one_number_stay_apart_and_kinds_choose_channels() {
    base::http_client::install_crypto_provider();
    let database = TestDatabase::fresh(Engine::Sqlite).await.unwrap();
    let clock = Clock::frozen(START);
    let sandbox = amocrm(&clock).await;
    sandbox.add_account(SHARED);
    let options = ServerOptions { clock: clock.clone(), deliver: false, threads: 1, ..ServerOptions::default() };
    let running = server::start(config(free_port(), &database, sandbox.url()), options).await.unwrap();
    for name in ["main", "kommo"] {
        sandbox.set_redirect_uri(name, &format!("{}/oauth/callback", running.app.public_url()));
    }
    let (store, clock) = (&running.app.store, &running.app.clock);
    let key = parom_cli::key::create(store, clock, "test", None, parom::api::key::Scope::Admin, None).await.unwrap();
    let key = secrecy::ExposeSecret::expose_secret(&key).to_owned();
    assert_ne!(key, VENDOR_KEY);
    let api = Api::new(running.url(), &key);
    for name in ["main", "kommo"] {
        installs(&api, &sandbox, name).await;
    }
    let all = api.get("/api/v1/tenants").await.is(200).json["items"].as_array().unwrap().clone();
    let of = |name: &str| all.iter().find(|tenant| tenant["integration"] == name).unwrap().clone();
    let (main, kommo) = (of("main"), of("kommo"));
    assert_eq!(all.len(), 2);
    assert_eq!(main["account_id"], kommo["account_id"], "one number");
    assert_ne!(main["id"], kommo["id"], "two accounts");
    let connected = |tenant: &Value| {
        let channels = tenant["channels"].as_array().unwrap();
        assert!(channels.iter().all(|channel| channel["status"] == "connected"), "{tenant}");
        channels.iter().map(|channel| channel["channel_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(connected(&main), [CHANNEL_ID, SITE_CHANNEL], "all channels of the integration");
    assert_eq!(connected(&kommo), [KOMMO_CHANNEL]);

    let make = async |tenant: &Value, kind: &str, settings: Value| {
        let body = json!({"kind": kind, "name": kind, "external_id": kind, "settings": settings});
        let path = format!("/api/v1/tenants/{}/sources", tenant["id"].as_str().unwrap());
        let id: uuid::Uuid = api.post(&path, &body).await.is(201).text_at("/id").parse().unwrap();
        let rows = source::Entity::of_tenant(tenant["id"].as_str().unwrap().parse().unwrap());
        let row = rows.filter(source::Column::Id.eq(id)).one(running.app.store.read()).await.unwrap().unwrap();
        row.channel_id.to_string()
    };
    let hook = json!({"webhook_url": "http://127.0.0.1:9/"});
    assert_eq!(make(&main, "custom", hook.clone()).await, CHANNEL_ID);
    assert_eq!(make(&main, "webchat", json!({})).await, SITE_CHANNEL);
    // The same external id in the other account of the same number.
    assert_eq!(make(&kommo, "custom", hook).await, KOMMO_CHANNEL);
    running.stop().await;
    sandbox.stop().await;
    database.remove().await;
}
