//! `manifest.json` (crm-api §9.3), typed: fields that are not here cannot be declared.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

/// Logos that every archive has, with their sizes in pixels (crm-api §9.2).
pub const LOGOS: [(&str, u32, u32); 5] = [
    ("images/logo.png", 130, 100),
    ("images/logo_main.png", 400, 272),
    ("images/logo_medium.png", 240, 84),
    ("images/logo_min.png", 84, 84),
    ("images/logo_small.png", 108, 108),
];

/// The manifest of an archive; texts are keys of `i18n/*.json`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Manifest {
    pub widget: About,
    pub locations: Vec<String>,
    pub tour: Tour,
    pub settings: BTreeMap<String, Setting>,
    pub advanced: Advanced,
    #[serde(default)]
    pub salesbot_designer: BTreeMap<String, BotStep>,
}

/// A step that the widget adds to the designer of Salesbots.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct BotStep {
    pub name: String,
    /// In the order in which they are shown.
    #[serde(serialize_with = "in_order", skip_deserializing)]
    pub settings: Vec<(String, BotField)>,
}

fn in_order<S: serde::Serializer>(fields: &[(String, BotField)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(fields.iter().map(|(key, field)| (key, field)))
}

/// A setting of such a step; the CRM fills markers such as `{{lead.id}}` in it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct BotField {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub default_value: String,
    /// People write it; otherwise they choose a field of the card.
    pub manual: bool,
}

/// A setting's code, type and default.
type FieldRow = (&'static str, &'static str, &'static str);

/// The steps with their fields. `widget/assets/lib/salesbot.js` knows them too.
pub(crate) const BOT_STEPS: [(&str, &[FieldRow]); 3] = [
    ("ask", &[("text", "text", ""), ("buttons", "text", ""), ("hours", "numeric", "24")]),
    ("window", &[]),
    ("template", &[("template", "text", ""), ("values", "text", ""), ("text", "text", "")]),
];

fn bot_steps() -> BTreeMap<String, BotStep> {
    let field = |step: &str, (key, kind, default): &FieldRow| BotField {
        name: format!("salesbot.{step}_{key}"),
        kind: (*kind).to_owned(),
        default_value: (*default).to_owned(),
        manual: true,
    };
    let step = |(code, fields): &(&str, &[FieldRow])| {
        let settings = fields.iter().map(|one| (one.0.to_owned(), field(code, one))).collect();
        ((*code).to_owned(), BotStep { name: format!("salesbot.{code}"), settings })
    };
    BOT_STEPS.iter().map(step).collect()
}

/// Name, version and languages.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct About {
    pub name: String,
    pub description: String,
    pub short_description: String,
    pub version: String,
    pub interface_version: u32,
    pub init_once: bool,
    pub locale: Vec<String>,
    pub installation: bool,
    pub support: Support,
}

/// Support contact for users of the widget.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Support {
    pub link: String,
    pub email: String,
}

/// Pictures of the widget, by language.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Tour {
    pub is_tour: bool,
    pub tour_images: BTreeMap<String, Vec<String>>,
    pub tour_description: String,
}

/// A field of the settings window.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Setting {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub required: bool,
}

/// The widget's own page in the settings.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Advanced {
    pub title: String,
}

impl Manifest {
    /// `tour`: the names of tour images in the archive.
    pub(crate) fn of(inputs: &BuildInputs, tour: &[String]) -> Self {
        let locale = inputs.locale();
        let mut locations = vec!["settings", "advanced_settings", "lead_sources", "salesbot_designer"];
        if inputs.has_whatsapp_modal() {
            locations.push("whatsapp_modal");
        }
        if inputs.card {
            locations.push("lcard-1");
        }
        let images_of = |language: &String| {
            let ending = tour_ending(language, tour);
            let images = tour.iter().filter(|name| name.ends_with(&ending)).map(|name| format!("/{name}")).collect();
            (language.clone(), images)
        };
        let key = |key: &str| key.to_owned();
        Self {
            widget: About {
                name: key("widget.name"),
                description: key("widget.description"),
                short_description: key("widget.short_description"),
                version: inputs.version.clone(),
                interface_version: 2,
                init_once: false,
                installation: true,
                support: Support {
                    link: inputs.vendor.support_url.clone(),
                    email: inputs.vendor.support_email.clone(),
                },
                locale: locale.clone(),
            },
            locations: locations.into_iter().map(key).collect(),
            tour: Tour {
                is_tour: true,
                tour_images: locale.iter().map(images_of).collect(),
                tour_description: key("widget.tour_description"),
            },
            // The requirements list `settings` as mandatory; the widget renders its window over this hidden field.
            settings: BTreeMap::from([(
                key("state"),
                Setting { name: key("settings.state"), kind: key("custom"), required: false },
            )]),
            advanced: Advanced { title: key("advanced.title") },
            salesbot_designer: bot_steps(),
        }
    }
}

/// How the names of a language's tour images end. A language without images of its own shows the English ones.
pub(crate) fn tour_ending<'name>(language: &str, names: impl IntoIterator<Item = &'name String>) -> String {
    let own = format!("_{language}.png");
    let has = names.into_iter().any(|name| name.starts_with("images/tour_") && name.ends_with(&own));
    if has { own } else { "_en.png".to_owned() }
}

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
