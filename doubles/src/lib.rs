//! Messengers with memory, for tests and demonstrations: each is written from its vendor's documents alone, is
//! independent of Parom and shares no code with the connector it tests. A double derived from the client could only
//! confirm the client's mistakes.
//!
//! Before a double is started a rustls crypto provider must be installed in the process
//! (`rustls::crypto::ring::default_provider().install_default()`), because its outgoing requests (webhooks, files by
//! URL) use `reqwest` without a TLS provider.

pub mod avito;
pub mod kit;
pub mod max;
pub mod meta;
pub mod telegram;
pub mod vk;
pub mod whatsapp;
