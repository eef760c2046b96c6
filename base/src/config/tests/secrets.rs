//! Secrets that stand in files of their own.

use std::collections::BTreeSet;
use std::path::Path;

use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::{short, sources};
use crate::config::sources::{SECRETS, Sources};
use crate::config::{Config, Integration};

/// The sections in which each type of the configuration is used.
const SECTIONS: [(&str, &[&str]); 17] = [
    ("Alerts", &["alerts"]),
    ("Amocrm", &["amocrm"]),
    ("Avito", &["avito"]),
    ("Channel", &["integration.channel"]),
    ("Customers", &["customers"]),
    ("Database", &["database"]),
    ("Integration", &["integration"]),
    ("Mail", &["mail"]),
    ("Max", &["max"]),
    ("MessengerApi", &["telegram"]),
    ("Meta", &["facebook", "instagram"]),
    ("NetworkConfig", &["network"]),
    ("S3", &["media.s3"]),
    ("Secrets", &["secrets"]),
    ("VendorWebhook", &["vendor_webhook"]),
    ("Vk", &["vk"]),
    ("WhatsApp", &["whatsapp"]),
];

#[test]
fn every_secret_may_stand_in_a_file() {
    let mut secrets = BTreeSet::new();
    for text in [
        include_str!("../mod.rs"),
        include_str!("../integration.rs"),
        include_str!("../sections.rs"),
        include_str!("../vendor.rs"),
    ] {
        let mut of = "";
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("pub struct ").and_then(|rest| rest.split([' ', '<', '(']).next()) {
                of = name;
            }
            let Some((field, kind)) = line.trim().strip_prefix("pub ").and_then(|rest| rest.split_once(": ")) else {
                continue;
            };
            if kind.contains("SecretString") {
                let sections =
                    SECTIONS.iter().find(|(name, _)| *name == of).unwrap_or_else(|| panic!("where is {of}?")).1;
                secrets.extend(sections.iter().map(|section| format!("{section}.{field}")));
            }
        }
    }
    assert_eq!(secrets, SECRETS.iter().map(|&key| key.to_owned()).collect());
}

