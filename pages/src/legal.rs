//! The data processing agreement: for the GDPR and for Russia's Federal Law 152-FZ. It exists once the vendor has set its
//! legal entity, its address and where it stores the data.
//!
//! ```text
//! [vendor], the brand ─▶ Agreement ─┬▶ its public page
//!                                   └▶ the widget's tick ─▶ consent: the text, its version, who, when
//! ```

use std::net::IpAddr;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use base::config::{Config, Integration, Vendor};
use base::i18n::{Language, Sentence, Words};
use domain::platform::PlatformContext;
use domain::public_page;
use entity::consent::{self, Column};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryOrder};
use sha2::{Digest, Sha256};
use uuid::Uuid;

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

/// `/legal/licences` and `/legal/{law}`.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/legal/licences", web::get().to(licences));
    config.route("/legal/{law}", web::get().to(page));
}

/// The licences and notices of what this program contains.
async fn licences() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, KEPT))
        .body(include_str!("../assets/licences.txt"))
}

async fn page(app: web::Data<PlatformContext>, request: HttpRequest, law: web::Path<String>) -> HttpResponse {
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let named = query.into_owned().find(|(name, _)| name == "integration").map(|(_, value)| value);
    let integration = named.and_then(|name| app.integrations.named(&name));
    let Some(place) = LAWS.iter().position(|one| one.path == law.as_str()) else {
        return public_page::nothing(&request);
    };
    let language = Language::of_operator(&request);
    let Some(agreement) = Agreement::under(&app, integration.as_deref(), &LAWS[place], language) else {
        return public_page::nothing(&request);
    };
    let shown = legal_page(&app, integration.as_deref(), agreement, place);
    public_page::answer(&shown, &shown.nonce, shown.words, KEPT)
}

