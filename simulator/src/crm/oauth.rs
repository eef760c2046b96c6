//! OAuth 2.0: the token endpoint with rotating refresh tokens, and the look-up of a renamed account. The documents show
//! JSON; RFC 6749 and amoCRM's own PHP SDK use forms.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::core::Core;
use super::exchange::{Answer, HostKind, bearer, domain, host_kind};
use super::log::TokenCall;
use super::signature::{base64_url, equal};
use super::state::{ACCESS, Grant, Grants, Pair};
use super::strict::Object;
use crate::kit::Call;

const JSON: &str = "application/json";

/// Answers a request below `/oauth2/`: tokens at the account's own host, the look-up of a renamed account at a shared
/// host.
pub(crate) fn answer(core: &Core, call: &Call, host: &str, rest: &[&str]) -> Answer {
    let now = core.now();
    match (call.method.as_str(), rest, host_kind(host)) {
        ("POST", ["access_token"], HostKind::Account) => {
            trouble_of(core, host).unwrap_or_else(|| exchange(core, call, host))
        }
        (_, ["access_token"], HostKind::Account) => Answer::empty(405),
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
                "token_type": "Bearer",
                "expires_in": ACCESS.num_seconds(),
                "server_time": core.now().timestamp(),
                "access_token": pair.access,
                "refresh_token": pair.refresh,
            });
            Answer::json(200, JSON, &body)
        }
        Err(hint) if hint.is_empty() => Answer::empty(404).noted("no account has this host"),
        Err(hint) => {
            let body = json!({
                "hint": hint,
                "title": "Некорректный запрос",
                "type": "https://developers.amocrm.ru/v3/errors/OAuthProblemJson",
                "status": 400,
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
                let grant = grants.check_refresh(old, client_id, id, now)?;
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
        "aud": grant.client_id,
        "jti": Uuid::new_v4().simple().to_string(),
        "iat": now.timestamp(),
        "nbf": now.timestamp(),
        "exp": (now + ACCESS).timestamp(),
        "sub": grant.user_id.to_string(),
        "grant_type": "",
        "account_id": grant.account_id,
        "base_domain": base,
        "api_domain": format!("api-a.{base}"),
        "version": 2,
        "scopes": ["crm", "files", "notifications"],
    });
    let header = json!({"typ": "JWT", "alg": "RS256"});
    // Only amoCRM can check the real signature, so random bytes suffice.
    let signature = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let access = [header.to_string(), claims.to_string(), signature].map(|part| base64_url(part.as_bytes())).join(".");
    grants.keep_pair(access, grant, now)
}
