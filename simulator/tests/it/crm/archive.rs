//! A widget archive that passes, made in memory; its script writes down what the host does with it.

use std::io::{Cursor, Write};

use serde_json::{Value, json};
use zip::{ZipWriter, write::SimpleFileOptions};

/// Files of a good archive.
pub fn files() -> Vec<(String, Vec<u8>)> {
    let texts = json!({
        "widget": {"name": "Bridge", "description": "Chats", "short_description": "S", "tour_description": "T"},
        "settings": {"state": "Connection", "note": "Note"}, "advanced": {"title": "Bridge page"},
        "ui": {"hello": "Hello"}
    });
    let mut files: Vec<(String, Vec<u8>)> = [
        ("manifest.json", manifest().to_string()),
        ("i18n/ru.json", texts.to_string()),
        ("i18n/en.json", texts.to_string()),
        ("script.js", include_str!("../../fixtures/widget.js").to_owned()),
        ("lib/words.js", "define(['jquery'], function ($) { return { jquery: Boolean($.ajax) }; });".to_owned()),
    ]
    .map(|(path, text)| (path.to_owned(), text.into_bytes()))
    .into();
    for image in ["logo_main", "logo_medium", "logo", "logo_small", "logo_min", "tour_1_ru", "tour_1_en"] {
        files.push((format!("images/{image}.png"), vec![0; 8]));
    }
    files
}

fn manifest() -> Value {
    json!({
        "widget": {"name": "widget.name", "description": "widget.description",
            "short_description": "widget.short_description", "version": "1.2.3", "interface_version": 2,
            "init_once": false, "locale": ["ru", "en"], "installation": true,
            "support": {"link": "https://bridge.example.com/support"}},
        "locations": ["settings", "lead_sources", "advanced_settings", "lcard-1"],
        "tour": {"is_tour": true, "tour_images": {"ru": ["/images/tour_1_ru.png"], "en": ["/images/tour_1_en.png"]},
            "tour_description": "widget.tour_description"},
        "settings": {"state": {"name": "settings.state", "type": "custom", "required": false},
            "note": {"name": "settings.note", "type": "text", "required": false}},
        "advanced": {"title": "advanced.title"}
    })
}

/// A zip of these files.
pub fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        writer.start_file(path.as_str(), SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
