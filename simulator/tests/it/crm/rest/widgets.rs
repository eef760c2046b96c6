//! Widgets by the API, as after the buttons of their window.

use serde_json::{Value, json};

use crate::crm::archive::zip_of_settings;
use crate::crm::caller::{CLIENT, HOST, World};
use crate::stage::Receiver;

#[tokio::test]
async fn a_widget_is_installed_and_switched_off_by_the_api() {
    let world = World::new().await;
    let receiver = Receiver::start();
    let redirect = format!("{}/oauth/callback", receiver.url);
    world.sandbox.set_redirect_uri("main", &redirect);
    world.sandbox.set_parom_url(&receiver.url);
    let token = world.access_at(&redirect).await;
    let call = async |method: &str, path: &str, body: Option<Value>| world.api(&token, method, path, body).await;
    assert_eq!(call("GET", "widgets", None).await.0, 204);
    assert_eq!(call("POST", "widgets/bridge", Some(json!({}))).await.0, 404);
    world.sandbox.set_widget("main", "bridge", &zip_of_settings(&[("login", "text")])).unwrap();
    let (_, list) = call("GET", "widgets", None).await;
    let row = &list["_embedded"]["widgets"][0];
    assert_eq!(
        (&row["code"], &row["client_uuid"], &row["is_active_in_account"]),
        (&json!("bridge"), &json!(CLIENT), &json!(true))
    );
    for wrong in [json!({}), json!({"login": ""}), json!({"other": "x"})] {
        let (status, refusal) = call("POST", "widgets/bridge", Some(wrong)).await;
        let error = &refusal["validation-errors"][0]["errors"][0];
        assert_eq!(
            (status, &error["code"], &error["detail"]),
            (400, &json!("NotBlank"), &json!("the setting login is required"))
        );
    }
    let (status, shown) = call("POST", "widgets/bridge", Some(json!({"login": "example"}))).await;
    assert_eq!((status, &shown["settings"]["login"]), (200, &json!("example")), "{shown}");
    assert!(receiver.call(0).await.query.contains("from_widget=1"));
    let users = world.sandbox.users(HOST);
    world.sandbox.set_administrator(HOST, users[0].id, false);
    for method in ["POST", "DELETE"] {
        assert_eq!(call(method, "widgets/bridge", Some(json!({"login": "x"}))).await.0, 403);
    }
    assert_eq!(call("GET", "widgets/bridge", None).await.0, 200);
    world.sandbox.set_administrator(HOST, users[0].id, true);
    assert_eq!(call("DELETE", "widgets/bridge", None).await.0, 204);
    assert_eq!(receiver.call(1).await.path, "/hook/oauth/revoked");
    assert_eq!(call("GET", "widgets", None).await.0, 401, "the integration is switched off");
}
