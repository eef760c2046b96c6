//! The vendor's application (avito §2): a seller agrees on Avito's page, the browser returns with a code, and the
//! code is exchanged for tokens that are stored with the source.
//!
//! ```text
//! consent_page ─▶ the seller agrees ─▶ code ─▶ exchange ─▶ access token (24 h) + refresh token ─┐
//!                                               renew, when half of the day is over  ◀──────────┘
//! ```

use std::collections::BTreeMap;

use base::i18n::LocalizedText;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use url::Url;

use super::access::{App, Granted};
use super::api::{AvitoApi, denied};
use super::setup::{ACCESS_TOKEN, REFRESH_TOKEN};
use super::Avito;
use crate::poll::Renewed;
use crate::{Denied, Settings};

/// What the application asks for: reading and writing messages, and whose account it is.
const SCOPE: &str = "messenger:read,messenger:write,user:read";
/// Tokens are renewed when less than this is left: hourly attempts may fail for half a day.
const LEFT: TimeDelta = TimeDelta::hours(12);
/// The part of the public settings that says when the access token ends, in seconds since 1970.
const FACT: &str = "access_until";

impl Avito {
    /// Where a seller lets the vendor's application in; none if there is no application. `state` comes back with the
    /// code.
    pub fn consent_page(&self, state: &str) -> Option<Url> {
        let app = self.api.app.as_ref()?;
        let mut page = self.api.base.clone();
        if page.host_str() == Some("api.avito.ru") {
            page.set_host(Some("avito.ru")).ok()?;
        }
        page.path_segments_mut().ok()?.pop_if_empty().push("oauth");
        page.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("pro_users_flow", "true")
            .append_pair("client_id", &app.client_id)
            .append_pair("scope", SCOPE)
            .append_pair("state", state);
        Some(page)
    }

    /// Exchanges a code, which is good once, for the tokens of a source.
    pub async fn exchange(&self, code: &str, now: DateTime<Utc>) -> Result<Renewed, Denied> {
        asked(&self.api, ("authorization_code", "code", code), now).await
    }
}

/// New tokens for a source of the application, if the present ones end soon.
pub(super) async fn renew(
    api: &AvitoApi,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<Option<Renewed>, Denied> {
    let Some(refresh) = settings.secrets.get(REFRESH_TOKEN) else { return Ok(None) };
    let until = settings.public.pointer(&format!("/facts/{FACT}")).and_then(Value::as_i64);
    let until = until.and_then(|until| DateTime::from_timestamp(until, 0));
    if until.is_some_and(|until| until - now > LEFT) {
        return Ok(None);
    }
    asked(api, ("refresh_token", "refresh_token", refresh.expose_secret()), now).await.map(Some)
}

async fn asked(
    api: &AvitoApi,
    (kind, name, value): (&str, &str, &str),
    now: DateTime<Utc>,
) -> Result<Renewed, Denied> {
    let Some(App { client_id, client_secret }) = &api.app else {
        return Err(Denied::Refused(LocalizedText::new("said-avito-no-app")));
    };
    let form = [
        ("grant_type", kind),
        ("client_id", client_id),
        ("client_secret", client_secret.expose_secret()),
        (name, value),
    ];
    let granted = api.granted(&form).await.map_err(|failed| denied(&failed))?;
    let life = i64::try_from(granted.life().as_secs()).unwrap_or(i64::MAX);
    let Granted { access_token, refresh_token, .. } = granted;
    let mut secrets = BTreeMap::from([(ACCESS_TOKEN.to_owned(), access_token)]);
    secrets.extend(refresh_token.map(|token| (REFRESH_TOKEN.to_owned(), token)));
    Ok(Renewed { secrets, facts: BTreeMap::from([(FACT, json!(now.timestamp().saturating_add(life)))]) })
}
