//! OAuth 2.0: the token endpoint with rotating refresh tokens, and the look-up of a renamed account. The documents show
//! JSON; RFC 6749 and amoCRM's own PHP SDK use forms.
//!
//! Also disposable tokens, and installing and disabling an integration: consent, the changes in the account, and
//! amoCRM's two calls about it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::config::IntegrationConfig;
use super::core::{Core, LOST};
use super::exchange::{Answer, HostKind, Outgoing, bearer, domain, host_kind};
use super::log::{HookAnswer, TokenCall};
use super::signature::{self, base64_url, equal, hs256};
use super::state::{ACCESS, Grant, Grants, Pair, channel_of};
use super::strict::Object;
use crate::kit::Call;

const JSON: &str = "application/json";

/// Answers a request below `/oauth2/`: tokens at the account's own host, the look-up of a renamed account at a shared
/// host.
pub(crate) fn answer(core: &Arc<Core>, call: &Call, host: &str, rest: &[&str]) -> Answer {
    let now = core.now();
    match (call.method.as_str(), rest, host_kind(host)) {
        ("POST", ["access_token"], HostKind::Account) => {
            trouble_of(core, host).unwrap_or_else(|| exchange(core, call, host))
        }
        ("POST", ["exchange_api_key"], HostKind::Account) => {
            trouble_of(core, host).unwrap_or_else(|| exchange_key(core, call, host))
        }
        (_, ["access_token" | "exchange_api_key"], HostKind::Account) => Answer::empty(405),
        // The current host of a refresh token's account; does not use up the token.
        ("GET", ["account", "current", "subdomain"], HostKind::Shared) => {
            let token = call.header("x-refresh-token").unwrap_or_default();
            address(core, host, core.read(|state| state.grants.refresh_owner(token, now)))
        }
        // Deprecated; the SDK calls the account's host as well as the site.
        ("GET", ["account", "subdomain"], HostKind::Site | HostKind::Account) => {
            let grant = core.change(|state| state.grants.use_access(bearer(call), now));
            address(core, host, grant.map(|grant| grant.account_id))
        }
        _ => Answer::empty(404).noted("no such method"),
    }
}

/// The refusal of every call to this account's host; `None` while it works.
pub(crate) fn trouble_of(core: &Core, host: &str) -> Option<Answer> {
    core.read(|state| {
        if state.rates.banned {
            let detail = "this address is blocked because it did not listen to 429";
            return Some(Answer::problem(403, "Forbidden", detail));
        }
        let switches = &state.accounts.get(host)?.switches;
        let others = || match (switches.blocked, switches.unpaid) {
            (true, _) => Some(Answer::problem(403, "Forbidden", "the account is blocked")),
            (false, true) => Some(Answer::problem(402, "Payment Required", "the account is not paid")),
            (false, false) => None,
        };
        switches.page.map(Answer::page).or_else(|| switches.too_many.map(Answer::too_many)).or_else(others)
    })
}

/// The address of an account; only known to hosts of its own platform.
fn address(core: &Core, asked: &str, id: Option<i64>) -> Answer {
    let found = core.read(|state| {
        let account = state.account_by_id(id?).filter(|account| domain(&account.host) == domain(asked))?;
        let (host, top) = (account.host.clone(), account.host.rsplit('.').next().unwrap_or_default());
        let label = account.subdomain();
        Some((json!({"id": account.id, "subdomain": label, "domain": host, "top_level_domain": top}), host))
    });
    match found {
        Some((body, host)) => Answer::json(200, JSON, &body).of_host(&host),
        None => Answer::empty(401).noted("the token is not valid"),
    }
}

