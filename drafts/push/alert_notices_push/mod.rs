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

use base::http_client::reason::not_accepted;
use bytes::Bytes;
use entity::alert_notice;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use url::Host;

use self::devices::Subscription;
use super::notice::Notice;
use super::readers::Reader;
use super::send::Sent;
use crate::alert_notices::AlertNoticeContext;

pub use vapid::public_key;

const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// How long a push service keeps a notification for a browser that is not running, in seconds.
const KEPT: u32 = 86_400;

/// Whether browsers can subscribe: they do so only on pages that came over https, or from this machine.
pub fn is_on(app: &AlertNoticeContext) -> bool {
    let url = &app.config.server.public_url;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || is_here
}

/// What became of a notification on one device.
enum Pushed {
    Yes,
    /// Not now; why.
    Later(String),
    /// The subscription has ended.
    Gone,
}

/// Sends a notice to every device of a person. A browser shows a repeat in place of the notification before.
pub(super) async fn send(
    app: &AlertNoticeContext,
    reader: &Reader,
    row: &alert_notice::Model,
    notice: &Notice,
) -> anyhow::Result<Sent> {
    let tag = row.id.simple().to_string();
    let payload = notice.push(&tag, app.public_url()).to_string();
    let mut sent = Sent::Never("no browser is subscribed any more".to_owned());
    for device in &reader.devices {
        let subscription = devices::open(app, device)?;
        match push(app, &subscription, &tag, payload.as_bytes()).await? {
            Pushed::Yes if matches!(sent, Sent::Never(_)) => sent = Sent::Yes,
            Pushed::Yes => {}
            Pushed::Later(reason) => sent = Sent::Later(reason),
            Pushed::Gone => devices::remove(app.store.write(), device.person_id, device.id).await.map(drop)?,
        }
    }
    Ok(sent)
}

async fn push(
    app: &AlertNoticeContext,
    subscription: &Subscription,
    tag: &str,
    payload: &[u8],
) -> anyhow::Result<Pushed> {
    let url = subscription.url()?;
    let request = match app.http.guarded().post(&url) {
        Ok(request) => request.timeout(ANSWER_WITHIN),
        Err(refused) => return Ok(Pushed::Later(refused.text().to_string())),
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
        (404 | 410, _) => Pushed::Gone,
        (_, None) => Pushed::Yes,
        (_, Some(reason)) => Pushed::Later(reason),
    })
}
