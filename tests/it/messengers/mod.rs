//! What only one messenger does, on the whole road: simulated messenger, server, local amoCRM. What all do is
//! `tests/it/contract/`.

mod avito;
mod bare;
mod max;
mod meta;
mod telegram;
mod vk;
mod whatsapp;
mod whose_line;

use base::config::Bot;
use parom_tests::World;
use parom_tests::settings::{BOT_ID, HOST};
use simulator::crm::MessageView;

/// What amoCRM got from outside, in order.
fn at_crm(world: &World) -> Vec<MessageView> {
    world.sandbox.messages(HOST).into_iter().filter(|message| message.msgid.is_some()).collect()
}

/// What people write in the messenger's own interface is shown as written by the bot, which amoCRM's support issued.
pub async fn with_bot(world: &mut World) {
    world.setup_is(|config| {
        let bot = Bot { id: BOT_ID.into(), client_id: BOT_ID.into(), name: "Acme".into() };
        config.integrations[0].channels[0].bot = Some(bot);
    });
    world.restart().await;
}
