//! A simulated mail server: it accepts every letter by SMTP, as much of RFC 5321 as a sender needs, and shows them in an inbox. No
//! letter leaves this machine.
//!
//! ```text
//! smtp.rs    the talk with a sender      letter.rs  a letter's headers and text      pages.rs  the inbox
//! ```

mod letter;
mod pages;
mod smtp;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::desk::{self, REMEMBERED};
use crate::kit::{Fault, Faults, Server, Shared};

pub use letter::Letter;

/// What the inbox has.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    /// The newest last.
    letters: VecDeque<Letter>,
    came: u64,
    refused: u64,
}

/// The server's state and its faults.
#[derive(Default)]
pub(crate) struct Post {
    inbox: Shared<Inbox>,
    faults: Faults,
}

impl Post {
    /// Keeps a letter; the oldest goes where there are too many.
    fn keep(&self, letter: Letter) {
        {
            let mut inbox = self.inbox.state();
            inbox.came += 1;
            let id = inbox.came;
            inbox.letters.push_back(Letter { id, ..letter });
            if inbox.letters.len() > REMEMBERED {
                inbox.letters.pop_front();
            }
        }
        self.inbox.touch();
    }

    fn refuse(&self) {
        self.inbox.state().refused += 1;
        self.inbox.touch();
    }
}

/// A running mail server. It stops when dropped.
pub struct MailServer {
    post: Arc<Post>,
    server: Server,
    port: u16,
    task: JoinHandle<()>,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl MailServer {
    /// Serves at two free ports of this machine, one for letters and one for the pages, on the current tokio runtime.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("the mail server has no port")?;
        let port = listener.local_addr().context("the mail server's address")?.port();
        let post = Arc::new(Post::default());
        let server = desk::start(&post)?;
        let task = tokio::spawn(smtp::serve(Arc::clone(&post), listener));
        Ok(Self { post, server, port, task })
    }

    /// The address for senders: `smtp://127.0.0.1:PORT`.
    pub fn smtp_url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// The port for senders.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of the inbox, without a trailing slash.
    pub fn base_url(&self) -> &str {
        &self.server.url
    }

    /// The letters that came, the newest last.
    pub fn letters(&self) -> Vec<Letter> {
        self.post.inbox.state().letters.iter().cloned().collect()
    }

    /// Takes the oldest letter out of the inbox, waiting for one.
    pub async fn takes(&self) -> Option<Letter> {
        let took = self.post.inbox.first(|| self.post.inbox.state().letters.pop_front());
        took.await
    }

    /// The first letter that fits; `None` if there is none within the limit.
    pub async fn wait_for(&self, limit: Duration, fits: impl Fn(&Letter) -> bool) -> Option<Letter> {
        let look = || self.post.inbox.state().letters.iter().find(|letter| fits(letter)).cloned();
        self.post.inbox.wait_for(limit, look).await
    }

    /// Answers every recipient with this code from now on, such as 451 for "later" or 550 for "never"; 0: accepts them.
    pub fn refuses(&self, code: u16) {
        self.post.faults.clear();
        if code > 0 {
            self.post.faults.until_cleared("*", Fault::refuse(code, 0, ""));
        }
    }

    /// How many letters were refused.
    pub fn refused(&self) -> u64 {
        self.post.inbox.state().refused
    }

    /// Stops the pages and waits until they have stopped.
    pub async fn stop(self) {
        self.server.handle.stop(true).await;
    }
}
