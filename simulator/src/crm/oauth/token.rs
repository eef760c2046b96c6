//! The token endpoint: rotating refresh tokens, access tokens that look like JWTs. The documents show JSON; RFC 6749
//! and amoCRM's own PHP SDK use forms.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::crm::{
    config::IntegrationConfig,
    core::Core,
    exchange::{Answer, Incoming},
    jwt::base64_url,
    log::TokenCall,
    signature::equal,
    state::{Grants, Pair, State},
    strict::Object,
};

/// Lifetime of an access token in seconds, as in the answer.
const EXPIRES_IN: i64 = crate::crm::state::ACCESS_SECONDS;

/// `POST /accounts/{host}/oauth2/access_token`.
pub(super) fn exchange(core: &Core, request: &Incoming, host: &str) -> Answer {
    let body = parsed(request);
    let (grant_type, result) = match &body {
        None => (String::new(), Err("the body must be JSON or a form, and Content-Type must say which".to_owned())),
        Some(body) => {
            (body.get("grant_type").and_then(Value::as_str).unwrap_or_default().to_owned(), grant(core, host, body))
        }
    };
    let hint = result.as_ref().err().cloned();
    core.change(|state| {
        state.token_calls.push(TokenCall {
            host: host.to_owned(),
            grant_type,
            granted: hint.is_none(),
            hint: hint.clone(),
        });
    });
    match result {
        Ok(pair) => Answer::json(
            200,
            "application/json",
            &json!({
                "token_type": "Bearer",
                "expires_in": EXPIRES_IN,
                "server_time": core.now().timestamp(),
                "access_token": pair.access,
                "refresh_token": pair.refresh,
            }),
        ),
        Err(hint) if hint.is_empty() => Answer::empty(404).noted("no account has this host"),
        Err(hint) => Answer::json(
            400,
            "application/json",
            &json!({
                "hint": hint,
                "title": "Некорректный запрос",
                "type": "https://developers.amocrm.ru/v3/errors/OAuthProblemJson",
                "status": 400,
                "detail": "В запросе отсутствует ряд параметров или параметры невалидны",
            }),
        )
        .noted(hint),
    }
}

/// The fields of the request in either encoding.
fn parsed(request: &Incoming) -> Option<Value> {
    let kind = request.header("content-type").split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        return serde_json::from_slice(&request.body).ok();
    }
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded").then(|| {
        let pairs = url::form_urlencoded::parse(&request.body);
        Value::Object(pairs.map(|(key, value)| (key.into_owned(), Value::String(value.into_owned()))).collect())
    })
}

/// The account of a token pair.
struct Holder<'a> {
    host: &'a str,
    id: i64,
}

/// The new pair, or the hint of a refusal; an empty hint means an unknown host.
fn grant(core: &Core, host: &str, body: &Value) -> Result<Pair, String> {
    let fields = Object::whole(body)?;
    let client_id = fields.required_text("client_id")?;
    let integration = core
        .integration(client_id)
        .filter(|one| {
            fields.text("client_secret").ok().flatten().is_some_and(|secret| equal(secret, &one.client_secret))
        })
        .ok_or_else(|| "Check the `client_id` parameter".to_owned())?;
    if fields.required_text("redirect_uri")? != core.redirect_uri(integration) {
        return Err("Check the `redirect_uri` parameter".to_owned());
    }
    let grant_type = fields.required_text("grant_type")?;
    let now = core.now();
    core.change(|state| {
        let id = state.accounts.get(host).map(|account| account.id).ok_or_else(String::new)?;
        let account = Holder { host, id };
        match grant_type {
            "authorization_code" => {
                let code = fields.required_text("code")?;
                let code = state.grants.use_code(code, client_id, account.id, now)?;
                Ok(pair(&mut state.grants, integration, &account, code.user_id, now))
            }
            "refresh_token" => {
                let old = fields.required_text("refresh_token")?;
                refresh(state, integration, &account, old, now)
            }
            other => Err(format!("grant_type {other:?} is not known")),
        }
    })
}

fn refresh(
    state: &mut State,
    integration: &IntegrationConfig,
    account: &Holder<'_>,
    old: &str,
    now: DateTime<Utc>,
) -> Result<Pair, String> {
    let user_id = state.grants.check_refresh(old, &integration.client_id, account.id, now)?;
    let new = pair(&mut state.grants, integration, account, user_id, now);
    state.grants.replace_refresh(old, &new.access);
    Ok(new)
}

fn pair(
    grants: &mut Grants,
    integration: &IntegrationConfig,
    account: &Holder<'_>,
    user_id: i64,
    now: DateTime<Utc>,
) -> Pair {
    let base = account.host.split_once('.').map_or("amocrm.ru", |(_, base)| base);
    let claims = json!({
        "aud": integration.client_id,
        "jti": Uuid::new_v4().simple().to_string(),
        "iat": now.timestamp(),
        "nbf": now.timestamp(),
        "exp": now.timestamp() + EXPIRES_IN,
        "sub": user_id.to_string(),
        "grant_type": "",
        "account_id": account.id,
        "base_domain": base,
        "api_domain": format!("api-a.{base}"),
        "version": 2,
        "scopes": ["crm", "files", "notifications"],
    });
    let header = json!({"typ": "JWT", "alg": "RS256"});
    // Only amoCRM can check the real signature, so random bytes suffice.
    let signature = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let access = [header.to_string(), claims.to_string(), signature].map(|part| base64_url(part.as_bytes())).join(".");
    grants.keep_pair(access, (&integration.client_id, account.id, user_id), now)
}
