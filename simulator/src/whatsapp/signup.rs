//! The dialog of Embedded Signup: a person chooses the account whose numbers an app may use, or declines.

use super::options::{Options, WhatsApp};
use super::tokens::SCOPES;
use crate::kit::{Answer, Asked, Call, ConsentChoice, decision, returned};

/// The address to which the browser returns, with a code for the chosen account, or with the refusal.
pub(super) fn answered(state: &mut WhatsApp, asked: &Asked, waba: &str) -> Option<String> {
    let code = match waba {
        "" => None,
        waba => {
            state.own.wabas.get(waba)?;
            Some(state.make_code(&asked.client_id, waba, &asked.redirect_uri))
        }
    };
    let declined = [
        ("error", "access_denied"),
        ("error_code", "200"),
        ("error_description", "Permissions error"),
        ("error_reason", "user_denied"),
    ];
    let outcome = code.as_ref().map_or_else(|| declined.to_vec(), |code| vec![("code", code.as_str())]);
    // The real dialog's answers end like this.
    Some(format!("{}#_=_", asked.back(&outcome)?))
}

/// `GET /{version}/dialog/oauth`.
pub(super) fn ask(state: &WhatsApp, call: &Call) -> Answer {
    let mut asked = Asked::of_call(call);
    let is_for_code = asked.text("response_type") == "code" && asked.text("override_default_response_type") == "true";
    let is_whole = is_for_code && !asked.text("config_id").is_empty() && !asked.redirect_uri.is_empty();
    let Some(app) = state.own.apps.get(&asked.client_id).filter(|_| is_whole) else { return Answer::empty(400) };
    asked.scopes = SCOPES.map(str::to_owned).to_vec();
    let numbers = |waba: &str| {
        let own = state.own.phones.values().filter(|phone| phone.waba == waba);
        own.map(|phone| format!("+{}", phone.number)).collect::<Vec<_>>().join(", ")
    };
    let choices = state.own.wabas.iter();
    let choices = choices.map(|(id, waba)| ConsentChoice {
        id: id.clone(),
        name: waba.name.clone(),
        about: numbers(id),
        is_chosen: false,
    });
    asked.page::<Options>(call, &app.name, choices.collect(), false)
}

/// `POST /{version}/dialog/oauth`: the person has chosen or declined.
pub(super) fn answer(state: &mut WhatsApp, call: &Call) -> Answer {
    if !call.is_own() {
        return Answer::empty(403);
    }
    let waba = decision(call).and_then(|consent| consent.lines.into_iter().next()).unwrap_or_default();
    returned(answered(state, &Asked::of_call(call), &waba))
}
