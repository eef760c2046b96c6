//! What a bot may not do, and the words in which Telegram says so.

use serde_json::{Value, json};
use simulator::telegram::{Act, Content, Given, GroupKind, NewBot, NewGroup, NewPerson};

use super::{World, bad};

const PICTURE: &[u8] = include_bytes!("../../../assets/samples/picture.png");
const FILM: &[u8] = include_bytes!("../../../assets/samples/clip.mp4");

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
    world.telegram().renew_token(world.bot.id);
    assert_eq!(world.refused("getMe", json!({})).await, (401, "Unauthorized".to_owned()));
}

#[tokio::test]
async fn texts_are_measured_in_utf_16_after_parsing() {
    let world = World::started().await;
    let text = |text: String| json!({"chat_id": world.maria, "text": text, "parse_mode": "HTML"});
    world.ok("sendMessage", text("a".repeat(4096))).await;
    world.ok("sendMessage", text("👋".repeat(2048))).await;
    assert_eq!(world.refused("sendMessage", text("👋".repeat(2049))).await, bad("message is too long"));
    let bold = world.ok("sendMessage", text(format!("<b>{}</b>", "a".repeat(4096)))).await;
    assert_eq!(bold["entities"][0]["length"], 4096);
}

#[tokio::test]
async fn every_wrong_call_is_refused_in_telegrams_words() {
    let world = World::started().await;
    let (maria, base) = (world.maria, world.telegram().base_url());
    let theirs = world.maria().writes("The blue one, please").unwrap();
    let own = world.ok("sendMessage", json!({"chat_id": maria, "text": "Hello"})).await["message_id"].clone();
    let stranger = world.telegram().add_person(NewPerson::default());
    let many: Vec<i64> = (1..=101).collect();
    let data = json!({"inline_keyboard": [[{"text": "Да", "callback_data": "ж".repeat(33)}]]});
    let quote = json!({"message_id": theirs, "quote": "red one"});
    let heart = json!([{"type": "emoji", "emoji": "❤\u{fe0f}"}]);
    for (method, params, words) in [
        ("editMessageText", json!({"message_id": own, "text": "Hello"}), "message is not modified"),
        ("editMessageText", json!({"message_id": theirs, "text": "x"}), "message can't be edited"),
        ("editMessageText", json!({"message_id": 999, "text": "x"}), "message to edit not found"),
        (
            "editMessageCaption",
            json!({"message_id": own, "caption": "x"}),
            "there is no caption in the message to edit",
        ),
        ("deleteMessage", json!({"message_id": 999}), "message to delete not found"),
        ("deleteMessages", json!({"message_ids": many}), "too many message identifiers specified"),
        ("copyMessage", json!({"from_chat_id": maria, "message_id": 999}), "message to copy not found"),
        ("forwardMessage", json!({"from_chat_id": maria, "message_id": 999}), "message to forward not found"),
        ("sendMessage", json!({"text": " \n "}), "message text is empty"),
        ("sendMessage", json!({"text": "5 < 6", "parse_mode": "HTML"}), "can't parse entities"),
        ("sendMessage", json!({"text": "x", "reply_markup": data}), "BUTTON_DATA_INVALID"),
        ("sendMessage", json!({"text": "x", "reply_parameters": quote}), "QUOTE_TEXT_INVALID"),
        (
            "sendMessage",
            json!({"text": "x", "reply_parameters": {"message_id": 999}}),
            "message to be replied not found",
        ),
        ("sendMessage", json!({"text": "x", "chat_id": stranger}), "chat not found"),
        ("sendMessage", json!({"text": "x", "chat_id": "@nobody"}), "chat not found"),
        ("sendMessage", json!({"text": "x", "business_connection_id": "made up"}), "business connection not found"),
        ("answerCallbackQuery", json!({"callback_query_id": "1"}), "query is too old and response timeout expired"),
        ("sendChatAction", json!({"action": "sleeping"}), "wrong parameter action in request"),
        (
            "sendContact",
            json!({"phone_number": "+7900", "first_name": "Oleg", "vcard": "x".repeat(2049)}),
            "CONTACT_VCARD_TOO_LONG",
        ),
        ("setMessageReaction", json!({"message_id": theirs, "reaction": heart}), "REACTION_INVALID"),
        ("setMessageReaction", json!({"message_id": 999, "reaction": []}), "message to react not found"),
        ("sendPhoto", json!({}), "there is no photo in the request"),
        ("sendPhoto", json!({"photo": format!("{base}/nothing")}), "failed to get HTTP URL content"),
        ("sendPhoto", json!({"photo": format!("{base}/static/phone.css")}), "wrong type of the web page content"),
        ("sendPhoto", json!({"photo": "ftp://acme.test/x.png"}), "wrong HTTP URL specified"),
        ("sendPhoto", json!({"photo": "no/address"}), "wrong file identifier/HTTP URL specified"),
        ("getFile", json!({"file_id": "made up"}), "invalid file_id"),
        ("sendPoll", json!({"question": "When?", "options": ["Now"]}), "poll must have at least 2 option"),
        ("sendDice", json!({"emoji": "👋"}), "wrong dice emoji"),
        (
            "sendMessage",
            json!({"text": "5.0", "parse_mode": "MarkdownV2"}),
            "can't parse entities: Character '.' is reserved",
        ),
        ("setWebhook", json!({"url": "http://acme.test/"}), "bad webhook: An HTTPS URL must be provided for webhook"),
        ("setWebhook", json!({"url": "https://acme.test:9/"}), "bad webhook: Webhook can be set up only on ports"),
        ("getUserProfilePhotos", json!({"user_id": 1}), "user not found"),
    ] {
        let mut call = json!({"chat_id": maria});
        call.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
        let (code, told) = world.refused(method, call).await;
        assert!(code == 400 && told.starts_with(&format!("Bad Request: {words}")), "{method} {params}: {told}");
    }
    world.stage.advance(48 * 3600).await;
    let late = world.refused("deleteMessage", json!({"chat_id": maria, "message_id": own})).await;
    assert_eq!(late, bad("message can't be deleted for everyone"));
}

