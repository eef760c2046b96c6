//! Templates and WhatsApp's review of them.

use std::collections::BTreeMap;

use amocrm::Error;
use amocrm::rest::{
    NewTemplate, ReviewOutcome, ReviewStatus, TemplateAttachment, TemplateButton, TemplateChange, WabaTemplate,
};
use serde_json::{Value, json};

use super::{rest, targets, token};
use crate::stub::{Stub, answer};

fn stored() -> Value {
    json!({"id": 7103, "account_id": 12345678, "created_at": 1767225600, "updated_at": 1767225600, "name": "order_ready",
        "content": "Hello {{contact.name}}", "is_editable": false, "external_id": "waba:order_ready:ru", "type": "waba",
        "buttons": [{"type": "url", "text": "Track", "url": "https://shop.example/t"}, {"type": "inline", "text": "Thanks"}],
        "attachment": {"id": "f-1", "name": "a.png", "type": "picture", "is_external": true},
        "waba_category": "UTILITY", "waba_language": "ru", "waba_header": "Order", "waba_header_type": "text",
        "waba_footer": "Acme", "waba_examples": {"{{contact.name}}": "Ann"}, "review_status": "review", "is_on_review": true,
        "_embedded": {"reviews": [{"id": 15, "source_id": 9001, "status": "review", "reject_reason": ""},
            {"id": 16, "source_id": 9002, "status": "new_word", "reject_reason": "why"}]}})
}

fn waba() -> WabaTemplate {
    WabaTemplate {
        category: "UTILITY".into(),
        language: "ru".into(),
        header: Some("Order".into()),
        header_type: Some("text".into()),
        footer: Some("Acme".into()),
        examples: BTreeMap::from([("{{contact.name}}".to_owned(), "Ann".to_owned())]),
    }
}

fn new() -> NewTemplate {
    let track = TemplateButton::Url { text: "Track".into(), url: "https://shop.example/t".into() };
    NewTemplate {
        name: "order_ready".into(),
        content: "Hello {{contact.name}}".into(),
        external_id: Some("waba:order_ready:ru".into()),
        buttons: vec![track, TemplateButton::Inline { text: "Thanks".into() }],
        waba: Some(waba()),
        ..NewTemplate::default()
    }
}

#[tokio::test]
async fn read() {
    let plain = json!({"id": "5", "name": "n", "content": "c", "type": "amocrm", "buttons": [], "attachment": null,
        "waba_examples": [], "review_status": null, "is_on_review": null, "_embedded": []});
    let list = json!({"_page": 1, "_embedded": {"chat_templates": [stored(), plain]}});
    let stub = Stub::new(vec![
        answer("200 OK", "", &list.to_string()),
        answer("204 No Content", "", ""),
        answer("200 OK", "", &stored().to_string()),
        answer("404 Not Found", "", ""),
    ])
    .await;
    let rest = rest(&stub);
    let page = rest.templates(&token(), &["a b", "c"], 1).await.unwrap();
    let [template, plain] = &page.items[..] else { panic!("{page:?}") };
    assert_eq!((template.waba.as_ref(), &template.buttons), (Some(&waba()), &new().buttons));
    assert_eq!(template.attachment.as_ref().unwrap().kind, "picture");
    assert_eq!((template.review_status.as_ref(), template.is_on_review), (Some(&ReviewStatus::Review), Some(true)));
    assert_eq!((template.reviews[0].source_id, template.reviews[0].reject_reason.as_deref()), (Some(9001), None));
    assert_eq!(template.reviews[1].status, ReviewStatus::Other("new_word".into()));
    assert_eq!((plain.id, &plain.waba, &plain.attachment, plain.reviews.len()), (5, &None, &None, 0));
    assert!(rest.templates(&token(), &[], 2).await.unwrap().items.is_empty());
    assert_eq!(rest.template(&token(), 7103).await.unwrap().as_ref(), Some(template));
    assert_eq!(rest.template(&token(), 7103).await.unwrap(), None);
    assert_eq!(
        targets(&stub)[..3],
        [
            "GET chats/templates?page=1&limit=50&with=reviews&filter[external_id][]=a+b&filter[external_id][]=c",
            "GET chats/templates?page=2&limit=50&with=reviews",
            "GET chats/templates/7103?with=reviews"
        ]
    );
}