/// `POST /accounts/{host}/oauth2/access_token`.
fn exchange(core: &Core, call: &Call, host: &str) -> Answer {
    let body = parsed(call);
    let grant_type = body.get("grant_type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let result = match body {
        Value::Null => Err("the body must be JSON or a form, and Content-Type must say which".to_owned()),
        body => grant(core, host, &body),
    };
    let hint = result.as_ref().err().cloned();
    core.change(|state| {
        state.token_calls.push(TokenCall { host: host.to_owned(), grant_type, granted: hint.is_none(), hint });
    });
    match result {
        Ok(pair) => {
            let body = json!({
                "token_type": "Bearer", "expires_in": ACCESS.num_seconds(), "server_time": core.now().timestamp(),
                "access_token": pair.access, "refresh_token": pair.refresh,
            });
            Answer::json(200, JSON, &body)
        }
        Err(hint) if hint.is_empty() => Answer::empty(404).noted("no account has this host"),
        Err(hint) => {
            let body = json!({
                "hint": hint, "title": "Некорректный запрос",
                "type": "https://developers.amocrm.ru/v3/errors/OAuthProblemJson", "status": 400,
                "detail": "В запросе отсутствует ряд параметров или параметры невалидны",
            });
            Answer::json(400, JSON, &body).noted(hint)
        }
    }
}

/// The fields of the request in either encoding; null if it is neither.
fn parsed(call: &Call) -> Value {
    let kind = call.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        let pairs = url::form_urlencoded::parse(&call.body);
        return Value::Object(pairs.map(|(key, value)| (key.into_owned(), Value::from(value.into_owned()))).collect());
    }
    if kind.eq_ignore_ascii_case(JSON) { call.json.clone() } else { Value::Null }
}

/// The new pair, or the hint of a refusal; an empty hint means an unknown host.
fn grant(core: &Core, host: &str, body: &Value) -> Result<Pair, String> {
    let fields = Object::whole(body)?;
    let client_id = fields.required_text("client_id")?;
    let secret = fields.text("client_secret").ok().flatten().unwrap_or_default();
    let integration = core.integration(client_id).filter(|one| equal(secret, &one.client_secret));
    let integration = integration.ok_or("Check the `client_id` parameter")?;
    if fields.required_text("redirect_uri")? != core.redirect_uri(integration) {
        return Err("Check the `redirect_uri` parameter".to_owned());
    }
    let grant_type = fields.required_text("grant_type")?;
    let now = core.now();
    core.change(|state| {
        let id = state.accounts.get(host).map(|account| account.id).ok_or_else(String::new)?;
        let grants = &mut state.grants;
        match grant_type {
            "authorization_code" => {
                let grant = grants.use_code(fields.required_text("code")?, client_id, id, now)?;
                Ok(pair(grants, host, grant, now))
            }
            "refresh_token" => {
                let old = fields.required_text("refresh_token")?;
                let grant = grants.check_refresh(old, client_id, id, now, state.settings.lenient_refresh)?;
                let new = pair(grants, host, grant, now);
                grants.replace_refresh(old, &new.access);
                Ok(new)
            }
            other => Err(format!("grant_type {other:?} is not known")),
        }
    })
}

fn pair(grants: &mut Grants, host: &str, grant: Grant, now: DateTime<Utc>) -> Pair {
    let base = host.split_once('.').map_or("amocrm.ru", |(_, base)| base);
    let claims = json!({
        "aud": grant.client_id, "jti": Uuid::new_v4().simple().to_string(), "iat": now.timestamp(),
        "nbf": now.timestamp(), "exp": (now + ACCESS).timestamp(), "sub": grant.user_id.to_string(), "grant_type": "",
        "account_id": grant.account_id, "base_domain": base, "api_domain": format!("api-a.{base}"), "version": 2,
        "scopes": ["crm", "files", "notifications"],
    });
    let header = json!({"typ": "JWT", "alg": "RS256"});
    // Only amoCRM can check the real signature, so random bytes suffice.
    let signature = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let access = [header.to_string(), claims.to_string(), signature].map(|part| base64_url(part.as_bytes())).join(".");
    grants.keep_pair(access, grant, now)
}

