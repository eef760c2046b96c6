//! What can be broken, by its text and on the account's page.

use serde_json::json;

use crate::crm::caller::{HOST, World, read};

async fn account(world: &World, token: &str) -> u16 {
    world.api(token, "GET", "account", None).await.0
}

#[tokio::test]
async fn faults_given_as_text_are_set_and_cleared() {
    let world = World::new().await;
    let token = world.access().await;
    world.sandbox.add_account("other.amocrm.ru");
    let faults = format!("{}/faults", world.sandbox.url());
    let post = async |text: &str| read(world.client.post(&faults).json(&json!({"fault": text}))).await;
    for (text, status) in [
        ("status=504", 504),
        ("unpaid@acme.amocrm.ru", 402),
        ("unpaid@other.amocrm.ru", 200),
        ("unpaid", 402),
        ("blocked", 403),
        ("429=9", 429),
        ("page=502", 502),
    ] {
        let (answer, _) = post(text).await;
        assert_eq!((answer, account(&world, &token).await), (200, status), "{text}");
        assert_eq!(read(world.client.delete(&faults)).await, (200, json!({"faults": []})));
        assert_eq!(account(&world, &token).await, 200);
    }
    let (_, told) = post("unpaid@acme.amocrm.ru").await;
    assert_eq!(told["faults"], json!(["unpaid@acme.amocrm.ru"]));
    post("limits").await;
    let all = json!(["limits", "unpaid@acme.amocrm.ru"]);
    assert_eq!(read(world.client.get(&faults)).await.1["faults"], all);
    for wrong in [
        "fire",
        "unpaid@nobody.amocrm.ru",
        "renamed=new.amocrm.ru",
        "renamed=other.amocrm.ru@acme.amocrm.ru",
        "status=200",
    ] {
        let (status, body) = post(wrong).await;
        assert!(status == 400 && body["error"].is_string(), "{wrong}: {body}");
    }
    world.sandbox.mend();
    post("expired-tokens@acme.amocrm.ru").await;
    assert_eq!(account(&world, &token).await, 401);
    assert_eq!(post("renamed=new.amocrm.ru@acme.amocrm.ru").await.0, 200);
    assert!(world.sandbox.accounts().iter().any(|one| one.host == "new.amocrm.ru"));
    let foreign = world.client.delete(&faults).header("Origin", "https://evil.test");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn faults_of_an_account_are_set_and_cleared_on_a_page() {
    let world = World::new().await;
    let token = world.access().await;
    let url = |path: &str| format!("{}/accounts/{HOST}{path}", world.sandbox.url());
    for (form, status) in [("fault=unpaid", 402), ("fault=", 200), ("fault=page%3D502", 502), ("fault=unpaid", 502)] {
        let request = world.client.post(url("/break")).header("Content-Type", "application/x-www-form-urlencoded");
        assert_eq!(request.body(form).send().await.unwrap().status(), 303);
        assert_eq!(account(&world, &token).await, status, "{form}");
    }
    for path in ["/leads", "/pipelines", "/marketplace", "/"] {
        let shown = read(world.client.get(url(path))).await.1;
        assert!(shown.as_str().unwrap().contains("Now broken: Error page 502, Not paid"), "{path}");
    }
    // Each switch is put off alone.
    for (form, status, on) in
        [("mend=page", 402, 1), ("fault=late-hooks", 402, 2), ("mend=unpaid", 200, 1), ("mend=late-hooks", 200, 0)]
    {
        let request = world.client.post(url("/break")).header("Content-Type", "application/x-www-form-urlencoded");
        assert_eq!(request.body(form).send().await.unwrap().status(), 303);
        assert_eq!(account(&world, &token).await, status, "{form}");
        let shown = read(world.client.get(url("/break"))).await.1;
        assert_eq!(shown.as_str().unwrap().matches("aria-checked=\"true\"").count(), on, "{form}");
    }
}
