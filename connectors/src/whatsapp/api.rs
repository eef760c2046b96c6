//! Calls to Meta's Graph API (whatsapp §1, §15). Tokens are sent in headers, and no address leaves this folder, because
//! some contain a secret.

use std::sync::Arc;
use std::time::Duration;

use base::http_client::{FILE_TIMEOUT, Guarded, HttpClients, send};
use bytes::Bytes;
use reqwest::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use url::Url;

use super::wire::{Code, Id, wire};
use crate::call::{Answer, ApiError, Refusal, answered, below};
use crate::file::{MultipartRequest, OpenFile, Whole};
use crate::{Abilities, AfterUnknown, ContentAbilities, FeatureAbilities, Length, Stand, Support, Unit, Window};

/// The version in every address: the newest one (whatsapp §1).
pub const VERSION: &str = "v26.0";
/// Time limit of a call without files, including the answer.
const CALL_WITHIN: Duration = Duration::from_secs(12);
/// Time limit of a call with a file.
const UPLOAD_WITHIN: Duration = Duration::from_secs(25);
/// Maximum bytes read from an answer: a page of a hundred templates is smaller.
const ANSWER_BYTES: usize = 4 * 1024 * 1024;
/// Domains from which Meta serves files (whatsapp §10).
const FILE_DOMAINS: [&str; 4] = ["fbsbx.com", "fbcdn.net", "facebook.com", "whatsapp.net"];

/// Meta's Graph API, or another server in its place (`whatsapp.api_url`). Clones share connections.
#[derive(Clone)]
pub struct GraphApi {
    http: reqwest::Client,
    files: reqwest::Client,
    guarded: Guarded,
    base: Arc<str>,
}

/// A request for a file, and whether it contains the token.
struct FileRequest {
    request: RequestBuilder,
    with_token: bool,
}

/// The part of an address after the version: its segments, and its query.
#[derive(Clone, Copy, Debug)]
pub struct Path<'a>(pub &'a [&'a str], pub &'a [(&'a str, &'a str)]);

impl GraphApi {
    /// `base`: `whatsapp.api_url` from the configuration.
    pub fn new(http: &HttpClients, base: &Url) -> Self {
        let base = base::config::base(base).into();
        Self { http: http.trusted().clone(), files: http.files().clone(), guarded: http.guarded().clone(), base }
    }

    /// Reads an object.
    pub async fn get<T: DeserializeOwned>(&self, token: &SecretString, path: Path<'_>) -> Result<T, ApiError> {
        self.called(self.http.get(self.address(path)?), token).await
    }

    /// Posts JSON.
    pub async fn post<T: DeserializeOwned>(
        &self,
        token: &SecretString,
        path: Path<'_>,
        body: &(impl Serialize + Sync),
    ) -> Result<T, ApiError> {
        self.called(self.http.post(self.address(path)?).json(body), token).await
    }

    /// Deletes an object.
    pub async fn delete<T: DeserializeOwned>(&self, token: &SecretString, path: Path<'_>) -> Result<T, ApiError> {
        self.called(self.http.delete(self.address(path)?), token).await
    }

    /// Posts a file with its parameters.
    pub(super) async fn upload<T: DeserializeOwned>(
        &self,
        token: &SecretString,
        path: Path<'_>,
        upload: MultipartRequest,
    ) -> Result<T, ApiError> {
        let address = self.address(path)?;
        let (form, whole) = upload.into_form();
        let request = self.files.post(address).timeout(UPLOAD_WITHIN).multipart(form);
        called(authorized(request, token), token.expose_secret(), Some(&whole)).await
    }

    /// Sends the bytes of a resumable upload. `session`: the id from its first call, which contains a query
    /// (whatsapp §9).
    pub async fn upload_bytes<T: DeserializeOwned>(
        &self,
        token: &SecretString,
        session: &str,
        bytes: Bytes,
    ) -> Result<T, ApiError> {
        let is_session = session.starts_with("upload:") && !session.contains(['/', '#', '\\']);
        let address = Url::parse(&format!("{}/{VERSION}/{session}", self.base)).ok().filter(|_| is_session);
        let request = self.http.post(address.ok_or_else(unreadable_address)?).timeout(UPLOAD_WITHIN);
        let token = token.expose_secret();
        let request = request.header("file_offset", "0").header("Authorization", format!("OAuth {token}")).body(bytes);
        called(request, token, None).await
    }

