use std::path::Path;

use secrecy::ExposeSecret;

use super::{CHANNEL_ID, refusal, short, with_environment};
use crate::config::Config;

#[test]
fn each_rule_names_its_key() {
    for (text, key) in [
        ("[server]\nlisten = \"8080\"", "server.listen: "),
        ("[server]\nlisten = \"::1:8080\"", "server.listen: "),
        ("[server]\nlisten = \"127.0.0.1:99999\"", "server.listen: "),
        ("[server]\nops_listen = \"nowhere\"", "server.ops_listen: "),
        ("[server]\npublic_url = \"ftp://parom.example\"", "server.public_url: "),
        ("[server]\npublic_url = \"https://parom.example/chat\"", "server.public_url: "),
        ("[server]\npublic_url = \"https://parom.example/?a=1\"", "server.public_url: "),
        ("[server]\npublic_url = \"https://user:pass@parom.example\"", "server.public_url: "),
        ("[database]\nurl = \"mysql://host/db\"", "database.url: "),
        ("[database]\nmax_connections = 1", "database.max_connections: "),
        ("[secrets]\nkey = \"\"", "secrets.key: "),
        ("[telegram]\napi_url = \"file:///tmp\"", "telegram.api_url: "),
        ("[facebook]\ntrust_settings = true", "facebook.trust_settings: "),
        (
            "[instagram]\napi_url = \"https://graph.instagram.com./\"\ntrust_settings = true",
            "instagram.trust_settings: ",
        ),
        (
            "[telegram]\nproxy = \"proxy.example:1080\"",
            "telegram.proxy: must be socks5://user:password@host:port or http",
        ),
        ("[amocrm]\nproxy = \"https://canary@proxy.example\"", "amocrm.proxy: "),
        ("[network]\nproxy = \"socks5:\"", "network.proxy: "),
        ("[vk]\nproxy = \"\"", "vk.proxy: "),
        ("[whatsapp]\nproxy = \"http://proxy.example/path\"", "whatsapp.proxy: "),
        ("[max]\nca_file = \"no-such-file.pem\"", "max.ca_file: "),
        ("[max]\nca_file = \"Cargo.toml\"", "max.ca_file: "),
        ("[vendor]\nsupport_url = \"write to us\"", "vendor.support_url: "),
        ("[vendor]\nsecurity_contact = \"ask us\"", "vendor.security_contact: "),
        ("[vendor]\nsecurity_contact = \"http://parom.example\"", "vendor.security_contact: "),
        ("[customers]\nmode = \"remote\"", "customers.verify_url: "),
        ("[customers]\nmode = \"remote\"\nverify_url = \"https://x.example\"", "customers.verify_secret: "),
        ("[limits]\nsources_per_tenant = 0", "limits.sources_per_tenant: "),
        ("[limits]\nvisitors_percent = 101", "limits.visitors_percent: "),
        ("[plans]\ngrace_days = 366", "plans.grace_days: "),
        ("[plans]\nwarn_days = [7, 0]", "plans.warn_days[1]: "),
        ("[plans]\nwarn_days = [7, 7]", "plans.warn_days[1]: is in the list twice"),
        ("[plans]\nwarn_days = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]", "plans.warn_days: "),
        ("[plans]\ntrial_days = 4000", "plans.trial_days: "),
        ("[plans]\ndefault = \"gold\"", "plans.default: is not the name of a plan; there is no [[plan]]"),
        ("[plans]\ndefault = \"b\"\n[[plan]]\nname = \"a\"", "plans.default: is not the name of a plan; there are a"),
        ("[[plan]]\nname = \"\"", "plan[0].name: "),
        ("[[plan]]\nname = \"a\"\n[[plan]]\nname = \"a\"", "plan[1].name: is taken by another plan"),
        ("[[plan]]\nname = \"a\"\nsources = 0", "plan[0].sources: "),
        ("[[plan]]\nname = \"a\"\nsources = 101", "plan[0].sources: "),
        ("[[plan]]\nname = \"a\"\nmessages_a_month = 0", "plan[0].messages_a_month: "),
        ("[[plan]]\nname = \"a\"\nconnectors = []", "plan[0].connectors: names no connector"),
        ("[[plan]]\nname = \"a\"\nconnectors = [\"max\", \"icq\"]", "plan[0].connectors[1]: is not a connector"),
        ("[[plan]]\nname = \"a\"\nconnectors = [\"max\", \"max\"]", "plan[0].connectors[1]: names the same"),
        ("[[plan]]\nname = \"a\"\nprice = 10", "unknown key plan[0].price"),
        ("[rates]\ninstalls = 0", "rates.installs: "),
        ("[rates]\nchats_floor = 11", "rates.chats_floor: "),
        ("[rates]\nchats_ceiling = 9", "rates.chats_ceiling: "),
        ("[rates]\nchats_floor = 0", "rates.chats_floor: "),
        ("[rates]\nrest_per_account = nan", "rates.rest_per_account: "),
        ("[telemetry]\ntrace_share = 1.1", "telemetry.trace_share: "),
        ("[telemetry]\notlp_url = \"ftp://collector\"", "telemetry.otlp_url: "),
        ("[retention]\ntexts_days = 0", "retention.texts_days: "),
        ("[retention]\nids_days = 44", "retention.ids_days: "),
        ("[retention]\nmessages_days = 44", "retention.messages_days: "),
        ("[media]\nurl = \"https://bucket\"", "media.url: "),
        ("[media]\ntenant_mb = 0", "media.tenant_mb: "),
        ("[media]\nkeep_days = 15", "media.keep_days: "),
        ("[media.s3]\nendpoint = \"s3://bucket\"", "media.s3.endpoint: "),
        ("[media.s3]\naccess_key_id = \"AKIA\"", "media.s3.secret_access_key: "),
    ] {
        assert!(refusal(text).starts_with(key), "{text}: {}", refusal(text));
        assert!(!refusal(text).contains("canary"), "{text}: {}", refusal(text));
    }
    for (integration, channel, key) in [
        ("account_hosts = []", "", "integration[0].account_hosts: "),
        ("account_hosts = [\"https://amocrm.ru\"]", "", "integration[0].account_hosts[0]: "),
        ("account_hosts = [\"10.0.0.1\"]", "", "integration[0].account_hosts[0]: "),
        ("account_url = \"https://amocrm.ru\"", "", "integration[0].account_url: "),
        ("account_url = \"https://{host}:port\"", "", "integration[0].account_url: "),
        ("amojo_url = \"ws://amojo\"", "", "integration[0].amojo_url: "),
        ("previous_client_secret = \"\"", "", "integration[0].previous_client_secret: "),
        ("", "connectors = [\"telegram\", \"icq\"]", "integration[0].channel[0].connectors[1]: "),
        ("", "connectors = [\"max\", \"max\"]", "integration[0].channel[0].connectors[1]: "),
        ("", "time_window_seconds = 0", "integration[0].channel[0].time_window_seconds: "),
        ("", "bot = { id = \"\" }", "integration[0].channel[0].bot.id: "),
        ("", "reactions = \"some\"", "integration[0].channel[0].reactions: "),
    ] {
        let message = refusal(&short(integration, channel));
        assert!(message.starts_with(key), "{integration}{channel}: {message}");
    }
    for (from, to, key) in [
        ("\"main\"", "\"../main\"", "integration[0].name: "),
        ("\"cs\"", "\"\"", "integration[0].client_secret: "),
        (CHANNEL_ID, "344a5002", "integration[0].channel[0].id: "),
        ("amo.ext.1", "", "integration[0].channel[0].code: "),
    ] {
        assert!(refusal(&short("", "").replace(from, to)).starts_with(key), "{key}");
    }
}

