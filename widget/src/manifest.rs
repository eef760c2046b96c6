//! `manifest.json` (crm-api §9.3), typed: fields that are not here cannot be declared.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::inputs::BuildInputs;

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
        let mut locations = vec!["settings", "advanced_settings", "lead_sources"];
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
        }
    }
}

/// How the names of a language's tour images end. A language without images of its own shows the English ones.
pub(crate) fn tour_ending<'name>(language: &str, names: impl IntoIterator<Item = &'name String>) -> String {
    let own = format!("_{language}.png");
    let has = names.into_iter().any(|name| name.starts_with("images/tour_") && name.ends_with(&own));
    if has { own } else { "_en.png".to_owned() }
}
