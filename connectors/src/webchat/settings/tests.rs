use serde_json::json;

use super::*;

fn wrong(settings: Value) -> Vec<String> {
    checked(settings).unwrap_err().into_iter().map(|error| error.pointer).collect()
}

#[test]
fn null_is_absent() {
    let nothing = checked(json!({})).unwrap();
    let null = json!({"allowed_origins": null, "title": null, "color": null, "greeting": null, "ask": null,
        "consent_text": null, "working_hours": null, "labels": null, "invitation": null, "translations": null});
    assert_eq!(checked(null).unwrap(), nothing);
}

#[test]
fn sites_are_origins() {
    let entered = json!({"allowed_origins": [" https://Shop.example/ ", "https://shop.example:443", "shop.example/path?x",
        "https://shop.example/path", "localhost:8000", "shop.example:8443", "https://пример.рф"]});
    let kept = checked(entered).unwrap();
    assert_eq!(
        kept["allowed_origins"],
        json!([
            "https://shop.example",
            "http://localhost:8000",
            "https://shop.example:8443",
            "https://xn--e1afmkfd.xn--p1ai"
        ])
    );
    for site in [
        "shop",
        "http://shop.example",
        "shop.example:http",
        "https://user@shop.example",
        "javascript:alert(1)",
        "null",
        "*",
        "https://*",
        "https://*.shop.example",
        "",
    ] {
        assert_eq!(wrong(json!({"allowed_origins": [site]})), ["/settings/allowed_origins/0"], "{site}");
    }
    assert_eq!(wrong(json!({"allowed_origins": vec!["https://a.example"; 51]})), ["/settings/allowed_origins"]);
}

#[test]
fn every_wrong_field_is_reported_by_its_pointer() {
    for (settings, pointers) in [
        (json!({"title": 7}), vec!["/settings/title"]),
        (json!({"title": "x".repeat(101)}), vec!["/settings/title"]),
        (json!({"nickname": "x"}), vec!["/settings/nickname"]),
        (json!({"color": "red", "greeting": "x".repeat(2001)}), vec!["/settings/color", "/settings/greeting"]),
        (json!({"side": "top", "theme": "dark"}), vec!["/settings/side"]),
        (json!({"offset": {"bottom": "501", "side": "x"}}), vec!["/settings/offset/bottom", "/settings/offset/side"]),
        (json!({"hide_on": ["/a", "x".repeat(201)]}), vec!["/settings/hide_on/1"]),
        (json!({"ask_optional": ["age"]}), vec!["/settings/ask_optional/0"]),
        (json!({"custom_fields": ["Order *", "*"], "rating": "yes"}), vec!["/settings/rating"]),
        (json!({"custom_fields": ["Order *", "*"]}), vec!["/settings/custom_fields/1"]),
        (json!({"team": vec!["Anna"; 5]}), vec!["/settings/team"]),
        (
            json!({"quick_answers": ["When? | Now", "| Now", "x".repeat(101)]}),
            vec!["/settings/quick_answers/1", "/settings/quick_answers/2"],
        ),
        (json!({"translations": {"es": {"quick_answers": ["|"]}}}), vec!["/settings/translations/es/quick_answers/0"]),
        (json!({"email_answers_after": 0}), vec!["/settings/email_answers_after"]),
        (json!({"email_answers_after": 1441}), vec!["/settings/email_answers_after"]),
        (json!({"email_answers_after": "soon"}), vec!["/settings/email_answers_after"]),
        (json!({"email_answers_after": [10]}), vec!["/settings/email_answers_after"]),
        (json!({"ask": "phone"}), vec!["/settings/ask"]),
        (json!({"translations": {"de": {"title": "Hallo"}}}), vec!["/settings/translations/de"]),
        (json!({"translations": {"ru": {"colour": "red"}}}), vec!["/settings/translations/ru/colour"]),
        (
            json!({"translations": {"ru": {"title": "x".repeat(101), "labels": {"name": "x".repeat(101)}}}}),
            vec!["/settings/translations/ru/title", "/settings/translations/ru/labels/name"],
        ),
        (
            json!({"invitation": {"show": "loud", "after_seconds": 3601, "pages": ["x".repeat(201)]}}),
            vec!["/settings/invitation/show", "/settings/invitation/after_seconds", "/settings/invitation/pages/0"],
        ),
        (json!({"invitation": {"after_seconds": "soon"}}), vec!["/settings/invitation/after_seconds"]),
        (json!({"ask": ["phone", "age"]}), vec!["/settings/ask/1"]),
    ] {
        assert_eq!(wrong(settings.clone()), pointers, "{settings}");
    }
}

