//! What a bot may send, and what Telegram says where it may not.

use serde_json::{Value, json};
use simulator::telegram::{Act, Author, NewBot, NewPerson};

use super::{World, bad};

fn to(world: &World, more: Value) -> Value {
    let mut params = json!({"chat_id": world.maria});
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

#[tokio::test]
async fn tokens_and_methods_are_looked_at() {
    let world = World::started().await;
    let base = world.telegram().base_url();
    let secret = world.bot.token.split_once(':').unwrap().1;
    for (path, status, words) in [
        ("bot123/getMe".to_owned(), 404, "Not Found"),
        (format!("bot{}:{}/getMe", world.bot.id, "A".repeat(35)), 401, "Unauthorized"),
        (format!("bot{}:{secret}/getNothing", world.bot.id), 404, "Not Found"),
    ] {
        let answer = world.stage.http.get(format!("{base}/{path}")).send().await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body, json!({"ok": false, "error_code": status, "description": words}));
    }
    assert_eq!(world.ok("GETME", json!({})).await["username"], "acme_support_bot");
    let renewed = world.telegram().renew_token(world.bot.id);
    assert_eq!(world.refused("getMe", json!({})).await, (401, "Unauthorized".to_owned()));
    let answer = world.stage.http.get(format!("{base}/bot{renewed}/getMe")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn query_form_json_and_multipart_mean_the_same() {
    let world = World::started().await;
    let markup = r#"{"inline_keyboard":[[{"text":"Yes","callback_data":"1"}]]}"#;
    let chat = world.maria.to_string();
    let fields = [("chat_id", chat.as_str()), ("text", "Hi"), ("reply_markup", markup)];
    let query = url(&fields);
    world.stage.http.get(format!("{}?{query}", world.url("sendMessage"))).send().await.unwrap();
    let form =
        world.stage.http.post(world.url("sendMessage")).header("Content-Type", "application/x-www-form-urlencoded");
    form.body(query).send().await.unwrap();
    let part = |(name, value): &(&str, &str)| {
        format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body = fields.iter().map(part).collect::<String>() + "--edge--\r\n";
    let parts =
        world.stage.http.post(world.url("sendMessage")).header("Content-Type", "multipart/form-data; boundary=edge");
    parts.body(body).send().await.unwrap();
    let inline: Value = serde_json::from_str(markup).unwrap();
    world.ok("sendMessage", to(&world, json!({"text": "Hi", "reply_markup": inline}))).await;
    let sent = world.telegram().sent(world.bot.id);
    assert_eq!(sent.len(), 4);
    assert!(sent.iter().all(|one| one.text == "Hi" && one.buttons[0][0].payload.as_deref() == Some("1")), "{sent:?}");
}

fn url(fields: &[(&str, &str)]) -> String {
    let escaped = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect::<Vec<_>>().join("&")
}

#[tokio::test]
async fn texts_are_measured_in_utf_16_after_parsing() {
    let world = World::started().await;
    let text = |text: String| to(&world, json!({"text": text}));
    world.ok("sendMessage", text("a".repeat(4096))).await;
    world.ok("sendMessage", text("👋".repeat(2048))).await;
    assert_eq!(world.refused("sendMessage", text("👋".repeat(2049))).await, bad("message is too long"));
    assert_eq!(world.refused("sendMessage", text(" \n ".to_owned())).await, bad("message text is empty"));
    assert_eq!(world.refused("sendMessage", text(String::new())).await, bad("message text is empty"));
    let bold = to(&world, json!({"text": format!("<b>{}</b>", "a".repeat(4096)), "parse_mode": "HTML"}));
    assert_eq!(world.ok("sendMessage", bold).await["entities"][0]["length"], 4096);
    let broken = to(&world, json!({"text": "5 < 6", "parse_mode": "HTML"}));
    assert!(world.refused("sendMessage", broken).await.1.starts_with("Bad Request: can't parse entities"));
    let entity = json!([{"offset": 2, "length": 2, "type": "bold"}]);
    let kept = world.ok("sendMessage", to(&world, json!({"text": "  ab", "entities": entity}))).await;
    assert_eq!((&kept["text"], &kept["entities"][0]["offset"]), (&json!("ab"), &json!(0)));
}

#[tokio::test]
async fn chats_that_cannot_be_written_to_say_why() {
    let world = World::started().await;
    let stranger = world.telegram().add_person(NewPerson::default());
    let other = world.telegram().add_bot(NewBot::default());
    let say = |chat: Value| json!({"chat_id": chat, "text": "Hi"});
    assert_eq!(world.refused("sendMessage", say(json!(stranger))).await, bad("chat not found"));
    assert_eq!(world.refused("sendMessage", say(json!("@nobody"))).await, bad("chat not found"));
    assert_eq!(world.refused("sendMessage", say(json!(-1_009_999_999_999_i64))).await, bad("chat not found"));
    assert_eq!(world.refused("sendMessage", json!({"text": "Hi"})).await, bad("chat_id is empty"));
    let words = "Forbidden: bot can't send messages to bots".to_owned();
    assert_eq!(world.refused("sendMessage", say(json!(other.id))).await, (403, words));
    world.maria().blocks().unwrap();
    let words = "Forbidden: bot was blocked by the user".to_owned();
    assert_eq!(world.refused("sendMessage", say(json!(world.maria))).await, (403, words));
    assert!(world.maria().writes("Hi").is_err(), "who blocked a bot can't write to it");
    world.maria().starts("again").unwrap();
    world.ok("sendMessage", say(json!(world.maria.to_string()))).await;
    world.telegram().act(Act::own("delete_account").who(world.maria)).unwrap();
    let words = "Forbidden: user is deactivated".to_owned();
    assert_eq!(world.refused("sendMessage", say(json!(world.maria))).await, (403, words));
}

#[tokio::test]
async fn quotes_are_found_or_left_out() {
    let world = World::started().await;
    let asked = world.maria().writes("The blue one, please").unwrap();
    let reply = |parameters: Value| to(&world, json!({"text": "Yes", "reply_parameters": parameters}));
    let sent = world.ok("sendMessage", reply(json!({"message_id": asked, "quote": "blue one"}))).await;
    assert_eq!(sent["reply_to_message"]["text"], "The blue one, please");
    assert_eq!((&sent["quote"]["text"], &sent["quote"]["position"]), (&json!("blue one"), &json!(4)));
    let wrong = reply(json!({"message_id": asked, "quote": "red one"}));
    assert_eq!(world.refused("sendMessage", wrong).await, bad("QUOTE_TEXT_INVALID"));
    assert_eq!(
        world.refused("sendMessage", reply(json!({"message_id": 999}))).await,
        bad("message to be replied not found")
    );
    let sent = world.ok("sendMessage", reply(json!({"message_id": 999, "allow_sending_without_reply": true}))).await;
    assert!(sent.get("reply_to_message").is_none());
}

#[tokio::test]
async fn buttons_come_back_and_answers_come_too_late() {
    let world = World::started().await;
    let markup = json!({"inline_keyboard": [[{"text": "Yes", "callback_data": "b:1:0:0"}], [{"text": "Shop", "url": "https://acme.test"}]]});
    let sent = world.ok("sendMessage", to(&world, json!({"text": "Well?", "reply_markup": markup}))).await;
    let id = sent["message_id"].as_i64().unwrap();
    let query = world.maria().presses(id, "Yes").unwrap();
    assert!(world.maria().presses(id, "Shop").is_err(), "a link is no query");
    let update = world.latest().await;
    assert_eq!(
        (&update["callback_query"]["data"], &update["callback_query"]["id"]),
        (&json!("b:1:0:0"), &json!(query.as_str()))
    );
    world.ok("answerCallbackQuery", json!({"callback_query_id": query.as_str(), "text": "Done"})).await;
    assert_eq!(world.telegram().notices(world.bot.id)[0].text, "Done");
    let late = world.maria().presses(id, "Yes").unwrap();
    world.stage.advance(61).await;
    let words = bad("query is too old and response timeout expired or query ID is invalid");
    assert_eq!(world.refused("answerCallbackQuery", json!({"callback_query_id": late.as_str()})).await, words);
    assert_eq!(world.refused("answerCallbackQuery", json!({"callback_query_id": "1"})).await, words);
    let data = json!({"inline_keyboard": [[{"text": "Да", "callback_data": "ж".repeat(33)}]]});
    let wrong = to(&world, json!({"text": "Well?", "reply_markup": data}));
    assert_eq!(world.refused("sendMessage", wrong).await, bad("BUTTON_DATA_INVALID"));
}

#[tokio::test]
async fn places_contacts_actions_and_reactions() {
    let world = World::started().await;
    let asked = world.maria().writes("Where are you?").unwrap();
    world.ok("sendChatAction", to(&world, json!({"action": "typing"}))).await;
    assert_eq!(world.telegram().activities(world.bot.id)[0].1, "typing");
    let wrong = world.refused("sendChatAction", to(&world, json!({"action": "sleeping"}))).await;
    assert_eq!(wrong, bad("wrong parameter action in request"));
    world.ok("sendLocation", to(&world, json!({"latitude": 55.7, "longitude": 37.6}))).await;
    let venue = json!({"latitude": 55.7, "longitude": 37.6, "title": "Acme", "address": "Lenina 1"});
    assert_eq!(world.ok("sendVenue", to(&world, venue)).await["location"]["latitude"], 55.7);
    let contact = to(&world, json!({"phone_number": "+7900", "first_name": "Oleg", "vcard": "x".repeat(2049)}));
    assert_eq!(world.refused("sendContact", contact).await, bad("CONTACT_VCARD_TOO_LONG"));
    world.ok("sendContact", to(&world, json!({"phone_number": "+7900", "first_name": "Oleg"}))).await;
    let react = |emoji: &str| to(&world, json!({"message_id": asked, "reaction": [{"type": "emoji", "emoji": emoji}]}));
    world.ok("setMessageReaction", react("❤")).await;
    assert_eq!(world.telegram().history(world.bot.id, world.maria)[1].reactions[&Author::Line], ["❤"]);
    assert_eq!(world.refused("setMessageReaction", react("❤\u{fe0f}")).await, bad("REACTION_INVALID"));
    world.ok("setMessageReaction", to(&world, json!({"message_id": asked, "reaction": []}))).await;
    assert!(world.telegram().history(world.bot.id, world.maria)[1].reactions.is_empty());
    let gone = to(&world, json!({"message_id": 999, "reaction": []}));
    assert_eq!(world.refused("setMessageReaction", gone).await, bad("message to react not found"));
}
