//! A bot written with aiogram against the simulated Telegram (`simulator`): what the one says, the other remembers.

use serde_json::{Value, json};
use simulator::telegram::{Act, Author, Content, Fault, Given, NewBot, NewPerson, Options, Telegram};

use super::{Client, folder, installed};

struct Stage {
    telegram: Telegram,
    bot: i64,
    maria: i64,
    client: Client,
}

/// A Telegram by the machine's clock, a customer who pressed Start, and the bot at work.
async fn stage(mode: &str) -> Option<Stage> {
    let python = installed("PAROM_TEST_PYTHON")?;
    base::http_client::install_crypto_provider();
    let telegram = Telegram::start(Options::default()).await.unwrap();
    let bot = telegram.add_bot(NewBot::default());
    let maria = telegram.add_person(NewPerson::default());
    let stranger = telegram.add_person(NewPerson::default());
    telegram.customer(maria, bot.id).starts("").unwrap();
    // Updates that wait for a webhook must not arrive before the bot has registered it.
    telegram.hold_hooks(true);
    let files = folder("").join("../../simulator/assets/samples");
    let (chat, stranger) = (maria.to_string(), stranger.to_string());
    let given = [
        ("base", telegram.base_url()),
        ("token", &bot.token),
        ("chat", &chat),
        ("stranger", &stranger),
        ("files", files.to_str().unwrap()),
        ("mode", mode),
    ];
    let client = Client::start(&python, &folder("python"), "telegram_bot.py", &given);
    Some(Stage { telegram, bot: bot.id, maria, client })
}

/// One of everything, and how the bot should name it.
fn everything() -> Vec<(&'static str, Content)> {
    let of = |kind: &'static str, fields: Value| {
        let fields = fields.as_object().unwrap().clone();
        let content = fields.into_iter().fold(Content::of(kind), |content, (name, value)| content.with(&name, value));
        (kind, content)
    };
    let plain = |kind: &'static str| (kind, Content::of(kind));
    let news = json!({"id": -1_001_122_334_455_i64, "title": "Acme news"});
    let venue = json!({"latitude": 55.75, "longitude": 37.62, "title": "Acme", "address": "Lenina 1"});
    vec![
        ("text", Content::text("Здравствуйте! 👋 https://acme.test")),
        ("photo", Content::of("photo").saying("Вот такой")),
        plain("video"),
        plain("animation"),
        plain("audio"),
        plain("voice"),
        plain("video_note"),
        ("document", Content::of("document").file(Given::sample().named("Договор №7.pdf"))),
        plain("live_photo"),
        of("sticker", json!({"emoji": "👍", "form": "static"})),
        of("sticker", json!({"emoji": "👍", "form": "animated"})),
        of("sticker", json!({"emoji": "👍", "form": "video"})),
        of("location", json!({"latitude": 55.75, "longitude": 37.62, "live_period": 900})),
        of("venue", venue),
        ("contact", Content::of("own_contact")),
        of("poll", json!({"question": "Когда?", "options": ["Утром", "Днём"]})),
        of("dice", json!({"emoji": "🎲", "value": 4})),
        of("story", json!({"chat": news, "id": 15})),
        of("paid_media", json!({"stars": 25})),
        of("checklist", json!({"title": "Купить", "tasks": ["Диван"]})),
        of("rich_message", json!({"blocks": [{"type": "paragraph", "text": "Заказ"}]})),
    ]
}

/// The customer does everything once; the bot prints each update on a line.
async fn customer_is_heard(stage: &mut Stage) {
    for (kind, content) in everything() {
        let id = stage.telegram.customer(stage.maria, stage.bot).sends(content).unwrap();
        let heard = stage.client.line().await["message"].take();
        assert_eq!((&heard["kind"], &heard["id"]), (&json!(kind), &json!(id)));
        let history = stage.telegram.history(stage.bot, stage.maria);
        let file = history.last().unwrap().files.first().cloned();
        if let Some(file) = file.filter(|_| heard["size"].is_i64()) {
            assert_eq!(heard["size"], json!(file.bytes.len()), "{kind}");
        }
    }
    let maria = stage.telegram.customer(stage.maria, stage.bot);
    let sent = maria.sends_album(vec![Content::of("photo").saying("Два"), Content::of("photo")]).unwrap();
    let (one, two) = (stage.client.line().await, stage.client.line().await);
    assert!(one["album"].is_string() && one["album"] == two["album"], "{one} {two}");
    maria.replies(sent[0], "Этот").unwrap();
    assert_eq!(stage.client.line().await["message"]["reply_to"], json!(sent[0]));
    let forward = json!({"hidden": {"name": "Петя ★"}});
    maria.sends_with(Content::text("Адрес"), |act| act.with("forward", forward)).unwrap();
    assert_eq!(stage.client.line().await["message"]["origin"], "hidden_user");
    let text = maria.writes("Синий").unwrap();
    stage.client.line().await;
    maria.edits(text, "Зелёный").unwrap();
    assert_eq!(stage.client.line().await, json!({"edited": "Зелёный", "id": text}));
    maria.reacts(text, "👍").unwrap();
    assert_eq!(stage.client.line().await, json!({"reaction": ["👍"], "id": text}));
    maria.blocks().unwrap();
    assert_eq!(stage.client.line().await, json!({"member": "kicked"}));
    maria.unblocks().unwrap();
    assert_eq!(stage.client.line().await, json!({"member": "member"}));
}

