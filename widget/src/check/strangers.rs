//! Archives as strangers publish them, each with the faults of one that was found in public: every finding is right, the
//! cause stands first, and nothing is asked of them that only a messenger's widget, or only Parom's, needs.

use super::tests::{Spoil, png, put, replace};
use super::*;

const SCRIPT: &str = r#"define(['jquery'], function ($) {
  'use strict';
  return function () {
    const self = this;
    this.callbacks = {
      render: function () {
        self.render_template({ caption: { class_name: 'acme-caption' }, body: '',
          render: '<div class="acme-card"></div>' }, {});
        return true;
      },
      init: function () {
        return true;
      },
      bind_actions: function () {
        $('head').append($('<link>', { rel: 'stylesheet', href: self.params.path + '/style.css' }));
        return true;
      },
      onSave: function () {
        return true;
      }
    };
    return this;
  };
});
"#;

const MANIFEST: &str = r#"{
  "widget": {
    "name": "widget.name", "description": "widget.description", "short_description": "widget.short_description",
    "version": "1.0.4", "interface_version": 2, "init_once": true, "locale": ["ru", "en"], "installation": true,
    "support": { "link": "https://acme.example/help", "email": "help@acme.example" }
  },
  "locations": ["lcard-1", "settings"],
  "tour": {
    "is_tour": true, "tour_images": { "ru": ["/images/tour_ru.png"], "en": ["/images/tour_en.png"] },
    "tour_description": "widget.tour_description"
  },
  "settings": { "account": { "name": "settings.account", "type": "text", "required": true } }
}
"#;

/// The tour of [`MANIFEST`] and its support.
const TOUR: &str = "  \"tour\": {\n    \"is_tour\": true, \"tour_images\": { \"ru\": [\"/images/tour_ru.png\"], \"en\": [\"/images/tour_en.png\"] },\n    \"tour_description\": \"widget.tour_description\"\n  },\n";
const SUPPORT: &str =
    ",\n    \"support\": { \"link\": \"https://acme.example/help\", \"email\": \"help@acme.example\" }";

fn words(name: &str) -> String {
    let about = |key: &str| format!("\"{key}\": \"Acme {key}\"");
    let about = [about("description"), about("short_description"), about("tour_description")].join(", ");
    format!("{{ \"widget\": {{ \"name\": \"{name}\", {about} }}, \"settings\": {{ \"account\": \"Account\" }} }}\n")
}

/// The panel of a shop in the lead card: faultless, and no messenger.
fn shop() -> Archive {
    let mut archive = Archive::default();
    put(&mut archive, "manifest.json", MANIFEST);
    put(&mut archive, "script.js", SCRIPT);
    put(&mut archive, "style.css", ".acme-card { color: #333; }\n.acme-card__row p { margin: 0; }\n");
    put(&mut archive, "i18n/ru.json", words("Склад"));
    put(&mut archive, "i18n/en.json", words("Stock"));
    for (name, width, height) in crate::LOGOS {
        put(&mut archive, name, png(u16::try_from(width).unwrap(), u16::try_from(height).unwrap()));
    }
    for name in ["images/tour_ru.png", "images/tour_en.png"] {
        put(&mut archive, name, png(1188, 616));
    }
    put(&mut archive, "images/logo_dp.png", png(174, 109));
    archive
}

/// Puts lines of code into `init`.
fn code(archive: &mut Archive, lines: &str) {
    replace(archive, "script.js", "      init: function () {\n", &format!("      init: function () {{\n{lines}\n"));
}

fn manifest(archive: &mut Archive, from: &str, to: &str) {
    replace(archive, "manifest.json", from, to);
}

fn without_tour_images(archive: &mut Archive) {
    archive.files.retain(|name, _| !name.starts_with("images/tour_"));
}

/// The main logo as the tour's only picture, as an example in the documentation has it.
fn logo_as_tour(archive: &mut Archive, languages: &[&str]) {
    let of = |language: &&str| format!("\"{language}\": [\"/images/logo_main.png\", \"/images/logo_main.png\"]");
    let images = languages.iter().map(of).collect::<Vec<_>>().join(", ");
    manifest(archive, "\"ru\": [\"/images/tour_ru.png\"], \"en\": [\"/images/tour_en.png\"]", &images);
    without_tour_images(archive);
}