#[tokio::test]
async fn made_changed_deleted() {
    let mut answered = stored();
    answered["request_id"] = json!("0");
    let made = json!({"_embedded": {"chat_templates": [answered]}}).to_string();
    let stub = Stub::new(vec![
        answer("200 OK", "", &made),
        answer("200 OK", "", &stored().to_string()),
        answer("200 OK", "", &made),
        answer("204 No Content", "", ""),
        answer("422 Unprocessable", "", r#"{"title":"Unprocessable","detail":"Limit"}"#),
    ])
    .await;
    let rest = rest(&stub);
    assert_eq!(rest.create_templates(&token(), &[new()]).await.unwrap()[0].id, 7103);
    let change = TemplateChange { content: Some("x".into()), attachment: Some(None), ..TemplateChange::default() };
    assert_eq!(rest.update_template(&token(), 7103, &change).await.unwrap().id, 7103);
    let change = TemplateChange { waba: Some(waba()), buttons: Some(vec![]), ..TemplateChange::default() };
    assert_eq!(rest.update_template(&token(), 7103, &change).await.unwrap().id, 7103);
    rest.delete_templates(&token(), &[7103, 5]).await.unwrap();
    assert_eq!(rest.create_templates(&token(), &[new()]).await.unwrap_err().status(), Some(422));
    assert_eq!(
        targets(&stub)[..4],
        ["POST chats/templates", "PATCH chats/templates/7103", "PATCH chats/templates/7103", "DELETE chats/templates"]
    );
    let bodies: Vec<_> = stub.seen().iter().map(|seen| seen.json()).collect();
    let waba = json!({"type": "waba", "waba_category": "UTILITY", "waba_language": "ru", "waba_header": "Order",
        "waba_header_type": "text", "waba_footer": "Acme", "waba_examples": {"{{contact.name}}": "Ann"}});
    let mut whole = json!({"name": "order_ready", "content": "Hello {{contact.name}}", "is_editable": false,
        "external_id": "waba:order_ready:ru", "buttons": stored()["buttons"], "request_id": "0"});
    whole.as_object_mut().unwrap().extend(waba.as_object().unwrap().clone());
    assert_eq!(bodies[0], json!([whole]));
    assert_eq!(bodies[1], json!({"content": "x", "attachment": null}));
    assert_eq!(bodies[2]["buttons"], json!([]));
    assert_eq!(bodies[2]["type"], json!("waba"));
    assert_eq!(bodies[3], json!([{"id": 7103}, {"id": 5}]));
}

#[tokio::test]
async fn own_mistakes_are_not_sent() {
    let stub = Stub::new(Vec::new()).await;
    let rest = rest(&stub);
    let with_waba = |change: fn(&mut WabaTemplate)| {
        let mut template = new();
        change(template.waba.as_mut().unwrap());
        template
    };
    let wrong = [
        NewTemplate { name: " ".into(), ..new() },
        NewTemplate { content: String::new(), ..new() },
        NewTemplate { buttons: vec![TemplateButton::Url { text: "x".into(), url: String::new() }], ..new() },
        with_waba(|waba| waba.header = Some("ы".repeat(61))),
        with_waba(|waba| waba.header_type = Some("media".into())),
    ];
    for template in wrong {
        let error = rest.create_templates(&token(), &[template]).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { call: "create_templates", .. }), "{error}");
    }
    let long =
        TemplateChange { waba: with_waba(|waba| waba.header = Some("x".repeat(61))).waba, ..TemplateChange::default() };
    assert!(matches!(
        rest.update_template(&token(), 1, &long).await,
        Err(Error::Invalid { call: "update_template", .. })
    ));
    let reason = ReviewOutcome::Rejected("x".repeat(65_536));
    assert!(matches!(rest.report_review(&token(), 1, 2, &reason).await, Err(Error::Invalid { .. })));
    assert!(stub.seen().is_empty());
}

#[tokio::test]
async fn a_picture_goes_by_its_uuid() {
    let stub = Stub::answering("200 OK", &json!({"_embedded": {"chat_templates": [{"id": 1}]}}).to_string()).await;
    let attachment = TemplateAttachment { id: "f-1".into(), name: "a.png".into(), kind: "picture".into() };
    let new =
        NewTemplate { name: "n".into(), content: "c".into(), attachment: Some(attachment), ..NewTemplate::default() };
    rest(&stub).create_templates(&token(), &[new]).await.unwrap();
    assert_eq!(
        stub.only().json(),
        json!([{"name": "n", "content": "c", "is_editable": false, "request_id": "0",
            "attachment": {"id": "f-1", "name": "a.png", "type": "picture"}}])
    );
}

#[tokio::test]
async fn reviewed() {
    let asked =
        json!({"_total_items": 1, "_embedded": {"reviews": [{"id": 15, "source_id": 9001, "status": "review"}]}});
    let told = |status: &str| json!({"id": 1, "source_id": 2, "status": status, "reject_reason": "why"}).to_string();
    let stub = Stub::new(vec![
        answer("200 OK", "", &asked.to_string()),
        answer("200 OK", "", &told("approved")),
        answer("200 OK", "", &told("rejected")),
        answer("200 OK", "", &told("paused")),
    ])
    .await;
    let rest = rest(&stub);
    assert_eq!(rest.request_review(&token(), 7103).await.unwrap()[0].status, ReviewStatus::Review);
    let report = async |outcome| rest.report_review(&token(), 7103, 15, &outcome).await.unwrap().status;
    assert_eq!(report(ReviewOutcome::Approved).await, ReviewStatus::Approved);
    assert_eq!(report(ReviewOutcome::Rejected("why".into())).await, ReviewStatus::Rejected);
    assert_eq!(report(ReviewOutcome::Paused("wait".into())).await, ReviewStatus::Paused);
    assert_eq!(targets(&stub)[..2], ["POST chats/templates/7103/review", "POST chats/templates/7103/review/15"]);
    let bodies: Vec<_> = stub.seen().iter().map(|seen| seen.json()).collect();
    assert_eq!(
        bodies,
        [
            json!({}),
            json!({"status": "approved"}),
            json!({"status": "rejected", "reject_reason": "why"}),
            json!({"status": "paused", "reject_reason": "wait"})
        ]
    );
}
