//! The questions of a chat before the first message, the time when managers are away, and customers' origins.

use std::time::Duration;

use parom_tests::settings::HOST;
use parom_tests::{World, answer, both, once};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::{OnSite, SHOP, chat_with};

async fn the_first_message_says_who_writes(world: &mut World) {
    let settings = json!({"allowed_origins": [SHOP], "ask": ["phone", "name"], "consent_text": "I agree <b>"});
    let source = chat_with(world, settings).await;
    let anna = OnSite::new(&source);
    let look = anna.gets(world, "/look").await.is(200);
    assert_eq!((&look.json["ask"], &look.json["consent"]), (&json!(["name", "phone"]), &json!("I agree <b>")));
    let about = json!({"name": "Anna", "phone": "+7 915 111-22-33"});
    let visit = json!({"url": "https://shop.example/cart#pay", "title": "Cart", "referrer": "https://mail.example/x",
        "landing": "https://shop.example/?utm_source=mail&utm_campaign=summer"});
    let first = json!({"id": Uuid::new_v4(), "text": "Hello", "about": about, "visit": visit});
    assert_eq!(anna.posts(world, "/messages", first.clone()).await.is(422).wrong_fields(), ["/consent"]);
    let mut wrong = first.clone();
    wrong["consent"] = json!(true);
    wrong["about"]["phone"] = json!("call me");
    assert_eq!(anna.posts(world, "/messages", wrong.clone()).await.is(422).wrong_fields(), ["/about/phone"]);
    let russian = anna.request(world, Method::POST, "/messages").header("Accept-Language", "ru").json(&wrong);
    let said = answer(russian).await.is(422).text;
    assert!(said.contains("номер"), "the form shows it to the visitor: {said}");
    let mut agreed = first;
    agreed["consent"] = json!(true);
    anna.posts(world, "/messages", agreed).await.is(202);
    // Later ones are hers as well, and no question is asked again.
    let visit = json!({"url": "https://shop.example/help"});
    anna.posts(world, "/messages", json!({"id": Uuid::new_v4(), "text": "Still here", "visit": visit})).await.is(202);
    world.deliver_all().await;
    let there = world.sandbox.messages(HOST);
    assert_eq!(there.len(), 2);
    for (message, page) in there.iter().zip(["https://shop.example/cart", "https://shop.example/help"]) {
        let sender = &message.payload["sender"];
        assert_eq!((sender["name"].as_str(), sender["profile_link"].as_str()), (Some("Anna"), Some(page)), "{sender}");
        assert_eq!(sender["profile"]["phone"], "+7 915 111-22-33");
    }
    let conversation = world.messages().await[0].conversation_id;
    let panel = world.panel(world.active(HOST).await).await;
    panel.opens(&format!("/panel/conversations/{conversation}")).await.is(200).says(&[
        "Cart – https://shop.example/cart",
        "https://shop.example/help",
        "https://mail.example/x",
        "campaign: summer, source: mail",
        "Agreed to the chat’s terms",
    ]);
}

/// The same without scripts.
async fn a_form_asks_and_keeps_what_was_typed(world: &mut World) {
    let source = chat_with(world, json!({"ask": ["email"], "consent_text": "I agree"})).await;
    let visitor = world.visitor();
    let page = visitor.opens(&format!("/chat/{source}")).await.is(200);
    page.says(&["E-mail", "I agree", "name=\"consent\""]);
    let id = page.field("id");
    let path = format!("/chat/{source}/messages");
    let refused = visitor.sends(&path, &[("id", &id), ("text", "Hello"), ("email", "anna@example.com")]).await.is(422);
    refused.says(&["the chat needs your consent first", "value=\"anna@example.com\"", ">\nHello</textarea>"]);
    let id = refused.field("id");
    let fields = [("id", id.as_str()), ("text", "Hello"), ("email", "anna@example"), ("consent", "1")];
    visitor.sends(&path, &fields).await.is(422).says(&["an e-mail address looks like anna@example.com"]);
    let fields = [("id", id.as_str()), ("text", "Hello"), ("email", "anna@example.com"), ("consent", "1")];
    let shown = visitor.does(&path, &fields).await;
    shown.never_says(&["name=\"consent\"", "name=\"email\""]);
    world.deliver_all().await;
    assert_eq!(world.sandbox.messages(HOST)[0].payload["sender"]["profile"]["email"], "anna@example.com");
}

/// Frozen clocks begin on a Friday at noon in Moscow.
async fn the_chat_announces_that_it_is_outside_working_hours(world: &mut World) {
    let hours = json!({"time_zone": "Europe/Moscow", "hours": ["mon-fri 09:00-18:00"], "text": "We sleep & dream"});
    let source = chat_with(world, json!({"allowed_origins": [SHOP], "working_hours": hours})).await;
    let anna = OnSite::new(&source);
    let away = async |world: &World| anna.gets(world, "/look").await.is(200).text_at("/away");
    let page = async |world: &World| answer(world.api.anonymous(Method::GET, &anna.chat)).await.is(200);
    assert_eq!(away(world).await, "");
    page(world).await.never_says(&["We sleep"]);
    world.advance(Duration::from_secs(6 * 3600));
    assert_eq!(away(world).await, "We sleep & dream");
    let status = anna.gets(world, "/look").await.is(200).text_at("/status");
    assert_eq!(status, "Back on Monday at 09:00", "from Friday evening");
    page(world).await.says(&["We sleep &#38; dream"]);
    // What is written meanwhile comes in all the same.
    anna.writes(world, "Good night").await.is(202);
    world.deliver_all().await;
    let path = format!("/api/v1/sources/{source}");
    world.api.patch(&path, &json!({"paused": true})).await.is(200);
    assert!(away(world).await.contains("being set up"));
    let hours = json!({"time_zone": "Moscow", "hours": ["always"]});
    let wrong = world.api.patch(&path, &json!({"settings": {"working_hours": hours, "color": "red"}})).await.is(422);
    assert_eq!(
        wrong.wrong_fields(),
        ["/settings/color", "/settings/working_hours/hours/0", "/settings/working_hours/time_zone"]
    );
}

both!(the_first_message_says_who_writes);
once!(a_form_asks_and_keeps_what_was_typed, the_chat_announces_that_it_is_outside_working_hours);
