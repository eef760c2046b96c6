//! Calls through real proxies: what takes which way, what happens while a proxy fails, and that the guard and the passwords
//! stay what they are.

use std::path::Path;
use std::time::Duration;

use base::config::{Config, NetworkConfig};
use base::http_client::{HttpClients, UrlRefused, explain_failure, refusal};
use base::message::Direction;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entity::attempt;
use parom::media::{FileOrigin, FileOwner, MediaKind, wanted};
use parom_tests::drill::Drill;
use parom_tests::proxy::ProxyProgram::{self, Microsocks, Tinyproxy};
use parom_tests::proxy::{PASSWORD, Proxy, gate};
use parom_tests::{Engine, FileHost, Line, Page, Place, Setup, World};
use sea_orm::{EntityTrait, QueryOrder};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use simulator::crm::HookMessage;
use url::Url;

use crate::cli::BINARY;
use crate::media::{accepts, kept, png};

/// The proxies of a world.
struct Proxies {
    amocrm: Proxy,
    telegram: Proxy,
    tenants: Proxy,
}

/// A world in which amoCRM and Telegram are reached only through proxies.
async fn world(amocrm: ProxyProgram, telegram: ProxyProgram, tenants: ProxyProgram) -> Option<(World, Proxies)> {
    let (amocrm, telegram) = (Proxy::start(amocrm).await?, Proxy::start(telegram).await?);
    let proxies = Proxies { amocrm, telegram, tenants: Proxy::start(tenants).await? };
    let addresses = [&proxies.amocrm, &proxies.telegram, &proxies.tenants].map(Proxy::address);
    let others = async move |_| {
        move |config: &mut Config| {
            let [amocrm, telegram, tenants] = addresses.clone().map(Some);
            (config.amocrm.proxy, config.telegram.proxy, config.network.proxy) = (amocrm, telegram, tenants);
            config.telegram.api_url = gate(&config.telegram.api_url);
            let integration = &mut config.integrations[0];
            integration.amojo_url = gate(&integration.amojo_url);
            integration.account_url = format!("{}accounts/{{host}}", integration.amojo_url);
        }
    };
    let setup = Setup { telegram: true, ..Setup::default() };
    Some((World::start_beside(Engine::Sqlite, setup, others).await?, proxies))
}

/// A source whose webhook is behind a gate.
async fn line(world: &World) -> (Line, Url) {
    let webhook = gate(&world.messenger.url().parse().unwrap());
    let line = world.line_of("custom", "Line", "support", json!({ "webhook_url": webhook })).await;
    world.messenger.knows(&line.source_id.to_string(), &line.webhook_secret);
    (line, webhook)
}

/// Fetches a file of a message from behind a gate; gives the gate.
async fn fetches(world: &World, line: &Line, direction: Direction) -> Url {
    let host = FileHost::start().await;
    let url = gate(&host.puts("/photo.png", [Page::file("image/png", png(20))]).parse().unwrap());
    let message_id = world.clock.uuid_v7();
    let whose = FileOwner { tenant_id: line.tenant_id, source_id: line.source_id, direction, message_id };
    let new = wanted(&world.app().files, &whose, MediaKind::Picture, FileOrigin::Url(url.to_string()), "");
    let id = new.id;
    accepts(world, line, vec![new]).await;
    world.fetch_all().await;
    assert_eq!(kept(world, line, id).await.size, 20);
    url
}

fn server(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap(), url.port().unwrap())
}

