//! Archives generated here, one valid and many invalid.

use std::io::{Cursor, Write};

use serde_json::{Value, json};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::Widget;

fn manifest() -> Value {
    json!({
        "widget": {"name": "widget.name", "description": "widget.description",
            "short_description": "widget.short_description", "version": "1.0.0", "interface_version": 2,
            "init_once": false, "locale": ["ru", "en"], "installation": true,
            "support": {"link": "https://bridge.example.com/support", "email": "help@bridge.example.com"}},
        "locations": ["settings", "lead_sources", "advanced_settings", "lcard-1"],
        "tour": {"is_tour": true, "tour_images": {"ru": ["/images/tour_1_ru.png"], "en": ["/images/tour_1_en.png"]},
            "tour_description": "widget.tour_description"},
        "settings": {"state": {"name": "settings.state", "type": "custom", "required": false}},
        "advanced": {"title": "advanced.title"}
    })
}

fn files() -> Vec<(String, Vec<u8>)> {
    let texts = json!({
        "widget": {"name": "Bridge", "description": "D", "short_description": "S", "tour_description": "T"},
        "settings": {"state": "Connection"}, "advanced": {"title": "Bridge"}
    });
    let mut files = vec![
        ("manifest.json".to_owned(), manifest().to_string().into_bytes()),
        ("script.js".to_owned(), b"define([], function () {});".to_vec()),
        ("i18n/ru.json".to_owned(), texts.to_string().into_bytes()),
        ("i18n/en.json".to_owned(), texts.to_string().into_bytes()),
    ];
    for image in ["logo_main", "logo_medium", "logo", "logo_small", "logo_min", "tour_1_ru", "tour_1_en"] {
        files.push((format!("images/{image}.png"), vec![0; 8]));
    }
    files
}

fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        writer.start_file(path.as_str(), SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Why the archive is refused after `change`.
fn refusal(change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> String {
    let mut files = files();
    change(&mut files);
    format!("{:#}", Widget::load("bridge", &zipped(&files)).unwrap_err())
}

fn with_manifest(change: impl FnOnce(&mut Value)) -> String {
    refusal(|files| {
        let mut value = manifest();
        change(&mut value);
        files[0].1 = value.to_string().into_bytes();
    })
}

#[test]
fn a_good_archive_is_taken_with_its_texts_fields_and_places() {
    let widget = Widget::load("bridge", &zipped(&files())).unwrap();
    assert_eq!((widget.version.as_str(), widget.text("ru", "/widget/name")), ("1.0.0", "Bridge"));
    assert_eq!(widget.lookup("de", "settings.state"), "Connection");
    assert!(widget.is_in("lead_sources") && widget.is_in("lcard") && widget.takes_card() && !widget.is_in("ccard"));
    assert_eq!((widget.fields().len(), widget.tour_image("en")), (1, Some("/images/tour_1_en.png")));
    assert!(widget.file("script.js").is_some());
}

#[test]
fn an_archive_that_an_upload_would_refuse_is_refused_with_the_reason() {
    let no_zip = format!("{:#}", Widget::load("bridge", b"no zip").unwrap_err());
    assert!(no_zip.contains("not a zip file"), "{no_zip}");
    let reason = refusal(|files| files.retain(|(path, _)| path != "manifest.json"));
    assert!(reason.contains("has no manifest.json"), "{reason}");
    let reason = refusal(|files| {
        for (path, _) in files {
            *path = format!("widget/{path}");
        }
    });
    assert!(reason.contains("at the root of the archive, not at widget/manifest.json"), "{reason}");
    let reason = refusal(|files| files[0].1 = b"{\"widget\": {}, // comment\n}".to_vec());
    assert!(reason.contains("manifest.json is not strict JSON"), "{reason}");
    let reason = refusal(|files| files[2].1.splice(0..0, *b"\xef\xbb\xbf").for_each(drop));
    assert!(reason.contains("i18n/ru.json begins with a byte order mark"), "{reason}");
    let reason = refusal(|files| files.retain(|(path, _)| path != "script.js"));
    assert!(reason.contains("has no script.js"), "{reason}");
    let reason = refusal(|files| files.retain(|(path, _)| path != "images/logo_min.png"));
    assert!(reason.contains("images/logo_min"), "{reason}");
    let reason = refusal(|files| files.push(("images/big.png".to_owned(), vec![0; 300 * 1024 + 1])));
    assert!(reason.contains("larger than 300 KB"), "{reason}");
    let reason = refusal(|files| files.push(("../evil.js".to_owned(), Vec::new())));
    assert!(reason.contains("leads elsewhere"), "{reason}");
    let reason = refusal(|files| files[3].1 = br#"{"widget": {"name": "B"}}"#.to_vec());
    assert!(reason.contains("lacks"), "{reason}");
    assert!(Widget::load("Bridge", &zipped(&files())).is_err());
}

#[test]
fn every_rule_of_the_manifest_is_checked() {
    for (pointer, value, words) in [
        ("/widget/version", json!("1.0"), "1.0.0"),
        ("/widget/interface_version", json!("2"), "number 2"),
        ("/widget/locale", json!(["ru", "en", "es"]), "i18n/es.json"),
        ("/widget/name", json!("Bridge"), "no text for Bridge"),
        ("/widget/installation", json!("yes"), "true or false"),
        ("/locations", json!(["settings", "everything"]), "not a location"),
        ("/locations", json!([]), "must not be empty"),
        ("/settings/state/type", json!("select"), "unknown type"),
        ("/tour/is_tour", json!(false), "must be true"),
        ("/tour/tour_images/en", json!(["/images/tour_9.png"]), "tour_9"),
    ] {
        let reason = with_manifest(|manifest| *manifest.pointer_mut(pointer).unwrap() = value);
        assert!(reason.contains(words), "{pointer}: {reason}");
    }
    let reason = with_manifest(|manifest| {
        manifest["settings"]["second"] = json!({"name": "settings.state", "type": "custom", "required": false});
    });
    assert!(reason.contains("one custom field"), "{reason}");
}
