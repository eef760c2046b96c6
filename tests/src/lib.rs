//! The test harness: a whole world a test – the server, a local amoCRM, a messenger, a fresh database, one frozen
//! clock – and people who act in it with one method an action.
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
//! Nothing sleeps: letters are carried by [`World::deliver_all`], back-offs are jumped over by [`World::advance`],
//! what happens elsewhere is waited for through signals. A world that ends with letters left, with a ledger that does
//! not add up, or with something that amoCRM or the messenger complained of, fails its test.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a harness ends a test by panicking, and tells of skipped tests on stdout"
)]

mod api;
pub mod balancer;
pub mod browser;
mod check;
pub mod cluster;
pub mod database;
pub mod drill;
pub mod file_host;
pub mod history;
pub mod mail;
pub mod meddler;
pub mod messenger;
pub mod needed;
pub mod office;
pub mod payloads;
pub mod people;
pub mod settings;
pub mod simulation;
pub mod site;
pub mod telegram;
pub mod traffic;
pub mod visitor;
pub mod world;

use std::future::Future;

pub use api::{Api, Reply, answer, client, try_answer};
pub use browser::Browser;
pub use database::Engine;
pub use drill::Drill;
pub use file_host::{FileHost, Page};
pub use mail::{Mail, MailServer};
pub use messenger::{Answer, Messenger, Received};
pub use office::Office;
pub use people::{Customer, Line, Manager, Owner, Stage, cookie_of, state_of};
pub use site::Site;
pub use telegram::{TelegramLine, TelegramWorld};
pub use visitor::Visitor;
pub use world::{Setup, World};

/// Where a test takes place.
pub trait Place: Sized {
    /// Makes one. None: this engine is not there, and a line said so.
    fn open(engine: Engine) -> impl Future<Output = Option<Self>>;

    /// Looks whether all is well, and takes everything down.
    fn close(self) -> impl Future<Output = ()>;
}

/// Opens a place, lets `test` happen in it and closes it.
pub async fn run<P: Place>(engine: Engine, test: impl AsyncFnOnce(&mut P)) {
    let Some(mut place) = P::open(engine).await else { return };
    test(&mut place).await;
    place.close().await;
}

/// Makes a test on SQLite and one on PostgreSQL of each `async fn name(place: &mut Place)`. Without
/// `PAROM_TEST_POSTGRES` the second is skipped and says so; `tests/run` always sets it.
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

/// Makes a test on SQLite of each `async fn name(place: &mut Place)`: for what does not touch the database's dialect.
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

/// Makes a test on PostgreSQL of each `async fn name(place: &mut Place)`: for what only several instances do.
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
