//! Who may connect an account, in each of the three modes.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::OnceLock;
use std::time::Duration;

use base::config::{Config, CustomersMode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entity::{audit, consent};
use hmac::{Hmac, KeyInit, Mac};
use parom::customer;
use parom::identity::password;
use parom::tenant::{Export, ExportPages};
use parom_tests::settings::{CHANNEL_ID, HOST};
use parom_tests::{Reply, World, once};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use secrecy::SecretString;
use serde_json::{Value, json};
use sha2::Sha256;
use simulator::crm::{Fault, Part};

use super::{User, problem};

/// Starts again with this change of the configuration.
async fn begins_with(world: &mut World, change: fn(&mut Config)) {
    world.setup_is(change);
    world.restart().await;
}

/// Customers need a login of ours.
fn logins(config: &mut Config) {
    config.customers.mode = CustomersMode::Password;
}

/// The vendor's own service decides.
fn remote(config: &mut Config) {
    config.customers.mode = CustomersMode::Remote;
    config.customers.verify_url = Some(verifier().parse().unwrap());
    config.customers.verify_secret = Some(SecretString::from(format!("whsec_{}", STANDARD.encode(VERIFY_KEY))));
}

const VERIFY_KEY: &[u8] = b"the vendor's own secret";

fn credentials(world: &World, login: &str, password: &str) -> Value {
    json!({"amojo_id": amojo_id(world), "login": login, "password": password})
}

fn amojo_id(world: &World) -> String {
    world.sandbox.add_account(HOST).amojo_id
}

async fn status(world: &World) -> String {
    world.tenant(HOST).await.unwrap()["status"].as_str().unwrap().to_owned()
}

async fn add_login(world: &World, login: &str, password: &str) {
    let app = world.app();
    let hash = password::hash(&app.identity, SecretString::from(password)).await.unwrap();
    customer::add(&app.store, &app.clock, login, hash).await.unwrap();
}

/// The administrator of an account that waits for a login.
async fn waiting(world: &World) -> User {
    world.owner(HOST).installs_in_a_browser().await.is(200);
    assert_eq!(status(world).await, "awaiting_credentials");
    assert!(world.sandbox.connections().is_empty());
    User::of(world, HOST, 0).await
}

async fn deeds(world: &World, action: &str) -> Vec<audit::Model> {
    let tenant_id = world.tenant(HOST).await.unwrap()["id"].as_str().unwrap().parse().unwrap();
    let rows = audit::Entity::of_tenant(tenant_id).filter(audit::Column::Action.eq(action));
    rows.all(world.app().store.read()).await.unwrap()
}

async fn open_to_all_but_not_for_a_foreign_account(world: &mut World) {
    let user = User::administrator(world).await;
    let foreign = json!({"amojo_id": world.sandbox.add_account("other.amocrm.ru").amojo_id});
    assert_eq!(problem(&user.post(world, "/connect", &foreign).await.is(409)), "wrong-account");
    for wrong in [json!({"amojo_id": ""}), json!({"amojo_id": "x"})] {
        user.post(world, "/connect", &wrong).await.is(409);
    }
    for wrong in [json!({}), json!({"amojo_id": amojo_id(world), "more": 1}), json!({"amojo_id": 1})] {
        user.post(world, "/connect", &wrong).await.is(422);
    }
    let manager = User::of(world, HOST, 1).await;
    let own = json!({"amojo_id": amojo_id(world)});
    assert_eq!(problem(&manager.post(world, "/connect", &own).await.is(403)), "not-admin");
    manager.post(world, "/disconnect", &json!({})).await.is(403);

    let gone = user.post(world, "/disconnect", &json!({})).await.is(200);
    assert_eq!(
        (&gone.json["tenant"]["status"], &gone.json["channels"][0]["status"]),
        (&json!("disconnected"), &json!("disconnected"))
    );
    assert!(world.sandbox.connections().is_empty(), "amoCRM has received the disconnect");
    let back = user.post(world, "/connect", &own).await.is(200);
    assert_eq!(back.json["tenant"]["status"], "active");
    let channel = &back.json["channels"][0];
    let scope = format!("{CHANNEL_ID}_{}", amojo_id(world));
    assert_eq!(channel, &json!({"channel_id": CHANNEL_ID, "scope_id": scope, "status": "connected"}));
    assert_eq!(status(world).await, "active");
    let (connected, disconnected) =
        (deeds(world, "account.connected").await, deeds(world, "account.disconnected").await);
    assert_eq!((connected.len(), disconnected.len()), (4, 1));
    assert_eq!(connected.iter().filter(|row| row.outcome == "done").count(), 1);
    assert_eq!((connected[0].actor_kind.as_str(), connected[0].address.as_str()), ("crm_user", "127.0.0.1"));
}

async fn a_disconnected_account_keeps_its_sources(world: &mut World) {
    let line = world.line("support").await;
    let user = User::of(world, HOST, 0).await;
    user.post(world, "/disconnect", &json!({})).await.is(200);
    user.post(world, "/disconnect", &json!({})).await.is(200);
    let list = user.get(world, "/sources").await.is(200);
    assert_eq!(
        (&list.json["items"][0]["status"], &list.json["tenant"]["status"]),
        (&json!("stopped"), &json!("disconnected"))
    );
    world.customer(&line, "anna").writes("while away").await;
    world.deliver_to_the_end().await;
    assert!(world.texts_at_crm(&line).is_empty());
    user.post(world, "/connect", &json!({"amojo_id": amojo_id(world)})).await.is(200);
    world.advance(Duration::from_secs(1));
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["while away"]);
}

