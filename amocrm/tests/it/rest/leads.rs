//! Leads, alone and together with a person.

use amocrm::Error;
use amocrm::rest::{ComplexLead, Field, LeadSource, MadeLead, NewContact, NewLead};
use serde_json::json;

use super::{rest, targets, token};
use crate::stub::{Stub, answer};

#[tokio::test]
async fn one() {
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
    assert_eq!((lead.id, lead.price, lead.status_id, lead.closed_at), (9_276_114, Some(1500), Some(142), None));
    assert_eq!((lead.contacts, lead.is_deleted), (vec![2, 1], false));
    let source = LeadSource { id: Some(9001), external_id: Some("wa".into()), kind: Some("widget".into()) };
    assert_eq!(lead.source, Some(source));
    let bare = rest.lead(&token(), 5).await.unwrap().unwrap();
    assert_eq!((bare.contacts.len(), bare.source), (0, None));
    assert_eq!(rest.lead(&token(), 5).await.unwrap(), None);
    assert_eq!(rest.lead(&token(), 5).await.unwrap(), None);
    assert_eq!(targets(&stub)[0], "GET leads/9276114?with=contacts,source,source_id");
}

fn new() -> NewLead {
    NewLead {
        name: Some("Deal".into()),
        price: Some(1500),
        contacts: vec![2, 1],
        source_external_id: Some("wa".into()),
        tags: vec!["t".into()],
        fields: vec![Field::text(501, "A-17")],
        ..NewLead::default()
    }
}

#[tokio::test]
async fn made() {
    let body = json!({"_embedded": {"leads": [{"id": 77, "request_id": "0"}]}});
    let stub = Stub::answering("200 OK", &body.to_string()).await;
    assert_eq!(rest(&stub).create_leads(&token(), &[new()]).await.unwrap(), [77]);
    assert_eq!(targets(&stub), ["POST leads"]);
    assert_eq!(
        stub.only().json(),
        json!([{"name": "Deal", "price": 1500, "custom_fields_values": [{"field_id": 501, "values": [{"value": "A-17"}]}],
            "tags_to_add": [{"name": "t"}], "_embedded": {"contacts": [{"id": 2, "is_main": true}, {"id": 1, "is_main": false}],
            "source": {"external_id": "wa", "type": "widget"}}, "request_id": "0"}])
    );
    let stub = Stub::answering("200 OK", r#"{"_embedded":{"leads":[{"id":1}]}}"#).await;
    rest(&stub).create_leads(&token(), &[NewLead::default()]).await.unwrap();
    assert_eq!(stub.only().json(), json!([{"request_id": "0"}]));
}

#[tokio::test]
async fn made_with_a_person() {
    let body = json!([{"id": 78, "contact_id": 12, "company_id": null, "request_id": ["1"], "merged": true},
        {"id": 77, "contact_id": 11, "company_id": null, "request_id": ["0"], "merged": false}]);
    let stub = Stub::new(vec![
        answer("200 OK", "", &body.to_string()),
        answer("200 OK", "", r#"[{"id":77,"merged":0}]"#),
        answer("200 OK", "", r#"{"_embedded":{}}"#),
    ])
    .await;
    let rest = rest(&stub);
    let contact = NewContact { name: Some("Ann".into()), fields: vec![Field::phone("+7900")], ..NewContact::default() };
    let leads = [ComplexLead { lead: new(), contact }, ComplexLead::default()];
    let made = rest.create_complex_leads(&token(), &leads).await.unwrap();
    let one = |lead_id, contact_id, is_merged| MadeLead { lead_id, contact_id: Some(contact_id), is_merged };
    assert_eq!(made, [one(77, 11, false), one(78, 12, true)]);
    let body = stub.seen()[0].json();
    assert_eq!(
        body[0]["_embedded"],
        json!({"source": {"external_id": "wa", "type": "widget"}, "contacts": [{"name": "Ann", "custom_fields_values": [
            {"field_code": "PHONE", "values": [{"value": "+7900", "enum_code": "WORK"}]}]}]})
    );
    assert_eq!(body[1], json!({"_embedded": {"contacts": [{}]}, "request_id": "1"}));
    assert_eq!(targets(&stub)[0], "POST leads/complex");
    let made = rest.create_complex_leads(&token(), &leads[..1]).await.unwrap();
    assert_eq!((made[0].lead_id, made[0].contact_id), (77, None));
    let error = rest.create_complex_leads(&token(), &leads[..1]).await.unwrap_err();
    assert!(matches!(error, Error::Unreadable { .. }), "{error}");
}
