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

/// The token or the data, or the code of the refusal.
async fn asks(world: &World, path: &str) -> Result<Value, Value> {
    let answer: Value = world.stage.request(Method::POST, path).send().await.unwrap().json().await.unwrap();
    let refused = answer.get("error").or_else(|| answer.get("error_message")).cloned();
    refused.map_or(Ok(answer), |error| {
        Err(error.get("error_subcode").or_else(|| error.get("code")).cloned().unwrap_or(error))
    })
}

#[tokio::test]
async fn a_person_lets_an_app_in_and_its_pages_have_tokens() {
    let world = World::start().await;
    let (app, page) = (&world.app, world.page.id.as_str());
    let dialog = |scope: &str| {
        format!(
            "https://a.test/v26.0/dialog/oauth?client_id={}&redirect_uri=https://p.test/&state=s&response_type=code&scope={scope}",
            app.id
        )
    };
    let code = |without: &[&str]| {
        let back =
            world.meta().answers_dialog(&dialog("pages_show_list,pages_messaging"), Some(&[page]), without).unwrap();
        back.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned()
    };
    let exchange = |code: &str, redirect: &str| {
        format!(
            "/v26.0/oauth/access_token?client_id={}&client_secret={}&code={code}&redirect_uri={redirect}",
            app.id, app.secret
        )
    };
    let declined = world.meta().answers_dialog(&dialog("pages_messaging"), None, &[]).unwrap();
    assert!(
        declined.starts_with("https://p.test/?error=access_denied") && declined.ends_with("&state=s"),
        "{declined}"
    );
    let one = code(&["pages_messaging"]);
    assert_eq!(asks(&world, &exchange(&one, "https://other.test/")).await, Err(json!(36_008)));
    let short = asks(&world, &exchange(&one, "https://p.test/")).await.unwrap()["access_token"].clone();
    assert_eq!(asks(&world, &exchange(&one, "https://p.test/")).await, Err(json!(36_009)), "once");
    let late = code(&[]);
    world.stage.advance(600).await;
    assert_eq!(asks(&world, &exchange(&late, "https://p.test/")).await, Err(json!(36_007)));
    let long = format!(
        "/v26.0/oauth/access_token?client_id={}&client_secret={}&grant_type=fb_exchange_token&fb_exchange_token={}",
        app.id,
        app.secret,
        short.as_str().unwrap()
    );
    let long = asks(&world, &long).await.unwrap()["access_token"].as_str().unwrap().to_owned();
    let read = async |path: &str| world.call(&long, Method::GET, path, Value::Null).await.unwrap()["data"].clone();
    assert_eq!(read("me/permissions").await[1], json!({ "permission": "pages_messaging", "status": "declined" }));
    let token = read("me/accounts").await[0]["access_token"].as_str().unwrap().to_owned();
    assert_eq!(world.call(&token, Method::GET, "me", Value::Null).await.unwrap()["id"], json!(page));
}

#[tokio::test]
async fn an_instagram_account_lets_an_app_in() {
    let world = World::start().await;
    let (app, account) = (&world.app, world.instagram.id.as_str());
    let dialog = format!(
        "https://a.test/oauth/authorize?client_id={}&redirect_uri=https://p.test/&response_type=code&scope=instagram_business_basic",
        app.id
    );
    let back = world.meta().answers_dialog(&dialog, Some(&[account]), &[]).unwrap();
    let code = back.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let exchange = format!(
        "/oauth/access_token?client_id={}&client_secret={}&code={code}&redirect_uri=https://p.test/",
        app.id, app.secret
    );
    let short = asks(&world, &exchange).await.unwrap();
    assert_eq!(short["permissions"], json!(["instagram_business_basic"]));
    assert_eq!(asks(&world, &exchange).await, Err(json!("Matching code was not found or was already used")));
    let path = format!("access_token?grant_type=ig_exchange_token&client_secret={}", app.secret);
    let long = world.call(short["access_token"].as_str().unwrap(), Method::GET, &path, Value::Null).await.unwrap();
    assert_eq!(long["expires_in"], json!(60 * 86_400));
}