struct Stranger {
    what: &'static str,
    platform: Platform,
    spoil: Spoil,
    /// All that is found, in this order.
    found: &'static [(&'static str, &'static str)],
}

const STRANGERS: &[Stranger] = &[
    Stranger {
        what: "a starter kit whose script is not built",
        platform: Platform::Amocrm,
        spoil: |archive| {
            archive.files.remove("script.js");
            put(archive, "src/script.js", "import Widget from './Widget';\ndefine(['jquery'], () => Widget);\n");
            put(archive, "package.json", "{}");
            put(archive, "README.md", "# Kit");
        },
        found: &[("script-missing", "script.js")],
    },
    Stranger {
        what: "sources in TypeScript with the archive's files in a folder",
        platform: Platform::Amocrm,
        spoil: |archive| {
            archive.files.remove("script.js");
            let files = std::mem::take(&mut archive.files);
            archive.files = files.into_iter().map(|(name, content)| (format!("static/{name}"), content)).collect();
            put(archive, "src/script.ts", "export default class Widget {}");
            put(archive, "package.json", "{}");
        },
        found: &[("top-folder", "static/")],
    },
    Stranger {
        what: "a panel for contacts in a language that its tour forgets",
        platform: Platform::Amocrm,
        spoil: |archive| {
            archive.files.remove("i18n/ru.json");
            manifest(archive, "[\"ru\", \"en\"]", "[\"en\"]");
            manifest(archive, "\"lcard-1\", \"settings\"", "\"ccard-1\", \"clist-1\"");
            logo_as_tour(archive, &["ru"]);
            code(archive, "console.log('init');\nw_code = self.get_settings().widget_code;\nconsole.log(w_code);");
            put(
                archive,
                "style.css",
                ".acme-card p { margin: 0; }\n.acme-card a { color: red; }\n.js-ac-caption { top: 0; }\n.js-ac-caption b { top: 0; }\n",
            );
            put(archive, "amocrm.php", "<?php");
            put(archive, "widget.zip", "PK");
        },
        found: &[
            ("tour", "manifest.json"),
            ("undeclared-variable", "script.js"),
            ("console", "script.js"),
            ("console", "script.js"),
            ("css-global", "style.css"),
            ("unused-file", "amocrm.php"),
            ("unused-file", "widget.zip"),
        ],
    },
    Stranger {
        what: "a panel for leads with a key in its settings and a logo in its tour",
        platform: Platform::Amocrm,
        spoil: |archive| {
            manifest(archive, "\"account\": {", "\"x_api_key\": {");
            logo_as_tour(archive, &["ru", "en"]);
            replace(
                archive,
                "script.js",
                "self.params.path + '/style.css'",
                "'/upl/' + self.params.widget_code + '/widget/style.css'",
            );
        },
        found: &[("setting", "manifest.json"), ("image-size", "images/logo_main.png")],
    },
    Stranger {
        what: "a tool on its own page, everywhere, without support and tour",
        platform: Platform::Amocrm,
        spoil: |archive| {
            manifest(archive, SUPPORT, "");
            manifest(archive, TOUR, "  \"advanced\": { \"title\": \"widget.name\" },\n");
            manifest(archive, "\"lcard-1\", \"settings\"", "\"settings\", \"advanced_settings\", \"everywhere\"");
            without_tour_images(archive);
            replace(
                archive,
                "script.js",
                "      onSave:",
                "      advancedSettings: function () {\n        // Fields of the vendor (cfv_<id>). Several values (email/phone) → union & dedupe;\n        // otherwise a single value from the main record.\n        // ── Merge over the page's own addresses: POST /ajax/merge/save  id[]=A&id[]=B ──\n        return true;\n      },\n      onSave:",
            );
        },
        found: &[("manifest-field", "manifest.json"), ("manifest-field", "manifest.json")],
    },
    Stranger {
        what: "a step of Kommo's Salesbot",
        platform: Platform::Kommo,
        spoil: |archive| {
            let russian = archive.files.remove("i18n/ru.json").unwrap();
            put(archive, "i18n/es.json", String::from_utf8(russian).unwrap().replace("Склад", "Existencias"));
            manifest(archive, "[\"ru\", \"en\"]", "[\"en\", \"es\"]");
            manifest(archive, "\"lcard-1\", \"settings\"", "\"salesbot_designer\"");
            manifest(
                archive,
                TOUR,
                "  \"salesbot_designer\": { \"handler_code\": { \"name\": \"widget.name\", \"settings\": {} } },\n",
            );
            without_tour_images(archive);
            put(
                archive,
                "style.css",
                ".widget_settings_block { padding: 15px; }\n.widget_settings_block__title { margin: 0; }\n",
            );
            code(
                archive,
                "self.load = function (name) { return self.render({ href: '/templates/' + name + '.twig' }); };",
            );
            put(archive, "templates/advanced_settings.twig", "<div class=\"acme-card\">{{ title }}</div>\n");
        },
        found: &[
            ("manifest-field", "manifest.json"),
            ("kommo-icon", "images/icon.svg"),
            ("css-system-class", "style.css"),
        ],
    },
    Stranger {
        what: "a list of products, whose support and keys are for Russia",
        platform: Platform::Amocrm,
        spoil: |archive| {
            manifest(archive, "\"account\": {", "\"api_key\": {");
            manifest(archive, "help@acme.example", "help@acme.ru");
            manifest(archive, ", \"en\": [\"/images/tour_en.png\"]", "");
            archive.files.remove("images/tour_en.png");
        },
        found: &[("setting", "manifest.json"), ("tour", "manifest.json"), ("ru-link", "manifest.json")],
    },
    Stranger {
        what: "a calculator from the time before integrations",
        platform: Platform::Amocrm,
        spoil: |archive| {
            manifest(archive, SUPPORT, "");
            manifest(archive, TOUR, "");
            manifest(
                archive,
                "\"version\": \"1.0.4\"",
                "\"code\": \"acme_calc\", \"secret_key\": \"c4fb\", \"version\": \"1.1.\"",
            );
            manifest(archive, "\"lcard-1\", \"settings\"", "\"comcard-1\", \"ccard-1\", \"lcard-1\", \"settings\"");
            without_tour_images(archive);
            archive.files.retain(|name, _| name != "images/logo_main.png" && name != "images/logo_small.png");
            code(
                archive,
                "$calc = '<form class=\"acme-card\"> <a href=\"#\" class=\"acme-submit\">Count</a> </form>';\n$('.acme-card').append($calc);\n$.get('https://acme.ru/handler.php').done(function (data) {\n  //console.log('Data: ' + data);\n  console.log(data);\n});",
            );
        },
        found: &[
            ("manifest-field", "manifest.json"),
            ("manifest-field", "manifest.json"),
            ("manifest-legacy", "manifest.json"),
            ("manifest-legacy", "manifest.json"),
            ("version", "manifest.json"),
            ("image-missing", "images/logo_main.png"),
            ("image-missing", "images/logo_small.png"),
            ("undeclared-variable", "script.js"),
            ("console", "script.js"),
            ("commented-code", "script.js"),
        ],
    },
    Stranger {
        what: "a sample for nine areas that loads its parts by names which it composes",
        platform: Platform::Amocrm,
        spoil: |archive| {
            manifest(
                archive,
                "\"lcard-1\", \"settings\"",
                "\"everywhere\", \"lcard-1\", \"comcard-1\", \"ccard-0\", \"cucard-0\", \"llist-0\", \"clist-1\", \"culist-0\", \"tlist-1\"",
            );
            manifest(
                archive,
                "\"settings\": { ",
                "\"settings\": { \"field_pass\": { \"name\": \"settings.account\", \"type\": \"pass\" }, \"field_custom\": { \"name\": \"settings.account\", \"type\": \"custom\" }, ",
            );
            code(
                archive,
                "require([self.params.path + '/js/views/' + self.system().area + '.js'], function (View) { return View; });",
            );
            put(archive, "js/views/lcard.js", "define(['./base'], function (Base) {\n  return Base;\n});\n");
            put(archive, "js/views/base.js", "define([], function () {\n  return { template: '/templates/' };\n});\n");
            put(
                archive,
                "templates/cards/leads.twig",
                "<link rel=\"stylesheet\" href=\"{{ path }}/css/lists/{{ name }}.css\">\n<a href=\"/leads/detail/{{ id }}\">{{ name }}</a>\n",
            );
            put(archive, "css/lists/leads.css", ".acme-card ul { margin: 0; }\n");
            put(archive, "widget.php", "<?php");
        },
        found: &[("setting", "manifest.json"), ("setting", "manifest.json"), ("unused-file", "widget.php")],
    },
    Stranger {
        what: "an example of every callback",
        platform: Platform::Amocrm,
        spoil: |archive| {
            manifest(
                archive,
                "\"lcard-1\", \"settings\"",
                "\"ccard-1\", \"clist-0\", \"lcard-1\", \"llist-0\", \"settings\", \"digital_pipeline\", \"advanced_settings\", \"salesbot_designer\", \"lead_sources\"",
            );
            manifest(
                archive,
                "  \"tour\"",
                "  \"dp\": { \"settings\": {}, \"webhook_url\": \"https://acme.example/hook\" }, \"advanced\": { \"title\": \"widget.name\" }, \"salesbot_designer\": {},\n  \"tour\"",
            );
            manifest(
                archive,
                "\"account\": {",
                "\"password\": { \"name\": \"settings.account\", \"type\": \"pass\" }, \"account\": {",
            );
            logo_as_tour(archive, &["ru"]);
            replace(
                archive,
                "script.js",
                "      onSave:",
                "      settings: function () {}, advancedSettings: function () {}, dpSettings: function () {},\n      onSalesbotDesignerSave: function () {}, leads: { selected: function () {} },\n      onSave:",
            );
            code(
                archive,
                "console.log('init');\nAPP.addNotificationCallback(self.params.widget_code, function () {});\n/**\n * params holds what is needed to send\n * { \"phone\": 75555555555, \"message\": \"sms text\" }\n */\nself.add_source('sms', function () {});",
            );
        },
        found: &[
            ("setting", "manifest.json"),
            ("tour", "manifest.json"),
            ("image-size", "images/logo_main.png"),
            ("undocumented-environment", "script.js"),
            ("console", "script.js"),
        ],
    },
];