    /// Opens a file at an address returned by Meta.
    pub async fn open(&self, token: &SecretString, address: &str) -> Result<OpenFile, ApiError> {
        let request = self.file_request(address).ok_or_else(unreadable_address)?;
        let request = if request.with_token { authorized(request.request, token) } else { request.request };
        let response = send(request.timeout(FILE_TIMEOUT)).await.map_err(|error| ApiError::unanswered(error, true))?;
        let status = response.status();
        if !status.is_success() {
            return Err(Refusal::gateways(status.as_u16()).into());
        }
        Ok(OpenFile::of(response))
    }

    /// The token is sent to Meta's own hosts and to the API's host; if the API is another server than Meta's, also to
    /// the hosts that it returns. Hosts other than these must be public or listed in `network.allow_private`. None for
    /// an address that must not be called.
    fn file_request(&self, address: &str) -> Option<FileRequest> {
        let (address, own) = (Url::parse(address).ok()?, Url::parse(&self.base).ok()?);
        let host = address.host_str()?;
        let is_own = Some(host) == own.host_str() && (address.scheme() == "https" || address.scheme() == own.scheme());
        if is_own || (address.scheme() == "https" && is_metas(host)) {
            return Some(FileRequest { request: self.files.get(address), with_token: true });
        }
        let request = self.guarded.get(&address).ok()?;
        Some(FileRequest { request, with_token: !own.host_str().is_some_and(is_metas) })
    }

    /// Every segment is escaped, so that an id cannot change the path.
    fn address(&self, Path(segments, query): Path<'_>) -> Result<Url, ApiError> {
        let base = Url::parse(&self.base).map_err(|_| unreadable_address())?;
        if segments.iter().any(|segment| segment.is_empty() || segment.chars().all(|sign| sign == '.')) {
            return Err(unreadable_address());
        }
        Ok(below(&base, [VERSION].into_iter().chain(segments.iter().copied()), query))
    }

    async fn called<T: DeserializeOwned>(&self, request: RequestBuilder, token: &SecretString) -> Result<T, ApiError> {
        called(authorized(request, token).timeout(CALL_WITHIN), token.expose_secret(), None).await
    }
}

fn is_metas(host: &str) -> bool {
    let of = |rest: &str| rest.is_empty() || rest.ends_with('.');
    FILE_DOMAINS.iter().any(|domain| host.strip_suffix(domain).is_some_and(of))
}

fn authorized(request: RequestBuilder, token: &SecretString) -> RequestBuilder {
    request.bearer_auth(token.expose_secret())
}

/// Sends a request and reads its result. `whole`: whether all of its file was sent.
async fn called<T: DeserializeOwned>(
    request: RequestBuilder,
    secret: &str,
    whole: Option<&Whole>,
) -> Result<T, ApiError> {
    let answer = answered(request, ANSWER_BYTES, whole).await?;
    refused(&answer, secret).map_or_else(|| answer.read(), |refusal| Err(refusal.into()))
}

// Why a call has no result (whatsapp §15).

/// Codes of management calls, which Meta sends as the subcode of a general code.
const MANAGEMENT: std::ops::RangeInclusive<u32> = 2_388_000..=2_389_999;

/// Whether the server has no such call. Meta's refusals have a text.
pub(super) fn is_missing(failed: &ApiError) -> bool {
    failed.is_unimplemented(|refusal| refusal.text.is_empty())
}

wire! {
    /// An answer with an error. Every field may be absent or of another type.
    ErrorAnswer {
        error: Option<ErrorBody>,
    }

    ErrorBody {
        code: Code,
        error_subcode: Code,
        message: Id,
        /// Written for people; only management calls have it.
        error_user_msg: Id,
        error_data: Value,
        fbtrace_id: Id,
    }
}

impl ErrorBody {
    /// `error_data.details`; some errors have a text in place of the object.
    fn details(&self) -> &str {
        self.error_data.get("details").unwrap_or(&self.error_data).as_str().unwrap_or_default()
    }
}

/// The refusal in an answer; none if it is a success. Meta may send an error with any status.
fn refused(answer: &Answer, secret: &str) -> Option<Refusal> {
    let failed = answer.status >= 300;
    let told: ErrorAnswer = answer.read().unwrap_or_default();
    let Some(error) = told.error.filter(|error| failed || error.code.0.is_some()) else {
        return failed.then(|| answer.gateways());
    };
    let mut texts = vec![&*error.message, error.details(), &*error.error_user_msg];
    texts.retain(|text| !text.is_empty());
    let text = texts.join(": ");
    let text = if secret.is_empty() { text } else { text.replace(secret, "…") };
    let subcode = error.error_subcode.0.unwrap_or_default();
    // Without a code the status is used: a code of 0 would mean that the token is invalid.
    let code = error.code.0.unwrap_or_else(|| u32::from(answer.status));
    let code = if MANAGEMENT.contains(&subcode) { subcode } else { code };
    let is_gateways = code == u32::from(answer.status) && text.is_empty();
    Some(Refusal { code, subcode, text, trace: error.fbtrace_id.0, is_gateways, ..answer.gateways() })
}

