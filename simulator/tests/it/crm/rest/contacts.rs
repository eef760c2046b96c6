//! Contacts.

use serde_json::json;

use crate::crm::caller::{HOST, World};

#[tokio::test]
async fn a_wrong_item_is_reported_and_nothing_is_created() {
    let world = World::new().await;
    let token = world.access().await;
    for (wrong, code, path) in [
        (json!({"responsible_user_id": 5}), "NotSupportedChoice", "1.responsible_user_id"),
        (json!({"name": 5}), "InvalidType", "1.name"),
        (
            json!({"custom_fields_values": [{"field_code": "ICQ", "values": []}]}),
            "NotSupportedChoice",
            "1.custom_fields_values",
        ),
        (
            json!({"custom_fields_values": [{"field_code": "PHONE", "values": [{"value": 79}]}]}),
            "InvalidType",
            "1.custom_fields_values",
        ),
        (
            json!({"custom_fields_values": [{"field_code": "EMAIL", "values": [{"value": "a", "enum_code": "MOB"}]}]}),
            "NotSupportedChoice",
            "1.custom_fields_values",
        ),
    ] {
        let (status, body) = world.api(&token, "POST", "contacts", Some(json!([{"name": "Fine"}, wrong]))).await;
        let error = &body["validation-errors"][0];
        assert_eq!((status, &error["request_id"]), (400, &json!("1")), "{body}");
        assert_eq!((&error["errors"][0]["code"], &error["errors"][0]["path"]), (&json!(code), &json!(path)));
        assert_eq!(
            (&body["title"], &body["status"], &body["detail"]),
            (&json!("Bad Request"), &json!(400), &json!("Request validation failed"))
        );
    }
    assert!(world.sandbox.contacts(HOST).is_empty());
    assert_eq!(world.api(&token, "POST", "contacts", Some(json!({"name": "No list"}))).await.0, 400);
    assert_eq!(world.api(&token, "POST", "contacts", Some(json!(vec![json!({}); 251]))).await.0, 422);
    assert_eq!(world.api(&token, "PATCH", "contacts/5", Some(json!({"name": "X"}))).await.0, 404);
    assert_eq!(world.api(&token, "DELETE", "contacts/5", None).await.0, 405);
    assert_eq!(world.api(&token, "GET", "contacts?limit=251", None).await.0, 400);
    assert_eq!(world.api(&token, "GET", "contacts?filter[id][]=5", None).await.0, 204);
}
