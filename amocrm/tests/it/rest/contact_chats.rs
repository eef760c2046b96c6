//! Chats of contacts and contacts of leads, over a real socket.

use amocrm::Error;
use amocrm::rest::ContactChat;
use serde_json::json;

use super::{rest, targets, token};
use crate::stub::{Stub, answer};

#[tokio::test]
async fn chats_of_contacts() {
    let body = json!({"_total_items": 2, "_embedded": {"chats": [
        {"id": 26219, "contact_id": "3102959", "chat_id": "6cbab3d5-0000-4000-8000-ad59ad10805f", "request_id": "l1"},
        {"id": 26220, "contact_id": 3_102_960}]}});
    let found = ContactChat { contact_id: 3_102_959, chat_id: "6cbab3d5-0000-4000-8000-ad59ad10805f".to_owned() };
    let stub = Stub::answering("200 OK", &body.to_string()).await;
    assert_eq!(rest(&stub).chats_of_contacts(&token(), &[3_102_959]).await.unwrap(), std::slice::from_ref(&found));
    let seen = stub.only();
    assert_eq!(seen.target(), "/accounts/shop.amocrm.ru/api/v4/contacts/chats?contact_id=3102959");
    assert_eq!(seen.header("Cookie"), None);

    let stub = Stub::answering("200 OK", &body.to_string()).await;
    assert_eq!(rest(&stub).chats_of_contacts(&token(), &[1, 2]).await.unwrap(), [found]);
    assert_eq!(
        stub.only().target(),
        "/accounts/shop.amocrm.ru/api/v4/contacts/chats?contact_id%5B%5D=1&contact_id%5B%5D=2"
    );

    let stub = Stub::answering("204 No Content", "").await;
    assert_eq!(rest(&stub).chats_of_contacts(&token(), &[5]).await.unwrap(), []);
    assert_eq!(rest(&stub).chats_of_contacts(&token(), &[]).await.unwrap(), []);
    let stub = Stub::answering("200 OK", "{}").await;
    let error = rest(&stub).chats_of_contacts(&token(), &[5]).await.unwrap_err();
    assert!(matches!(error, Error::Unreadable { call: "chats_of_contacts", .. }), "{error}");
    let stub = Stub::answering("403 Forbidden", r#"{"title":"Forbidden"}"#).await;
    let error = rest(&stub).chats_of_contacts(&token(), &[5]).await.unwrap_err();
    assert_eq!(error.status(), Some(403));
}

#[tokio::test]
async fn contacts_of_a_lead() {
    let body = json!({"id": 9, "_embedded": {"contacts": [{"id": 1, "is_main": false}, {"id": 2, "is_main": true}]}});
    let stub = Stub::answering("200 OK", &body.to_string()).await;
    assert_eq!(rest(&stub).contacts_of_lead(&token(), 9).await.unwrap(), [2, 1]);
    assert_eq!(stub.only().target(), "/accounts/shop.amocrm.ru/api/v4/leads/9?with=contacts");
    for (status, body) in [("204 No Content", ""), ("404 Not Found", "{}"), ("200 OK", r#"{"id":9,"_embedded":[]}"#)] {
        let stub = Stub::answering(status, body).await;
        assert!(rest(&stub).contacts_of_lead(&token(), 9).await.unwrap().is_empty(), "{status}");
    }
}

#[tokio::test]
async fn contacts_of_chats() {
    let body = json!({"_embedded": {"chats": [{"chat_id": "c1", "contact_id": 1, "id": 5}]}}).to_string();
    let stub =
        Stub::new(vec![answer("200 OK", "", &body), answer("200 OK", "", r#"{"_embedded":{"chats":[]}}"#)]).await;
    let rest = rest(&stub);
    let found = rest.contacts_of_chats(&token(), &["c1"]).await.unwrap();
    assert_eq!(found, [ContactChat { contact_id: 1, chat_id: "c1".into() }]);
    assert_eq!(rest.contacts_of_chats(&token(), &["c1", "c2"]).await.unwrap(), []);
    assert_eq!(targets(&stub), ["GET contacts/chats?chat_id=c1", "GET contacts/chats?chat_id[]=c1&chat_id[]=c2"]);
}

#[tokio::test]
async fn linked() {
    let link = |contact_id, chat_id: &str| ContactChat { contact_id, chat_id: chat_id.into() };
    let links = [link(3_102_959, "6cbab3d5-c4c1-46ff-b710-ad59ad10805f"), link(2, "b")];
    let body = json!({"_total_items": 2, "_embedded": {"chats": [
        {"chat_id": "b", "contact_id": 2, "id": 26220, "request_id": "1"},
        {"chat_id": "6cbab3d5-c4c1-46ff-b710-ad59ad10805f", "contact_id": 3102959, "id": 26219, "request_id": "0"}]}});
    let stub =
        Stub::new(vec![answer("200 OK", "", &body.to_string()), answer("200 OK", "", r#"{"_embedded":[]}"#)]).await;
    let rest = rest(&stub);
    assert_eq!(rest.link_chats(&token(), &links).await.unwrap(), links);
    assert!(matches!(rest.link_chats(&token(), &links).await, Err(Error::Unreadable { call: "link_chats", .. })));
    let seen = stub.seen();
    assert_eq!((targets(&stub)[0].as_str(), seen[0].header("Cookie")), ("POST contacts/chats", None));
    assert_eq!(
        seen[0].json(),
        json!([{"contact_id": 3102959, "chat_id": "6cbab3d5-c4c1-46ff-b710-ad59ad10805f", "request_id": "0"},
            {"contact_id": 2, "chat_id": "b", "request_id": "1"}])
    );
    assert!(matches!(rest.link_chats(&token(), &[]).await, Err(Error::Invalid { call: "link_chats", .. })));
}
