//! The messenger's own page where the owner of lines authorizes the vendor's application: the authorization code flow of
//! OAuth (RFC 6749 §4.1). The kinds differ in addresses and scopes, and in how the lines behind a token are listed.
//!
//! ```text
//! address ─▶ the owner agrees ─▶ back to us with a code ─▶ lines ─▶ a person ticks some ─▶ connect ─▶ sources' settings
//!                                        ▲                                │
//!                                        └── address_for, if the first page only named the lines (VK)
//! ```

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use base::http_client::HttpClients;
use base::i18n::LocalizedText;
use chrono::{DateTime, Utc};
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::call::{ApiError, answered, below, messenger_answered};
use crate::{Denied, Field};

/// A messenger's page for the vendor's application.
#[async_trait]
pub trait ConsentPage: Send + Sync {
    /// The page's address. The browser returns from it to `back`, our address, with `state` and a code.
    fn address(&self, state: &str, back: &str) -> Option<Url>;

    /// The lines that the owner authorized. The code can be used once, and may expire within seconds.
    async fn lines(&self, returned: &Returned<'_>) -> Result<Vec<OfferedLine>, Denied>;

    /// The page where the owner authorizes the chosen lines, for messengers whose first page only names them; it returns as
    /// the first one does. None: they are authorized.
    fn address_for(&self, _chosen: &[OfferedLine], _state: &str, _back: &str) -> Option<Url> {
        None
    }

    /// What the person who chooses lines is asked for, in display order. The values are added to the settings of each.
    fn fields(&self) -> &'static [Field] {
        &[]
    }

    /// Prepares a chosen line at the messenger, and returns the settings of its source in the form that
    /// [`crate::Connector::setup`] accepts. May be repeated.
    async fn connect(&self, settings: Value) -> Result<Value, Denied>;
}

/// What the browser brought back from the messenger's page.
#[derive(Clone, Debug)]
pub struct Returned<'a> {
    pub code: &'a str,
    /// The state that the page was opened with.
    pub state: &'a str,
    /// The address that the page was given.
    pub back: &'a str,
    /// All parameters; a kind may need more than the code.
    pub query: &'a BTreeMap<String, String>,
    pub now: DateTime<Utc>,
}

/// A line for which its owner authorized the application.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OfferedLine {
    /// [`crate::Identity::key`].
    pub key: String,
    /// [`crate::Identity::name`].
    pub name: String,
    /// What distinguishes it from other lines, e.g. the name that customers see; may be empty.
    pub about: String,
    /// With credentials: the caller stores them encrypted.
    pub settings: Value,
}

impl OfferedLine {
    /// What its source is called at first: the name that customers see, where the public one is a handle or a number.
    pub fn called(&self) -> &str {
        if self.name.starts_with('@') { self.titled() } else { self.shown() }
    }

    /// By what its owner recognises it: the public name, unless that is a number.
    pub fn shown(&self) -> &str {
        let is_number = self.name.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { self.titled() } else { &self.name }
    }

    fn titled(&self) -> &str {
        if self.about.is_empty() { &self.name } else { &self.about }
    }
}

/// Time limit of a call to an OAuth server.
const CALL_WITHIN: Duration = Duration::from_secs(10);
/// Maximum bytes read from its answer.
const ANSWER_BYTES: usize = 256 * 1024;

/// The vendor's application at a messenger's OAuth server.
#[derive(Clone)]
pub(crate) struct OAuthApp {
    http: reqwest::Client,
    pub id: String,
    pub secret: SecretString,
}

impl OAuthApp {
    /// None unless the configuration has both.
    pub fn of(http: &HttpClients, id: Option<&String>, secret: Option<&SecretString>) -> Option<Self> {
        let id = id.filter(|id| !id.is_empty())?.clone();
        let secret = secret.filter(|secret| !secret.expose_secret().is_empty())?.clone();
        Some(Self { http: http.trusted().clone(), id, secret })
    }

    /// The page's address, with the messenger's own parameters.
    pub fn address(&self, mut page: Url, state: &str, more: &[(&str, &str)]) -> Url {
        let own = [("client_id", self.id.as_str()), ("response_type", "code"), ("state", state)];
        page.query_pairs_mut().extend_pairs(own).extend_pairs(more);
        page
    }

