//! Calls of programs, read once: path, parameters, JSON or the parts of a form; and the answers to them.

use actix_web::{HttpRequest, HttpResponse, body::SizedStream, error::PayloadError, http::StatusCode, web};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use multer::Multipart;
use serde_json::{Map, Value};

use super::id::Id;

#[derive(Clone, Debug, Default)]
pub struct Call {
    /// `POST`.
    pub method: String,
    /// Without the leading slash.
    pub path: String,
    /// The query, as received.
    pub query_string: String,
    pub query: Vec<(String, String)>,
    /// Fields of a form, without files.
    pub form: Vec<(String, String)>,
    pub parts: Vec<Part>,
    /// The body as JSON; null if there is none.
    pub json: Value,
    /// The body is neither a form nor JSON, although it says so.
    pub is_garbled: bool,
    /// The body is larger than the messenger takes; the rest of it was not read.
    pub is_too_large: bool,
    pub body: Bytes,
    headers: Vec<(String, String)>,
}

#[derive(Clone, Debug, Default)]
pub struct Part {
    pub name: String,
    pub file_name: String,
    pub mime: String,
    pub bytes: Bytes,
}

impl Call {
    /// A parameter of the query; an empty one counts as absent.
    pub fn query(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The same as a number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.query(name)?.parse().ok()
    }

    /// A parameter of the form or the query.
    pub fn param(&self, name: &str) -> Option<&str> {
        let both = self.form.iter().chain(&self.query);
        both.into_iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The parameters of query and form by their names. A part may have a media type without being a file.
    pub(crate) fn values(&self) -> Map<String, Value> {
        let pairs =
            self.query.iter().chain(&self.form).map(|(name, value)| (name.clone(), Value::from(value.as_str())));
        let parts = self.parts.iter().filter(|part| part.file_name.is_empty());
        pairs.chain(parts.map(|part| (part.name.clone(), Value::from(String::from_utf8_lossy(&part.bytes))))).collect()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The token of `Authorization: Bearer`.
    pub fn bearer(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }

    pub fn segments(&self) -> Vec<&str> {
        self.path.split('/').collect()
    }

    /// Whether it comes from our own page or from a program: pages of a wire refuse other sites.
    pub fn is_own(&self) -> bool {
        is_same_site(self.header("origin"), self.header("host"))
    }

    pub fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }

    /// Reads a request, of whose body at most so many bytes; `None` if its body breaks off: that caller asked nothing.
    pub(crate) async fn read(request: &HttpRequest, payload: web::Payload, limit: usize) -> Option<Self> {
        let pairs = |text: &[u8]| url::form_urlencoded::parse(text).into_owned().collect::<Vec<_>>();
        let headers = request.headers().iter();
        let headers = headers.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
        let mut call = Self {
            method: request.method().to_string(),
            path: request.path().trim_start_matches('/').to_owned(),
            query_string: request.query_string().to_owned(),
            query: pairs(request.query_string().as_bytes()),
            headers: headers.collect(),
            ..Self::default()
        };
        call.take_body(payload, limit).await.ok()?;
        let kind = call.header("content-type").unwrap_or_default().to_owned();
        if kind.starts_with("multipart/form-data") {
            call.is_garbled = call.read_parts(&kind).await.is_err();
        } else if kind.starts_with("application/x-www-form-urlencoded") {
            call.form = pairs(&call.body);
        } else if !call.body.is_empty() {
            let json = serde_json::from_slice(&call.body);
            call.is_garbled = json.is_err();
            call.json = json.unwrap_or_default();
        }
        Some(call)
    }

    /// The whole body is read even where it is too large, so that the caller can read the answer.
    async fn take_body(&mut self, mut payload: web::Payload, limit: usize) -> Result<(), PayloadError> {
        let mut body = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk?;
            self.is_too_large |= body.len() + chunk.len() > limit;
            if !self.is_too_large {
                body.extend_from_slice(&chunk);
            }
        }
        self.body = body.freeze();
        Ok(())
    }

    async fn read_parts(&mut self, kind: &str) -> multer::Result<()> {
        let body = self.body.clone();
        let body = stream::once(async move { Ok::<_, std::io::Error>(body) });
        let mut fields = Multipart::new(body, multer::parse_boundary(kind)?);
        while let Some(field) = fields.next_field().await? {
            let name = field.name().unwrap_or_default().to_owned();
            let file_name = field.file_name().map(str::to_owned);
            let mime = field.content_type().map(ToString::to_string);
            let bytes = field.bytes().await?;
            match (file_name, mime) {
                (None, None) => self.form.push((name, String::from_utf8_lossy(&bytes).into_owned())),
                (file_name, mime) => self.parts.push(Part {
                    name,
                    file_name: file_name.unwrap_or_default(),
                    mime: mime.unwrap_or_default(),
                    bytes,
                }),
            }
        }
        Ok(())
    }
}

/// A call as rules for faults and the log know it.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// The line whose token was sent.
    pub line: Id,
    /// `POST /messages`.
    pub call: String,
    /// The recipient, if faults can be limited to one.
    pub to: Option<String>,
}

#[derive(Clone, Debug)]
pub struct CallView {
    pub line: Id,
    /// The name by which faults know it.
    pub call: String,
    /// Without the leading slash.
    pub path: String,
    /// The query, as received.
    pub query: String,
    /// The JSON body, or the fields of the form; null if there is none.
    pub body: Value,
    /// The status of the answer; 0 if the connection was dropped.
    pub status: u16,
}

#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
}

impl Answer {
    pub fn new(status: u16, mime: &str, body: impl Into<Bytes>) -> Self {
        Self { status, headers: vec![("content-type", mime.to_owned())], body: body.into() }
    }

    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", body.to_string())
    }

    pub fn empty(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// A gateway's page.
    pub(crate) fn html_page(status: u16) -> Self {
        Self::new(status, "text/html", "<html><body><h1>Bad Gateway</h1></body></html>")
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    pub(crate) fn respond(self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        for (name, value) in self.headers {
            response.insert_header((name, value));
        }
        response.body(self.body)
    }
}

/// Whether the page that sent a request is from the host that it asks; a program names no origin.
pub(crate) fn is_same_site(origin: Option<&str>, host: Option<&str>) -> bool {
    match (origin, host) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(host)),
        (origin, _) => origin.is_none(),
    }
}

/// Returns the refusal unless the condition holds.
pub(crate) fn ensure<E>(holds: bool, otherwise: impl FnOnce() -> E) -> Result<(), E> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// An answer that never arrives: its body fails before the head is written to the socket, so the caller sees a closed
/// connection.
pub(crate) fn cut() -> HttpResponse {
    let broken = async { Err::<Bytes, _>(std::io::Error::other("cut on purpose")) };
    HttpResponse::Ok().body(SizedStream::new(1, stream::once(broken)))
}
