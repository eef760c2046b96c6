//! Contacts: finding, making, changing.

use amocrm::Error;
use amocrm::rest::{Contact, ContactChange, Field, FieldValue, NewContact};
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

fn listed(contacts: &[Value]) -> String {
    json!({"_page": 1, "_links": {"self": {"href": "x"}}, "_embedded": {"contacts": contacts}}).to_string()
}

#[tokio::test]
async fn one() {
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
        answer("200 OK", "", &listed(&[ann(), other, older, gone, json!({"id": 9, "custom_fields_values": null})])),
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
async fn found_by_email_and_by_text() {
    let joann =
        json!({"id": 7, "custom_fields_values": [{"field_code": "EMAIL", "values": [{"value": "joann@example.com"}]}]});
    let stub = Stub::new(vec![
        answer("200 OK", "", &listed(&[joann.clone(), ann()])),
        answer(
            "200 OK",
            "",
            &json!({"_links": {"next": {"href": "https://evil.test/"}}, "_embedded": {"contacts": [joann]}})
                .to_string(),
        ),
        answer("200 OK", "", r#"{"_embedded":[]}"#),
    ])
    .await;
    let rest = rest(&stub);
    let found = rest.contacts_with_email(&token(), " ann@EXAMPLE.com").await.unwrap();
    assert_eq!(found.iter().map(|contact| contact.id).collect::<Vec<_>>(), [3_102_959]);
    let page = rest.find_contacts(&token(), "ann&x=1", 2).await.unwrap();
    assert_eq!((page.items.len(), page.has_more), (1, true));
    assert!(rest.find_contacts(&token(), "ann", 3).await.unwrap().items.is_empty());
    assert_eq!(targets(&stub)[1], "GET contacts?query=ann%26x%3D1&with=leads&page=2&limit=250");
    let error = rest.find_contacts(&token(), " ", 1).await.unwrap_err();
    assert!(
        matches!(error, Error::Invalid { call: "find_contacts", .. }),
        "an empty search would find every contact: {error}"
    );
}

#[tokio::test]
async fn made() {
    let answered = json!({"_embedded": {"contacts": [{"id": 12, "request_id": "1"}, {"id": "11", "request_id": "0"}]}});
    let plain = json!({"_embedded": {"contacts": [{"id": 11}, {"id": 12}]}});
    let short = json!({"_embedded": {"contacts": [{"id": 11, "request_id": "0"}]}});
    let stub = Stub::new([answered, plain, short].map(|body| answer("200 OK", "", &body.to_string())).into()).await;
    let rest = rest(&stub);
    let new = NewContact {
        first_name: Some("Ann".into()),
        responsible_user_id: Some(87_654_321),
        fields: vec![Field::phone("+79005550123"), Field::email("ann@example.com"), Field::text(3, "x")],
        tags: vec!["bridge".into()],
        ..NewContact::default()
    };
    let both = [new, NewContact::default()];
    assert_eq!(rest.create_contacts(&token(), &both).await.unwrap(), [11, 12], "in the order of what was sent");
    assert_eq!(rest.create_contacts(&token(), &both).await.unwrap(), [11, 12]);
    let error = rest.create_contacts(&token(), &both).await.unwrap_err();
    assert!(error.outcome_unknown(), "{error}");
    assert_eq!(
        stub.seen()[0].json(),
        json!([{"first_name": "Ann", "responsible_user_id": 87654321, "custom_fields_values": [
            {"field_code": "PHONE", "values": [{"value": "+79005550123", "enum_code": "WORK"}]},
            {"field_code": "EMAIL", "values": [{"value": "ann@example.com", "enum_code": "WORK"}]},
            {"field_id": 3, "values": [{"value": "x"}]}],
            "tags_to_add": [{"name": "bridge"}], "request_id": "0"}, {"request_id": "1"}])
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
    let change =
        ContactChange { tags_to_delete: vec!["old".into()], name: Some("Ann".into()), ..ContactChange::default() };
    rest(&stub).update_contact(&token(), 11, &change).await.unwrap();
    assert_eq!(targets(&stub), ["PATCH contacts/11"]);
    assert_eq!(stub.only().json(), json!({"name": "Ann", "tags_to_delete": [{"name": "old"}]}));
}

#[test]
fn one_more_number_keeps_the_others() {
    let value = |text: &str, kind: Option<&str>| FieldValue { value: text.into(), enum_code: kind.map(str::to_owned) };
    let known = Field { id: Some(1), code: Some("PHONE".into()), values: vec![value("1", Some("MOB"))] };
    let contact = Contact { fields: vec![known], ..Contact::default() };
    assert_eq!(contact.field_with(Field::PHONE, "1"), None);
    let values = vec![value("1", Some("MOB")), value("2", Some("WORK"))];
    assert_eq!(contact.field_with(Field::PHONE, "2"), Some(Field { id: None, code: Some("PHONE".into()), values }));
    assert_eq!(contact.field_with(Field::EMAIL, "a@b"), Some(Field::email("a@b")));
}