#[tokio::test]
async fn a_bot_of_aiogram_sends_everything_and_polls() {
    let Some(mut stage) = stage("polling").await else {
        return;
    };
    let line = stage.client.line().await;
    assert_eq!(line["me"], "acme_support_bot");
    let sent = stage.telegram.sent(stage.bot);
    let seen: Vec<Value> = sent.iter().map(|one| json!([one.kind, one.id])).collect();
    let named: Vec<Value> = line["sent"].as_object().unwrap().values().cloned().collect();
    assert!(named.iter().all(|one| seen.contains(one)), "{named:?} {seen:?}");
    assert_eq!((named.len(), sent[0].text.as_str()), (19, "<b>Добрый</b> день & 👋"));
    assert_eq!((sent[1].text.as_str(), &sent[1].json["entities"][0]["type"]), ("Добрый день", &json!("bold")));
    assert_eq!(sent[14].json["media_group_id"], sent[15].json["media_group_id"]);
    let document = sent[9].files[0].clone();
    assert_eq!(&document.bytes[..4], b"%PDF");
    assert_eq!((sent[18].reply_to.as_ref(), &sent[18].json["quote"]["text"]), (Some(&sent[0].id), &json!("день")));

    stage.client.say("go").await;
    assert_eq!(stage.client.line().await, json!({"changed": true}));
    let sent = stage.telegram.sent(stage.bot);
    assert_eq!((sent[0].text.as_str(), sent[3].text.as_str()), ("Добрый вечер", "Диван, синий"));
    assert_eq!((sent[4].kind.as_str(), sent[2].buttons[0][0].text.as_str()), ("photo", "Нет"));
    assert!(sent[7].is_removed && sent[12].is_removed && sent[13].is_removed);
    let history = stage.telegram.history(stage.bot, stage.maria);
    assert_eq!(history[0].reactions[&Author::Line], ["❤"]);
    assert_eq!(stage.telegram.activities(stage.bot)[0].1, "typing");

    stage.telegram.faults().next("sendMessage", 1, Fault::TooMany { retry_after: Some(7) });
    stage.client.say("go").await;
    let met = stage.client.line().await["refusals"].take();
    assert_eq!(met["retry_after"], 7);
    for (name, words) in [
        ("long", "TelegramBadRequest: Bad Request: message is too long"),
        ("stranger", "TelegramBadRequest: Bad Request: chat not found"),
        ("gone", "TelegramBadRequest: Bad Request: invalid file_id"),
    ] {
        assert_eq!(met[name], words, "{name}");
    }
    assert!(met["same"].as_str().unwrap().contains("message is not modified"), "{met}");

    assert_eq!(stage.client.line().await["message"]["text"], "/start");
    customer_is_heard(&mut stage).await;
    stage.telegram.customer(stage.maria, stage.bot).presses(&sent[2].id, "Нет").unwrap();
    assert_eq!(stage.client.line().await, json!({"pressed": "no"}));
    assert_eq!(stage.telegram.notices(stage.bot)[0].text, "Принято");
    stage.telegram.customer(stage.maria, stage.bot).writes("stop").unwrap();
    assert_eq!(stage.client.line().await["message"]["text"], "stop");
    stage.client.ends_well().await;
    stage.telegram.stop().await;
}

#[tokio::test]
async fn a_bot_of_aiogram_takes_a_webhook_and_represents_a_person() {
    let Some(mut stage) = stage("webhook").await else {
        return;
    };
    let hook = stage.client.line().await;
    let webhook = stage.telegram.webhook(stage.bot).unwrap();
    assert_eq!((&hook["webhook"], &hook["is_ours"]), (&json!(webhook.url), &json!(true)));
    assert_eq!(webhook.secret.as_deref(), Some("s3cr3t_Token-1"));
    let kinds = hook["kinds"].as_array().unwrap();
    assert!(kinds.contains(&json!("message_reaction")) && kinds.contains(&json!("business_message")), "{hook}");
    stage.telegram.hold_hooks(false);
    assert_eq!(stage.client.line().await["message"]["text"], "/start", "what waited comes first");
    customer_is_heard(&mut stage).await;

    let (bot, maria) = (stage.bot, stage.maria);
    let owner = stage.telegram.add_person(NewPerson { id: 6_098_765_432, ..NewPerson::default() });
    stage.telegram.act(Act::own("connect").line(bot).with("owner", owner).with("can_reply", true)).unwrap();
    assert_eq!(stage.client.line().await, json!({"connection": true, "owner": owner}));
    let asked = stage.telegram.correspondent(maria, owner).writes("Есть синий?").unwrap();
    assert_eq!(stage.client.line().await, json!({"business": "Есть синий?", "sender": maria, "is_echo": false}));
    assert_eq!(stage.client.line().await, json!({"business": "Да", "sender": owner, "is_echo": true}));
    assert_eq!(stage.telegram.read_marks(bot), [(maria, asked)]);
    stage.telegram.correspondent(maria, owner).edits(asked, "Есть зелёный").unwrap();
    assert_eq!(stage.client.line().await, json!({"edited_business": "Есть зелёный"}));
    stage.telegram.correspondent(maria, owner).removes(asked).unwrap();
    assert_eq!(stage.client.line().await, json!({"deleted": [asked]}));
    stage.telegram.act(Act::own("disconnect").line(bot).with("owner", owner)).unwrap();
    assert_eq!(stage.client.line().await, json!({"connection": false, "owner": owner}));

    stage.telegram.customer(maria, bot).writes("stop").unwrap();
    assert_eq!(stage.client.line().await["message"]["text"], "stop");
    stage.client.ends_well().await;
    assert!(stage.telegram.webhook(bot).is_none());
    stage.telegram.stop().await;
}
