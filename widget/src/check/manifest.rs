//! `manifest.json` (crm-api §9.3), its locations (crm-api §9.4, §10), and the card of the marketplace (crm-api §9.8).

use serde_json::Value;

use super::{Subject, leaves, line_with};
use crate::manifest::Platform;

const FILE: &str = "manifest.json";
const SETTING_TYPES: [&str; 5] = ["text", "pass", "users", "users_lp", "custom"];

pub(super) fn look(subject: &mut Subject<'_>) {
    fields(subject);
    legacy(subject);
    support(subject);
    settings(subject);
    if let Some(version) = subject.manifest["widget"]["version"].as_str().map(ToOwned::to_owned)
        && !version.is_empty()
        && !crate::build::is_version(&version)
    {
        subject.find("version", FILE, None, format!("widget.version is \"{version}\", it looks like 1.0.0"));
    }
    let taken = subject.platform.languages();
    if subject.manifest["widget"]["locale"].as_array().is_some_and(Vec::is_empty) {
        subject.find("locale", FILE, None, "widget.locale names the languages of the widget");
    }
    for language in subject.locale().iter().filter(|language| !taken.contains(&language.as_str())) {
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
        ("/widget/support", Value::is_object, "an object with link or email"),
        ("/locations", Value::is_array, "a list"),
        ("/tour/is_tour", |value| value == &Value::Bool(true), "true"),
        ("/tour/tour_images", Value::is_object, "images by language"),
        ("/tour/tour_description", text, "a key of i18n"),
    ];
    for whole in ["widget", "tour"].iter().filter(|whole| !subject.manifest[**whole].is_object()).collect::<Vec<_>>() {
        subject.find("manifest-field", FILE, None, format!("{whole} must be an object"));
    }
    for (pointer, right, wanted) in required {
        let path = pointer.trim_start_matches('/').replace('/', ".");
        let whole = path.split_once('.').map(|(whole, _)| &subject.manifest[whole]);
        if whole.is_none_or(Value::is_object) && !subject.manifest.pointer(pointer).is_some_and(right) {
            subject.find("manifest-field", FILE, None, format!("{path} must be {wanted}"));
        }
    }
    let installs = installs(subject);
    if installs && subject.manifest["settings"].as_object().is_none_or(serde_json::Map::is_empty) {
        subject.find("manifest-field", FILE, None, "settings must have a field when widget.installation is true");
    }
    if subject.manifest["widget"]["is_showcase"] == Value::Bool(true) && installs {
        subject.find("manifest-field", FILE, None, "widget.is_showcase needs installation: false");
    }
}

/// Whether people install the widget by its button.
pub(super) fn installs(subject: &Subject<'_>) -> bool {
    subject.manifest["widget"]["installation"] == Value::Bool(true)
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
    let locations = subject.locations();
    let declares = |name: &str| locations.iter().any(|location| location == name);
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
        if let Some(missing) = unserved(subject, bare) {
            let message = format!("\"{location}\" is declared, and {missing} serves it");
            subject.find("location-unused", FILE, None, message);
        }
    }
    if subject.has_callback("onAddAsSource") && !declares("lead_sources") {
        let message = "onAddAsSource is called in the location lead_sources alone: chats and the Sources API need it";
        subject.find("location-sources", FILE, None, message);
    }
    for (block, location) in BLOCKS {
        if !subject.manifest[block].is_null() && !declares(location) {
            let message = format!("\"{block}\" belongs to the location \"{location}\", which is not declared");
            subject.find("block-without-location", FILE, None, message);
        }
    }
}

/// What is missing to use a location. Cards, lists and other areas are served by `render`, in whatever words.
fn unserved(subject: &Subject<'_>, location: &str) -> Option<String> {
    let callback = |name: &str| {
        let unknown = !subject.script_is_read();
        (!unknown && !subject.has_callback(name)).then(|| format!("no callback {name}"))
    };
    let block = BLOCKS.iter().find(|(_, of)| *of == location).map(|(block, _)| *block);
    let missing = block.filter(|block| subject.manifest[*block].is_null()).map(|block| format!("no block \"{block}\""));
    missing.or_else(|| match location {
        // Without the callback the CRM itself shows the fields of the block `settings`.
        "settings" if subject.manifest["settings"].is_object() => None,
        "settings" => callback("settings"),
        "advanced_settings" => callback("advancedSettings"),
        "lead_sources" => callback("onAddAsSource").and(callback("settings")),
        _ => None,
    })
}

const LONGEST_NAME: usize = 30;
const LONGEST_WORD: usize = 19;

/// The widget's name in each language.
pub(super) fn names(subject: &mut Subject<'_>) {
    let key = subject.manifest["widget"]["name"].as_str().unwrap_or_default().to_owned();
    let kommo = subject.platform == Platform::Kommo;
    for language in subject.locale() {
        let file = format!("i18n/{language}.json");
        let words = subject.words(&language);
        let Some(name) = key.split('.').fold(&words, |value, part| &value[part]).as_str() else { continue };
        let line = subject.archive.text(&file).and_then(|text| line_with(text, &format!("\"{name}\"")));
        if names_crm(name) {
            subject.find("name", &file, line, format!("\"{name}\" holds the CRM's name; \"X via Vendor\" is allowed"));
        }
        if kommo && name.chars().count() > LONGEST_NAME {
            subject.find("name", &file, line, format!("\"{name}\" is longer than {LONGEST_NAME} characters"));
        }
        if kommo && name.split_whitespace().any(|word| word.chars().count() > LONGEST_WORD) {
            subject.find("name", &file, line, format!("a word of \"{name}\" is longer than {LONGEST_WORD} characters"));
        }
    }
}

/// Whether a name holds "Kommo", "amoCRM", or "amo" as a word of its own or of a compound (amoBridge).
fn names_crm(name: &str) -> bool {
    let lower = name.to_lowercase();
    let amo = |word: &str| {
        let rest = ["amo", "Amo", "AMO", "амо", "Амо", "АМО"].iter().find_map(|amo| word.strip_prefix(amo));
        rest.is_some_and(|rest| rest.chars().next().is_none_or(char::is_uppercase))
    };
    ["kommo", "amocrm", "амосрм", "амоcrm"].iter().any(|crm| lower.contains(crm))
        || name.split(|sign: char| !sign.is_alphanumeric()).any(amo)
}

/// A link, or an e-mail address if there is none.
fn support(subject: &mut Subject<'_>) {
    let support = &subject.manifest["widget"]["support"];
    let said = |field: &str| support[field].as_str().unwrap_or_default().to_owned();
    let (link, email) = (said("link"), said("email"));
    let link_leads = link.starts_with("https://") || link.starts_with("http://");
    if support.is_object() && !link_leads && !(link.is_empty() && email.contains('@')) {
        subject.find("support", FILE, None, "widget.support.link leads to the integrator's support");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_crm_is_a_word_or_begins_a_compound() {
        for name in ["amoBridge", "Чаты для амо", "Bridge for AMOCRM", "MyKommoChat", "AMO", "amo chats"] {
            assert!(names_crm(name), "{name}");
        }
        for name in ["Parom", "Dynamo", "Famous chats", "Amount of calls", "Amortization"] {
            assert!(!names_crm(name), "{name}");
        }
    }
}
