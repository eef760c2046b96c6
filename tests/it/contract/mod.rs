//! The contract of messengers: what every messenger does, once, played with each whose abilities allow it; simulated
//! messenger, server, local amoCRM. What only one messenger has is in `tests/it/messengers/`.
//!
//! ```text
//! stage.rs   the world, and what a messenger tells to be played     out.rs      from amoCRM to the customer
//! avito.rs … whatsapp.rs   each messenger                           inwards.rs  from the customer to amoCRM
//! door.rs    who may call, and what becomes of every body           setup.rs    a source is made, watched, deleted
//! trouble.rs what goes wrong between us and a messenger
//! ```
//!
//! The next messenger needs a file like `max.rs`, its name in `contract!` below, and its reasons in [`NEVER`].
//! The site chat and messengers of the API are played in suites of their own.

use futures_util::future::LocalBoxFuture;

/// Turns scenarios into a test for each messenger: `contract::out::texts_leave::vk`. A scenario names the way and the
/// abilities that it holds, and who plays it; `all` are those of [`KINDS`].
macro_rules! contract {
    ($($scenario:ident: $way:ident $things:tt $kinds:tt;)+) => {
        $($crate::contract::contract!(@tests $scenario $kinds);)+
        pub const SCENARIOS: &[$crate::contract::Scenario] = &[
            $($crate::contract::Scenario {
                way: $crate::contract::Way::$way,
                things: &$things,
                kinds: $crate::contract::contract!(@kinds $kinds),
            }),+
        ];
    };
    (@kinds all) => { $crate::contract::KINDS };
    (@kinds [$($kind:ident)+]) => { &[$(stringify!($kind)),+] };
    (@tests $scenario:ident all) => {
        $crate::contract::contract!(@tests $scenario [avito facebook instagram max telegram vk whatsapp]);
    };
    (@tests $scenario:ident [$($kind:ident)+]) => {
        mod $scenario {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $kind() {
                    let start = $crate::contract::$kind;
                    $crate::contract::stage::plays(parom_tests::Engine::Sqlite, start, |stage| {
                        Box::pin(super::$scenario(stage))
                    })
                    .await;
                }
            )+
        }
    };
}

/// Turns each `async fn name(stage: &mut Stage)` into a test of what only this messenger does.
macro_rules! special {
    ($kind:ident: $($scenario:ident),+ $(,)?) => {
        $($crate::contract::contract!(@tests $scenario [$kind]);)+
    };
}

pub(crate) use {contract, special};

mod avito;
mod door;
mod inwards;
mod max;
mod meta;
pub mod out;
mod setup;
pub mod stage;
mod telegram;
mod trouble;
mod vk;
mod whatsapp;

use std::sync::Arc;

use base::clock::Clock;
use simulator::meta::Platform;

pub use avito::Avito;
pub use meta::{Meta, signed};
use stage::Messenger;
pub use stage::{HookCall, Stage, failure, has_bot, posts, watched};
pub use vk::Vk;

/// A messenger that starts.
pub type Starting = LocalBoxFuture<'static, Arc<dyn Messenger>>;

/// A function that starts each messenger, and the names of who plays the contract.
macro_rules! starts {
    ($($kind:ident($clock:ident): $start:expr;)+) => {
        $(pub fn $kind($clock: Clock) -> Starting {
            Box::pin($start)
        })+

        pub const KINDS: &[&str] = &[$(stringify!($kind)),+];
    };
}

starts! {
    avito(clock): avito::start(clock);
    facebook(clock): meta::start(clock, Platform::Facebook);
    instagram(clock): meta::start(clock, Platform::Instagram);
    max(clock): max::start(clock);
    telegram(clock): telegram::start(clock);
    vk(clock): vk::start(clock);
    whatsapp(clock): whatsapp::start(clock);
}

/// Which way something goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From amoCRM to the customer.
    Out,
    /// From the customer to amoCRM.
    In,
    Both,
}

/// A scenario, and what it holds of whom.
#[derive(Debug)]
pub struct Scenario {
    pub way: Way,
    /// Abilities by their names in `docs/connectors.md`.
    pub things: &'static [&'static str],
    pub kinds: &'static [&'static str],
}

/// All scenarios.
pub fn scenarios() -> impl Iterator<Item = &'static Scenario> {
    [out::SCENARIOS, inwards::SCENARIOS, door::SCENARIOS, setup::SCENARIOS, trouble::SCENARIOS].into_iter().flatten()
}

const NO_TEMPLATES: &str = "only amoCRM's people use templates";
const NO_NUMBERS: &str = "the messenger reports no number of a customer";

/// What customers of a messenger never send, because.
pub const NEVER: &[(&[&str], &[&str], &str)] = &[
    (KINDS, &["templates"], NO_TEMPLATES),
    (&["avito", "facebook", "instagram", "max", "vk"], &["write_first"], NO_NUMBERS),
    (
        &["avito"],
        &["audio", "sticker", "captions"],
        "buyers send neither music nor stickers, and no text with a picture",
    ),
    (&["avito"], &["video", "file"], "Avito gives no file of them: they come as words"),
    (&["avito"], &["contact"], "Avito has no contact cards"),
    (&["avito"], &["media_groups"], "each picture is a message of its own"),
    (&["avito"], &["buttons", "lists"], "there is nothing to press at Avito"),
    (&["avito"], &["quotes"], "Avito's webhook does not say what a message quotes"),
    (&["avito"], &["forwards"], "Avito has no forwarding of messages"),
    (&["avito"], &["comments"], "an advert has no comments"),
    (&["avito"], &["reactions", "typing"], "Avito posts nothing of them"),
    (&["avito"], &["edits"], "Avito has no editing of messages"),
    (&["facebook", "instagram"], &["location", "contact"], "Meta's webhooks hold neither places nor cards"),
    (&["facebook", "instagram"], &["forwards"], "Meta's webhooks do not say that a message was forwarded"),
    (&["facebook", "instagram"], &["typing"], "Meta does not report that a customer types"),
    (&["facebook", "instagram"], &["audio"], "Meta does not distinguish music from other sound"),
    (&["max"], &["voice"], "MAX does not distinguish voice from other sound"),
    (&["max"], &["reactions"], "MAX reports no reactions to bots"),
    (&["max"], &["typing"], "MAX does not report to bots that a customer types"),
    (&["telegram"], &["comments"], "a chat with a bot has no comments"),
    (&["telegram"], &["typing"], "Telegram does not report to bots that a customer types"),
    (&["vk"], &["contact"], "VK's messages hold no contact cards"),
    (&["vk"], &["video", "audio"], "a community gets the address of a film or a song, not the file"),
    (&["whatsapp"], &["comments"], "a chat with a number has no comments"),
    (&["whatsapp"], &["typing"], "WhatsApp does not report to apps that a customer types"),
    (&["telegram"], &["write_first"], "whoever shares their number is reached by it: messengers/telegram.rs"),
    (&["whatsapp"], &["write_first"], "who is written to first gets a template: messengers/whatsapp/write_first.rs"),
];

/// Whether customers of a messenger can send something.
pub fn comes(kind: &str, thing: &str) -> bool {
    !NEVER.iter().any(|(kinds, things, _)| kinds.contains(&kind) && things.contains(&thing))
}
