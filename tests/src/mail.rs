//! The mail server of a test: the simulator's.

use std::sync::OnceLock;

use base::config::Config;
pub use simulator::mail::Letter as Mail;

/// Its address, for the configuration of a test's only world.
static ADDRESS: OnceLock<String> = OnceLock::new();

/// The server. Start it before the world.
pub struct MailServer(simulator::mail::MailServer);

impl MailServer {
    /// One per test: nextest runs each test in its own process.
    pub async fn start() -> Self {
        let server = simulator::mail::MailServer::start().await.unwrap();
        ADDRESS.set(server.smtp_url()).expect("one mail server a test");
        Self(server)
    }

    /// For [`crate::Setup::change`]: e-mails go to this test's server.
    pub fn serves(config: &mut Config) {
        config.mail.url = Some(ADDRESS.get().unwrap().as_str().into());
        config.mail.from = Some("Parom <parom@vendor.example>".to_owned());
    }

    /// Waits for the next e-mail.
    pub async fn next(&self) -> Mail {
        self.0.takes().await.unwrap()
    }

    /// Answers every recipient with this code from now on, e.g. 451 for "later" or 550 for "never"; 0: accepts them.
    pub fn refuses(&self, code: u16) {
        self.0.refuses(code);
    }

    /// How many e-mails were refused.
    pub fn refused(&self) -> usize {
        usize::try_from(self.0.refused()).unwrap()
    }

    /// Whether all received e-mails were read.
    pub fn is_empty(&self) -> bool {
        self.0.letters().is_empty()
    }
}
