//! What can be seen without asking anybody.

use crate::config::{Config, base};
use crate::vault::Vault;
use crate::words::Said;

use super::{Check, because};
use crate::clock::Clock;
use crate::http_client::HttpClients;
use crate::media::Files;
use crate::spool;

/// The master key is there, readable, and for nobody else to read.
pub fn secrets(config: &Config, checks: &mut Vec<Check>) {
    let file = config.secrets.key_file.display().to_string();
    if config.secrets.key.is_none() && !config.secrets.key_file.exists() && config.database.is_sqlite() {
        checks.push(Check::ok("secrets", Said::new("doctor-secrets-new").with("file", file)));
        return;
    }
    match Vault::open(&config.secrets, false) {
        Ok(vault) if vault.key_file_mode_is_open() => {
            let said = Said::new("doctor-secrets-open").with("file", file.as_str());
            checks.push(Check::warn("secrets", said, "doctor-secrets-open-fix").remedied("file", file));
        }
        Ok(_) => checks.push(Check::ok("secrets", Said::new("doctor-secrets-ok"))),
        Err(error) => {
            let said = because("doctor-secrets-wrong", error.to_string());
            checks.push(Check::fail("secrets", said, "doctor-secrets-wrong-fix"));
        }
    }
}

/// amoCRM and messengers call this address from outside.
pub fn public_url(config: &Config, checks: &mut Vec<Check>) {
    let url = base(&config.server.public_url);
    if config.server.public_url.scheme() == "https" {
        checks.push(Check::ok("public_url", Said::new("doctor-public_url-ok").with("url", url)));
    } else {
        let said = Said::new("doctor-public_url-not-https").with("url", url);
        checks.push(Check::warn("public_url", said, "doctor-public_url-not-https-fix"));
    }
}

/// Files can be written, read and deleted.
pub async fn media(config: &Config, http: &HttpClients, clock: &Clock, checks: &mut Vec<Check>) {
    let place = config.media.url.as_ref().map_or_else(|| config.media.dir.display().to_string(), ToString::to_string);
    let tried = match Files::open(&config.media, http) {
        Ok(files) => files.probe(clock.uuid_v7()).await,
        Err(error) => Err(error),
    };
    checks.push(match tried {
        Ok(()) => Check::ok("media", Said::new("doctor-media-ok").with("place", place)),
        Err(error) => {
            let said = because("doctor-media-wrong", format!("{error:#}")).with("place", place);
            Check::fail("media", said, "doctor-media-wrong-fix")
        }
    });
}

/// There is a last resort for hooks, on lasting disk, and nothing waits in it.
pub fn spool(config: &Config, checks: &mut Vec<Check>) {
    let dir = &config.spool.dir;
    let place = dir.display().to_string();
    if dir.as_os_str().is_empty() {
        checks.push(Check::warn("spool", Said::new("doctor-spool-none"), "doctor-spool-none-fix"));
        return;
    }
    checks.push(match spool::look(dir) {
        Ok(seen) if seen.in_memory => {
            let said = Said::new("doctor-spool-memory").with("place", place);
            Check::warn("spool", said, "doctor-spool-memory-fix")
        }
        Ok(seen) if seen.hooks > 0 => {
            let said = Said::new("doctor-spool-waiting").with("place", place.as_str()).with("hooks", seen.hooks);
            Check::warn("spool", said, "doctor-spool-waiting-fix").remedied("place", place)
        }
        Ok(_) => Check::ok("spool", Said::new("doctor-spool-ok").with("place", place)),
        Err(error) => {
            let said = because("doctor-spool-wrong", error.to_string()).with("place", place);
            Check::fail("spool", said, "doctor-spool-none-fix")
        }
    });
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
        let said = Said::new("doctor-window-mixed").with("channel", channel.id.as_str());
        let said = said.with("title", channel.title.as_str()).with("kinds", free.join(", "));
        checks.push(Check::warn("window", said, "doctor-window-mixed-fix"));
    }
    if mixed == 0 {
        checks.push(Check::ok("window", Said::new("doctor-window-ok")));
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
        let said = mixed[0].detail.to_string();
        assert!(said.contains("webchat") && !said.contains("whatsapp,"), "{said}");
        for well in
            ["time_window_seconds = 86400\nconnectors = [\"whatsapp\"]\n", "connectors = [\"whatsapp\", \"webchat\"]\n"]
        {
            assert_eq!(check(well)[0].status, Status::Ok, "{well}");
        }
    }
}
