//! The part of the Graph API that WhatsApp uses, and the files behind it.

mod call;
mod content;
mod delete_template;
mod error;
mod fields;
mod files;
mod handshake;
mod links;
mod messages;
mod numbers;
mod oauth;
mod phone;
mod read;
mod recipient;
mod registration;
mod subscribe;
mod sync;
mod table;
mod template_check;
mod template_parts;
mod template_send;
mod templates;
mod tokens;
mod uploads;
mod wire;

pub(crate) use handshake::check as handshake;
pub use tokens::sign;
pub(crate) use wire::routes;
