//! Public pages with the text of the data processing agreement, filled in from `[vendor]`: for the GDPR and for Russia's
//! Federal Law 152-FZ. They exist once the vendor has set its legal entity, its address and where it stores the data.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use base::config::{Config, Integration, Vendor};
use base::i18n::{Language, Sentence, Words};

use crate::platform::PlatformContext;

/// A law and the sections of its agreement, in order: `legal-{law}-name-{section}`, `legal-{law}-text-{section}`.
struct Law {
    path: &'static str,
    title: &'static str,
    names: &'static str,
    texts: &'static str,
    sections: &'static [&'static str],
}

const LAWS: [Law; 2] = [
    Law {
        path: "152-fz",
        title: "legal-fz152-title",
        names: "legal-fz152-name-",
        texts: "legal-fz152-text-",
        sections: &["subject", "data", "actions", "time", "duties", "security", "place", "breach", "end"],
    },
    Law {
        path: "gdpr",
        title: "legal-gdpr-title",
        names: "legal-gdpr-name-",
        texts: "legal-gdpr-text-",
        sections: &["subject", "data", "time", "duties", "security", "place", "breach", "audit", "end"],
    },
];

#[derive(Template)]
#[template(path = "legal/page.html")]
struct LegalPage {
    words: Words,
    title: Sentence,
    parties: Sentence,
    /// Names with their paragraphs.
    sections: Vec<(Sentence, Vec<String>)>,
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

/// The address of the agreement for readers of this language; none if the vendor has not set what belongs in it.
pub fn address(config: &Config, integration: Option<&Integration>, language: Language) -> Option<String> {
    let path = match language {
        Language::Ru => "/legal/152-fz",
        Language::En | Language::Es | Language::Pt => "/legal/gdpr",
    };
    let branded = integration.filter(|integration| integration.brand.is_some());
    let query = branded.map(|integration| format!("?integration={}", integration.name)).unwrap_or_default();
    is_there(&Vendor::of(config, integration)).then(|| format!("{path}{query}"))
}

fn is_there(vendor: &Vendor) -> bool {
    [&vendor.legal_entity, &vendor.legal_address, &vendor.hosting_region].iter().all(|text| !text.trim().is_empty())
}

async fn page(app: web::Data<PlatformContext>, request: HttpRequest, law: web::Path<String>) -> HttpResponse {
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let named = query.into_owned().find(|(name, _)| name == "integration").map(|(_, value)| value);
    let integration = named.and_then(|name| app.integrations.named(&name));
    let place = LAWS.iter().position(|one| one.path == law.as_str());
    let Some(place) = place.filter(|_| is_there(&Vendor::of(&app.config, integration.as_deref()))) else {
        return HttpResponse::NotFound()
            .content_type("text/plain; charset=utf-8")
            .body("There is nothing at this address.\n");
    };
    let language = Language::of_operator(&request);
    let words = Words::named(language, integration.as_deref().and_then(Integration::product));
    let shown = shown(&app, integration.as_deref(), words, &LAWS[place], &LAWS[1 - place]);
    let Ok(text) = shown.render() else { return HttpResponse::InternalServerError().finish() };
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        shown.nonce
    );
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CONTENT_LANGUAGE, words.language().code()))
        .insert_header((header::VARY, "Cookie, Accept-Language"))
        .body(text)
}

fn shown(app: &PlatformContext, integration: Option<&Integration>, words: Words, law: &Law, other: &Law) -> LegalPage {
    let (vendor, retention) = (Vendor::of(&app.config, integration), &app.config.retention);
    let name = if vendor.name.is_empty() { words.text("install-product").to_string() } else { vendor.name.clone() };
    let filled = |sentence: Sentence| {
        sentence
            .with("crm", integration.map_or_else(|| app.integrations.brands(), |one| one.platform.brand().to_owned()))
            .with("name", name.as_str())
            .with("vendor", vendor.legal_entity.as_str())
            .with("address", vendor.legal_address.as_str())
            .with("region", vendor.hosting_region.as_str())
            .with("texts_days", retention.texts_days)
            .with("messages_days", retention.messages_days)
            .with("files_days", app.config.media.keep_days)
            .with("audit_days", retention.audit_days)
    };
    let section = |id: &&str| {
        let text = filled(words.text_of(law.texts, id)).to_string();
        (words.text_of(law.names, id), text.lines().map(str::to_owned).collect())
    };
    let email = vendor.support_email.as_str();
    LegalPage {
        title: words.text(law.title),
        parties: filled(words.text("legal-parties")),
        sections: law.sections.iter().map(section).collect(),
        contact: if email.is_empty() {
            String::new()
        } else {
            words.text("legal-contact").with("email", email).to_string()
        },
        path: law.path,
        branded: integration.map(|one| format!("&integration={}", one.name)).unwrap_or_default(),
        language: if words.language() == Language::Ru { Language::En } else { Language::Ru },
        other: (other.path, words.text(other.title)),
        nonce: hex::encode(rand::random::<[u8; 16]>()),
        words,
    }
}
