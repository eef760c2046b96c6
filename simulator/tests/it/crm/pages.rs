//! Pages for people.

use serde_json::{Value, json};

use crate::crm::caller::{CLIENT, HOST, World, receive_one, text};

async fn page(world: &World, path: &str, language: &str) -> (u16, String) {
    let request = world.client.get(format!("{}{path}", world.sandbox.url())).header("Accept-Language", language);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn pages_speak_two_languages_and_escape_what_customers_write() {
    let world = World::connected().await;
    let mut nasty = text("m-1", "<script>alert(1)</script>");
    nasty["sender"]["name"] = json!("<b>Anna</b>");
    world.message(nasty).await;
    let chat = world.sandbox.chats(HOST).remove(0).id;
    let (status, html) = page(&world, &format!("/accounts/{HOST}/?chat={chat}"), "en").await;
    assert_eq!(status, 200);
    assert!(html.contains("This is not amoCRM. Nothing leaves this machine."));
    assert!(!html.contains("<script>alert") && !html.contains("<b>Anna"), "{html}");
    assert!(html.contains("alert(1)"));
    assert_eq!(world.sandbox.chats(HOST)[0].unread, 0);
    let (_, html) = page(&world, "/", "ru-RU,ru").await;
    assert!(html.contains("Это не amoCRM. Отсюда ничего не уходит наружу."));
    let (_, html) = page(&world, "/?lang=en", "ru-RU,ru").await;
    assert!(html.contains("Accounts"));
    assert_eq!(page(&world, "/accounts/none.amocrm.ru/", "en").await.0, 404);
    assert_eq!(page(&world, "/healthz", "en").await.0, 200);
    let (_, snapshot) = page(&world, &format!("/accounts/{HOST}/snapshot?chat={chat}&lang=en"), "").await;
    let snapshot: Value = serde_json::from_str(&snapshot).unwrap();
    assert_eq!(snapshot["messages"][0]["text"], "<script>alert(1)</script>");
}

#[tokio::test]
async fn the_answer_form_works_without_a_script() {
    let world = World::connected().await;
    world.message(text("m-1", "Hello")).await;
    let chat = world.sandbox.chats(HOST).remove(0).id;
    let (url, arrived) = receive_one(200).await;
    world.sandbox.set_parom_url(&url);
    let target = format!("{}/accounts/{HOST}/chats/{chat}/answer", world.sandbox.url());
    let post = |origin: &str| {
        world
            .client
            .post(&target)
            .header("Origin", origin)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body("text=Good+day")
    };
    assert_eq!(post("https://evil.test").send().await.unwrap().status(), 403);
    let answer = post(world.sandbox.url()).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let back = answer.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(back, format!("/accounts/{HOST}/?chat={chat}#chat"));
    arrived.await.unwrap();
    let last = world.sandbox.messages(HOST).pop().unwrap();
    assert_eq!((last.text.as_str(), last.hook.unwrap().status), ("Good day", Some(200)));
}

#[tokio::test]
async fn consent_leads_back_with_a_code_that_works_or_with_a_refusal() {
    let world = World::new().await;
    let (status, html) = page(&world, &format!("/oauth?client_id={CLIENT}&state=s%22tate&mode=popup"), "en").await;
    assert_eq!(status, 200);
    assert!(html.contains(HOST) && html.contains("main"));
    assert_eq!(page(&world, "/oauth?client_id=none", "en").await.0, 404);
    let decide = async |choice: &str| {
        let answer = world
            .client
            .post(format!("{}/oauth", world.sandbox.url()))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(format!("client_id={CLIENT}&state=s%22tate&host={HOST}&choice={choice}"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 302);
        let url = url::Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
        url.query_pairs().into_owned().collect::<std::collections::HashMap<String, String>>()
    };
    let allowed = decide("allow").await;
    assert_eq!(
        (allowed["state"].as_str(), allowed["referer"].as_str(), allowed["platform"].as_str()),
        ("s\"tate", HOST, "1")
    );
    let (status, _) = world.token(json!({"grant_type": "authorization_code", "code": allowed["code"]})).await;
    assert_eq!(status, 200);
    let denied = decide("deny").await;
    assert_eq!(denied["error"], "access_denied");
    assert!(!denied.contains_key("code"));
}

#[tokio::test]
async fn the_event_stream_reports_a_change() {
    let world = World::connected().await;
    let url = format!("{}/accounts/{HOST}/events", world.sandbox.url());
    let mut stream = world.client.get(url).send().await.unwrap();
    assert!(stream.chunk().await.unwrap().unwrap().starts_with(b"event: change"));
    world.message(text("m-1", "Hello")).await;
    assert!(stream.chunk().await.unwrap().unwrap().starts_with(b"event: change"));
}
