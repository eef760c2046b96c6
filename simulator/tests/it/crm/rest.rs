//! The CRM half, seen through REST.

mod chats;
mod contacts;
mod incoming;
mod kinds;
mod leads;
mod templates;
mod webhooks;
