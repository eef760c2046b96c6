//! Chats of contacts and contacts of leads, over a real socket.

use amocrm::Error;
use amocrm::rest::ContactChat;
use serde_json::json;

use crate::rest::{rest, token};
use crate::stub::Stub;

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
    assert!(matches!(error, Error::Unreadable { call: "contact chats", .. }), "{error}");
    let stub = Stub::answering("403 Forbidden", "<html>").await;
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
