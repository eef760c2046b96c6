//! A local amoCRM with memory: OAuth, a part of REST, the Chats API (amojo), hooks, and pages for people in which
//! widgets run as they do there.
//!
//! It is written from the published documents and shares no code and no types with the client it is used to
//! test: an emulator built from the client could only confirm the client's mistakes.
//!
//! Before [`Sandbox::start`] a rustls crypto provider must be installed in the process
//! (`rustls::crypto::ring::default_provider().install_default()`), because the calls the sandbox makes
//! (hooks, installations) go through `reqwest` without a provider of its own.

mod amojo;
mod config;
mod core;
mod disposable;
mod exchange;
mod faults;
mod hook_message;
mod hooks;
mod installation;
mod jwt;
mod log;
mod look;
mod oauth;
mod outgoing;
mod pages;
mod rest;
mod sandbox;
mod signature;
mod state;
mod strict;
mod switches;
mod trouble;
mod view;
mod widget;
mod widget_host;
mod wire;

pub use config::{ChannelConfig, IntegrationConfig, Now, SandboxConfig, WidgetArchive, WidgetConfig, system_clock};
pub use faults::{Fault, Faults, Gate, Part};
pub use hook_message::HookMessage;
pub use hooks::{PreparedHook, Said};
pub use log::{LogDirection, RequestView, TokenCall};
pub use outgoing::HookAnswer;
pub use sandbox::Sandbox;
pub use state::{Direction, Status};
pub use view::{AccountView, ChatView, ConnectionView, LeadView, MessageView, PipelineView, RepeatView, UserView};
