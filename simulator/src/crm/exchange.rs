//! Answers of the protocol, the hosts that are asked, and calls of amoCRM's own.

use std::time::Duration;

use serde_json::{Value, json};

use crate::kit::{self, Call};

/// A call of amoCRM's own, with its data for the log.
pub(crate) struct Outgoing {
    pub(crate) request: reqwest::RequestBuilder,
    pub(crate) method: &'static str,
    /// Without secrets, for display.
    pub(crate) shown: String,
    pub(crate) host: Option<String>,
    pub(crate) limit: Duration,
}

impl Outgoing {
    /// The same call once more; `None` if its body can't be sent twice.
    pub(crate) fn twin(&self) -> Option<Self> {
        let (request, shown, host) = (self.request.try_clone()?, self.shown.clone(), self.host.clone());
        Some(Self { request, shown, host, ..*self })
    }
}

/// The answer to a request of the protocol.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) answer: kit::Answer,
    /// A remark for the log.
    pub(crate) note: Option<Box<str>>,
    /// Of the account concerned, where the address does not say.
    pub(crate) host: Option<String>,
}

impl Answer {
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<bytes::Bytes>) -> Self {
        Self { answer: kit::Answer::new(status, content_type, body), ..Self::default() }
    }

    /// An answer without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self { answer: kit::Answer::empty(status), ..Self::default() }
    }

    /// An answer with a JSON body of this media type.
    pub(crate) fn json(status: u16, content_type: &str, value: &Value) -> Self {
        Self::new(status, content_type, value.to_string())
    }

    /// An error in problem format.
    pub(crate) fn problem(status: u16, title: &str, detail: &str) -> Self {
        Self::problem_with(status, title, detail, &json!({}))
    }

    /// The same with further fields.
    pub(crate) fn problem_with(status: u16, title: &str, detail: &str, more: &Value) -> Self {
        let mut body = json!({
            "title": title,
            "type": format!("https://httpstatus.es/{status}"),
            "status": status,
            "detail": detail,
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        Self::json(status, "application/problem+json", &body).noted(detail)
    }

    /// The answer to a request beyond the rate limit.
    pub(crate) fn too_many(seconds: u64) -> Self {
        let more = json!({"retry_after": seconds});
        Self::problem_with(429, "Too Many Requests", "Too many requests", &more).retry_after(seconds)
    }

    /// A gateway's page.
    pub(crate) fn page(status: u16) -> Self {
        let title = match status {
            200 => "Please wait",
            400 => "400 Bad Request",
            401 => "401 Authorization Required",
            403 => "403 Forbidden",
            404 => "404 Not Found",
            _ => "502 Bad Gateway",
        };
        let html = format!(
            "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
             <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        );
        Self::new(status, "text/html", html).noted("a gateway's page")
    }

    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        Self { answer: self.answer.with("retry-after", seconds), ..self }
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.answer.status = status;
        self
    }

    pub(crate) fn noted(self, note: impl Into<Box<str>>) -> Self {
        Self { note: Some(note.into()), ..self }
    }

    pub(crate) fn of_host(self, host: &str) -> Self {
        Self { host: Some(host.to_owned()), ..self }
    }
}

pub(crate) fn put(object: &mut Value, key: &str, value: impl Into<Value>) {
    if let Some(map) = object.as_object_mut() {
        map.insert(key.to_owned(), value.into());
    }
}

/// The kind of a host, by its first label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HostKind {
    /// One account's own.
    Account,
    /// `api-…`: shared by many accounts, knows the new hosts of renamed accounts.
    Shared,
    /// `drive-…`, and `drive` itself, the default of SDKs: the files of many accounts.
    Drive,
    /// `www`: the public site with the consent page.
    Site,
}

/// The kind of a host. Labels of accounts never begin like this: `api-a`, `drive-b`.
pub(crate) fn host_kind(host: &str) -> HostKind {
    let label = host.split('.').next().unwrap_or_default();
    let is_numbered = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match label.split_once('-') {
        Some(("api", rest)) if is_numbered(rest) => HostKind::Shared,
        Some(("drive", rest)) if is_numbered(rest) => HostKind::Drive,
        None if label == "www" => HostKind::Site,
        None if label == "drive" => HostKind::Drive,
        _ => HostKind::Account,
    }
}

/// The parent domain of a host, `amocrm.ru` for `acme.amocrm.ru`.
pub(crate) fn domain(host: &str) -> &str {
    host.split_once('.').map_or("", |(_, domain)| domain)
}

/// Whether a text can be an account's host.
pub(crate) fn is_host(host: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_label = |label: &str| !label.is_empty() && !label.starts_with('-') && label.bytes().all(is_plain);
    host.len() <= 200 && host.contains('.') && host.split('.').all(is_label)
}

/// A request's amoCRM host – from the path prefix `/accounts/{host}`, or from the header `Host` –, the rest of its path,
/// and the base of links to the same host.
#[derive(Debug)]
pub(crate) struct Target<'a> {
    pub(crate) host: String,
    /// Without a trailing slash.
    pub(crate) base: String,
    pub(crate) rest: Vec<&'a str>,
}

impl<'a> Target<'a> {
    /// Reads the target of a request.
    pub(crate) fn of(own_url: &str, call: &'a Call) -> Self {
        let mut rest = segments(call);
        if let ["accounts", host, ..] = rest.as_slice() {
            let host = (*host).to_owned();
            rest.drain(..2);
            return Self { base: format!("{own_url}/accounts/{host}"), host, rest };
        }
        let named = call.header("host").unwrap_or_default();
        let host = named.rsplit_once(':').map_or(named, |(host, _)| host).to_ascii_lowercase();
        Self { base: format!("https://{host}"), host, rest }
    }
}

/// The path split at its slashes; a trailing one and doubled ones are ignored, as by the web server before amoCRM.
pub(crate) fn segments(call: &Call) -> Vec<&str> {
    let all: Vec<&str> = call.path.split('/').filter(|part| !part.is_empty()).collect();
    if all.is_empty() { vec![""] } else { all }
}

/// The token of a request; empty without one.
pub(crate) fn bearer(call: &Call) -> &str {
    call.bearer().unwrap_or_default()
}

/// An answer for programs that is no part of the protocol.
pub(crate) fn wrong(status: u16, error: &anyhow::Error) -> kit::Answer {
    kit::Answer::json(status, &json!({"error": format!("{error:#}")}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_host_follows_from_its_first_label() {
        for (host, wanted) in [
            ("acme.amocrm.ru", HostKind::Account),
            ("api-a.amocrm.ru", HostKind::Shared),
            ("drive-b.kommo.com", HostKind::Drive),
            ("drive.amocrm.ru", HostKind::Drive),
            ("www.amocrm.ru", HostKind::Site),
            ("api-.amocrm.ru", HostKind::Account),
            ("drive-my-shop.amocrm.ru", HostKind::Account),
        ] {
            assert_eq!(host_kind(host), wanted, "{host}");
        }
    }
}
