//! Contacts, their chats, leads, and incoming leads from chats, over a real socket.

use amocrm::Error;
use amocrm::rest::{ContactChat, Field, NewContact};
use serde_json::{Value, json};

use super::{rest, targets, token};
use crate::stub::{Stub, answer};

fn ann() -> Value {
    json!({"id": "3102959", "name": "Ann Sample", "first_name": "Ann", "last_name": "Sample",
        "responsible_user_id": 87654321, "created_at": 1767225600, "updated_at": "1767225900", "is_deleted": false,
        "custom_fields_values": [
            {"field_id": 1, "field_name": "Phone", "field_code": "PHONE", "field_type": "multitext",
                "values": [{"value": "+7 999 000-11-22", "enum_id": 11, "enum_code": "WORK"}, {"value": 74_950_000_000_i64}]},
            {"field_id": 2, "field_code": "EMAIL", "values": [{"value": "Ann@example.com", "enum_code": "WORK"}]},
            {"field_id": 3, "field_code": null, "values": [{"value": true}, {"value": {"file_uuid": "f"}}, {"value": ""}]},
            {"field_code": null, "values": []}],
        "_embedded": {"tags": [], "leads": [{"id": 9_007_199_254_740_993_i64}, {"id": "5"}], "companies": []}})
}

fn listed_contacts(contacts: &[Value]) -> String {
    json!({"_page": 1, "_links": {"self": {"href": "x"}}, "_embedded": {"contacts": contacts}}).to_string()
}

#[tokio::test]
async fn one_contact() {
    let stub = Stub::new(vec![
        answer("200 OK", "", &ann().to_string()),
        answer("204 No Content", "", ""),
        answer("404 Not Found", "", "{}"),
        answer("200 OK", "", r#"{"name":"Ann"}"#),
    ])
    .await;
    let rest = rest(&stub);
    let contact = rest.contact(&token(), 3_102_959).await.unwrap().unwrap();
    assert_eq!((contact.id, contact.name.as_deref(), contact.is_deleted), (3_102_959, Some("Ann Sample"), false));
    assert_eq!(contact.phones(), ["+7 999 000-11-22", "74950000000"]);
    assert_eq!((contact.emails(), contact.updated_at), (vec!["Ann@example.com".to_owned()], Some(1_767_225_900)));
    assert_eq!(contact.leads, [9_007_199_254_740_993, 5], "more than 53 bits");
    assert_eq!((contact.fields.len(), contact.fields[2].texts().count()), (3, 0));
    assert_eq!(rest.contact(&token(), 1).await.unwrap(), None);
    assert_eq!(rest.contact(&token(), 1).await.unwrap(), None);
    assert!(matches!(rest.contact(&token(), 1).await, Err(Error::Unreadable { call: "contact", .. })));
    assert_eq!(targets(&stub)[0], "GET contacts/3102959?with=leads");
}

#[tokio::test]
async fn found_by_phone() {
    let other =
        json!({"id": 7, "custom_fields_values": [{"field_code": "PHONE", "values": [{"value": "+1 999 000-11-22"}]}]});
    let older =
        json!({"id": 8, "custom_fields_values": [{"field_code": "PHONE", "values": [{"value": "89990001122"}]}]});
    let mut gone = older.clone();
    gone["is_deleted"] = json!(1);
    let stub = Stub::new(vec![
        answer(
            "200 OK",
            "",
            &listed_contacts(&[ann(), other, older, gone, json!({"id": 9, "custom_fields_values": null})]),
        ),
        answer("204 No Content", "", ""),
    ])
    .await;
    let rest = rest(&stub);
    let is_anns = |phone: &str| matches!(phone, "+7 999 000-11-22" | "89990001122");
    let found = rest.contacts_with_phone(&token(), "90001122", is_anns).await.unwrap();
    assert_eq!(found.iter().map(|contact| contact.id).collect::<Vec<_>>(), [8, 3_102_959], "the oldest first");
    assert!(rest.contacts_with_phone(&token(), "5550123", is_anns).await.unwrap().is_empty());
    let error = rest.contacts_with_phone(&token(), "112 emergency", is_anns).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { call: "contacts_with_phone", .. }), "{error}");
    assert_eq!(
        targets(&stub),
        [
            "GET contacts?query=90001122&with=leads&page=1&limit=250",
            "GET contacts?query=5550123&with=leads&page=1&limit=250"
        ]
    );
}

#[tokio::test]
async fn found_by_email() {
    let joann =
        json!({"id": 7, "custom_fields_values": [{"field_code": "EMAIL", "values": [{"value": "joann@example.com"}]}]});
    let stub = Stub::new(vec![answer("200 OK", "", &listed_contacts(&[joann, ann()]))]).await;
    let rest = rest(&stub);
    let found = rest.contacts_with_email(&token(), " ann@EXAMPLE.com").await.unwrap();
    assert_eq!(found.iter().map(|contact| contact.id).collect::<Vec<_>>(), [3_102_959]);
    let error = rest.contacts_with_email(&token(), " ").await.unwrap_err();
    assert!(
        matches!(error, Error::Invalid { call: "contacts_with_email", .. }),
        "an empty search would find every contact: {error}"
    );
}

