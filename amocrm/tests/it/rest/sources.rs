//! Sources, templates and subscriptions to hooks, over a real socket.

use std::collections::BTreeMap;

use amocrm::Error;
use amocrm::rest::{
    NewSource, NewTemplate, Rest, ReviewOutcome, ReviewStatus, Service, ServicePage, ServiceParams, SourceChange,
    TemplateAttachment, TemplateButton, TemplateChange, WabaTemplate,
};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{rest, targets, token};
use crate::stub::{Stub, answer, http};

pub fn source(external_id: &str) -> NewSource {
    NewSource {
        name: "Sales".to_owned(),
        external_id: external_id.to_owned(),
        pipeline_id: None,
        default: Some(true),
        origin_code: None,
        services: None,
    }
}

#[tokio::test]
async fn sources() {
    let one = json!({"id": 9001, "name": "Sales", "pipeline_id": 700100, "external_id": "tg 1&2", "default": true,
        "origin_code": null, "services": []});
    let list = json!({"_total_items": 1, "_embedded": {"sources": [one]}}).to_string();
    let stub = Stub::new(vec![
        answer("200 OK", "", &list),
        answer("204 No Content", "", ""),
        answer("200 OK", "", &list),
        answer("200 OK", "", &one.to_string()),
        answer("200 OK", "", &list),
        answer("204 No Content", "", ""),
    ])
    .await;
    let rest = rest(&stub);
    let found = rest.sources(&token(), &["tg 1&2", "b"]).await.unwrap();
    assert_eq!((found[0].id, found[0].external_id.as_deref(), found[0].default), (9001, Some("tg 1&2"), true));
    assert_eq!(rest.sources(&token(), &[]).await.unwrap(), []);
    assert_eq!(rest.create_sources(&token(), &[source("tg 1&2")]).await.unwrap(), found);
    let change = SourceChange { name: Some("Sales".to_owned()), ..SourceChange::default() };
    assert_eq!(rest.update_source(&token(), 9001, &change).await.unwrap(), found[0]);
    assert_eq!(rest.update_source(&token(), 9001, &change).await.unwrap(), found[0]);
    rest.delete_source(&token(), 9001).await.unwrap();
    let seen = stub.seen();
    let path = "/accounts/shop.amocrm.ru/api/v4/sources";
    let query = "filter%5Bexternal_id%5D%5B%5D=tg+1%262&filter%5Bexternal_id%5D%5B%5D=b";
    assert_eq!(seen[0].target(), format!("{path}?{query}"));
    assert_eq!(seen[1].target(), path);
    assert_eq!((seen[2].method(), seen[2].target()), ("POST", path));
    assert_eq!(seen[2].json(), json!([{"name": "Sales", "external_id": "tg 1&2", "default": true}]));
    assert_eq!((seen[3].method(), seen[3].target()), ("PATCH", format!("{path}/9001").as_str()));
    assert_eq!(seen[3].json(), json!({"name": "Sales"}));
    assert_eq!((seen[5].method(), seen[5].target()), ("DELETE", format!("{path}/9001").as_str()));
    assert!(seen[5].body.is_empty());
}

fn whatsapp() -> Service {
    let params = ServiceParams { waba: Some(true), is_supports_list_message: Some(false) };
    let page = ServicePage { id: "79005550101".into(), name: "Sales".into(), link: "+79005550101".into() };
    Service { kind: "whatsapp".into(), params, pages: vec![page] }
}

#[tokio::test]
async fn services_go_there_and_come_back() {
    let services = json!([{"type": "whatsapp", "params": {"waba": true, "is_supports_list_message": false},
        "pages": [{"id": "79005550101", "name": "Sales", "link": "+79005550101"}]}]);
    let made = json!({"_total_items": 1, "_embedded": {"sources": [{"id": 9001, "name": "Sales WA", "pipeline_id": 700100,
        "external_id": "wa", "default": true, "origin_code": "amo.ext.40000001", "services": services, "request_id": "0"}]}});
    let stub = Stub::new(vec![answer("200 OK", "", &made.to_string()), answer("200 OK", "", &made.to_string())]).await;
    let rest = rest(&stub);
    let new = NewSource {
        services: Some(vec![whatsapp()]),
        origin_code: Some("amo.ext.40000001".into()),
        default: None,
        ..source("wa")
    };
    let made = rest.create_sources(&token(), &[new]).await.unwrap();
    assert_eq!((&made[0].services[..], made[0].origin_code.as_deref()), (&[whatsapp()][..], Some("amo.ext.40000001")));
    let none = SourceChange { services: Some(Vec::new()), ..SourceChange::default() };
    rest.update_source(&token(), 9001, &none).await.unwrap();
    let seen = stub.seen();
    let origin = "amo.ext.40000001";
    assert_eq!(
        seen[0].json(),
        json!([{"name": "Sales", "external_id": "wa", "origin_code": origin, "services": services}])
    );
    assert_eq!(seen[1].json(), json!({"services": []}));
}

