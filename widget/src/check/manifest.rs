//! `manifest.json` (crm-api §9.3), its locations (crm-api §9.4, §10), and the card of the marketplace (crm-api §9.8).

use serde_json::Value;

use super::{Subject, leaves, line_with};
use crate::manifest::{PLACEHOLDER, Platform};

const FILE: &str = "manifest.json";
const SETTING_TYPES: [&str; 5] = ["text", "pass", "users", "users_lp", "custom"];

pub(super) fn look(subject: &mut Subject<'_>) {
    if subject.manifest.is_null() {
        return;
    }
    fields(subject);
    legacy(subject);
    settings(subject);
    let version = subject.manifest["widget"]["version"].as_str().unwrap_or_default().to_owned();
    if !crate::build::is_version(&version) {
        subject.find("version", FILE, None, format!("widget.version is \"{version}\", it looks like 1.0.0"));
    }
    let locale = subject.locale();
    let taken = subject.platform.languages();
    if locale.is_empty() {
        subject.find("locale", FILE, None, "widget.locale names the languages of the widget");
    }
    for language in locale.iter().filter(|language| !taken.contains(&language.as_str())) {
        let message = format!("\"{language}\" is not a language of {}: {}", subject.platform.brand(), taken.join(", "));
        subject.find("locale", FILE, None, message);
    }
}

/// Checks whether a value has the right type.
type Right = fn(&Value) -> bool;

/// Required fields with their types.
fn fields(subject: &mut Subject<'_>) {
    let text: Right = |value| value.as_str().is_some_and(|text| !text.is_empty());
    let required: [(&str, Right, &str); 12] = [
        ("/widget/name", text, "a key of i18n"),
        ("/widget/description", text, "a key of i18n"),
        ("/widget/short_description", text, "a key of i18n"),
        ("/widget/version", text, "a version"),
        ("/widget/interface_version", |value| value.as_u64() == Some(2), "2"),
        ("/widget/installation", Value::is_boolean, "true or false"),
        ("/widget/locale", Value::is_array, "a list"),
        ("/widget/support", Value::is_object, "an object with link and email"),
        ("/locations", Value::is_array, "a list"),
        ("/tour/is_tour", |value| value == &Value::Bool(true), "true"),
        ("/tour/tour_images", Value::is_object, "images by language"),
        ("/tour/tour_description", text, "a key of i18n"),
    ];
    for (pointer, right, wanted) in required {
        if !subject.manifest.pointer(pointer).is_some_and(right) {
            let path = pointer.trim_start_matches('/').replace('/', ".");
            subject.find("manifest-field", FILE, None, format!("{path} must be {wanted}"));
        }
    }
    let installs = subject.manifest["widget"]["installation"] == Value::Bool(true);
    if installs && subject.manifest["settings"].as_object().is_none_or(serde_json::Map::is_empty) {
        subject.find("manifest-field", FILE, None, "settings must have a field when widget.installation is true");
    }
    if subject.manifest["widget"]["is_showcase"] == Value::Bool(true) && installs {
        subject.find("manifest-field", FILE, None, "widget.is_showcase needs installation: false");
    }
}

fn legacy(subject: &mut Subject<'_>) {
    for name in ["code", "secret_key"] {
        if !subject.manifest["widget"][name].is_null() {
            subject.find(
                "manifest-legacy",
                FILE,
                None,
                format!("widget.{name} is of archives before integrations: omit it"),
            );
        }
    }
    let mut all = Vec::new();
    for language in subject.locale() {
        leaves(&subject.words(&language), "", &mut all);
    }
    leaves(&subject.manifest, "", &mut all);
    if let Some((path, _)) = all.iter().find(|(_, text)| text.contains("#API_HASH#")) {
        subject.find("manifest-legacy", FILE, None, format!("{path} uses #API_HASH#, which is obsolete"));
    }
}

fn settings(subject: &mut Subject<'_>) {
    let fields = subject.manifest["settings"].as_object().cloned().unwrap_or_default();
    let mut custom = 0;
    for (name, field) in &fields {
        let kind = field["type"].as_str().unwrap_or_default();
        if !SETTING_TYPES.contains(&kind) {
            subject.find("setting", FILE, None, format!("settings.{name}: there is no type \"{kind}\""));
        }
        custom += usize::from(kind == "custom");
        let lower = name.to_lowercase();
        if kind == "pass" || ["secret", "token", "api_key", "password"].iter().any(|word| lower.contains(word)) {
            let message = format!("settings.{name}: every user of the account can read it; keep secrets on the server");
            subject.find("setting", FILE, None, message);
        }
    }
    if custom > 1 {
        subject.find("setting", FILE, None, "a widget has at most one field of type custom");
    }
    if custom > 0 && !subject.locations().iter().any(|location| location == "settings") {
        subject.find("setting", FILE, None, "a field of type custom needs the location settings");
    }
}

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

