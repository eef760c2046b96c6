//! Stateful simulated messengers, a simulated amoCRM, a mail server, a receiver of webhooks and a small Metrica, for tests and demonstrations. Each is written only from its
//! vendor's documentation and shares no code with Parom or the connector that it tests: a simulator derived from the
//! client could only confirm the client's mistakes.
//!
//! Before starting a simulator, a rustls crypto provider must be installed in the process
//! (`rustls::crypto::ring::default_provider().install_default()`), because its outgoing requests (webhooks, files by
//! URL) use `reqwest` without a TLS provider.

pub mod avito;
pub mod crm;
mod desk;
mod graph;
pub mod kit;
pub mod mail;
pub mod max;
pub mod meta;
pub mod metrica;
pub mod other_vendor;
pub mod telegram;
pub mod vk;
pub mod webhooks;
pub mod whatsapp;
