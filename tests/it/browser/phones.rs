//! Customers' phones of the simulated Telegram and WhatsApp, 360 pixels wide, with every kind of message. The phones of the
//! other messengers are opened in `demo.rs`.

use base::i18n::Language;
use parom_tests::settings::HOST;
use parom_tests::{Beside, Browser, Engine, Place, Setup, TelegramLine, World};
use serde_json::json;
use simulator::crm::{Attachment, Button, HookForm, HookMessage, ListMessage, ListRow, Section};
use simulator::telegram::{Content, NewPerson};
use simulator::whatsapp::{self, WhatsApp};

use super::{run, speaks};

const FILES: &[&str] = &["picture", "video", "voice", "audio", "file", "sticker"];

/// Everything that a manager can send to a customer whose first message has this id at amoCRM.
fn everything(hello: &str, files: &[&str]) -> Vec<HookMessage> {
    let button = |text: &str, url: Option<&str>| Button { text: text.to_owned(), url: url.map(str::to_owned) };
    let rows = [vec![button("Yes", None), button("No", None)], vec![button("Shop", Some("https://acme.example"))]];
    let row = |data: &str, title: &str| ListRow {
        callback_data: data.into(),
        title: title.into(),
        description: String::new(),
    };
    let list = ListMessage {
        header: "How do you get it?".into(),
        body: "Choose one".into(),
        footer: "Acme".into(),
        button: "Ways".into(),
        sections: vec![Section { title: "Ours".into(), rows: vec![row("k7", "Delivery"), row("m3", "Pick-up")] }],
    };
    let bare = |kind: &str, value| HookMessage::text("").with("type", json!(kind)).with(kind, value);
    let mut all = vec![HookMessage::text("Yes, it is.").quoting(hello)];
    all.extend(files.iter().map(|kind| HookMessage::attachment(Attachment::sample(kind))));
    all.extend([
        HookMessage::attachment(Attachment::second_picture()).caption("In blue"),
        bare("location", json!({"lon": 76.95, "lat": 43.25})),
        bare("contact", json!({"name": "Courier", "phone": "+79991112233"})),
        HookMessage::text("Shall I put it aside?").buttons(&rows),
        HookMessage::text("").list(list),
        HookMessage::text("").template(7103, None, "Order {{lead.id}} is ready", &[("{{lead.id}}", "1592")]),
        HookMessage::text("").forwarding(hello),
    ]);
    all
}

/// The page on a phone, as high as its whole content; `scroll`: the scrolling element.
pub(super) async fn picture(browser: &Browser, scroll: &str, name: &str) {
    browser.resize(360, 740).await;
    browser.is_accessible(name).await;
    let all = "document.querySelectorAll('img, audio, video').forEach(one => one.loading = 'eager');\
        document.querySelectorAll('details.choices').forEach(one => one.open = true)";
    run(browser, all).await;
    let unseen = "return [...document.querySelectorAll('img, audio, video')]\
        .filter(one => one.localName === 'img' ? !one.complete || !one.naturalWidth : !one.readyState).length";
    browser.until(&format!("every file is seen: {name}"), async || run(browser, unseen).await == json!(0)).await;
    let whole = "const all = document.querySelector(arguments[0]);\
        return innerHeight + Math.max(0, all.scrollHeight - all.clientHeight)";
    let height = browser.run(whole, vec![json!(scroll)]).await.as_u64().and_then(|height| u32::try_from(height).ok());
    browser.resize(360, height.unwrap_or(3_000).clamp(740, 5_000)).await;
    browser.shot(name).await;
}

/// What a customer can send in Telegram besides texts.
fn contents() -> Vec<Content> {
    vec![
        Content::of("photo").saying("This one"),
        Content::of("video"),
        Content::of("video_note"),
        Content::of("voice"),
        Content::of("audio").with("performer", "Band").with("title", "Song"),
        Content::of("document"),
        Content::of("sticker").with("emoji", "🔥"),
        Content::of("location").with("latitude", 55.7558).with("longitude", 37.6173),
        Content::of("own_contact"),
        Content::of("poll").with("question", "When does it suit?").with("options", json!(["In the morning", "Later"])),
    ]
}

/// Maria sends every kind of message, Pavel receives them.
async fn talk(world: &mut World, line: &TelegramLine) -> i64 {
    for content in contents() {
        line.customer(world).sends(content).unwrap();
        world.telegram_arrives().await;
    }
    let typo = line.customer(world).writes("A typpo").unwrap();
    line.customer(world).edits(typo, "No typo").unwrap();
    world.telegram_arrives().await;
    let pavel = NewPerson { id: 5_599_887_766, first_name: "Pavel".into(), last_name: None, ..NewPerson::default() };
    let pavel = world.telegram().add_person(pavel);
    world.telegram().customer(pavel, line.bot).starts("").unwrap();
    world.telegram().customer(pavel, line.bot).writes("Is it in stock?").unwrap();
    world.telegram_arrives().await;
    let hello = world.sandbox.messages(HOST).pop().unwrap();
    for message in everything(&hello.id, FILES) {
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

async fn of_telegram(browser: &Browser) {
    let setup = Setup { telegram: true, ..Setup::default() };
    let mut world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    speaks(&world, Language::En);
    let line = world.telegram_line(json!({})).await;
    let pavel = talk(&mut world, &line).await;
    for (who, person) in [("customer", line.person), ("manager", pavel)] {
        browser.goto(&format!("{}/phone/{person}/{}?lang=en", world.telegram().base_url(), line.bot)).await;
        browser.find("#messages li").await;
        picture(browser, "#scroll", &format!("phone-telegram-{who}-en")).await;
    }
    browser.goto("about:blank").await;
    world.close().await;
}

async fn of_whatsapp(browser: &Browser) {
    let mut world: Beside<WhatsApp> = Beside::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    speaks(&world, Language::En);
    let meta = world.messenger.clone();
    let app = meta.add_app(whatsapp::NewApp::default());
    let waba = meta.add_waba("220011223344556", "Acme");
    let phone = meta.add_phone(whatsapp::NewPhone::of(&waba));
    let token = meta.add_token(&app.id, &[&waba]);
    let settings = json!({"phone_number_id": phone, "waba_id": waba, "access_token": token, "app_secret": app.secret});
    let line = world.line_of("whatsapp", "Acme", "wa-1", settings).await;
    let maria = meta.add_person(whatsapp::NewPerson { name: "Maria".to_owned(), ..Default::default() });
    meta.customer(maria, &phone).writes("Is it in stock?").unwrap();
    meta.deliver_all().await;
    world.deliver_all().await;
    let hello = world.sandbox.messages(HOST).pop().unwrap();
    // Of stickers Meta takes squares of 512 alone, and the sample is none.
    for message in everything(&hello.id, &FILES[..5]) {
        line.manager_sends_to(&world, &hello.chat_id, message).await;
    }
    world.sandbox.manager_reacts(HOST, &hello.id, Some("👍"), HookForm::Table).await.unwrap();
    for _ in 0..2 {
        world.deliver_to_the_end().await;
        meta.deliver_all().await;
    }
    browser.goto(&format!("{}/phone/{maria}/{phone}?lang=en", meta.base_url())).await;
    browser.find("#messages li").await;
    picture(browser, "#scroll", "phone-whatsapp-en").await;
    browser.goto("about:blank").await;
    // What the page has reported as read.
    meta.deliver_all().await;
    world.deliver_to_the_end().await;
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn phones_show_every_kind() {
    let Some(browser) = Browser::open("en").await else { return };
    of_telegram(&browser).await;
    of_whatsapp(&browser).await;
    browser.close().await;
}
