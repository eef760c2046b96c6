//! Locations (crm-api §9.4, §10): known, available on this platform, and used by the scripts.

use super::Subject;
use crate::inputs::Platform;

const FILE: &str = "manifest.json";
const CARDS: [&str; 4] = ["lcard", "ccard", "comcard", "cucard"];
const LISTS: [&str; 4] = ["llist", "clist", "tlist", "culist"];
const OTHERS: [&str; 16] = [
    "tline",
    "tcalendar",
    "settings",
    "advanced_settings",
    "card_sdk",
    "catalogs",
    "digital_pipeline",
    "salesbot_designer",
    "sms",
    "mobile_card",
    "amoforms",
    "widget_page",
    "lead_sources",
    "whatsapp_modal",
    "everywhere",
    "website_chat_button",
];
const ONLY_AMOCRM: [&str; 4] = ["whatsapp_modal", "cucard", "culist", "amoforms"];
const ONLY_KOMMO: [&str; 2] = ["website_chat_button", "widget_page"];
/// Blocks of the manifest, and the location to which each belongs.
const BLOCKS: [(&str, &str); 6] = [
    ("dp", "digital_pipeline"),
    ("salesbot_designer", "salesbot_designer"),
    ("sms", "sms"),
    ("mobile", "mobile_card"),
    ("amoforms_settings", "amoforms"),
    ("advanced", "advanced_settings"),
];

pub(super) fn look(subject: &mut Subject<'_>) {
    if subject.manifest.is_null() {
        return;
    }
    let locations = subject.locations();
    for location in &locations {
        let bare = location.trim_end_matches("-0").trim_end_matches("-1");
        let sided = CARDS.contains(&bare) || LISTS.contains(&bare);
        if !sided && !OTHERS.contains(&location.as_str()) {
            subject.find("location-unknown", FILE, None, format!("there is no location \"{location}\""));
            continue;
        }
        let foreign = match subject.platform {
            Platform::Amocrm => ONLY_KOMMO.contains(&bare),
            Platform::Kommo => ONLY_AMOCRM.contains(&bare),
        };
        if foreign {
            let message = format!("{} has no location \"{location}\"", subject.platform.brand());
            subject.find("location-platform", FILE, None, message);
        }
        if !served(subject, bare) {
            subject.find("location-unused", FILE, None, format!("nothing in the archive serves \"{location}\""));
        }
    }
    if !locations.iter().any(|location| location == "lead_sources") {
        subject.find("location-sources", FILE, None, "chats and the Sources API need the location lead_sources");
    }
    for (block, location) in BLOCKS {
        if !subject.manifest[block].is_null() && !locations.iter().any(|one| one == location) {
            let message = format!("\"{block}\" belongs to the location \"{location}\", which is not declared");
            subject.find("block-without-location", FILE, None, message);
        }
    }
}

/// Whether a script or a block of the manifest uses a location.
fn served(subject: &Subject<'_>, location: &str) -> bool {
    let block = |name: &str| !subject.manifest[name].is_null();
    match location {
        "settings" | "whatsapp_modal" => subject.scripts_name("settings"),
        "advanced_settings" => subject.scripts_name("advancedSettings") && block("advanced"),
        "lead_sources" => subject.scripts_name("onAddAsSource"),
        "digital_pipeline" => subject.scripts_name("dpSettings") && block("dp"),
        "salesbot_designer" => subject.scripts_name("onSalesbotDesignerSave") && block("salesbot_designer"),
        "sms" => block("sms"),
        "mobile_card" => block("mobile"),
        "amoforms" => block("amoforms_settings"),
        "card_sdk" | "catalogs" | "widget_page" | "website_chat_button" => subject.scripts_name(location),
        list if LISTS.contains(&list) => subject.scripts_name("selected"),
        "everywhere" | "tline" | "tcalendar" => subject.scripts_name("render") && !subject.scripts_name("lead_sources"),
        other => subject.scripts_name(other),
    }
}
