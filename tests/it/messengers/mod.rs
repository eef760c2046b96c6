//! Messengers on the whole road, both ways: simulated messenger, server, local amoCRM.

mod max;
mod whatsapp;

use parom_tests::World;
use parom_tests::settings::HOST;
use sandbox::MessageView;

/// What amoCRM got from outside, in order.
fn at_crm(world: &World) -> Vec<MessageView> {
    world.sandbox.messages(HOST).into_iter().filter(|message| message.msgid.is_some()).collect()
}

/// Kind and text of what amoCRM got.
fn kinds_at_crm(world: &World) -> Vec<(String, String)> {
    at_crm(world).into_iter().map(|message| (message.kind, message.text)).collect()
}
