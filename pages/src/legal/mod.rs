//! The data processing agreement: for the GDPR and for Russia's Federal Law 152-FZ. It exists once the vendor has set its
//! legal entity, its address and where it stores the data.
//!
//! ```text
//! [vendor], the brand ─▶ Agreement ─┬▶ its public page
//!                                   └▶ the widget's tick ─▶ consent: the text, its version, who, when
//! ```

mod agreement;
pub mod consent;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use base::config::{Integration, Vendor};
use base::i18n::{Language, Sentence, Words};
use domain::platform::PlatformContext;
use domain::public_page;

use agreement::LAWS;

pub use agreement::{Agreement, address};

/// For how long browsers and proxies may keep a page.
const KEPT: &str = "public, max-age=300";

#[derive(Template)]
#[template(path = "legal/page.html")]
struct LegalPage {
    words: Words,
    title: String,
    agreement: Agreement,
    version: String,
    /// Empty if none is configured.
    contact: String,
    /// Of this page.
    path: &'static str,
    /// Names the integration in the addresses of the other languages and of the other agreement; empty without one.
    branded: String,
    language: Language,
    /// The other agreement.
    other: (&'static str, Sentence),
    nonce: String,
}

/// `/legal/{law}`.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/legal/{law}", web::get().to(page));
}

async fn page(app: web::Data<PlatformContext>, request: HttpRequest, law: web::Path<String>) -> HttpResponse {
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let named = query.into_owned().find(|(name, _)| name == "integration").map(|(_, value)| value);
    let integration = named.and_then(|name| app.integrations.named(&name));
    let Some(place) = LAWS.iter().position(|one| one.path == law.as_str()) else { return public_page::nothing() };
    let language = Language::of_operator(&request);
    let Some(agreement) = Agreement::under(&app, integration.as_deref(), &LAWS[place], language) else {
        return public_page::nothing();
    };
    let shown = shown(&app, integration.as_deref(), agreement, place);
    public_page::answer(&shown, &shown.nonce, shown.words, KEPT)
}

fn shown(app: &PlatformContext, integration: Option<&Integration>, agreement: Agreement, place: usize) -> LegalPage {
    let words = Words::named(agreement.language, integration.and_then(Integration::product));
    let email = Vendor::of(&app.config, integration).support_email;
    let other = &LAWS[1 - place];
    LegalPage {
        title: agreement.title.clone(),
        version: agreement.version(),
        contact: if email.is_empty() {
            String::new()
        } else {
            words.text("legal-contact").with("email", email).to_string()
        },
        path: LAWS[place].path,
        branded: integration.map(|one| format!("&integration={}", one.name)).unwrap_or_default(),
        language: if agreement.language == Language::Ru { Language::En } else { Language::Ru },
        other: (other.path, words.text(other.title)),
        nonce: public_page::nonce(),
        agreement,
        words,
    }
}
