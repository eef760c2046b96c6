//! The vendor's application (avito §2): a seller agrees on Avito's page, the browser returns with a code, and the code
//! is exchanged for tokens that are stored with the source.
//!
//! ```text
//! address ─▶ the seller agrees ─▶ code ─▶ exchange ─▶ access token (24 h) + refresh token ─┐
//!                                               renew, when half of the day is over  ◀──────────┘
//! ```

use std::collections::BTreeMap;

use async_trait::async_trait;
use base::i18n::LocalizedText;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};
use url::Url;

use super::api::{App, AvitoApi, Granted, denied};
use super::settings::{self, ACCESS_TOKEN, REFRESH_TOKEN};
use super::{Avito, setup};
use crate::poll::Renewed;
use crate::{ConsentPage, Denied, Field, OfferedLine, Settings};

/// The requested scopes: reading and writing messages, and the account's identity.
const SCOPE: &str = "messenger:read,messenger:write,user:read";
/// Tokens are renewed when less than this is left, so that hourly attempts may fail for half a day.
const LEFT: TimeDelta = TimeDelta::hours(12);
/// The key in the public settings that stores when the access token expires, in seconds since 1970.
const FACT: &str = "access_until";

/// Where a seller authorizes the vendor's application.
#[async_trait]
impl ConsentPage for Avito {
    /// The browser returns to the address registered for the application, so Avito does not get ours.
    fn address(&self, state: &str, _back: &str) -> Option<Url> {
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

    /// A code belongs to one seller.
    async fn lines(&self, code: &str, _back: &str, now: DateTime<Utc>) -> Result<Vec<OfferedLine>, Denied> {
        let secrets = self.exchange(code, now).await?.secrets;
        let settings: Map<String, Value> =
            secrets.iter().map(|(name, secret)| (name.clone(), json!(secret.expose_secret()))).collect();
        let found = setup::identity(&self.api, &Settings { public: json!({}), secrets }).await?;
        let lines = found.map(|line| {
            let settings = Value::Object(settings);
            OfferedLine { key: line.key, name: line.name, about: String::new(), settings }
        });
        Ok(lines.into_iter().collect())
    }

    fn fields(&self) -> &'static [Field] {
        settings::OPTIONS
    }

    /// Nothing else is needed: the webhook is registered together with the source.
    async fn connect(&self, settings: Value) -> Result<Value, Denied> {
        Ok(settings)
    }
}

impl Avito {
    /// Exchanges a code, which can be used once, for the tokens of a source.
    pub async fn exchange(&self, code: &str, now: DateTime<Utc>) -> Result<Renewed, Denied> {
        asked(&self.api, "authorization_code", "code", code, now).await
    }
}

/// New tokens for a source of the application, if the current ones expire soon.
pub(super) async fn renew(api: &AvitoApi, settings: &Settings, now: DateTime<Utc>) -> Result<Option<Renewed>, Denied> {
    let Some(refresh) = settings.secrets.get(REFRESH_TOKEN) else { return Ok(None) };
    let until = settings.public.pointer(&format!("/facts/{FACT}")).and_then(Value::as_i64);
    let until = until.and_then(|until| DateTime::from_timestamp(until, 0));
    if until.is_some_and(|until| until - now > LEFT) {
        return Ok(None);
    }
    asked(api, "refresh_token", "refresh_token", refresh.expose_secret(), now).await.map(Some)
}

async fn asked(api: &AvitoApi, kind: &str, name: &str, value: &str, now: DateTime<Utc>) -> Result<Renewed, Denied> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::avito::fake::{self, fixture, settings};

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_168_800, 0).unwrap()
    }

    fn of_app(until: Option<i64>) -> Settings {
        let mut settings = settings();
        settings.secrets.insert(ACCESS_TOKEN.to_owned(), "old".into());
        settings.secrets.insert(REFRESH_TOKEN.to_owned(), "refresh".into());
        settings.public["facts"][FACT] = json!(until);
        settings
    }

    #[tokio::test]
    async fn tokens_are_renewed_when_half_a_day_is_left() {
        let fake = fake::start().await;
        let api = fake::avito(&fake).api;
        let until = |hours: i64| Some(now().timestamp() + hours * 3600);
        for (settings, wanted) in [
            (settings(), false),
            (of_app(until(13)), false),
            (of_app(until(12)), true),
            (of_app(until(-5)), true),
            (of_app(None), true),
        ] {
            fake.next("/token", 200, fixture("api_token_of_app"));
            let renewed = renew(&api, &settings, now()).await.unwrap();
            assert_eq!(renewed.is_some(), wanted, "{:?}", settings.public);
        }
        let form = String::from_utf8(fake.calls()[0].bytes.clone()).unwrap();
        assert!(form.starts_with("grant_type=refresh_token&") && form.ends_with("&refresh_token=refresh"), "{form}");
    }
}
