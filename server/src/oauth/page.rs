//! The installation pages: one small template without script or external resources.

use actix_web::cookie::Cookie;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use base::config::Integration;
use base::i18n::{Language, LocalizedText, Sentence, Words};

use super::{OauthContext, crm_of};

/// Data common to all pages of a request.
pub(super) struct Frame {
    pub words: Words,
    /// The platform's name if no integration is known.
    pub crm: &'static str,
}

impl Frame {
    pub fn of(app: &OauthContext, request: &HttpRequest, integration: Option<&Integration>) -> Self {
        let shared = app.integrations.of_one_brand();
        let product = integration.or(shared.as_deref()).and_then(Integration::product);
        Self { words: Words::named(Language::of_request(request), product), crm: crm_of(app, integration) }
    }

    /// A text that may contain the platform's name.
    pub fn text(&self, key: &'static str) -> Sentence {
        self.words.text(key).with("crm", self.crm)
    }

    /// An error in the reader's language.
    pub fn localized(&self, detail: &LocalizedText) -> String {
        detail.in_words(self.words, self.crm)
    }

    /// A page with a title only.
    pub fn page(&self, title: Sentence) -> InstallPage {
        InstallPage {
            words: self.words,
            title: title.to_string(),
            steps: Vec::new(),
            lines: Vec::new(),
            ways: Vec::new(),
            details: String::new(),
            others: Vec::new(),
            nonce: hex::encode(rand::random::<[u8; 16]>()),
        }
    }
}

/// A link to continue.
pub(super) struct NextLink {
    pub href: String,
    pub text: String,
    /// The primary action.
    pub first: bool,
}

/// A line with an icon: `ok`, `bad` or `wait`.
pub(super) struct InstallStepLine {
    pub tone: &'static str,
    pub text: String,
}

/// The same page in another language.
pub(super) struct Other {
    pub href: String,
    pub language: Language,
}

/// A page.
#[derive(Template)]
#[template(path = "install/page.html")]
pub(super) struct InstallPage {
    pub words: Words,
    pub title: String,
    pub steps: Vec<InstallStepLine>,
    pub lines: Vec<String>,
    pub ways: Vec<NextLink>,
    /// amoCRM's error text, collapsed; empty if there is none.
    pub details: String,
    /// `None` if the address contains a code, which must not be opened twice.
    pub others: Vec<Other>,
    nonce: String,
}

impl InstallPage {
    pub fn step(mut self, tone: &'static str, text: Sentence) -> Self {
        self.steps.push(InstallStepLine { tone, text: text.to_string() });
        self
    }

    pub fn line(mut self, text: Sentence) -> Self {
        self.lines.push(text.to_string());
        self
    }

    /// Adds a link; the first one is the primary action.
    pub fn way(mut self, href: String, text: Sentence) -> Self {
        let first = self.ways.is_empty();
        self.ways.push(NextLink { href, text: text.to_string(), first });
        self
    }

    pub fn details(mut self, details: String) -> Self {
        self.details = details;
        self
    }

    /// The response. Pages must not be cached or framed.
    pub fn answer(&self, status: StatusCode) -> HttpResponse {
        let Ok(text) = self.render() else { return HttpResponse::InternalServerError().finish() };
        let policy = format!(
            "default-src 'none'; style-src 'nonce-{}'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            self.nonce
        );
        HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::CONTENT_SECURITY_POLICY, policy))
            // The address of this page contains a code.
            .insert_header((header::REFERRER_POLICY, "no-referrer"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .insert_header((header::CONTENT_LANGUAGE, self.words.language().code()))
            .insert_header((header::VARY, "Cookie, Accept-Language"))
            .body(text)
    }
}

/// Binds an installation to the browser that began it, so that its administrator's data is shown in no other.
pub(super) mod browser {
    use super::{Cookie, HttpRequest};
    use actix_web::cookie::SameSite;
    use actix_web::cookie::time::Duration;
    use sha2::{Digest, Sha256};
    use url::Url;
    use uuid::Uuid;

    use base::browser::cookie;

    const NAME: &str = "parom-install";
    const PATH: &str = "/oauth";
    const MINUTES: i64 = 10;

    /// A new binding: its cookie, and the stored part.
    pub fn new(public_url: &Url) -> (Cookie<'static>, Uuid) {
        let secret = hex::encode(rand::random::<[u8; 32]>());
        let kept = kept(&secret);
        let cookie = Cookie::build(cookie::name(public_url, NAME, PATH), secret)
            .path(PATH)
            .http_only(true)
            // amoCRM redirects the browser back by a link, with which a strict cookie would not be sent.
            .same_site(SameSite::Lax)
            .secure(cookie::is_secure(public_url))
            .max_age(Duration::minutes(MINUTES))
            .finish();
        (cookie, kept)
    }

    /// The stored part for the requesting browser; nil if it has no cookie.
    pub fn of(request: &HttpRequest) -> Uuid {
        cookie::value(request, NAME).map(|secret| kept(&secret)).unwrap_or_default()
    }

    /// Hashed, so that a reader of the database cannot impersonate the browser.
    fn kept(secret: &str) -> Uuid {
        let mut first = [0; 16];
        first.iter_mut().zip(Sha256::digest(secret.as_bytes())).for_each(|(to, from)| *to = from);
        Uuid::from_bytes(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_accounts_cannot_become_markup() {
        let frame = Frame { words: Words::new(Language::Ru), crm: "amoCRM" };
        let bad = |text: &str| frame.words.text("install-done-title").with("account", text);
        let page = frame
            .page(bad("<b>x</b>"))
            .step("ok", bad("<s>"))
            .line(bad("<script>"))
            .way("/oauth/install?integration=a&b".into(), bad("\"<i>"))
            .details("<u>".into());
        let text = page.render().unwrap();
        assert!(text.contains("lang=\"ru\""));
        for markup in ["<b>", "<s>", "<script>", "<i>", "<u>"] {
            assert!(!text.contains(markup), "{markup}");
        }
    }
}
