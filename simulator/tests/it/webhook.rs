//! setWebhook and its rules.

use serde_json::json;

use crate::world::{World, bad};

#[tokio::test]
async fn the_cloud_wants_https_and_a_port_of_its_list() {
    let world = World::with(|options| options.local = false).await;
    for (url, words) in [
        ("http://parom.example/hook", "bad webhook: An HTTPS URL must be provided for webhook"),
        ("https://parom.example:9000/hook", "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"),
        ("https://127.0.0.1/hook", "bad webhook: IP address is reserved"),
        ("not an address", "invalid webhook URL specified"),
    ] {
        assert_eq!(world.refused("setWebhook", json!({"url": url})).await, bad(words), "{url}");
    }
    for port in ["", ":80", ":88", ":443", ":8443"] {
        let url = format!("https://parom.example{port}/hook");
        world.ok("setWebhook", json!({"url": url})).await;
        assert_eq!(world.ok("getWebhookInfo", json!({})).await["url"], json!(url));
    }
    world.ok("setWebhook", json!({"url": ""})).await;
    assert_eq!(
        world.ok("getWebhookInfo", json!({})).await,
        json!({"url": "", "has_custom_certificate": false, "pending_update_count": 0})
    );
}

#[tokio::test]
async fn parameters_are_kept_as_documented() {
    let world = World::start().await;
    let url = "http://127.0.0.1:9/hook";
    let set = |more: serde_json::Value| {
        let mut params = json!({"url": url});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    };
    let wrong = world.refused("setWebhook", set(json!({"secret_token": "not allowed!"}))).await;
    assert_eq!(wrong, bad("secret token contains unallowed characters"));
    assert_eq!(world.refused("setWebhook", set(json!({"secret_token": "a".repeat(257)}))).await.0, 400);
    let (_, first) = world
        .call(
            "setWebhook",
            set(json!({"secret_token": "s3cr3t", "allowed_updates": ["message"], "max_connections": 7})),
        )
        .await;
    assert_eq!(first["description"], "Webhook was set");
    let again = world.call("setWebhook", set(json!({"secret_token": "s3cr3t", "max_connections": 7}))).await.1;
    assert_eq!(again["description"], "Webhook is already set");
    let webhook = world.telegram.webhook(world.bot.id).unwrap();
    assert_eq!(webhook.allowed_updates, Some(vec!["message".to_owned()]), "left out, the list stays");
    assert_eq!((webhook.max_connections, webhook.secret.as_deref()), (7, Some("s3cr3t")));
    world.ok("setWebhook", set(json!({"allowed_updates": []}))).await;
    assert_eq!(world.telegram.webhook(world.bot.id).unwrap().max_connections, 40);
    assert!(world.ok("getWebhookInfo", json!({})).await.get("allowed_updates").is_none());
    let (_, gone) = world.call("deleteWebhook", json!({})).await;
    assert_eq!(gone["description"], "Webhook was deleted");
    let (_, gone) = world.call("deleteWebhook", json!({})).await;
    assert_eq!(gone["description"], "Webhook is already deleted");
}

#[tokio::test]
async fn reactions_are_reported_only_on_request() {
    let world = World::started().await;
    let id = world.maria().writes("Hi").unwrap();
    world.maria().reacts(id, &["👍"]).unwrap();
    assert_eq!(world.updates().await.len(), 2);
    world.ok("getUpdates", json!({"allowed_updates": ["message_reaction"]})).await;
    world.maria().reacts(id, &[]).unwrap();
    world.maria().writes("unheard").unwrap();
    let all = world.updates().await;
    assert_eq!((all.len(), &all[2]["message_reaction"]["new_reaction"]), (3, &json!([])));
}
