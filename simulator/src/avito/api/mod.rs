//! The API: `/core` and `/messenger`, with their answers, faults and limits.

mod answer;
mod chats;
mod files;
mod hooks;
mod messages;
mod operation;
mod wire;

pub(crate) use answer::{Refusal, answered};
pub(crate) use wire::routes;
