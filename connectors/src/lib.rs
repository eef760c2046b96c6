//! Messengers behind one trait. A connector implements its messenger's protocol and depends on no tenants, tables or
//! queue: it receives what to send and returns the outcome. The folder of a messenger has these files:
//!
//! ```text
//! mod.rs       the connector                       wire.rs      the messenger's JSON, and the ids that are stored
//! api.rs       calls, and what it supports         receive.rs   its events; receive/content.rs what a message says
//! setup.rs     settings, checks, its webhook       send.rs      messages and events to it, and its refusals;
//! keyboard.rs  buttons, and presses of them                     send/draft.rs what is posted, send/file.rs files
//! people.rs    names that its events leave out     files.rs     files at the messenger, history.rs earlier messages
//! ```
//!
//! Unit tests call a scripted server (`fake.rs`), whose usual answers are in each folder's `fake.rs`.

mod abilities;
pub mod avito;
mod call;
mod connector;
pub mod consent;
pub mod custom;
pub mod error_catalog;
pub mod facebook;
#[cfg(test)]
mod fake;
mod field;
pub mod file;
pub mod fit;
pub mod hours;
pub mod incoming;
pub mod instagram;
pub mod kinds;
mod line;
pub mod max;
pub mod meta;
mod outgoing;
pub mod poll;
mod pressed_button;
mod receiving;
mod sending;
pub mod storable;
pub mod telegram;
pub mod template;
#[cfg(test)]
mod tests;
pub mod vendor_app;
pub mod vk;
pub mod webchat;
pub mod whatsapp;

pub use crate::abilities::{
    Abilities, AfterUnknown, ContentAbilities, FeatureAbilities, Length, Shadow, Stand, Support, Unit, Window,
};
pub use crate::connector::{Check, Connector, Gaps, Kind, MetaCustomer, Probe, Settings, Setup};
pub use crate::consent::{ConsentPage, OfferedLine, Returned};
pub use crate::field::{Field, Input};
pub use crate::kinds::Connectors;
pub use crate::line::{
    Denied, HOOK_SECRET, HookTarget, Identity, LineAccount, LinePage, LineService, Receiver, SwitchOff, ValueToEnter,
    Watched, WebhookToEnter,
};
pub use crate::outgoing::{Event, LastIncoming, Message, MessageIds, Outgoing, PartNumber, SourceNotice};
pub use crate::pressed_button::PressedButton;
