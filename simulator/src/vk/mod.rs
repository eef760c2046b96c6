//! A small VK: the API for communities, its Callback API, and the phones of people who write to communities.
//!
//! Written from <https://dev.vk.com> and VK's published schema (`VKCOM/vk-api-schema`, 5.199), for any community's bot.
//!
//! ```text
//! a person acts        ─▶ message, comment ─▶ events ─▶ callback servers, which answer "ok"
//! a community's call   ─▶ api ─▶ message ────▶ events, and the person's phone (pages)
//! an admin in VK's UI  ─▶ message ───────────▶ events
//! ```

mod act;
mod api;
mod callbacks;
mod core;
mod customer;
mod faults;
mod look;
mod newcomers;
mod options;
mod pages;
mod publish;
mod rates;
mod show;
mod state;
mod view;
#[expect(clippy::module_inception, reason = "the handle bears the name of the whole")]
mod vk;

pub use crate::old::{Now, system_clock};
pub use act::{Act, Content, Done, Dressing, Given, Place, Thing};
pub use faults::{EventFault, Fault, Faults};
pub use newcomers::{NewChat, NewCommunity, NewPerson};
pub use options::Options;
pub use state::{CallView, EventState, ServerStatus};
pub use view::{ButtonView, CommentView, CommunityView, EventView, MessageView, ServerView};
pub use vk::Vk;
