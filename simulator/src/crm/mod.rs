//! A local amoCRM with memory: OAuth, a part of REST, the Chats API (amojo), hooks, and pages for people that run
//! widgets like amoCRM.
//!
//! It is written from the published documents and shares no code or types with the client it tests: an emulator derived
//! from the client could only confirm the client's mistakes.
//!
//! Before [`Sandbox::start`] a rustls crypto provider must be installed in the process
//! (`rustls::crypto::ring::default_provider().install_default()`), because the sandbox's outgoing calls (hooks,
//! installations) use `reqwest` without a TLS provider.

mod abilities;
mod act;
mod amojo;
mod attachment;
mod breakage;
mod compose;
mod config;
mod core;
mod crm_hooks;
mod demotion;
mod disposable;
mod drive;
mod exchange;
mod faults;
mod hook_actions;
mod hook_body;
mod hook_faults;
mod hook_message;
mod hooks;
mod hosts;
mod ids;
mod installation;
mod jwt;
mod list_message;
mod log;
mod media;
mod oauth;
mod open_chat;
mod outgoing;
mod pages;
mod rates;
mod rest;
mod sandbox;
mod signature;
mod single_source;
mod state;
mod strict;
mod trouble;
mod view;
mod widget;
mod widget_host;
mod wire;

pub use abilities::{Abilities, Lengths, Reactions};
pub use act::{Act, Chosen, Content, Done, Enclosed};
pub use attachment::Attachment;
pub use breakage::Breakage;
pub use config::{ChannelConfig, IntegrationConfig, Now, SandboxConfig, WidgetArchive, WidgetConfig, system_clock};
pub use faults::{Fault, Faults, Gate, Part};
pub use hook_actions::HookForm;
pub use hook_faults::{HookFault, HookKind};
pub use hook_message::{Button, HookMessage};
pub use hooks::{PreparedHook, Said};
pub use list_message::{ListMessage, ListRow, Section};
pub use log::{CrmHookView, HookAnswer, LogDirection, RepeatView, RequestView, TokenCall};
pub use media::Fetched;
pub use sandbox::Sandbox;
pub use state::{Direction, Status, UserRights};
pub use view::{
    AccountView, ChatView, ConnectionView, ContactView, IncomingLeadView, LeadView, LinkView, MessageView,
    PipelineView, TalkView, UserView, WebhookView,
};
