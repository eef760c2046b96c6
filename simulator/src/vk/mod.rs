//! A small VK: the API for communities, and what callback servers get about people's acts.
//!
//! Written from <https://dev.vk.com> and VK's published schema (`VKCOM/vk-api-schema`, 5.199), for any community's bot.
//!
//! ```text
//! wire.rs      tables, and answers to the kit        acts.rs         places of acts, content, what follows
//! api.rs       methods, and who may call them        events.rs       what is reported, and how
//! messages.rs  calls that write                      history.rs      calls that read
//! servers.rs   callback servers, the long poll        files.rs        uploads, and files at their addresses
//! keyboard.rs  checks keyboards                      json.rs         the objects of the API
//! login.rs     how apps get tokens                    execute.rs      several calls in one
//! call.rs      parameters, results and refusals      communities.rs  new communities, people, chats; views
//! ```

mod acts;
mod api;
mod call;
mod communities;
mod events;
mod execute;
mod files;
mod history;
mod json;
mod keyboard;
mod login;
mod messages;
mod options;
mod servers;
mod wire;

pub use crate::kit::{Act, Author, Content, Fault, Given, HookFault, HookState, MessageView, NewPerson, Verb};
pub use communities::{CommunityView, NewChat, NewCommunity};
pub use options::{NewApp, Options, Server, ServerStatus};

pub type Vk = crate::kit::Simulator<Options>;
/// A person who writes to a community.
pub type Customer<'a> = crate::kit::Customer<'a, Options>;
