//! A simulated Avito with one seller, two adverts and a buyer who sent every kind of message, for manual inspection:
//! `cargo run -p parom-simulator --example avito`.

use std::io::Write;

use anyhow::{Context, Result};
use simulator::avito::{Avito, Content, NewBuyer, NewItem, NewSeller, Options};

#[tokio::main]
async fn main() -> Result<()> {
    rustls::crypto::ring::default_provider().install_default().ok().context("a crypto provider")?;
    let avito = Avito::start(Options::default()).await?;
    let seller = avito.add_seller(NewSeller::default());
    let sofa = avito.add_item(NewItem::of(seller));
    let (title, price) = ("Стол дубовый".to_owned(), "12 000 ₽".to_owned());
    avito.add_item(NewItem { title, price, ..NewItem::of(seller) });
    let maria = avito.add_buyer(NewBuyer::default());
    let phone = avito.customer(maria, sofa);
    let first = phone.writes("Здравствуйте! Ещё продаёте?")?;
    let place = Content::of("location").with("lat", 55.599_799).with("lon", 37.603_954);
    let [image, voice, call, file] = ["image", "voice", "call", "file"].map(Content::of);
    let item = Content::of("item").with("item", sofa);
    for content in [image, voice, item, place.with("text", "Москва, Варшавское шоссе"), call, file]
    {
        phone.sends(content)?;
    }
    phone.replies(&first, "Привезёте сегодня?")?;
    let mut out = std::io::stdout();
    writeln!(out, "{}/phone/{maria}/{sofa}", avito.base_url())?;
    out.flush()?;
    tokio::signal::ctrl_c().await?;
    avito.stop().await;
    Ok(())
}
