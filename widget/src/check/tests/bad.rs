//! What spoils a good archive, by the rule that must notice.

use super::png;
use crate::Archive;

pub type Spoil = fn(&mut Archive);

pub fn replace(archive: &mut Archive, name: &str, from: &str, to: &str) {
    let text = archive.text(name).unwrap().to_owned();
    assert!(text.contains(from), "{name} has no {from}");
    archive.files.insert(name.to_owned(), text.replace(from, to).into_bytes());
}

/// Puts lines of code into a callback of script.js.
pub fn code(archive: &mut Archive, lines: &str) {
    replace(archive, "script.js", "      init: function () {\n", &format!("      init: function () {{\n{lines}\n"));
}

pub fn put(archive: &mut Archive, name: &str, content: impl Into<Vec<u8>>) {
    archive.files.insert(name.to_owned(), content.into());
}

/// A bad archive of amoCRM for each rule.
pub const BAD: &[(&str, Spoil)] = &[
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
    ("location-unused", |archive| {
        replace(archive, "manifest.json", "\"lead_sources\"", "\"lead_sources\", \"ccard-1\"")
    }),
    ("logo-name", |archive| put(archive, "images/amo_logo.png", png(10, 10))),
    ("manifest-field", |archive| {
        replace(archive, "manifest.json", "\"interface_version\": 2", "\"interface_version\": 1")
    }),
    ("manifest-field", |archive| replace(archive, "manifest.json", "\"is_tour\": true", "\"is_tour\": false")),
    ("manifest-legacy", |archive| replace(archive, "manifest.json", "\"version\"", "\"code\": \"x\",\n\"version\"")),
    ("manifest-missing", |archive| drop(archive.files.remove("manifest.json"))),
    ("minified", |archive| code(archive, &format!("const long = '{}';", "x".repeat(600)))),
    ("minified", |archive| code(archive, "const _0x1a = 1, _0x2b = 2, _0x3c = _0x1a + _0x2b;")),
    ("name", |archive| replace(archive, "i18n/ru.json", "\"name\": \"Parom\"", "\"name\": \"amoParom\"")),
    ("name", |archive| {
        replace(archive, "i18n/en.json", "\"name\": \"Parom\"", "\"name\": \"Messengers of all kinds by Parom\"")
    }),
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
    ("support", |archive| replace(archive, "manifest.json", "https://parom.example/support", "")),
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
    ("virtual-click", |archive| code(archive, "$('.button').click();")),
    ("virtual-click", |archive| code(archive, "$('.button').trigger('click');")),
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
