//! A simulated receiver of signed webhooks (Standard Webhooks, standardwebhooks.com): what a vendor's billing system and a developer's
//! messenger run. It checks each signature and shows what came.

mod pages;
mod signature;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::desk;
use crate::kit::{Faults, Server, Shared};

/// A webhook that came.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Its number at this receiver, from 1.
    pub id: u64,
    pub at: DateTime<Utc>,
    /// The end of the address that it came to.
    pub endpoint: String,
    /// The header `webhook-id`: the same for a repeat.
    pub webhook_id: String,
    /// Its signature is right and its time is this minute's.
    pub is_verified: bool,
    /// The status of the answer; 0: the connection was dropped.
    pub answered: u16,
    pub body: Value,
}

/// An address of the receiver.
#[derive(Clone, Debug)]
struct Endpoint {
    title: String,
    secret: String,
}

/// What it knows and has got.
#[derive(Debug, Default)]
pub(crate) struct Received {
    endpoints: BTreeMap<String, Endpoint>,
    /// The newest last.
    webhooks: VecDeque<Webhook>,
    came: u64,
}

/// The receiver's state and its faults.
#[derive(Default)]
pub(crate) struct Board {
    received: Shared<Received>,
    faults: Faults,
}

/// A running receiver. It stops when dropped.
pub struct Receiver {
    board: Arc<Board>,
    server: Server,
}

impl Receiver {
    /// Serves at a free port of this machine, on the current tokio runtime.
    pub fn start() -> Result<Self> {
        let board = Arc::new(Board::default());
        let server = desk::start(&board)?;
        Ok(Self { board, server })
    }

    /// The address of the page with what came, without a trailing slash.
    pub fn base_url(&self) -> &str {
        &self.server.url
    }

    /// The address for the webhooks of an endpoint.
    pub fn address(&self, endpoint: &str) -> String {
        format!("{}/{endpoint}", self.server.url)
    }

    /// Adds an endpoint, or gives it another secret (`whsec_…`). A webhook of an unknown endpoint, or with another signature, is
    /// answered 401.
    pub fn expects(&self, endpoint: &str, title: &str, secret: &str) {
        let new = Endpoint { title: title.to_owned(), secret: secret.to_owned() };
        self.board.received.state().endpoints.insert(endpoint.to_owned(), new);
        self.board.received.touch();
    }

    pub fn faults(&self) -> &Faults {
        &self.board.faults
    }

    /// What came, the newest last.
    pub fn webhooks(&self) -> Vec<Webhook> {
        self.board.received.state().webhooks.iter().cloned().collect()
    }

    /// The first webhook that fits; `None` if there is none within the limit.
    pub async fn wait_for(&self, limit: Duration, fits: impl Fn(&Webhook) -> bool) -> Option<Webhook> {
        let look = || self.board.received.state().webhooks.iter().find(|one| fits(one)).cloned();
        self.board.received.wait_for(limit, look).await
    }

    /// Stops the server and waits until it has stopped.
    pub async fn stop(self) {
        self.server.handle.stop(true).await;
    }
}
