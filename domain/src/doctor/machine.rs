//! Checks of the configuration and of this machine.

use std::net::IpAddr;

use base::clock::Clock;
use base::config::{Config, InClear, base, in_the_clear};
use base::http_client::HttpClients;
use base::i18n::LocalizedText;
use base::spool;
use base::vault::Vault;
use connectors::kinds::WITH_TIME_WINDOW;

use super::{Check, because, reasons};
use crate::media::FileStore;

/// The master key exists and only its owner can read it.
pub fn secrets(config: &Config, checks: &mut Vec<Check>) {
    let file = config.secrets.key_file.display().to_string();
    if config.secrets.key.is_none() && !config.secrets.key_file.exists() && config.database.is_sqlite() {
        checks.push(Check::ok("secrets", LocalizedText::new("doctor-secrets-new").with("file", file)));
        return;
    }
    match Vault::open(&config.secrets, false) {
        Ok(vault) if vault.key_file_mode_is_open() => {
            let detail = LocalizedText::new("doctor-secrets-open").with("file", file.as_str());
            checks.push(Check::warn("secrets", detail, "doctor-secrets-open-fix").remedied("file", file));
        }
        Ok(_) => checks.push(Check::ok("secrets", LocalizedText::new("doctor-secrets-ok"))),
        Err(error) => {
            let detail = LocalizedText::new("doctor-secrets-wrong").with("reason", reasons::of_vault(&error));
            checks.push(Check::fail("secrets", detail, "doctor-secrets-wrong-fix"));
        }
    }
}

/// amoCRM and messengers call this address from outside.
pub fn public_url(config: &Config, checks: &mut Vec<Check>) {
    let url = base(&config.server.public_url);
    if config.server.public_url.scheme() == "https" {
        checks.push(Check::ok("public_url", LocalizedText::new("doctor-public_url-ok").with("url", url)));
    } else {
        let detail = LocalizedText::new("doctor-public_url-not-https").with("url", url);
        checks.push(Check::warn("public_url", detail, "doctor-public_url-not-https-fix"));
    }
}

/// Behind an undeclared proxy all visitors have the proxy's address.
pub fn proxies(config: &Config, checks: &mut Vec<Check>) {
    let named = config.server.trusted_proxies.len();
    checks.push(if named == 0 && config.server.public_url.scheme() == "https" {
        Check::warn("proxies", LocalizedText::new("doctor-proxies-none"), "doctor-proxies-none-fix")
    } else {
        Check::ok("proxies", LocalizedText::new("doctor-proxies-ok").with("count", named))
    });
}

/// Secrets must not leave this machine unencrypted.
pub fn in_clear(config: &Config, checks: &mut Vec<Check>) {
    let found = in_the_clear(config);
    if found.is_empty() {
        checks.push(Check::ok("private", LocalizedText::new("doctor-private-ok")));
    }
    for found in found {
        let detail = LocalizedText::new("doctor-private-clear").with("key", found.key());
        let check = Check::warn("private", detail, "doctor-private-clear-fix");
        let remedy = match found {
            InClear::Mail => LocalizedText::new("doctor-private-mail"),
            InClear::Database => LocalizedText::quoted(found.remedy()),
        };
        checks.push(check.remedied("key", found.key()).remedied("remedy", remedy));
    }
}

/// Metrics and readiness of a server that is reachable directly: without an address of their own only this machine sees
/// them.
pub fn operators(config: &Config, checks: &mut Vec<Check>) {
    let host = config.server.listen.rsplit_once(':').map_or("", |(host, _)| host).trim_matches(['[', ']']);
    let is_loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let address = config.server.ops_listen.clone().unwrap_or_else(|| config.server.listen.clone());
    checks.push(if config.server.ops_listen.is_some() {
        Check::ok("operators", LocalizedText::new("doctor-operators-ok").with("address", address))
    } else if is_loopback {
        Check::ok("operators", LocalizedText::new("doctor-operators-here").with("address", address))
    } else {
        let detail = LocalizedText::new("doctor-operators-public").with("address", address);
        Check::warn("operators", detail, "doctor-operators-public-fix")
    });
}

/// Files can be written, read and deleted.
pub async fn media(config: &Config, http: &HttpClients, clock: &Clock, checks: &mut Vec<Check>) {
    let place = config.media.url.as_ref().map_or_else(|| config.media.dir.display().to_string(), ToString::to_string);
    let tried = match FileStore::open(&config.media, http) {
        Ok(files) => files.probe(clock.uuid_v7()).await,
        Err(error) => Err(error),
    };
    checks.push(match tried {
        Ok(()) => Check::ok("media", LocalizedText::new("doctor-media-ok").with("place", place)),
        Err(error) => {
            let detail = because("doctor-media-wrong", format!("{error:#}")).with("place", place);
            Check::fail("media", detail, "doctor-media-wrong-fix")
        }
    });
}

