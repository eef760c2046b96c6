//! Parom's own rules, for the archives that it builds: what its scripts need, and what its vendor forgot to say.

use serde_json::Value;

use super::{Subject, line_with};
use crate::build::Archive;
use crate::manifest::PLACEHOLDER;

const CONFIG: &str = "lib/config.js";
/// amoCRM documents no limit; the largest archive that Parom builds has a third of this.
const LARGEST: usize = 2 * 1024 * 1024;

/// The object that `lib/config.js` defines; Null in an archive that was not built by Parom.
pub(super) fn facts(archive: &Archive) -> Value {
    let text = archive.text(CONFIG).unwrap_or_default();
    let inner = text.split_once("define(").map(|(_, rest)| rest.trim_end().trim_end_matches(");"));
    let facts: Value = inner.and_then(|inner| serde_json::from_str(inner).ok()).unwrap_or(Value::Null);
    let ours = ["crm", "integration", "server"].iter().all(|field| facts[*field].is_string());
    if ours { facts } else { Value::Null }
}

/// `size`: bytes of the zip.
pub(super) fn look(subject: &mut Subject<'_>, size: usize) {
    if subject.facts.is_null() {
        return;
    }
    if size > LARGEST {
        subject.find("archive-size", "", None, format!("{} KB; keep it under 2 MB", size / 1024));
    }
    let server = subject.facts["server"].as_str().unwrap_or_default().to_owned();
    if !server.starts_with("https://") {
        let message = format!("the widget calls {server}: an https page can only call https");
        subject.find("server-address", CONFIG, None, message);
    }
    if !subject.facts["privacy"].as_str().is_some_and(|link| link.starts_with("http")) {
        subject.find("privacy", CONFIG, None, "nothing links to the privacy policy of the company");
    }
    let placeholder = |content: &[u8]| std::str::from_utf8(content).is_ok_and(|text| text.contains(PLACEHOLDER));
    for (name, content) in subject.archive.files.iter().filter(|(_, content)| placeholder(content)) {
        let line = line_with(&String::from_utf8_lossy(content), PLACEHOLDER);
        subject.find("dev-placeholder", name, line, "built with --dev: fill in [vendor] and build again");
    }
}
