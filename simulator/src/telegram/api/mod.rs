//! The Bot API: `/bot{token}/{method}` and the files behind it.

mod album;
mod answer;
mod business;
mod chats;
mod copy;
mod delete;
mod edit;
mod files;
mod give;
mod html;
mod markup;
mod params;
mod poll;
mod reaction;
mod reply;
mod send;
mod send_files;
mod table;
mod target;
mod text;
mod webhook;
mod wire;

pub(crate) use wire::routes;
