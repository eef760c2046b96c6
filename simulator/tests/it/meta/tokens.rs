//! Tokens: whose they are, how long they live, how they are renewed; and where events go.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::meta::{NewApp, Platform};

use super::{DAY, World};

#[tokio::test]
async fn a_token_opens_its_own_account() {
    let world = World::start(false).await;
    let (instagram, page) = (&world.instagram, &world.page);
    let me = json!({ "id": instagram.app_scoped, "user_id": instagram.id, "username": "acme_flowers" });
    assert_eq!(world.get(instagram, "me?fields=user_id,username").await, Ok(me));
    let me = json!({ "id": page.id, "name": "Acme Flowers" });
    assert_eq!(world.get(page, "me?fields=id,name").await, Ok(me));
    assert_eq!(world.get(page, "app").await.unwrap()["id"], json!(world.app.id));
    assert_eq!(world.get(page, &instagram.id).await, Err((100, 33)));
    for (token, codes) in [("", (104, 0)), ("IGnonsense", (190, 0))] {
        assert_eq!(world.call(token, Method::GET, "me", Value::Null).await, Err(codes));
    }
    world.meta().revoke_token(&page.token);
    assert_eq!(world.get(page, "me").await, Err((190, 460)));
}

#[tokio::test]
async fn an_apps_own_token_is_no_accounts() {
    let world = World::start(false).await;
    let reading = world.meta().add_app(NewApp { reads_public_pages: true, ..NewApp::default() });
    let (app, page) = (&world.app, world.page.id.as_str());
    for (app, path, answer) in [
        (app, "me", Err((2500, 0))),
        (app, page, Err((100, 0))),
        (app, &world.instagram.id, Err((100, 33))),
        (app, &format!("{page}/subscribed_apps"), Err((210, 0))),
        (app, "app", Ok(json!(app.id))),
        (&reading, "me", Err((2500, 0))),
        (&reading, page, Ok(json!(page))),
    ] {
        let answered = world.call(&app.token(), Method::GET, path, Value::Null).await;
        assert_eq!(answered.map(|answer| answer["id"].clone()), answer, "{path}");
    }
}

#[tokio::test]
async fn an_instagram_token_lives_sixty_days_and_can_be_renewed() {
    let world = World::start(false).await;
    let read = async |token: &str, path: &str| world.call(token, Method::GET, path, Value::Null).await;
    let renew = async |token: &str| read(token, "refresh_access_token?grant_type=ig_refresh_token").await;
    let first = &world.instagram.token;
    assert_eq!(renew(first).await, Err((10, 0)), "it is not a day old");
    world.stage.advance(DAY).await;
    let renewed = renew(first).await.unwrap();
    assert_eq!((&renewed["expires_in"], renew(&world.page.token).await), (&json!(60 * DAY), Err((10, 0))));
    world.stage.advance(59 * DAY).await;
    assert_eq!([read(first, "me").await, renew(first).await], [Err((190, 463)), Err((190, 463))]);
    for token in [renewed["access_token"].as_str().unwrap(), &world.page.token] {
        assert!(read(token, "me").await.is_ok());
    }
    let short = world.meta().add_token(&world.app, &world.instagram.id, Some(3_600_000));
    let exchange = |secret: &str| format!("access_token?grant_type=ig_exchange_token&client_secret={secret}");
    assert_eq!(read(&short, &exchange("nonsense")).await, Err((101, 0)));
    assert_eq!(read(&short, &exchange(&world.app.secret)).await.unwrap()["expires_in"], json!(60 * DAY));
    let told = read(&world.app.token(), &format!("debug_token?input_token={short}")).await.unwrap();
    assert_eq!((&told["data"]["app_id"], &told["data"]["is_valid"]), (&json!(world.app.id), &json!(true)));
}

#[tokio::test]
async fn a_callback_has_to_repeat_the_challenge() {
    let world = World::start(false).await;
    let (url, meta, app) = (&world.receiver.url, world.meta(), &world.app);
    let path = format!("{}/subscriptions", app.id);
    let call = async |method, params| world.call(&app.token(), method, &path, params).await;
    let params = |verify_token: &str| json!({ "object": "page", "callback_url": url, "verify_token": verify_token, "fields": "messages,feed" });
    assert_eq!(call(Method::POST, params("wrong")).await, Err((2200, 0)));
    assert_eq!(call(Method::POST, params("right")).await, Ok(json!({ "success": true })));
    assert_eq!(meta.callback(&app.id, Platform::Facebook).as_ref(), Some(url));
    let all = call(Method::GET, Value::Null).await.unwrap();
    assert_eq!((&all["data"][0]["object"], &all["data"][0]["active"]), (&json!("page"), &json!(true)));
    let wrong = world.call(&format!("{}|nonsense", app.id), Method::GET, &path, Value::Null).await;
    assert_eq!(wrong, Err((190, 0)));
    call(Method::DELETE, json!({ "object": "page" })).await.unwrap();
    assert_eq!(meta.callback(&app.id, Platform::Facebook), None);
    assert!(meta.verify("http://127.0.0.1:9/hook", "right").await.is_err());
}

#[tokio::test]
async fn a_field_comes_if_app_and_account_want_it() {
    let world = World::start(false).await;
    let (receiver, page, path) = (&world.receiver, &world.page, "me/subscribed_apps");
    world.meta().set_callback(&world.app, Platform::Facebook, &receiver.url, &["messages"]);
    let anna = world.anna(page);
    anna.writes("unheard").unwrap();
    let wants = |fields: &str| world.post(page, path, json!({ "subscribed_fields": fields }));
    wants("messages,message_reads").await.unwrap();
    anna.writes("heard").unwrap();
    // Echoes and readings are not wanted at both levels.
    world.says(page, "unheard").await.unwrap();
    anna.reads().unwrap();
    world.meta().deliver_all().await;
    assert_eq!((receiver.bodies().len(), &world.latest().await["message"]["text"]), (1, &json!("heard")));
    let listed = world.get(page, path).await.unwrap();
    assert_eq!(listed["data"][0]["subscribed_fields"], json!(["message_reads", "messages"]));
    assert_eq!(wants("messages,messaging_seen").await, Err((100, 0)));
    world.call(&page.token, Method::DELETE, path, Value::Null).await.unwrap();
    anna.writes("unheard again").unwrap();
    assert_eq!(world.meta().deliver_all().await, 0);
}
