//! A simulated Telegram with one customer who sent every kind of message, for manual inspection of the phone page:
//! `cargo run -p parom-simulator --example phone`.

use std::io::Write;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use simulator::telegram::{Content, Given, NewBot, NewPerson, Options, Telegram};

#[tokio::main]
async fn main() -> Result<()> {
    rustls::crypto::ring::default_provider().install_default().ok().context("a crypto provider")?;
    let telegram = Telegram::start(Options::default()).await?;
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
    phone.starts("lead_77-A")?;
    let first =
        phone.writes("Здравствуйте! Есть ли синий диван в наличии? Видела на https://acme.test/sofa/17?color=blue")?;
    phone.edits(first, "Здравствуйте! Есть ли синий диван? Видела на https://acme.test/sofa/17?color=blue")?;
    phone.sends(Content::of("photo").saying("Вот такой"))?;
    phone.sends_album(vec![Content::of("photo").saying("Два вида"), Content::of("photo")])?;
    phone.sends(Content::of("voice"))?;
    phone.sends(Content::of("video").saying("Так стучит"))?;
    phone.sends(Content::of("document").saying("подписано").file(Given::sample().named("Договор №7.pdf")))?;
    for form in ["static", "animated"] {
        phone.sends(Content::of("sticker").with("emoji", "👍").with("form", form))?;
    }
    let place = Content::of("venue").with("latitude", 55.7522).with("longitude", 37.6156);
    phone.sends(place.with("title", "Акме").with("address", "Ленина, 1"))?;
    phone.sends(Content::of("own_contact"))?;
    let poll = Content::of("poll").with("question", "Когда удобно?").with("options", json!(["Утром", "Вечером"]));
    phone.sends(poll)?;
    let news = json!({"channel": {"chat": {"id": -1_001_122_334_455_i64, "title": "Новости Акме"}, "message": 877}});
    phone.sends_with(Content::text("Распродажа!"), |act| act.with("forward", news))?;
    phone.reacts(first, "🔥")?;
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
