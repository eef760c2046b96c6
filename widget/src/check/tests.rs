mod bad;

use std::collections::{BTreeMap, BTreeSet};

use bad::{BAD, Spoil, code, put, replace};

use super::*;
use crate::inputs::{BuildInputs, Vendor};
use crate::{BuildError, build, warnings};

/// The head of a PNG of these pixels: all that rules look at.
fn png(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(u32::from(width).to_be_bytes());
    bytes.extend(u32::from(height).to_be_bytes());
    bytes
}

fn inputs(platform: Platform) -> BuildInputs {
    let tour = ["tour_1_ru.png", "tour_1_en.png"].map(|name| (name.to_owned(), png(1188, 616)));
    BuildInputs {
        platform,
        name: "Parom".to_owned(),
        code: "parom_widget".to_owned(),
        version: "1.2.0".to_owned(),
        languages: vec!["ru".to_owned(), "en".to_owned()],
        integration: "main".to_owned(),
        public_url: "https://parom.example".parse().unwrap(),
        vendor: Vendor {
            legal_entity: "Parom Ltd".to_owned(),
            support_url: "https://parom.example/support".to_owned(),
            support_email: "help@parom.example".to_owned(),
            privacy_url: "https://parom.example/privacy".to_owned(),
        },
        colors: None,
        card: true,
        whatsapp: false,
        dev: false,
        images: BTreeMap::from(tour),
    }
}

fn good(platform: Platform) -> Archive {
    Archive::read(&build(&inputs(platform)).unwrap()).unwrap()
}

fn rules_of(archive: &Archive, platform: Option<Platform>) -> BTreeSet<&'static str> {
    look(archive, archive.files.values().map(Vec::len).sum(), platform).iter().map(|finding| finding.rule).collect()
}

#[test]
fn built_archives_pass() {
    for (platform, card) in [(Platform::Amocrm, true), (Platform::Amocrm, false), (Platform::Kommo, true)] {
        let inputs = BuildInputs { card, ..inputs(platform) };
        assert_eq!(check(&build(&inputs).unwrap(), None).unwrap(), [], "{platform:?}, card {card}");
    }
}

#[test]
fn every_rule_catches_its_bad_archive() {
    let good = good(Platform::Amocrm);
    for (rule, spoil) in BAD {
        let mut archive = good.clone();
        spoil(&mut archive);
        let found = rules_of(&archive, None);
        assert!(found.contains(rule), "{rule} is not among {found:?}");
    }
}

#[test]
fn kommo_has_rules_of_its_own() {
    let bad: &[(&str, Spoil)] = &[
        ("kommo-icon", |archive| drop(archive.files.remove("images/icon.svg"))),
        ("kommo-icon", |archive| put(archive, "images/icon.svg", "<svg><path fill=\"#eeeeee\"/></svg>")),
        ("image-format", |archive| {
            put(archive, "images/logo_min.png", b"\xff\xd8\xff\xc0\0\x0b\x08\0\x54\0\x54".to_vec())
        }),
        ("location-platform", |archive| {
            replace(archive, "manifest.json", "\"lead_sources\"", "\"lead_sources\", \"whatsapp_modal\"")
        }),
        ("locale", |archive| replace(archive, "manifest.json", "\"en\"", "\"ru\"")),
    ];
    let good = good(Platform::Kommo);
    for (rule, spoil) in bad {
        let mut archive = good.clone();
        spoil(&mut archive);
        let found = rules_of(&archive, None);
        assert!(found.contains(rule), "{rule} is not among {found:?}");
    }
}

#[test]
fn every_rule_has_a_name_and_a_bad_archive() {
    let named: BTreeSet<_> = RULES.iter().map(|(name, _)| *name).collect();
    let mut shown: BTreeSet<_> = BAD.iter().map(|(name, _)| *name).collect();
    shown.insert("kommo-icon");
    assert_eq!(named, shown);
    assert!(RULES.is_sorted());
}

