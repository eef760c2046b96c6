//! What every server of Meta's Graph has: errors (`graph-api/guides/error-handling`), paths, parameters in any
//! encoding, the handshake with a callback, and the form of a signed body.

use serde_json::{Map, Value, json};

pub(crate) use crate::kit::ensure;
use crate::kit::{Answer, Call, CodeFault, Core, HookFault, Part, Post, Wire, signature, text_of};

pub(crate) type Answered = Result<Value, Refusal>;

/// An answer with `error`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: i64,
    pub(crate) subcode: Option<i64>,
    pub(crate) message: String,
    /// `type`; none: as on Instagram.
    pub(crate) kind: Option<&'static str>,
    /// `error_data.details`.
    pub(crate) details: Option<String>,
    /// `error_user_title` and `error_user_msg`.
    pub(crate) user: Option<Box<[String; 2]>>,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: i64, subcode: impl Into<Option<i64>>, message: impl Into<String>) -> Self {
        let (subcode, message) = (subcode.into(), message.into());
        Self { status, code, subcode, message, kind: None, details: None, user: None }
    }

    pub(crate) fn answer(&self) -> Answer {
        let usual = if self.code == 100 && self.subcode.is_none() { "IGApiException" } else { "OAuthException" };
        let mut error = json!({
            "message": self.message,
            "type": self.kind.unwrap_or(usual),
            "code": self.code,
            "fbtrace_id": "AbCdEfGhIjKlMnOpQrStUvW",
        });
        if let Some(details) = &self.details {
            error["error_data"] = json!({ "messaging_product": "whatsapp", "details": details });
        }
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = json!(subcode);
        }
        if let Some([title, words]) = self.user.as_deref() {
            error["is_transient"] = json!(false);
            error["error_user_title"] = json!(title);
            error["error_user_msg"] = json!(words);
        }
        Answer::json(self.status, &json!({ "error": error }))
    }
}

pub(crate) fn bad(message: &str) -> Refusal {
    Refusal::new(400, 100, None, format!("(#100) {message}"))
}

/// An invalid parameter, identified by the subcode.
pub(crate) fn wrong(subcode: i64, message: &str) -> Refusal {
    Refusal::new(400, 100, subcode, format!("(#100) {message}"))
}

/// The token gives no access to this.
pub(crate) fn invalid_token(subcode: Option<i64>, message: &str) -> Refusal {
    Refusal::new(401, 190, subcode, message)
}

/// The text is no token.
pub(crate) fn unreadable_token() -> Refusal {
    invalid_token(None, "Invalid OAuth access token - Cannot parse access token")
}

/// There is no such object, or this token has no access to it.
pub(crate) fn no_object(id: &str) -> Refusal {
    not_reached("request", id)
}

/// The same for a request of this kind: `get request`.
pub(crate) fn not_reached(request: &str, id: &str) -> Refusal {
    let message = format!(
        "Unsupported {request}. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, or \
         does not support this operation. Please read the Graph API documentation at \
         https://developers.facebook.com/docs/graph-api"
    );
    Refusal::new(400, 100, 33, message)
}

pub(crate) fn no_edge(edge: &str) -> Refusal {
    Refusal::new(400, 2500, None, format!("Unknown path components: /{edge}"))
}

/// Why a code of a dialog gives no token.
pub(crate) fn no_token(fault: CodeFault) -> Refusal {
    let (subcode, words) = match fault {
        CodeFault::Expired => (36_007, "This authorization code has expired."),
        CodeFault::Used => (36_009, "This authorization code has been used."),
        CodeFault::Unknown => (36_008, "Invalid verification code format."),
        CodeFault::WrongRedirect => (
            36_008,
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in \
             the OAuth dialog request",
        ),
    };
    Refusal::new(400, 100, subcode, words)
}

/// The answer of calls without a result.
pub(crate) fn success() -> Value {
    json!({ "success": true })
}

/// A callback of an app, as its subscriptions list it.
pub(crate) fn subscription<'a>(object: &str, url: &str, fields: impl IntoIterator<Item = &'a String>) -> Value {
    let fields = fields.into_iter().map(|name| json!({"name": name, "version": "v26.0"}));
    json!({"object": object, "callback_url": url, "active": true, "fields": fields.collect::<Vec<_>>()})
}

#[derive(Clone, Debug)]
pub struct AppView {
    pub id: String,
    pub secret: String,
}