pub(super) fn locations(subject: &mut Subject<'_>) {
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

const CONFIG: &str = "lib/config.js";
const LONGEST_NAME: usize = 30;
const LONGEST_WORD: usize = 19;

pub(super) fn card(subject: &mut Subject<'_>) {
    names(subject);
    support(subject);
    let facts = facts(subject);
    server(subject, &facts);
    privacy(subject, &facts);
    let placeholder = |content: &[u8]| std::str::from_utf8(content).is_ok_and(|text| text.contains(PLACEHOLDER));
    let files = subject.archive.files.iter().filter(|(_, content)| placeholder(content));
    for (name, content) in files {
        let line = line_with(&String::from_utf8_lossy(content), PLACEHOLDER);
        subject.find("dev-placeholder", name, line, "built with --dev: fill in [vendor] and build again");
    }
}

fn names(subject: &mut Subject<'_>) {
    for language in subject.locale() {
        let file = format!("i18n/{language}.json");
        let words = subject.words(&language);
        let Some(name) = words["widget"]["name"].as_str() else { continue };
        let line = subject.archive.text(&file).and_then(|text| line_with(text, &format!("\"name\": \"{name}\"")));
        if names_crm(name) {
            subject.find("name", &file, line, format!("\"{name}\" holds the CRM's name; \"X via Vendor\" is allowed"));
        }
        if name.chars().count() > LONGEST_NAME {
            subject.find("name", &file, line, format!("\"{name}\" is longer than {LONGEST_NAME} characters"));
        }
        if name.split_whitespace().any(|word| word.chars().count() > LONGEST_WORD) {
            subject.find("name", &file, line, format!("a word of \"{name}\" is longer than {LONGEST_WORD} characters"));
        }
    }
    for file in subject.archive.files.keys().filter(|name| name.starts_with("images/")) {
        if names_crm(file.trim_start_matches("images/")) {
            subject.find("logo-name", file, None, "the CRM's name must not be in a logo or its name");
        }
    }
}

/// "amo" or "Kommo" as a word or the beginning of one; "dynamo" does not count.
fn names_crm(name: &str) -> bool {
    let lower = name.to_lowercase();
    let mut words = lower.split(|sign: char| !sign.is_alphanumeric());
    lower.contains("kommo") || words.any(|word| word.starts_with("amo") || word.starts_with("амо"))
}

fn support(subject: &mut Subject<'_>) {
    if subject.manifest.is_null() {
        return;
    }
    let link = subject.manifest["widget"]["support"]["link"].as_str().unwrap_or_default();
    if !link.starts_with("https://") && !link.starts_with("http://") {
        subject.find("support", "manifest.json", None, "widget.support.link leads to the integrator's support");
    }
}

/// The object that `lib/config.js` defines; Null in an archive that was not built by Parom.
fn facts(subject: &Subject<'_>) -> Value {
    let text = subject.archive.text(CONFIG).unwrap_or_default();
    let inner = text.split_once("define(").map(|(_, rest)| rest.trim_end().trim_end_matches(");"));
    inner.and_then(|inner| serde_json::from_str(inner).ok()).unwrap_or(Value::Null)
}

fn server(subject: &mut Subject<'_>, facts: &Value) {
    if let Some(server) = facts["server"].as_str()
        && !server.starts_with("https://")
    {
        let message = format!("the widget calls {server}: a page over https may call https alone");
        subject.find("server-address", CONFIG, None, message);
    }
}

fn privacy(subject: &mut Subject<'_>, facts: &Value) {
    let own = facts["privacy"].as_str().is_some_and(|link| link.starts_with("http"));
    let named_by_script = || {
        let of_script = |text: &str| text.to_lowercase().contains("privacy");
        facts.is_null() && subject.scripts.iter().any(|(_, text, _)| of_script(text))
    };
    if !own && !named_by_script() {
        subject.find("privacy", CONFIG, None, "nothing links to the privacy policy of the company");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_crm_is_a_beginning_of_a_word() {
        for name in ["amoBridge", "Чаты для амо", "Bridge for AMOCRM", "MyKommoChat"] {
            assert!(names_crm(name), "{name}");
        }
        for name in ["Parom", "Dynamo", "Famous chats"] {
            assert!(!names_crm(name), "{name}");
        }
    }
}
