//! The origin of a request's page.

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

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderName;

    use super::*;

    #[test]
    fn only_own_pages_may_ask() {
        let url = Url::parse("https://parom.example").unwrap();
        let says = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(HeaderName::from_static(name), value.parse().unwrap());
            }
            is_own(&headers, &url)
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
