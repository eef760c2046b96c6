//! The Graph API of both hosts: `[/vN.0]/{node}[/{edge}]`. The token determines which host is meant.

mod accounts;
mod actions;
mod answer;
mod apps;
mod attachments;
mod comments;
mod conversations;
mod messages;
mod nodes;
mod params;
mod table;
mod tokens;
mod window;
mod wire;

pub(crate) use apps::verify;
pub(crate) use tokens::LIFE;
pub(crate) use wire::serve;
