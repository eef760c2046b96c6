use clap::Parser;

use super::*;

// The last of repeated options counts.
#[derive(Parser)]
#[command(args_override_self = true)]
struct Line {
    #[command(flatten)]
    options: PlanOptions,
}

fn plan(arguments: &[&str]) -> Plan {
    Line::try_parse_from([&["plan"][..], arguments].concat()).expect("the options").options.plan()
}

fn near(found: f64, wanted: f64) {
    assert!((found - wanted).abs() <= wanted.abs() * 1e-9, "{found} instead of {wanted}");
}

/// Round inputs, so that each figure can be checked by head.
const ROUND: [&str; 13] = [
    "--accounts=864000",
    "--messages=100",
    "--conversations=0",
    "--peak=5",
    "--server-ms=1",
    "--database-ms=0.5",
    "--alone-ms=2",
    "--node-disk=1000",
    "--full=0.5",
    "--slack=2",
    "--message-bytes=1000",
    "--message-days=10",
    "--ids-bytes=0",
];

fn round(more: &[&str]) -> Plan {
    let zero = ["--hook-bytes=0", "--attempt-bytes=0", "--wal-bytes=5000"];
    plan(&[&ROUND[..], &zero, more].concat())
}

#[test]
fn each_figure_follows_from_the_inputs() {
    let found = round(&[]);
    near(found.average, 1_000.0);
    near(found.busiest, 5_000.0);
    // 5,000 ms a second are 5 cores, 10 at half: 3 instances of 4 and one to spare.
    near(found.instances, 4.0);
    // 86.4 M messages of 1,000 bytes, ten days, doubled: 1,728 GB on nodes that hold 500.
    near(found.disk, 1_728.0);
    near(found.for_disk, 4.0);
    // Several nodes: each message alone in its commit, 10 cores, 20 at half, on nodes of 16.
    near(found.database_ms, 2.0);
    near(found.for_processor, 2.0);
    near(found.nodes, 4.0);
    near(found.wal, 432.0);
    near(found.wal_busiest, 25.0);
    near(found.cost_instances, 4.0 * 4.0 * 15.0);
    near(found.cost_nodes, 4.0 * 16.0 * 15.0 * 2.0);
    near(found.cost_disk, 3_456.0 * 0.1 * 2.0);
    near(found.cost_archive, 432.0 * 7.0 * 0.02);
    near(found.cost(), found.cost_instances + found.cost_nodes + found.cost_disk + found.cost_archive);
}

#[test]
fn one_node_shares_its_commits() {
    let found = round(&["--node-disk=10000"]);
    near(found.nodes, 1.0);
    near(found.database_ms, 0.5);
    let found = round(&["--node-disk=10000", "--node-cores=4"]);
    near(found.database_ms, 2.0);
    near(found.nodes, 5.0);
}

#[test]
fn conversations_stay_and_more_of_anything_never_needs_less() {
    let small = plan(&["--accounts=1000", "--messages=10", "--conversations=0"]);
    let kept = plan(&["--accounts=1000", "--messages=10", "--conversations=1000"]);
    near(kept.disk - small.disk, 1_000.0 * 1_000.0 * 1_405.0 * 1.3 / 1e9);
    let more = plan(&["--accounts=1000000", "--messages=200"]);
    assert!(more.instances > small.instances && more.nodes > small.nodes && more.cost() > small.cost());
}
