//! Browser support shared by all our pages: assets, forms with files, cookies and origins.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;
use ipnet::IpNet;

/// The header value that makes a browser discard cached pages (`Clear-Site-Data`), sent at sign-out. Cookies stay:
/// those that are not sessions are not secret, and a site chat's belongs to its visitor.
pub const FORGET_PAGES: &str = "\"cache\"";

/// The client's address: the peer, or what a trusted proxy reports.
pub fn client_address(request: &HttpRequest, trusted_proxies: &[IpNet]) -> Option<IpAddr> {
    let mut address = request.peer_addr()?.ip();
    let trusted = |address: IpAddr| trusted_proxies.iter().any(|net| net.contains(&address));
    let forwarded: Vec<&str> = request
        .headers()
        .get_all(HeaderName::from_static("x-forwarded-for"))
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in forwarded.into_iter().rev() {
        if !trusted(address) {
            break;
        }
        let Ok(before) = hop.trim().parse() else { break };
        address = before;
    }
    Some(address)
}

/// Compiled-in scripts, styles and pictures. Browsers revalidate them on each use, so a page never gets the script of
/// another version.
pub mod asset {
    use actix_web::http::header::{self, AcceptEncoding, ETag, Encoding, EntityTag, Header, IfNoneMatch};
    use actix_web::{HttpRequest, HttpResponse};
    use bytes::Bytes;
    use sha2::{Digest, Sha256};

    pub const SCRIPT: &str = "text/javascript; charset=utf-8";
    pub const STYLE: &str = "text/css; charset=utf-8";
    pub const PICTURE: &str = "image/svg+xml";

    /// A file's content type and text.
    pub type Asset = (&'static str, &'static str);

    /// 200 with the file and its `ETag`, or 304 if the browser has it.
    pub fn answer((kind, text): Asset, request: &HttpRequest) -> HttpResponse {
        respond(kind, Bytes::from_static(text.as_bytes()), request)
    }

    /// Whether the browser takes a compressed answer.
    pub fn takes_gzip(request: &HttpRequest) -> bool {
        let accepted = AcceptEncoding::parse(request).ok();
        accepted.and_then(|accepted| accepted.negotiate([Encoding::gzip()].iter())) == Some(Encoding::gzip())
    }

    /// [`answer`] for a file generated at the server's start.
    pub fn respond(kind: &'static str, text: Bytes, request: &HttpRequest) -> HttpResponse {
        let tag = EntityTag::new_strong(hex::encode(&Sha256::digest(&text)[..12]));
        let known = match IfNoneMatch::parse(request) {
            Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|one| one.weak_eq(&tag)),
            Ok(IfNoneMatch::Any) => request.headers().contains_key(header::IF_NONE_MATCH),
            Err(_) => false,
        };
        let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        answer
            .insert_header(ETag(tag))
            .insert_header((header::CACHE_CONTROL, "no-cache"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
        if known { answer.finish() } else { answer.content_type(kind).body(text) }
    }
}

/// Cookies other than sessions: language, theme, a visitor's identity. Over https their names carry the prefix that
/// makes browsers accept them from this host only and never over plain http (`__Host-` where the path is `/`, else
/// `__Secure-`).
pub mod cookie {
    use actix_web::HttpRequest;
    use actix_web::http::header::HeaderValue;
    use url::Url;

    /// Whether cookies can be `Secure`: over plain http a browser refuses such a cookie.
    pub fn is_secure(public_url: &Url) -> bool {
        public_url.scheme() == "https"
    }

    /// The name of a cookie; `bare`: its name over plain http.
    pub fn name(public_url: &Url, bare: &str, path: &str) -> String {
        match (is_secure(public_url), path) {
            (false, _) => bare.to_owned(),
            (true, "/") => format!("__Host-{bare}"),
            (true, _) => format!("__Secure-{bare}"),
        }
    }

    /// The value of a cookie. One without the prefix was set by an earlier release or over plain http, and is used only
    /// when there is no other.
    pub fn value(request: &HttpRequest, bare: &str) -> Option<String> {
        let names = [format!("__Host-{bare}"), format!("__Secure-{bare}"), bare.to_owned()];
        names.iter().find_map(|name| request.cookie(name)).map(|cookie| cookie.value().to_owned())
    }

