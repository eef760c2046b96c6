//! Checks that amoCRM is reachable, accepts our signature and agrees with our clock.

use std::sync::Arc;

use base::clock::Clock;
use base::config::{Channel, Config, Integration, base};
use base::i18n::LocalizedText;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::{Client, header};

use super::Check;

/// Clock difference from which signatures are refused.
const SIGNATURE: TimeDelta = TimeDelta::minutes(15);
/// Clock difference from which the check warns.
const NOTABLE: TimeDelta = TimeDelta::seconds(30);

/// Checks the amojo of every integration.
pub async fn reachable(config: &Config, http: &Client, clock: &Clock, checks: &mut Vec<Check>) {
    if config.integrations.is_empty() {
        let detail = LocalizedText::new("doctor-integration-none");
        checks.push(Check::warn("integration", detail, "doctor-integration-none-fix"));
    }
    for integration in &config.integrations {
        let url = base(&integration.amojo_url);
        match http.get(url).send().await {
            Ok(response) => {
                checks.push(Check::ok("amocrm", LocalizedText::new("doctor-crm-ok").with("url", url)));
                compare(response.headers(), clock, checks);
                for channel in &integration.channels {
                    signature(integration, channel, http, clock, checks).await;
                }
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
async fn signature(
    integration: &Integration,
    channel: &Channel,
    http: &Client,
    clock: &Clock,
    checks: &mut Vec<Check>,
) {
    const NO_ID: &str = "00000000-0000-0000-0000-000000000000";
    let clock = clock.clone();
    let chats = amocrm::chats::Chats::new(http.clone(), base(&integration.amojo_url), Arc::new(move || clock.now()));
    let Ok(chats) = chats else { return };
    let scope = format!("{}_{NO_ID}", channel.id);
    let done = chats.history(&channel.secret, &scope, NO_ID, 0, 1).await;
    let refused = matches!(&done, Err(error) if matches!(error.status(), Some(401 | 403)));
    let detail =
        |key| LocalizedText::new(key).with("channel", channel.id.as_str()).with("title", channel.title.as_str());
    checks.push(if refused {
        Check::fail("channel", detail("doctor-channel-refused"), "doctor-channel-refused-fix")
    } else {
        Check::ok("channel", detail("doctor-channel-ok"))
    });
}
