//! The Sources API and what sources decide.

use serde_json::json;

use crate::crm::caller::{HOST, World};

#[tokio::test]
async fn sources_live_by_their_rules() {
    let world = World::new().await;
    let token = world.access().await;
    let call = async |method: &str, path: &str, body| world.api(&token, method, &format!("sources{path}"), body).await;
    assert_eq!(call("GET", "", None).await.0, 204);
    let pipelines = world.sandbox.accounts()[0].pipelines.clone();
    let (status, made) = call(
        "POST",
        "",
        Some(json!([
            {"name": "One", "external_id": "one", "default": true, "origin_code": "amo.ext.30490163"},
            {"name": "Two", "external_id": "two", "pipeline_id": pipelines[1].id, "request_id": "x"},
        ])),
    )
    .await;
    assert_eq!(status, 200, "{made}");
    let list = &made["_embedded"]["sources"];
    assert_eq!((&list[0]["request_id"], &list[1]["request_id"]), (&json!("0"), &json!("x")));
    assert_eq!(list[0]["pipeline_id"], json!(pipelines[0].id));
    for wrong in [
        json!([{"name": "Again", "external_id": "one"}]),
        json!([{"name": "Long", "external_id": "x".repeat(37)}]),
        json!([{"name": "Foreign", "external_id": "длинный"}]),
        json!([{"external_id": "nameless"}]),
        json!([{"name": "Typed", "external_id": "typed", "pipeline_id": "5"}]),
        json!([{"name": "Code", "external_id": "code", "origin_code": "amo.ext.1"}]),
        json!({"name": "No list", "external_id": "x"}),
        json!([]),
    ] {
        assert_eq!(call("POST", "", Some(wrong.clone())).await.0, 400, "{wrong}");
    }
    let (status, body) = call("POST", "", Some(json!([{"name": "P", "external_id": "p", "pipeline_id": 5}]))).await;
    assert_eq!((status, &body["validation-errors"][0]["errors"][0]["code"]), (400, &json!("NotSupportedChoice")));
    assert_eq!(body["validation-errors"][0]["errors"][0]["path"], "0.pipeline_id");
    let two = list[1]["id"].to_string();
    let (status, body) = call("PATCH", &format!("/{two}"), Some(json!({"default": true, "name": "Second"}))).await;
    assert_eq!((status, &body["name"]), (200, &json!("Second")));
    assert_eq!(call("PATCH", &format!("/{two}"), Some(json!({"external_id": "three"}))).await.0, 400);
    let defaults: Vec<bool> = world.sandbox.sources(HOST).iter().map(|one| one["default"].as_bool().unwrap()).collect();
    assert_eq!(defaults, [false, true]);
    let (_, found) = call("GET", "?filter[external_id][]=two&filter[external_id][]=none", None).await;
    assert_eq!(found["_total_items"], 1);
    let (status, body) = call("DELETE", "", Some(json!([{"id": 9009}]))).await;
    assert_eq!((status, &body["errors"][0]["errors"]["code"]), (400, &json!("EntityNotFound")));
    assert_eq!(call("DELETE", &format!("/{two}"), None).await.0, 204);
    assert_eq!(call("GET", &format!("/{two}"), None).await.0, 204);
    assert_eq!(call("DELETE", &format!("/{two}"), None).await.0, 404);
}

#[tokio::test]
async fn an_integration_without_multiple_sources_has_one_of_its_own() {
    let world = World::new().await;
    world.sandbox.set(|settings| settings.single_source = true);
    let token = world.access().await;
    world.access().await;
    let made = world.sandbox.sources(HOST);
    assert_eq!(made.len(), 1, "installing again makes no other one: {made:?}");
    assert_eq!((&made[0]["external_id"], &made[0]["default"]), (&json!("main"), &json!(true)));
    assert_eq!(world.json("GET", "/api/v4/sources", &token, None).await.0, 200);
}

#[tokio::test]
async fn an_external_integration_has_neither_sources_nor_users_nor_an_archive() {
    let world = World::new().await;
    world.sandbox.set(|settings| settings.external = true);
    let token = world.access().await;
    for path in ["/api/v4/sources", "/api/v4/users", "/api/v4/users/1"] {
        assert_eq!(world.json("GET", path, &token, None).await.0, 403, "{path}");
    }
    assert_eq!(world.json("GET", "/api/v4/account", &token, None).await.0, 200);
    assert_eq!(world.json("GET", "/api/v4/widgets/main", &token, None).await.0, 404);
    assert!(world.sandbox.set_widget("main", "main", &[]).unwrap_err().to_string().contains("external"));
}

#[tokio::test]
async fn at_most_fifty_in_a_call_and_a_hundred_in_all() {
    let world = World::new().await;
    let token = world.access().await;
    let batch = |from: usize, count: usize| {
        (from..from + count).map(|at| json!({"name": "S", "external_id": format!("s-{at}")})).collect::<Vec<_>>()
    };
    let post = async |items| world.api(&token, "POST", "sources", Some(json!(items))).await.0;
    assert_eq!(post(batch(0, 51)).await, 400);
    assert_eq!(post(batch(0, 50)).await, 200);
    assert_eq!(post(batch(50, 50)).await, 200);
    assert_eq!(post(batch(100, 1)).await, 400);
}

/// The SDK's example demotes the pipeline that it made the main one, and makes a source.
#[tokio::test]
async fn an_account_has_a_main_pipeline_after_the_last_one_was_demoted() {
    let world = World::new().await;
    let token = world.access().await;
    let main = world.sandbox.accounts()[0].pipelines[0].id;
    let body = json!({"is_main": false});
    assert_eq!(world.api(&token, "PATCH", &format!("leads/pipelines/{main}"), Some(body)).await.0, 200);
    let source = json!([{"name": "Sales", "external_id": "sales"}]);
    let (_, made) = world.api(&token, "POST", "sources", Some(source)).await;
    assert_eq!(made["_embedded"]["sources"][0]["pipeline_id"], json!(main), "{made}");
}
