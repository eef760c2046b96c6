//! What is wrong with a configuration, all at once, and what is in effect.

use super::{short, sources};
use crate::config::Config;

/// Line and message of each fault.
fn faults(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let faults = sources(text, variables).faults().into_iter();
    faults.map(|fault| format!("{}: {}", fault.line.unwrap_or_default(), fault.error)).collect()
}

#[test]
fn every_fault_is_found_at_once_with_its_line() {
    let text = "\
[server]
listen = \"8080\"
lissten = 1
[database]
max_connections = \"many\"
[limits]
sources_per_tenant = 0
[plans]
warn_days = [7, 0]

[[integration]]
name = \"main\"
platform = \"crm\"
client_id = \"cid\"

[[integration.channel]]
id = \"x\"
code = \"amo.ext.1\"
secret = \"s\"
connectors = [\"icq\"]
";
    let found = faults(text, &[("PAROM__MAIL__URL", "canary"), ("PAROM____X", "1")]);
    let mut sorted = found.clone();
    sorted.sort();
    assert_eq!(
        sorted,
        [
            "0: PAROM____X: a part of the name between two underscores is empty",
            "0: mail.from: is needed with mail.url, like Parom <parom@example.com>",
            "0: mail.url (set by PAROM__MAIL__URL): must begin with smtp:// or smtps://",
            "11: integration[0].client_secret: is missing",
            "13: integration[0].platform: must be amocrm or kommo",
            "17: integration[0].channel[0].id: must be a UUID from amoCRM’s support",
            "20: integration[0].channel[0].connectors[0]: is not a connector; there are telegram, whatsapp, webchat, max, vk, avito, instagram, facebook, custom",
            "2: server.listen: must be ADDRESS:PORT, like 127.0.0.1:8080 or [::]:8080",
            "3: unknown key server.lissten, did you mean server.listen",
            "5: database.max_connections: expected a whole number, found text",
            "7: limits.sources_per_tenant: must be at least 1",
            "9: plans.warn_days[1]: must be from 1 to 365",
        ],
        "{found:#?}"
    );
}

#[test]
fn a_configuration_without_a_fault_has_none_and_a_broken_file_one() {
    assert_eq!(faults(&short("", ""), &[]), Vec::<String>::new());
    let broken = faults("[server\nlisten = 1", &[]);
    assert!(broken.len() == 1 && broken[0].contains("is not valid TOML: TOML parse error at line 1"), "{broken:?}");
    // What is missing and has no place is one fault, and an end.
    let unset = faults("[server]\npublic_url = \"x\"\n[customers]\nmode = \"remote\"", &[]);
    assert_eq!(unset[0], "2: server.public_url: is not an address (relative URL without a base)");
    assert!(unset.iter().any(|fault| fault.contains("customers.verify_url")), "{unset:?}");
}

#[test]
fn what_is_in_effect_is_printed_with_its_source_and_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "canary-1").unwrap();
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:1\"\n[database]\nurl = \"sqlite://canary-2\"\n{}",
        short("", "connectors = [\"max\", \"vk\"]").replace("\"cs\"", "\"canary-3\"").replace("secret = \"s\"\n", "")
    );
    let path = secret.to_str().unwrap();
    let given = sources(
        &text,
        &[
            ("PAROM__DATABASE__MAX_CONNECTIONS", "20"),
            ("PAROM__INTEGRATION__0__CHANNEL__0__SECRET_FILE", path),
            ("PAROM__NETWORK__ALLOW_PRIVATE__0", "localhost"),
        ],
    );
    let printed = given.printed().unwrap();
    for line in [
        "listen = \"127.0.0.1:1\"  # parom.toml:2",
        "public_url = \"http://127.0.0.1:8080\"  # default",
        "url = \"***\"  # parom.toml:4",
        "max_connections = 20  # PAROM__DATABASE__MAX_CONNECTIONS",
        "allow_private = [\"localhost\"]  # PAROM__NETWORK__ALLOW_PRIVATE__0",
        "client_secret = \"***\"  # parom.toml:9",
        "connectors = [\"max\", \"vk\"]  # parom.toml:14",
        &format!("secret = \"***\"  # {path}"),
        "warn_days = [7, 3, 1]  # default",
    ] {
        assert!(printed.lines().any(|one| one == line), "{line}\n{printed}");
    }
    assert!(!printed.contains("canary"), "{printed}");
    // It is a configuration again.
    assert!(printed.contains("\n[[integration]]\n") && printed.contains("\n[[integration.channel]]\n"));
    let again = Config::from_toml(&printed.replace("url = \"***\"", "url = \"sqlite://x\"")).unwrap();
    assert_eq!((again.database.max_connections, again.integrations[0].channels.len()), (20, 1));
    assert!(sources("[server]\nlisten = \"x\"", &[]).printed().is_err());
}
