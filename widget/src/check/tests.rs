use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::manifest::{BuildInputs, Vendor};
use crate::{Archive, BuildError, build, warnings};

/// The head of a PNG of these pixels: all that rules look at.
pub(super) fn png(width: u16, height: u16) -> Vec<u8> {
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

pub(super) fn rules_of(archive: &Archive, platform: Option<Platform>) -> BTreeSet<&'static str> {
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
        ("name", |archive| {
            replace(archive, "i18n/en.json", "\"name\": \"Parom\"", "\"name\": \"Messengers of all kinds by Parom\"")
        }),
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
    let named: BTreeSet<_> = RULES.iter().chain(OWN_RULES).map(|(name, _)| *name).collect();
    assert_eq!(named.len(), RULES.len() + OWN_RULES.len());
    let mut shown: BTreeSet<_> = BAD.iter().map(|(name, _)| *name).collect();
    shown.insert("kommo-icon");
    assert_eq!(named, shown);
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
        &[
            "// Shows the card (of a lead): one; or several.\nconst stored = localStorage.getItem('parom') || new FileReader();\nif (typeof stored === 'undefined' || typeof nothing === 'undefined') { return true; }\nself.picture = 'data:image/svg+xml;base64,",
            &"A".repeat(600),
            "';\n$('<input type=\"file\">').click();\n$('body').append('<a href=\"#\" class=\"parom-close\">x</a>');\nself.$authorizedAjax({ url: 'https://api.firm.ru/orders' });\nconsole.debug(APP.constant('account').id, APP.isCard(), AMOCRM.data.current_card);\ntry { self.go(); } catch (error) { console.trace(error); }\nPromise.resolve().then(null, function (error) { console.trace(error); });",
        ]
        .concat(),
    );
    assert_eq!(rules_of(&archive, None), BTreeSet::new());
}

/// What stops a reader stops the list: everything else would follow from it.
#[test]
fn a_cause_is_not_followed_by_what_it_causes() {
    let stopped: &[(&str, &str, Spoil)] = &[
        ("top-folder", "widget/", |archive| {
            let files = std::mem::take(&mut archive.files);
            archive.files = files.into_iter().map(|(name, content)| (format!("widget/{name}"), content)).collect();
        }),
        ("manifest-missing", "manifest.json", |archive| drop(archive.files.remove("manifest.json"))),
        ("json", "manifest.json", |archive| put(archive, "manifest.json", "{ \"widget\": ")),
        ("json", "manifest.json", |archive| put(archive, "manifest.json", "[]")),
        ("text-encoding", "manifest.json", |archive| put(archive, "manifest.json", b"\xff\xfe{".to_vec())),
        ("script-missing", "script.js", |archive| drop(archive.files.remove("script.js"))),
        ("script-syntax", "script.js", |archive| put(archive, "script.js", "define([], function () {")),
        ("manifest-field", "manifest.json", |archive| replace(archive, "manifest.json", "\"tour\"", "\"tours\"")),
        ("i18n-file", "i18n/en.json", |archive| drop(archive.files.remove("i18n/en.json"))),
        ("json", "i18n/en.json", |archive| put(archive, "i18n/en.json", "{")),
    ];
    for (rule, file, spoil) in stopped {
        let mut archive = good(Platform::Amocrm);
        spoil(&mut archive);
        if *rule == "manifest-field" {
            archive.files.retain(|name, _| !name.starts_with("images/tour_"));
        }
        let found = look(&archive, 0, None);
        let [only] = found.as_slice() else { panic!("{rule}: {found:?}") };
        assert_eq!((only.rule, only.file.as_str()), (*rule, *file));
    }
    let mut archive = good(Platform::Kommo);
    archive.files.remove("script.js");
    assert!(!rules_of(&archive, Some(Platform::Kommo)).contains("script-missing"), "Kommo takes widgets without it");
}

