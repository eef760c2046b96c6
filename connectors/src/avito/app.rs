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

use super::api::{AvitoApi, Granted, denied};
use super::settings::{self, ACCESS_TOKEN, REFRESH_TOKEN};
use super::{Avito, setup};
use crate::call::below;
use crate::consent::{self, OAuthApp};
use crate::poll::Renewed;
use crate::{ConsentPage, Denied, Field, OfferedLine, Returned, Settings};

/// The requested scopes: reading and writing messages, and the account's identity.
const SCOPES: [&str; 3] = ["messenger:read", "messenger:write", "user:read"];
/// Tokens are renewed when less than this is left, so that hourly attempts may fail for half a day.
const LEFT: TimeDelta = TimeDelta::hours(12);
/// The key in the public settings that stores when the access token expires, in seconds since 1970.
const FACT: &str = "access_until";

/// Where a seller authorizes the vendor's application.
#[async_trait]
impl ConsentPage for Avito {
    /// The browser returns to the address registered for the application, so Avito does not get ours.
    fn address(&self, state: &str, _back: &str) -> Option<Url> {
        let page = consent::at(&self.api.base, &[("api.avito.ru", "avito.ru")], &["oauth"])?;
        let scope = SCOPES.join(",");
        Some(self.api.app.as_ref()?.address(page, state, &[("pro_users_flow", "true"), ("scope", &scope)]))
    }

    /// A code belongs to one seller.
    async fn lines(&self, returned: &Returned<'_>) -> Result<Vec<OfferedLine>, Denied> {
        let at = below(&self.api.base, ["token"], &[]);
        let granted: Granted = app(&self.api)?.exchange(at, returned.code, &[]).await?;
        if let Some(scope) = &granted.scope {
            consent::missing(&SCOPES, |wanted| scope.split([',', ' ']).any(|one| one == wanted))?;
        }
        let secrets = renewed(granted, returned.now).secrets;
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

fn app(api: &AvitoApi) -> Result<&OAuthApp, Denied> {
    api.app.as_ref().ok_or_else(|| Denied::Refused(LocalizedText::new("said-avito-no-app")))
}

/// New tokens for a source of the application, if the current ones expire soon.
pub(super) async fn renew(api: &AvitoApi, settings: &Settings, now: DateTime<Utc>) -> Result<Option<Renewed>, Denied> {
    let Some(refresh) = settings.secrets.get(REFRESH_TOKEN) else { return Ok(None) };
    let until = settings.public.pointer(&format!("/facts/{FACT}")).and_then(Value::as_i64);
    let until = until.and_then(|until| DateTime::from_timestamp(until, 0));
    if until.is_some_and(|until| until - now > LEFT) {
        return Ok(None);
    }
    let OAuthApp { id, secret, .. } = app(api)?;
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", id),
        ("client_secret", secret.expose_secret()),
        ("refresh_token", refresh.expose_secret()),
    ];
    let granted = api.granted(&form).await.map_err(|failed| denied(&failed))?;
    Ok(Some(renewed(granted, now)))
}

/// The tokens of an answer, both of which replace the former ones.
fn renewed(granted: Granted, now: DateTime<Utc>) -> Renewed {
    let life = i64::try_from(granted.life().as_secs()).unwrap_or(i64::MAX);
    let Granted { access_token, refresh_token, .. } = granted;
    let mut secrets = BTreeMap::from([(ACCESS_TOKEN.to_owned(), access_token)]);
    secrets.extend(refresh_token.map(|token| (REFRESH_TOKEN.to_owned(), token)));
    Renewed { secrets, facts: BTreeMap::from([(FACT, json!(now.timestamp().saturating_add(life)))]) }
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
