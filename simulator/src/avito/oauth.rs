//! The OAuth server: `/token` for both kinds of credentials, and the page where a seller authorizes an application.
//!
//! Avito's files do not define the answers to wrong requests; these are the answers of RFC 6749 §5.2.

use serde_json::{Value, json};

use super::api::{Answered, answer};
use super::options::{Avito as State, Grant, GrantKind, Options};
use crate::kit::{
    Answer, Asked, Call, Consent, ConsentChoice, Core, Decision, Id, Line, Simulator, decision, returned,
};

/// The lifetime of a code in milliseconds. Avito does not publish it.
const CODE: i64 = 600_000;
/// The lifetime of an access token in seconds.
const TOKEN: i64 = 86_400;

fn wrong(error: &str) -> Answer {
    answer(if error == "invalid_client" { 401 } else { 400 }, &json!({"error": error}))
}

/// `POST /token`.
pub(super) fn token(state: &mut State, call: &Call) -> Answer {
    grant(state, call).map_or_else(|refusal| refusal, |tokens| answer(200, &tokens))
}

fn grant(state: &mut State, call: &Call) -> Answered {
    let kind = call.header("content-type").unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(wrong("invalid_request"));
    }
    let field = |name: &str| call.param(name).unwrap_or_default();
    let (client, secret, own) = (field("client_id"), field("client_secret"), &mut state.own);
    let (kind, key) = match field("grant_type") {
        "client_credentials" => {
            let mut sellers = own.sellers.iter();
            let known = sellers.find(|(_, one)| one.client_id == client && one.client_secret == secret);
            let seller = known.ok_or_else(|| wrong("invalid_client"))?.0.clone();
            let grant = Grant { kind: GrantKind::Access, seller, app: None, scope: Vec::new(), expires_at: 0 };
            return Ok(issue(state, grant));
        }
        "authorization_code" => (GrantKind::Code, field("code")),
        "refresh_token" => (GrantKind::Refresh, field("refresh_token")),
        _ => return Err(wrong("unsupported_grant_type")),
    };
    let is_known = own.apps.get(client).is_some_and(|app| app.client_secret == secret);
    // Both can be used once: the documents require replacing the refresh token each time.
    let given = own.grants.get(key).filter(|grant| is_known && grant.kind == kind).cloned();
    own.grants.retain(|known, _| given.is_none() || known != key);
    let good = given.filter(|grant| grant.app.as_deref() == Some(client) && grant.expires_at > state.now);
    let error = if is_known { "invalid_grant" } else { "invalid_client" };
    Ok(issue(state, good.ok_or_else(|| wrong(error))?))
}

/// Issues the tokens; only applications get a refresh token.
fn issue(state: &mut State, grant: Grant) -> Value {
    let token = state.next_hex(32);
    let mut tokens = json!({"access_token": token, "expires_in": TOKEN, "token_type": "Bearer"});
    if grant.app.is_some() {
        let refresh = state.next_hex(32);
        (tokens["refresh_token"], tokens["scope"]) = (json!(refresh), json!(grant.scope.join(",")));
        let grant = Grant { kind: GrantKind::Refresh, expires_at: i64::MAX, ..grant.clone() };
        state.own.grants.insert(refresh, grant);
    }
    let expires_at = state.now + TOKEN * 1000;
    state.own.grants.insert(token, Grant { kind: GrantKind::Access, expires_at, ..grant });
    tokens
}

/// `GET /oauth?response_type=code&client_id=…&scope=…&state=…`, and its form. A seller agrees; which one is asked only here.
pub(super) fn page(core: &Core<Options>, call: &Call) -> Answer {
    let asked = Asked::of_call(call);
    match call.method.as_str() {
        "GET" if asked.text("response_type") == "code" => core.read(|state| {
            let Some(app) = state.own.apps.get(&asked.client_id) else { return Answer::empty(400) };
            let choice = |line: &Line| ConsentChoice {
                id: line.id.to_string(),
                name: line.name.clone(),
                about: String::new(),
                is_chosen: false,
            };
            asked.page::<Options>(call, &app.name, state.lines.values().map(choice).collect(), false)
        }),
        "POST" if !call.is_own() => Answer::empty(403),
        "POST" => returned(core.change(|state| decide(state, &asked, decision(call)))),
        _ => Answer::empty(400),
    }
}

/// The address to which the browser returns: with a code if a seller was chosen, else with an error. Avito's files do
/// not define the answer to a refusal; this is RFC 6749 §4.1.2.1.
fn decide(state: &mut State, asked: &Asked, decision: Decision) -> Option<String> {
    let redirect_uri = state.own.apps.get(&asked.client_id)?.redirect_uri.clone();
    // Avito returns to the registered address.
    let asked = Asked { redirect_uri, ..asked.clone() };
    let Some(consent) = decision else { return asked.back(&[("error", "access_denied")]) };
    let seller = state.lines.get(&Id::from(consent.lines.first()?))?.id.clone();
    let (code, expires_at) = (state.next_hex(32), state.now + CODE);
    let grant =
        Grant { kind: GrantKind::Code, seller, app: Some(asked.client_id.clone()), scope: consent.scopes, expires_at };
    state.own.grants.insert(code.clone(), grant);
    asked.back(&[("code", &code)])
}

impl Simulator<Options> {
    /// A seller authorizes an application, or declines as 0; returns the address to which the browser returns.
    pub fn consent(&self, client_id: &str, scope: &str, state: &str, seller: i64) -> Option<String> {
        let scopes: Vec<_> = scope.split([',', ' ']).filter(|one| !one.is_empty()).map(str::to_owned).collect();
        let (client_id, state) = (client_id.to_owned(), state.to_owned());
        let asked = Asked { client_id, state, scopes: scopes.clone(), ..Asked::default() };
        let decision = (seller != 0).then(|| Consent { lines: vec![seller.to_string()], scopes });
        self.core.change(|known| decide(known, &asked, decision))
    }
}
