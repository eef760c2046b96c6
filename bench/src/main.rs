//! Measures Parom: `cargo build --release -p parom-cli`, then `cargo run --release -p bench -- intake --help`. The
//! server is always that binary in a process of its own; only `chaos` runs servers with fault points, in this one.
//!
//! Load is open loop: every request has its planned time, and its latency counts from there, so a server that stalls
//! cannot hide it. Each figure is printed with a limit of the machine measured in the same run.

use clap::{Parser, Subcommand};

mod bare;
mod beside;
mod chaos;
mod cluster;
mod cpu;
mod customers;
mod database;
mod disk;
mod drain;
mod fairness;
mod fake;
mod figures;
mod fill;
mod footprint;
mod growth;
mod hooks;
mod instances;
mod intake;
mod late;
mod letters;
mod line;
mod load;
mod message;
mod naive;
mod naive_relay;
mod panel;
mod past;
mod plan;
mod plot;
mod process;
mod product;
mod raw;
mod relay;
mod siege;
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
    /// From amoCRM's hook to its durable 200.
    Intake(intake::IntakeOptions),
    /// Random faults from seeds; nothing may be lost, duplicated, mixed up or reordered.
    Chaos(chaos::ChaosOptions),
    /// Real processes on one PostgreSQL that are killed and frozen under load.
    Cluster(cluster::ClusterOptions),
    /// Messages end to end, both ways, compared with a relay without storage.
    Relay(relay::RelayOptions),
    /// Processor time of a message, and its time from created to delivered.
    Message(message::MessageOptions),
    /// The relay that `message --naive` measures.
    #[command(hide = true)]
    NaiveRelay(naive_relay::NaiveRelayOptions),
    /// Several processes on one PostgreSQL: commits, repeats and waits for locks.
    Instances(instances::InstancesOptions),
    /// Delivery of a backlog.
    Drain(drain::DrainOptions),
    /// More accounts, more stored messages, more instances.
    Growth(growth::GrowthOptions),
    /// A quiet account while others flood.
    Fairness(fairness::FairnessOptions),
    /// Memory, and the time to the first hook.
    Footprint(footprint::FootprintOptions),
    /// Hooks, API and pages while others hold thousands of connections open.
    Siege(siege::SiegeOptions),
    /// Pages of the panel over many messages: milliseconds and kilobytes of each.
    Panel(panel::PanelOptions),
    /// What a number of accounts needs: instances, database nodes, disk, log, cost of a month.
    Plan(Box<plan::PlanOptions>),
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
    match arguments.command {
        Command::Intake(options) => runtime.block_on(intake::run(options)),
        Command::Chaos(options) => runtime.block_on(chaos::run(options)),
        Command::Cluster(options) => runtime.block_on(cluster::run(options)),
        Command::Relay(options) => runtime.block_on(relay::run(options)),
        Command::Message(options) => runtime.block_on(message::run(options)),
        Command::NaiveRelay(options) => naive_relay::serve(options),
        Command::Instances(options) => runtime.block_on(instances::run(options)),
        Command::Drain(options) => runtime.block_on(drain::run(options)),
        Command::Growth(options) => runtime.block_on(growth::run(options)),
        Command::Fairness(options) => runtime.block_on(fairness::run(options)),
        Command::Footprint(options) => runtime.block_on(footprint::run(options)),
        Command::Siege(options) => runtime.block_on(siege::run(options)),
        Command::Panel(options) => runtime.block_on(panel::run(options)),
        Command::Plan(options) => {
            plan::run(&options);
            Ok(())
        }
    }
}

/// Prints a line of the report.
#[expect(clippy::print_stdout, reason = "a report for people")]
pub fn report(line: &str) {
    println!("{line}");
}
