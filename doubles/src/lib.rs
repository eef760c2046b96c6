//! Messengers with memory, for tests and demonstrations: each is written from its maker's documents alone, knows
//! nothing of Parom and shares no code with the connector it is used to test. A double built from the client could only
//! confirm the client's mistakes.
//!
//! Before a double is started a rustls crypto provider must be installed in the process
//! (`rustls::crypto::ring::default_provider().install_default()`), because the calls it makes (webhooks, files given by
//! address) go through `reqwest` without a provider of its own.

pub mod telegram;
