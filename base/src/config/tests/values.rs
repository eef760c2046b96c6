use secrecy::ExposeSecret;

use super::{CHANNEL_ID, short, with_environment};
use crate::config::{Config, CustomersMode, HostOrNet, Platform, ReactionSupport, base, load};

#[test]
fn every_key_of_the_default_file_exists() {
    let full = Config::from_toml(&load::uncommented()).unwrap();
    // … and the defaults of an integration that it shows are the actual ones.
    let shown = full.integration("main").unwrap();
    let minimal = Config::from_toml(&short("[integration.widget]", "")).unwrap();
    let default = minimal.integration("main").unwrap();
    assert_eq!(shown.account_hosts, default.account_hosts);
    assert_eq!(shown.consent_url, default.consent_url);
    assert_eq!(shown.account_url, default.account_url);
    assert_eq!(shown.amojo_url, default.amojo_url);
    assert_eq!(shown.own_redirect, default.own_redirect);
    let (shown_widget, default_widget) = (shown.widget.as_ref().unwrap(), default.widget.as_ref().unwrap());
    assert_eq!(shown_widget.name, default_widget.name);
    assert_eq!(shown_widget.version, default_widget.version);
    assert_eq!(shown_widget.languages, default_widget.languages);
    let agreed = |config: &Config| {
        let channel = config.channel(CHANNEL_ID).unwrap().1.clone();
        (
            (channel.connectors, channel.public, channel.allowed_accounts, channel.reactions),
            (channel.write_first, channel.block_after_window, channel.quotes, channel.forwards),
            (channel.voice, channel.typing_hooks, channel.stores_files),
        )
    };
    assert_eq!(agreed(&full), agreed(&minimal));
    // Without a title of its own, a channel has the name of the brand that the file shows.
    let title = |config: &Config| config.channel(CHANNEL_ID).unwrap().1.title.clone();
    assert_eq!((title(&full), title(&minimal)), ("Acme Chat".to_owned(), "Parom".to_owned()));
}

#[test]
fn every_field_is_in_the_default_file() {
    let keys = load::keys();
    let sources = [
        include_str!("../mod.rs"),
        include_str!("../integration.rs"),
        include_str!("../plans.rs"),
        include_str!("../vendor.rs"),
    ];
    for source in sources {
        for field in source.lines().filter_map(|line| line.trim().strip_prefix("pub ")?.split_once(": ")) {
            if field.0.contains(' ') {
                continue;
            }
            let key = match field.0 {
                "integrations" => "integration",
                "plan_list" => "plan",
                "channels" => "channel",
                "vendor_webhooks" => "vendor_webhook",
                other => other,
            };
            assert!(keys.iter().any(|known| known.rsplit('.').next() == Some(key)), "{key} is not documented");
        }
    }
}

#[test]
fn kommo_has_its_own_defaults() {
    let config = Config::from_toml(&short("", "").replace("amocrm\"", "kommo\"")).unwrap();
    let integration = config.integration("main").unwrap();
    assert_eq!(integration.platform, Platform::Kommo);
    assert_eq!(integration.account_hosts, ["kommo.com", "amocrm.com"]);
    assert_eq!(base(&integration.consent_url), "https://www.kommo.com/oauth");
    assert_eq!(base(&integration.amojo_url), "https://amojo.kommo.com");
    assert_eq!(integration.ancestors(None), "https://*.kommo.com https://*.amocrm.com");
    assert_eq!(integration.ancestors(Some("acme.kommo.com")), "https://acme.kommo.com");
}

#[test]
fn redirects_and_account_addresses_are_built_from_the_file() {
    let text = "[server]\npublic_url = \"https://parom.example/\"\n".to_owned() + &short("own_redirect = true", "");
    let mut integration = Config::from_toml(&text).unwrap().integrations.remove(0);
    let public_url = Config::from_toml(&text).unwrap().server.public_url;
    assert_eq!(integration.redirect_uri(&public_url), "https://parom.example/oauth/callback/main");
    integration.own_redirect = false;
    assert_eq!(integration.redirect_uri(&public_url), "https://parom.example/oauth/callback");
    integration.account_url = "http://127.0.0.1:9100/accounts/{host}".to_owned();
    let account = integration.account_base("acme.amocrm.ru").unwrap();
    assert_eq!(base(&account), "http://127.0.0.1:9100/accounts/acme.amocrm.ru");
    assert_eq!(integration.ancestors(Some("acme.amocrm.ru")), "https://acme.amocrm.ru http://127.0.0.1:9100");
}

