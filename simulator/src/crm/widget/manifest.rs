//! The checks of a manifest during its upload. Rules: www.amocrm.ru/developers/content/integrations/structure and
//! …/fields.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::{Files, json, text};

/// Required in every archive.
const LOGOS: [&str; 5] = ["logo_main", "logo_medium", "logo", "logo_small", "logo_min"];
const IMAGE_LIMIT: usize = 300 * 1024;

const AREAS: [&str; 10] =
    ["lcard", "ccard", "comcard", "cucard", "llist", "clist", "tlist", "culist", "tline", "tcalendar"];
const OTHERS: [&str; 14] = [
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

fn field<'a>(value: &'a Value, pointer: &str) -> Result<&'a Value> {
    value.pointer(pointer).with_context(|| format!("manifest.json has no {}", name(pointer)))
}

fn name(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}

fn string<'a>(value: &'a Value, pointer: &str) -> Result<&'a str> {
    let text = field(value, pointer)?.as_str().with_context(|| format!("{} must be a string", name(pointer)))?;
    ensure!(!text.is_empty(), "{} must not be empty", name(pointer));
    Ok(text)
}

fn boolean(value: &Value, pointer: &str) -> Result<bool> {
    field(value, pointer)?.as_bool().with_context(|| format!("{} must be true or false", name(pointer)))
}

fn strings<'a>(value: &'a Value, pointer: &str) -> Result<Vec<&'a str>> {
    let list = field(value, pointer)?.as_array().with_context(|| format!("{} must be a list", name(pointer)))?;
    ensure!(!list.is_empty(), "{} must not be empty", name(pointer));
    list.iter().map(|one| one.as_str().with_context(|| format!("{} must hold strings alone", name(pointer)))).collect()
}

/// Validates the manifest against the files; returns the texts of every language.
pub(super) fn check(manifest: &Value, files: &Files) -> Result<BTreeMap<String, Value>> {
    let version = string(manifest, "/widget/version")?;
    ensure!(
        version.split('.').count() == 3 && version.split('.').all(|part| part.parse::<u32>().is_ok()),
        "widget.version must look like 1.0.0"
    );
    ensure!(
        field(manifest, "/widget/interface_version")?.as_i64() == Some(2),
        "widget.interface_version must be the number 2"
    );
    if manifest.pointer("/widget/support/link").is_none() {
        string(manifest, "/widget/support/email").context("widget.support needs a link or an email")?;
    }
    let texts = texts(manifest, files)?;
    for key in ["/widget/name", "/widget/description", "/widget/short_description", "/tour/tour_description"] {
        translated(manifest, key, &texts)?;
    }
    locations(manifest, &texts)?;
    if boolean(manifest, "/widget/installation")? {
        settings(manifest, &texts)?;
    }
    images(manifest, files, &texts)?;
    if let Some(script) = files.get("script.js") {
        ensure!(!script.is_empty(), "script.js is empty");
    }
    text(files, "script.js")?;
    Ok(texts)
}

fn texts(manifest: &Value, files: &Files) -> Result<BTreeMap<String, Value>> {
    let mut texts = BTreeMap::new();
    for language in strings(manifest, "/widget/locale")? {
        texts.insert(language.to_owned(), json(files, &format!("i18n/{language}.json"))?);
    }
    let mut shapes = texts.iter().map(|(language, value)| (language, keys(value)));
    if let Some((first, shape)) = shapes.next() {
        for (language, other) in shapes {
            if let Some(key) = shape.iter().find(|key| !other.contains(key)) {
                bail!("i18n/{language}.json lacks {key}, which i18n/{first}.json has");
            }
            if let Some(key) = other.iter().find(|key| !shape.contains(key)) {
                bail!("i18n/{first}.json lacks {key}, which i18n/{language}.json has");
            }
        }
    }
    Ok(texts)
}

fn keys(value: &Value) -> Vec<String> {
    let Some(map) = value.as_object() else {
        return Vec::new();
    };
    map.iter()
        .flat_map(|(key, inner)| {
            let deeper = keys(inner);
            if deeper.is_empty() {
                vec![key.clone()]
            } else {
                deeper.into_iter().map(|rest| format!("{key}.{rest}")).collect()
            }
        })
        .collect()
}

