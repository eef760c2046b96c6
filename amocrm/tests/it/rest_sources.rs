//! Sources over a real socket.

use amocrm::Error;
use amocrm::rest::{NewSource, Rest, SourceChange};
use secrecy::SecretString;
use serde_json::json;

use crate::rest::{rest, token};
use crate::stub::{Stub, answer, http};

pub fn source(external_id: &str) -> NewSource {
    NewSource {
        name: "Sales".to_owned(),
        external_id: external_id.to_owned(),
        pipeline_id: None,
        default: Some(true),
        origin_code: None,
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

#[tokio::test]
async fn own_mistakes_are_not_sent() {
    let stub = Stub::new(Vec::new()).await;
    let rest = rest(&stub);
    let long = "x".repeat(37);
    for sources in [vec![], vec![source(""); 1], vec![source(&long)], vec![source("ю")], vec![source("a"); 51]] {
        let error = rest.create_sources(&token(), &sources).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { call: "create_sources", .. }), "{error}");
    }
    let error = rest.account(&SecretString::from("two\nlines"), &[]).await.unwrap_err();
    assert!(matches!(&error, Error::Invalid { what, .. } if !what.contains("lines")), "{error}");
    assert!(Rest::new(http(), "shop.amocrm.ru").is_err());
}
