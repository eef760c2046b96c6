//! Templates as requests, and what Meta says of them.

use std::collections::BTreeMap;

use base::message::Button;
use proptest::prelude::*;
use secrecy::SecretString;

use super::*;
use crate::fake::{Answer, Fake};
use crate::whatsapp::fake;
use crate::whatsapp::templates;

struct Account {
    fake: Fake,
    api: GraphApi,
    settings: Settings,
}

async fn account(answers: impl IntoIterator<Item = Answer>) -> Account {
    let fake = fake::start(answers).await;
    let api = GraphApi::new(&crate::fake::http(), &fake.base);
    let secrets = BTreeMap::from([("access_token".to_owned(), SecretString::from("EAAB"))]);
    let settings = Settings { public: json!({ "phone_number_id": "330", "waba_id": "220" }), secrets };
    Account { fake, api, settings }
}

fn template() -> NewTemplate {
    let button = |text: &str, url: Option<&str>| Button { text: text.to_owned(), url: url.map(str::to_owned) };
    NewTemplate {
        name: "order_ready_v2".into(),
        language: "ru".into(),
        category: TemplateCategory::Utility,
        content: "Здравствуйте, {{contact.name}}! Заказ {{lead.id}} готов.".into(),
        header: Some(TemplateHeader::Text("Order {{lead.id}}".into())),
        footer: Some("Acme".into()),
        buttons: vec![
            button("Заказ", Some("https://acme.test/o/{{lead.id}}")),
            button("Спасибо", None),
            button(" ", None),
        ],
        examples: vec![("{{contact.name}}".into(), "Мария".into())],
        ..NewTemplate::default()
    }
}

#[tokio::test]
async fn a_template_is_submitted_as_metas_components() {
    let made = fake::ok(json!({ "id": "99", "status": "PENDING", "category": "MARKETING" }));
    let account = account([made]).await;
    let state = submit(&account.api, &account.settings, &template()).await.unwrap();
    let call = account.fake.call();
    assert_eq!((call.method.as_str(), call.path.as_str()), ("POST", "220/message_templates"));
    assert_eq!(
        call.body(),
        json!({
            "name": "order_ready_v2", "language": "ru", "category": "UTILITY", "parameter_format": "POSITIONAL",
            "components": [
                { "type": "HEADER", "format": "TEXT", "text": "Order {{1}}", "example": { "header_text": ["lead.id"] } },
                { "type": "BODY", "text": "Здравствуйте, {{1}}! Заказ {{2}} готов.", "example": { "body_text": [["Мария", "lead.id"]] } },
                { "type": "FOOTER", "text": "Acme" },
                { "type": "BUTTONS", "buttons": [
                    { "type": "QUICK_REPLY", "text": "Спасибо" },
                    { "type": "URL", "text": "Заказ", "url": "https://acme.test/o/{{1}}", "example": ["https://acme.test/o/lead.id"] },
                ] },
            ],
        })
    );
    assert_eq!(
        (state.id.as_str(), state.status, state.category),
        ("99", Some(TemplateStatus::InReview), Some(TemplateCategory::Marketing))
    );
}

/// Whatever its spaces, and without any components in Meta's answer.
#[test]
fn a_known_template_has_the_same_header_and_text() {
    let components = templates::components(&template(), None);
    let header = json!({ "type": "HEADER", "format": "TEXT", "text": "Order {{1}}" });
    let body = |text: &str| json!({ "type": "body", "text": text });
    for (known, is_same) in [
        (json!([header, body("Здравствуйте, {{1}}!  Заказ {{2}} готов.\n"), { "type": "FOOTER" }]), true),
        (json!([]), true),
        (json!([header, body("Заказ {{1}} отменён, {{2}}.")]), false),
        (json!([body("Здравствуйте, {{1}}! Заказ {{2}} готов.")]), false),
    ] {
        let known: KnownTemplate = serde_json::from_value(json!({ "components": known })).unwrap();
        assert_eq!(has_text_of(&known, &components), is_same, "{known:?}");
    }
}

