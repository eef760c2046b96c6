//! Accounts that are broken on purpose.

use serde_json::json;

use crate::crm::caller::{CHANNEL, HOST, World};

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
async fn a_manager_may_not_install_and_may_consent_afterwards() {
    let world = World::new().await;
    let users = world.sandbox.users(HOST);
    let allow = async || {
        let url = format!("{}/oauth", world.sandbox.url());
        let request = world.client.post(url).header("Content-Type", "application/x-www-form-urlencoded");
        let form = format!("client_id={}&host={HOST}&choice=allow", crate::crm::caller::CLIENT);
        request.body(form).send().await.unwrap().status().as_u16()
    };
    world.sandbox.sign_in(HOST, users[1].id);
    assert_eq!(allow().await, 403);
    world.sandbox.sign_in(HOST, users[0].id);
    assert_eq!(allow().await, 302);
    world.sandbox.sign_in(HOST, users[1].id);
    assert_eq!(allow().await, 302);
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
    for (form, status) in [
        ("what=break&value=unpaid", 402),
        ("what=pay", 200),
        ("what=break&value=blocked", 403),
        ("what=unblock", 200),
        ("what=break&value=page%3D502", 502),
        ("what=mend", 200),
        ("what=break&value=429%3D30", 429),
        ("what=mend", 200),
    ] {
        press(form).await;
        assert_eq!(account().await, status, "{form}");
    }
    press("what=break&value=unpaid").await;
    for path in ["/break", "/leads", "/pipelines", "/marketplace", "/"] {
        assert!(page(path).await.contains("REST answers 402"), "{path}");
    }
    press("what=pay").await;
    press(&format!("what=private&value={CHANNEL}&text=1, 2")).await;
    assert_eq!(world.connect().await.0, 403);
    press(&format!("what=private&value={CHANNEL}&text=")).await;
    assert_eq!(world.connect().await.0, 200);
    press("what=rename&text=newacme.amocrm.ru").await;
    assert_eq!(account().await, 401);
    assert_eq!(world.sandbox.accounts()[0].host, "newacme.amocrm.ru");
}
