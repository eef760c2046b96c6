//! Callbacks: the app's, an account's, a number's; each verified before it counts.

use serde_json::{Value, json};

use super::{
    receiver::{Receiver, VERIFY},
    world::{PHONE, WABA, World},
};

#[tokio::test]
async fn an_app_sets_its_callback_with_its_own_token() {
    let world = World::start().await;
    let receiver = Receiver::start();
    let path = format!("{}/subscriptions", world.app.id);
    let own = format!("{}|{}", world.app.id, world.app.secret);
    let body = |token: &str| {
        json!({"object": "whatsapp_business_account", "callback_url": receiver.url, "verify_token": token,
            "fields": "messages,account_update", "access_token": own})
    };
    let post = async |body: Value| {
        let answer = world.http.post(world.url(&path)).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (status, error) = world.refused("POST", &path, body(VERIFY)).await;
    assert_eq!((status, &error["code"]), (400, &json!(15)), "a system user's token may not");
    let (status, answer) = post(body("wrong")).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!(2200)));
    assert!(answer["error"]["message"].as_str().unwrap().contains("HTTP Status Code = 403"), "{answer}");
    assert_eq!(post(body(VERIFY)).await, (200, json!({"success": true})));
    let handshakes = receiver.handshakes();
    assert_eq!(handshakes.len(), 2);
    assert!(handshakes[1].starts_with("hub.mode=subscribe&hub.challenge="), "{}", handshakes[1]);
    let (_, listed) = {
        let answer = world.http.get(world.url(&path)).bearer_auth(&own).send().await.unwrap();
        (answer.status(), answer.json::<Value>().await.unwrap())
    };
    assert_eq!(listed["data"][0]["callback_url"], json!(receiver.url));
    world.maria().writes("Hi").unwrap();
    world.whatsapp.set_quality(PHONE, "GREEN", "ONBOARDING", "TIER_250");
    world.whatsapp.deliver_all().await;
    assert_eq!(receiver.texts(), ["Hi"], "other fields are not asked for");
}

#[tokio::test]
async fn a_number_wins_over_its_account_and_that_over_the_app() {
    let world = World::start().await;
    let of_app = world.hears().await;
    let (of_waba, of_phone) = (Receiver::start(), Receiver::start());
    let subscribed = format!("{WABA}/subscribed_apps");
    let write = async |text: &str| {
        world.maria().writes(text).unwrap();
        world.whatsapp.deliver_all().await;
    };
    let target = |url: &str| json!({"override_callback_uri": url, "verify_token": VERIFY});
    write("app").await;
    let wrong = json!({"override_callback_uri": of_waba.url, "verify_token": "wrong"});
    assert_eq!(world.refused("POST", &subscribed, wrong).await.1["code"], 2200);
    let missing = json!({"override_callback_uri": of_waba.url});
    assert_eq!(world.refused("POST", &subscribed, missing).await.1["code"], 100);
    world.ok("POST", &subscribed, target(&of_waba.url)).await;
    write("account").await;
    let own = json!({"webhook_configuration": target(&of_phone.url)});
    world.ok("POST", PHONE, own).await;
    write("number").await;
    let hooks = world.get(&format!("{PHONE}?fields=webhook_configuration")).await;
    let wanted =
        json!({"phone_number": of_phone.url, "whatsapp_business_account": of_waba.url, "application": of_app.url});
    assert_eq!(hooks["webhook_configuration"], wanted);
    world.ok("POST", PHONE, json!({"webhook_configuration": {"override_callback_uri": ""}})).await;
    write("account again").await;
    let apps = world.get(&subscribed).await;
    assert_eq!(apps["data"][0]["override_callback_uri"], json!(of_waba.url));
    assert_eq!(apps["data"][0]["whatsapp_business_api_data"]["id"], json!(world.app.id));
    world.ok("POST", &subscribed, Value::Null).await;
    write("app again").await;
    world.ok("DELETE", &subscribed, Value::Null).await;
    write("nobody").await;
    assert_eq!(world.get(&subscribed).await, json!({"data": []}));
    assert_eq!(of_app.texts(), ["app", "app again"]);
    assert_eq!(of_waba.texts(), ["account", "account again"]);
    assert_eq!(of_phone.texts(), ["number"]);
}
