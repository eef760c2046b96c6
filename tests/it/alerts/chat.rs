//! The vendor's bot in Telegram: linking a chat, its notices, and what ends them.

use entity::{alert_chat, alert_notice};
use parom::alert_notices::bot;
use parom::identity::MemberRole;
use parom_tests::{Engine, MailServer, Setup, Visitor, World};
use sea_orm::EntityTrait;
use serde_json::json;
use simulator::telegram::{Fault, NewPerson};

use super::{HOUR, MINUTE, gets_a_bot, sends_due_notices};
use crate::panel::{add_member, sign_in};

async fn world(engine: Engine) -> Option<World> {
    World::start(engine, Setup { telegram: true, change: super::with_mail_and_bot, ..Setup::default() }).await
}

/// The code that the page shows.
fn code_of(text: &str) -> String {
    let at = text.find("/start ").expect("a code");
    text[at + 7..].chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// A person asks for a code in the panel and sends it to the bot.
async fn links(world: &World, visitor: &Visitor, bot: i64, name: &str) -> i64 {
    visitor.opens("/panel/alerts").await.is(200);
    let page = visitor.does("/panel/alerts/chat", &[]).await;
    page.says(&["@parom_alerts_bot", "https://t.me/parom_alerts_bot?start="]);
    let person = world.telegram().add_person(NewPerson { first_name: name.to_owned(), ..NewPerson::default() });
    world.telegram().customer(person, bot).starts(&code_of(&page.text)).unwrap();
    bot::poll(&world.app().alert_notices).await.unwrap();
    person
}

async fn goes_wrong(world: &World, tenant_id: uuid::Uuid, kind: &'static str) {
    let alarm = parom::alert::Alarm { tenant_id, kind, object: "", source_id: None, detail: json!({}) };
    parom::alert::raise(world.app(), world.app().store.write(), alarm).await.unwrap();
    world.advance(11 * MINUTE);
}

/// What the bot wrote to a person, oldest first.
fn bot_texts(world: &World, bot: i64, person: i64) -> Vec<String> {
    world
        .telegram()
        .sent(bot)
        .into_iter()
        .filter(|message| message.json["chat"]["id"] == person)
        .map(|message| message.text)
        .collect()
}

async fn a_linked_chat_gets_notices_until_it_is_unlinked(engine: Engine) {
    let _mail = MailServer::start().await;
    let Some(mut world) = world(engine).await else { return };
    let bot = gets_a_bot(&mut world).await;
    let line = world.line("support").await;
    add_member(&world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    let anna = sign_in(&world, "anna@example.com").await;
    let person = links(&world, &anna, bot, "Anna").await;
    assert_eq!(bot_texts(&world, bot, person).len(), 1, "{:?}", bot_texts(&world, bot, person));
    assert!(bot_texts(&world, bot, person)[0].starts_with("This chat is linked"));
    let page = anna.opens("/panel/alerts").await.is(200);
    page.says(&["Linked", "Anna", "Unlink the chat"]);
    page.never_says(&["/start "]);
    anna.opens("/panel/audit?group=alert").await.is(200).says(&["Alert chat linked"]);
    // The code is stored as a hash, and is worth nothing once it was used.
    goes_wrong(&world, line.tenant_id, "crm_unreachable").await;
    world.restart().await;
    let anna = sign_in(&world, "anna@example.com").await;
    assert_eq!(sends_due_notices(&world).await, 2, "by e-mail and in the chat");
    let message = bot_texts(&world, bot, person).pop().unwrap();
    assert!(
        message.starts_with("⚠️") && message.contains(&line.host) && message.contains("keeps the order"),
        "{message}"
    );
    assert_eq!(sends_due_notices(&world).await, 0);
    let db = world.app().store.write();
    parom::alert::resolve(world.app(), db, line.tenant_id, "crm_unreachable", "").await.unwrap();
    assert_eq!(sends_due_notices(&world).await, 0, "ten minutes between two");
    world.advance(11 * MINUTE);
    assert_eq!(sends_due_notices(&world).await, 2);
    assert!(bot_texts(&world, bot, person).pop().unwrap().starts_with("✅ Resolved:"));
    // Switched off for this kind in the chat only.
    anna.opens("/panel/alerts").await.is(200);
    let mut fields = vec![("letters", "1"), ("chat", "1"), ("kind", "late")];
    fields.push(("chat_kind", "unpaid"));
    anna.does("/panel/alerts/mine", &fields).await.says(&["Saved"]);
    goes_wrong(&world, line.tenant_id, "late").await;
    assert_eq!(sends_due_notices(&world).await, 1, "by e-mail alone");
    anna.does("/panel/alerts/chat/unlink", &[]).await.says(&["The chat is unlinked", "Link a chat"]);
    world.advance(HOUR);
    goes_wrong(&world, line.tenant_id, "unpaid").await;
    assert_eq!(sends_due_notices(&world).await, 0, "unpaid is not wanted by e-mail");
    parom_tests::Place::close(world).await;
}

async fn a_code_that_is_wrong_old_or_used_links_nothing(engine: Engine) {
    let _mail = MailServer::start().await;
    let Some(mut world) = world(engine).await else { return };
    let bot = gets_a_bot(&mut world).await;
    let line = world.line("support").await;
    add_member(&world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    let anna = sign_in(&world, "anna@example.com").await;
    anna.opens("/panel/alerts").await.is(200);
    let page = anna.does("/panel/alerts/chat", &[]).await;
    let code = code_of(&page.text);
    let stranger = world.telegram().add_person(NewPerson::default());
    let chat = world.telegram().customer(stranger, bot);
    let is_linked = async |world: &World| {
        let rows = alert_chat::Entity::find().all(world.app().store.read()).await.unwrap();
        assert!(rows.iter().all(|row| !row.code.contains(&code)), "only a hash is stored");
        rows.iter().any(|row| row.chat_id != 0)
    };
    for payload in ["", "0", "nonsense"] {
        chat.starts(payload).unwrap();
        bot::poll(&world.app().alert_notices).await.unwrap();
        assert!(!is_linked(&world).await, "{payload:?}");
    }
    assert!(bot_texts(&world, bot, stranger).iter().all(|text| text.contains("/panel/alerts")), "how it is done");
    world.advance(16 * MINUTE);
    chat.starts(&code).unwrap();
    bot::poll(&world.app().alert_notices).await.unwrap();
    assert!(!is_linked(&world).await, "after a quarter of an hour");
    anna.opens("/panel/alerts").await.is(200).never_says(&["/start "]);
    let person = links(&world, &anna, bot, "Anna").await;
    assert!(is_linked(&world).await);
    // What was handled is confirmed, so another look finds nothing.
    let answers = world.telegram().sent(bot).len();
    bot::poll(&world.app().alert_notices).await.unwrap();
    assert_eq!(world.telegram().sent(bot).len(), answers);
    // It ends by a word in the chat, too.
    world.telegram().customer(person, bot).writes("/stop").unwrap();
    bot::poll(&world.app().alert_notices).await.unwrap();
    anna.opens("/panel/alerts").await.is(200).says(&["someone wrote /stop there", "Link another chat"]);
    parom_tests::Place::close(world).await;
}

async fn a_blocked_bot_is_shown_as_off_and_delays_no_other_recipient(engine: Engine) {
    let mail = MailServer::start().await;
    let Some(mut world) = world(engine).await else { return };
    let bot = gets_a_bot(&mut world).await;
    let line = world.line("support").await;
    add_member(&world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    add_member(&world, line.tenant_id, "mark@example.com", MemberRole::Administrator).await;
    let (anna, mark) = (sign_in(&world, "anna@example.com").await, sign_in(&world, "mark@example.com").await);
    let annas = links(&world, &anna, bot, "Anna").await;
    let marks = links(&world, &mark, bot, "Mark").await;
    // Telegram fails for Anna; Mark and both e-mails do not wait for it.
    world.telegram().faults().next_to(&annas.to_string(), "sendMessage", 2, Fault::ServerError { status: 502 });
    goes_wrong(&world, line.tenant_id, "late").await;
    assert_eq!(sends_due_notices(&world).await, 3);
    assert_eq!(bot_texts(&world, bot, marks).len(), 2);
    assert_eq!(bot_texts(&world, bot, annas).len(), 1);
    world.advance(MINUTE);
    assert_eq!(sends_due_notices(&world).await, 0);
    world.advance(5 * MINUTE);
    assert_eq!(sends_due_notices(&world).await, 1, "the third try");
    assert_eq!(bot_texts(&world, bot, annas).len(), 2);
    // She blocks the bot: it is off, as her page shows.
    world.telegram().customer(annas, bot).blocks().unwrap();
    goes_wrong(&world, line.tenant_id, "unpaid").await;
    assert_eq!(sends_due_notices(&world).await, 3);
    let waits = alert_notice::Entity::find().all(world.app().store.read()).await.unwrap();
    assert!(waits.is_empty(), "{waits:?}");
    let page = anna.opens("/panel/alerts").await.is(200);
    page.says(&["the bot was blocked or removed there", "Link another chat"]);
    while !mail.is_empty() {
        mail.next().await;
    }
    parom_tests::Place::close(world).await;
}

/// A stranger's messages use up neither the answers of the bot nor the time of a poll.
async fn a_flood_of_one_chat_is_answered_a_few_times(engine: Engine) {
    let _mail = MailServer::start().await;
    let Some(mut world) = world(engine).await else { return };
    let bot = gets_a_bot(&mut world).await;
    let line = world.line("support").await;
    add_member(&world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    let anna = sign_in(&world, "anna@example.com").await;
    let stranger = world.telegram().add_person(NewPerson::default());
    let chat = world.telegram().customer(stranger, bot);
    for number in 0..60 {
        chat.writes(&format!("message {number}")).unwrap();
    }
    // Beside them, a code is taken.
    let person = links(&world, &anna, bot, "Anna").await;
    assert_eq!(bot_texts(&world, bot, stranger).len(), 5);
    assert!(bot_texts(&world, bot, person)[0].starts_with("This chat is linked"));
    // It recovers with time.
    world.advance(MINUTE);
    for number in 60..70 {
        chat.writes(&format!("message {number}")).unwrap();
    }
    bot::poll(&world.app().alert_notices).await.unwrap();
    assert_eq!(bot_texts(&world, bot, stranger).len(), 10);
    parom_tests::Place::close(world).await;
}

macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(super::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name(super::Engine::Postgres).await;
            }
        }
    )+};
}

on_both!(
    a_linked_chat_gets_notices_until_it_is_unlinked,
    a_code_that_is_wrong_old_or_used_links_nothing,
    a_blocked_bot_is_shown_as_off_and_delays_no_other_recipient,
    a_flood_of_one_chat_is_answered_a_few_times,
);