/// A token as from an integration's "Keys and scopes", here for a day; `None` if the account is unknown.
pub(crate) fn long_lived(core: &Core, host: &str, known: &IntegrationConfig) -> Option<String> {
    let code = core.code_for(host, known, None)?;
    let now = core.now();
    core.change(|state| {
        let id = state.accounts.get(host)?.id;
        let grant = state.grants.use_code(&code, &known.client_id, id, now).ok()?;
        Some(pair(&mut state.grants, host, grant, now).access)
    })
}

/// Lifetime of a disposable token in seconds, in all official samples.
const DISPOSABLE_SECONDS: i64 = 1800;

/// The claims of a disposable token, in the order of the published vector:
/// www.amocrm.ru/developers/content/oauth/disposable-tokens. `is_admin` is read by amoCRM's own SDK and missing from the
/// documents.
#[derive(Serialize)]
struct Claims<'a> {
    iss: String,
    aud: String,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    account_id: i64,
    user_id: i64,
    subdomain: &'a str,
    client_uuid: &'a str,
    is_admin: bool,
}

/// `scheme://host` of a redirect URI; amoCRM's SDK compares it without port and path.
fn audience(redirect_uri: &str) -> String {
    url::Url::parse(redirect_uri)
        .ok()
        .and_then(|url| Some(format!("{}://{}", url.scheme(), url.host_str()?)))
        .unwrap_or_default()
}

/// A disposable token for a user of an account, which a widget's requests send in `X-Auth-Token`; `None` if either is unknown.
pub(crate) fn disposable(core: &Core, host: &str, user_id: i64, integration: &IntegrationConfig) -> Option<String> {
    let (account_id, is_admin) = core.read(|state| {
        let account = state.accounts.get(host)?;
        Some((account.id, account.user(user_id)?.is_admin))
    })?;
    let now = core.now().timestamp();
    let claims = Claims {
        iss: format!("https://{host}"),
        aud: audience(&core.redirect_uri(integration)),
        jti: Uuid::new_v4().to_string(),
        iat: now,
        nbf: now,
        exp: now + DISPOSABLE_SECONDS,
        account_id,
        user_id,
        subdomain: host.split('.').next().unwrap_or_default(),
        client_uuid: &integration.client_id,
        is_admin,
    };
    serde_json::to_string(&claims).ok().map(|claims| hs256(&claims, &integration.client_secret))
}

/// amoCRM's time limit for the answer to its calls about an installation.
const LIMIT: Duration = Duration::from_secs(3);

/// The time between two exchanges of a user's key for an integration.
const EXCHANGE_WAIT: TimeDelta = TimeDelta::minutes(5);

/// Platform parameter of a host: 1 for amocrm.ru, 2 for Kommo.
fn platform(host: &str) -> &'static str {
    if host.ends_with(".amocrm.ru") { "1" } else { "2" }
}

/// The redirect address after a decision: with a code of the account's, or without one after "Deny". `None` if the
/// redirect URI is no URL.
pub(crate) fn decided(
    core: &Core,
    integration: &IntegrationConfig,
    code: Option<(&str, &str)>,
    state: Option<&str>,
) -> Option<String> {
    let mut url = url::Url::parse(&core.redirect_uri(integration)).ok()?;
    match code {
        Some((host, code)) => url.query_pairs_mut().extend_pairs([
            ("code", code),
            ("referer", host),
            ("platform", platform(host)),
            ("client_id", &integration.client_id),
        ]),
        None => url.query_pairs_mut().extend_pairs([("error", "access_denied"), ("client_id", &integration.client_id)]),
    };
    if let Some(state) = state {
        url.query_pairs_mut().append_pair("state", state);
    }
    Some(url.into())
}

