//! How an app gets tokens of communities, in two pages: VK ID (`id.vk.com/about/business/go/docs/…/api-description`) gives a
//! person's token, by which `groups.get` names the communities; VK's OAuth gives a token for each (`dev.vk.com/api/access-token/
//! authcode-flow-community`). Both pages are at `/authorize`, on other hosts in reality. The person here manages every community.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::call::{Answered, ensure, param, refused, refused_for};
use super::options::{Gift, NewApp, Options, State};
use crate::kit::{
    Answer, Asked, Call, Code, CodeFault, Consent, ConsentChoice, Core, Decision, Line, Simulator, decision, returned,
};

/// Milliseconds for which a code is valid.
const CODE: i64 = 600_000;
/// The device that VK ID names with its code.
const DEVICE: &str = "simulated-device";
/// The right to list communities.
const GROUPS: &str = "groups";

/// The pages and the exchanges; `None`: another call.
pub(super) fn answer(core: &Core<Options>, call: &Call) -> Option<Answer> {
    Some(match (call.method.as_str(), call.path.as_str()) {
        (_, "authorize") => page(core, call),
        ("POST", "oauth2/auth") => core.change(|state| person(state, call)),
        ("GET" | "POST", "access_token") => core.change(|state| communities(state, call)),
        _ => return None,
    })
}

fn page(core: &Core<Options>, call: &Call) -> Answer {
    let asked = Asked::of_call(call);
    match call.method.as_str() {
        "GET" => core.read(|state| {
            let app = state.own.apps.get(&asked.client_id);
            let Some(app) = app.filter(|app| app.redirect_uris.contains(&asked.redirect_uri)) else {
                return Answer::new(
                    400,
                    "text/plain; charset=utf-8",
                    "{\"error\":\"invalid_request\",\"error_description\":\"redirect_uri is incorrect\"}",
                );
            };
            let ids = ids(&asked);
            let chosen = state.lines.values().filter(|line| ids.contains(&line.id.number()));
            let choice = |line: &Line| ConsentChoice {
                id: line.id.to_string(),
                name: line.name.clone(),
                about: format!("vk.com/{}", line.username),
                is_chosen: true,
            };
            asked.page::<Options>(call, &app.name, chosen.map(choice).collect(), true)
        }),
        "POST" if call.is_own() => returned(core.change(|state| decide(state, &asked, decision(call)))),
        "POST" => Answer::empty(403),
        _ => Answer::empty(400),
    }
}

fn ids(asked: &Asked) -> Vec<i64> {
    asked.text("group_ids").split(',').filter_map(|id| id.parse().ok()).collect()
}

fn decide(state: &mut State, asked: &Asked, decision: Decision) -> Option<String> {
    state.own.apps.get(&asked.client_id)?;
    let Some(consent) = decision else {
        return asked.back(&[("error", "access_denied"), ("error_description", "User denied your request")]);
    };
    let gift = match ids(asked).is_empty() {
        true => Gift::Person { scopes: consent.scopes, challenge: asked.text("code_challenge").to_owned() },
        false => Gift::Communities {
            ids: ids(asked).into_iter().filter(|id| consent.lines.contains(&id.to_string())).collect(),
            rights: consent.scopes,
        },
    };
    let is_person = matches!(gift, Gift::Person { .. });
    let text = state.next_hex(40);
    let (app, redirect_uri, expires_at) = (asked.client_id.clone(), asked.redirect_uri.clone(), state.now + CODE);
    state.own.codes.insert(text.clone(), Code { app, redirect_uri, expires_at, is_used: false, gives: gift });
    let device = [("device_id", DEVICE), ("type", "code_v2")];
    let more: &[(&str, &str)] = if is_person { &device } else { &[] };
    asked.back(&[[("code", text.as_str())].as_slice(), more].concat())
}

fn wrong(status: u16, error: &str, description: &str) -> Answer {
    Answer::json(status, &json!({ "error": error, "error_description": description }))
}

