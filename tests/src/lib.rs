//! The test harness: each test gets a whole world – the server, a local amoCRM, a messenger, a fresh database, one
//! frozen clock – and people whose actions are methods.
//!
//! ```text
//! async fn an_answer_comes_back(world: &mut World) {
//!     let line = world.line("support").await;
//!     world.customer(&line, "anna").writes("Hello").await;
//!     world.deliver_all().await;
//!     world.manager(&line).answers("anna", "Good morning").await;
//!     world.deliver_all().await;
//!     assert_eq!(world.messenger.texts(), ["Good morning"]);
//! }
//! both!(an_answer_comes_back);
//! ```
//!
//! Nothing sleeps: [`World::deliver_all`] delivers letters, [`World::advance`] skips back-offs, and signals report
//! other events. A world that ends with waiting letters, with a ledger that does not add up, or with complaints of
//! amoCRM or the messenger, fails its test.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a harness ends a test by panicking, and reports skipped tests on stdout"
)]

mod api;
mod beside;
pub mod browser;
pub mod cluster;
pub mod database;
pub mod drill;
pub mod file_host;
pub mod history;
pub mod mail;
pub mod meddler;
pub mod messenger;
pub mod office;
pub mod people;
pub mod push_service;
pub mod settings;
pub mod simulation;
pub mod world;

use std::future::Future;

pub use api::{Api, Reply, Visitor, answer, client, try_answer};
pub use beside::{Beside, Simulated, TelegramLine, TelegramWorld};
pub use browser::Browser;
pub use database::Engine;
pub use drill::{Demo, Drill};
pub use file_host::{FileHost, Page, Site};
pub use mail::{Mail, MailServer};
pub use messenger::{Answer, Messenger, Received};
pub use office::{KeptStarts, Office};
pub use people::{Customer, Line, Manager, Owner, Stage, cookie_of, state_of};
pub use settings::ends_within;
pub use world::{Setup, World};

/// An environment for a test.
pub trait Place: Sized {
    /// Creates one. `None`, with a line on stdout, if the engine is unavailable.
    fn open(engine: Engine) -> impl Future<Output = Option<Self>>;

    /// Checks the final state, and shuts everything down.
    fn close(self) -> impl Future<Output = ()>;
}

/// Creates an environment, runs `test` in it and closes it.
pub async fn run<P: Place>(engine: Engine, test: impl AsyncFnOnce(&mut P)) {
    let Some(mut place) = P::open(engine).await else { return };
    test(&mut place).await;
    place.close().await;
}

/// [`run`] on SQLite, in a world with another configuration.
pub async fn run_in(change: fn(&mut base::config::Config), test: impl AsyncFnOnce(&mut World)) {
    let Some(mut world) = World::start(Engine::Sqlite, Setup { change, ..Setup::default() }).await else { return };
    test(&mut world).await;
    world.close().await;
}

/// Turns each `async fn name(place: &mut Place)` into a test on SQLite and one on PostgreSQL. Without
/// `PAROM_TEST_POSTGRES` the second is skipped with a message; `tests/run` always sets it.
#[macro_export]
macro_rules! both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                $crate::run($crate::Engine::Sqlite, super::$name).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                $crate::run($crate::Engine::Postgres, super::$name).await;
            }
        }
    )+};
}

/// Turns each `async fn name(engine: Engine)` into a test on SQLite and one on PostgreSQL: for processes and worlds that a
/// test starts by itself.
#[macro_export]
macro_rules! both_engines {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name($crate::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name($crate::Engine::Postgres).await;
            }
        }
    )+};
}

/// Turns each `async fn name(place: &mut Place)` into a test on SQLite: for behaviour independent of the database's
/// dialect.
#[macro_export]
macro_rules! once {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                $crate::run($crate::Engine::Sqlite, super::$name).await;
            }
        }
    )+};
}

/// Turns each `async fn name(world: &mut World)` into a test on SQLite, in a world whose configuration this closure has
/// changed: `once_in!(a, b in |config| config.media.tenant_mb = 2)`.
#[macro_export]
macro_rules! once_in {
    ($($name:ident),+ in $change:expr) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                $crate::run_in($change, super::$name).await;
            }
        }
    )+};
}

/// Turns each `async fn name(place: &mut Place)` into a test on PostgreSQL: for behaviour of several instances.
#[macro_export]
macro_rules! on_postgres {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                $crate::run($crate::Engine::Postgres, super::$name).await;
            }
        }
    )+};
}