#[test]
fn own_rules_judge_own_archives_and_come_last() {
    let mut archive = good(Platform::Amocrm);
    replace(&mut archive, "lib/config.js", "https://parom.example\"", "http://parom.example\"");
    put(&mut archive, "notes.txt", "x");
    let found = look(&archive, 0, None);
    let told: Vec<_> = found.iter().map(|finding| (finding.rule, finding.own)).collect();
    assert_eq!(told, [("unused-file", false), ("server-address", true)]);
    put(&mut archive, "lib/config.js", "define({ \"server\": \"http://acme.example\" });\n");
    assert!(
        look(&archive, 3 << 20, None).iter().all(|finding| !finding.own),
        "another's lib/config.js is its own affair"
    );
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
        let wanted = ["settings", "advanced_settings", "lead_sources", "salesbot_designer", "lcard-1"];
        assert_eq!(locations(archive), wanted);
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
    let given = warnings(&bare);
    let about = ["[integration.widget] code", "[vendor] support_url", "[vendor] privacy_url", "[server] public_url"];
    assert_eq!(given.len(), about.len(), "{given:?}");
    assert!(given.iter().zip(about).all(|(warning, about)| warning.starts_with(about)), "{given:?}");
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

pub(super) type Spoil = fn(&mut Archive);

pub(super) fn replace(archive: &mut Archive, name: &str, from: &str, to: &str) {
    let text = archive.text(name).unwrap().to_owned();
    assert!(text.contains(from), "{name} has no {from}");
    archive.files.insert(name.to_owned(), text.replace(from, to).into_bytes());
}

/// Puts lines of code into a callback of script.js.
fn code(archive: &mut Archive, lines: &str) {
    replace(archive, "script.js", "      init: function () {\n", &format!("      init: function () {{\n{lines}\n"));
}

pub(super) fn put(archive: &mut Archive, name: &str, content: impl Into<Vec<u8>>) {
    archive.files.insert(name.to_owned(), content.into());
}

/// A bad archive of amoCRM for each rule.
const BAD: &[(&str, Spoil)] = &[
    ("app-write", |archive| code(archive, "APP.data.current_card = null;")),
    ("app-write", |archive| code(archive, "window.AMOCRM['own'] = 1;")),
    ("app-write", |archive| code(archive, "delete APP.data;")),
    ("app-write", |archive| code(archive, "APP.constant('account', {});")),
    ("archive-size", |archive| put(archive, "images/tour_1_en.png", noise())),
    ("block-without-location", |archive| replace(archive, "manifest.json", "\"advanced_settings\",", "")),
    ("byte-order-mark", |archive| replace(archive, "style.css", "/* All", "\u{feff}/* All")),
    ("callback-missing", |archive| replace(archive, "script.js", "onSave:", "onKeep:")),
    ("commented-code", |archive| code(archive, "// self.hide();")),
    ("commented-code", |archive| code(archive, "/*\nif (old) {\n  show();\n}\n*/")),
    ("commented-code", |archive| {
        replace(archive, "style.css", "/* All", "/* .parom-widget p { color: red } */ /* All")
    }),
    ("console", |archive| code(archive, "console.log('here');")),
    ("console", |archive| code(archive, "console.trace('here');")),
    ("css-global", |archive| replace(archive, "style.css", ".parom-widget a {", "a {")),
    ("css-global", |archive| replace(archive, "style.css", ".parom-widget a {", ".parom-widget a, .card-holder a {")),
    ("css-system-class", |archive| replace(archive, "style.css", ".parom-widget", ".modal-body")),
    ("dev-placeholder", |archive| {
        replace(archive, "lib/config.js", "https://parom.example/p", "https://dev-placeholder.example/p")
    }),
    ("dialog", |archive| code(archive, "alert('done');")),
    ("dialog", |archive| code(archive, "if (!window.confirm('really')) { return true; }")),
    ("eval", |archive| code(archive, "eval('1');")),
    ("eval", |archive| code(archive, "new Function('return 1')();")),
    ("eval", |archive| code(archive, "setTimeout('go()', 10);")),
    ("foreign-language", |archive| replace(archive, "i18n/en.json", "Chats of", "Чаты")),
    ("foreign-script", |archive| code(archive, "document.createElement('script');")),
    ("foreign-script", |archive| code(archive, "$('head').append('<script src=\"https://x.example/x.js\">');")),
    ("foreign-script", |archive| code(archive, "$.getScript('https://x.example/x.js');")),
    ("i18n-file", |archive| drop(archive.files.remove("i18n/en.json"))),
    ("i18n-file", |archive| put(archive, "i18n/de.json", "{}")),
    ("i18n-key", |archive| replace(archive, "manifest.json", "advanced.title", "advanced.heading")),
    ("i18n-structure", |archive| replace(archive, "i18n/en.json", "\"card-title\"", "\"card-heading\"")),
    ("image-animated", |archive| {
        let mut moving = png(84, 84);
        moving.extend(b"acTL");
        put(archive, "images/logo_min.png", moving);
    }),
    ("image-format", |archive| put(archive, "images/logo_min.png", "<svg/>")),
    ("image-format", |archive| put(archive, "images/logo_min.png", b"GIF89a\x54\0\x54\0".to_vec())),
    ("image-missing", |archive| drop(archive.files.remove("images/logo_small.png"))),
    ("image-missing", |archive| drop(archive.files.remove("images/tour_1_ru.png"))),
    ("image-size", |archive| put(archive, "images/logo.png", png(130, 101))),
    ("image-weight", |archive| {
        let mut heavy = png(1188, 616);
        heavy.resize(300_001, 0);
        put(archive, "images/tour_1_ru.png", heavy);
    }),
    ("json", |archive| replace(archive, "manifest.json", "\"locations\"", "// where\n\"locations\"")),
    ("json", |archive| replace(archive, "i18n/en.json", "\n}", ",\n}")),
    ("line-ends", |archive| replace(archive, "script.js", "\n", "\r\n")),
    ("link-referrer", |archive| code(archive, "$('body').append('<a href=\"https://x.example\">x</a>');")),
    ("locale", |archive| replace(archive, "manifest.json", "\"locale\": [", "\"locale\": [\n\"xx\",")),
    ("location-platform", |archive| {
        replace(archive, "manifest.json", "\"lead_sources\"", "\"lead_sources\", \"widget_page\"")
    }),
    ("location-sources", |archive| replace(archive, "manifest.json", "\"lead_sources\",", "")),
    ("location-unknown", |archive| {
        replace(archive, "manifest.json", "\"lead_sources\"", "\"lead_sources\", \"left_side\"")
    }),
    ("location-unused", |archive| {
        replace(archive, "manifest.json", "\"lead_sources\"", "\"lead_sources\", \"digital_pipeline\"")
    }),
    ("location-unused", |archive| replace(archive, "script.js", "advancedSettings:", "advanced:")),
    ("manifest-field", |archive| {
        replace(archive, "manifest.json", "\"interface_version\": 2", "\"interface_version\": 1")
    }),
    ("manifest-field", |archive| replace(archive, "manifest.json", "\"is_tour\": true", "\"is_tour\": false")),
    ("manifest-legacy", |archive| replace(archive, "manifest.json", "\"version\"", "\"code\": \"x\",\n\"version\"")),
    ("manifest-missing", |archive| drop(archive.files.remove("manifest.json"))),
    ("minified", |archive| code(archive, &"if(self.a){self.b=1;}".repeat(30))),
    ("minified", |archive| code(archive, "const _0x1a = 1, _0x2b = 2, _0x3c = _0x1a + _0x2b;")),
    ("name", |archive| replace(archive, "i18n/ru.json", "\"name\": \"Parom\"", "\"name\": \"amoParom\"")),
    ("privacy", |archive| replace(archive, "lib/config.js", "https://parom.example/privacy", "")),
    ("request-in-loop", |archive| code(archive, "for (let i = 0; i < 3; i += 1) { self.$authorizedAjax({}); }")),
    ("request-in-loop", |archive| code(archive, "[1, 2].forEach(function (one) { $.ajax({ data: one }); });")),
    ("request-in-loop", |archive| code(archive, "while (self.more) { self.crm_post('x', {}); }")),
    ("rouble-price", |archive| replace(archive, "i18n/en.json", "\"card-title\": \"", "\"card-title\": \"100 RUB: ")),
    ("ru-link", |archive| replace(archive, "manifest.json", "help@parom.example", "help@parom.ru")),
    ("ru-link", |archive| {
        replace(archive, "i18n/en.json", "\"card-title\": \"", "\"card-title\": \"https://parom.ru ")
    }),
    ("script-missing", |archive| drop(archive.files.remove("script.js"))),
    ("script-syntax", |archive| code(archive, "if (")),
    ("server-address", |archive| {
        replace(archive, "lib/config.js", "https://parom.example\"", "http://parom.example\"")
    }),
    ("setting", |archive| replace(archive, "manifest.json", "\"custom\"", "\"select\"")),
    ("setting", |archive| replace(archive, "manifest.json", "\"state\": {", "\"api_token\": {")),
    ("support", |archive| replace(archive, "manifest.json", "https://parom.example/support", "support")),
    ("switcher", |archive| replace(archive, "style.css", ".parom-widget a {", ".parom-widget .switcher_on {")),
    ("synchronous-request", |archive| code(archive, "$.ajax({ url: '/x', async: false });")),
    ("text-encoding", |archive| put(archive, "style.css", b"\xff\xfe".to_vec())),
    ("top-folder", |archive| {
        let files = std::mem::take(&mut archive.files);
        archive.files = files.into_iter().map(|(name, content)| (format!("widget/{name}"), content)).collect();
    }),
    ("tour", |archive| replace(archive, "manifest.json", "\"tour_images\": {", "\"tour_images\": {}, \"were\": {")),
    ("undeclared-variable", |archive| code(archive, "counter = 5;")),
    ("undeclared-variable", |archive| code(archive, "show(jQuery);")),
    ("undocumented-environment", |archive| code(archive, "return APP.widgets.list;")),
    ("undocumented-environment", |archive| code(archive, "return APP.data.inner;")),
    ("undocumented-environment", |archive| code(archive, "return APP.constant('token');")),
    ("undocumented-environment", |archive| code(archive, "return self.system().amohash;")),
    ("unused-file", |archive| put(archive, "lib/old.js", "define({});\n")),
    ("unused-file", |archive| put(archive, ".DS_Store", "x")),
    ("unused-file", |archive| put(archive, "script.js.map", "{}")),
    ("version", |archive| replace(archive, "manifest.json", "\"1.2.0\"", "\"1.2\"")),
    ("virtual-click", |archive| code(archive, "$('.js-widget-install').click();")),
    ("virtual-click", |archive| code(archive, "$('button.js-widget-uninstall').trigger('click');")),
];

/// Bytes that no compression makes small.
fn noise() -> Vec<u8> {
    let mut bytes = png(1188, 616);
    let mut state: u64 = 1;
    bytes.extend((0..3_000_000).map(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    }));
    bytes
}
