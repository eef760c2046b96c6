//! Messengers on the whole road, both ways: simulated messenger, server, local amoCRM.
//!
//! ```text
//! played.rs   what the common steps know of a messenger     steps/   what is played with every messenger
//! bare.rs     a server with the essential calls alone       KIND/    what is particular to one
//! ```

pub mod avito;
mod bare;
pub mod facebook;
pub mod instagram;
pub mod max;
pub mod meta;
pub mod played;
mod steps;
pub mod vk;
mod whatsapp;
mod whose_line;

use parom_tests::World;
use parom_tests::settings::HOST;
use simulator::crm::MessageView;

/// What amoCRM got from outside, in order.
fn at_crm(world: &World) -> Vec<MessageView> {
    world.sandbox.messages(HOST).into_iter().filter(|message| message.msgid.is_some()).collect()
}

/// Kind and text of what amoCRM got.
fn kinds_at_crm(world: &World) -> Vec<(String, String)> {
    at_crm(world).into_iter().map(|message| (message.kind, message.text)).collect()
}

/// Owned pairs, to compare with what came.
fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(kind, text)| ((*kind).to_owned(), (*text).to_owned())).collect()
}