/// Installs, and makes amoCRM's own call about it.
pub(crate) async fn install(core: &Core, host: &str, integration: &str) -> HookAnswer {
    let Some(known) = core.integration_named(integration) else {
        return HookAnswer::not_called("no such integration");
    };
    let Some(code) = core.code_for(host, known, None) else {
        return HookAnswer::not_called("no such account");
    };
    let call = telling(core, host, known, &[("code", code.as_str())], "from_widget");
    if core.read(|state| state.settings.lose_install_calls) {
        let answer = HookAnswer::not_called(LOST);
        core.log_call("GET", call.shown, call.host, &answer);
        return answer;
    }
    core.call(call).await
}

/// amoCRM's own call of the redirect URI with a code, which says why it comes.
fn telling(core: &Core, host: &str, known: &IntegrationConfig, given: &[(&str, &str)], why: &str) -> Outgoing {
    let uri = core.redirect_uri(known);
    let path = url::Url::parse(&uri).map_or_else(|_| uri.clone(), |url| url.path().to_owned());
    let about = [("referer", host), ("client_id", &known.client_id), ("platform", platform(host)), (why, "1")];
    let request = core.client.get(&uri).query(given).query(&about);
    Outgoing { request, method: "GET", shown: format!("{path}?{why}=1"), host: Some(host.to_owned()), limit: LIMIT }
}

/// `POST oauth2/exchange_api_key`: 202, and the code goes to the redirect URI. The local amoCRM keeps no API
/// keys from before OAuth: it accepts any 40 characters as the key of the user with this login.
fn exchange_key(core: &Arc<Core>, call: &Call, host: &str) -> Answer {
    let given = |key: &str| call.json[key].as_str().unwrap_or_default();
    let known = core.integration(given("client_uuid")).filter(|one| equal(given("client_secret"), &one.client_secret));
    let user_id = core.read(|state| {
        let user = state.accounts.get(host)?.users.iter().find(|user| user.email == given("login"))?;
        Some(user.id).filter(|_| given("api_key").len() == 40)
    });
    let (Some(known), Some(user_id)) = (known, user_id) else {
        return Answer::problem(400, "Bad Request", "login, api_key, client_uuid or client_secret is wrong");
    };
    if !core.read(|state| state.accounts.get(host).is_some_and(|account| account.has_active(&known.client_id))) {
        return Answer::problem(403, "Forbidden", "the integration is not installed in this account");
    }
    let now = core.now();
    let is_early = core.change(|state| {
        let last = state.exchanged_keys.entry((known.client_id.clone(), user_id)).or_default();
        let is_early = last.is_some_and(|last| now < last + EXCHANGE_WAIT);
        *last = if is_early { *last } else { Some(now) };
        is_early
    });
    if is_early {
        return Answer::too_many(EXCHANGE_WAIT.num_seconds().unsigned_abs());
    }
    let code = core.code_for(host, known, Some(user_id)).unwrap_or_default();
    let mut query = vec![("code", code.as_str())];
    query.extend(call.json["state"].as_str().map(|state| ("state", state)));
    let call = telling(core, host, known, &query, "from_exchange");
    let core = Arc::clone(core);
    actix_web::rt::spawn(async move { core.call(call).await });
    Answer::empty(202)
}

/// Disables an integration in an account without a notice: revokes grants, disconnects channels. Returns the account's
/// id.
pub(crate) fn revoke_silently(core: &Core, host: &str, known: &IntegrationConfig) -> Option<i64> {
    core.change(|state| {
        let account = state.accounts.get_mut(host)?;
        if let Some(installed) = account.installed.get_mut(&known.client_id) {
            installed.active = false;
        }
        let (id, amojo_id) = (account.id, account.amojo_id.clone());
        state.grants.revoke(&known.client_id, id);
        let is_theirs = |scope_id: &String| {
            scope_id.ends_with(&amojo_id) && known.channels.iter().any(|channel| channel.id == channel_of(scope_id))
        };
        state.connections.retain(|scope_id, _| !is_theirs(scope_id));
        Some(id)
    })
}

