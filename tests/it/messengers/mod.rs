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

use parom_tests::World;
use parom_tests::settings::HOST;
use simulator::crm::MessageView;

use crate::contract::has_bot;

/// What amoCRM got from outside, in order.
fn at_crm(world: &World) -> Vec<MessageView> {
    world.sandbox.messages(HOST).into_iter().filter(|message| message.msgid.is_some()).collect()
}

fn texts_at_crm(world: &World) -> Vec<String> {
    at_crm(world).into_iter().map(|one| one.text).collect()
}

/// What people write in the messenger's own interface is shown as written by the bot, which amoCRM's support issued.
pub async fn with_bot(world: &mut World) {
    world.setup_is(has_bot);
    world.restart().await;
}