#[test]
fn empty_values_are_not_set() {
    let empty = json!({"title": " ", "color": "", "greeting": "", "ask": []});
    assert_eq!(checked(empty).unwrap(), serde_json::to_value(WebChatSettings::default()).unwrap());
    let kept = checked(json!({"email_answers_after": " 10 "})).unwrap();
    assert_eq!(kept["email_answers_after"], json!(10));
    let kept = checked(json!({"email_answers_after": ""})).unwrap();
    assert_eq!(kept.get("email_answers_after"), None);
    let kept = checked(json!({"invitation": {"show": "", "after_seconds": "0", "pages": [" /prices ", ""]}})).unwrap();
    assert_eq!(kept["invitation"], json!({"after_seconds": 0, "pages": ["/prices"]}));
    let kept =
        checked(json!({"labels": {"name": " "}, "translations": {"es": {"title": "Hola"}, "pt": {"title": ""}}}));
    let kept = kept.unwrap();
    assert_eq!((kept.get("labels"), &kept["translations"]), (None, &json!({"es": {"title": "Hola"}})));
    let kept = checked(json!({"ask": ["email", "name", "name"], "color": "#0b5cad"})).unwrap();
    assert_eq!((&kept["ask"], &kept["color"]), (&json!(["name", "email"]), &json!("#0b5cad")));
}

#[test]
fn a_visitor_reads_the_texts_of_their_language_and_else_the_others() {
    let settings = WebChatSettings::stored(
        &json!({
            "title": "Flowers", "greeting": "Hello", "consent_text": "I agree", "labels": {"name": "Who?", "email": "Mail"},
            "working_hours": {"time_zone": "UTC", "hours": ["mon 09:00-18:00"], "text": "Later"},
            "translations": {"ru": {"greeting": "Привет", "away_text": "Позже", "labels": {"name": "Кто?"}}},
        })
        .to_string(),
    );
    let russian = settings.clone().in_language(Language::Ru);
    let said = |settings: &WebChatSettings| {
        let labels = settings.labels.clone().unwrap();
        let away = settings.working_hours.clone().unwrap().text.unwrap();
        [settings.title.clone().unwrap(), settings.greeting.clone().unwrap(), away, labels.name.unwrap()]
    };
    assert_eq!(said(&russian), ["Flowers", "Привет", "Позже", "Кто?"]);
    assert_eq!(russian.labels.unwrap().email.as_deref(), Some("Mail"));
    assert_eq!(russian.consent_text.as_deref(), Some("I agree"), "a translation cannot remove the consent");
    assert_eq!(said(&settings.in_language(Language::Es)), ["Flowers", "Hello", "Later", "Who?"]);
}

#[test]
fn parts_are_written_as_in_the_addresses_of_browsers() {
    let pages = ["/Prices", "/цены", "/%D1%86", "?plan=2"].map(str::to_owned).to_vec();
    let parts = written(&pages);
    assert_eq!(parts, ["/prices", "/%d1%86%d0%b5%d0%bd%d1%8b", "/%d1%86", "?plan=2"]);
}

#[test]
fn a_quick_answer_is_a_question_with_or_without_an_answer() {
    let of = |line: &str| {
        let QuickAnswer { question, answer } = QuickAnswer::of(line);
        (question, answer)
    };
    assert_eq!(of("How much? | 1 | 2"), ("How much?".into(), "1 | 2".into()));
    assert_eq!(of("Can I pay in parts?"), ("Can I pay in parts?".into(), String::new()));
    let settings = json!({"quick_answers": ["When?"], "translations": {"es": {"quick_answers": ["¿Cuándo? | Hoy"]}}});
    let settings: WebChatSettings = serde_json::from_value(checked(settings).unwrap()).unwrap();
    assert_eq!(settings.clone().in_language(Language::Es).quick_answers, ["¿Cuándo? | Hoy"]);
    assert_eq!(settings.in_language(Language::Ru).quick_answers, ["When?"]);
}

#[test]
fn a_star_behind_its_label_makes_a_field_required() {
    for (line, label, required) in [("Order number *", "Order number", true), (" City ", "City", false)] {
        assert_eq!(CustomField::of(line), CustomField { label: label.into(), required });
    }
}
