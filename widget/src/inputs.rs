//! The vendor's settings for an archive.

use std::collections::BTreeMap;

use url::Url;

/// The marketplace that an archive is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    Amocrm,
    Kommo,
}

impl Platform {
    /// The name of the CRM in texts.
    pub fn brand(self) -> &'static str {
        match self {
            Self::Amocrm => "amoCRM",
            Self::Kommo => "Kommo",
        }
    }

    /// Languages that a card of the marketplace may have (crm-api §10).
    pub fn languages(self) -> &'static [&'static str] {
        match self {
            Self::Amocrm => &["ru", "en", "es", "pt"],
            Self::Kommo => &["en", "es", "pt", "tr", "id"],
        }
    }
}

/// The vendor who offers the widget. Empty fields are missing facts.
#[derive(Clone, Debug, Default)]
pub struct Vendor {
    /// The company behind the privacy policy.
    pub legal_entity: String,
    pub support_url: String,
    pub support_email: String,
    pub privacy_url: String,
}

/// Everything an archive depends on; equal inputs give equal bytes.
#[derive(Clone, Debug)]
pub struct BuildInputs {
    pub platform: Platform,
    /// The widget's name in the marketplace.
    pub name: String,
    /// The widget's code in the CRM.
    pub code: String,
    /// `1.0.0`; the CRM caches files by version, so every upload needs a higher one.
    pub version: String,
    /// The widget's languages; those that the platform does not know are omitted.
    pub languages: Vec<String>,
    /// The integration's name, for the address that starts a manual installation.
    pub integration: String,
    /// Public address of the server.
    pub public_url: Url,
    pub vendor: Vendor,
    /// The accent colour of its window, and that of what is pointed at, as `#RRGGBB`; none: Parom's.
    pub colors: Option<[String; 2]>,
    /// With the panel in the lead card (location `lcard-1`).
    pub card: bool,
    /// A channel serves WhatsApp: the widget is shown in amoCRM's list of WhatsApp services (location
    /// `whatsapp_modal`).
    pub whatsapp: bool,
    /// For trying out: missing facts become marked placeholders, http is allowed, tour images may be missing.
    pub dev: bool,
    /// Logos and tour images that replace ours, by their file name.
    pub images: BTreeMap<String, Vec<u8>>,
}

/// Placeholder for a missing fact in a `--dev` archive; `check` recognises it.
pub const PLACEHOLDER: &str = "dev-placeholder";

impl BuildInputs {
    /// The languages of this archive, in the order of the platform.
    pub fn locale(&self) -> Vec<String> {
        let wanted = |language: &&&str| self.languages.iter().any(|one| one == **language);
        self.platform.languages().iter().filter(wanted).map(|&language| language.to_owned()).collect()
    }

    /// Only amoCRM has this list.
    pub(crate) fn has_whatsapp_modal(&self) -> bool {
        self.whatsapp && self.platform == Platform::Amocrm
    }

    /// The same inputs with placeholders for missing facts; only for `--dev`.
    pub(crate) fn with_placeholders(mut self) -> Self {
        let site = |page: &str| format!("https://{PLACEHOLDER}.example/{page}");
        let fill = |field: &mut String, value: String| {
            if field.trim().is_empty() {
                *field = value;
            }
        };
        fill(&mut self.name, "Parom".to_owned());
        fill(&mut self.code, "parom_dev".to_owned());
        fill(&mut self.version, "0.0.1".to_owned());
        fill(&mut self.vendor.support_url, site("support"));
        fill(&mut self.vendor.support_email, format!("support@{PLACEHOLDER}.example"));
        fill(&mut self.vendor.privacy_url, site("privacy"));
        self
    }

    /// Facts without which moderation refuses an archive, in words of the configuration.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let facts = [
            ("[integration.widget] name", &self.name),
            ("[integration.widget] code", &self.code),
            ("[vendor] support_url", &self.vendor.support_url),
            ("[vendor] privacy_url", &self.vendor.privacy_url),
        ];
        facts.iter().filter(|(_, value)| value.trim().is_empty()).map(|(name, _)| *name).collect()
    }
}
