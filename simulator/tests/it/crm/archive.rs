//! A widget archive that passes, made in memory, and many that do not.

use std::io::{Cursor, Write};

use serde_json::{Value, json};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::crm::caller::World;

/// Paths and bytes.
type Files = Vec<(String, Vec<u8>)>;

/// Files of a good archive.
fn files() -> Files {
    let texts = json!({
        "widget": {"name": "Bridge", "description": "Chats", "short_description": "S", "tour_description": "T"},
        "settings": {"state": "Connection", "note": "Note"}, "advanced": {"title": "Bridge page"},
        "ui": {"hello": "Hello"}
    });
    let mut files: Files = [
        ("manifest.json", manifest().to_string()),
        ("i18n/ru.json", texts.to_string()),
        ("i18n/en.json", texts.to_string()),
        ("script.js", "define([], function () {});".to_owned()),
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
fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        writer.start_file(path.as_str(), SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A good archive whose widget has these settings, all of them required, with their kinds.
pub fn zip_of_settings(settings: &[(&str, &str)]) -> Vec<u8> {
    let mut files = files();
    let mut manifest = manifest();
    let field = |(key, kind): &(&str, &str)| {
        ((*key).to_owned(), json!({"name": "settings.note", "type": kind, "required": true}))
    };
    manifest["settings"] = settings.iter().map(field).collect::<serde_json::Map<_, _>>().into();
    files[0].1 = manifest.to_string().into_bytes();
    zipped(&files)
}

/// What is wrong with an archive.
type Fault = fn(&mut Files);

/// Why the archive is refused after `change`.
fn refusal(world: &World, change: impl FnOnce(&mut Files)) -> String {
    let mut files = files();
    change(&mut files);
    format!("{:#}", world.sandbox.set_widget("main", "bridge", &zipped(&files)).unwrap_err())
}

#[tokio::test]
async fn an_archive_that_an_upload_would_refuse_is_refused_with_the_reason() {
    let world = World::new().await;
    let wrong: [(Fault, &str); 9] = [
        (|files| files.retain(|(path, _)| path != "manifest.json"), "has no manifest.json"),
        (|files| files[0].0.insert_str(0, "widget/"), "at the root of the archive, not at widget/manifest.json"),
        (|files| files[0].1 = b"{\"widget\": {}, // comment\n}".to_vec(), "manifest.json is not strict JSON"),
        (
            |files| files[1].1.splice(0..0, *b"\xef\xbb\xbf").for_each(drop),
            "i18n/ru.json begins with a byte order mark",
        ),
        (|files| files.retain(|(path, _)| path != "script.js"), "has no script.js"),
        (|files| files.retain(|(path, _)| path != "images/logo_min.png"), "images/logo_min"),
        (|files| files.push(("images/big.png".to_owned(), vec![0; 300 * 1024 + 1])), "larger than 300 KB"),
        (|files| files.push(("../evil.js".to_owned(), Vec::new())), "leads elsewhere"),
        (|files| files[2].1 = br#"{"widget": {"name": "B"}}"#.to_vec(), "lacks"),
    ];
    for (change, words) in wrong {
        let reason = refusal(&world, change);
        assert!(reason.contains(words), "{words}: {reason}");
    }
    assert!(world.sandbox.set_widget("main", "Bridge", &zipped(&files())).is_err());
}

#[tokio::test]
async fn every_rule_of_the_manifest_is_checked() {
    let world = World::new().await;
    let with_manifest = |change: &dyn Fn(&mut Value)| {
        refusal(&world, |files| {
            let mut value = manifest();
            change(&mut value);
            files[0].1 = value.to_string().into_bytes();
        })
    };
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
        let reason = with_manifest(&|manifest| *manifest.pointer_mut(pointer).unwrap() = value.clone());
        assert!(reason.contains(words), "{pointer}: {reason}");
    }
    let reason = with_manifest(&|manifest| {
        manifest["settings"]["second"] = json!({"name": "settings.state", "type": "custom", "required": false});
    });
    assert!(reason.contains("one custom field"), "{reason}");
}

#[tokio::test]
async fn an_uploaded_archive_is_shown_by_its_code() {
    let world = World::new().await;
    let token = world.access().await;
    assert_eq!(world.json("GET", "/api/v4/widgets/bridge", &token, None).await.0, 404);
    world.sandbox.set_widget("main", "bridge", &zipped(&files())).unwrap();
    let (status, shown) = world.json("GET", "/api/v4/widgets/bridge", &token, None).await;
    assert_eq!(status, 200);
    assert_eq!((&shown["version"], &shown["is_lead_source"]), (&json!("1.2.3"), &json!(true)), "{shown}");
    assert_eq!((&shown["is_active_in_account"], &shown["settings"]), (&json!(true), &json!({})), "{shown}");
}
