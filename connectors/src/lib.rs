//! Messengers behind one trait. A connector implements its messenger's protocol and depends on no tenants, tables or
//! queue: it receives what to send and returns the outcome.

mod abilities;
mod above;
pub mod avito;
mod connector;
mod consent;
pub mod custom;
mod drafted;
mod entered;
pub mod error_catalog;
pub mod facebook;
mod field;
pub mod file;
pub mod fit;
pub mod incoming;
pub mod instagram;
mod judged;
pub mod kind;
pub mod kinds;
mod lenient;
mod line;
pub mod max;
pub mod meta;
mod outgoing;
pub mod poll;
mod pressed_button;
mod read_marks;
mod registry;
pub mod storable;
pub mod telegram;
pub mod template;
#[cfg(test)]
mod tests;
mod text_links;
mod unanswered;
mod upload;
pub mod vendor_app;
pub mod vk;
pub mod webchat;
pub mod whatsapp;

pub use abilities::{
    Abilities, AfterUnknown, ContentAbilities, FeatureAbilities, Length, Stand, Support, Unit, Window,
};
pub use connector::{Check, Connector, Gaps, Probe, Settings, Setup};
pub use consent::{ConsentPage, OfferedLine};
pub use field::{Field, Input};
pub use line::{
    Denied, HOOK_SECRET, HookTarget, Identity, LineAccount, LinePage, LineService, ValueToEnter, Watched,
    WebhookToEnter,
};
pub use outgoing::{Event, LastIncoming, Message, MessageIds, Outgoing, PartNumber, SourceNotice};
pub use pressed_button::PressedButton;
pub use registry::Connectors;