fn legal_page(
    app: &PlatformContext,
    integration: Option<&Integration>,
    agreement: Agreement,
    place: usize,
) -> LegalPage {
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

/// A law and the sections of its agreement, in order: `legal-{law}-name-{section}`, `legal-{law}-text-{section}`.
struct Law {
    pub path: &'static str,
    pub title: &'static str,
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

/// The agreement under a law in a language. It exists in Russian and English; in other languages it is English.
pub struct Agreement {
    /// The end of the page's address, and the name of the document.
    pub document: &'static str,
    pub language: Language,
    /// Ends the page's address: names the integration whose brand is in the text; empty without one.
    branded: String,
    pub title: String,
    pub parties: String,
    /// Names with their paragraphs.
    pub sections: Vec<(String, Vec<String>)>,
}

impl Agreement {
    /// For the readers of a language; none if the vendor has not set what belongs in it.
    pub fn of(app: &PlatformContext, integration: Option<&Integration>, language: Language) -> Option<Self> {
        Self::under(app, integration, &LAWS[law_of(language)], language)
    }

    /// Under a law.
    fn under(app: &PlatformContext, integration: Option<&Integration>, law: &Law, language: Language) -> Option<Self> {
        let vendor = Vendor::of(&app.config, integration);
        if !is_there(&vendor) {
            return None;
        }
        let language = if language == Language::Ru { Language::Ru } else { Language::En };
        let words = Words::named(language, integration.and_then(Integration::product));
        let retention = &app.config.retention;
        let name = vendor.name_in(words);
        let filled = |sentence: Sentence| {
            let crm = integration.map_or_else(|| app.integrations.brands(), |one| one.platform.brand().to_owned());
            let sentence = sentence
                .with("crm", crm)
                .with("name", name.as_str())
                .with("vendor", vendor.legal_entity.as_str())
                .with("address", vendor.legal_address.as_str())
                .with("region", vendor.hosting_region.as_str())
                .with("texts_days", retention.texts_days)
                .with("messages_days", retention.messages_days)
                .with("files_days", app.config.media.keep_days)
                .with("audit_days", retention.audit_days);
            sentence.to_string()
        };
        let section = |id: &&str| {
            let text = filled(words.text_of(law.texts, id));
            (words.text_of(law.names, id).to_string(), text.lines().map(str::to_owned).collect())
        };
        Some(Self {
            document: law.path,
            language,
            branded: branded(integration),
            title: words.text(law.title).to_string(),
            parties: filled(words.text("legal-parties")),
            sections: law.sections.iter().map(section).collect(),
        })
    }

    /// Whether what was agreed to is still the text of its law and language.
    pub fn is_current(app: &PlatformContext, integration: Option<&Integration>, given: &consent::Model) -> bool {
        let law = LAWS.iter().find(|law| law.path == given.document);
        let language = Language::ALL.into_iter().find(|language| language.code() == given.language);
        let present = law.zip(language).and_then(|(law, language)| Self::under(app, integration, law, language));
        present.is_some_and(|present| present.version() == given.version)
    }

    /// The page with this text, in its language.
    pub fn address(&self, app: &PlatformContext) -> String {
        let language = self.language.code();
        let query = if self.branded.is_empty() { String::new() } else { format!("&{}", self.branded) };
        format!("{}/legal/{}?lang={language}{query}", app.public_url(), self.document)
    }

    /// The whole text, without the page around it.
    pub fn text(&self) -> String {
        let mut lines = vec![self.title.clone(), self.parties.clone()];
        for (at, (name, paragraphs)) in self.sections.iter().enumerate() {
            lines.push(format!("{}. {name}", at + 1));
            lines.extend(paragraphs.iter().cloned());
        }
        lines.join("\n")
    }

    /// Names the text: another text has another version.
    pub fn version(&self) -> String {
        hex::encode(&Sha256::digest(self.text())[..6])
    }
}

fn law_of(language: Language) -> usize {
    usize::from(language != Language::Ru)
}

fn branded(integration: Option<&Integration>) -> String {
    let branded = integration.filter(|integration| integration.brand.is_some());
    branded.map(|integration| format!("integration={}", integration.name)).unwrap_or_default()
}

fn is_there(vendor: &Vendor) -> bool {
    [&vendor.legal_entity, &vendor.legal_address, &vendor.hosting_region].iter().all(|text| !text.trim().is_empty())
}

/// The address of the agreement for readers of this language; none if the vendor has not set what belongs in it.
pub fn address(config: &Config, integration: Option<&Integration>, language: Language) -> Option<String> {
    let branded = branded(integration);
    let query = if branded.is_empty() { String::new() } else { format!("?{branded}") };
    is_there(&Vendor::of(config, integration)).then(|| format!("/legal/{}{query}", LAWS[law_of(language)].path))
}

/// Who agrees: a user of the CRM's account.
pub struct ConsentGiver {
    /// amoCRM's id.
    pub user_id: i64,
    /// Empty if unknown.
    pub name: String,
    pub address: Option<IpAddr>,
}

/// The account's last consent.
pub async fn last_consent(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Option<consent::Model>, DbErr> {
    consent::Entity::of_tenant(tenant_id).order_by_desc(Column::Id).one(db).await
}

/// Stores a consent. False if the same text was agreed to last.
pub async fn give_consent(
    app: &PlatformContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    agreement: &Agreement,
    giver: ConsentGiver,
) -> Result<bool, DbErr> {
    let version = agreement.version();
    let language = agreement.language.code();
    let same =
        |row: consent::Model| row.document == agreement.document && row.language == language && row.version == version;
    if last_consent(db, tenant_id).await?.is_some_and(same) {
        return Ok(false);
    }
    let row = consent::Model {
        tenant_id,
        id: app.clock.uuid_v7(),
        document: agreement.document.to_owned(),
        language: language.to_owned(),
        version,
        text: agreement.text(),
        user_id: giver.user_id,
        user_name: giver.name,
        address: giver.address.map(|address| address.to_string()).unwrap_or_default(),
        created_at: app.clock.millis(),
    };
    consent::Entity::insert(row.into_active_model()).exec_without_returning(db).await?;
    Ok(true)
}
