//! The bot in the name of a person: Telegram Business.

use parom::source::{SourceStatus, StateReason};
use parom_tests::settings::{BOT_ID, HOST};
use parom_tests::{Place, Setup, TelegramLine, TelegramWorld, World, both};
use serde_json::json;
use simulator::crm::HookMessage;
use simulator::telegram::{Act, NewPerson};

use super::{at_crm, last};

/// Oleg has given his chats to the bot.
async fn lent(world: &mut World) -> (TelegramLine, i64) {
    let mut line = world.telegram_source(Default::default(), json!({})).await;
    line.person = world.telegram().add_person(NewPerson::default());
    let oleg = NewPerson {
        id: 6_098_765_432,
        first_name: "Oleg".into(),
        last_name: Some("Petrov".into()),
        ..NewPerson::default()
    };
    let owner = world.telegram().add_person(oleg);
    world.telegram().act(Act::own("connect").line(line.bot).with("owner", owner).with("can_reply", true)).unwrap();
    world.telegram_arrives().await;
    (line, owner)
}

async fn a_persons_chat_is_not_the_bots(world: &mut TelegramWorld) {
    let (line, owner) = lent(world).await;
    world.telegram().customer(line.person, line.bot).starts("").unwrap();
    world.telegram().customer(line.person, line.bot).writes("Боту").unwrap();
    world.telegram().correspondent(line.person, owner).writes("Олегу").unwrap();
    world.telegram_arrives().await;
    let chats: Vec<_> = at_crm(world).into_iter().map(|message| message.chat_id).collect();
    assert_eq!(chats.len(), 2);
    assert_ne!(chats[0], chats[1]);
}

async fn an_answer_goes_in_the_persons_name_and_does_not_come_back(world: &mut TelegramWorld) {
    let (line, owner) = lent(world).await;
    world.telegram().correspondent(line.person, owner).writes("Олег, добрый день").unwrap();
    world.telegram_arrives().await;
    let chat = line.chat_of(world, &format!("b{owner}/{}", line.person));
    let before = at_crm(world).len();
    line.manager_sends_to(world, &chat, HookMessage::text("Счёт отправлен")).await;
    world.deliver_all().await;
    assert_eq!(line.sent(world).pop().unwrap().text, "Счёт отправлен");
    world.telegram_arrives().await;
    assert_eq!(at_crm(world).len(), before, "an echo is no message");
}

async fn edits_and_deletions_come_in(world: &mut TelegramWorld) {
    let (line, owner) = lent(world).await;
    let maria = world.telegram().correspondent(line.person, owner);
    let id = maria.writes("Добрый день").unwrap();
    maria.edits(id, "Добрый вечер").unwrap();
    world.telegram_arrives().await;
    assert_eq!(last(world).text, "Добрый вечер");
    world.telegram().correspondent(line.person, owner).removes(id).unwrap();
    world.telegram_arrives().await;
    assert_eq!(last(world).text, "Удалено клиентом", "{:?}", last(world));
}

async fn a_person_who_disconnects_the_bot_is_reported(world: &mut TelegramWorld) {
    let (line, owner) = lent(world).await;
    world.telegram().act(Act::own("disconnect").line(line.bot).with("owner", owner)).unwrap();
    world.telegram_arrives().await;
    let app = world.app();
    let source = parom::source::find(&app.sources, line.line.tenant_id, line.line.source_id).await.unwrap();
    let state = parom::source::state(&app.sources, &source).await.unwrap();
    assert_eq!((state.status, state.reason), (SourceStatus::NeedsAttention, Some(StateReason::BusinessOff)));
    assert_eq!(state.detail, "Oleg Petrov");
}

/// With the bot that the channel got, which shows what was written on the phone.
async fn messages_that_the_person_writes_on_the_phone_are_shown(engine: parom_tests::Engine) {
    let change = |config: &mut base::config::Config| {
        let bot = base::config::Bot { id: BOT_ID.into(), client_id: BOT_ID.into(), name: "Acme".into() };
        config.integrations[0].channels[0].bot = Some(bot);
    };
    let setup = Setup { telegram: true, change, ..Setup::default() };
    let Some(mut world) = World::start(engine, setup).await else { return };
    let (line, owner) = lent(&mut world).await;
    world.telegram().correspondent(line.person, owner).writes("Сколько?").unwrap();
    world.telegram().correspondent(owner, line.person).writes("Сейчас посчитаю").unwrap();
    world.telegram_arrives().await;
    let texts: Vec<_> = at_crm(&world).into_iter().map(|message| message.text).collect();
    assert_eq!(texts, ["Сколько?", "Сейчас посчитаю"]);
    assert_eq!(world.sandbox.chats(HOST).len(), 1);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_that_the_person_writes_on_the_phone_are_shown_on_sqlite() {
    messages_that_the_person_writes_on_the_phone_are_shown(parom_tests::Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_that_the_person_writes_on_the_phone_are_shown_on_postgres() {
    messages_that_the_person_writes_on_the_phone_are_shown(parom_tests::Engine::Postgres).await;
}

both!(
    a_persons_chat_is_not_the_bots,
    an_answer_goes_in_the_persons_name_and_does_not_come_back,
    edits_and_deletions_come_in,
    a_person_who_disconnects_the_bot_is_reported,
);
