//! Files of the archive (crm-api §9.1): their places, their encoding, and whether they are used.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Subject, texts};
use crate::manifest::LOGOS;

const TEXTS: [&str; 5] = [".js", ".json", ".css", ".twig", ".svg"];
const LARGEST: usize = 2 * 1024 * 1024;

pub(super) fn look(subject: &mut Subject<'_>) {
    let archive = subject.archive;
    if subject.size > LARGEST {
        subject.find("archive-size", "", None, format!("{} KB; keep it under 2 MB", subject.size / 1024));
    }
    let buried = archive.files.keys().find(|name| name.ends_with("/manifest.json") || name.contains('\\'));
    if let (Some(name), false) = (buried, archive.files.contains_key("manifest.json")) {
        subject.find("top-folder", name, None, "zip the files themselves, not the folder that holds them");
    } else if !archive.files.contains_key("manifest.json") {
        subject.find("manifest-missing", "manifest.json", None, "an archive begins with its manifest");
    }
    if !archive.files.contains_key("script.js") {
        subject.find("script-missing", "script.js", None, "amoCRM loads the widget by its script.js");
    }
    for (name, content) in &archive.files {
        if TEXTS.iter().any(|ending| name.ends_with(ending)) {
            written(subject, name, content);
        }
    }
    let used = used(subject);
    for name in archive.files.keys() {
        if !used.contains(name) {
            subject.find("unused-file", name, None, "nothing in the archive uses this file");
        }
    }
}

fn written(subject: &mut Subject<'_>, name: &str, content: &[u8]) {
    if content.starts_with(b"\xef\xbb\xbf") {
        subject.find("byte-order-mark", name, Some(1), "save it as UTF-8 without a byte order mark");
    }
    let Ok(text) = std::str::from_utf8(content) else {
        subject.find("text-encoding", name, None, "the file is not UTF-8");
        return;
    };
    if let Some(index) = text.split('\n').position(|line| line.contains('\r')) {
        subject.find("line-ends", name, Some(index + 1), "line ends are LF alone");
    }
    if name.ends_with(".json")
        && let Err(error) = serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}'))
    {
        subject.find("json", name, Some(error.line()), format!("no strict JSON: {error}"));
    }
}

/// Files that the CRM or another file refers to.
fn used(subject: &Subject<'_>) -> BTreeSet<String> {
    let mut used: BTreeSet<String> = ["manifest.json", "script.js"].map(ToOwned::to_owned).into();
    used.extend(LOGOS.map(|(name, ..)| name.to_owned()));
    if subject.locations().iter().any(|location| location == "digital_pipeline") {
        used.insert("images/logo_dp.png".to_owned());
    }
    if subject.platform == crate::Platform::Kommo {
        used.insert("images/icon.svg".to_owned());
    }
    used.extend(subject.locale().iter().map(|language| format!("i18n/{language}.json")));
    for images in subject.manifest["tour"]["tour_images"].as_object().into_iter().flat_map(|map| map.values()) {
        used.extend(texts(images).iter().map(|name| name.trim_start_matches('/').to_owned()));
    }
    follow(subject, "script.js", &mut BTreeSet::new(), &mut used);
    let style = subject.archive.text("style.css").filter(|_| used.contains("style.css")).unwrap_or_default();
    for name in subject.archive.files.keys().filter(|name| name.starts_with("images/")) {
        if style.contains(name.trim_start_matches("images/")) {
            used.insert(name.clone());
        }
    }
    used
}

/// The modules that a script refers to, recursively, and the other files that these refer to.
fn follow(subject: &Subject<'_>, name: &str, seen: &mut BTreeSet<String>, used: &mut BTreeSet<String>) {
    if !seen.insert(name.to_owned()) {
        return;
    }
    let Some((_, _, script)) = subject.scripts.iter().find(|(one, ..)| *one == name) else { return };
    for dependency in &script.dependencies {
        if let Some(file) = resolved(name, dependency) {
            used.insert(file.clone());
            follow(subject, &file, seen, used);
        }
    }
    for file in subject.archive.files.keys().filter(|file| !file.ends_with(".js") && !file.ends_with(".json")) {
        if script.strings.iter().any(|(text, _)| text.contains(file.as_str())) {
            used.insert(file.clone());
        }
    }
}

/// The path of a relative module: `./api.js?v=1` in `lib/window.js` is `lib/api.js`.
fn resolved(from: &str, dependency: &str) -> Option<String> {
    let path = dependency.split('?').next()?;
    if !path.starts_with("./") && !path.starts_with("../") {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let file = parts.join("/");
    Some(if file.ends_with(".js") { file } else { format!("{file}.js") })
}
