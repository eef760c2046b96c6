//! Calls the public address as amoCRM and messengers do, through DNS, the certificate and the proxy.

use std::sync::Arc;
use std::time::Duration;

use base::clock::Clock;
use base::config::{Channel, Config, Integration, ProxySetting, base};
use base::http_client::{HttpClients, explained};
use base::i18n::LocalizedText;
use base::vault::Vault;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use reqwest::tls::TlsInfo;
use reqwest::{Client, Response, header};

use super::{Check, because};
use crate::own_address;

/// Days before the certificate's end from which the check warns: a proxy that renews by itself has done so by then.
pub const RENEWED: i64 = 14;
/// How long a page waits for the public address.
const SOON: Duration = Duration::from_secs(2);
/// Clock difference from which the check warns.
const NOTABLE: TimeDelta = TimeDelta::seconds(30);

/// Checks that the public address leads to this very service, how long its certificate is valid, and the proxy's clock.
/// `is_served`: a process serves, so that it is not the reason for an address that does not answer.
pub async fn look(config: &Config, http: &Client, clock: &Clock, is_served: bool, checks: &mut Vec<Check>) {
    let url = base(&config.server.public_url);
    let https = config.server.public_url.scheme() == "https";
    let nonce = clock.uuid_v7().simple().to_string();
    let answer = http.get(format!("{url}/healthz")).query(&[("nonce", nonce.as_str())]).send().await;
    let response = match answer {
        Ok(response) => response,
        Err(error) => {
            let check = if https { Check::fail } else { Check::warn };
            checks.push(if is_served {
                let detail = because("doctor-public_url-unreachable", reason(&error)).with("url", url);
                check("outside", detail, "doctor-public_url-unreachable-fix")
            } else {
                check(
                    "outside",
                    LocalizedText::new("doctor-outside-stopped").with("url", url),
                    "doctor-outside-stopped-fix",
                )
            });
            return;
        }
    };
    certificate(&response, clock, checks);
    proxy_clock(&response, clock, checks);
    let keyless = config.secrets.key.is_none() && !config.secrets.key_file.exists();
    let vault = if keyless { None } else { Vault::open(&config.secrets, false).ok() };
    let Some(vault) = vault else { return };
    let proof = response.text().await.unwrap_or_default();
    checks.push(if own_address::is_proof(&vault, &nonce, proof.trim()) {
        Check::ok("outside", LocalizedText::new("doctor-outside-ok").with("url", url))
    } else {
        let detail = LocalizedText::new("doctor-outside-other").with("url", url);
        Check::fail("outside", detail, "doctor-outside-other-fix")
    });
}

/// How many days the certificate of the public address is still valid. None: there is none, or the address does not answer
/// soon.
pub async fn certificate_days(config: &Config, http: &Client, clock: &Clock) -> Option<i64> {
    if config.server.public_url.scheme() != "https" {
        return None;
    }
    let url = base(&config.server.public_url);
    let response = http.get(format!("{url}/healthz")).timeout(SOON).send().await.ok()?;
    days_left(&response, clock)
}

fn days_left(response: &Response, clock: &Clock) -> Option<i64> {
    let end = response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate).and_then(not_after)?;
    Some((end - clock.now()).num_days())
}

/// The innermost cause: the outer ones only repeat the address.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

fn certificate(response: &Response, clock: &Clock, checks: &mut Vec<Check>) {
    let Some(days) = days_left(response, clock) else { return };
    let detail = LocalizedText::new("doctor-certificate-days").with("days", days);
    checks.push(if days < RENEWED {
        Check::warn("certificate", detail, "doctor-certificate-fix")
    } else {
        Check::ok("certificate", detail)
    });
}

fn proxy_clock(response: &Response, clock: &Clock, checks: &mut Vec<Check>) {
    let date = response.headers().get(header::DATE).and_then(|value| value.to_str().ok());
    let Some(theirs) = date.and_then(|text| DateTime::parse_from_rfc2822(text).ok()) else { return };
    let seconds = (clock.now() - theirs.with_timezone(&Utc)).num_seconds();
    if seconds.abs() > NOTABLE.num_seconds() {
        let detail = LocalizedText::new("doctor-outside-clock").with("seconds", seconds.to_string());
        checks.push(Check::warn("clock", detail, "doctor-clock-off-fix"));
    }
}

/// The end of a certificate's validity, from its DER. None if it is damaged.
fn not_after(certificate: &[u8]) -> Option<DateTime<Utc>> {
    let (_, certificate, _) = element(certificate)?;
    let (_, mut rest, _) = element(certificate)?;
    // An optional version, then serial number, signature algorithm and issuer precede the validity.
    if rest.first() == Some(&VERSION) {
        rest = element(rest)?.2;
    }
    for _ in 0..3 {
        rest = element(rest)?.2;
    }
    let (_, validity, _) = element(rest)?;
    let (kind, end, _) = element(element(validity)?.2)?;
    let text = std::str::from_utf8(end).ok()?;
    // UTCTime has two digits of the year; later dates than 2049 are written as GeneralizedTime (RFC 5280 §4.1.2.5).
    let text = if kind == UTC_TIME { format!("20{text}") } else { text.to_owned() };
    NaiveDateTime::parse_from_str(&text, "%Y%m%d%H%M%SZ").ok().map(|end| end.and_utc())
}

const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;