#[tokio::test]
async fn chats_that_cannot_be_written_to_say_why() {
    let world = World::started().await;
    let (telegram, bot, maria) = (world.telegram(), world.bot.id, world.maria);
    let say = |chat: i64| json!({"chat_id": chat, "text": "Hi"});
    let forbidden = async |params: Value, words: &str| {
        assert_eq!(world.refused("sendMessage", params).await, (403, format!("Forbidden: {words}")));
    };
    forbidden(say(telegram.add_bot(NewBot::default()).id), "bot can't send messages to bots").await;
    let (title, kind, members) = ("Delivery 77".to_owned(), GroupKind::Forum, vec![maria, bot]);
    let group = telegram.add_group(NewGroup { id: None, title, kind, members });
    let topic = json!({"chat_id": group, "text": "Hi", "message_thread_id": 14});
    assert_eq!(world.refused("sendMessage", topic.clone()).await, bad("message thread not found"));
    telegram.in_topic(maria, group, 14).writes("/hi").unwrap();
    world.ok("sendMessage", topic).await;
    world.maria().blocks().unwrap();
    forbidden(say(maria), "bot was blocked by the user").await;
    assert!(world.maria().writes("Hi").is_err(), "who blocked a bot can't write to it");
    telegram.act(Act::own("delete_account").who(maria)).unwrap();
    forbidden(say(maria), "user is deactivated").await;
}

/// The answer to a multipart call with the chat, these fields and a file named like its part.
async fn upload(world: &World, method: &str, fields: &[[&str; 2]], file: (&str, &[u8])) -> Value {
    let part = |name: &str, more: &str, bytes: &[u8]| {
        let head = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n");
        [head.as_bytes(), bytes, b"\r\n"].concat()
    };
    let mut body = part("chat_id", "", world.maria.to_string().as_bytes());
    for [name, value] in fields {
        body.extend(part(name, "", value.as_bytes()));
    }
    body.extend(part(file.0, &format!("; filename=\"{}.mp4\"", file.0), file.1));
    body.extend(b"--edge--\r\n");
    let call = world.stage.http.post(world.url(method)).header("Content-Type", "multipart/form-data; boundary=edge");
    call.body(body).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn files_that_are_not_what_the_method_sends() {
    let world = World::started().await;
    let mut long = PICTURE.to_vec();
    long[16..24].copy_from_slice(&[0, 0, 0x20, 0, 0, 0, 0, 100]);
    let mut large = PICTURE.to_vec();
    large.resize(10 * 1024 * 1024 + 1, 0);
    let words = "file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes";
    for (method, field, bytes, words) in [
        ("sendPhoto", "photo", &b"<html>"[..], "IMAGE_PROCESS_FAILED"),
        ("sendPhoto", "photo", &b""[..], "file must be non-empty"),
        ("sendPhoto", "photo", &long[..], "PHOTO_INVALID_DIMENSIONS"),
        ("sendPhoto", "photo", &large[..], words),
        ("sendSticker", "sticker", PICTURE, "wrong file type"),
    ] {
        let told = upload(&world, method, &[], (field, bytes)).await;
        assert_eq!(told["description"], format!("Bad Request: {words}"));
    }
    large.resize(52 * 1024 * 1024, 0);
    let told = upload(&world, "sendDocument", &[], ("document", &large)).await;
    assert_eq!(told["description"], "Request Entity Too Large");
    let found = upload(&world, "sendDocument", &[], ("document", FILM)).await;
    assert!(found["result"].get("video").is_some(), "Telegram looks at documents");
    for (count, is_fine) in [(512, true), (513, false)] {
        let caption = "👋".repeat(count);
        let sent = upload(&world, "sendPhoto", &[["caption", caption.as_str()]], ("photo", PICTURE)).await;
        assert_eq!(sent["ok"], is_fine, "captions have a limit of their own");
    }
}

#[tokio::test]
async fn files_of_customers_are_loaded_within_an_hour() {
    let world = World::started().await;
    let file = Given::bytes("Договор №7.pdf", "application/pdf", &b"%PDF-1.4 whole"[..]);
    world.maria().sends(Content::of("document").file(file)).unwrap();
    let file_id = world.latest().await["message"]["document"]["file_id"].as_str().unwrap().to_owned();
    let path = world.ok("getFile", json!({"file_id": file_id})).await["file_path"].as_str().unwrap().to_owned();
    let load = async |token: &str| {
        let url = format!("{}/file/bot{token}/{path}", world.telegram().base_url());
        world.stage.http.get(url).send().await.unwrap().status().as_u16()
    };
    assert_eq!((load(&world.bot.token).await, load("1:x").await), (200, 404));
    world.stage.advance(3_600).await;
    assert_eq!(load(&world.bot.token).await, 404);
    let huge = Given::sample().with("is_nameless", true).with("size", 20 * 1024 * 1024 + 1);
    world.maria().sends(Content::of("document").file(huge)).unwrap();
    let huge = world.latest().await["message"]["document"]["file_id"].clone();
    assert_eq!(world.refused("getFile", json!({"file_id": huge})).await, bad("file is too big"));
}
