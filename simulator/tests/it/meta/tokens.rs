//! Tokens: whose they are, how long they live, how they are renewed.

use reqwest::Method;
use serde_json::json;
use simulator::meta::{AppView, NewApp};

use super::world::{DAY, World, codes};

#[tokio::test]
async fn a_token_opens_its_own_account() {
    let world = World::start().await;
    let me = world.ok(&world.instagram, Method::GET, "me", json!({ "fields": "user_id,username" })).await;
    assert_eq!(
        me,
        json!({ "id": world.instagram.app_scoped, "user_id": world.instagram.id, "username": "acme_flowers" })
    );
    let page = world.ok(&world.page, Method::GET, "me", json!({ "fields": "id,name" })).await;
    assert_eq!(page, json!({ "id": world.page.id, "name": "Acme Flowers" }));
    let app = world.ok(&world.page, Method::GET, "app", json!({})).await;
    assert_eq!(app["id"], json!(world.app.id));
    assert_eq!(world.refused(&world.page, Method::GET, &world.instagram.id, json!({})).await, (100, 33));
    let (_, none) = world.call("", Method::GET, "me", json!({})).await;
    let (_, nonsense) = world.call("IGnonsense", Method::GET, "me", json!({})).await;
    assert_eq!((codes(&none), codes(&nonsense)), ((104, 0), (190, 0)));
    world.meta.revoke_token(&world.page.token);
    assert_eq!(world.refused(&world.page, Method::GET, "me", json!({})).await, (190, 460));
}

#[tokio::test]
async fn an_apps_own_token_is_no_accounts() {
    let world = World::start().await;
    let reading = world.meta.add_app(NewApp { reads_public_pages: true, ..NewApp::default() });
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
    let renew = |token: &str| {
        let params = json!({ "grant_type": "ig_refresh_token", "access_token": token });
        let token = token.to_owned();
        let world = &world;
        async move { world.call(&token, Method::GET, "refresh_access_token", params).await }
    };
    assert_eq!(renew(&world.instagram.token).await.0, 400, "it is not a day old");
    world.advance(DAY);
    let (status, answer) = renew(&world.instagram.token).await;
    assert_eq!((status, &answer["expires_in"]), (200, &json!(60 * DAY)));
    let new = answer["access_token"].as_str().unwrap().to_owned();
    world.advance(59 * DAY);
    assert_eq!(world.refused(&world.instagram, Method::GET, "me", json!({})).await, (190, 463), "the old one is over");
    assert_eq!(world.call(&new, Method::GET, "me", json!({})).await.0, 200);
    assert_eq!(codes(&renew(&world.instagram.token).await.1), (190, 463), "too late to renew it");
    let of_page = json!({ "grant_type": "ig_refresh_token" });
    assert_eq!(world.refused(&world.page, Method::GET, "refresh_access_token", of_page).await, (10, 0));
    world.advance(400 * DAY);
    world.ok(&world.page, Method::GET, "me", json!({})).await;
}

#[tokio::test]
async fn a_short_token_becomes_a_long_one_with_the_apps_secret() {
    let world = World::start().await;
    let short = world.meta.add_token(&world.app, &world.instagram.id, Some(3_600_000));
    let params = |secret: &str| json!({ "grant_type": "ig_exchange_token", "client_secret": secret });
    let (_, wrong) = world.call(&short, Method::GET, "access_token", params("nonsense")).await;
    assert_eq!(codes(&wrong).0, 101);
    let (status, answer) = world.call(&short, Method::GET, "access_token", params(&world.app.secret)).await;
    assert_eq!((status, &answer["expires_in"]), (200, &json!(60 * DAY)));
    let asked = json!({ "input_token": short });
    let (_, told) = world.call(&world.app.token(), Method::GET, "debug_token", asked).await;
    assert_eq!((&told["data"]["app_id"], &told["data"]["is_valid"]), (&json!(world.app.id), &json!(true)));
}
