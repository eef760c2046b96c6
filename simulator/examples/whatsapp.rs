//! A simulated WhatsApp with one customer who sent every kind of message, for manual inspection of the phone page:
//! `cargo run -p parom-simulator --example whatsapp`.

use std::io::Write;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use simulator::whatsapp::{Content, Given, NewApp, NewPerson, NewPhone, Options, WhatsApp};

#[tokio::main]
async fn main() -> Result<()> {
    rustls::crypto::ring::default_provider().install_default().ok().context("a crypto provider")?;
    let whatsapp = WhatsApp::start(Options::default()).await?;
    let app = whatsapp.add_app(NewApp::default());
    let waba = whatsapp.add_waba("220011223344556", "Акме");
    let phone =
        whatsapp.add_phone(NewPhone { name: "Поддержка «Акме»".to_owned(), ..NewPhone::of(&waba) });
    let token = whatsapp.add_token(&app.id, &[&waba]);
    let maria =
        whatsapp.add_person(NewPerson { name: "Мария Ковалёва".to_owned(), ..NewPerson::default() });
    customer(&whatsapp, maria, &phone)?;
    manager(&format!("{}/v26.0/{phone}/messages", whatsapp.base_url()), &token).await?;
    let mut out = std::io::stdout();
    writeln!(out, "{}/phone/{maria}/{phone}", whatsapp.base_url())?;
    out.flush()?;
    tokio::signal::ctrl_c().await?;
    whatsapp.stop().await;
    Ok(())
}

/// Messages of every kind from the customer.
fn customer(whatsapp: &WhatsApp, maria: i64, phone: &str) -> Result<()> {
    let contract = Given::sample().named("Договор №7.pdf");
    let place = Content::of("location").with("latitude", 43.2389).with("longitude", 76.8897);
    for content in [
        Content::text("Здравствуйте! Есть ли синий диван?"),
        Content::of("image").saying("Вот такой"),
        Content::of("voice"),
        Content::of("video").saying("Так стучит"),
        Content::of("document").file(contract).saying("подписано"),
        Content::of("sticker"),
        place.with("name", "Акме").with("address", "Абая, 10"),
    ] {
        whatsapp.customer(maria, phone).sends(content)?;
    }
    Ok(())
}

/// Messages of the business.
#[expect(clippy::disallowed_methods, reason = "an example has no other client")]
async fn manager(address: &str, token: &str) -> Result<()> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let reply = |id: &str, title: &str| json!({"type": "reply", "reply": {"id": id, "title": title}});
    let rows = json!([{"id": "k1", "title": "Доставка", "description": "1-2 дня"}, {"id": "k2", "title": "Самовывоз"}]);
    let calls: [(&str, Value); 4] = [
        ("text", json!({"body": "Добрый день, Мария! Есть один."})),
        ("location", json!({"latitude": 43.2389, "longitude": 76.8897, "name": "Акме", "address": "Абая, 10"})),
        (
            "interactive",
            json!({"type": "button", "body": {"text": "Привезти сегодня?"}, "action":
            {"buttons": [reply("1", "Да"), reply("2", "Нет")]}}),
        ),
        (
            "interactive",
            json!({"type": "list", "body": {"text": "Как удобнее?"}, "action":
            {"button": "Варианты", "sections": [{"rows": rows}]}}),
        ),
    ];
    for (kind, content) in calls {
        let message = json!({"messaging_product": "whatsapp", "to": "77010001122", "type": kind, kind: content});
        let answer = http.post(address).bearer_auth(token).json(&message).send().await?;
        anyhow::ensure!(answer.status().is_success(), "{kind}: {}", answer.text().await?);
    }
    Ok(())
}