/// The error for an id that cannot be part of an address, so that no object can have it.
fn unreadable_address() -> ApiError {
    let text = "the id cannot be part of an address".to_owned();
    Refusal { code: 100, text, ..Refusal::default() }.into()
}

// What WhatsApp supports (whatsapp §6 to §8, §11).

/// The longest text. Meta does not name the unit; this one never counts less than any other.
pub(super) const TEXT: Length = Length { most: 4096, unit: Unit::Utf16 };
/// The longest caption.
pub(super) const CAPTION: Length = Length { most: 1024, unit: Unit::Utf16 };
/// The longest text of a message with buttons or a list.
pub(super) const BODY: Length = Length { most: 1024, unit: Unit::Utf16 };
/// The longest header and footer.
pub(super) const HEADER: Length = Length { most: 60, unit: Unit::Utf16 };
/// The label of a reply button, of a link, and of the button that opens a list.
pub(super) const LABEL: Length = Length { most: 20, unit: Unit::Utf16 };
/// The title of a row and of a section.
pub(super) const ROW_TITLE: Length = Length { most: 24, unit: Unit::Utf16 };
/// The description of a row.
pub(super) const ROW_DESCRIPTION: Length = Length { most: 72, unit: Unit::Utf16 };
/// Bytes of a row's id.
pub(super) const ROW_ID: usize = 200;
/// Reply buttons of one message.
pub(super) const BUTTONS: usize = 3;
/// Rows of one list, over all its sections.
pub(super) const ROWS: usize = 10;
const DAY: Duration = Duration::from_secs(24 * 3600);

pub(super) const ABILITIES: Abilities = Abilities {
    content: ContentAbilities::all(Support::Native),
    features: FeatureAbilities {
        media_groups: Support::As(Stand::Apart),
        forwards: Support::As(Stand::Text),
        comments: Support::As(Stand::Text),
        // A sent message cannot be changed (whatsapp §6).
        edits: Support::Refused,
        ..FeatureAbilities::all(Support::Native)
    },
    text_length: Some(TEXT),
    caption_length: Some(CAPTION),
    delivered_on_accept: false,
    reports_reading: true,
    // The status of a message contains the letter's id (whatsapp §5).
    after_unknown: AfterUnknown::AwaitStatus,
    window: Some(Window { length: DAY, by_people: None }),
    requests_per_second: 80,
    at_once: 16,
};

// External ids for WhatsApp's conversations and messages (whatsapp §16).
//
// ```text
// conversation   <BSUID>       KZ.1234567890123456789     the person, if Meta reported this id
//                <phone>       77010001122                else the person's phone, digits
//                <group id>    anything else              a group
// message        <wamid>       of a card of several, `#` and its place
// ```

/// The receiver of a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// Digits with the country code.
    Phone(String),
    Bsuid(String),
    Group(String),
}

impl Address {
    /// Parses a conversation id; none if it is empty.
    pub fn parse(id: &str) -> Option<Self> {
        let id = id.trim();
        if id.is_empty() {
            None
        } else if id.bytes().all(|byte| byte.is_ascii_digit()) {
            Some(Self::Phone(id.to_owned()))
        } else if is_bsuid(id) {
            Some(Self::Bsuid(id.to_owned()))
        } else {
            Some(Self::Group(id.to_owned()))
        }
    }

    /// The fields that address a request to `/messages` (whatsapp §6).
    pub fn fields(&self) -> Map<String, Value> {
        let (kind, field, id) = match self {
            Self::Phone(id) => ("individual", "to", id),
            Self::Bsuid(id) => ("individual", "recipient", id),
            Self::Group(id) => ("group", "to", id),
        };
        let fields = [("recipient_type", json!(kind)), (field, json!(id))];
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The conversation id.
    pub fn id(&self) -> &str {
        match self {
            Self::Phone(id) | Self::Bsuid(id) | Self::Group(id) => id,
        }
    }
}

/// Country code, a dot, and letters and digits; for a group of portfolios with `ENT.` in between (whatsapp §12).
fn is_bsuid(id: &str) -> bool {
    let Some((country, rest)) = id.split_once('.') else { return false };
    let rest = rest.strip_prefix("ENT.").unwrap_or(rest);
    let country = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    country && !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests;