#[tokio::test]
async fn made_contacts() {
    let answered = json!({"_embedded": {"contacts": [{"id": 12, "request_id": "1"}, {"id": "11", "request_id": "0"}]}});
    let plain = json!({"_embedded": {"contacts": [{"id": 11}, {"id": 12}]}});
    let short = json!({"_embedded": {"contacts": [{"id": 11, "request_id": "0"}]}});
    let stub = Stub::new([answered, plain, short].map(|body| answer("200 OK", "", &body.to_string())).into()).await;
    let rest = rest(&stub);
    let new = NewContact {
        name: Some("Ann".into()),
        fields: vec![Field::phone("+79005550123"), Field::email("ann@example.com"), Field::text(3, "x")],
    };
    let both = [new, NewContact::default()];
    assert_eq!(rest.create_contacts(&token(), &both).await.unwrap(), [11, 12], "in the order of what was sent");
    assert_eq!(rest.create_contacts(&token(), &both).await.unwrap(), [11, 12]);
    let error = rest.create_contacts(&token(), &both).await.unwrap_err();
    assert!(error.outcome_unknown(), "{error}");
    assert_eq!(
        stub.seen()[0].json(),
        json!([{"name": "Ann", "custom_fields_values": [
            {"field_code": "PHONE", "values": [{"value": "+79005550123", "enum_code": "WORK"}]},
            {"field_code": "EMAIL", "values": [{"value": "ann@example.com", "enum_code": "WORK"}]},
            {"field_id": 3, "values": [{"value": "x"}]}],
            "request_id": "0"}, {"request_id": "1"}])
    );
    assert_eq!(targets(&stub)[0], "POST contacts");
    for count in [0, 51] {
        let error = rest.create_contacts(&token(), &vec![NewContact::default(); count]).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { call: "create_contacts", .. }), "{error}");
    }
}

#[tokio::test]
async fn changed() {
    let stub = Stub::answering("200 OK", r#"{"id":11,"updated_at":1767225600}"#).await;
    rest(&stub).rename_contact(&token(), 11, "Ann").await.unwrap();
    assert_eq!(targets(&stub), ["PATCH contacts/11"]);
    assert_eq!(stub.only().json(), json!({"name": "Ann"}));
}

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

#[tokio::test]
async fn one_lead() {
    let body = json!({"id": 9276114, "name": "Deal", "price": "1500", "responsible_user_id": 5, "pipeline_id": 700100,
        "status_id": 142, "created_at": 1767225600, "updated_at": 1767225900, "closed_at": null, "is_deleted": 0,
        "source_id": 9001, "_embedded": {"source": {"id": 9001, "external_id": "wa", "type": "widget"},
            "contacts": [{"id": 1, "is_main": false}, {"id": 2, "is_main": true}], "tags": []}});
    let stub = Stub::new(vec![
        answer("200 OK", "", &body.to_string()),
        answer("200 OK", "", r#"{"id":5,"_embedded":[]}"#),
        answer("204 No Content", "", ""),
        answer("404 Not Found", "", ""),
    ])
    .await;
    let rest = rest(&stub);
    let lead = rest.lead(&token(), 9_276_114).await.unwrap().unwrap();
    assert_eq!((lead.id, lead.pipeline_id, lead.status_id), (9_276_114, Some(700_100), Some(142)));
    assert_eq!((lead.contacts, lead.is_deleted), (vec![2, 1], false));
    let bare = rest.lead(&token(), 5).await.unwrap().unwrap();
    assert_eq!(bare.contacts.len(), 0);
    assert_eq!(rest.lead(&token(), 5).await.unwrap(), None);
    assert_eq!(rest.lead(&token(), 5).await.unwrap(), None);
    assert_eq!(targets(&stub)[0], "GET leads/9276114?with=contacts");
}

fn body() -> Value {
    json!({"uid": "80c5b3b0d5e4a9d3f1c2", "source_uid": "amojo:1", "source_name": "Sales", "category": "chats", "pipeline_id": "700100",
        "created_at": 1767225600, "account_id": 12345678,
        "metadata": {"from": "79990001122", "to": 5, "received_at": 1767225600, "service": "amo.ext.40000001",
            "client": {"name": "Ann", "avatar": null}, "origin": {"chat_id": "33b41601", "ref": null, "visitor_uid": null},
            "last_message_text": "Hi", "source_name": "Sales"},
        "_embedded": {"contacts": [{"id": 11018118}], "companies": [], "leads": [{"id": 9276114}]}})
}

#[tokio::test]
async fn listed_incoming_leads() {
    let list = json!({"_page": 1, "_links": {"next": {"href": "x"}}, "_embedded": {"unsorted": [body(), {"category": "chats"}]}});
    let stub = Stub::new(vec![answer("200 OK", "", &list.to_string()), answer("204 No Content", "", "")]).await;
    let rest = rest(&stub);
    let page = rest.unsorted_chats(&token(), 1).await.unwrap();
    assert_eq!((page.items.len(), page.has_more), (1, true));
    assert_eq!(page.items[0].chat_id.as_deref(), Some("33b41601"));
    assert!(rest.unsorted_chats(&token(), 2).await.unwrap().items.is_empty());
    let asked =
        |page| format!("GET leads/unsorted?filter[category][]=chats&order[created_at]=desc&page={page}&limit=250");
    assert_eq!(targets(&stub), [asked(1), asked(2)]);
}