#[test]
fn names_ids_and_channels_are_unique_over_all_integrations() {
    let second = short("", "").replace("\"main\"", "\"second\"").replace("\"cid\"", "\"cid-2\"");
    let other_channel = second.replace("344a5002", "344a5003");
    assert!(Config::from_toml(&(short("", "") + &other_channel)).is_ok());
    let both = |second: &str| refusal(&(short("", "") + second));
    assert!(
        both(&second.replace(CHANNEL_ID, &CHANNEL_ID.to_uppercase())).starts_with("integration[1].channel[0].id: ")
    );
    assert!(both(&other_channel.replace("\"second\"", "\"main\"")).starts_with("integration[1].name: "));
    assert!(both(&other_channel.replace("\"cid-2\"", "\"cid\"")).starts_with("integration[1].client_id: "));
}

#[test]
fn equal_rates_are_allowed() {
    let text = "[rates]\nchats_start = 500\nchats_floor = 500\nchats_ceiling = 500\nrest_per_account = 50";
    assert!(Config::from_toml(text).is_ok());
}

#[test]
fn webhooks_of_the_vendor_have_their_rules() {
    let webhook = |more: &str| {
        let secret = "secret = \"whsec_cmVwbGFjZSB0aGlzIGJ5IGEgc2VjcmV0IG9mIHlvdXIgb3du\"";
        format!("[[vendor_webhook]]\nurl = \"http://10.0.0.1/parom?token=t\"\n{secret}\n{more}\n")
    };
    let config = Config::from_toml(&webhook("")).unwrap();
    assert_eq!((config.vendor_webhooks[0].name.as_str(), config.vendor_webhooks[0].types.len()), ("vendor", 0));
    assert!(Config::from_toml(&(webhook("") + &webhook("name = \"desk\"\ntypes = [\"account.left\"]"))).is_ok());
    for (text, problem) in [
        (webhook("name = \"a b\""), "vendor_webhook[0].name: must be 1 to 64 letters, digits or . _ -"),
        (webhook("") + &webhook(""), "vendor_webhook[1].name: is taken by another webhook"),
        (webhook("").replace("http://", "ftp://"), "vendor_webhook[0].url: must begin with http:// or https://"),
        (webhook("").replace("http://", "http://me:pw@"), "vendor_webhook[0].url: must not contain a user or password"),
        (webhook("").replace("whsec_", ""), "vendor_webhook[0].secret: must be whsec_ followed by 24 to 64 bytes"),
        (webhook("").replace("http://10.0.0.1/parom?token=t", "billing"), "vendor_webhook[0].url: is not an address"),
        (
            webhook("types = [\"account.lost\"]"),
            "vendor_webhook[0].types[0]: is not an event; there are account.installed,",
        ),
        (webhook("typs = []"), "unknown key vendor_webhook[0].typs, did you mean vendor_webhook.types"),
    ] {
        let refused = refusal(&text);
        assert!(refused.starts_with(problem), "{text}: {refused}");
        assert!(!refused.contains("cmVwbGF"), "{refused}");
    }
}

