//! MAX.

use doubles::max::{BotView, Content, File, Max, NewBot, NewPerson};
use parom_tests::settings::HOST;
use parom_tests::{Beside, Line, both};
use sandbox::HookMessage;
use serde_json::json;

use super::{at_crm, kinds_at_crm};

type MaxWorld = Beside<Max>;

/// A source, its bot, and Maria, who has started it and written "Hello".
struct Chat {
    line: Line,
    bot: BotView,
    maria: i64,
}

async fn arrives(world: &mut MaxWorld) {
    world.messenger.deliver_all().await;
    world.deliver_all().await;
}

async fn chatting(world: &mut MaxWorld) -> Chat {
    let bot = world.messenger.add_bot(NewBot::default());
    let line = world.line_of("max", "Acme", "max-1", json!({ "bot_token": bot.token })).await;
    let maria = world.messenger.add_person(NewPerson::default());
    world.messenger.customer(maria, bot.id).starts("").unwrap();
    world.messenger.customer(maria, bot.id).writes("Hello").unwrap();
    arrives(world).await;
    Chat { line, bot, maria }
}

async fn both_ways(world: &mut MaxWorld) {
    let chat = chatting(world).await;
    assert_eq!(kinds_at_crm(world), [("text".to_owned(), "Hello".to_owned())]);
    let customer = |world: &MaxWorld| world.messenger.dialog(chat.bot.id, chat.maria).to_string();
    let dialog = customer(world);
    let answer = chat.line.manager_sends(world, &dialog, HookMessage::text("Good morning")).await;
    world.deliver_all().await;
    let sent = world.messenger.sent(chat.bot.id);
    assert_eq!(sent.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["Good morning"]);
    assert_eq!(world.statuses_at_crm(&chat.line, &answer.message_id), [1]);

    let picture = Content::Image { file: File::default() };
    world.messenger.customer(chat.maria, chat.bot.id).sends("Look", vec![picture]).unwrap();
    arrives(world).await;
    assert_eq!(at_crm(world).last().unwrap().kind, "picture");
    let chats = world.sandbox.chats(HOST);
    assert_eq!(chats.len(), 1);
}

both!(both_ways);