/// The spool for hooks exists on a persistent disk and is empty.
pub fn spool(config: &Config, checks: &mut Vec<Check>) {
    let dir = &config.spool.dir;
    let place = dir.display().to_string();
    if dir.as_os_str().is_empty() {
        checks.push(Check::warn("spool", LocalizedText::new("doctor-spool-none"), "doctor-spool-none-fix"));
        return;
    }
    checks.push(match spool::look(dir) {
        Ok(seen) if seen.in_memory => {
            let detail = LocalizedText::new("doctor-spool-memory").with("place", place);
            Check::warn("spool", detail, "doctor-spool-memory-fix")
        }
        Ok(seen) if seen.hooks > 0 => {
            let detail =
                LocalizedText::new("doctor-spool-waiting").with("place", place.as_str()).with("hooks", seen.hooks);
            Check::warn("spool", detail, "doctor-spool-waiting-fix").remedied("place", place)
        }
        Ok(_) => Check::ok("spool", LocalizedText::new("doctor-spool-ok").with("place", place)),
        Err(error) => {
            let detail = because("doctor-spool-wrong", error.to_string()).with("place", place);
            Check::fail("spool", detail, "doctor-spool-none-fix")
        }
    });
}

/// A channel's time window applies to all messengers of the channel: amoCRM shows managers the same countdown even for
/// messengers that have none (chats-api §1.1 item 5).
pub fn windows(config: &Config, checks: &mut Vec<Check>) {
    let all = config.integrations.iter().flat_map(|integration| &integration.channels);
    let mut mixed = 0;
    for channel in all.filter(|channel| channel.time_window_seconds.is_some()) {
        let free: Vec<&str> =
            channel.connectors.iter().map(String::as_str).filter(|kind| !WITH_TIME_WINDOW.contains(kind)).collect();
        if free.is_empty() {
            continue;
        }
        mixed += 1;
        let detail = LocalizedText::new("doctor-window-mixed").with("channel", channel.id.as_str());
        let detail = detail.with("title", channel.title.as_str()).with("kinds", free.join(", "));
        checks.push(Check::warn("window", detail, "doctor-window-mixed-fix"));
    }
    if mixed == 0 {
        checks.push(Check::ok("window", LocalizedText::new("doctor-window-ok")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Status;

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
    fn operators_routes_are_where_the_check_says() {
        let said = |server: &str| {
            let mut checks = Vec::new();
            operators(&Config::from_toml(&format!("[server]\n{server}")).unwrap(), &mut checks);
            checks[0].detail.to_string()
        };
        let own = said("ops_listen = \"127.0.0.1:9090\"\n");
        assert_eq!(own, "/metrics and /readyz are at 127.0.0.1:9090, not on the public port");
        let here = said("listen = \"127.0.0.1:8080\"\n");
        assert_eq!(here, "/metrics and /readyz answer at 127.0.0.1:8080, and only requests of this machine");
    }

    /// M5: without the proxy's name all visitors share one sign-in limit.
    #[test]
    fn https_without_trusted_proxies_is_a_warning() {
        let given = |server: &str| {
            let mut checks = Vec::new();
            proxies(&Config::from_toml(&format!("[server]\n{server}")).unwrap(), &mut checks);
            checks[0].status
        };
        assert_eq!(given("public_url = \"https://parom.example\"\n"), Status::Warn);
        let named = "public_url = \"https://parom.example\"\ntrusted_proxies = [\"127.0.0.1/32\"]\n";
        assert_eq!(given(named), Status::Ok);
        assert_eq!(given("public_url = \"http://127.0.0.1:8080\"\n"), Status::Ok);
    }

    #[test]
    fn a_time_window_on_messengers_without_one_is_a_warning() {
        let mixed = check("time_window_seconds = 86400\nconnectors = [\"whatsapp\", \"webchat\"]\n");
        assert_eq!((mixed.len(), mixed[0].status), (1, Status::Warn));
        let detail = mixed[0].detail.to_string();
        assert!(detail.contains("webchat") && !detail.contains("whatsapp,"), "{detail}");
        for well in
            ["time_window_seconds = 86400\nconnectors = [\"whatsapp\"]\n", "connectors = [\"whatsapp\", \"webchat\"]\n"]
        {
            assert_eq!(check(well)[0].status, Status::Ok, "{well}");
        }
    }
}
