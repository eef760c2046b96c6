//! Which files of an archive are used (crm-api §9.1). What a script composes at run time is not known here, so a file
//! counts as used as soon as a used file names it or the folder that holds it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::texts;
use crate::build::Archive;
use crate::manifest::LOGOS;
use crate::script::Script;

/// Files that the CRM loads, and those that these name, recursively. With a `script.js` that does not parse: all.
pub(super) fn of<'a>(
    archive: &'a Archive,
    manifest: &Value,
    scripts: &[(&'a str, &'a str, Script)],
) -> BTreeSet<&'a str> {
    let all = || archive.files.keys().map(String::as_str);
    let script = |name: &str| scripts.iter().find(|(one, ..)| *one == name).map(|(_, _, script)| script);
    let parses = |script: &Script| !script.offences.iter().any(|offence| offence.rule == "script-syntax");
    if script("script.js").is_some_and(|script| !parses(script)) {
        return all().collect();
    }
    let mut waiting: Vec<&str> = all().filter(|file| is_loaded(manifest, file)).collect();
    let mut used: BTreeSet<&str> = waiting.iter().copied().collect();
    while let Some(name) = waiting.pop() {
        let named = match script(name) {
            Some(script) => script.strings.iter().map(|(text, _)| text.as_str()).collect(),
            None => archive.text(name).filter(|_| is_markup(name)).map(fragments).unwrap_or_default(),
        };
        let found: Vec<&str> =
            all().filter(|file| !used.contains(file) && named.iter().any(|text| names(text, file))).collect();
        used.extend(&found);
        waiting.extend(found);
    }
    used
}

/// Whether the CRM itself loads a file.
fn is_loaded(manifest: &Value, file: &str) -> bool {
    let tours = manifest["tour"]["tour_images"].as_object().into_iter().flat_map(|languages| languages.values());
    let of_language = |language: &String| file == format!("i18n/{language}.json");
    matches!(file, "manifest.json" | "script.js" | "images/logo_dp.png" | "images/icon.svg")
        || LOGOS.iter().any(|(name, ..)| *name == file)
        || texts(&manifest["widget"]["locale"]).iter().any(of_language)
        || tours.flat_map(texts).any(|name| name.trim_start_matches('/') == file)
}

fn is_markup(name: &str) -> bool {
    [".css", ".twig", ".html", ".svg"].iter().any(|ending| name.ends_with(ending))
}

/// The constant parts of a style or a template.
fn fragments(text: &str) -> Vec<&str> {
    text.split("{{").flat_map(|part| part.split("}}")).collect()
}

/// Whether a text names a file: by its path or name (`./api.js?v=1`), as a module without ending (`./api`), or by the
/// folder to which a script adds the rest (`'/templates/' + name`).
fn names(text: &str, file: &str) -> bool {
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    let module = || {
        let stem = name.strip_suffix(".js")?;
        let (_, last) = text.split('?').next()?.rsplit_once('/')?;
        Some(last == stem)
    };
    let in_folder = text.ends_with('/')
        && text.chars().any(char::is_alphanumeric)
        && format!("/{folder}/").contains(text.trim_start_matches('.'));
    text.contains(name) || in_folder || module() == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_in_many_ways() {
        for (text, file) in [
            ("./api.js?v=1.2.0", "lib/api.js"),
            ("./helpers/logger", "js/helpers/logger.js"),
            ("/templates/", "templates/cards/lead.twig"),
            ("js/views/", "js/views/card.js"),
            ("url(../images/arrow.png)", "images/arrow.png"),
        ] {
            assert!(names(text, file), "{text} {file}");
        }
        for (text, file) in [("lib/components/base/modal", "lib/api.js"), ("/", "lib/api.js"), ("./logger", "api.js")] {
            assert!(!names(text, file), "{text} {file}");
        }
    }
}
