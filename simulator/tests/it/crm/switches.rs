//! Accounts that are broken on purpose.

use serde_json::json;

use crate::crm::caller::{HOST, World};

#[tokio::test]
async fn gateways_answer_html_and_limits_name_their_seconds() {
    let world = World::new().await;
    let token = world.access().await;
    let url = format!("{}/accounts/{HOST}/api/v4/account", world.sandbox.url());
    let answer = async || world.client.get(&url).bearer_auth(&token).send().await.unwrap();
    for status in [403, 502] {
        world.sandbox.set_gateway_page(HOST, Some(status));
        let got = answer().await;
        assert_eq!((got.status().as_u16(), got.headers()["content-type"].to_str().unwrap()), (status, "text/html"));
        assert!(got.text().await.unwrap().starts_with("<html>"));
    }
    world.sandbox.set_gateway_page(HOST, None);
    world.sandbox.set_too_many(HOST, Some(300));
    let got = answer().await;
    assert_eq!((got.status().as_u16(), got.headers()["retry-after"].to_str().unwrap()), (429, "300"));
    assert_eq!(got.json::<serde_json::Value>().await.unwrap()["retry_after"], json!(300));
    world.sandbox.set_too_many(HOST, None);
    assert_eq!(answer().await.status(), 200);
}

#[tokio::test]
async fn faults_of_an_account_are_set_and_cleared_on_a_page() {
    let world = World::new().await;
    let token = world.access().await;
    let press = async |form: &str| {
        let url = format!("{}/accounts/{HOST}/break", world.sandbox.url());
        let request = world.client.post(url).header("Content-Type", "application/x-www-form-urlencoded");
        assert_eq!(request.body(form.to_owned()).send().await.unwrap().status(), 303);
    };
    let account = async || world.json("GET", "/api/v4/account", &token, None).await.0;
    let page = async |path: &str| {
        let url = format!("{}/accounts/{HOST}{path}", world.sandbox.url());
        world.client.get(url).send().await.unwrap().text().await.unwrap()
    };
    for (fault, status) in [("unpaid", 402), ("blocked", 403), ("page%3D502", 502), ("429%3D30", 429)] {
        press(&format!("fault={fault}")).await;
        assert_eq!(account().await, status, "{fault}");
        press("fault=").await;
        assert_eq!(account().await, 200, "everything is mended");
    }
    press("fault=unpaid").await;
    for path in ["/break", "/leads", "/pipelines", "/marketplace", "/"] {
        assert!(page(path).await.contains("Now broken: unpaid@acme.amocrm.ru"), "{path}");
    }
    press("fault=").await;
    press("fault=renamed%3Dnewacme.amocrm.ru").await;
    assert_eq!(account().await, 401);
    assert_eq!(world.sandbox.accounts()[0].host, "newacme.amocrm.ru");
}