/// Revokes an integration's access to an account and sends the notice.
pub(crate) async fn revoke(core: &Core, host: &str, integration: &str) -> HookAnswer {
    let Some(known) = core.integration_named(integration) else {
        return HookAnswer::not_called("no such integration");
    };
    let Some(account_id) = revoke_silently(core, host, known) else {
        return HookAnswer::not_called("no such account");
    };
    let signature = signature::sign_revoke(&known.client_secret, &known.client_id, account_id);
    let request = core.client.get(format!("{}/oauth/revoked", core.server_of(known))).query(&[
        ("client_uuid", known.client_id.as_str()),
        ("account_id", &account_id.to_string()),
        ("signature", &signature),
    ]);
    let (shown, host) = ("/oauth/revoked".to_owned(), Some(host.to_owned()));
    core.call(Outgoing { request, method: "GET", shown, host, limit: LIMIT }).await
}

/// Stores a widget's settings and, if asked, installs it or switches it off; false where it was never installed.
pub(crate) fn change_widget(
    core: &Arc<Core>,
    host: &str,
    known: &IntegrationConfig,
    settings: Map<String, Value>,
    installs: Option<bool>,
) -> bool {
    let is_known = core.change(|state| {
        if installs == Some(true) {
            state.activate(host, known);
        }
        let installed = state.accounts.get_mut(host)?.installed.get_mut(&known.client_id)?;
        installed.settings = settings;
        Some(())
    });
    if let (Some(()), Some(installs)) = (is_known, installs) {
        in_background(core, host, &known.name, installs);
    }
    is_known.is_some()
}

/// The widget's button does not wait for this call: other requests may overtake it.
fn in_background(core: &Arc<Core>, host: &str, integration: &str, is_installed: bool) {
    let (core, host, integration) = (Arc::clone(core), host.to_owned(), integration.to_owned());
    actix_web::rt::spawn(async move {
        match is_installed {
            true => install(&core, &host, &integration).await,
            false => revoke(&core, &host, &integration).await,
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vector_comes_out_byte_for_byte() {
        let claims = Claims {
            iss: "https://example.amocrm.ru".to_owned(),
            aud: audience("https://bridge.example.com/oauth/cb"),
            jti: "3f0a2c1e-7b7d-4a55-9c0e-0d5b8d9d1a01".to_owned(),
            iat: 1_767_225_600,
            nbf: 1_767_225_600,
            exp: 1_767_225_600 + DISPOSABLE_SECONDS,
            account_id: 12_345_678,
            user_id: 87_654_321,
            subdomain: "example",
            client_uuid: "11111111-2222-3333-4444-555555555555",
            is_admin: true,
        };
        let token = hs256(&serde_json::to_string(&claims).unwrap(), "test_client_secret_do_not_use_0123456789abcdef");
        assert_eq!(
            token,
            "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2V4YW1wbGUuYW1vY3JtLnJ1IiwiYXVkIjoiaHR0cHM6L\
             y9icmlkZ2UuZXhhbXBsZS5jb20iLCJqdGkiOiIzZjBhMmMxZS03YjdkLTRhNTUtOWMwZS0wZDViOGQ5ZDFhMDEiLCJpYXQiOjE3Njcy\
             MjU2MDAsIm5iZiI6MTc2NzIyNTYwMCwiZXhwIjoxNzY3MjI3NDAwLCJhY2NvdW50X2lkIjoxMjM0NTY3OCwidXNlcl9pZCI6ODc2NTQ\
             zMjEsInN1YmRvbWFpbiI6ImV4YW1wbGUiLCJjbGllbnRfdXVpZCI6IjExMTExMTExLTIyMjItMzMzMy00NDQ0LTU1NTU1NTU1NTU1NS\
             IsImlzX2FkbWluIjp0cnVlfQ.Ffsq9FLnpZwi0OuMb7_TIrXclR1luR_HRwVJTFSc6g0"
        );
    }

    #[test]
    fn the_audience_has_neither_port_nor_path() {
        assert_eq!(audience("http://127.0.0.1:8080/oauth/callback"), "http://127.0.0.1");
    }
}
