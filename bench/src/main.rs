//! Measures Parom: `cargo build --release -p parom-cli`, then `cargo run --release -p bench -- message --help`. The
//! server is always that binary in a process of its own; only `chaos` runs servers with fault points, in this one.
//!
//! Load is open loop: every request has its planned time, and its latency counts from there, so a server that stalls
//! cannot hide it.

use clap::{Parser, Subcommand};

mod chaos;
mod cluster;
mod fake;
mod figures;
mod fill;
mod intake;
mod load;
mod message;
mod stage;

/// The same allocator as in the measured binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(name = "bench")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Processor time of a message, and its time from created to delivered.
    Message(message::MessageOptions),
    /// From amoCRM's hook to its durable 200.
    Intake(intake::IntakeOptions),
    /// Random faults from seeds; nothing may be lost, duplicated, mixed up or reordered.
    Chaos(chaos::ChaosOptions),
    /// Real processes on one PostgreSQL that are killed and frozen under load.
    Cluster(cluster::ClusterOptions),
}

fn main() -> std::process::ExitCode {
    match measure() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            report(&format!("bench: {error:#}"));
            std::process::ExitCode::FAILURE
        }
    }
}

fn measure() -> anyhow::Result<()> {
    base::http_client::install_crypto_provider();
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match arguments.command {
            Command::Message(options) => message::run(options).await,
            Command::Intake(options) => intake::run(options).await,
            Command::Chaos(options) => chaos::run(options).await,
            Command::Cluster(options) => cluster::run(options).await,
        }
    })
}

/// Prints a line of the report.
#[expect(clippy::print_stdout, reason = "a report for people")]
pub fn report(line: &str) {
    println!("{line}");
}