async fn a_login_opens_the_account(world: &mut World) {
    begins_with(world, logins).await;
    add_login(world, "Shop", "correct horse battery").await;
    let user = waiting(world).await;
    let wrong = user.post(world, "/connect", &credentials(world, "shop", "correct horse")).await.is(401);
    let unknown = user.post(world, "/connect", &credentials(world, "nobody", "correct horse")).await.is(401);
    let [mut said, mut of_unknown] = [wrong.json.clone(), unknown.json.clone()];
    for answer in [&mut said, &mut of_unknown] {
        assert!(answer.as_object_mut().unwrap().remove("request_id").is_some());
    }
    assert_eq!(problem(&wrong), "wrong-credentials");
    assert_eq!(said, of_unknown, "no hint whether the login exists");
    for nothing in [json!({"amojo_id": amojo_id(world)}), credentials(world, "", ""), credentials(world, "shop", "")] {
        user.post(world, "/connect", &nothing).await.is(401);
    }
    assert_eq!(status(world).await, "awaiting_credentials");
    let foreign = json!({"amojo_id": "0b1c2d3e-0000-4111-8222-333344445555", "login": "shop", "password": "correct horse battery"});
    user.post(world, "/connect", &foreign).await.is(409);
    let done = user.post(world, "/connect", &credentials(world, "SHOP", "correct horse battery")).await.is(200);
    assert_eq!(done.json["tenant"]["status"], "active");
    assert_eq!(world.sandbox.connections().len(), 1);
    let login = customer::find(&world.app().store, "shop").await.unwrap().unwrap();
    let accounts = customer::accounts(&world.app().store, login.id).await.unwrap();
    assert_eq!(accounts.iter().map(|tenant| tenant.host.as_str()).collect::<Vec<_>>(), [HOST]);
    // Neither login nor password is written down anywhere.
    let told: String = deeds(world, "account.connected").await.iter().map(|row| format!("{row:?}")).collect();
    assert!(!told.contains("correct horse"), "{told}");

    customer::disable(&world.app().store, &world.clock, "shop").await.unwrap();
    user.post(world, "/connect", &credentials(world, "shop", "correct horse battery")).await.is(401);
}

async fn passwords_cannot_be_tried_through(world: &mut World) {
    begins_with(world, logins).await;
    add_login(world, "shop", "correct horse battery").await;
    let user = waiting(world).await;
    let tried = async |login: &str, password: &str| -> Reply {
        user.post(world, "/connect", &credentials(world, login, password)).await
    };
    for number in 0..5 {
        tried("shop", &format!("guess {number}")).await.is(401);
    }
    let refused = tried("shop", "correct horse battery").await.is(429);
    assert_eq!(problem(&refused), "too-many-tries");
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(
        problem(&tried("another", "guess").await.is(429)),
        "too-many-tries",
        "the account's own tries count too"
    );
    world.advance(Duration::from_secs(seconds));
    tried("shop", "correct horse battery").await.is(200);
    tried("shop", "correct horse battery").await.is(200);
}

