//! Tokens: whose they are, how long they live, how they are renewed; and where events go.

use reqwest::Method;
use serde_json::json;
use simulator::meta::{AppView, NewApp, Platform};

use super::{DAY, World, codes, texts};
use crate::stage::Receiver;

#[tokio::test]
async fn a_token_opens_its_own_account() {
    let world = World::start().await;
    let (instagram, page) = (&world.instagram, &world.page);
    let me = world.ok(instagram, Method::GET, "me", json!({ "fields": "user_id,username" })).await;
    assert_eq!(me, json!({ "id": instagram.app_scoped, "user_id": instagram.id, "username": "acme_flowers" }));
    let me = world.ok(page, Method::GET, "me", json!({ "fields": "id,name" })).await;
    assert_eq!(me, json!({ "id": page.id, "name": "Acme Flowers" }));
    assert_eq!(world.ok(page, Method::GET, "app", json!({})).await["id"], json!(world.app.id));
    assert_eq!(world.refused(page, Method::GET, &instagram.id, json!({})).await, (100, 33));
    let (_, none) = world.call("", Method::GET, "me", json!({})).await;
    let (_, nonsense) = world.call("IGnonsense", Method::GET, "me", json!({})).await;
    assert_eq!((codes(&none), codes(&nonsense)), ((104, 0), (190, 0)));
    world.meta().revoke_token(&page.token);
    assert_eq!(world.refused(page, Method::GET, "me", json!({})).await, (190, 460));
}

#[tokio::test]
async fn an_apps_own_token_is_no_accounts() {
    let world = World::start().await;
    let reading = world.meta().add_app(NewApp { reads_public_pages: true, ..NewApp::default() });
    let read = async |app: &AppView, path: &str| {
        let (status, answer) = world.call(&app.token(), Method::GET, path, json!({})).await;
        if status == 200 { Ok(answer["id"].clone()) } else { Err((status, codes(&answer))) }
    };
    let page = world.page.id.as_str();
    assert_eq!(read(&world.app, "me").await, Err((400, (2500, 0))));
    assert_eq!(read(&world.app, page).await, Err((400, (100, 0))));
    assert_eq!(read(&world.app, &world.instagram.id).await, Err((400, (100, 33))));
    assert_eq!(read(&world.app, &format!("{page}/subscribed_apps")).await, Err((400, (210, 0))));
    assert_eq!(read(&world.app, "app").await, Ok(json!(world.app.id)));
    assert_eq!(read(&reading, "me").await, Err((400, (2500, 0))));
    assert_eq!(read(&reading, page).await, Ok(json!(page)), "of any page");
}

#[tokio::test]
async fn an_instagram_token_lives_sixty_days_and_can_be_renewed() {
    let world = World::start().await;
    let params = json!({ "grant_type": "ig_refresh_token" });
    let renew = async |token: &str| world.call(token, Method::GET, "refresh_access_token", params.clone()).await;
    let first = &world.instagram.token;
    assert_eq!(renew(first).await.0, 400, "it is not a day old");
    world.stage.advance(DAY).await;
    let (status, answer) = renew(first).await;
    assert_eq!((status, &answer["expires_in"]), (200, &json!(60 * DAY)));
    let new = answer["access_token"].as_str().unwrap();
    world.stage.advance(59 * DAY).await;
    assert_eq!(world.refused(&world.instagram, Method::GET, "me", json!({})).await, (190, 463), "the old one is over");
    assert_eq!(world.call(new, Method::GET, "me", json!({})).await.0, 200);
    assert_eq!(codes(&renew(first).await.1), (190, 463), "too late to renew it");
    assert_eq!(codes(&renew(&world.page.token).await.1), (10, 0));
    let short = world.meta().add_token(&world.app, &world.instagram.id, Some(3_600_000));
    let params = |secret: &str| json!({ "grant_type": "ig_exchange_token", "client_secret": secret });
    let (_, wrong) = world.call(&short, Method::GET, "access_token", params("nonsense")).await;
    assert_eq!(codes(&wrong).0, 101);
    let (status, answer) = world.call(&short, Method::GET, "access_token", params(&world.app.secret)).await;
    assert_eq!((status, &answer["expires_in"]), (200, &json!(60 * DAY)));
    let asked = json!({ "input_token": short });
    let (_, told) = world.call(&world.app.token(), Method::GET, "debug_token", asked).await;
    assert_eq!((&told["data"]["app_id"], &told["data"]["is_valid"]), (&json!(world.app.id), &json!(true)));
    world.stage.advance(400 * DAY).await;
    world.ok(&world.page, Method::GET, "me", json!({})).await;
}

#[tokio::test]
async fn a_callback_has_to_repeat_the_challenge() {
    let world = World::start().await;
    let (receiver, meta, app) = (Receiver::start(), world.meta(), &world.app);
    let path = format!("{}/subscriptions", app.id);
    let call = async |method, params| world.call(&app.token(), method, &path, params).await;
    let params = |verify_token: &str| json!({ "object": "page", "callback_url": receiver.url, "verify_token": verify_token, "fields": "messages,feed" });
    assert_eq!(codes(&call(Method::POST, params("wrong")).await.1).0, 2200);
    assert_eq!(call(Method::POST, params("right")).await.0, 200);
    assert_eq!(meta.callback(&app.id, Platform::Facebook).as_deref(), Some(receiver.url.as_str()));
    let (_, all) = call(Method::GET, json!({})).await;
    assert_eq!((&all["data"][0]["object"], &all["data"][0]["active"]), (&json!("page"), &json!(true)));
    let (_, wrong) = world.call(&format!("{}|nonsense", app.id), Method::GET, &path, json!({})).await;
    assert_eq!(codes(&wrong).0, 190);
    call(Method::DELETE, json!({ "object": "page" })).await;
    assert_eq!(meta.callback(&app.id, Platform::Facebook), None);
    assert!(meta.verify(&receiver.url, "right").await.is_ok());
    assert!(meta.verify("http://127.0.0.1:9/hook", "right").await.is_err());
}

#[tokio::test]
async fn a_field_comes_if_app_and_account_want_it() {
    let world = World::start().await;
    let (receiver, page) = (Receiver::start(), &world.page);
    world.meta().set_callback(&world.app, Platform::Facebook, &receiver.url, &["messages"]);
    world.anna(page).writes("unheard").unwrap();
    let subscribe = async |method, fields: &str| {
        world.call(&page.token, method, "me/subscribed_apps", json!({ "subscribed_fields": fields })).await
    };
    subscribe(Method::POST, "messages,message_reads").await;
    world.anna(page).writes("heard").unwrap();
    world.says(page, "no echo was asked for").await;
    world.anna(page).reads().unwrap();
    world.meta().deliver_all().await;
    assert_eq!(texts(&receiver), ["heard"]);
    let listed = subscribe(Method::GET, "").await.1;
    assert_eq!(listed["data"][0]["subscribed_fields"], json!(["message_reads", "messages"]));
    assert_eq!(codes(&subscribe(Method::POST, "messages,messaging_seen").await.1), (100, 0));
    subscribe(Method::DELETE, "").await;
    world.anna(page).writes("unheard again").unwrap();
    assert_eq!(world.meta().deliver_all().await, 0);
}