impl AppView {
    /// The app's own token.
    pub fn token(&self) -> String {
        format!("{}|{}", self.id, self.secret)
    }
}

/// Node and edge of a call, without the version.
pub(crate) fn parts(call: &Call) -> Vec<&str> {
    let is_version =
        |one: &&str| one.strip_prefix('v').is_some_and(|rest| rest.starts_with(|sign: char| sign.is_ascii_digit()));
    let parts: Vec<&str> = call.segments().into_iter().filter(|one| !one.is_empty()).collect();
    let skipped = usize::from(parts.first().is_some_and(is_version));
    parts.into_iter().skip(skipped).collect()
}

/// All parameters of a call: typed in JSON, as text in query, form and multipart.
pub(crate) struct Params<'a> {
    pub(crate) values: Map<String, Value>,
    /// The part `filedata`.
    pub(crate) file: Option<&'a Part>,
    /// From `Authorization` or `access_token`.
    pub(crate) token: String,
}

impl<'a> Params<'a> {
    pub(crate) fn of(call: &'a Call) -> Self {
        let mut values = call.values();
        values.extend(call.json.as_object().cloned().unwrap_or_default());
        let file = call.part("filedata").filter(|part| !part.file_name.is_empty());
        let mut params = Self { values, file, token: String::new() };
        let given = call.bearer().or_else(|| call.header("authorization")?.strip_prefix("OAuth "));
        params.token = given.map(str::to_owned).or_else(|| params.text("access_token")).unwrap_or_default();
        params
    }

    /// A required, non-empty parameter.
    pub(crate) fn needed(&self, name: &str) -> Result<String, Refusal> {
        let given = self.text(name).filter(|text| !text.is_empty());
        given.ok_or_else(|| bad(&format!("The parameter {name} is required.")))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// A parameter as text, also if it is a number.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        text_of(&self.values, name)
    }

    /// An object: native in JSON, else JSON text.
    pub(crate) fn object(&self, name: &str) -> Value {
        match self.values.get(name) {
            Some(Value::String(text)) => serde_json::from_str(text).unwrap_or(Value::Null),
            Some(value) => value.clone(),
            None => Value::Null,
        }
    }

    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        if let Some(Value::Array(all)) = self.values.get(name) {
            return all.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
        let text = self.text(name).unwrap_or_default();
        text.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
    }
}

/// The handshake: the callback must return the challenge.
pub(crate) async fn handshake<W: Wire>(core: &Core<W>, url: &str, verify_token: &str) -> Result<(), Refusal> {
    let failed = |why: String| {
        let message = format!("(#2200) Callback verification failed with the following errors: {why}");
        Refusal::new(400, 2200, None, message)
    };
    let mut address = url::Url::parse(url).map_err(|_| failed("The URL is not valid".to_owned()))?;
    let challenge = core.change(|state| (1_158_201_444 + state.next_serial()).to_string());
    address
        .query_pairs_mut()
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", &challenge)
        .append_pair("hub.verify_token", verify_token);
    let answer = core.client.get(address).timeout(std::time::Duration::from_secs(20)).send().await;
    let answer = answer.map_err(|_| failed("The URL couldn't be reached".to_owned()))?;
    let status = answer.status();
    let text = answer.text().await.unwrap_or_default();
    let reason = status.canonical_reason().unwrap_or("Unknown");
    ensure(status == 200, || failed(format!("HTTP Status Code = {}; HTTP Message = {reason}", status.as_u16())))?;
    ensure(text == challenge, || failed("The challenge was not repeated".to_owned()))
}

/// JSON with all non-ASCII characters escaped, and slashes too: the form that is signed.
fn escaped(body: &Value) -> String {
    let mut text = String::new();
    for one in body.to_string().chars() {
        match one {
            '/' => text.push_str("\\/"),
            one if one.is_ascii() => text.push(one),
            one => one.encode_utf16(&mut [0; 2]).iter().for_each(|unit| text.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    text
}

pub(crate) fn signed(url: &str, secret: &str, body: &Value, fault: Option<HookFault>) -> Post {
    let body = escaped(body);
    let secret = if fault == Some(HookFault::Forged) { "the secret of another app" } else { secret };
    let mut headers =
        vec![("content-type", "application/json".to_owned()), ("user-agent", "facebookexternalua".to_owned())];
    if fault != Some(HookFault::Unsigned) {
        headers.push(("x-hub-signature-256", format!("sha256={}", signature(secret, &body))));
    }
    Post { url: url.to_owned(), headers, body }
}