async fn amocrm_in_the_middle_leaves_nothing_half_made(world: &mut World) {
    begins_with(world, logins).await;
    add_login(world, "shop", "correct horse battery").await;
    let user = waiting(world).await;
    let body = credentials(world, "shop", "correct horse battery");
    for fault in [
        Fault::Status { code: 503, retry_after: None },
        Fault::Status { code: 429, retry_after: Some(7) },
        Fault::Reset,
    ] {
        world.sandbox.faults().next(Part::Connect, 1, fault.clone());
        let away = user.post(world, "/connect", &body).await.is(503);
        assert!(!away.header("retry-after").is_empty(), "{}", away.text);
        assert_eq!(status(world).await, "awaiting_credentials", "{fault:?}");
    }
    assert_eq!(user.post(world, "/connect", &body).await.is(200).json["tenant"]["status"], "active");
    // A channel that amoCRM does not allow is shown, not hidden.
    user.post(world, "/disconnect", &json!({})).await.is(200);
    world.sandbox.set(|settings| drop(settings.private_channels.insert(CHANNEL_ID.to_owned(), Vec::new())));
    let refused = user.post(world, "/connect", &body).await.is(200);
    assert_eq!(refused.json["channels"][0]["status"], "not_allowed", "{}", refused.text);
}

async fn the_vendors_service_decides(world: &mut World) {
    begins_with(world, remote).await;
    let user = waiting(world).await;
    for (login, status_code) in [("no", 401), ("banned", 401), ("broken", 503), ("teapot", 503), ("moved", 503)] {
        let reply = user.post(world, "/connect", &credentials(world, login, "пароль 1")).await.is(status_code);
        assert_eq!(reply.header("retry-after").is_empty(), status_code == 401, "{login}");
        world.advance(Duration::from_secs(61));
    }
    assert_eq!(status(world).await, "awaiting_credentials");
    let done = user.post(world, "/connect", &credentials(world, "yes", "пароль 1")).await.is(200);
    assert_eq!(done.json["tenant"]["status"], "active");
    assert!(customer::list(&world.app().store).await.unwrap().is_empty());
}

/// Where the vendor's service listens: one for all tests of this process, on a thread of its own.
fn verifier() -> &'static str {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    ADDRESS.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/verify", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let _ = verify(stream.unwrap());
            }
        });
        address
    })
}

/// Answers by the login; 418 to what is not signed as it should be.
fn verify(stream: TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut line, mut headers) = (String::new(), BTreeMap::new());
    reader.read_line(&mut line)?;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers["content-length"].parse().unwrap()];
    reader.read_exact(&mut body)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(VERIFY_KEY).unwrap();
    mac.update(format!("{}.{}.", headers["webhook-id"], headers["webhook-timestamp"]).as_bytes());
    mac.update(&body);
    let right = headers["webhook-signature"] == format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    let asked: Value = serde_json::from_slice(&body)?;
    let whole = ["amojo_id", "account_id", "password"].iter().all(|name| asked[name].is_string());
    let answer = match asked["login"].as_str().unwrap() {
        _ if !right || !whole || !line.starts_with("POST /verify ") => "418 I'm a teapot",
        "yes" => "200 OK",
        "no" => "401 Unauthorized",
        "banned" => "403 Forbidden",
        "broken" => "500 Internal Server Error",
        "moved" => "302 Found\r\nLocation: /yes",
        _ => "418 I'm a teapot",
    };
    (&stream).write_all(format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes())
}

// An administrator's consent to the vendor's agreement: asked for once, stored with the text, by whom and when.

fn has_an_agreement(config: &mut Config) {
    config.vendor.legal_entity = "Ferries Ltd".to_owned();
    config.vendor.legal_address = "1 Harbour Road, Riga".to_owned();
    config.vendor.hosting_region = "Frankfurt, Germany".to_owned();
}

/// What the widget shows a user in a language.
async fn asked(world: &World, user: &User, language: &str) -> Value {
    user.get(world, &format!("/sources?lang={language}")).await.is(200).json["tenant"]["consent"].clone()
}

async fn rows(world: &World) -> Vec<consent::Model> {
    consent::Entity::find().all(world.app().store.read()).await.unwrap()
}

