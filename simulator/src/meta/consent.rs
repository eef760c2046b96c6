//! How an app gets tokens: Facebook Login (`facebook-login/guides/advanced/manual-flow`, `…/access-tokens/get-long-lived`,
//! `graph-api/reference/user/accounts`) and Business Login for Instagram (`instagram-platform/instagram-api-with-instagram-login/
//! business-login`). A person of Facebook manages all pages here; an Instagram account agrees for itself.

use serde_json::{Value, json};

use super::options::{DAY, Gift, Meta, Options, PersonToken, Platform};
use super::tokens::{LIFE, valid};
use crate::graph::{Answered, Params, Refusal, ensure, no_token, parts};
use crate::kit::{
    Answer, Asked, Call, Code, CodeFault, ConsentChoice, Core, Decision, Id, Simulator, decision, returned,
};

/// Milliseconds for which a code, and the first token for it, are valid.
const CODE: i64 = 600_000;
const HOUR: i64 = 3_600_000;
/// What a configuration of Facebook Login for Business asks for here.
const PAGE_SCOPES: [&str; 5] =
    ["pages_show_list", "pages_messaging", "pages_manage_metadata", "pages_read_engagement", "pages_manage_engagement"];

/// The dialogs, the exchange of codes and tokens, and what a person's token reads; `None`: another call.
pub(super) fn answer(core: &Core<Options>, call: &Call) -> Option<Answer> {
    let params = Params::of(call);
    let graph =
        |answered: Answered| answered.map_or_else(|refusal| refusal.answer(), |answer| Answer::json(200, &answer));
    Some(match (call.method.as_str(), parts(call).as_slice()) {
        (_, ["dialog", "oauth"]) => page(core, call, Platform::Facebook),
        (_, ["oauth", "authorize"]) => page(core, call, Platform::Instagram),
        (_, ["oauth", "access_token"]) => core.change(|state| token(state, &params)),
        ("GET", ["access_token"]) => graph(core.change(|state| long_lived(state, &params))),
        ("GET", ["me", edge @ ..]) => graph(core.change(|state| of_person(state, &params.token, edge))?),
        _ => return None,
    })
}

fn page(core: &Core<Options>, call: &Call, platform: Platform) -> Answer {
    let mut asked = Asked::of_call(call);
    if asked.scopes.is_empty() && !asked.text("config_id").is_empty() {
        asked.scopes = PAGE_SCOPES.map(str::to_owned).to_vec();
    }
    match call.method.as_str() {
        "GET" => core.read(|state| {
            let Some(app) = state.own.apps.get(&asked.client_id) else { return Answer::empty(400) };
            let is_whole = asked.text("response_type") == "code" && !asked.scopes.is_empty();
            // Meta shows a page of its own, and does not return.
            if !is_whole || !app.may_return(&asked.redirect_uri) {
                return Answer::new(
                    400,
                    "text/plain; charset=utf-8",
                    "URL blocked: the redirect URI is not in the app's list.",
                );
            }
            asked.page::<Options>(call, &app.name, choices(state, platform), platform == Platform::Facebook)
        }),
        "POST" if call.is_own() => returned(core.change(|state| decide(state, platform, &asked, decision(call)))),
        "POST" => Answer::empty(403),
        _ => Answer::empty(400),
    }
}

fn choices(state: &Meta, platform: Platform) -> Vec<ConsentChoice> {
    let lines = state.lines.values().filter(|line| state.platform(&line.id) == platform);
    let choice = |line: &crate::kit::Line| ConsentChoice {
        id: line.id.to_string(),
        name: line.name.clone(),
        about: if line.username.is_empty() { String::new() } else { format!("@{}", line.username) },
        is_chosen: false,
    };
    lines.map(choice).collect()
}

fn decide(state: &mut Meta, platform: Platform, asked: &Asked, decision: Decision) -> Option<String> {
    state.own.apps.get(&asked.client_id)?;
    let Some(consent) = decision else {
        let declined = [
            ("error", "access_denied"),
            ("error_reason", "user_denied"),
            ("error_description", "The user denied your request"),
        ];
        return asked.back(&declined);
    };
    let lines = consent
        .lines
        .iter()
        .map(Id::from)
        .filter(|id| state.own.accounts.get(id).is_some_and(|one| one.platform == platform));
    let gift = Gift {
        platform,
        app: asked.client_id.clone(),
        lines: lines.collect(),
        granted: consent.scopes.into_iter().filter(|scope| asked.scopes.contains(scope)).collect(),
        asked: asked.scopes.clone(),
    };
    let text = format!("AQB{:027}", state.next_serial());
    let (app, redirect_uri, expires_at) = (asked.client_id.clone(), asked.redirect_uri.clone(), state.now + CODE);
    state.own.codes.insert(text.clone(), Code { app, redirect_uri, expires_at, is_used: false, gives: gift });
    asked.back(&[("code", &text)])
}