fn exchanged(state: &mut State, call: &Call) -> Result<Gift, Answer> {
    let text = |name: &str| param(call, name).unwrap_or_default();
    let now = state.now;
    Code::exchange(state.own.codes.get_mut(text("code")), text("client_id"), text("redirect_uri"), now).map_err(
        |fault| match fault {
            CodeFault::Expired | CodeFault::Used => wrong(401, "invalid_grant", "Code is expired."),
            CodeFault::Unknown => wrong(401, "invalid_grant", "Code is invalid."),
            CodeFault::WrongRedirect => wrong(401, "invalid_grant", "redirect_uri is incorrect"),
        },
    )
}

/// `POST /oauth2/auth` of VK ID: the proof of PKCE instead of the app's secret.
fn person(state: &mut State, call: &Call) -> Answer {
    let text = |name: &str| param(call, name).unwrap_or_default();
    let gift = match exchanged(state, call) {
        Ok(gift) => gift,
        Err(answer) => return answer,
    };
    let Gift::Person { scopes, challenge } = gift else { return wrong(400, "invalid_grant", "Code is invalid.") };
    let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(text("code_verifier")));
    if proof != challenge || text("device_id") != DEVICE {
        return wrong(400, "invalid_request", "code_verifier or device_id is invalid");
    }
    let token = format!("vk2.a.{}", state.next_hex(64));
    state.own.people_tokens.insert(token.clone(), scopes.clone());
    let scope = [vec!["vkid.personal_info".to_owned()], scopes].concat().join(" ");
    Answer::json(
        200,
        &json!({ "access_token": token, "refresh_token": format!("vk2.a.{}", state.next_hex(64)), "token_type": "Bearer",
            "expires_in": 3600, "user_id": 1_234_567_890, "state": text("state"), "scope": scope }),
    )
}

/// `/access_token` of VK's OAuth: a token for each community.
fn communities(state: &mut State, call: &Call) -> Answer {
    let text = |name: &str| param(call, name).unwrap_or_default();
    let is_known = state.own.apps.get(text("client_id")).is_some_and(|app| app.secret == text("client_secret"));
    if !is_known {
        return wrong(401, "invalid_client", "client_secret is incorrect");
    }
    match exchanged(state, call) {
        Ok(Gift::Communities { ids, rights }) => {
            let rights: Vec<&str> = rights.iter().map(String::as_str).collect();
            let known: Vec<i64> = ids.into_iter().filter(|id| state.own.communities.contains_key(id)).collect();
            let one = |id: &i64| json!({ "group_id": id, "access_token": state.add_token(*id, &rights) });
            let groups: Vec<Value> = known.iter().map(one).collect();
            Answer::json(200, &json!({ "groups": groups, "expires_in": 0 }))
        }
        Ok(Gift::Person { .. }) => wrong(401, "invalid_grant", "Code is invalid."),
        Err(answer) => answer,
    }
}

/// A method called with a person's token; `None`: it is no person's.
pub(super) fn method(state: &State, name: &str, call: &Call) -> Option<Answered> {
    let token = call.bearer().or_else(|| param(call, "access_token")).unwrap_or_default();
    let scopes = state.own.people_tokens.get(token)?;
    let all = || {
        ensure(name == "groups.get", || refused(3))?;
        ensure(scopes.iter().any(|scope| scope == GROUPS), || refused_for(15, "no access to groups"))?;
        let group = |line: &Line| json!({ "id": line.id.number(), "name": line.name, "screen_name": line.username, "is_admin": 1 });
        let items: Vec<Value> = state.lines.values().map(group).collect();
        Ok(json!({ "count": items.len(), "items": items }))
    };
    Some(all())
}

impl Simulator<Options> {
    pub fn add_app(&self, app: NewApp) {
        self.core.change(|state| state.own.apps.insert(app.id.clone(), app));
    }

    /// A person answers one of the pages, and clears the tick of these rights; `false` declines. Returns the address to which the
    /// browser returns.
    pub fn answers_page(&self, page: &str, allows: bool, without: &[&str]) -> Option<String> {
        let asked = Asked::of_address(page)?;
        let decision = allows.then(|| Consent {
            lines: ids(&asked).iter().map(i64::to_string).collect(),
            scopes: asked.scopes.iter().filter(|scope| !without.contains(&scope.as_str())).cloned().collect(),
        });
        self.core.change(|state| decide(state, &asked, decision))
    }
}
