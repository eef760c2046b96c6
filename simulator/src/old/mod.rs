//! The former kit, for the messengers that are not yet on `crate::kit`: a state behind a lock, a server, faults, and
//! pages.
//!
//! Nothing here depends on a messenger. A double provides its state, its faults and its options, and gets the rest:
//!
//! ```text
//! core.rs      the state behind one lock, with the double's clock, and a signal for its changes
//! server.rs    the address, the routes, the shutdown
//! faults.rs    rules that break calls and deliveries, and gates that hold calls
//! sender.rs    the loop that delivers what is due
//! answer.rs    answers that break off, and logs of the last calls
//! pages.rs     headers, files and events of the pages for people
//! language.rs  the language of the pages
//! programs.rs  requests of programs: actions, faults, uploads
//! ```

mod answer;
mod core;
mod faults;
mod language;
mod pages;
mod programs;
mod sender;
mod server;

pub use crate::kit::{Now, system_clock};
pub use faults::{CallFault, DeliveryFault, Faults, Gate};

pub(crate) use self::core::{Core, Memory};
pub(crate) use crate::kit::Budgets;
pub(crate) use answer::{cut, remember};
pub(crate) use language::{Bilingual, Frame, Language, fill, words};
pub(crate) use pages::{Asset, asset, events, is_own, render, render_with_forms};
pub(crate) use programs::{asked, perform, upload};
pub(crate) use sender::send;
pub(crate) use server::Server;
