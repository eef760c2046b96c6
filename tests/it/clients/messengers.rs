//! Clients of messengers that others published, unmodified: each says the same, hears the customer by polling or through a
//! webhook, and is compared with what the simulated messenger remembers.

use std::path::PathBuf;

use serde_json::json;
use simulator::kit::{Id, Simulator, Wire};
use simulator::{avito, max, meta, telegram, vk, whatsapp};

use super::{Client, folder, installed};

/// How a client of a messenger talks.
#[derive(Clone, Copy, Default)]
struct Ways {
    /// It changes and deletes what it sent.
    edits: bool,
    /// It sends a picture.
    pictures: bool,
    /// It asks for events.
    polls: bool,
    /// It is told of events.
    hooks: bool,
    /// What the customer wrote before, and waits.
    waiting: Option<&'static str>,
}

const ALL: Ways = Ways { edits: true, pictures: true, polls: true, hooks: true, waiting: None };
const POLLS: Ways = Ways { hooks: false, ..ALL };
const HOOKS: Ways = Ways { edits: false, polls: false, ..ALL };

/// A client by its name in the driver of its language.
enum By {
    Python(&'static str),
    Node(&'static str),
}

impl By {
    /// None if the clients are not installed.
    fn starts(&self, given: &[(&str, &str)]) -> Option<Client> {
        let (program, place, script, name) = match self {
            Self::Python(name) => (installed("PAROM_TEST_PYTHON")?, folder("python"), "messengers.py", name),
            Self::Node(name) => (PathBuf::from("node"), installed("PAROM_TEST_NODE_CLIENTS")?, "messengers.mjs", name),
        };
        let picture = folder("").join("../../simulator/assets/samples/picture.jpg");
        let more = [("client", *name), ("picture", picture.to_str().unwrap())];
        Some(Client::start(&program, &place, script, &[given, &more].concat()))
    }
}

/// The customer's side of every conversation. `hook` gives the messenger the client's address, if the client does not.
async fn talks<W: Wire>(
    messenger: &Simulator<W>,
    (line, maria): (Id, i64),
    mut client: Client,
    ways: Ways,
    hook: impl Fn(&str),
) {
    assert_eq!(client.line().await, json!({"sent": true}));
    let sent = messenger.sent_to(line.clone(), maria);
    let kept: Vec<&str> = sent.iter().filter(|one| !one.is_removed).map(|one| one.text.as_str()).collect();
    assert_eq!(&kept[..2], ["Добрый вечер", "Привезти?"]);
    assert_eq!(sent[1].buttons[0][0].text, "Да");
    let picture = sent.iter().find(|one| one.text == "Диван").map(|one| one.files.len());
    assert_eq!(picture, ways.pictures.then_some(1));
    let removed = sent.iter().find(|one| one.is_removed).map(|one| one.text.as_str());
    assert_eq!(removed, ways.edits.then_some("Лишнее"));

    let customer = messenger.customer(maria, line);
    if !ways.polls {
        // What became of the messages so far is told to nobody: it must not be waiting when the webhook is there.
        messenger.deliver_all().await;
        hook(client.line().await["webhook"].as_str().unwrap());
    }
    customer.writes("Здравствуйте").unwrap();
    for text in ways.waiting.into_iter().chain(["Здравствуйте"]) {
        assert_eq!(client.line().await, json!({"heard": text}));
    }
    customer.presses(&sent[1].id, "Да").unwrap();
    assert_eq!(client.line().await, json!({"pressed": "yes"}));
    customer.writes("stop").unwrap();
    assert_eq!(client.line().await, json!({"heard": "stop"}));
    if ways.polls && ways.hooks {
        hook(client.line().await["webhook"].as_str().unwrap());
        customer.writes("Ещё раз").unwrap();
        assert_eq!(client.line().await, json!({"heard": "Ещё раз"}));
    }
    client.ends_well().await;
}

async fn telegram(by: By, ways: Ways) {
    base::http_client::install_crypto_provider();
    let telegram = telegram::Telegram::start(telegram::Options::default()).await.unwrap();
    let bot = telegram.add_bot(telegram::NewBot::default());
    let maria = telegram.add_person(telegram::NewPerson::default());
    telegram.customer(maria, bot.id).starts("").unwrap();
    let chat = maria.to_string();
    let given = [("base", telegram.base_url()), ("token", &bot.token), ("chat", &chat)];
    let Some(client) = by.starts(&given) else { return };
    let ways = Ways { waiting: Some("/start"), ..ways };
    talks(&telegram, (bot.id.into(), maria), client, ways, |_| ()).await;
    let kinds: Vec<String> = telegram.sent(bot.id).into_iter().map(|one| one.kind).collect();
    assert!(["poll", "dice"].iter().all(|kind| kinds.iter().any(|one| one == kind)), "{kinds:?}");
    telegram.stop().await;
}

async fn vk(by: By, ways: Ways) {
    base::http_client::install_crypto_provider();
    let vk = vk::Vk::start(vk::Options::default()).await.unwrap();
    let community = vk.add_community(vk::NewCommunity::default());
    let maria = vk.add_person(vk::NewPerson::default());
    vk.customer(maria, community.id).writes("Начать").unwrap();
    let (line, chat) = (community.id.to_string(), maria.to_string());
    let given = [("base", vk.base_url()), ("token", &community.token), ("line", &line), ("chat", &chat)];
    let Some(client) = by.starts(&given) else { return };
    talks(&vk, (community.id.into(), maria), client, ways, |_| ()).await;
    vk.stop().await;
}

async fn max(by: By) {
    base::http_client::install_crypto_provider();
    let max = max::Max::start(max::Options::default()).await.unwrap();
    let bot = max.add_bot(max::NewBot::default());
    let maria = max.add_person(max::NewPerson::default());
    max.customer(maria, bot.id).starts("").unwrap();
    // Without its sign, which looks like an option.
    let group = max.add_group(bot.id, "Доставка").unsigned_abs().to_string();
    let (line, chat) = (bot.id.to_string(), max.dialog(bot.id, maria).to_string());
    let given = [("base", max.base_url()), ("token", &bot.token), ("line", &line), ("chat", &chat), ("group", &group)];
    let Some(client) = by.starts(&given) else { return };
    talks(&max, (bot.id.into(), maria), client, POLLS, |_| ()).await;
    max.stop().await;
}

async fn whatsapp(by: By) {
    base::http_client::install_crypto_provider();
    let whatsapp = whatsapp::WhatsApp::start(whatsapp::Options::default()).await.unwrap();
    let app = whatsapp.add_app(whatsapp::NewApp::default());
    let waba = whatsapp.add_waba("220011223344556", "Acme");
    let phone = whatsapp.add_phone(whatsapp::NewPhone::of(&waba));
    let token = whatsapp.add_token(&app.id, &[&waba]);
    let maria = whatsapp.add_person(whatsapp::NewPerson::default());
    whatsapp.customer(maria, &phone).writes("Здравствуйте").unwrap();
    whatsapp.subscribe(&app.id, &waba);
    let given = [
        ("base", whatsapp.base_url()),
        ("token", &token),
        ("line", &phone),
        ("chat", "77010001122"),
        ("secret", &app.secret),
    ];
    let Some(client) = by.starts(&given) else { return };
    talks(&whatsapp, (Id::from(&*phone), maria), client, HOOKS, |url| whatsapp.enter_callback(&app.id, url)).await;
    whatsapp.stop().await;
}

async fn messenger(by: By) {
    base::http_client::install_crypto_provider();
    let meta = meta::Meta::start(meta::Options::default()).await.unwrap();
    let app = meta.add_app(meta::NewApp::default());
    let page = meta.add_account(&app, meta::NewAccount::facebook());
    let anna = meta.add_person(meta::NewPerson::default());
    meta.customer(anna, &page.id).writes("Здравствуйте").unwrap();
    let person = meta.scoped(&page.id, anna);
    let given = [("base", meta.base_url()), ("token", &page.token), ("line", &page.id), ("chat", &person)];
    let Some(client) = by.starts(&given) else { return };
    let ways = Ways { pictures: false, ..HOOKS };
    let hook = |url: &str| meta.set_callback(&app, page.platform, url, &["messages"]);
    talks(&meta, (Id::from(&*page.id), anna), client, ways, hook).await;
    meta.stop().await;
}

/// Without buttons, and by a webhook for which it asks itself.
#[tokio::test]
async fn avito_python_sdk_talks() {
    base::http_client::install_crypto_provider();
    let avito = avito::Avito::start(avito::Options::default()).await.unwrap();
    let new = avito::NewSeller::default();
    let (id, secret) = (new.client_id.clone(), new.client_secret.clone());
    let seller = avito.add_seller(new);
    let buyer = avito.add_buyer(avito::NewBuyer::default());
    let item = avito.add_item(avito::NewItem::of(seller));
    let customer = avito.customer(buyer, item);
    customer.writes("Ещё продаёте?").unwrap();
    let chat = customer.chat().unwrap();
    let given = [("base", avito.base_url()), ("line", &id), ("secret", &secret), ("chat", &chat)];
    let Some(mut client) = By::Python("pyavitoapi").starts(&given) else { return };
    assert_eq!(client.line().await, json!({"sent": true}));
    let sent = avito.sent(seller);
    let sent: Vec<(&str, bool)> = sent.iter().map(|one| (one.text.as_str(), one.is_removed)).collect();
    assert_eq!(sent, [("Добрый вечер", false), ("Лишнее", true)]);
    assert!(client.line().await["webhook"].is_string());
    assert_eq!(client.line().await, json!({"ready": true}));
    for text in ["Здравствуйте", "stop"] {
        customer.writes(text).unwrap();
        assert_eq!(client.line().await, json!({"heard": text}));
    }
    client.ends_well().await;
    avito.stop().await;
}

#[tokio::test]
async fn messaging_api_messenger_talks() {
    messenger(By::Node("messagingApiMessenger")).await;
}

/// A test a client, named after it.
macro_rules! clients {
    ($($name:ident: $talk:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            $talk.await;
        }
    )*};
}

clients! {
    python_telegram_bot_talks: telegram(By::Python("python_telegram_bot"), ALL);
    pytelegrambotapi_talks: telegram(By::Python("pytelegrambotapi"), ALL);
    telegraf_talks: telegram(By::Node("telegraf"), ALL);
    grammy_talks: telegram(By::Node("grammy"), ALL);
    node_telegram_bot_api_talks: telegram(By::Node("nodeTelegramBotApi"), ALL);
    vkbottle_talks: vk(By::Python("vkbottle"), POLLS);
    vk_io_talks: vk(By::Node("vkIo"), POLLS);
    aiomax_talks: max(By::Python("aiomax"));
    max_bot_api_talks: max(By::Node("maxBotApi"));
    heyoo_talks: whatsapp(By::Python("heyoo"));
    kapso_talks: whatsapp(By::Node("kapso"));
    whatsapp_api_js_talks: whatsapp(By::Node("whatsappApiJs"));
    fbmessenger_talks: messenger(By::Python("fbmessenger"));
}