#[test]
fn unknown_keys_are_named_with_the_nearest_known_one() {
    for (text, message) in [
        ("[server]\nlissten = \"x\"", "unknown key server.lissten, did you mean server.listen"),
        ("[sever]\nlisten = \"x\"", "unknown key sever, did you mean server"),
        ("[rates]\nchats_stat = 1", "unknown key rates.chats_stat, did you mean rates.chats_start"),
        ("[server]\nListen = \"x\"", "unknown key server.Listen, did you mean server.listen"),
        ("[entirely_else]\nx = 1", "unknown key entirely_else"),
    ] {
        assert_eq!(refusal(text), message);
    }
    let clientid = short("", "").replace("client_id =", "clientid =");
    assert_eq!(refusal(&clientid), "unknown key integration[0].clientid, did you mean integration.client_id");
    assert_eq!(
        refusal(&short("", "bot = { id = \"b\", nam = \"x\" }")),
        "unknown key integration[0].channel[0].bot.nam, did you mean integration.channel.bot.name"
    );
    let from_environment = with_environment("", &[("PAROM__SERVER__LISSTEN", "x")]).unwrap_err().to_string();
    assert_eq!(
        from_environment,
        "unknown key server.lissten (set by PAROM__SERVER__LISSTEN), did you mean server.listen"
    );
}