#[test]
fn the_bot_and_what_was_agreed_are_read() {
    let agreed = "bot = { id = \"b-1\" }\nreactions = [\"👍\", \"😳\"]\nallowed_accounts = [12345678, \"87654321\"]\ntime_window_seconds = 86400";
    let config = Config::from_toml(&short("", agreed)).unwrap();
    let channel = config.channel(CHANNEL_ID).unwrap().1;
    let bot = channel.bot.as_ref().unwrap();
    assert_eq!((bot.id.as_str(), bot.client_id.as_str(), bot.name.as_str()), ("b-1", "b-1", "Parom"));
    assert_eq!(channel.reactions, ReactionSupport::Only(vec!["👍".to_owned(), "😳".to_owned()]));
    assert_eq!(channel.allowed_accounts, ["12345678", "87654321"]);
    assert_eq!(channel.time_window_seconds, Some(86400));
    for (written, read) in [
        ("false", ReactionSupport::Off),
        ("\"off\"", ReactionSupport::Off),
        ("true", ReactionSupport::All),
        ("[]", ReactionSupport::Off),
    ] {
        let config = Config::from_toml(&short("", &format!("reactions = {written}"))).unwrap();
        assert_eq!(config.channel(CHANNEL_ID).unwrap().1.reactions, read);
    }
}

#[test]
fn private_hosts_and_proxies_are_names_addresses_or_networks() {
    let text = "[server]\ntrusted_proxies = [\"10.0.0.1\", \"fd00::/8\"]\n[network]\nallow_private = [\"LocalHost.\", \"127.0.0.1/32\", \"::1\", \"[::2]\", \"my_service\"]";
    let config = Config::from_toml(text).unwrap();
    assert_eq!(
        config.server.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["10.0.0.1/32", "fd00::/8"]
    );
    let net = |text: &str| HostOrNet::Net(text.parse().unwrap());
    let host = |text: &str| HostOrNet::Host(text.to_owned());
    assert_eq!(
        config.network.allow_private,
        [host("localhost"), net("127.0.0.1/32"), net("::1/128"), net("::2/128"), host("my_service")]
    );
}

#[test]
fn the_environment_overrides_the_file_and_the_file_the_defaults() {
    let text = "[server]\nlisten = \"127.0.0.1:1\"\n[limits]\nsources_per_tenant = 7\n".to_owned() + &short("", "");
    let config = with_environment(
        &text,
        &[
            ("PAROM__SERVER__LISTEN", "127.0.0.1:2"),
            ("PAROM__DATABASE__MIGRATE", "false"),
            ("PAROM__DATABASE__MAX_CONNECTIONS", "20"),
            ("PAROM__RATES__CHATS_START", "2.5"),
            ("PAROM__CUSTOMERS__MODE", "password"),
            ("PAROM__NETWORK__ALLOW_PRIVATE__1", "localhost"),
            ("PAROM__NETWORK__ALLOW_PRIVATE__0", "127.0.0.1/32"),
            ("PAROM__INTEGRATION__0__CLIENT_ID", "from-environment"),
            ("PAROM__INTEGRATION__0__CHANNEL__0__SECRET", "12345"),
            ("PAROM__INTEGRATION__0__CHANNEL__0__WRITE_FIRST", "false"),
            ("PAROM__INTEGRATION__0__CHANNEL__0__TIME_WINDOW_SECONDS", "3600"),
            ("PAROM__INTEGRATION__0__CHANNEL__0__BOT__ID", "b-2"),
            ("PAROM__INTEGRATION__0__CHANNEL__0__REACTIONS", "off"),
            ("PAROM__INTEGRATION__0__CHANNEL__0__CONNECTORS__0", "webchat"),
            ("PAROM__INTEGRATION__0__WIDGET__LANGUAGES__0", "en"),
        ],
    )
    .unwrap();
    assert_eq!(config.server.listen, "127.0.0.1:2");
    assert_eq!(config.limits.sources_per_tenant, 7);
    assert!(!config.database.migrate);
    assert_eq!(config.database.max_connections, 20);
    assert!((config.rates.chats_start - 2.5).abs() < f64::EPSILON);
    assert_eq!(config.customers.mode, CustomersMode::Password);
    assert_eq!(config.network.allow_private.len(), 2);
    let integration = config.integration("main").unwrap();
    assert_eq!(integration.client_id, "from-environment");
    assert_eq!(integration.widget.as_ref().unwrap().languages, ["en"]);
    let channel = &integration.channels[0];
    assert_eq!(channel.secret.expose_secret(), "12345");
    assert!(!channel.write_first);
    assert_eq!(channel.time_window_seconds, Some(3600));
    assert_eq!(channel.bot.as_ref().unwrap().id, "b-2");
    assert_eq!(channel.reactions, ReactionSupport::Off);
    assert_eq!(channel.connectors, ["webchat"]);
}

#[test]
fn an_integration_may_live_in_the_environment_alone() {
    let config = with_environment(
        "",
        &[
            ("PAROM__INTEGRATION__0__CHANNEL__0__SECRET", "s"),
            ("PAROM__INTEGRATION__0__CHANNEL__0__CODE", "amo.ext.1"),
            ("PAROM__INTEGRATION__0__CHANNEL__0__ID", CHANNEL_ID),
            ("PAROM__INTEGRATION__0__NAME", "main"),
            ("PAROM__INTEGRATION__0__PLATFORM", "kommo"),
            ("PAROM__INTEGRATION__0__CLIENT_ID", "cid"),
            ("PAROM__INTEGRATION__0__CLIENT_SECRET", "cs"),
        ],
    )
    .unwrap();
    assert_eq!(config.channel(CHANNEL_ID).unwrap().0.client_id, "cid");
}
