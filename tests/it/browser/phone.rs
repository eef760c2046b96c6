//! Customers' phones, 360 px wide, with every kind of message: the simulated messengers and the chat on a site.
//! `PAROM_TEST_SHOTS=FOLDER` keeps the pictures (`docs/images/phone-…` are those that were looked at last).

mod messengers;

use base::i18n::Language;
use base::message::{Direction, State};
use parom_tests::settings::HOST;
use parom_tests::{Beside, Browser, Engine, Place, Setup, TelegramLine, World};
use sandbox::{Attachment, Button, HookForm, HookMessage, ListMessage, ListRow, Section};
use serde_json::json;
use simulator::telegram::{Content, NewPerson};
use simulator::whatsapp::{self, WhatsApp};

use super::speaks;
use crate::webchat::{chat_of, chat_with};

const FILES: &[&str] = &["picture", "video", "voice", "audio", "file", "sticker"];

/// A sentence in the language of the pictures.
#[derive(Clone, Copy)]
struct Speech(Language);

impl Speech {
    fn say(self, english: &str, russian: &str) -> String {
        if self.0 == Language::Ru { russian } else { english }.to_owned()
    }
}

/// Everything that a manager can send to a customer whose first message has this id at amoCRM.
fn everything(speech: Speech, hello: &str, files: &[&str]) -> Vec<HookMessage> {
    let button = |text: String, url: Option<&str>| Button { text, url: url.map(str::to_owned) };
    let rows = [
        vec![button(speech.say("Yes", "Да"), None), button(speech.say("No", "Нет"), None)],
        vec![button(speech.say("Shop", "Магазин"), Some("https://acme.example"))],
    ];
    let row = |data: &str, title: String| ListRow { callback_data: data.into(), title, description: String::new() };
    let ways = vec![row("k7", speech.say("Delivery", "Доставка")), row("m3", speech.say("Pick-up", "Самовывоз"))];
    let list = ListMessage {
        header: speech.say("How do you get it?", "Как получите?"),
        body: speech.say("Choose one", "Выберите"),
        footer: "Acme".into(),
        button: speech.say("Ways", "Способы"),
        sections: vec![Section { title: speech.say("Ours", "У нас"), rows: ways }],
    };
    let bare = |kind: &str, value| HookMessage::text("").with("type", json!(kind)).with(kind, value);
    let mut all = vec![HookMessage::text(&speech.say("Yes, it is.", "Да, есть.")).quoting(hello)];
    for kind in files {
        all.push(HookMessage::attachment(Attachment::sample(kind)));
    }
    all.push(HookMessage::attachment(Attachment::second_picture()).caption(&speech.say("In blue", "В синем")));
    all.push(bare("location", json!({"lon": 76.95, "lat": 43.25})));
    all.push(bare("contact", json!({"name": speech.say("Courier", "Курьер"), "phone": "+79991112233"})));
    all.push(HookMessage::text(&speech.say("Shall I put it aside?", "Отложить?")).buttons(&rows));
    all.push(HookMessage::text("").list(list));
    let ready = speech.say("Order {{lead.id}} is ready", "Заказ {{lead.id}} готов");
    all.push(HookMessage::text("").template(7103, None, &ready, &[("{{lead.id}}", "1592")]));
    all.push(HookMessage::text("").forwarding(hello));
    all
}

/// What a customer can send in Telegram besides texts.
fn contents(speech: Speech) -> Vec<Content> {
    let options = [speech.say("In the morning", "Утром"), speech.say("In the evening", "Вечером")];
    vec![
        Content::of("photo").saying(&speech.say("This one", "Вот такой")),
        Content::of("video"),
        Content::of("video_note"),
        Content::of("voice"),
        Content::of("audio").with("performer", "Band").with("title", "Song"),
        Content::of("document"),
        Content::of("sticker").with("emoji", "🔥"),
        Content::of("location").with("latitude", 55.7558).with("longitude", 37.6173),
        Content::of("own_contact"),
        Content::of("poll")
            .with("question", speech.say("When does it suit?", "Когда удобно?"))
            .with("options", json!(options)),
    ]
}

