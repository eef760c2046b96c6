//! Alerts: what raises them, what ends them, and how people and programs are notified.

mod causes;
mod chat;
mod day;
mod push;
mod silence;
mod webhook;

use std::sync::OnceLock;
use std::time::Duration;

use base::config::Config;
use parom::alert_checks;
use parom_tests::{MailServer, World};
use uuid::Uuid;

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3600);

/// The token of the vendor's bot: known once it was made, for the next start of the server.
static TOKEN: OnceLock<String> = OnceLock::new();

/// For [`parom_tests::Setup::change`]: e-mails go to the test's server, and the bot is there once it was made.
pub fn with_mail_and_bot(config: &mut Config) {
    MailServer::serves(config);
    with_bot(config);
}

/// The bot alone.
pub fn with_bot(config: &mut Config) {
    config.alerts.telegram_token = TOKEN.get().map(|token| token.clone().into());
}

/// Makes the vendor's bot and starts the server with it; returns the bot's id.
pub async fn gets_a_bot(world: &mut World) -> i64 {
    let bot = simulator::telegram::NewBot {
        id: 7_900_000_001,
        name: "Parom alerts".to_owned(),
        username: "parom_alerts_bot".to_owned(),
        ..simulator::telegram::NewBot::default()
    };
    let bot = world.telegram().add_bot(bot);
    TOKEN.set(bot.token).expect("one bot a test");
    world.restart().await;
    bot.id
}

/// Kinds of an account's open alerts, by name.
pub async fn open(world: &World, tenant_id: Uuid) -> Vec<String> {
    let open = parom::alert::open(world.app().store.read(), tenant_id).await.unwrap();
    let mut kinds: Vec<String> = open.into_iter().map(|alert| alert.kind).collect();
    kinds.sort();
    kinds
}

/// The checks of all accounts, once.
pub async fn looks(world: &World) {
    alert_checks::round(&world.app().usage).await.unwrap();
}

/// Sends the notices that are due; returns how many were sent.
pub async fn sends_due_notices(world: &World) -> usize {
    parom::alert_notices::round(&world.app().alert_notices).await.unwrap()
}