/// Tag and content of the first DER element, and what follows it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match usize::from(*first) {
        short @ 0..0x80 => (short, rest),
        long => {
            let (length, rest) = rest.split_at_checked(long - 0x80)?;
            (length.iter().take(4).fold(0, |sum, byte| sum * 256 + usize::from(*byte)), rest)
        }
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

/// Calls through each proxy. An answer of any kind shows that it leads somewhere.
pub async fn proxies(config: &Config, http: &HttpClients, checks: &mut Vec<Check>) {
    let set = config.proxies().into_iter().filter(|setting| setting.proxy.is_some());
    checks.extend(join_all(set.map(|setting| proxy(setting, http))).await);
}

async fn proxy(setting: ProxySetting<'_>, http: &HttpClients) -> Check {
    let (key, url) = (format!("{}.proxy", setting.section), base(setting.beyond));
    let detail = |name| LocalizedText::new(name).with("key", key.as_str()).with("url", url);
    match http.to(setting.section).trusted().get(url).send().await {
        Ok(_) => Check::ok("proxy", detail("doctor-proxy-ok")),
        Err(error) => {
            let detail = detail("doctor-proxy-wrong").with("reason", explained(error));
            Check::fail("proxy", detail, "doctor-proxy-wrong-fix").remedied("key", key.as_str())
        }
    }
}

// Checks that amoCRM is reachable and agrees with our clock, and that it accepts our signature.

/// Clock difference from which signatures are refused.
const SIGNATURE: TimeDelta = TimeDelta::minutes(15);

/// Checks the amojo of every integration.
pub async fn reachable(config: &Config, http: &Client, clock: &Clock, checks: &mut Vec<Check>) {
    for integration in &config.integrations {
        let url = base(&integration.amojo_url);
        match http.get(url).send().await {
            Ok(response) => {
                checks.push(Check::ok("amocrm", LocalizedText::new("doctor-crm-ok").with("url", url)));
                compare(response.headers(), clock, checks);
            }
            Err(error) => {
                let key = if error.is_timeout() { "doctor-crm-late" } else { "doctor-crm-unreachable" };
                checks.push(Check::fail(
                    "amocrm",
                    LocalizedText::new(key).with("url", url),
                    "doctor-crm-unreachable-fix",
                ));
            }
        }
    }
}

fn compare(headers: &header::HeaderMap, clock: &Clock, checks: &mut Vec<Check>) {
    let date = headers.get(header::DATE).and_then(|value| value.to_str().ok());
    let Some(theirs) = date.and_then(|text| DateTime::parse_from_rfc2822(text).ok()) else { return };
    let seconds = (clock.now() - theirs.with_timezone(&Utc)).num_seconds();
    let detail = |key| LocalizedText::new(key).with("seconds", seconds.to_string());
    let remedy = "doctor-clock-off-fix";
    checks.push(match seconds.abs() {
        on_time if on_time <= NOTABLE.num_seconds() => Check::ok("clock", detail("doctor-clock-ok")),
        late if late < SIGNATURE.num_seconds() => {
            Check::warn("clock", detail("doctor-clock-off").with("limit", SIGNATURE.num_seconds()), remedy)
        }
        _ => Check::fail("clock", detail("doctor-clock-broken"), remedy),
    });
}

/// A signed request that changes nothing: the history of a chat that does not exist.
pub(super) async fn signature(
    integration: &Integration,
    channel: &Channel,
    http: &Client,
    clock: &Clock,
) -> Option<Check> {
    const NO_ID: &str = "00000000-0000-0000-0000-000000000000";
    let clock = clock.clone();
    let chats = amocrm::chats::Chats::new(http.clone(), base(&integration.amojo_url), Arc::new(move || clock.now()));
    let chats = chats.ok()?;
    let scope = format!("{}_{NO_ID}", channel.id);
    let done = chats.history(&channel.secret, &scope, NO_ID, 0, 1).await;
    let refused = matches!(&done, Err(error) if matches!(error.status(), Some(401 | 403)));
    let detail =
        |key| LocalizedText::new(key).with("channel", channel.id.as_str()).with("title", channel.title.as_str());
    Some(if refused {
        Check::fail("channel", detail("doctor-channel-refused"), "doctor-channel-refused-fix")
    } else {
        Check::ok("channel", detail("doctor-channel-ok"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One TLV.
    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u8::try_from(content.len()).unwrap();
        let length = if length < 0x80 { vec![length] } else { vec![0x81, length] };
        [&[tag], length.as_slice(), content].concat()
    }

    fn certificate(kind: u8, end: &str) -> Vec<u8> {
        let validity = der(0x30, &[der(UTC_TIME, b"260101000000Z"), der(kind, end.as_bytes())].concat());
        let issuer = der(0x30, &[0x05; 90]);
        let parts = [der(VERSION, &der(2, &[2])), der(2, &[1]), der(0x30, &[]), issuer, validity];
        der(0x30, &der(0x30, &parts.concat()))
    }

    #[test]
    fn the_end_of_a_certificate_is_read() {
        let end = |kind, text| not_after(&certificate(kind, text)).map(|end| end.to_rfc3339());
        assert_eq!(end(UTC_TIME, "270203040506Z").unwrap(), "2027-02-03T04:05:06+00:00");
        assert_eq!(end(0x18, "20610203040506Z").unwrap(), "2061-02-03T04:05:06+00:00");
        assert_eq!(end(UTC_TIME, "never"), None);
        let whole = certificate(UTC_TIME, "270203040506Z");
        for length in 0..whole.len() {
            assert_eq!(not_after(&whole[..length]), None, "{length}");
        }
    }
}