#[test]
fn a_faultless_archive_of_a_stranger_passes() {
    assert_eq!(look(&shop(), 0, None), []);
}

#[test]
fn strangers_get_what_is_right_causes_first() {
    for Stranger { what, platform, spoil, found } in STRANGERS {
        let mut archive = shop();
        spoil(&mut archive);
        let findings = look(&archive, 0, Some(*platform));
        let told: Vec<_> = findings.iter().map(|finding| (finding.rule, finding.file.as_str())).collect();
        assert_eq!(told, *found, "{what}: {findings:#?}");
        assert!(findings.iter().all(|finding| !finding.own), "{what}: {findings:#?}");
    }
}

#[test]
fn a_wrong_size_says_why_it_is_wrong() {
    let mut archive = shop();
    logo_as_tour(&mut archive, &["ru", "en"]);
    let findings = look(&archive, 0, None);
    let [found] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!(found.message, "400×272 instead of 1188×616: the manifest lists it as a tour image");
}

#[test]
fn a_folder_that_nothing_uses_is_one_finding() {
    let mut archive = shop();
    for name in ["a/index.js", "a/big.css", "b/c/d.json"] {
        put(&mut archive, &format!("node_modules/{name}"), "eval(1)\r\n");
    }
    let findings = look(&archive, 0, None);
    let told: Vec<_> = findings.iter().map(|finding| (finding.rule, finding.file.as_str())).collect();
    assert_eq!(told, [("unused-file", "node_modules/")], "{findings:?}");
}
