//! Measures Parom: `cargo run --release -p bench -- intake --help`.
//!
//! Load is open loop: every request has its planned time, and its latency counts from there, so a server that stalls
//! cannot hide it. Each figure stands beside a limit of the machine measured in the same run.

use clap::{Parser, Subcommand};

mod bare;
mod chaos;
mod cluster;
mod cpu;
mod disk;
mod fake;
mod figures;
mod hooks;
mod intake;
mod letters;
mod load;
mod naive;
mod raw;
mod relay;
mod stage;

/// The allocator of the binary that is measured.
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
    /// amoCRM's hook to its durable 200.
    Intake(intake::Options),
    /// Random faults from seeds; nothing may be lost, doubled, mixed or out of order.
    Chaos(chaos::Options),
    /// Real processes on one PostgreSQL that are killed and frozen under load.
    Cluster(cluster::Options),
    /// Messages end to end, both ways, beside a relay that keeps nothing.
    Relay(relay::Options),
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
    parom::http_client::install_crypto_provider();
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match arguments.command {
        Command::Intake(options) => runtime.block_on(intake::run(options)),
        Command::Chaos(options) => runtime.block_on(chaos::run(options)),
        Command::Cluster(options) => runtime.block_on(cluster::run(options)),
        Command::Relay(options) => runtime.block_on(relay::run(options)),
    }
}

/// A line of the report.
#[expect(clippy::print_stdout, reason = "a report for people")]
pub fn report(line: &str) {
    println!("{line}");
}
