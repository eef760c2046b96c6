//! Sources over a real socket.

use amocrm::Error;
use amocrm::rest::{NewSource, Rest, Service, ServicePage, ServiceParams, SourceChange};
use secrecy::SecretString;
use serde_json::json;

use super::{rest, token};
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
    rest.update_sources(&token(), &[(9001, none)]).await.unwrap();
    let seen = stub.seen();
    let origin = "amo.ext.40000001";
    assert_eq!(
        seen[0].json(),
        json!([{"name": "Sales", "external_id": "wa", "origin_code": origin, "services": services}])
    );
    assert_eq!((seen[1].method(), seen[1].target()), ("PATCH", "/accounts/shop.amocrm.ru/api/v4/sources"));
    assert_eq!(seen[1].json(), json!([{"id": 9001, "services": []}]));
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
    let error = rest.update_sources(&token(), &vec![(1, SourceChange::default()); 51]).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { call: "update_sources", .. }), "{error}");
    for code in ["", "a/b", "..", "a b"] {
        let error = rest.widget(&token(), code).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { call: "widget", .. }), "{error}");
    }
    let error = rest.account(&SecretString::from("two\nlines"), &[]).await.unwrap_err();
    assert!(matches!(&error, Error::Invalid { what, .. } if !what.contains("lines")), "{error}");
    assert!(Rest::new(http(), "shop.amocrm.ru").is_err());
}