#[test]
fn a_finding_says_where() {
    let mut archive = good(Platform::Amocrm);
    code(&mut archive, "alert('done');");
    let findings = check(&archive.write().unwrap(), None).unwrap();
    let line = line_with(archive.text("script.js").unwrap(), "alert(").unwrap();
    let [found] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!((found.rule, found.file.as_str(), found.line), ("dialog", "script.js", Some(line)));
}

#[test]
fn allowed_code_is_not_reported() {
    let mut archive = good(Platform::Amocrm);
    code(
        &mut archive,
        "console.debug(APP.constant('account').id, APP.isCard(), AMOCRM.data.current_card);\ntry { self.go(); } catch (error) { console.trace(error); }\nPromise.resolve().then(null, function (error) { console.trace(error); });",
    );
    assert_eq!(rules_of(&archive, None), BTreeSet::new());
}

#[test]
fn no_zip_is_an_error() {
    assert!(matches!(check(b"manifest.json", None), Err(ArchiveError::Zip(_))));
}

#[test]
fn equal_inputs_give_equal_bytes() {
    assert_eq!(build(&inputs(Platform::Amocrm)).unwrap(), build(&inputs(Platform::Amocrm)).unwrap());
}

#[test]
fn platform_and_card_decide_what_is_inside() {
    let amocrm = good(Platform::Amocrm);
    let kommo = good(Platform::Kommo);
    let locations = |archive: &Archive| {
        let manifest: Value = serde_json::from_str(archive.text("manifest.json").unwrap()).unwrap();
        texts(&manifest["locations"])
    };
    // Nothing is offered among amoCRM's WhatsApp services: there is no connector behind it.
    for archive in [&amocrm, &kommo] {
        assert_eq!(locations(archive), ["settings", "advanced_settings", "lead_sources", "lcard-1"]);
    }
    assert!(!kommo.files.contains_key("i18n/ru.json") && !kommo.files.contains_key("images/tour_1_ru.png"));
    assert!(kommo.files.contains_key("images/icon.svg") && !amocrm.files.contains_key("images/icon.svg"));
    let plain = build(&BuildInputs { card: false, ..inputs(Platform::Amocrm) }).unwrap();
    let plain = Archive::read(&plain).unwrap();
    assert!(!plain.files.contains_key("lib/card.js") && !locations(&plain).contains(&"lcard-1".to_owned()));
    assert!(!plain.text("i18n/en.json").unwrap().contains("card-title"));
}

#[test]
fn the_version_brings_new_modules() {
    let archive = good(Platform::Amocrm);
    assert!(archive.text("script.js").unwrap().contains("'./lib/window.js?v=1.2.0'"));
    assert!(archive.text("lib/window.js").unwrap().contains("'./api.js?v=1.2.0'"));
    assert!(archive.text("script.js").unwrap().contains("'lib/components/base/modal'"));
}

#[test]
fn without_facts_an_archive_is_built_that_the_check_refuses() {
    let mut bare = inputs(Platform::Amocrm);
    bare.vendor = Vendor::default();
    bare.code.clear();
    bare.public_url = "http://parom.example".parse().unwrap();
    let said = warnings(&bare);
    let about = ["[integration.widget] code", "[vendor] support_url", "[vendor] privacy_url", "[server] public_url"];
    assert_eq!(said.len(), about.len(), "{said:?}");
    assert!(said.iter().zip(about).all(|(said, about)| said.starts_with(about)), "{said:?}");
    let findings = check(&build(&bare).unwrap(), None).unwrap();
    let rules: BTreeSet<_> = findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, BTreeSet::from(["privacy", "server-address", "support"]), "{findings:?}");
    assert!(warnings(&inputs(Platform::Amocrm)).is_empty());
    assert!(warnings(&BuildInputs { dev: true, ..bare }).is_empty());

    let version = BuildInputs { version: "1.0".to_owned(), ..inputs(Platform::Amocrm) };
    assert!(matches!(build(&version), Err(BuildError::Version(_))));
    let foreign = BuildInputs { languages: vec!["ru".to_owned()], ..inputs(Platform::Kommo) };
    assert!(matches!(build(&foreign), Err(BuildError::NoLanguage(..))));
    let untranslated = BuildInputs { languages: vec!["en".to_owned(), "tr".to_owned()], ..inputs(Platform::Kommo) };
    let untranslated = BuildInputs { dev: true, ..untranslated };
    assert!(matches!(build(&untranslated), Err(BuildError::Words(_))));
}

