//! The simulated WhatsApp.

mod accounts;
mod batches;
mod bodies;
mod coexistence;
mod faults;
mod handshake;
mod interactive;
mod kinds;
mod media;
mod onboarding;
mod pages;
mod people;
mod receiver;
mod review;
mod sending;
mod statuses;
mod template_values;
mod templates;
mod uploads;
mod webhooks;
mod window;
mod world;
