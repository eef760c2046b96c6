//! The text of the data processing agreement, filled in from `[vendor]` or the brand.

use base::config::{Config, Integration, Vendor};
use base::i18n::{Language, Sentence, Words};
use domain::platform::PlatformContext;
use entity::consent;
use sha2::{Digest, Sha256};

/// A law and the sections of its agreement, in order: `legal-{law}-name-{section}`, `legal-{law}-text-{section}`.
pub(super) struct Law {
    pub path: &'static str,
    pub title: &'static str,
    names: &'static str,
    texts: &'static str,
    sections: &'static [&'static str],
}

pub(super) const LAWS: [Law; 2] = [
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
    pub(super) fn under(
        app: &PlatformContext,
        integration: Option<&Integration>,
        law: &Law,
        language: Language,
    ) -> Option<Self> {
        let vendor = Vendor::of(&app.config, integration);
        if !is_there(&vendor) {
            return None;
        }
        let language = if language == Language::Ru { Language::Ru } else { Language::En };
        let words = Words::named(language, integration.and_then(Integration::product));
        let retention = &app.config.retention;
        let name = if vendor.name.is_empty() { words.text("install-product").to_string() } else { vendor.name.clone() };
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
