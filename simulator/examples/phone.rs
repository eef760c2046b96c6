//! A simulated Telegram with one customer who sent every kind of message, for manual inspection of the phone page:
//! `cargo run -p parom-simulator --example phone`.

use std::io::Write;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use simulator::telegram::{
    ChatCard, Content, Dressing, Forward, Given, NewBot, NewPerson, Options, StickerForm, Telegram,
};

#[tokio::main]
async fn main() -> Result<()> {
    rustls::crypto::ring::default_provider().install_default().ok().context("a crypto provider")?;
    let telegram = Telegram::start(Options { listen: "127.0.0.1:8093".to_owned(), ..Options::default() }).await?;
    let bot = telegram.add_bot(NewBot { name: "Поддержка «Акме»".to_owned(), ..NewBot::default() });
    let maria = telegram.add_person(NewPerson {
        first_name: "Мария".to_owned(),
        last_name: Some("Ковалёва".to_owned()),
        ..NewPerson::default()
    });
    telegram.add_person(NewPerson { first_name: "Pete".to_owned(), last_name: None, ..NewPerson::default() });
    let base = format!("{}/bot{}", telegram.base_url(), bot.token);
    customer(&telegram, maria, bot.id)?;
    manager(&base, maria).await?;
    let mut out = std::io::stdout();
    writeln!(out, "{}/phone/{maria}/{}", telegram.base_url(), bot.id)?;
    out.flush()?;
    tokio::signal::ctrl_c().await?;
    telegram.stop().await;
    Ok(())
}

/// Messages of every kind from the customer.
fn customer(telegram: &Telegram, maria: i64, bot: i64) -> Result<()> {
    let phone = telegram.customer(maria, bot);
    let file = Given::sample;
    let caption = |text: &str| text.to_owned();
    phone.starts("lead_77-A")?;
    let first =
        phone.writes("Здравствуйте! Есть ли синий диван в наличии? Видела на https://acme.test/sofa/17?color=blue")?;
    phone.edits(
        first,
        Content::text("Здравствуйте! Есть ли синий диван? Видела на https://acme.test/sofa/17?color=blue"),
    )?;
    phone.sends(Content::photo("Вот такой"))?;
    phone.sends_album(vec![Content::photo("Два вида"), Content::photo("")])?;
    phone.sends(Content::Voice { file: file(), caption: String::new() })?;
    phone.sends(Content::Video { file: file(), caption: caption("Так стучит") })?;
    phone.sends(Content::Document {
        file: file().named("Договор №7.pdf"), caption: caption("подписано")
    })?;
    for form in [StickerForm::Static, StickerForm::Animated] {
        phone.sends(Content::Sticker { file: file(), emoji: "👍".to_owned(), set_name: None, form })?;
    }
    phone.sends(Content::Venue {
        latitude: 55.7522,
        longitude: 37.6156,
        title: "Акме".to_owned(),
        address: "Ленина, 1".to_owned(),
    })?;
    phone.sends(Content::OwnContact)?;
    let options = vec!["Утром".to_owned(), "Вечером".to_owned()];
    phone.sends(Content::Poll { question: "Когда удобно?".to_owned(), options })?;
    let chat = ChatCard { id: -1_001_122_334_455, title: "Новости Акме".to_owned(), username: None };
    let forward = Some(Forward::Channel { chat, message: 877, signature: None });
    phone.sends_with(Content::text("Распродажа!"), Dressing { forward, ..Dressing::default() })?;
    phone.reacts(first, &["🔥"])?;
    Ok(())
}

/// Messages of the bot.
#[expect(clippy::disallowed_methods, reason = "an example has no other client")]
async fn manager(base: &str, chat: i64) -> Result<()> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let buttons = json!({"inline_keyboard": [[{"text": "Да", "callback_data": "1"}, {"text": "Нет", "callback_data": "2"}],
        [{"text": "Показать на сайте", "url": "https://acme.test"}]]});
    let keyboard = json!({"keyboard": [[{"text": "Отправить мой номер", "request_contact": true}]]});
    let calls: [(&str, Value); 5] = [
        ("sendMessage", json!({"text": "Добрый день, Мария! Есть один.", "reply_parameters": {"message_id": 2}})),
        ("setMessageReaction", json!({"message_id": 3, "reaction": [{"type": "emoji", "emoji": "❤"}]})),
        ("sendMessage", json!({"text": "Привезти сегодня?", "reply_markup": buttons})),
        ("sendMessage", json!({"text": "Оставьте номер, курьер позвонит", "reply_markup": keyboard})),
        ("sendChatAction", json!({"action": "typing"})),
    ];
    for (method, mut params) in calls {
        params["chat_id"] = json!(chat);
        let answer = http.post(format!("{base}/{method}")).json(&params).send().await?;
        anyhow::ensure!(answer.status().is_success(), "{method}: {}", answer.text().await?);
    }
    Ok(())
}
