//! The state of a simulated VK.

mod call;
mod comment;
mod community;
mod dialogue;
mod event;
mod files;

use std::collections::BTreeMap;

pub use call::CallView;
pub(crate) use comment::{Comment, CommentOf};
pub use community::ServerStatus;
pub(crate) use community::{Community, Server, Token};
pub(crate) use dialogue::{CHATS, Chat, Dialogue, Message, Person};
pub use event::EventState;
pub(crate) use event::{Event, Events};
pub(crate) use files::{Files, Stored};

use super::rates::Rates;

/// The whole state, behind one lock.
#[derive(Default)]
pub(crate) struct State {
    /// The time of the current change, in milliseconds.
    pub(crate) now: i64,
    pub(crate) communities: BTreeMap<i64, Community>,
    pub(crate) people: BTreeMap<i64, Person>,
    pub(crate) chats: BTreeMap<i64, Chat>,
    /// By community and peer.
    pub(crate) dialogues: BTreeMap<(i64, i64), Dialogue>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) events: Events,
    pub(crate) files: Files,
    pub(crate) rates: Rates,
    pub(crate) calls: Vec<CallView>,
    serial: i64,
}

impl State {
    /// A unique number for ids of every kind.
    pub(crate) fn next_serial(&mut self) -> i64 {
        self.serial += 1;
        self.serial
    }

    /// Now in Unix seconds.
    pub(crate) fn date(&self) -> i64 {
        self.now.div_euclid(1000)
    }

    /// A string with this number of hexadecimal digits, different each time.
    pub(crate) fn next_hex(&mut self, digits: usize) -> String {
        let mut number = u128::from(self.next_serial().unsigned_abs()) + 1;
        let mut text = String::new();
        while text.len() < digits {
            number = number.wrapping_mul(0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645).wrapping_add(0x5851_F42D);
            text.push_str(&format!("{:016x}", (number >> 32) & 0xFFFF_FFFF_FFFF_FFFF));
        }
        text.truncate(digits);
        text
    }
}