async fn consent_to_the_agreement_is_stored_shown_and_exported(world: &mut World) {
    begins_with(world, has_an_agreement).await;
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let user = User::of(world, HOST, 0).await;
    let english = asked(world, &user, "en").await;
    assert_eq!((&english["document"], &english["given_at"]), (&json!("gdpr"), &Value::Null));
    let url = english["url"].as_str().unwrap();
    let page = world.visitor().opens(&url[url.find("/legal/").unwrap()..]).await.is(200);
    page.says(&["Ferries Ltd", &format!("Version {}", english["version"].as_str().unwrap())]);
    let russian = asked(world, &user, "ru").await;
    assert_eq!(russian["document"], "152-fz");
    assert_ne!(russian["version"], english["version"]);
    assert_eq!(asked(world, &user, "pt").await, english, "it is in English for readers of other languages");

    let given = json!({"document": english["document"], "version": english["version"]});
    let manager = User::of(world, HOST, 1).await;
    assert_eq!(problem(&manager.post(world, "/consent", &given).await.is(403)), "not-admin");
    // The page of another language, a text that has changed since, and what is no consent.
    user.post(world, "/consent?lang=ru", &given).await.is(422);
    let other = json!({"document": "gdpr", "version": "0"});
    assert_eq!(user.post(world, "/consent?lang=en", &other).await.is(422).json["errors"][0]["pointer"], "/version");
    user.post(world, "/consent?lang=en", &json!({})).await.is(422);
    assert!(rows(world).await.is_empty());

    for _ in 0..2 {
        let tenant = user.post(world, "/consent?lang=en", &given).await.is(200).json;
        assert_eq!(tenant["consent"]["given_at"], "2026-11-20T09:00:00.000Z", "{tenant}");
    }
    let row = rows(world).await.pop().expect("a consent");
    assert_eq!(rows(world).await.len(), 1, "the same text is agreed to once");
    assert_eq!((row.tenant_id, row.language.as_str(), row.address.as_str()), (line.tenant_id, "en", "127.0.0.1"));
    assert_eq!(row.user_id, world.sandbox.users(HOST)[0].id);
    let logged = audit::Entity::of_tenant(line.tenant_id).filter(audit::Column::Action.eq("account.consented"));
    assert_eq!(logged.all(world.app().store.read()).await.unwrap().len(), 1);

    let exported = exported(world, &row).await;
    assert_eq!((&exported["text"], &exported["version"]), (&json!(row.text), &json!(row.version)));

    // A later text is agreed to again only if it is announced; what was agreed to stays as it was.
    begins_with(world, |config| {
        has_an_agreement(config);
        config.vendor.hosting_region = "Paris, France".to_owned();
    })
    .await;
    let user = User::of(world, HOST, 0).await;
    let later = asked(world, &user, "en").await;
    assert!(later["version"] != english["version"] && later["given_at"] == "2026-11-20T09:00:00.000Z", "{later}");
    owner.opens("/panel/data?lang=en").await.is(200).says(&[&row.version, "The text has changed since"]);
    parom::tenant::forget(&world.app().tenants, line.tenant_id, true, "a test").await.unwrap();
    assert!(rows(world).await.is_empty());
}

/// The consent of an account's export.
async fn exported(world: &World, row: &consent::Model) -> Value {
    let mut export = Export::begin(&world.app().tenants, row.tenant_id).await.unwrap();
    let mut text = Vec::new();
    while let Some(page) = export.page().await.unwrap() {
        text.extend(page);
    }
    let lines = String::from_utf8(text).unwrap();
    let mut found =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).filter(|line| line["type"] == "consent");
    found.next().expect("a consent")["data"].clone()
}

async fn without_an_agreement_nothing_is_asked(world: &mut World) {
    let user = User::administrator(world).await;
    assert_eq!(asked(world, &user, "en").await, Value::Null);
    user.post(world, "/consent", &json!({"document": "gdpr", "version": "0"})).await.is(404);
    let tenant_id = world.active(HOST).await;
    world.panel(tenant_id).await.opens("/panel/data?lang=en").await.is(200).never_says(&["the agreement"]);
}

once!(consent_to_the_agreement_is_stored_shown_and_exported, amocrm_in_the_middle_leaves_nothing_half_made);
once!(open_to_all_but_not_for_a_foreign_account, a_disconnected_account_keeps_its_sources, the_vendors_service_decides);
once!(without_an_agreement_nothing_is_asked, passwords_cannot_be_tried_through);
once!(a_login_opens_the_account);
