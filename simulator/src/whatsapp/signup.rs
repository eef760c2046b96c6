//! The dialog of Embedded Signup: a person chooses the account whose numbers an app may use, or declines.

use askama::Template;

use super::options::{Options, WhatsApp};
use crate::kit::{Answer, Call, Frame, page_of};

/// What the app asks for in the address of the dialog.
pub(super) struct Asked {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) state: String,
}

/// An account that can be chosen, and its numbers.
struct Choice {
    waba: String,
    name: String,
    numbers: String,
}

#[derive(Template)]
#[template(path = "whatsapp/dialog.html")]
struct DialogPage {
    frame: Frame,
    app: String,
    asked: Asked,
    choices: Vec<Choice>,
}

impl Asked {
    /// Reads the parameters with these names.
    pub(super) fn of(param: impl Fn(&str) -> Option<String>) -> Self {
        let [client_id, redirect_uri, state] =
            ["client_id", "redirect_uri", "state"].map(|name| param(name).unwrap_or_default());
        Self { client_id, redirect_uri, state }
    }

    /// The address to which the browser returns, with a code for the chosen account, or with the refusal.
    pub(super) fn answered(&self, state: &mut WhatsApp, waba: &str) -> Option<String> {
        let mut back = url::Url::parse(&self.redirect_uri).ok()?;
        let code = match waba {
            "" => None,
            waba => {
                state.own.wabas.get(waba)?;
                Some(state.make_code(&self.client_id, waba, &self.redirect_uri))
            }
        };
        let declined = [
            ("error", "access_denied"),
            ("error_code", "200"),
            ("error_description", "Permissions error"),
            ("error_reason", "user_denied"),
        ];
        let outcome = code.as_ref().map_or_else(|| declined.to_vec(), |code| vec![("code", code.as_str())]);
        back.query_pairs_mut().extend_pairs(outcome).append_pair("state", &self.state);
        // The real dialog's answers end like this.
        back.set_fragment(Some("_=_"));
        Some(back.into())
    }
}

/// `GET /{version}/dialog/oauth`.
pub(super) fn ask(state: &WhatsApp, call: &Call) -> Answer {
    let asked = Asked::of(|name| call.param(name).map(str::to_owned));
    let is_for_code =
        call.query("response_type") == Some("code") && call.query("override_default_response_type") == Some("true");
    let is_whole = is_for_code && call.query("config_id").is_some() && !asked.redirect_uri.is_empty();
    let Some(app) = state.own.apps.get(&asked.client_id).filter(|_| is_whole) else { return Answer::empty(400) };
    let numbers = |waba: &str| {
        let own = state.own.phones.values().filter(|phone| phone.waba == waba);
        own.map(|phone| format!("+{}", phone.number)).collect::<Vec<_>>().join(", ")
    };
    let choices = state.own.wabas.iter();
    let choices =
        choices.map(|(id, waba)| Choice { waba: id.clone(), name: waba.name.clone(), numbers: numbers(id) }).collect();
    let page = DialogPage { frame: Frame::of_call::<Options>(call), app: app.name.clone(), asked, choices };
    // Its forms return to the app.
    page_of(200, &page, "'self' http: https:")
}

/// `POST /{version}/dialog/oauth`: the person has chosen or declined.
pub(super) fn answer(state: &mut WhatsApp, call: &Call) -> Answer {
    if !call.is_own() {
        return Answer::empty(403);
    }
    let asked = Asked::of(|name| call.param(name).map(str::to_owned));
    let back = asked.answered(state, call.param("waba").unwrap_or_default());
    back.map_or_else(|| Answer::empty(400), |back| Answer::empty(302).with("location", back))
}