#[tokio::test]
async fn many_are_deleted_at_once() {
    let refused = json!({"errors": [{"request_id": "0", "errors": {"code": "EntityNotFound", "path": "id",
        "detail": "source with id = 9009 not found"}}], "title": "Bad Request", "status": 400, "detail": "Invalid request items"});
    let stub =
        Stub::new(vec![answer("204 No Content", "", ""), answer("400 Bad Request", "", &refused.to_string())]).await;
    let rest = rest(&stub);
    rest.delete_sources(&token(), &[9001, 9002]).await.unwrap();
    let error = rest.delete_sources(&token(), &[9009]).await.unwrap_err();
    assert!(error.to_string().contains("source with id = 9009 not found"), "{error}");
    let seen = stub.seen();
    assert_eq!((seen[0].method(), seen[0].json()), ("DELETE", json!([{"id": 9001}, {"id": 9002}])));
}

#[tokio::test]
async fn one_source_may_be_gone() {
    let one = json!({"id": "9001", "name": "Sales", "external_id": "tg", "default": 1, "services": null});
    let gone = json!({"title": "Not Found", "status": 404, "detail": "no"}).to_string();
    let stub = Stub::new(vec![
        answer("200 OK", "", &one.to_string()),
        answer("204 No Content", "", ""),
        answer("404 Not Found", "", &gone),
    ])
    .await;
    let rest = rest(&stub);
    let found = rest.source(&token(), 9001).await.unwrap().unwrap();
    assert_eq!((found.id, found.default, found.pipeline_id, found.services.len()), (9001, true, None, 0));
    assert_eq!(rest.source(&token(), 9001).await.unwrap(), None);
    assert_eq!(rest.source(&token(), 9001).await.unwrap(), None);
    assert_eq!(stub.seen()[0].target(), "/accounts/shop.amocrm.ru/api/v4/sources/9001");
}

#[tokio::test]
async fn own_mistakes_are_not_sent() {
    let stub = Stub::new(Vec::new()).await;
    let rest = rest(&stub);
    let long = "x".repeat(37);
    for sources in [vec![], vec![source(""); 1], vec![source(&long)], vec![source("ю")], vec![source("a"); 51]] {
        let error = rest.create_sources(&token(), &sources).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { call: "create_sources", .. }), "{error}");
    }
    let error = rest.delete_sources(&token(), &[]).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { call: "delete_sources", .. }), "{error}");
    let error = rest.account(&SecretString::from("two\nlines"), &[]).await.unwrap_err();
    assert!(matches!(&error, Error::Invalid { what, .. } if !what.contains("lines")), "{error}");
    assert!(Rest::new(http(), "shop.amocrm.ru").is_err());
}

const ADDRESS: &str = "https://bridge.example.com/crm/secret";

#[tokio::test]
async fn listed() {
    let one = json!({"id": 839656, "destination": ADDRESS, "created_at": 1575539157, "updated_at": 1575539157,
        "account_id": 321, "created_by": 939801, "sort": 10, "disabled": "1", "settings": ["add_talk", "update_talk"]});
    let list = json!({"_total_items": 1, "_embedded": {"webhooks": [one, {"sort": 1}]}}).to_string();
    let stub = Stub::new(vec![answer("200 OK", "", &list), answer("204 No Content", "", "")]).await;
    let rest = rest(&stub);
    let found = rest.webhooks(&token(), Some(ADDRESS)).await.unwrap();
    assert_eq!((found.len(), found[0].disabled), (1, true));
    assert_eq!(found[0].settings, ["add_talk", "update_talk"]);
    assert_eq!(rest.webhooks(&token(), None).await.unwrap(), []);
    let address = "https%3A%2F%2Fbridge.example.com%2Fcrm%2Fsecret";
    assert_eq!(targets(&stub), [format!("GET webhooks?filter[destination]={address}"), "GET webhooks".into()]);
}

#[tokio::test]
async fn subscribed_and_ended() {
    let made = json!({"id": 1, "destination": ADDRESS, "settings": ["add_talk"], "disabled": false}).to_string();
    let stub = Stub::new(vec![
        answer("201 Created", "", &made),
        answer("200 OK", "", &made),
        answer("204 No Content", "", ""),
        answer("404 Not Found", "", r#"{"title":"Not Found","status":404}"#),
        answer("403 Forbidden", "", r#"{"title":"Forbidden","detail":"not in this plan"}"#),
    ])
    .await;
    let rest = rest(&stub);
    assert_eq!(rest.subscribe_webhook(&token(), ADDRESS, &["add_talk"]).await.unwrap().destination, ADDRESS);
    assert_eq!(rest.subscribe_webhook(&token(), ADDRESS, &["add_talk"]).await.unwrap().destination, ADDRESS);
    assert!(rest.unsubscribe_webhook(&token(), ADDRESS).await.unwrap());
    assert!(!rest.unsubscribe_webhook(&token(), ADDRESS).await.unwrap());
    let error = rest.subscribe_webhook(&token(), ADDRESS, &["add_talk"]).await.unwrap_err();
    assert!(error.to_string().contains("not in this plan"), "{error}");
    assert_eq!(targets(&stub)[1..4], ["POST webhooks", "DELETE webhooks", "DELETE webhooks"]);
    assert_eq!(stub.seen()[0].json(), json!({"destination": ADDRESS, "settings": ["add_talk"]}));
    assert_eq!(stub.seen()[2].json(), json!({"destination": ADDRESS}));
    assert!(matches!(rest.subscribe_webhook(&token(), ADDRESS, &[]).await, Err(Error::Invalid { .. })));
}

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
async fn own_mistakes_in_templates_are_not_sent() {
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
