//! What can be seen without asking anybody.

use crate::config::{Config, base};
use crate::vault::Vault;

use super::Check;

/// The master key is there, readable, and for nobody else to read.
pub fn secrets(config: &Config, checks: &mut Vec<Check>) {
    let file = config.secrets.key_file.display();
    if config.secrets.key.is_none() && !config.secrets.key_file.exists() && config.database.is_sqlite() {
        checks.push(Check::ok("secrets", format!("the key file {file} is made at the first start")));
        return;
    }
    match Vault::open(&config.secrets, false) {
        Ok(vault) if vault.key_file_mode_is_open() => {
            let detail = format!("{file} can be read by other users");
            checks.push(Check::warn("secrets", detail, format!("run: chmod 600 {file}")));
        }
        Ok(_) => checks.push(Check::ok("secrets", "the key opens")),
        Err(error) => {
            checks.push(Check::fail(
                "secrets",
                error.to_string(),
                "restore the key file: without it no stored token opens",
            ));
        }
    }
}

/// amoCRM and messengers call this address from outside.
pub fn public_url(config: &Config, checks: &mut Vec<Check>) {
    let url = base(&config.server.public_url);
    if config.server.public_url.scheme() == "https" {
        checks.push(Check::ok("public_url", url));
    } else {
        let remedy = "put a proxy with a certificate in front and set server.public_url";
        checks.push(Check::warn("public_url", format!("{url} is not https"), remedy));
    }
}

/// Messengers in which a manager may answer only for a time after the customer's message.
const WINDOWED: &[&str] = &["whatsapp"];

/// A channel's time window holds for everything that goes through it: amoCRM shows a manager the same countdown for
/// messengers that know none (chats-api §1.1 item 5).
pub fn windows(config: &Config, checks: &mut Vec<Check>) {
    let all = config.integrations.iter().flat_map(|integration| &integration.channels);
    let mut mixed = 0;
    for channel in all.filter(|channel| channel.time_window_seconds.is_some()) {
        let free: Vec<&str> =
            channel.connectors.iter().map(String::as_str).filter(|kind| !WINDOWED.contains(kind)).collect();
        if free.is_empty() {
            continue;
        }
        mixed += 1;
        let detail = format!(
            "channel {} ({}) has a time window and also serves {}, which know none",
            channel.id,
            channel.title,
            free.join(", ")
        );
        let remedy = "give these connectors a channel of their own, or ask amoCRM's support to take the window off; \
                      then set connectors and time_window_seconds to match";
        checks.push(Check::warn("window", detail, remedy));
    }
    if mixed == 0 {
        checks.push(Check::ok("window", "no channel's time window is put on messengers without one"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::Status;

    fn check(channel: &str) -> Vec<Check> {
        let toml = format!(
            "[[integration]]\nname = \"main\"\nplatform = \"amocrm\"\nclient_id = \"i\"\nclient_secret = \"s\"\n\
             [[integration.channel]]\nid = \"344a5002-f8ca-454d-af3d-396180102ac7\"\ncode = \"c\"\nsecret = \"s\"\n{channel}"
        );
        let mut checks = Vec::new();
        windows(&Config::from_toml(&toml).unwrap(), &mut checks);
        checks
    }

    #[test]
    fn a_window_on_messengers_without_one_is_told() {
        let mixed = check("time_window_seconds = 86400\nconnectors = [\"whatsapp\", \"webchat\"]\n");
        assert_eq!((mixed.len(), mixed[0].status), (1, Status::Warn));
        assert!(mixed[0].detail.contains("webchat") && !mixed[0].detail.contains("whatsapp,"), "{}", mixed[0].detail);
        for well in
            ["time_window_seconds = 86400\nconnectors = [\"whatsapp\"]\n", "connectors = [\"whatsapp\", \"webchat\"]\n"]
        {
            assert_eq!(check(well)[0].status, Status::Ok, "{well}");
        }
    }
}
