//! The CRM half, seen through REST.

mod bots;
mod chats;
mod contacts;
mod incoming;
mod kinds;
mod leads;
mod sdk_examples;
mod templates;
mod webhooks;
mod widgets;
