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
pub mod proxy;
pub mod push_service;
mod served;
pub mod settings;
pub mod simulation;
pub mod world;

use std::future::Future;

pub use api::{Api, Reply, Visitor, answer, client, try_answer};
use base::config::Config;
pub use beside::{Beside, Simulated, TelegramLine, TelegramWorld};
pub use browser::Browser;
pub use database::Engine;
pub use drill::{Demo, Drill};
pub use file_host::{FileHost, Page, Site};
pub use mail::{Mail, MailServer};
pub use messenger::{Answer, Messenger, Received};
pub use office::{KeptStarts, Office};
pub use people::{Customer, Line, Manager, Owner, Stage, cookie_of, state_of};
pub use served::Served;
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

/// [`run`] in a world with another configuration.
pub async fn run_with(engine: Engine, change: fn(&mut Config), test: impl AsyncFnOnce(&mut World)) {
    let Some(mut world) = World::start(engine, Setup { change, ..Setup::default() }).await else { return };
    test(&mut world).await;
    world.close().await;
}

/// A world whose tests want a setup of their own: `world_of!(name: setup)`.
#[macro_export]
macro_rules! world_of {
    ($(#[$attribute:meta])* $name:ident: $setup:expr) => {
        $(#[$attribute])*
        pub struct $name($crate::World);

        impl $crate::Place for $name {
            async fn open(engine: $crate::Engine) -> Option<Self> {
                $crate::World::start(engine, $setup).await.map(Self)
            }

            async fn close(self) {
                self.0.close().await;
            }
        }

        impl std::ops::Deref for $name {
            type Target = $crate::World;

            fn deref(&self) -> &$crate::World {
                &self.0
            }
        }

        impl std::ops::DerefMut for $name {
            fn deref_mut(&mut self) -> &mut $crate::World {
                &mut self.0
            }
        }
    };
}

/// A test of this name, for the macros below.
#[macro_export]
macro_rules! on {
    ($name:ident: $test:expr) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            $test.await;
        }
    };
}

/// Turns each `async fn name(place: &mut Place)` into a test on SQLite and one on PostgreSQL; `both!(name in |config| …)`
/// changes the world's configuration before. Without `PAROM_TEST_POSTGRES` the second is skipped with a message; `tests/run` always
/// sets it.
#[macro_export]
macro_rules! both {
    ($($name:ident),+ in $change:expr) => {$(
        mod $name {
            $crate::on!(sqlite: $crate::run_with($crate::Engine::Sqlite, $change, super::$name));
            $crate::on!(postgres: $crate::run_with($crate::Engine::Postgres, $change, super::$name));
        }
    )+};
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            $crate::on!(sqlite: $crate::run($crate::Engine::Sqlite, super::$name));
            $crate::on!(postgres: $crate::run($crate::Engine::Postgres, super::$name));
        }
    )+};
}

/// Turns each `async fn name(engine: Engine)` into a test on SQLite and one on PostgreSQL: for processes and worlds that a
/// test starts by itself.
#[macro_export]
macro_rules! both_engines {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            $crate::on!(sqlite: super::$name($crate::Engine::Sqlite));
            $crate::on!(postgres: super::$name($crate::Engine::Postgres));
        }
    )+};
}

/// [`both`] on SQLite alone: for behaviour independent of the database's dialect.
#[macro_export]
macro_rules! once {
    ($($name:ident),+ in $change:expr) => {$(
        mod $name {
            $crate::on!(sqlite: $crate::run_with($crate::Engine::Sqlite, $change, super::$name));
        }
    )+};
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            $crate::on!(sqlite: $crate::run($crate::Engine::Sqlite, super::$name));
        }
    )+};
}

/// [`both`] on PostgreSQL alone: for behaviour of several instances.
#[macro_export]
macro_rules! on_postgres {
    ($($name:ident),+ in $change:expr) => {$(
        mod $name {
            $crate::on!(postgres: $crate::run_with($crate::Engine::Postgres, $change, super::$name));
        }
    )+};
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            $crate::on!(postgres: $crate::run($crate::Engine::Postgres, super::$name));
        }
    )+};
}