/// The page on a phone, as high as its whole content; `scroll`: the scrolling element.
pub(super) async fn picture(browser: &Browser, scroll: &str, name: &str) {
    browser.resize(360, 740).await;
    browser.fits(name).await;
    browser.is_accessible(name).await;
    let all = "document.querySelectorAll('img, audio, video').forEach(one => one.loading = 'eager');\
        document.querySelectorAll('details.choices').forEach(one => one.open = true)";
    browser.run(all, vec![]).await;
    let unseen = "return [...document.querySelectorAll('img, audio, video')]\
        .filter(one => one.localName === 'img' ? !one.complete || !one.naturalWidth : !one.readyState).length";
    browser.until("every file is seen", async || browser.run(unseen, vec![]).await == json!(0)).await;
    let whole = "const all = document.querySelector(arguments[0]);\
        return innerHeight + Math.max(0, all.scrollHeight - all.clientHeight)";
    let height = browser.run(whole, vec![json!(scroll)]).await.as_u64().and_then(|height| u32::try_from(height).ok());
    browser.resize(360, height.unwrap_or(3_000).clamp(740, 5_000)).await;
    browser.until("every file is still seen", async || browser.run(unseen, vec![]).await == json!(0)).await;
    browser.shot(name).await;
}

/// Maria sends every kind of message, Pavel receives them.
async fn talk(world: &mut World, line: &TelegramLine, speech: Speech) -> i64 {
    for content in contents(speech) {
        line.customer(world).sends(content).unwrap();
        world.telegram_arrives().await;
    }
    let typo = line.customer(world).writes(&speech.say("A typpo", "С опечаткой")).unwrap();
    line.customer(world).edits(typo, &speech.say("No typo", "Без опечатки")).unwrap();
    world.telegram_arrives().await;
    let first_name = speech.say("Pavel", "Павел");
    let pavel = NewPerson { id: 5_599_887_766, first_name, last_name: None, ..NewPerson::default() };
    let pavel = world.telegram().add_person(pavel);
    world.telegram().customer(pavel, line.bot).starts("").unwrap();
    world.telegram().customer(pavel, line.bot).writes(&speech.say("Is it in stock?", "Есть в наличии?")).unwrap();
    world.telegram_arrives().await;
    let hello = world.sandbox.messages(HOST).pop().unwrap();
    for message in everything(speech, &hello.id, FILES) {
        line.manager_sends_to(world, &hello.chat_id, message).await;
    }
    world.sandbox.manager_reacts(HOST, &hello.id, Some("👍"), HookForm::Table).await.unwrap();
    world.deliver_to_the_end().await;
    let chosen = world.telegram().sent(line.bot).into_iter().rfind(|message| !message.buttons.is_empty()).unwrap();
    world.telegram().customer(pavel, line.bot).presses(&chosen.id, &chosen.buttons[0][0].text).unwrap();
    world.telegram().customer(pavel, line.bot).reacts(&chosen.id, "❤").unwrap();
    world.telegram_arrives().await;
    pavel
}

async fn telegram_in(language: Language) {
    let Some(browser) = Browser::open(language.code()).await else { return };
    let setup = Setup { telegram: true, ..Setup::default() };
    let mut world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    speaks(&world, language);
    let line = world.telegram_line(json!({})).await;
    let pavel = talk(&mut world, &line, Speech(language)).await;
    for (who, person) in [("customer", line.person), ("manager", pavel)] {
        let base = world.telegram().base_url();
        browser.goto(&format!("{base}/phone/{person}/{}?lang={}", line.bot, language.code())).await;
        browser.find("#messages li").await;
        picture(&browser, "#scroll", &format!("phone-telegram-{who}-{}", language.code())).await;
    }
    browser.close().await;
    world.close().await;
}