/// `POST /oauth/access_token` of both hosts; Instagram has errors of its own form.
fn token(state: &mut Meta, params: &Params) -> Answer {
    let text = |name: &str| params.text(name).unwrap_or_default();
    let (app, code) = (text("client_id"), text("code"));
    let instagram = |message: &str| {
        let error = json!({ "error_type": "OAuthException", "code": 400, "error_message": message });
        Answer::json(400, &error)
    };
    let facebook = |code: i64, message: &str| Refusal::new(400, code, None, message).answer();
    let is_instagram = state.own.codes.get(&code).is_some_and(|code| code.gives.platform == Platform::Instagram);
    let Some(known) = state.own.apps.get(&app) else {
        return if is_instagram {
            instagram("Invalid platform app")
        } else {
            facebook(101, "Error validating application.")
        };
    };
    if known.secret != text("client_secret") {
        let said = "Error validating client secret.";
        return if is_instagram { instagram(said) } else { facebook(1, said) };
    }
    if text("grant_type") == "fb_exchange_token" {
        let now = state.now;
        let short = state.own.people_tokens.get(&text("fb_exchange_token")).filter(|token| token.expires_at > now);
        let Some(gift) = short.map(|token| token.gift.clone()) else {
            return facebook(190, "Invalid OAuth access token - Cannot parse access token");
        };
        return person_token(state, gift, true);
    }
    let now = state.now;
    let done = Code::exchange(state.own.codes.get_mut(&code), &app, &text("redirect_uri"), now);
    match done {
        Ok(gift) if gift.platform == Platform::Instagram => {
            let Some(account) = gift.lines.first().cloned() else { return instagram("No account") };
            let token = state.new_token(&app, &account, Some(HOUR));
            let user = state.own.accounts.get(&account).map(|one| one.app_scoped.clone());
            Answer::json(200, &json!({ "access_token": token, "user_id": user, "permissions": gift.granted }))
        }
        Ok(gift) => person_token(state, gift, false),
        Err(CodeFault::WrongRedirect) if is_instagram => instagram(
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used",
        ),
        Err(_) if is_instagram => instagram("Matching code was not found or was already used"),
        Err(fault) => no_token(fault).answer(),
    }
}

fn person_token(state: &mut Meta, gift: Gift, is_long: bool) -> Answer {
    let text = format!("EAAP{:030}", state.next_serial());
    let life = if is_long { 60 * DAY } else { HOUR };
    let token = PersonToken { gift, expires_at: state.now + life, is_long };
    state.own.people_tokens.insert(text.clone(), token);
    Answer::json(200, &json!({ "access_token": text, "token_type": "bearer", "expires_in": life / 1000 }))
}

/// `GET /access_token?grant_type=ig_exchange_token`: 60 days instead of an hour.
fn long_lived(state: &mut Meta, params: &Params) -> Answered {
    let token = valid(state, &params.token)?.clone();
    let secret = state.own.apps.get(&token.app).map(|app| app.secret.clone());
    ensure(
        params.text("grant_type").as_deref() == Some("ig_exchange_token") && params.text("client_secret") == secret,
        || Refusal::new(400, 101, None, "Error validating client secret."),
    )?;
    let text = state.new_token(&token.app, &token.account, Some(LIFE));
    Ok(json!({ "access_token": text, "token_type": "bearer", "expires_in": LIFE / 1000 }))
}

/// What a person's token reads; `None`: it is no person's.
fn of_person(state: &mut Meta, token: &str, edge: &[&str]) -> Option<Answered> {
    let now = state.now;
    let PersonToken { gift, is_long, .. } =
        state.own.people_tokens.get(token).filter(|one| one.expires_at > now)?.clone();
    Some(Ok(match edge {
        ["permissions"] => {
            let one = |scope: &String| {
                let status = if gift.granted.contains(scope) { "granted" } else { "declined" };
                json!({ "permission": scope, "status": status })
            };
            json!({ "data": gift.asked.iter().map(one).collect::<Vec<_>>() })
        }
        ["accounts"] => {
            let mut pages: Vec<Value> = Vec::new();
            for id in &gift.lines {
                let token = state.new_token(&gift.app, id, (!is_long).then_some(HOUR));
                let Some(line) = state.lines.get(id) else { continue };
                pages.push(json!({ "id": id.as_str(), "name": line.name, "username": line.username, "access_token": token, "tasks": ["MESSAGING", "MANAGE"] }));
            }
            json!({ "data": pages })
        }
        _ => json!({ "id": "122100000000001", "name": "Owner" }),
    }))
}

impl Simulator<Options> {
    /// A person answers a dialog: chooses these accounts or pages, and clears the tick of these rights; none declines. Returns the
    /// address to which the browser returns.
    pub fn answers_dialog(&self, dialog: &str, accounts: Option<&[&str]>, without: &[&str]) -> Option<String> {
        let platform = if dialog.contains("/dialog/oauth") { Platform::Facebook } else { Platform::Instagram };
        let asked = Asked::of_address(dialog)?;
        let decision = accounts.map(|accounts| crate::kit::Consent {
            lines: accounts.iter().map(|one| (*one).to_owned()).collect(),
            scopes: asked.scopes.iter().filter(|scope| !without.contains(&scope.as_str())).cloned().collect(),
        });
        self.core.change(|state| decide(state, platform, &asked, decision))
    }
}
