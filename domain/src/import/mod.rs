//! History import: a file of messages is stored, counted and then delivered at a fifth of the rate, behind all live
//! messages.
//!
//! ```text
//! file ─▶ read (lines, skips: durable) ─▶ plan (counts) ─▶ queued ─▶ running ─▶ done
//!                                           └─ dry run: reported, kept a day    ├─▶ paused ─▶ queued
//!                                                                               ├─▶ failed ─▶ queued
//!                                                                               └─▶ cancelled
//! running, once a second: settle what amoCRM accepted ─▶ queue the next lines, chat by chat, oldest first
//! ```
//!
//! A file is lines of messages, or an export of another program, which a reader of its format translates into such lines (`dump/`), or a
//! table of any columns, whose rows wait until a person has said what they mean (`table/`).
//!
//! Messengers with an API for it are asked for their own history instead of a file (`history.rs`): while it is queued,
//! its pages become lines.
//!
//! All state is in rows: claiming an import increments its `epoch`, which invalidates later writes of an earlier
//! holder. A line has our id of its message before it is queued, so that after a crash our own message is
//! distinguished from an earlier one.

mod dump;
mod format;
mod history;
mod limits;
mod queries;
mod run;
mod step;
mod table;
mod tables;
mod take_in;

use base::message::stored_as_small_integer;
use base::worded::worded;
use chrono::TimeDelta;

pub use dump::{DateOrder, DumpOptions};
pub use format::{Format, NAMED};
pub use history::{HISTORY_DAYS, begin as begin_history, has_history, is_under_way, latest as latest_history};
pub use queries::{
    ImportedChat, Skip, SkipGroup, can_link, can_start, cancel, chats, failure, find, list, notes, pause, resume,
    seconds_expected, skip_groups, skips, start,
};
pub use run::{RunningSteps, run, step_all};
pub use table::{Column, ColumnMeaning, Table};
pub use tables::{
    PreviewMessage, PreviewRow, choose, discard_table, find_table, preview, preview_table, tables, with_columns,
};
pub use take_in::{
    Received, ReceivedImport, StoredTable, UploadOptions, is_dump, take_in, take_in_dump, take_in_table,
};

/// State of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportState {
    /// The file is being received; it is not visible yet.
    Reading,
    /// It waits for its turn.
    Queued,
    Running,
    Paused,
    /// Everything is delivered; for a dry run: everything is counted.
    Done,
    Cancelled,
    /// It cannot continue by itself; its position is kept.
    Failed,
}

stored_as_small_integer!(ImportState {
    Reading = 0,
    Queued = 1,
    Running = 2,
    Paused = 3,
    Done = 4,
    Cancelled = 5,
    Failed = 6,
});

const _: () = {
    let [done, cancelled] = crate::usage::ENDED;
    assert!(done == ImportState::Done.number() && cancelled == ImportState::Cancelled.number());
};

impl ImportState {
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

    /// Whether no more lines will be queued.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled)
    }
}

worded! {
    /// Which messages create leads and notifications.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum LeadsMode, word {
        /// The newest of each chat.
        #[default]
        Newest = "newest",
        /// None: all are silent.
        None = "none",
    }
}

/// How long a claim of an import lasts.
const HELD: TimeDelta = TimeDelta::minutes(1);
/// How long the file of a dry run is kept.
const KEPT: TimeDelta = TimeDelta::days(1);
/// How long a file that is being received counts without growing: longer, and its process has died.
const GROWS: TimeDelta = TimeDelta::hours(1);
