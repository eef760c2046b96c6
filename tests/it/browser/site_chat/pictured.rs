//! A talk on the site of a shop, wide and on a phone.
//! `PAROM_TEST_SHOTS=FOLDER` keeps the pictures of docs/webchat.md: `webchat` and `webchat-phone`.

use base::i18n::Language;
use parom_tests::settings::HOST;
use parom_tests::{Browser, Place};
use serde_json::json;

use super::super::speaks;
use super::first_message::submits;
use super::{Shop, arrived, root, shows, until};

const STYLE: &str = "body{margin:0;font:16px/1.5 'DejaVu Sans',sans-serif;color:#202020}header{padding:20px 32px;border-bottom:1px solid #ddd}\
    main{padding:32px}h1{margin:0 0 12px}.things{display:flex;gap:20px;margin-top:28px}.thing{width:184px;padding:12px;\
    border:1px solid #ddd;border-radius:6px}.thing i{display:block;height:110px;border-radius:4px}p{margin:8px 0}";

/// A shop, a question and its answer in one language.
struct Scene {
    language: Language,
    name: &'static str,
    about: &'static str,
    things: [(&'static str, &'static str, &'static str); 3],
    question: &'static str,
    answer: &'static str,
}

const ENGLISH: Scene = Scene {
    language: Language::En,
    name: "Northwind Furniture",
    about: "Sofas, chairs and lamps made to last.",
    things: [
        ("#2f5f9f", "Blue sofa", "From €890"),
        ("#b98b5c", "Oak chair", "From €240"),
        ("#d8c16c", "Reading lamp", "From €120"),
    ],
    question: "Hello! Is the blue sofa in stock?",
    answer: "Good morning! Yes, two are left. Shall I keep one for you?",
};

const RUSSIAN: Scene = Scene {
    language: Language::Ru,
    name: "Мебель «Север»",
    about: "Диваны, стулья и лампы на долгие годы.",
    things: [
        ("#2f5f9f", "Синий диван", "от 89 000 ₽"),
        ("#b98b5c", "Дубовый стул", "от 24 000 ₽"),
        ("#d8c16c", "Лампа для чтения", "от 12 000 ₽"),
    ],
    question: "Здравствуйте! Есть синий диван?",
    answer: "Добрый день! Да, осталось два. Отложить для вас?",
};

impl Scene {
    /// The shop's page with the chat's line.
    fn page(&self, line: &str) -> String {
        let thing = |(colour, name, price): &(&str, &str, &str)| {
            format!("<div class=thing><i style='background:{colour}'></i><p><b>{name}</b><p>{price}</div>")
        };
        let things: String = self.things.iter().map(thing).collect();
        format!(
            "<!doctype html><html lang={}><meta charset=utf-8>\
             <meta name=viewport content='width=device-width, initial-scale=1'><title>{name}</title><style>{STYLE}</style>\
             <header><b>{name}</b></header><main><h1>{name}</h1><p>{}</p><div class=things>{things}</div></main>{line}</html>",
            self.language.code(),
            self.about,
            name = self.name,
        )
    }

    /// The chat on that page after a question and its answer, which amoCRM knows as read.
    async fn talk(&self, browser: &Browser) -> Shop {
        let shop = Shop::open(|site| {
            json!({"allowed_origins": [site.stranger("")], "title": self.name, "color": "#1f6f54", "reply_time": "minutes"})
        })
        .await;
        let world = &shop.world;
        speaks(world, self.language);
        let line = format!("<script src=\"{}/chat/{}/embed.js\" async></script>", world.api.base(), shop.source);
        shop.site.writes("/", &self.page(&line), "");
        shop.visit(browser).await;
        root(browser, "root.getElementById('text').focus()").await;
        browser.types(self.question).await;
        // Because on a phone Enter breaks the line.
        submits(browser).await;
        arrived(world, &[self.question]).await;
        until(browser, "it is marked as sent", "root.querySelector('.state.sent')").await;
        let chat_id = world.sandbox.messages(HOST).remove(0).chat_id;
        world.sandbox.manager_says(HOST, &chat_id, self.answer).await.expect("the hook");
        shows(browser, &[self.question, self.answer]).await;
        until(browser, "who answers has read", "root.querySelector('.state.read')").await;
        shop
    }
}

/// Leaves the text field, because its frame and cursor say nothing.
async fn rests(browser: &Browser) {
    root(browser, "root.activeElement?.blur()").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_talk_on_the_site_of_a_shop() {
    let Some(browser) = Browser::open("en").await else { return };
    browser.resize(1000, 640).await;
    let shop = ENGLISH.talk(&browser).await;
    rests(&browser).await;
    browser.is_accessible("the site of a shop with its chat").await;
    browser.shot("webchat").await;
    browser.close().await;
    shop.world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_talk_on_a_dark_phone_in_russian() {
    let Some(browser) = Browser::open("ru").await else { return };
    browser.becomes_a_phone().await;
    browser.resize(360, 640).await;
    browser.dark(true).await;
    let shop = RUSSIAN.talk(&browser).await;
    rests(&browser).await;
    browser.is_accessible("the chat on a dark phone").await;
    browser.shot("webchat-phone").await;
    browser.close().await;
    shop.world.close().await;
}
