//! Alerts as notifications of a browser: Web Push (RFC 8030), encrypted for the browser (RFC 8291), from a server that
//! names itself by its key (RFC 8292).
//!
//! ```text
//! page: permission ─▶ subscription ─▶ alert_device, sealed ─▶ notice ─▶ the browser's push service ─▶ worker ─▶ shown
//!                                        ▲ 404, 410: the subscription has ended, the row is removed
//! ```

pub mod devices;
mod encrypt;
mod vapid;

use std::time::Duration;

use base::http_client::not_accepted;
use base::vault::hash;
use bytes::Bytes;
use entity::alert_notice;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use url::{Host, Url};
use uuid::Uuid;

use self::devices::Subscription;
use super::notice::NoticeTexts;
use super::readers::Reader;
use super::send::Sent;
use crate::alert_notices::AlertNoticeContext;

pub use vapid::public_key;

const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// How long a push service keeps a notification for a browser that is not running, in seconds.
const KEPT: u32 = 86_400;

/// Whether browsers can subscribe.
pub fn is_on(app: &AlertNoticeContext) -> bool {
    is_trusted(&app.config.server.public_url)
}

/// Browsers subscribe only on pages that came over https, or from this machine.
fn is_trusted(url: &Url) -> bool {
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || is_here
}

/// Shows a notice in one of a person's browsers.
pub(super) async fn send(
    app: &AlertNoticeContext,
    reader: &Reader,
    row: &alert_notice::Model,
    notice: &NoticeTexts,
) -> anyhow::Result<Sent> {
    let Some(device) = reader.devices.iter().find(|device| Some(device.id) == notice.device_id) else {
        return Ok(Sent::Never("the browser was switched off".to_owned()));
    };
    let tag = tag(row.tenant_id, notice);
    let payload = notice.push(&tag, app.public_url()).to_string();
    let sent = push(app, &devices::open(app, device)?, &tag, payload.as_bytes()).await?;
    if matches!(sent, Sent::Never(_)) {
        devices::remove(app.store.write(), device.person_id, device.id).await?;
    }
    Ok(sent)
}

/// The same for all notices about the same alerts: a browser shows the newest in place of the others, and a push service
/// keeps the newest for a browser that is not running. A topic has at most 32 characters (RFC 8030 §5.4).
fn tag(tenant_id: Uuid, notice: &NoticeTexts) -> String {
    let mut keys: Vec<&str> =
        notice.sections.iter().flat_map(|one| &one.about).map(|alert| alert.key.as_str()).collect();
    keys.sort_unstable();
    let mut tag = hash(&format!("{tenant_id} {}", keys.join(" ")));
    tag.truncate(32);
    tag
}

async fn push(
    app: &AlertNoticeContext,
    subscription: &Subscription,
    tag: &str,
    payload: &[u8],
) -> anyhow::Result<Sent> {
    let url = subscription.url()?;
    let request = match app.http.guarded().post(&url) {
        Ok(request) => request.timeout(ANSWER_WITHIN),
        Err(refused) => return Ok(Sent::Later(refused.text().to_string())),
    };
    let body = encrypt::encrypt(&subscription.receiver()?, payload)?;
    let answer = request
        .header(AUTHORIZATION, vapid::authorization(app, &url).await?)
        .header(CONTENT_TYPE, "application/octet-stream")
        .header(CONTENT_ENCODING, "aes128gcm")
        .header("TTL", KEPT)
        .header("Urgency", "high")
        .header("Topic", tag)
        .body(Bytes::from(body))
        .send()
        .await;
    let status = answer.as_ref().map(|answer| answer.status().as_u16()).unwrap_or_default();
    Ok(match (status, not_accepted(answer)) {
        (404 | 410, _) => Sent::Never("the browser has ended its subscription".to_owned()),
        (_, None) => Sent::Yes,
        (_, Some(reason)) => Sent::Later(reason),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_subscribe_where_they_trust_the_page() {
        for (url, wanted) in [
            ("https://parom.example", true),
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("http://localhost", true),
            ("http://parom.example", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(is_trusted(&Url::parse(url).unwrap()), wanted, "{url}");
        }
    }
}
