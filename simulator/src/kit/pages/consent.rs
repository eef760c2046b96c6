//! The page of a messenger where a person lets an application in (RFC 6749 §4.1): who asks, for what, which lines it may
//! use; and the way back to the application. What a code gives is each messenger's own.

use askama::Template;
use url::Url;

use super::frame::{Frame, page_of};
use crate::kit::call::{Answer, Call};
use crate::kit::wire::Wire;

/// What an application asks for in the address of the page.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub client_id: String,
    pub redirect_uri: String,
    pub state: String,
    /// Separated by commas or spaces.
    pub scopes: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
}

/// A person's answer; none: declined.
pub type Decision = Option<Consent>;

/// What a person allowed.
#[derive(Clone, Debug, Default)]
pub struct Consent {
    pub lines: Vec<String>,
    pub scopes: Vec<String>,
}

/// A line that can be chosen.
pub struct ConsentChoice {
    pub id: String,
    pub name: String,
    pub about: String,
    /// Ticked at first.
    pub is_chosen: bool,
}

#[derive(Template)]
#[template(path = "kit/consent.html")]
struct ConsentPage {
    frame: Frame,
    app: String,
    action: String,
    scopes: Vec<String>,
    choices: Vec<ConsentChoice>,
    /// Several may be chosen.
    is_many: bool,
}

impl Asked {
    pub fn of_call(call: &Call) -> Self {
        Self::of(call.query.clone())
    }

    /// From an address that a program was redirected to.
    pub fn of_address(address: &str) -> Option<Self> {
        Some(Self::of(Url::parse(address).ok()?.query_pairs().into_owned().collect()))
    }

    fn of(query: Vec<(String, String)>) -> Self {
        let text = |name: &str| query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
        let scopes = text("scope").split([',', ' ']).filter(|one| !one.is_empty()).map(str::to_owned).collect();
        let [client_id, redirect_uri, state] = ["client_id", "redirect_uri", "state"].map(|name| text(name).to_owned());
        Self { client_id, redirect_uri, state, scopes, query }
    }

    /// Another parameter; empty if there is none.
    pub fn text(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// The address to which the browser returns with this outcome.
    pub fn back(&self, outcome: &[(&str, &str)]) -> Option<String> {
        let mut back = Url::parse(&self.redirect_uri).ok()?;
        back.query_pairs_mut().extend_pairs(outcome);
        if !self.state.is_empty() {
            back.query_pairs_mut().append_pair("state", &self.state);
        }
        Some(back.into())
    }

    /// The page. With one choice of several kinds, several lines may be ticked (`is_many`).
    pub fn page<W: Wire>(&self, call: &Call, app: &str, choices: Vec<ConsentChoice>, is_many: bool) -> Answer {
        let mut frame = Frame::of_call::<W>(call);
        // The other language has the same question.
        let kept = self.query.iter().filter(|(name, _)| name != "lang");
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
        frame.other_href = format!("/{}?{query}&lang={}", call.path, frame.other_code);
        let page = ConsentPage {
            frame,
            app: app.to_owned(),
            action: format!("/{}?{}", call.path, call.query_string),
            scopes: self.scopes.clone(),
            choices,
            is_many,
        };
        // Its form returns to the application.
        page_of(200, &page, "'self' http: https:")
    }
}

/// The answer in the page's form.
pub fn decision(call: &Call) -> Decision {
    let all = |name: &str| -> Vec<String> {
        call.form.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    };
    (call.param("do") == Some("allow")).then(|| Consent { lines: all("line"), scopes: all("scope") })
}

/// Redirects back, or refuses a request that has no way back.
pub fn returned(back: Option<String>) -> Answer {
    back.map_or_else(|| Answer::empty(400), |back| Answer::empty(302).with("location", back))
}

/// A code on its way to the application, for one exchange.
#[derive(Clone, Debug)]
pub struct Code<T> {
    pub app: String,
    pub redirect_uri: String,
    pub expires_at: i64,
    pub is_used: bool,
    pub gives: T,
}

/// Why a code gives nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeFault {
    Unknown,
    Expired,
    Used,
    WrongRedirect,
}

impl<T: Clone> Code<T> {
    /// Uses a code up.
    pub fn exchange(code: Option<&mut Self>, app: &str, redirect_uri: &str, now: i64) -> Result<T, CodeFault> {
        let code = code.filter(|code| code.app == app).ok_or(CodeFault::Unknown)?;
        match code {
            code if code.expires_at <= now => Err(CodeFault::Expired),
            code if code.is_used => Err(CodeFault::Used),
            code if code.redirect_uri != redirect_uri => Err(CodeFault::WrongRedirect),
            code => {
                code.is_used = true;
                Ok(code.gives.clone())
            }
        }
    }
}
