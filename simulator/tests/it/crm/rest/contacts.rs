//! Contacts.

use serde_json::{Value, json};

use crate::crm::caller::{HOST, World, text};

async fn call(world: &World, token: &str, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    world.json(method, &format!("/api/v4/contacts{path}"), token, body).await
}

#[tokio::test]
async fn contacts_are_made_found_changed_and_read() {
    let world = World::new().await;
    let token = world.access().await;
    assert_eq!(call(&world, &token, "GET", "", None).await.0, 204);
    let olga = world.sandbox.users(HOST)[0].id;
    let (status, made) = call(
        &world,
        &token,
        "POST",
        "",
        Some(json!([
            {"first_name": "Ann", "last_name": "Sample", "responsible_user_id": olga, "request_id": "c1",
             "custom_fields_values": [
                {"field_code": "PHONE", "values": [{"value": "+7 (900) 555-01-23", "enum_code": "MOB"}, {"value": "12"}]},
                {"field_code": "EMAIL", "values": [{"value": "ann@example.com"}]}],
             "tags_to_add": [{"name": "bridge"}]},
            {},
        ])),
    )
    .await;
    assert_eq!(status, 200, "{made}");
    let list = &made["_embedded"]["contacts"];
    assert_eq!((&list[0]["request_id"], &list[1]["request_id"]), (&json!("c1"), &json!("1")));
    let id = list[0]["id"].as_i64().unwrap();

    let (_, one) = call(&world, &token, "GET", &format!("/{id}?with=leads,customers"), None).await;
    assert_eq!(
        (&one["name"], &one["first_name"], &one["last_name"]),
        (&json!("Ann Sample"), &json!("Ann"), &json!("Sample"))
    );
    let phone = &one["custom_fields_values"][0];
    assert_eq!((&phone["field_code"], &phone["values"][0]["enum_code"]), (&json!("PHONE"), &json!("MOB")));
    assert_eq!((&phone["values"][1]["value"], &phone["values"][1]["enum_code"]), (&json!("12"), &json!("WORK")));
    assert_eq!((&one["_embedded"]["leads"], &one["_embedded"]["customers"]), (&json!([]), &json!([])));
    assert_eq!(one["_embedded"]["tags"][0]["name"], "bridge");

    for query in ["9005550123", "%2B7 900", "555-01-23", "ann@EXAMPLE", "sample"] {
        let (_, found) = call(&world, &token, "GET", &format!("?query={query}"), None).await;
        assert_eq!(found["_embedded"]["contacts"][0]["id"], json!(id), "{query}");
    }
    assert_eq!(call(&world, &token, "GET", "?query=9005550124", None).await.0, 204);

    let change = json!({"name": "Ann", "tags_to_delete": [{"name": "bridge"}],
        "custom_fields_values": [{"field_id": phone["field_id"], "values": [{"value": "5", "enum_id": phone["values"][0]["enum_id"]}]}]});
    assert_eq!(call(&world, &token, "PATCH", &format!("/{id}"), Some(change)).await.0, 200);
    let (_, one) = call(&world, &token, "GET", &format!("/{id}"), None).await;
    assert_eq!((&one["name"], &one["_embedded"]["tags"]), (&json!("Ann"), &json!([])));
    let values = &one["custom_fields_values"][0]["values"];
    assert_eq!((values.as_array().unwrap().len(), &values[0]["enum_code"]), (1, &json!("MOB")));
    let many = call(&world, &token, "PATCH", "", Some(json!([{"id": id, "custom_fields_values": [{"field_code": "PHONE", "values": []}, {"field_code": "EMAIL", "values": []}]}]))).await;
    assert_eq!(many.0, 200);
    assert_eq!(call(&world, &token, "GET", &format!("/{id}"), None).await.1["custom_fields_values"], Value::Null);
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
    assert_eq!(call(&world, &token, "PATCH", "", Some(json!([{"id": 5}]))).await.0, 400);
    assert_eq!(call(&world, &token, "DELETE", "/5", None).await.0, 405);
    assert_eq!(call(&world, &token, "GET", "?limit=251", None).await.0, 400);
    assert_eq!(call(&world, &token, "GET", "?filter[id][]=5", None).await.0, 400);
}

#[tokio::test]
async fn a_list_has_pages_and_the_last_names_no_next() {
    let world = World::new().await;
    let token = world.access().await;
    for at in 0..5 {
        world.sandbox.add_contact(HOST, &format!("C {at}"), None, None);
    }
    let mut names = Vec::new();
    let mut path = "?limit=2&query=C%20".to_owned();
    loop {
        let (status, page) = call(&world, &token, "GET", &path, None).await;
        assert_eq!(status, 200);
        names.extend(page["_embedded"]["contacts"].as_array().unwrap().iter().map(|one| one["name"].to_string()));
        let Some(next) = page["_links"]["next"]["href"].as_str() else {
            break;
        };
        path = next.split_once("/api/v4/contacts").unwrap().1.to_owned();
    }
    assert_eq!(names, ["\"C 0\"", "\"C 1\"", "\"C 2\"", "\"C 3\"", "\"C 4\""]);
    assert_eq!(call(&world, &token, "GET", "?limit=2&page=4", None).await.0, 204);
}

#[tokio::test]
async fn the_page_adds_changes_merges_deletes_and_sorts() {
    let world = World::connected().await;
    world.message(text("m-1", "Hello <b>")).await;
    let url = format!("{}/accounts/{HOST}/contacts", world.sandbox.url());
    let press = async |form: &str| {
        let request = world.client.post(&url).header("Content-Type", "application/x-www-form-urlencoded");
        assert_eq!(request.body(form.to_owned()).send().await.unwrap().status(), 303);
    };
    let page = world.client.get(format!("{url}?lang=ru")).send().await.unwrap().text().await.unwrap();
    for words in ["Неразобранное", "Hello &#60;b&#62;", "79990001122", "чатов: 1, сделок: 1"] {
        assert!(page.contains(words), "{words}");
    }
    press("what=add&name=Ann&phones=%2B1,+2&emails=").await;
    let all = world.sandbox.contacts(HOST);
    assert_eq!((all[1].name.as_str(), &all[1].phones), ("Ann", &vec!["+1".to_owned(), "2".to_owned()]));
    press(&format!("what=save&id={}&name=Anna&phones=&emails=a@b.test", all[1].id)).await;
    let saved = world.sandbox.contacts(HOST).remove(1);
    assert_eq!((saved.name.as_str(), saved.phones.len(), saved.emails[0].as_str()), ("Anna", 0, "a@b.test"));
    press(&format!("what=merge&id={}&into={}", all[0].id, all[1].id)).await;
    assert_eq!(world.sandbox.contacts(HOST)[0].chats.len(), 1);
    press(&format!("what=accept&uid={}", world.sandbox.incoming_leads(HOST)[0].uid)).await;
    assert!(world.sandbox.incoming_leads(HOST).is_empty());
    press(&format!("what=delete&id={}", all[1].id)).await;
    assert!(world.sandbox.contacts(HOST).is_empty());
    let foreign = world
        .client
        .post(&url)
        .header("Origin", "https://evil.test")
        .header("Content-Type", "application/x-www-form-urlencoded");
    assert_eq!(foreign.body("what=add&name=X").send().await.unwrap().status(), 403);
}