fn file(folder: &TempDir, name: &str, content: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_secret_comes_from_the_file_that_a_setting_or_a_variable_names() {
    let folder = tempfile::tempdir().unwrap();
    let (client, channel) = (file(&folder, "client", "canary-1\n"), file(&folder, "channel", "canary-2\r\n"));
    let database = file(&folder, "database", "postgres://u:canary-3@127.0.0.1/d");
    let text = short("", "").replace("client_secret = \"cs\"", &format!("client_secret_file = \"{client}\""));
    let text = text.replace("secret = \"s\"\n", "");
    let given = sources(
        &text,
        &[
            ("PAROM__INTEGRATION__0__CHANNEL__0__SECRET_FILE", channel.as_str()),
            ("PAROM__DATABASE__URL_FILE", database.as_str()),
        ],
    );
    let config = given.config().unwrap();
    let integration = &config.integrations[0];
    assert_eq!(integration.client_secret.expose_secret(), "canary-1");
    assert_eq!(integration.channels[0].secret.expose_secret(), "canary-2");
    assert_eq!(config.database.url.expose_secret(), "postgres://u:canary-3@127.0.0.1/d");
    // The key of the vault has always had a file, which is another thing.
    assert_eq!(config.secrets.key_file, Path::new("parom.key"));
    // A changed file is a changed setting.
    std::fs::write(&client, "canary-4").unwrap();
    assert_eq!(config.changes(&given.config().unwrap()).live, ["integration"]);
}

#[test]
fn credentials_of_systemd_are_named_by_their_setting() {
    let folder = tempfile::tempdir().unwrap();
    file(&folder, "integration.0.client_secret", "canary-1\n");
    file(&folder, "mail.url", "smtps://u:canary-2@mail.example");
    file(&folder, "secrets.key", "canary-3");
    // Of another program of the unit.
    file(&folder, "certificate", "x");
    let text = format!("[mail]\nfrom = \"a@b\"\n{}", short("", "").replace("client_secret = \"cs\"\n", ""));
    let given = Sources { credentials: Some(folder.path().to_owned()), ..Sources::of_text("parom.toml", &text) };
    let config = given.config().unwrap();
    assert_eq!(config.integrations[0].client_secret.expose_secret(), "canary-1");
    assert_eq!(config.mail.url.unwrap().expose_secret(), "smtps://u:canary-2@mail.example");
    assert_eq!(config.secrets.key.unwrap().expose_secret(), "canary-3");
    let refused = |name: &str| {
        file(&folder, name, "canary");
        let refused = given.config().map(drop).unwrap_err().to_string();
        std::fs::remove_file(folder.path().join(name)).unwrap();
        assert!(refused.contains(name) && !refused.contains("canary"), "{refused}");
        refused
    };
    assert!(refused("server.listen").contains("is not a secret setting"));
    assert!(refused("integration.0.client_secert").contains("is not a secret setting"));
    assert!(refused("integration.x.").contains("a part of the name"));
}

#[test]
fn what_is_wrong_with_a_secrets_file_names_key_and_path_and_no_value() {
    let folder = tempfile::tempdir().unwrap();
    let (one, empty) = (file(&folder, "one", "canary\n"), file(&folder, "empty", "\n"));
    let unreadable = folder.path().join("none").to_str().unwrap().to_owned();
    let (wrong, one_path) = (file(&folder, "wrong", "mysql://canary@h"), one.clone());
    for (text, variables, said) in [
        (
            format!("[database]\nurl = \"sqlite://canary\"\nurl_file = \"{one}\""),
            vec![],
            "database.url_file: is given beside database.url: remove one of them".to_owned(),
        ),
        (
            format!("[database]\nurl_file = \"{one}\""),
            vec![("PAROM__DATABASE__URL", "sqlite://canary")],
            "database.url_file: is given beside database.url: remove one of them".to_owned(),
        ),
        (
            String::new(),
            vec![("PAROM__MAIL__URL_FILE", unreadable.as_str())],
            format!(
                "mail.url_file (set by PAROM__MAIL__URL_FILE): the file {unreadable} cannot be read (No such file or directory (os error 2))"
            ),
        ),
        (format!("[mail]\nurl_file = \"{empty}\""), vec![], format!("mail.url_file: the file {empty} is empty")),
        (
            format!("[database]\nurl_file = \"{wrong}\""),
            vec![],
            format!("database.url (set by {wrong}): must begin with sqlite:// or postgres://"),
        ),
        ("[mail]\nurl_file = [1]".to_owned(), vec![], "mail.url_file: must be the path of a file".to_owned()),
        (format!("[server]\nlisten_file = \"{one}\""), vec![], "unknown key server.listen_file".to_owned()),
    ] {
        let refused = sources(&text, &variables).config().map(drop).unwrap_err().to_string();
        assert_eq!(refused, said, "{text}");
    }
    let credential = folder.path().join("credentials");
    std::fs::create_dir(&credential).unwrap();
    std::fs::write(credential.join("database.url"), "sqlite://canary").unwrap();
    let text = format!("[database]\nurl_file = \"{one_path}\"");
    let both = Sources { credentials: Some(credential.clone()), ..Sources::of_text("parom.toml", &text) };
    let refused = both.config().map(drop).unwrap_err().to_string();
    let named = credential.join("database.url");
    assert_eq!(refused, format!("{}: is given beside database.url_file: remove one of them", named.display()));
}

/// Operators enter such a text in the admin.
#[test]
fn a_stored_integration_names_no_files_of_the_server() {
    let text = short("", "").replace("client_secret = \"cs\"", "client_secret_file = \"/etc/hostname\"");
    let refused = Integration::from_toml(&text, None).unwrap_err().to_string();
    assert!(refused.starts_with("unknown key integration[0].client_secret_file"), "{refused}");
    assert!(Config::from_toml(&text).is_ok());
}
