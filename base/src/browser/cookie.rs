//! Cookies other than sessions: language, theme, a visitor's identity. Over https their names carry the prefix that
//! makes browsers accept them from this host only and never over plain http (`__Host-` where the path is `/`, else
//! `__Secure-`).

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l7_over_https_a_cookie_is_of_this_host_and_of_https_alone() {
        let https = Url::parse("https://parom.example").unwrap();
        let line = choice(&https, "lang", "/", "ru").unwrap();
        assert_eq!(line, "__Host-lang=ru; Path=/; Max-Age=31536000; HttpOnly; Secure; SameSite=Lax");
        let line = choice(&https, "theme", "/panel", "dark").unwrap();
        assert_eq!(line, "__Secure-theme=dark; Path=/panel; Max-Age=31536000; HttpOnly; Secure; SameSite=Lax");
        let http = Url::parse("http://127.0.0.1:8080").unwrap();
        let line = choice(&http, "lang", "/", "en").unwrap();
        assert_eq!(line, "lang=en; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn l7_a_name_with_a_prefix_wins_over_one_without() {
        let of = |cookies: &str| {
            let request = actix_web::test::TestRequest::default().insert_header(("cookie", cookies)).to_http_request();
            value(&request, "lang")
        };
        assert_eq!(of("lang=en; __Host-lang=ru").as_deref(), Some("ru"));
        assert_eq!(of("lang=en").as_deref(), Some("en"));
        assert_eq!(of("other=1"), None);
    }
}
