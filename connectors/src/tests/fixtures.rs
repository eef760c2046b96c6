//! Bodies that messengers sent, as their documents or recordings show them.

use serde_json::Value;

fn folder(kind: &str) -> String {
    format!("{}/../tests/fixtures/{kind}", env!("CARGO_MANIFEST_DIR"))
}

/// A body of a kind's fixtures.
pub fn body(kind: &str, name: &str) -> String {
    let path = format!("{}/{name}.json", folder(kind));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names of all bodies that came to a webhook.
pub fn names(kind: &str) -> Vec<String> {
    let files = std::fs::read_dir(folder(kind)).unwrap().map(|file| file.unwrap().path());
    let json = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let mut names: Vec<_> = json.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.retain(|name| !name.starts_with("api_"));
    names.sort();
    names
}

/// All of them as JSON.
pub fn all(kind: &str) -> Vec<Value> {
    names(kind).iter().map(|name| serde_json::from_str(&body(kind, name)).unwrap()).collect()
}
