use std::path::Path;

use secrecy::ExposeSecret;

use super::super::Config;
use super::super::load::merge;
use super::{refusal, short, with_environment};

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
    let syntax = merge("parom.toml", "[server\nlisten = 1", []).unwrap_err().to_string();
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
