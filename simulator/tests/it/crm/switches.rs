//! Accounts that are broken on purpose.

use crate::crm::caller::{HOST, World};

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
