//! Contacts.

use serde_json::{Value, json};

use crate::crm::caller::{HOST, World};

async fn call(world: &World, token: &str, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    world.json(method, &format!("/api/v4/contacts{path}"), token, body).await
}

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
        let (status, body) = call(&world, &token, "POST", "", Some(json!([{"name": "Fine"}, wrong]))).await;
        let error = &body["validation-errors"][0];
        assert_eq!((status, &error["request_id"]), (400, &json!("1")), "{body}");
        assert_eq!((&error["errors"][0]["code"], &error["errors"][0]["path"]), (&json!(code), &json!(path)));
        assert_eq!(
            (&body["title"], &body["status"], &body["detail"]),
            (&json!("Bad Request"), &json!(400), &json!("Request validation failed"))
        );
    }
    assert!(world.sandbox.contacts(HOST).is_empty());
    assert_eq!(call(&world, &token, "POST", "", Some(json!({"name": "No list"}))).await.0, 400);
    assert_eq!(call(&world, &token, "POST", "", Some(json!(vec![json!({}); 251]))).await.0, 422);
    assert_eq!(call(&world, &token, "PATCH", "/5", Some(json!({"name": "X"}))).await.0, 404);
    assert_eq!(call(&world, &token, "DELETE", "/5", None).await.0, 405);
    assert_eq!(call(&world, &token, "GET", "?limit=251", None).await.0, 400);
    assert_eq!(call(&world, &token, "GET", "?filter[id][]=5", None).await.0, 400);
}
