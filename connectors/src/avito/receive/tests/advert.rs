//! The advert above a chat's first message.

use super::*;

const ABOUT: &str = "[Advert] Диван синий, 30 000 ₽\nhttps://avito.ru/moskva/mebel_i_interer/divan_siniy_3344556677";

/// The same sample as another message.
fn another(name: &str, id: &str) -> String {
    let mut body = fixture(name);
    body["payload"]["value"]["id"] = json!(id);
    body.to_string()
}

async fn read(avito: &Avito, body: &str) -> IncomingMessage {
    let events = receive(avito, &settings(), body.as_bytes(), Words::new(Language::En)).await.unwrap();
    message(events.into_iter().next().unwrap())
}

fn text(written: &IncomingMessage) -> &str {
    match &written.body.content {
        Content::Text { text } => text,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_advert_is_shown_above_the_first_message_only() {
    let fake = Fake::start().await;
    let avito = fake.avito();
    let first = read(&avito, &body("hook_text")).await;
    assert_eq!(text(&first), format!("{ABOUT}\n\nЕщё продаёте?"));
    assert_eq!(first.body.above.as_deref(), Some(ABOUT), "so that quotes of it leave it out");
    let again = read(&avito, &body("hook_text")).await;
    assert_eq!(text(&again), text(&first), "the same post again is the same message");
    let second = read(&avito, &another("hook_text", "second")).await;
    assert_eq!((text(&second), second.body.above.as_deref()), ("Ещё продаёте?", None));
    let whats = fake.whats();
    assert_eq!(whats.len(), 2, "a chat is described once: {whats:?}");
    assert!(whats.iter().any(|what| *what == format!("GET /messenger/v2/accounts/{SELLER}/chats/{CHAT}")));
    let list = format!("GET /messenger/v3/accounts/{SELLER}/chats/{CHAT}/messages/?limit=30");
    assert!(whats.contains(&list), "{whats:?}");
}

#[tokio::test]
async fn it_is_the_caption_of_what_is_no_text() {
    let read_first = |name: &'static str| async move {
        let fake = Fake::start().await;
        fake.next("/messages/", 200, json!([]));
        read(&fake.avito(), &body(name)).await.body
    };
    let picture = read_first("hook_image").await;
    assert_eq!(picture.content.media().unwrap().text.as_deref(), Some(ABOUT));
    let place = read_first("hook_location").await;
    assert_eq!(place.caption, Some(format!("{ABOUT}\n\nМосква, Варшавское шоссе")));
}

#[tokio::test]
async fn a_chat_that_began_before_the_source_has_it_above_the_first_message_that_came() {
    let earlier = |created: i64| {
        let mut list = fixture("api_messages");
        list[3]["created"] = json!(created);
        list[3]["id"] = json!("earlier");
        list
    };
    for (created, shown) in [(1_699_999_999, true), (1_700_000_000, false)] {
        let fake = Fake::start().await;
        fake.next("/messages/", 200, earlier(created));
        let written = read(&fake.avito(), &body("hook_text")).await;
        assert_eq!(text(&written).starts_with(ABOUT), shown, "{created}");
    }
}

#[tokio::test]
async fn a_chat_without_an_advert_has_none() {
    let fake = Fake::start().await;
    fake.next("/v2/", 200, fixture("api_chat_of_profile"));
    assert_eq!(text(&read(&fake.avito(), &body("hook_profile_chat")).await), "Вы до скольки работаете?");
}

#[tokio::test]
async fn a_message_does_not_wait_for_it_and_the_next_one_has_it() {
    for broken in ["/v2/", "/v3/", "/token"] {
        let fake = Fake::start().await;
        let avito = fake.avito();
        fake.next(broken, 503, json!({}));
        assert_eq!(text(&read(&avito, &body("hook_text")).await), "Ещё продаёте?", "{broken}");
        let next = read(&avito, &another("hook_text", "second")).await;
        assert_eq!(text(&next), format!("{ABOUT}\n\nЕщё продаёте?"), "{broken}");
        let third = read(&avito, &another("hook_text", "third")).await;
        assert_eq!(text(&third), "Ещё продаёте?", "{broken}");
    }
}
