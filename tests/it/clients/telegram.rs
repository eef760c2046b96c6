//! A bot written with aiogram against the simulated Telegram (`simulator`): what the one says, the other remembers.

use serde_json::{Value, json};
use simulator::telegram::{
    Act, ChatCard, Content, Dressing, Fault, Forward, Given, NewBot, NewPerson, Options, StickerForm, Telegram,
};

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
    telegram.hold_updates(true);
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
    let file = Given::sample;
    let caption = String::new;
    let sticker = |form| Content::Sticker { file: file(), emoji: "👍".to_owned(), set_name: None, form };
    let news = ChatCard { id: -1_001_122_334_455, title: "Acme news".to_owned(), username: None };
    let (latitude, longitude) = (55.75, 37.62);
    let live = Some(900);
    vec![
        ("text", Content::text("Здравствуйте! 👋 https://acme.test")),
        ("photo", Content::photo("Вот такой")),
        ("video", Content::Video { file: file(), caption: caption() }),
        ("animation", Content::Animation { file: file(), caption: caption() }),
        ("audio", Content::Audio { file: file(), caption: caption(), performer: None, title: None }),
        ("voice", Content::Voice { file: file(), caption: caption() }),
        ("video_note", Content::VideoNote { file: file() }),
        ("document", Content::Document { file: file().named("Договор №7.pdf"), caption: caption() }),
        ("live_photo", Content::LivePhoto { file: file(), caption: caption() }),
        ("sticker", sticker(StickerForm::Static)),
        ("sticker", sticker(StickerForm::Animated)),
        ("sticker", sticker(StickerForm::Video)),
        (
            "location",
            Content::Location { latitude, longitude, live_period: live, heading: None, horizontal_accuracy: None },
        ),
        ("venue", Content::Venue { latitude, longitude, title: "Acme".to_owned(), address: "Lenina 1".to_owned() }),
        ("contact", Content::OwnContact),
        (
            "poll",
            Content::Poll {
                question: "Когда?".to_owned(), options: vec!["Утром".to_owned(), "Днём".to_owned()]
            },
        ),
        ("dice", Content::Dice { emoji: "🎲".to_owned(), value: 4 }),
        ("story", Content::Story { chat: news, id: 15 }),
        ("paid_media", Content::PaidMedia { stars: 25 }),
        ("checklist", Content::Checklist { title: "Купить".to_owned(), tasks: vec!["Диван".to_owned()] }),
        ("rich_message", Content::RichMessage { blocks: vec![json!({"type": "paragraph", "text": "Заказ"})] }),
    ]
}

/// The customer does everything once; the bot prints each update on a line.
async fn customer_is_heard(stage: &mut Stage) {
    for (kind, content) in everything() {
        let id = stage.telegram.customer(stage.maria, stage.bot).sends(content).unwrap();
        let heard = stage.client.line().await["message"].take();
        assert_eq!((&heard["kind"], &heard["id"]), (&json!(kind), &json!(id)));
        let history = stage.telegram.history(stage.bot, stage.maria);
        let file = history.last().unwrap().file.clone();
        if let Some(file) = file.filter(|_| heard["size"].is_i64()) {
            assert_eq!(heard["size"], json!(file.bytes.len()), "{kind}");
        }
    }
    let maria = stage.telegram.customer(stage.maria, stage.bot);
    let sent = maria.sends_album(vec![Content::photo("Два"), Content::photo("")]).unwrap();
    let (one, two) = (stage.client.line().await, stage.client.line().await);
    assert!(one["album"].is_string() && one["album"] == two["album"], "{one} {two}");
    maria.replies(sent[0], "Этот").unwrap();
    assert_eq!(stage.client.line().await["message"]["reply_to"], json!(sent[0]));
    let forward = Some(Forward::Hidden { name: "Петя ★".to_owned() });
    maria.sends_with(Content::text("Адрес"), Dressing { forward, ..Dressing::default() }).unwrap();
    assert_eq!(stage.client.line().await["message"]["origin"], "hidden_user");
    let text = maria.writes("Синий").unwrap();
    stage.client.line().await;
    maria.edits(text, Content::text("Зелёный")).unwrap();
    assert_eq!(stage.client.line().await, json!({"edited": "Зелёный", "id": text}));
    maria.reacts(text, &["👍"]).unwrap();
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
    let document = sent[9].file.clone().unwrap();
    assert_eq!(&document.bytes[..4], b"%PDF");
    assert_eq!((sent[18].reply_to, &sent[18].json["quote"]["text"]), (Some(sent[0].id), &json!("день")));

    stage.client.say("go").await;
    assert_eq!(stage.client.line().await, json!({"changed": true}));
    let sent = stage.telegram.sent(stage.bot);
    assert_eq!((sent[0].text.as_str(), sent[3].text.as_str()), ("Добрый вечер", "Диван, синий"));
    assert_eq!((sent[4].kind.as_str(), sent[2].buttons[0][0].text.as_str()), ("photo", "Нет"));
    assert!(sent[7].is_deleted && sent[12].is_deleted && sent[13].is_deleted);
    let history = stage.telegram.history(stage.bot, stage.maria);
    assert_eq!(history[0].reactions, [(stage.bot, vec!["❤".to_owned()])]);
    assert_eq!(stage.telegram.actions(stage.bot), [(stage.maria, "typing".to_owned())]);

    stage.telegram.faults().next("sendMessage", 1, Fault::TooMany { retry_after: 7 });
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
    stage.telegram.customer(stage.maria, stage.bot).presses(sent[2].id, 0, 0).unwrap();
    assert_eq!(stage.client.line().await, json!({"pressed": "no"}));
    assert_eq!(stage.telegram.answers(stage.bot)[0].text, "Принято");
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
    stage.telegram.hold_updates(false);
    assert_eq!(stage.client.line().await["message"]["text"], "/start", "what waited comes first");
    customer_is_heard(&mut stage).await;

    let (bot, maria) = (stage.bot, stage.maria);
    let owner = stage.telegram.add_person(NewPerson { id: 6_098_765_432, ..NewPerson::default() });
    stage.telegram.act(Act::Connect { owner, bot, can_reply: true }).unwrap();
    assert_eq!(stage.client.line().await, json!({"connection": true, "owner": owner}));
    let asked = stage.telegram.correspondent(maria, owner).writes("Есть синий?").unwrap();
    assert_eq!(stage.client.line().await, json!({"business": "Есть синий?", "sender": maria, "is_echo": false}));
    assert_eq!(stage.client.line().await, json!({"business": "Да", "sender": owner, "is_echo": true}));
    assert_eq!(stage.telegram.read_marks(bot), [(maria, asked)]);
    stage.telegram.correspondent(maria, owner).edits(asked, Content::text("Есть зелёный")).unwrap();
    assert_eq!(stage.client.line().await, json!({"edited_business": "Есть зелёный"}));
    stage.telegram.correspondent(maria, owner).deletes(&[asked]).unwrap();
    assert_eq!(stage.client.line().await, json!({"deleted": [asked]}));
    stage.telegram.act(Act::Disconnect { owner, bot }).unwrap();
    assert_eq!(stage.client.line().await, json!({"connection": false, "owner": owner}));

    stage.telegram.customer(maria, bot).writes("stop").unwrap();
    assert_eq!(stage.client.line().await["message"]["text"], "stop");
    stage.client.ends_well().await;
    assert!(stage.telegram.webhook(bot).is_none());
    stage.telegram.stop().await;
}
