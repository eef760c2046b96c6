//! Accounts that are broken on purpose.

use serde_json::json;

use crate::crm::caller::{CHANNEL, HOST, World, text};

#[tokio::test]
async fn an_unpaid_or_blocked_account_refuses_rest_and_tokens() {
    let world = World::new().await;
    let token = world.access().await;
    let account = async || world.json("GET", "/api/v4/account", &token, None).await;
    world.sandbox.set_unpaid(HOST, true);
    let (status, body) = account().await;
    assert_eq!((status, &body["title"], &body["status"]), (402, &json!("Payment Required"), &json!(402)));
    let code = world.sandbox.issue_code(HOST, "main");
    let exchange = json!({"grant_type": "authorization_code", "code": code});
    assert_eq!(world.token(exchange.clone()).await.0, 402);
    world.sandbox.set_unpaid(HOST, false);
    world.sandbox.set_blocked(HOST, true);
    assert_eq!((account().await.0, world.token(exchange.clone()).await.0), (403, 403));
    world.sandbox.set_blocked(HOST, false);
    // A refusal uses nothing up.
    assert_eq!((account().await.0, world.token(exchange).await.0), (200, 200));
}

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
async fn a_private_channel_knows_its_accounts() {
    let world = World::new().await;
    world.sandbox.allow_accounts(CHANNEL, Some(vec![1]));
    let (status, body) = world.connect().await;
    assert_eq!(status, 403);
    assert!(body["error_description"].as_str().unwrap().contains("private"), "{body}");
    let id = world.sandbox.accounts()[0].id;
    world.sandbox.allow_accounts(CHANNEL, Some(vec![1, id]));
    assert_eq!(world.connect().await.0, 200);
    world.sandbox.allow_accounts(CHANNEL, None);
    assert_eq!(world.connect().await.0, 200);
}

#[tokio::test]
async fn refresh_tokens_die_and_grants_vanish_without_a_word() {
    let world = World::new().await;
    let code = world.sandbox.issue_code(HOST, "main");
    let (_, pair) = world.token(json!({"grant_type": "authorization_code", "code": code})).await;
    let refresh = json!({"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]});
    world.sandbox.expire_refresh_tokens(HOST);
    let (status, body) = world.token(refresh).await;
    assert_eq!((status, &body["hint"]), (400, &json!("Invalid refresh token")));
    let token = world.access().await;
    world.sandbox.revoke_silently(HOST, "main");
    assert_eq!(world.json("GET", "/api/v4/account", &token, None).await.0, 401);
    assert!(!world.sandbox.is_installed(HOST, "main"));
}

#[tokio::test]
async fn the_limit_of_sources_can_be_fifty() {
    let world = World::new().await;
    world.sandbox.set_source_limit(50);
    let token = world.access().await;
    let items = |from: usize, to: usize| {
        (from..to).map(|at| json!({"name": "S", "external_id": format!("s-{at}")})).collect::<Vec<_>>()
    };
    assert_eq!(world.json("POST", "/api/v4/sources", &token, Some(json!(items(0, 50)))).await.0, 200);
    let (status, body) = world.json("POST", "/api/v4/sources", &token, Some(json!(items(50, 51)))).await;
    assert_eq!(status, 400);
    assert_eq!(body["validation-errors"][0]["errors"][0]["code"], "LimitExceeded");
}

#[tokio::test]
async fn a_lost_install_call_is_only_seen_in_the_log() {
    let world = World::new().await;
    world.sandbox.set_lose_install_calls(true);
    let answer = world.sandbox.install(HOST, "main").await;
    assert_eq!((answer.status, answer.error.as_deref()), (None, Some("lost on purpose")));
    assert!(world.sandbox.is_installed(HOST, "main"));
    let last = world.sandbox.requests().pop().unwrap();
    assert_eq!(last.note.as_deref(), Some("lost on purpose"));
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
        ("what=unpaid", 402),
        ("what=pay", 200),
        ("what=blocked", 403),
        ("what=unblock", 200),
        ("what=page&value=502", 502),
        ("what=mend", 200),
        ("what=slow&value=0", 200),
        ("what=mend_all", 200),
        ("what=too_many&value=30", 429),
        ("what=mend", 200),
    ] {
        press(form).await;
        assert_eq!(account().await, status, "{form}");
    }
    press("what=unpaid").await;
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

#[tokio::test]
async fn a_lead_is_found_with_its_contact_and_chat() {
    let world = World::connected().await;
    let token = world.access().await;
    world.message(text("m-1", "Hello")).await;
    let chat = world.sandbox.chats(HOST).remove(0);
    let lead = chat.lead.unwrap();
    let call = async |path: String| world.json("GET", &format!("/api/v4/{path}"), &token, None).await;
    let (_, found) = call(format!("leads/{}?with=contacts", lead.id)).await;
    assert_eq!(found["_embedded"]["contacts"][0]["id"], json!(lead.contact_id));
    let (_, found) = call(format!("contacts/chats?contact_id={}", lead.contact_id)).await;
    assert_eq!(found["_embedded"]["chats"][0]["chat_id"], json!(chat.id));
    let (_, found) = call(format!("contacts/chats?chat_id[]={}", chat.id)).await;
    assert_eq!(found["_total_items"], 1);
    assert_eq!(call("contacts/chats?contact_id=5".to_owned()).await.0, 204);
    assert_eq!(call("contacts/chats".to_owned()).await.0, 400);
    let (_, found) = call(format!("contacts/{}?with=leads", lead.contact_id)).await;
    assert_eq!((&found["name"], &found["_embedded"]["leads"][0]["id"]), (&json!("Maria"), &json!(lead.id)));
    let page = world.client.get(format!("{}/accounts/{HOST}/leads/{}", world.sandbox.url(), lead.id));
    assert!(page.send().await.unwrap().text().await.unwrap().contains(&lead.contact_id.to_string()));
}
