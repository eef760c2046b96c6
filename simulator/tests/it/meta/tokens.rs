//! Tokens: whose they are, how long they live, how they are renewed; and where events go.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::meta::NewApp;

use super::World;

#[tokio::test]
async fn a_token_opens_its_own_account() {
    let world = World::start().await;
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
    let world = World::start().await;
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