async fn each_goes_its_way(amocrm: ProxyProgram, telegram: ProxyProgram, tenants: ProxyProgram) {
    let Some((mut world, proxies)) = world(amocrm, telegram, tenants).await else { return };
    let bot = world.telegram_line(json!({})).await;
    bot.manager_sends(&world, HookMessage::text("To Telegram")).await;
    let (own, webhook) = line(&world).await;
    world.customer(&own, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.manager(&own).answers("anna", "To a tenant").await;
    world.deliver_all().await;
    assert_eq!(bot.sent(&world).pop().unwrap().text, "To Telegram");
    assert_eq!(world.messenger.texts(), ["To a tenant"]);
    assert_eq!(world.texts_at_crm(&own).len(), 2);

    let config = &world.app().config;
    proxies.amocrm.was_asked_for(&server(&config.integrations[0].amojo_url)).await;
    proxies.amocrm.was_asked_for(&server(&fetches(&world, &bot.line, Direction::ToMessenger).await)).await;
    proxies.telegram.was_asked_for(&server(&config.telegram.api_url)).await;
    proxies.telegram.was_asked_for(&server(&fetches(&world, &bot.line, Direction::ToCrm).await)).await;
    proxies.tenants.was_asked_for(&server(&webhook)).await;
    proxies.tenants.was_asked_for(&server(&fetches(&world, &own, Direction::ToCrm).await)).await;
    world.close().await;
}

#[tokio::test]
async fn amocrm_and_tenants_by_socks_and_a_messenger_by_http() {
    each_goes_its_way(Microsocks, Tinyproxy, Microsocks).await;
}

#[tokio::test]
async fn amocrm_and_tenants_by_http_and_a_messenger_by_socks() {
    each_goes_its_way(Tinyproxy, Microsocks, Tinyproxy).await;
}

/// What is said of the last attempt.
async fn last_reason(world: &World) -> String {
    let attempts = attempt::Entity::find().order_by_desc(attempt::Column::At).order_by_desc(attempt::Column::Number);
    let last = attempts.one(world.app().store.write()).await.unwrap().expect("an attempt");
    assert_eq!(last.verdict, "retry", "{last:?}");
    assert!(!format!("{last:?}").contains("canary"));
    explain_failure(&last.reason).to_string()
}

async fn failing_proxies_lose_nothing(program: ProxyProgram) {
    let Some((mut world, mut proxies)) = world(program, program, program).await else { return };
    let bot = world.telegram_line(json!({})).await;
    let (own, _) = line(&world).await;
    world.customer(&own, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.advance(Duration::from_secs(60));

    let failures = [
        ("does not answer; support sees with parom doctor which one", None),
        ("does not let this call through; support has to check its user name, password and rules", Some("another")),
    ];
    for (said, password) in failures {
        for proxy in [&mut proxies.amocrm, &mut proxies.telegram, &mut proxies.tenants] {
            match password {
                None => proxy.dies().await,
                Some(password) => proxy.runs(password).await,
            }
        }
        bot.manager_sends(&world, HookMessage::text(said)).await;
        world.deliver_all().await;
        let reason = last_reason(&world).await;
        assert!(reason.ends_with(said), "{reason}");
        world.advance(Duration::from_secs(60));
        world.manager(&own).answers("anna", said).await;
        world.deliver_all().await;
        let reason = last_reason(&world).await;
        assert!(reason.ends_with(said), "{reason}");
        world.advance(Duration::from_secs(60));
        world.customer(&own, "anna").writes(said).await;
        world.deliver_all().await;
        let reason = last_reason(&world).await;
        assert!(reason.ends_with(said), "{reason}");
        world.advance(Duration::from_secs(60));
    }
    assert!(world.messenger.texts().is_empty());

    for proxy in [&mut proxies.amocrm, &mut proxies.telegram, &mut proxies.tenants] {
        proxy.runs(PASSWORD).await;
    }
    world.deliver_to_the_end().await;
    let both = failures.map(|(said, _)| said);
    assert_eq!(world.messenger.texts(), both);
    assert_eq!(bot.sent(&world).into_iter().map(|message| message.text).collect::<Vec<_>>(), both);
    assert!(world.texts_at_crm(&own).ends_with(&both.map(str::to_owned)));
    world.close().await;
}

#[tokio::test]
async fn failing_socks_proxies_are_named_and_lose_nothing() {
    failing_proxies_lose_nothing(Microsocks).await;
}

#[tokio::test]
async fn failing_http_proxies_are_named_and_lose_nothing() {
    failing_proxies_lose_nothing(Tinyproxy).await;
}

fn clients(proxy: SecretString, allow_private: &str) -> HttpClients {
    let text = format!("[network]\nallow_private = [{allow_private}]");
    let network = Config::from_toml(&text).unwrap().network;
    HttpClients::new(&NetworkConfig { proxy: Some(proxy), ..network }).unwrap()
}

/// The guard is the same as without a proxy, which is asked for the address that was checked and not for a name.
async fn internal_addresses_are_refused(program: ProxyProgram) {
    let Some(proxy) = Proxy::start(program).await else { return };
    let host = FileHost::start().await;
    host.puts("/secret", [Page::file("text/plain", "secret")]);
    let literal: Url = host.url("/secret").parse().unwrap();
    let named: Url = host.url("/secret").replace("127.0.0.1", "localhost").parse().unwrap();
    let mut secure = named.clone();
    secure.set_scheme("https").unwrap();
    // The exemption for the proxy does not extend to other servers at its address.
    for own in ["127.0.0.1", "localhost"] {
        let kept_out = clients(proxy.address_at(own), "\"10.0.0.0/8\"");
        let refused = kept_out.guarded().get(&literal).map(drop);
        assert!(matches!(refused, Err(UrlRefused::NotPublic { kind: "loopback", .. })), "{refused:?}");
        for url in [&named, &secure] {
            let error = kept_out.guarded().get(url).unwrap().send().await.unwrap_err();
            assert!(matches!(refusal(&error), Some(UrlRefused::NotPublic { kind: "loopback", .. })), "{error:?}");
        }
    }
    assert!(host.asked().is_empty());
    assert!(!proxy.said().contains(&server(&named)), "{}", proxy.said());

    let let_in = clients(proxy.address_at("localhost"), "\"127.0.0.0/8\", \"::1/128\"");
    let_in.guarded().get(&literal).unwrap().send().await.unwrap();
    proxy.was_asked_for(&server(&literal)).await;
    // Behind a gate, so that what was asked before is not found.
    let gate = gate(&literal);
    let named: Url = gate.as_str().replace("127.0.0.1", "localhost").parse().unwrap();
    let_in.guarded().get(&named).unwrap().send().await.unwrap();
    proxy.was_asked_for(&server(&gate)).await;
    assert!(!proxy.said().contains(&server(&named)), "{}", proxy.said());
    assert_eq!(host.count("/secret"), 2);
}

#[tokio::test]
async fn internal_addresses_are_refused_behind_a_socks_proxy() {
    internal_addresses_are_refused(Microsocks).await;
}

#[tokio::test]
async fn internal_addresses_are_refused_behind_an_http_proxy() {
    internal_addresses_are_refused(Tinyproxy).await;
}

/// `parom doctor` names the proxy that fails; no password is in its output, in the printed configuration or in the full log
/// of a server that calls through proxies.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_tries_each_proxy_and_no_password_is_shown() {
    let (Some(good), Some(refusing)) = (Proxy::start(Microsocks).await, Proxy::start(Tinyproxy).await) else {
        return;
    };
    let Some(mut dead) = Proxy::start(Tinyproxy).await else { return };
    dead.dies().await;
    let mut drill = Drill::prepare(Engine::Sqlite, Path::new(BINARY)).await.unwrap();
    let secrets = tempfile::tempdir().unwrap();
    let file = |name: &str, value: &str| {
        let path = secrets.path().join(name);
        std::fs::write(&path, value).unwrap();
        path
    };
    let wrong = refusing.address().expose_secret().replace("%2E@", "@");
    let encoded = STANDARD.encode(format!("parom:{PASSWORD}"));
    let run = async |arguments: &[&str]| {
        let mut command = drill.command(arguments);
        command.env("PAROM__TELEGRAM__API_URL", drill.sandbox.url()).env("PAROM__VK__API_URL", drill.sandbox.url());
        command.env("PAROM__TELEGRAM__PROXY_FILE", file("telegram", good.address().expose_secret()));
        command.env("PAROM__VK__PROXY", &wrong).env("PAROM__AMOCRM__PROXY", dead.address().expose_secret());
        let output = command.output().await.unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(!said.contains("canary") && !said.contains(&encoded), "{said}");
        said
    };
    let said = run(&["doctor"]).await;
    for words in [
        "ok    proxy        telegram.proxy leads to",
        "FAIL  proxy        amocrm.proxy does not lead to",
        "does not answer",
        "FAIL  proxy        vk.proxy does not lead to",
        "does not let this call through",
        "user name and password in vk.proxy are right",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(run(&["config", "print"]).await.contains("proxy = \"***\""));

    drill.has_environment(vec![
        ("RUST_LOG", "trace".into()),
        ("PAROM__AMOCRM__PROXY", refusing.address().expose_secret().into()),
        ("PAROM__NETWORK__PROXY", good.address().expose_secret().into()),
    ]);
    drill.serves("").await;
    let line = drill.line("support").await;
    drill.customer(&line, "anna").writes("Hello").await;
    drill.arrives_at_crm(&line.host, "Hello").await;
    drill.manager(&line).answers("anna", "Good day").await;
    drill.arrives_at_messenger("Good day").await;
    assert!(!drill.logged("starting new connection").is_empty());
    assert!(drill.logged("canary").is_empty() && drill.logged(&encoded).is_empty());
    drill.ends_well().await;
}