#[test]
fn wrong_types_and_missing_keys_name_the_key() {
    for (text, message) in [
        ("[database]\nmax_connections = \"many\"", "database.max_connections: expected a whole number, found text"),
        ("[database]\nmigrate = \"perhaps\"", "database.migrate: expected true or false, found text"),
        (
            "[database]\nmax_connections = -1",
            "database.max_connections: expected a whole number from 0, found a number",
        ),
        ("[server]\nlisten = [1]", "server.listen: expected a string, found a list"),
        ("server = 5", "server: expected a table, found a number"),
        ("[network]\nallow_private = \"localhost\"", "network.allow_private: expected a list, found text"),
        (
            "[network]\nallow_private = [\"http://localhost\"]",
            "network.allow_private[0]: is neither a host name, an address nor a network like 10.0.0.0/8 (no scheme, port or path)",
        ),
        (
            "[server]\ntrusted_proxies = [\"x\"]",
            "server.trusted_proxies[0]: is neither an address nor a network like 10.0.0.0/8",
        ),
        ("[server]\npublic_url = \"parom\"", "server.public_url: is not an address (relative URL without a base)"),
        ("[[integration]]\nname = \"main\"", "integration[0].platform: is missing"),
    ] {
        assert_eq!(refusal(text), message);
    }
    assert_eq!(refusal("[customers]\nmode = \"opn\""), "customers.mode: must be open, password or remote");
    assert_eq!(refusal("[media]\nmode = \"keep\""), "media.mode: must be store or pass");
    assert_eq!(
        refusal("[[integration]]\nname = \"main\"\nplatform = \"crm\""),
        "integration[0].platform: must be amocrm or kommo"
    );
    assert!(refusal(&short("platfrom = \"x\"", "")).contains("did you mean integration.platform"));
    let error = with_environment("", &[("PAROM__DATABASE__MAX_CONNECTIONS", "many")]).unwrap_err().to_string();
    assert_eq!(
        error,
        "database.max_connections (set by PAROM__DATABASE__MAX_CONNECTIONS): expected a whole number, found text"
    );
}

#[test]
fn odd_variable_names_are_refused() {
    for name in ["PAROM__", "PAROM____X", "PAROM__SERVER__", "PAROM__0__X", "PAROM__SERVER__LI-STEN"] {
        assert!(with_environment("", &[(name, "x")]).unwrap_err().to_string().starts_with(name), "{name}");
    }
    let far = with_environment("", &[("PAROM__INTEGRATION__99999999999__NAME", "x")]).unwrap_err();
    assert!(far.to_string().contains("position"), "{far}");
    let gap = with_environment("", &[("PAROM__NETWORK__ALLOW_PRIVATE__1", "localhost")]).unwrap_err();
    assert_eq!(gap.to_string(), "network.allow_private[0]: expected a string, found nothing");
}

#[test]
fn debug_shows_no_secret() {
    let text = format!(
        "[database]\nurl = \"postgres://u:canary-0@h/d\"\n[secrets]\nkey = \"canary-1\"\n[customers]\nverify_secret = \"canary-2\"\n{}",
        short("previous_client_secret = \"canary-3\"", "")
            .replace("\"cs\"", "\"canary-4\"")
            .replace("\"s\"", "\"canary-5\"")
    );
    let config = Config::from_toml(&text).unwrap();
    for shown in [format!("{config:?}"), format!("{config:#?}")] {
        assert!(!shown.contains("canary"), "{shown}");
    }
    assert_eq!(config.integrations[0].channels[0].secret.expose_secret(), "canary-5");
}

#[test]
fn errors_show_no_secret() {
    for text in [
        "database = \"postgres://u:canary@h/d\"",
        "[database]\nurl = \"canary://u:canary@h\"",
        "integration = \"canary\"",
        "[[integration]]\nclient_secret = \"canary\nname = 1",
        "[[integration]]\nclient_secret = canary",
        "[[integration]]\nclient_secret = \"canary\"\nclient_secret = \"canary\"",
        "[[integration]]\nclient_secret = 'canary' 'canary'",
        "[secrets]\nkey = [\"canary\"]",
        "[limits]\nsources_per_tenant = \"canary\"",
        "[customers]\nverify_url = \"canary\"",
        "[customers]\nverify_url = \"https://u:canary@x\"",
    ] {
        let error = Config::from_toml(text).unwrap_err();
        assert!(!error.to_string().contains("canary") && !format!("{error:?}").contains("canary"), "{error:?}");
    }
    let syntax = with_environment("[server\nlisten = 1", &[]).unwrap_err().to_string();
    assert!(
        syntax.starts_with("the configuration file parom.toml is not valid TOML: TOML parse error at line 1"),
        "{syntax}"
    );
}

#[test]
fn a_missing_file_is_named() {
    let error = Config::load(Some(Path::new("/nowhere/parom.toml"))).unwrap_err();
    assert_eq!(error.to_string(), "cannot read the configuration file /nowhere/parom.toml");
}