#[tokio::test]
async fn all_pages_of_templates_are_read() {
    let page = |id: &str, next: Option<&str>| {
        let data = json!([{ "id": id, "name": "a", "language": "ru", "status": "PAUSED" }]);
        let paging = next.map_or(
            json!({ "cursors": { "after": "end" } }),
            |next| json!({ "next": "https://x", "cursors": { "after": next } }),
        );
        fake::ok(json!({ "data": data, "paging": paging }))
    };
    let account = account([page("1", Some("c1")), page("2", None)]).await;
    let all = list(&account.api, &account.settings, None).await.unwrap();
    assert_eq!(all.iter().map(|one| one.state.id.as_str()).collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(all[0].state.status, Some(TemplateStatus::Paused));
    assert!(account.fake.calls()[1].path.ends_with("&after=c1"));
}

#[tokio::test]
async fn a_template_that_is_not_there_is_deleted() {
    let listed = json!({ "data": [{ "id": "99", "name": "order_ready_v2", "language": "ru" }] });
    for (known, is_deleted) in [(json!({ "data": [] }), true), (listed, false)] {
        let account = account([fake::refused(100, "does not exist"), fake::ok(known)]).await;
        let done = delete(&account.api, &account.settings, "order_ready_v2", "99").await;
        assert_eq!(done.is_ok(), is_deleted, "{done:?}");
        assert_eq!(account.fake.calls()[0].path, "220/message_templates?name=order_ready_v2&hsm_id=99");
    }
}

#[test]
fn every_status_of_meta_is_one_of_ours() {
    for (word, ours) in [
        ("APPROVED", TemplateStatus::Approved),
        ("PENDING", TemplateStatus::InReview),
        ("IN_APPEAL", TemplateStatus::InReview),
        ("PENDING_DELETION", TemplateStatus::InReview),
        ("REJECTED", TemplateStatus::Rejected),
        ("LIMIT_EXCEEDED", TemplateStatus::Rejected),
        ("PAUSED", TemplateStatus::Paused),
        ("DISABLED", TemplateStatus::Disabled),
        ("ARCHIVED", TemplateStatus::Disabled),
        ("DELETED", TemplateStatus::Deleted),
    ] {
        assert_eq!(status(word), Some(ours), "{word}");
    }
    assert_eq!(status("SOMETHING_NEW"), None);
}

#[test]
fn equal_markers_have_one_number_in_the_order_of_their_appearance() {
    let text = "Hello {{contact.name}}, order {{lead.cf.501}} of {{contact.name}} is ready";
    let markers = Markers::of(text);
    assert_eq!(markers.iter().collect::<Vec<_>>(), ["{{contact.name}}", "{{lead.cf.501}}"]);
    assert_eq!(markers.numbered(text), "Hello {{1}}, order {{2}} of {{1}} is ready");
    for plain in ["no markers", "open {{ and never closed", "{{}}", "{{a\nb}}", "}} {{"] {
        assert_eq!((Markers::of(plain).iter().count(), Markers::of(plain).numbered(plain).as_str()), (0, plain));
    }
}

#[test]
fn a_value_is_one_line() {
    assert_eq!(one_line("Lesnaya 5\n\n  flat\t12     left \r\n"), "Lesnaya 5; flat 12 left");
    assert_eq!(one_line(" \n "), "");
}

#[test]
fn a_template_name_fits_metas_rules_and_different_names_stay_different() {
    assert_eq!(template_name("order_ready_v2"), "order_ready_v2");
    let (one, other) = (template_name("waba:order_ready:ru"), template_name("waba:order:ready_ru"));
    assert!(one.starts_with("waba_order_ready_ru_") && one != other, "{one}");
    let cyrillic = template_name("Заказ готов");
    assert!(cyrillic.starts_with("template_") && cyrillic != template_name("Заказ отменён"), "{cyrillic}");
    assert!(template_name(&"Я".repeat(2000)).len() <= NAME && template_name(&"x".repeat(2000)).len() <= NAME);
    let again = template_name(&one);
    assert_eq!(again, one, "a name of Meta's stays");
}

proptest! {
    #[test]
    fn every_text_has_its_numbers_and_loses_nothing(text in "[a-z{} \n]{0,40}") {
        let markers = Markers::of(&text);
        let mut whole = markers.numbered(&text);
        let all: Vec<&str> = markers.iter().collect();
        for (place, marker) in all.into_iter().enumerate().rev() {
            whole = whole.replace(&format!("{{{{{}}}}}", place + 1), marker);
        }
        prop_assert_eq!(whole, text);
    }
}