async fn whatsapp_in(language: Language) {
    let Some(browser) = Browser::open(language.code()).await else { return };
    let speech = Speech(language);
    let mut world: Beside<WhatsApp> = Beside::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    speaks(&world, language);
    let meta = world.messenger.clone();
    let app = meta.add_app(whatsapp::NewApp::default());
    let waba = meta.add_waba("220011223344556", "Acme");
    let phone = meta.add_phone(whatsapp::NewPhone::of(&waba));
    let token = meta.add_token(&app.id, &[&waba]);
    let settings = json!({"phone_number_id": phone, "waba_id": waba, "access_token": token, "app_secret": app.secret});
    let line = world.line_of("whatsapp", "Acme", "wa-1", settings).await;
    let maria = meta.add_person(whatsapp::NewPerson { name: speech.say("Maria", "Мария"), ..Default::default() });
    meta.customer(maria, &phone).writes(&speech.say("Is it in stock?", "Есть в наличии?")).unwrap();
    meta.deliver_all().await;
    world.deliver_all().await;
    let hello = world.sandbox.messages(HOST).pop().unwrap();
    // Of stickers Meta takes squares of 512 alone, and the sample is none.
    for message in everything(speech, &hello.id, &FILES[..5]) {
        line.manager_sends_to(&world, &hello.chat_id, message).await;
    }
    world.sandbox.manager_reacts(HOST, &hello.id, Some("👍"), HookForm::Table).await.unwrap();
    world.deliver_to_the_end().await;
    meta.deliver_all().await;
    world.deliver_to_the_end().await;
    browser.goto(&format!("{}/phone/{maria}/{phone}?lang={}", meta.base_url(), language.code())).await;
    browser.find("#messages li").await;
    picture(&browser, "#scroll", &format!("phone-whatsapp-{}", language.code())).await;
    browser.close().await;
    // What the page has reported as read.
    meta.deliver_all().await;
    world.deliver_to_the_end().await;
    world.close().await;
}

async fn site_in(language: Language) {
    let Some(browser) = Browser::open(language.code()).await else { return };
    let speech = Speech(language);
    let mut world = World::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    speaks(&world, language);
    let settings = json!({"title": speech.say("Write to us", "Напишите нам"), "color": "#0b5cad"});
    let source = chat_with(&world, settings).await;
    let page = format!("{}/chat/{source}", world.api.base());
    browser.goto(&page).await;
    let text = speech.say("Is it in stock?", "Есть в наличии?");
    browser.fill("#form textarea", &text).await;
    browser.press("#form [type=submit]").await;
    browser.shows("#messages .mine .text", &[text.as_str()]).await;
    // The page shows it before the server has it.
    world.until("it is stored", async || world.letters().await.pop()).await;
    world.deliver_all().await;
    let chat = chat_of(&world, &text);
    let hello = world.sandbox.messages(HOST).pop().unwrap();
    for message in everything(speech, &hello.id, FILES) {
        let said = world.sandbox.manager_sends(HOST, &chat, message).await.unwrap();
        assert_eq!(said.answer.status, Some(200));
        world.deliver_all().await;
    }
    world.sandbox.manager_reacts(HOST, &hello.id, Some("👍"), HookForm::Table).await.unwrap();
    world.deliver_to_the_end().await;
    browser.goto(&page).await;
    browser.find("#messages .theirs .quote").await;
    picture(&browser, "#log", &format!("phone-site-{}", language.code())).await;
    let unread = [State::Sent, State::Delivered].map(State::number);
    let read = async || {
        let all = world.messages().await;
        all.iter().all(|one| one.direction == Direction::ToCrm.number() || !unread.contains(&one.state)).then_some(())
    };
    world.until("the page has reported what it shows as read", read).await;
    browser.close().await;
    world.deliver_to_the_end().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn telegram_in_english() {
    telegram_in(Language::En).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn telegram_in_russian() {
    telegram_in(Language::Ru).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_chat_on_a_site_in_english() {
    site_in(Language::En).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_chat_on_a_site_in_russian() {
    site_in(Language::Ru).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatsapp_in_english() {
    whatsapp_in(Language::En).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatsapp_in_russian() {
    whatsapp_in(Language::Ru).await;
}