    /// Exchanges a code. The application is named in the body, so that no address contains its secret.
    pub async fn exchange<T: DeserializeOwned>(&self, at: Url, code: &str, more: &[(&str, &str)]) -> Result<T, Denied> {
        let form = [[("grant_type", "authorization_code"), ("code", code)].as_slice(), more].concat();
        self.ask(at, &form).await
    }

    /// Asks the server as the application.
    pub async fn ask<T: DeserializeOwned>(&self, at: Url, form: &[(&str, &str)]) -> Result<T, Denied> {
        let own = [("client_id", self.id.as_str()), ("client_secret", self.secret.expose_secret())];
        self.post(at, &[own.as_slice(), form].concat()).await
    }

    /// Posts a form.
    pub async fn post<T: DeserializeOwned>(&self, at: Url, form: &[(&str, &str)]) -> Result<T, Denied> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.http.post(at).timeout(CALL_WITHIN);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        let away = |failed: ApiError| Denied::Away(failed.explained(|refused| messenger_answered(refused.status)));
        let answer = answered(request, ANSWER_BYTES, None).await.map_err(away)?;
        let unreadable = || Denied::Away(messenger_answered(answer.status));
        let body: Value = answer.read().map_err(|_| unreadable())?;
        match CodeRefusal::of(answer.status, &body) {
            Some(refusal) => Err(refusal.denied(form)),
            None => serde_json::from_value(body).map_err(|_| unreadable()),
        }
    }
}

/// An address at a messenger whose pages are on another host than its API; a server in its place has both on one.
pub(crate) fn at(api: &Url, hosts: &[(&str, &str)], path: &[&str]) -> Option<Url> {
    let mut address = api.clone();
    if let Some((_, pages)) = hosts.iter().find(|(host, _)| api.host_str() == Some(host)) {
        address.set_host(Some(pages)).ok()?;
    }
    Some(below(&address, path.iter().copied(), &[]))
}

/// Refuses if the owner did not grant all that a source needs.
pub(crate) fn missing(wanted: &[&str], is_granted: impl Fn(&str) -> bool) -> Result<(), Denied> {
    let missing: Vec<&str> = wanted.iter().copied().filter(|scope| !is_granted(scope)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Denied::Refused(LocalizedText::new("said-consent-scope").with("scopes", missing.join(", "))))
}

/// Why a server gave no token, in any of the three forms that messengers use: RFC 6749 §5.2 (`error`,
/// `error_description`), Graph's `error{code, message}`, and Instagram's `error_type`, `error_message`.
#[derive(Debug)]
struct CodeRefusal {
    status: u16,
    /// RFC 6749's word.
    word: String,
    /// Graph's number.
    code: i64,
    text: String,
}

/// Graph's codes for a wrong application: its id or its secret.
const WRONG_APP: [i64; 2] = [1, 101];

impl CodeRefusal {
    /// None if the answer is no refusal.
    fn of(status: u16, body: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let error = &body["error"];
        let is_refused = status >= 300 || error.is_object() || error.is_string() || body.get("error_type").is_some();
        is_refused.then(|| Self {
            status,
            word: text(error),
            code: error["code"].as_i64().unwrap_or_default(),
            text: [&error["message"], &body["error_description"], &body["error_message"]].map(text).concat(),
        })
    }

