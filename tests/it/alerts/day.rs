//! A day with two failing sources, as their owner sees it: one alert in Telegram, and its end.

use parom::alert_notices::bot;
use parom_tests::{Answer, Engine, MailServer, Place, Setup, World};
use serde_json::json;
use simulator::telegram::NewPerson;

use super::{HOUR, MINUTE, gets_a_bot, looks, sends_due_notices};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_failing_sources_are_one_alert_and_its_end() {
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
    let visitor = world.panel(one.tenant_id).await;
    visitor.opens("/panel/alerts").await.is(200).says(&["No open alerts"]);
    let page = visitor.does("/panel/alerts/chat", &[]).await;
    let code = page.between("https://t.me/parom_alerts_bot?start=", "\"").expect("a code").to_owned();
    let owner = world.telegram().add_person(NewPerson { first_name: "Анна".to_owned(), ..NewPerson::default() });
    let chat = world.telegram().customer(owner, bot);
    chat.starts(&code).expect("Start is pressed");
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
    let page = world.panel(one.tenant_id).await.opens("/panel/alerts").await.is(200);
    page.says(&["Line one", "Line two", "Open"]);

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
    world.panel(one.tenant_id).await.opens("/panel/alerts").await.is(200).says(&["class=\"notice t-ok"]);
    world.close().await;
}
