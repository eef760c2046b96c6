//! Is amoCRM there, does it take our signature, and do our clocks agree.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use reqwest::{Client, header};

use super::Check;
use crate::clock::Clock;
use crate::config::{Channel, Config, Integration, base};

/// Signatures stop working here.
const SIGNATURE_SECONDS: i64 = 900;
/// From here on somebody should look.
const NOTABLE_SECONDS: i64 = 30;

/// Asks every integration's amojo.
pub async fn reachable(config: &Config, http: &Client, clock: &Clock, checks: &mut Vec<Check>) {
    if config.integrations.is_empty() {
        let remedy = "add an [[integration]] with its keys to the configuration";
        checks.push(Check::warn("integration", "no integration is configured: no account can install", remedy));
    }
    for integration in &config.integrations {
        let url = base(&integration.amojo_url);
        match http.get(url).send().await {
            Ok(response) => {
                checks.push(Check::ok("amocrm", format!("{url} answers")));
                compare(response.headers(), clock, checks);
                for channel in &integration.channels {
                    signature(integration, channel, http, clock, checks).await;
                }
            }
            Err(error) => {
                let reason = if error.is_timeout() { "it does not answer in time" } else { "no connection" };
                let remedy = "check outgoing network; if it works elsewhere, wait";
                checks.push(Check::fail("amocrm", format!("{url}: {reason}"), remedy));
            }
        }
    }
}

fn compare(headers: &header::HeaderMap, clock: &Clock, checks: &mut Vec<Check>) {
    let date = headers.get(header::DATE).and_then(|value| value.to_str().ok());
    let Some(theirs) = date.and_then(|text| DateTime::parse_from_rfc2822(text).ok()) else { return };
    let seconds = (clock.now() - theirs.with_timezone(&Utc)).num_seconds();
    let remedy = "switch on time synchronisation (NTP) on this machine";
    checks.push(match seconds.abs() {
        0..=NOTABLE_SECONDS => Check::ok("clock", format!("clock differs from amoCRM by {seconds} s")),
        late if late < SIGNATURE_SECONDS => {
            let detail = format!("clock is {seconds} s off, signatures stop working at {SIGNATURE_SECONDS} s");
            Check::warn("clock", detail, remedy)
        }
        _ => Check::fail("clock", format!("clock is {seconds} s off, no signature works"), remedy),
    });
}

/// A signed question that changes nothing: the history of a chat that does not exist.
async fn signature(
    integration: &Integration,
    channel: &Channel,
    http: &Client,
    clock: &Clock,
    checks: &mut Vec<Check>,
) {
    const NOBODY: &str = "00000000-0000-0000-0000-000000000000";
    let clock = clock.clone();
    let chats = amocrm::chats::Chats::new(http.clone(), base(&integration.amojo_url), Arc::new(move || clock.now()));
    let Ok(chats) = chats else { return };
    let scope = format!("{}_{NOBODY}", channel.id);
    let done = chats.history(&channel.secret, &scope, NOBODY, 0, 1).await;
    let refused = matches!(&done, Err(error) if matches!(error.status(), Some(401 | 403)));
    let name = &channel.title;
    checks.push(if refused {
        let remedy = "compare secret with the letter from amoCRM; check with: parom chats sign";
        Check::fail("channel", format!("channel {} ({name}) does not accept a signed request", channel.id), remedy)
    } else {
        Check::ok("channel", format!("channel {} ({name}) accepts the signature", channel.id))
    });
}