    fn denied(&self, form: &[(&str, &str)]) -> Denied {
        // Some servers repeat what they were sent.
        let hidden = |text: String, (name, value): &(&str, &str)| {
            let is_public = *name == "client_id" || value.len() < 8;
            if is_public { text } else { text.replace(value, "…") }
        };
        let said = form.iter().fold(self.text.clone(), hidden);
        let (status, word, code) = (self.status, &self.word, self.code);
        tracing::info!(status, word, code, reason = said, "a messenger's OAuth server refused");
        let about = |word: &str| self.text.to_ascii_lowercase().contains(word);
        let is_app = ["invalid_client", "unauthorized_client"].contains(&self.word.as_str())
            || WRONG_APP.contains(&self.code)
            || about("client_secret")
            || about("client secret")
            || about("platform app");
        if self.status == 429 || self.status >= 500 {
            return Denied::Away(messenger_answered(self.status));
        }
        let key = match (is_app, about("redirect")) {
            (true, _) => "said-consent-app",
            (false, true) => "said-consent-back",
            (false, false) => "said-consent-code",
        };
        Denied::Refused(LocalizedText::new(key))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::{Answer, Fake, Messenger, http};

    const SERVER: Messenger =
        Messenger { root: "/", always: |_| None, usual: |_, _| Answer::Json(200, json!({ "access_token": "new" })) };

    fn app() -> OAuthApp {
        OAuthApp::of(&http(), Some(&"app".to_owned()), Some(&"app-secret".into())).unwrap()
    }

    async fn exchanged(fake: &Fake) -> Result<Value, Denied> {
        app()
            .exchange(fake.base.join("token").unwrap(), "the-code", &[("redirect_uri", "https://parom.example/b")])
            .await
    }

    #[tokio::test]
    async fn a_code_is_exchanged_in_the_body() {
        let fake = Fake::start(SERVER, []).await;
        assert_eq!(exchanged(&fake).await, Ok(json!({ "access_token": "new" })));
        let call = fake.calls().remove(0);
        assert_eq!(call.line(), "POST token");
        let form = String::from_utf8(call.bytes).unwrap();
        let wanted = "client_id=app&client_secret=app-secret&grant_type=authorization_code&code=the-code&redirect_uri=https%3A%2F%2Fparom.example%2Fb";
        assert_eq!(form, wanted);
    }

    #[tokio::test]
    async fn refusals_of_all_forms_say_what_to_do() {
        let graph =
            |code: u32, text: &str| json!({ "error": { "message": text, "type": "OAuthException", "code": code } });
        let instagram = |text: &str| json!({ "error_type": "OAuthException", "code": 400, "error_message": text });
        for (status, body, key) in [
            (400, json!({ "error": "invalid_grant", "error_description": "Code is expired." }), "said-consent-code"),
            // VK ID refuses with 200.
            (200, json!({ "error": "invalid_request", "error_description": "code is invalid" }), "said-consent-code"),
            (401, json!({ "error": "invalid_client" }), "said-consent-app"),
            (
                400,
                json!({ "error": "invalid_request", "error_description": "redirect_uri mismatch" }),
                "said-consent-back",
            ),
            (400, graph(100, "This authorization code has been used."), "said-consent-code"),
            (400, graph(1, "Error validating client secret."), "said-consent-app"),
            (400, graph(101, "Error validating application."), "said-consent-app"),
            (400, graph(100, "Please make sure your redirect_uri is identical"), "said-consent-back"),
            (400, instagram("Matching code was not found or was already used"), "said-consent-code"),
            (400, instagram("Invalid platform app"), "said-consent-app"),
            (400, instagram("Invalid redirect_uri"), "said-consent-back"),
        ] {
            let fake = Fake::start(SERVER, [Answer::Json(status, body.clone())]).await;
            assert_eq!(exchanged(&fake).await, Err(Denied::Refused(LocalizedText::new(key))), "{body}");
        }
        for answer in [Answer::Json(500, json!({})), Answer::Text(200, "<html>"), Answer::Reset] {
            let fake = Fake::start(SERVER, [answer]).await;
            assert!(matches!(exchanged(&fake).await, Err(Denied::Away(_))));
        }
    }

    #[test]
    fn pages_are_on_the_messengers_own_hosts() {
        let hosts = [("api.vk.com", "id.vk.com")];
        let page = |api: &str| at(&Url::parse(api).unwrap(), &hosts, &["authorize"]).unwrap().to_string();
        assert_eq!(page("https://api.vk.com"), "https://id.vk.com/authorize");
        assert_eq!(page("http://127.0.0.1:8/vk/"), "http://127.0.0.1:8/vk/authorize");
    }

    #[test]
    fn an_application_needs_both() {
        let (id, secret) = ("app".to_owned(), SecretString::from("s"));
        assert!(
            OAuthApp::of(&http(), Some(&id), None).is_none() && OAuthApp::of(&http(), None, Some(&secret)).is_none()
        );
        assert!(OAuthApp::of(&http(), Some(&String::new()), Some(&secret)).is_none());
    }
}
