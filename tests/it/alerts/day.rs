//! A day with two failing sources, as their owner sees it: one alert in Telegram, and its end.

use base::i18n::Language;
use parom::alert_notices::bot;
use parom::identity::ticket;
use parom_tests::{Answer, Browser, Engine, Line, MailServer, Setup, World};
use serde_json::json;
use simulator::telegram::NewPerson;

use super::{HOUR, MINUTE, gets_a_bot, looks, sends_due_notices};
use crate::browser::looks_right;

/// The administrator comes from the widget and opens the page: their sessions end while they do nothing for hours. A page
/// that is still open then asks again, and Parom asks amoCRM about them: it must know them.
async fn opens_alerts(browser: &Browser, world: &World, line: &Line) {
    let users = world.sandbox.users(&line.host);
    let admin = users.iter().find(|user| user.is_admin).expect("an administrator");
    let ticket = ticket::issue(&world.app().identity, line.tenant_id, admin.id, &admin.name, true).await;
    let base = world.api.base();
    browser.goto(&format!("{base}/panel/enter?ticket={}", ticket.expect("a ticket"))).await;
    browser.find("main h1").await;
    browser.goto(&format!("{base}/panel/alerts")).await;
}

async fn the_day(language: Language) {
    let code = language.code();
    let Some(browser) = Browser::open(code).await else { return };
    let _mail = MailServer::start().await;
    let setup = Setup { telegram: true, change: super::with_mail_and_bot, ..Setup::default() };
    let mut world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let bot = gets_a_bot(&mut world).await;
    let (one, two) = (world.line("one").await, world.line("two").await);
    for line in [&one, &two] {
        world.customer(line, "anna").writes("Hello").await;
    }
    world.deliver_all().await;

    // Morning: the owner links a chat.
    opens_alerts(&browser, &world, &one).await;
    looks_right(&browser, &format!("{code}/alerts-none")).await;
    browser.press("form[action='/panel/alerts/chat'] button").await;
    let link = browser.find("a[href^='https://t.me/parom_alerts_bot?start=']").await;
    let href = link.attr("href").await.expect("an element").expect("an address");
    looks_right(&browser, &format!("{code}/alerts-code")).await;
    let owner = world.telegram().add_person(NewPerson { first_name: "Анна".to_owned(), ..NewPerson::default() });
    let chat = world.telegram().customer(owner, bot);
    chat.starts(href.rsplit('=').next().expect("a code")).expect("Start is pressed");
    bot::poll(&world.app().alert_notices).await.expect("the bot is asked");
    let told = |world: &World| -> Vec<String> {
        let sent = world.telegram().sent(bot).into_iter();
        sent.filter(|message| message.json["chat"]["id"] == owner).map(|message| message.text).collect()
    };
    assert_eq!(told(&world).len(), 1, "it is linked");

    // Noon: the messengers of both sources no longer let Parom in.
    world.advance(3 * HOUR);
    for line in [&one, &two] {
        world.messenger.answers_next([Answer::status(401)]);
        world.manager(line).answers("anna", "Hi").await;
        world.deliver_all().await;
    }
    looks(&world).await;
    world.advance(MINUTE);
    assert_eq!(sends_due_notices(&world).await, 1, "one notice about both");
    let alert = told(&world).pop().expect("a message");
    assert!(alert.contains("Line one") && alert.contains("Line two") && alert.contains("/panel/sources/"), "{alert}");
    assert!(!alert.contains("Hi"), "no text of a message: {alert}");
    for _ in 0..6 {
        world.advance(10 * MINUTE);
        looks(&world).await;
        assert_eq!(sends_due_notices(&world).await, 0, "one an hour at most");
    }
    opens_alerts(&browser, &world, &one).await;
    browser.find("li.card").await;
    looks_right(&browser, &format!("{code}/alerts-two")).await;

    // Evening: both are connected again.
    for line in [&one, &two] {
        let change = json!({"settings": {"webhook_url": world.messenger.url()}});
        world.api.patch(&line.path(""), &change).await.is(200);
    }
    world.deliver_to_the_end().await;
    looks(&world).await;
    world.advance(MINUTE);
    assert_eq!(sends_due_notices(&world).await, 1);
    let over = told(&world).pop().expect("a message");
    assert!(over.matches("✅").count() == 2 && over.contains("Line one") && over.contains("Line two"), "{over}");
    assert_eq!(told(&world).len(), 3, "the link, the alert, its end");
    opens_alerts(&browser, &world, &one).await;
    browser.find(".notice.t-ok").await;
    browser.close().await;
    parom_tests::Place::close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_english() {
    the_day(Language::En).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_russian() {
    the_day(Language::Ru).await;
}
