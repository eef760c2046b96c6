//! The vendor's commands, several integrations and channels, and the pages of an installation.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use base::clock::Clock;
use base::config::Config;
use entity::source;
use parom::server::{self, ServerOptions};
use parom_tests::database::TestDatabase;
use parom_tests::drill::Drill;
use parom_tests::settings::{CHANNEL_ID, HOST, START, VENDOR_KEY, config_text, free_port};
use parom_tests::{Api, Engine, Reply, World, answer, cookie_of, once, state_of};
use reqwest::Method;
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::{Value, json};
use simulator::crm::{ChannelConfig, IntegrationConfig, Sandbox, SandboxConfig};

use super::{allows, user};

const BINARY: &str = env!("CARGO_BIN_EXE_parom_faults");

async fn run(drill: &Drill, arguments: &[&str]) -> Output {
    drill.command(arguments).output().await.unwrap()
}

async fn said(drill: &Drill, arguments: &[&str]) -> String {
    let output = run(drill, arguments).await;
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

async fn refused(drill: &Drill, arguments: &[&str]) -> String {
    let output = run(drill, arguments).await;
    assert!(!output.status.success(), "{arguments:?}");
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(words.lines().count(), 1, "one sentence: {words}");
    words
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

async fn listed(drill: &Drill) -> Value {
    let all: Value = serde_json::from_str(&said(drill, &["tenant", "list", "--json"]).await).unwrap();
    all["tenants"][0].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_are_managed_beside_a_running_server() {
    let mut drill = Drill::prepare(Engine::Sqlite, Path::new(BINARY)).await.unwrap();
    drill.serves("").await;
    let line = drill.line("support").await;
    drill.customer(&line, "anna").writes("Hello").await;
    drill.arrives_at_crm(HOST, "Hello").await;
    let account = drill.sandbox.add_account(HOST).id.to_string();
    let one = listed(&drill).await;
    assert_eq!(one["id"], line.tenant_id.to_string());
    assert_eq!((&one["host"], &one["status"], &one["access"]), (&HOST.into(), &"active".into(), &"valid".into()));
    assert_eq!((&one["access_days_left"], &one["sources"]), (&89.into(), &1.into()), "{one}");
    assert!(said(&drill, &["tenant", "list"]).await.contains(HOST));

    // By host, by number and by id.
    assert!(said(&drill, &["tenant", "suspend", HOST]).await.contains("is suspended"));
    assert_eq!(listed(&drill).await["status"], "suspended");
    let document = async |arguments: &[&str]| -> Value {
        serde_json::from_str(&said(&drill, &[arguments, &["--json"]].concat()).await).unwrap()
    };
    assert_eq!(document(&["tenant", "suspend", HOST]).await, listed(&drill).await);
    assert_eq!(document(&["tenant", "resume", &account]).await["status"], "active");
    assert_eq!(document(&["tenant", "weight", HOST, "2"]).await["weight"], 2);
    assert_eq!(document(&["tenant", "compare", HOST]).await["host"], HOST);
    let limited = document(&["tenant", "limit", &line.tenant_id.to_string(), "7"]).await;
    assert_eq!(limited["sources_limit"], 7);
    assert_eq!(listed(&drill).await["sources_limit"], 7);
    said(&drill, &["tenant", "limit", HOST, "default"]).await;
    let one = listed(&drill).await;
    assert_eq!((&one["status"], &one["sources_limit"]), (&"active".into(), &Value::Null));

    // Until when it is served, and what it used.
    let paid = document(&["tenant", "plan", HOST, "--paid-until", "2100-12-31"]).await;
    assert_eq!((&paid["paid_until"], &paid["status"]), (&"2101-01-01T00:00:00.000Z".into(), &"active".into()));
    assert!(said(&drill, &["tenant", "plan", HOST]).await.contains("no plan and is paid until 2101-01-01"));
    assert_eq!(document(&["tenant", "plan", HOST, "--paid-until", "2020-01-01"]).await["status"], "plan_ended");
    assert_eq!(document(&["tenant", "plan", HOST, "--paid-until", "none"]).await["status"], "active");
    assert!(refused(&drill, &["tenant", "plan", HOST, "--plan", "gold"]).await.contains("is not a plan"));
    let usage = said(&drill, &["tenant", "usage"]).await;
    assert!(usage.contains(&format!("{HOST},,custom,1,1,1,0,0,0,0,")), "{usage}");
    assert_eq!(document(&["tenant", "usage", HOST]).await["items"][0]["kinds"][0]["to_crm"]["accepted"], 1);

    let export = said(&drill, &["tenant", "export", HOST]).await;
    assert!(export.ends_with("\n") && export.lines().last().unwrap().contains("\"end\""));
    assert!(export.contains("Hello") && !export.contains(&line.webhook_secret));
    // L12: unreadable for other users of the machine, whatever the shell's umask; and so is the database.
    let file = drill.config_file().with_file_name("export.ndjson");
    said(&drill, &["tenant", "export", HOST, "--out", file.to_str().unwrap()]).await;
    // One line more: the audit log contains the earlier export.
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), export.lines().count() + 1);
    assert_eq!(mode(&file), 0o600);
    for beside in std::fs::read_dir(file.parent().unwrap()).unwrap() {
        let path = beside.unwrap().path();
        let of_database = path.extension().is_some_and(|end| end.to_string_lossy().starts_with("db"));
        assert!(!of_database || mode(&path) == 0o600, "{} is {:o}", path.display(), mode(&path));
    }
    assert!(refused(&drill, &["tenant", "suspend", "nobody.amocrm.ru"]).await.contains("there is no account"));
    let words = refused(&drill, &["tenant", "erase", HOST, "--phone", "+7 915 999-99-99"]).await;
    assert!(words.contains("no customer was found"), "{words}");
    assert!(refused(&drill, &["tenant", "forget", HOST, "--confirm", "other"]).await.contains("--confirm"));
    let words = refused(&drill, &["tenant", "forget", HOST, "--confirm", HOST]).await;
    assert!(words.contains("disconnect it first"), "{words}");
    // There is no terminal to ask at, so no confirmation is needed.
    let words = refused(&drill, &["tenant", "forget", HOST]).await;
    assert!(words.contains("disconnect it first"), "{words}");
    let proof = said(&drill, &["tenant", "forget", HOST, "--force", "--json"]).await;
    let proof: Value = serde_json::from_str(&proof).unwrap();
    assert_eq!((&proof["counts"]["tenant"], &proof["lines"]), (&json!(1), &json!([])));
    assert_eq!(listed(&drill).await, Value::Null);
    drill.stops().await;
}

// Several integrations and several channels: an account is one of each integration, a source's channel follows its
// kind.

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
    let (key, _) =
        parom_cli::key::create(store, clock, "test", None, parom::api_key::Scope::Admin, None).await.unwrap();
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

// The pages of an installation, in both languages, and whom they let in.

async fn page(world: &World, path: &str, language: &str, cookie: &str) -> Reply {
    let request = world.api.anonymous(Method::GET, path).header("Accept-Language", language).header("Cookie", cookie);
    answer(request).await
}

/// Begins in a browser: the state, and the cookie it keeps.
async fn begins(world: &World) -> (String, String) {
    let reply = world.owner(HOST).opens_install().await;
    let cookie = reply.header("set-cookie").to_owned();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/oauth"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    (state_of(&reply.is_redirect()), cookie.split(';').next().unwrap().to_owned())
}

async fn only_the_administrators_own_browser_is_let_in(world: &mut World) {
    let (state, cookie) = begins(world).await;
    let (_, foreign) = begins(world).await;
    let back = |state: &str| world.sandbox.allow(HOST, "main", Some(state));
    let shown = page(world, &back(&state), "ru", &cookie).await.is(200);
    assert!(shown.text.contains("Добавить первый источник"), "{}", shown.text);
    assert!(shown.text.contains("/panel/enter?ticket="), "{}", shown.text);
    assert!(shown.header("set-cookie").is_empty(), "the page itself opens no session");
    assert_eq!(shown.header("cache-control"), "no-store");

    for cookie in [foreign.as_str(), "parom-install=made-up"] {
        let (state, _) = begins(world).await;
        let calls = world.sandbox.token_calls().len();
        let shown = page(world, &back(&state), "ru", cookie).await.is(400);
        assert!(!shown.text.contains("ticket="), "another person's browser: {}", shown.text);
        assert_eq!(world.sandbox.token_calls().len(), calls, "L6: no code is exchanged for another person's browser");
    }
    // Another site leads a browser without our cookie here.
    let (state, _) = begins(world).await;
    let calls = world.sandbox.token_calls().len();
    let led = world.api.anonymous(Method::GET, &back(&state)).header("sec-fetch-site", "cross-site");
    assert!(!answer(led).await.is(400).text.contains("ticket="));
    assert_eq!(world.sandbox.token_calls().len(), calls, "L6: a link cannot make a user install");
    // A program is not a browser that could be tricked; it gets no access to the panel.
    let program = answer(world.api.anonymous(Method::GET, &back(&state))).await.is(200);
    assert!(!program.text.contains("ticket="), "{}", program.text);
    // An ordinary user may connect, but does not become the account's owner here.
    let (state, cookie) = begins(world).await;
    let shown = allows(world, user(world, "Maria"), &state, &cookie).await.is(200);
    assert!(!shown.text.contains("ticket="), "{}", shown.text);
}

/// A state is signed: no change of it is valid.
async fn a_changed_state_is_none(world: &mut World) {
    let (state, cookie) = begins(world).await;
    let changed = |at: usize| {
        let other = if &state[at..=at] == "A" { "B" } else { "A" };
        format!("{}{other}{}", &state[..at], &state[at + 1..])
    };
    let end = state.len();
    for forged in [changed(0), changed(25), changed(end - 20), state[4..].to_owned(), format!("{state}AAAA")] {
        let back = world.sandbox.allow(HOST, "main", Some(&forged));
        page(world, &back, "en", &cookie).await.is(400).says(&["Start again"]);
    }
    let back = world.sandbox.allow(HOST, "main", Some(&state));
    page(world, &back, "en", &cookie).await.is(200);
}

once!(a_changed_state_is_none, only_the_administrators_own_browser_is_let_in);
