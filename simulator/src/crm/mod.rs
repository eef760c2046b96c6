//! A local amoCRM with memory: OAuth, a part of REST, the Chats API (amojo), hooks, and pages for people that run
//! widgets like amoCRM.
//!
//! It is written from the published documents and shares no code or types with the client it tests: an emulator derived
//! from the client could only confirm the client's mistakes. It is no messenger and so no [`crate::kit::Wire`]; of the kit
//! it uses calls, answers, rules for faults, words and the signal of changes.
//!
//! ```text
//! config  log  strict  ids  hook_message  signature  rates  widget   data
//! state                           accounts: chats, cards (described by entities), talks, templates, events
//! exchange  faults  core                                    the state in which it runs, and its own calls
//! hooks  act  bots  crm_hooks  media  breakage                    what people and amoCRM do
//! amojo  rest  oauth  drive  pages                          what is asked
//! serve  sandbox                                            the way in, and the handle
//! ```

mod act;
mod amojo;
mod bots;
mod breakage;
mod config;
mod core;
mod crm_hooks;
mod drive;
mod exchange;
mod faults;
mod hook_message;
mod hooks;
mod ids;
mod log;
mod media;
mod oauth;
mod pages;
mod rates;
mod rest;
mod sandbox;
mod serve;
mod signature;
mod state;
mod strict;
mod view;
mod widget;

pub use act::{Act, Chosen, Content, Done, Enclosed};
pub use breakage::Breakage;
pub use config::{ChannelConfig, IntegrationConfig, Now, SandboxConfig, system_clock};
pub use faults::{Fault, Faults, Gate, HookFault, HookKind, Part};
pub use hook_message::{Attachment, Button, HookMessage, ListMessage, ListRow, Section};
pub use hooks::{HookForm, PreparedHook, Said};
pub use log::{HookAnswer, LogDirection, RepeatView, RequestView, TokenCall};
pub use media::Fetched;
pub use sandbox::{PastSale, Sandbox};
pub use state::{
    BotRun, Connection as ConnectionView, Delivery as CrmHookView, Direction, HookSamples, Link as LinkView,
    Message as MessageView, OtherMessage, Pipeline as PipelineView, Settings, Status, Switches, Talk as TalkView,
    User as UserView, UserRights, Webhook as WebhookView,
};
pub use view::{AccountView, ChatView, ContactView, IncomingLeadView, LeadCardView, LeadView};