/// A text of the manifest must be a key that exists in every language.
fn translated(manifest: &Value, pointer: &str, texts: &BTreeMap<String, Value>) -> Result<()> {
    let key = string(manifest, pointer)?;
    for (language, value) in texts {
        let found = value.pointer(&format!("/{}", key.replace('.', "/"))).and_then(Value::as_str);
        ensure!(found.is_some_and(|text| !text.is_empty()), "i18n/{language}.json has no text for {key}");
    }
    Ok(())
}

fn locations(manifest: &Value, texts: &BTreeMap<String, Value>) -> Result<()> {
    let locations = strings(manifest, "/locations")?;
    for one in &locations {
        let area = one.strip_suffix("-0").or_else(|| one.strip_suffix("-1")).unwrap_or(one);
        ensure!(AREAS.contains(&area) || OTHERS.contains(one), "locations names {one:?}, which is not a location");
    }
    if locations.contains(&"advanced_settings") {
        translated(manifest, "/advanced/title", texts)?;
    }
    if locations.contains(&"salesbot_designer") {
        bot_steps(manifest, texts)?;
    }
    Ok(())
}

/// The steps of Salesbots: each has a name, and fields of three types.
fn bot_steps(manifest: &Value, texts: &BTreeMap<String, Value>) -> Result<()> {
    let block = field(manifest, "/salesbot_designer")?.as_object().context("salesbot_designer must be an object")?;
    for (code, step) in block.iter().filter(|(_, step)| step.is_object()) {
        translated(manifest, &format!("/salesbot_designer/{code}/name"), texts)?;
        for (key, value) in step["settings"].as_object().context("a step has settings")? {
            let kind = string(value, "/type").with_context(|| format!("salesbot_designer.{code}.{key}"))?;
            ensure!(
                matches!(kind, "text" | "numeric" | "url"),
                "salesbot_designer.{code}.{key} has the unknown type {kind:?}"
            );
            translated(manifest, &format!("/salesbot_designer/{code}/settings/{key}/name"), texts)?;
        }
    }
    Ok(())
}

fn settings(manifest: &Value, texts: &BTreeMap<String, Value>) -> Result<()> {
    let fields = field(manifest, "/settings")?.as_object().context("settings must be an object")?;
    let mut custom = 0;
    for (key, value) in fields {
        let kind = string(value, "/type").with_context(|| format!("settings.{key}"))?;
        ensure!(
            matches!(kind, "text" | "pass" | "users" | "users_lp" | "custom"),
            "settings.{key} has the unknown type {kind:?}"
        );
        custom += usize::from(kind == "custom");
        boolean(value, "/required").with_context(|| format!("settings.{key}"))?;
        translated(manifest, &format!("/settings/{key}/name"), texts)?;
    }
    ensure!(custom <= 1, "a widget may have one custom field");
    Ok(())
}

fn images(manifest: &Value, files: &Files, texts: &BTreeMap<String, Value>) -> Result<()> {
    for logo in LOGOS {
        let found =
            ["png", "jpeg", "jpg", "gif"].iter().any(|kind| files.contains_key(&format!("images/{logo}.{kind}")));
        ensure!(found, "the archive has no images/{logo}.png");
    }
    for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with("images/")) {
        ensure!(bytes.len() <= IMAGE_LIMIT, "{path} is larger than 300 KB");
    }
    ensure!(boolean(manifest, "/tour/is_tour")?, "tour.is_tour must be true");
    // Their number is checked by moderation, which does not apply to an upload to a private integration.
    for language in texts.keys() {
        let listed = manifest.pointer(&format!("/tour/tour_images/{language}")).and_then(Value::as_array);
        for path in listed.into_iter().flatten().filter_map(Value::as_str) {
            let file = path.trim_start_matches('/');
            ensure!(files.contains_key(file), "the archive has no {file}, which the tour shows");
        }
    }
    Ok(())
}
