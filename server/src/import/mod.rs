//! History import: a file of messages is kept, counted and then carried at a fifth of the rate, behind everything live.
//!
//! ```text
//! file ─▶ read (lines, skips: durable) ─▶ plan (counts) ─▶ queued ─▶ running ─▶ done
//!                                           └─ dry run: told, kept a day        ├─▶ paused ─▶ queued
//!                                                                               ├─▶ failed ─▶ queued
//!                                                                               └─▶ cancelled
//! running, once a second: settle what amoCRM took ─▶ hand the next lines over, chat by chat, oldest first
//! ```
//!
//! Everything stands in rows: whoever takes an import counts its `epoch` on, and what an earlier holder still writes is
//! void. A line has our id of its message before it is handed over, so that after a crash "mine" is told from "came before".

mod act;
mod format;
mod handover;
mod look;
mod pace;
mod reason;
mod run;
mod settle;
mod step;
mod take_in;
mod waiting;

use crate::message::stored_as_small_integer;

pub use act::{cancel, pause, resume, start};
pub use format::Format;
pub use look::{Skip, can_link, can_start, failure, find, list, notes, seconds_expected, skips};
pub use run::{run, step_all};
pub use take_in::{Arrived, Wish, take_in};
pub use waiting::{Waiting, waiting};

/// How an import is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The file is coming in; nobody sees it yet.
    Reading,
    /// It waits for its turn.
    Queued,
    Running,
    Paused,
    /// Everything is there; of a dry run: everything is counted.
    Done,
    Cancelled,
    /// It cannot go on by itself; its place is kept.
    Failed,
}

stored_as_small_integer!(State {
    Reading = 0,
    Queued = 1,
    Running = 2,
    Paused = 3,
    Done = 4,
    Cancelled = 5,
    Failed = 6,
});

impl State {
    /// The word of the public API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reading | Self::Queued => "queued",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// Whether nothing more will be handed over.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled)
    }
}

/// Which messages make leads and notices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leads {
    /// The newest of each chat.
    #[default]
    Newest,
    /// None: all are silent.
    None,
}

impl Leads {
    /// The word of the public API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::None => "none",
        }
    }

    /// The option of a word; none for a word that is no option.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Newest, Self::None].into_iter().find(|leads| leads.word() == word)
    }
}

/// Whoever takes an import has it this long, in milliseconds.
const HELD_MILLIS: i64 = 60_000;
/// A file that was only counted, or broke off while it came, is kept this long, in milliseconds.
const KEPT_MILLIS: i64 = 24 * 3_600_000;