    /// A cookie for a preference, for a year. Scripts cannot read it.
    pub fn choice(public_url: &Url, bare: &str, path: &str, value: &str) -> Option<HeaderValue> {
        let (name, secure) = (name(public_url, bare, path), if is_secure(public_url) { "; Secure" } else { "" });
        HeaderValue::from_str(&format!("{name}={value}; Path={path}; Max-Age=31536000; HttpOnly{secure}; SameSite=Lax"))
            .ok()
    }
}

/// Forms with files (`multipart/form-data`), read as they arrive.
pub mod form_data {
    use actix_web::dev::Payload;
    use futures_util::StreamExt;
    use futures_util::future::join;
    use futures_util::stream::poll_fn;
    use multer::Multipart;
    use tokio::sync::mpsc;

    /// Reads a form. A request's body stays on its thread while the form's reader needs one that can move: a short channel
    /// connects them. Unread parts are not awaited.
    pub async fn read<T>(
        mut payload: Payload,
        boundary: String,
        reader: impl AsyncFnOnce(Multipart<'static>) -> T,
    ) -> T {
        let (line, mut chunks) = mpsc::channel(1);
        let carry = async move {
            while let Some(chunk) = payload.next().await {
                // An error means that the reader has finished or given up.
                if line.send(chunk.map_err(std::io::Error::other)).await.is_err() {
                    return;
                }
            }
        };
        let form = Multipart::new(poll_fn(move |context| chunks.poll_recv(context)), boundary);
        join(reader(form), carry).await.0
    }
}

/// The origin of a request's page.
pub mod origin {
    use actix_web::http::header::HeaderMap;
    use url::Url;

    /// False if the browser reports a cross-site request. A caller that reports nothing is not a browser, or an old one
    /// that sends no cookie with cross-site requests (`SameSite`).
    pub fn is_own(headers: &HeaderMap, public_url: &Url) -> bool {
        let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
        if let Some(site) = text("sec-fetch-site") {
            return matches!(site, "same-origin" | "none");
        }
        let Some(origin) = text("origin") else { return true };
        let Ok(origin) = Url::parse(origin) else { return false };
        let Some(name) = origin.host_str() else { return false };
        let authority = origin.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"));
        origin.origin() == public_url.origin() || text("host").is_some_and(|host| host.eq_ignore_ascii_case(&authority))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderMap;
    use url::Url;

    use super::*;

    #[test]
    fn l7_over_https_a_cookie_is_of_this_host_and_of_https_alone() {
        let https = Url::parse("https://parom.example").unwrap();
        let line = cookie::choice(&https, "lang", "/", "ru").unwrap();
        assert_eq!(line, "__Host-lang=ru; Path=/; Max-Age=31536000; HttpOnly; Secure; SameSite=Lax");
        let line = cookie::choice(&https, "theme", "/panel", "dark").unwrap();
        assert_eq!(line, "__Secure-theme=dark; Path=/panel; Max-Age=31536000; HttpOnly; Secure; SameSite=Lax");
        let http = Url::parse("http://127.0.0.1:8080").unwrap();
        let line = cookie::choice(&http, "lang", "/", "en").unwrap();
        assert_eq!(line, "lang=en; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn l7_a_name_with_a_prefix_wins_over_one_without() {
        let of = |cookies: &str| {
            let request = actix_web::test::TestRequest::default().insert_header(("cookie", cookies)).to_http_request();
            cookie::value(&request, "lang")
        };
        assert_eq!(of("lang=en; __Host-lang=ru").as_deref(), Some("ru"));
        assert_eq!(of("lang=en").as_deref(), Some("en"));
        assert_eq!(of("other=1"), None);
    }

    #[test]
    fn only_own_pages_may_ask() {
        let url = Url::parse("https://parom.example").unwrap();
        let says = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(HeaderName::from_static(name), value.parse().unwrap());
            }
            origin::is_own(&headers, &url)
        };
        assert!(says(&[]));
        assert!(says(&[("host", "parom.example")]));
        assert!(says(&[("sec-fetch-site", "same-origin")]));
        assert!(says(&[("sec-fetch-site", "none")]));
        assert!(!says(&[("sec-fetch-site", "same-site"), ("origin", "https://parom.example")]));
        assert!(!says(&[("sec-fetch-site", "cross-site"), ("origin", "https://parom.example")]));
        assert!(says(&[("origin", "https://parom.example")]));
        assert!(says(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")]));
        assert!(!says(&[("origin", "https://evil.example"), ("host", "parom.example")]));
        assert!(!says(&[("origin", "null"), ("host", "parom.example")]));
        assert!(!says(&[("origin", "data:text/html,x"), ("host", "")]));
    }
}
