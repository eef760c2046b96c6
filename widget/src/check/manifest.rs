//! `manifest.json` (crm-api §9.3).

use serde_json::Value;

use super::{Subject, leaves};

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