#[test]
fn for_trying_out_facts_are_marked_placeholders() {
    let mut bare = inputs(Platform::Amocrm);
    bare.vendor = Vendor::default();
    bare.public_url = "http://127.0.0.1:8080".parse().unwrap();
    bare.dev = true;
    let built = build(&bare).unwrap();
    let found: BTreeSet<_> = check(&built, None).unwrap().into_iter().map(|finding| finding.rule).collect();
    assert_eq!(found, BTreeSet::from(["dev-placeholder", "server-address"]));
}

#[test]
fn data_reaches_the_page_as_text() {
    let archive = good(Platform::Amocrm);
    for (name, text) in
        archive.files.keys().filter(|name| name.ends_with(".js")).map(|name| (name, archive.text(name).unwrap()))
    {
        for way in ["innerHTML", "outerHTML", "insertAdjacentHTML", ".html(", "document.write"] {
            assert!(!text.contains(way), "{name} uses {way}");
        }
    }
}

#[test]
fn the_list_of_whatsapp_services_has_those_that_serve_it() {
    let has = |platform, whatsapp| {
        let built = build(&BuildInputs { whatsapp, ..inputs(platform) }).unwrap();
        assert_eq!(check(&built, None).unwrap(), [], "{platform:?}");
        let archive = Archive::read(&built).unwrap();
        let manifest = String::from_utf8_lossy(&archive.files["manifest.json"]).contains("whatsapp_modal");
        assert_eq!(String::from_utf8_lossy(&archive.files["lib/config.js"]).contains("whatsapp_modal"), manifest);
        manifest
    };
    assert!(has(Platform::Amocrm, true));
    assert!(!has(Platform::Amocrm, false));
    assert!(!has(Platform::Kommo, true), "Kommo has no such list");
}

#[test]
fn every_language_of_the_product_passes_the_check() {
    let all = ["ru", "en", "es", "pt"].map(str::to_owned).to_vec();
    for (platform, locale) in
        [(Platform::Amocrm, &["ru", "en", "es", "pt"][..]), (Platform::Kommo, &["en", "es", "pt"][..])]
    {
        let inputs = BuildInputs { languages: all.clone(), ..inputs(platform) };
        let built = build(&inputs).unwrap();
        assert_eq!(check(&built, None).unwrap(), [], "{platform:?}");
        let archive = Archive::read(&built).unwrap();
        let manifest: Value = serde_json::from_str(archive.text("manifest.json").unwrap()).unwrap();
        assert_eq!(manifest["widget"]["locale"], serde_json::json!(locale));
        let words = |language: &str| -> Value {
            serde_json::from_str(archive.text(&format!("i18n/{language}.json")).unwrap()).unwrap()
        };
        let english = words("en");
        for (language, connect) in [("es", "Conectar"), ("pt", "Conectar")] {
            let own = words(language);
            assert_eq!((&own["ui"]["language"], &own["ui"]["widget-connect"]), (&language.into(), &connect.into()));
            // Names and formats of numbers are the same everywhere; whole sentences are not.
            let same = own["ui"].as_object().unwrap().iter().filter(|(key, text)| english["ui"][*key] == **text);
            let same = same.filter(|(_, text)| text.to_string().split(' ').count() > 3);
            // The name of a control begins like texts of the panel's sign-in, which the widget does not show.
            let same: Vec<_> = same.filter(|(key, _)| !key.starts_with("sign-in-")).collect();
            assert!(same.is_empty(), "{language}: {same:?}");
        }
    }
}
