//! What is there beside the calls that chats need, and what is honestly not.

use serde_json::json;

use crate::crm::caller::{HOST, World, read};

/// S4: what amoCRM's own SDK cannot do without, as production was recorded.
#[tokio::test]
async fn s4_an_account_has_every_field_that_production_has() {
    let world = World::new().await;
    let token = world.access().await;
    let with = "amojo_id,amojo_rights,users_groups,task_types,version,entity_names,datetime_settings,drive_url,\
        is_api_filter_enabled";
    let (status, account) = world.api(&token, "GET", &format!("account?with={with}"), None).await;
    assert_eq!(status, 200);
    for key in ["created_by", "updated_by", "mobile_feature_version", "updated_at", "version", "drive_url"] {
        assert!(!account[key].is_null(), "{key}");
    }
    let settings = &account["_embedded"]["datetime_settings"];
    for key in [
        "date_pattern",
        "short_date_pattern",
        "short_time_pattern",
        "date_format",
        "date_formant",
        "time_format",
        "timezone",
        "timezone_offset",
    ] {
        assert!(settings[key].is_string(), "{key}");
    }
    for key in ["users_groups", "task_types"] {
        assert!(account["_embedded"][key].as_array().is_some_and(|list| !list.is_empty()), "{key}");
    }
}

/// S9: the fields of contacts are those that contacts have.
#[tokio::test]
async fn s9_fields_of_contacts_are_listed_with_the_ids_that_contacts_show() {
    let world = World::new().await;
    let token = world.access().await;
    let id = world.sandbox.add_contact(HOST, "Ann", Some("+79990001122"), Some("ann@acme.test"));
    let (status, list) = world.api(&token, "GET", "contacts/custom_fields", None).await;
    assert_eq!(status, 200);
    let fields = list["_embedded"]["custom_fields"].as_array().unwrap();
    let codes: Vec<&str> = fields.iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["PHONE", "EMAIL", "POSITION"]);
    let (_, contact) = world.api(&token, "GET", &format!("contacts/{id}"), None).await;
    let values = contact["custom_fields_values"].as_array().unwrap();
    assert_eq!(values.len(), 2);
    for value in values {
        let field = fields.iter().find(|one| one["id"] == value["field_id"]).expect("the field is listed");
        assert_eq!((&field["code"], &field["type"]), (&value["field_code"], &value["field_type"]));
        let kind = &value["values"][0];
        let enums = field["enums"].as_array().unwrap();
        assert!(enums.iter().any(|one| one["id"] == kind["enum_id"] && one["value"] == kind["enum_code"]), "{value}");
    }
}

/// S9: a method that only the sandbox lacks is answered as unsupported; only those that amoCRM refuses are 405.
#[tokio::test]
async fn s9_a_method_that_is_not_there_is_no_card_and_no_wrong_verb() {
    let world = World::new().await;
    let token = world.access().await;
    for (method, path) in [
        ("POST", "leads/unsorted/chats"),
        ("GET", "contacts/custom_fields/groups/x/y"),
        ("GET", "bots/x/y"),
        ("GET", "contacts/anything"),
    ] {
        let body = (method != "GET").then(|| json!([{}]));
        let (status, answer) = world.api(&token, method, path, body).await;
        assert_eq!(
            (status, answer["detail"].as_str()),
            (
                404,
                Some(if path.ends_with("chats") {
                    "only forms and sip come from programs"
                } else {
                    "the sandbox has no such method"
                })
            ),
            "{method} {path}"
        );
    }
    for (method, path) in
        [("DELETE", "contacts/5"), ("DELETE", "leads/5"), ("PUT", "account"), ("DELETE", "users"), ("PUT", "widgets/x")]
    {
        assert_eq!(world.api(&token, method, path, None).await.0, 405, "{method} {path}");
    }
}

/// S11: what the SDK's examples ask for beside.
#[tokio::test]
async fn s11_addresses_and_headers_that_the_sdk_uses_are_supported() {
    let world = World::new().await;
    let token = world.access().await;
    let to = |host: &str, path: &str| {
        world.client.get(format!("{}{path}", world.sandbox.url())).header("Host", host).bearer_auth(&token)
    };
    for host in [HOST, "www.amocrm.ru"] {
        let (status, found) = read(to(host, "/oauth2/account/subdomain")).await;
        assert_eq!((status, &found["domain"]), (200, &json!(HOST)), "{host}");
    }
    let answer = to(HOST, "/api/v4/account").send().await.unwrap();
    let first = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    let second = to(HOST, "/api/v4/account").send().await.unwrap();
    assert!(uuid::Uuid::parse_str(&first).is_ok() && second.headers()["x-request-id"] != first.as_str());
}
