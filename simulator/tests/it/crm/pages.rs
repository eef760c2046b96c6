//! Pages for people.

use serde_json::{Value, json};

use crate::crm::caller::{HOST, World, text};

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

/// What people see of an account costs the same however much is in it: newest first, with a way to the rest.
#[tokio::test]
async fn a_busy_accounts_pages_are_bounded() {
    let world = World::connected().await;
    for at in 0..330 {
        let mut message = text(&format!("m-{at}"), "Hello");
        if at < 130 {
            message["conversation_id"] = json!(format!("conv-{at}"));
            message["sender"]["id"] = json!(format!("user-{at}"));
        }
        assert_eq!(world.message(message).await.0, 200);
        world.sandbox.add_contact(HOST, "Ann", Some(&format!("+7999000{at:04}")), None);
    }
    let chats = world.sandbox.chats(HOST);
    let busy = chats.iter().find(|chat| chat.conversation_id.as_deref() == Some("conv-77")).unwrap();
    assert_eq!(busy.messages, 201);
    let (_, html) = page(&world, &format!("/accounts/{HOST}/?chat={}", busy.id), "en").await;
    let counts =
        ["class=\"bubble", "class=\"name\"", "<option value=\"+", "numbers\">"].map(|part| html.matches(part).count());
    assert_eq!(counts, [200, 100, 100, 150], "messages, chats, phones, requests");
    for (at, count, older) in [(0, 50, true), (1, 50, true), (2, 30, false)] {
        let (_, html) = page(&world, &format!("/accounts/{HOST}/leads?page={at}"), "en").await;
        assert_eq!((html.matches("data-lead=").count(), html.contains("Older")), (count, older), "page {at}");
    }
}
