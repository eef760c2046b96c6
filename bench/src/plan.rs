//! `bench plan`: what a number of accounts needs, from measured costs of a message (docs/benchmarks.md#sizing). Every input is an
//! option, and every input is printed with the result.

use clap::Args;

use crate::report;

/// Seconds of a day, and days of a month.
const DAY: f64 = 86_400.0;
const MONTH: f64 = 30.0;
const GIGABYTE: f64 = 1e9;

/// Sizes are of a row with its index entries, in bytes, as stored after `VACUUM FULL`.
#[derive(Args, Clone, Debug)]
pub struct PlanOptions {
    /// Accounts.
    #[arg(long, default_value_t = 1_000_000.0)]
    accounts: f64,
    /// Messages of an account in a day, both directions together.
    #[arg(long, default_value_t = 200.0)]
    messages: f64,
    /// Conversations of an account; they are kept.
    #[arg(long, default_value_t = 100.0)]
    conversations: f64,
    /// Messages of the busiest minute against those of an average one.
    #[arg(long, default_value_t = 4.0)]
    peak: f64,
    /// Processor time of a message in the server, milliseconds.
    #[arg(long, default_value_t = 0.42)]
    server_ms: f64,
    /// The same in the database, where messages of several accounts share a commit.
    #[arg(long, default_value_t = 0.42)]
    database_ms: f64,
    /// The same where each commit is one account's: with several database nodes.
    #[arg(long, default_value_t = 4.2)]
    alone_ms: f64,
    /// Share of its processors that is in use in the busiest minute.
    #[arg(long, default_value_t = 0.5)]
    busy: f64,
    /// Cores of an instance, and of a database node.
    #[arg(long, default_value_t = 4.0)]
    instance_cores: f64,
    #[arg(long, default_value_t = 16.0)]
    node_cores: f64,
    /// Instances that may be away.
    #[arg(long, default_value_t = 1.0)]
    spare: f64,
    /// Disk of a database node, GB, and the share of it that may be full.
    #[arg(long, default_value_t = 4_000.0)]
    node_disk: f64,
    #[arg(long, default_value_t = 0.7)]
    full: f64,
    /// Space of tables against their rows: dead rows and pages that are not full.
    #[arg(long, default_value_t = 1.3)]
    slack: f64,
    /// A message, and the days for which it is kept.
    #[arg(long, default_value_t = 667.0)]
    message_bytes: f64,
    #[arg(long, default_value_t = 90.0)]
    message_days: f64,
    /// The ids of a message by which repeats are recognised.
    #[arg(long, default_value_t = 319.0)]
    ids_bytes: f64,
    #[arg(long, default_value_t = 45.0)]
    ids_days: f64,
    /// The raw bytes of a hook, half a hook for each message.
    #[arg(long, default_value_t = 546.0)]
    hook_bytes: f64,
    #[arg(long, default_value_t = 7.0)]
    hook_days: f64,
    /// The attempts of a message.
    #[arg(long, default_value_t = 444.0)]
    attempt_bytes: f64,
    #[arg(long, default_value_t = 14.0)]
    attempt_days: f64,
    /// A conversation, with its ids and lanes.
    #[arg(long, default_value_t = 1_405.0)]
    conversation_bytes: f64,
    /// Write-ahead log of a message, and the days for which it is archived.
    #[arg(long, default_value_t = 4_650.0)]
    wal_bytes: f64,
    #[arg(long, default_value_t = 7.0)]
    wal_days: f64,
    /// Copies of the database: with 2 each node has a standby.
    #[arg(long, default_value_t = 2.0)]
    copies: f64,
    /// Prices of a month: a core with 4 GB of memory, a GB of disk, a GB of archive.
    #[arg(long, default_value_t = 15.0)]
    core_price: f64,
    #[arg(long, default_value_t = 0.1)]
    disk_price: f64,
    #[arg(long, default_value_t = 0.02)]
    archive_price: f64,
}

/// What is needed.
#[derive(Clone, Debug, PartialEq)]
struct Plan {
    /// Messages a second: on average, and in the busiest minute.
    average: f64,
    busiest: f64,
    instances: f64,
    /// Nodes that the processors need, that the disk needs, and the larger of them.
    for_processor: f64,
    for_disk: f64,
    nodes: f64,
    /// Processor time of a message in the database, milliseconds.
    database_ms: f64,
    /// GB of one copy.
    disk: f64,
    /// GB a day, and MB a second in the busiest minute.
    wal: f64,
    wal_busiest: f64,
    cost_instances: f64,
    cost_nodes: f64,
    cost_disk: f64,
    cost_archive: f64,
}

impl PlanOptions {
    fn plan(&self) -> Plan {
        let a_day = self.accounts * self.messages;
        let average = a_day / DAY;
        let busiest = average * self.peak;
        let cores = |millis: f64| busiest * millis / 1_000.0 / self.busy;
        let kept = self.message_bytes * self.message_days
            + self.ids_bytes * self.ids_days
            + self.hook_bytes * self.hook_days
            + self.attempt_bytes * self.attempt_days;
        let stays = self.accounts * self.conversations * self.conversation_bytes;
        let disk = (a_day * kept + stays) * self.slack / GIGABYTE;
        let for_disk = (disk / (self.node_disk * self.full)).ceil().max(1.0);
        let nodes_of = |millis: f64| (cores(millis) / self.node_cores).ceil().max(1.0);
        // Several nodes are a database that is distributed by account, where each commit is one account's.
        let is_one = for_disk <= 1.0 && nodes_of(self.database_ms) <= 1.0;
        let database_ms = if is_one { self.database_ms } else { self.alone_ms };
        let for_processor = nodes_of(database_ms);
        let nodes = for_processor.max(for_disk);
        let instances = (cores(self.server_ms) / self.instance_cores).ceil().max(1.0) + self.spare;
        let wal = a_day * self.wal_bytes / GIGABYTE;
        Plan {
            average,
            busiest,
            instances,
            for_processor,
            for_disk,
            nodes,
            database_ms,
            disk,
            wal,
            wal_busiest: busiest * self.wal_bytes / 1e6,
            cost_instances: instances * self.instance_cores * self.core_price,
            cost_nodes: nodes * self.node_cores * self.core_price * self.copies,
            cost_disk: disk / self.full * self.disk_price * self.copies,
            cost_archive: wal * self.wal_days * self.archive_price,
        }
    }
}

impl Plan {
    fn cost(&self) -> f64 {
        self.cost_instances + self.cost_nodes + self.cost_disk + self.cost_archive
    }
}

/// Prints the inputs and what they need.
pub fn run(options: &PlanOptions) {
    let plan = options.plan();
    let o = options;
    report("inputs (each is an option of the same name, see --help)");
    report(&format!(
        "  accounts {:.0}, messages a day of each {:.0}, conversations of each {:.0}",
        o.accounts, o.messages, o.conversations
    ));
    report(&format!("  busiest minute {:.1} × the average, processors {:.0} % in use then", o.peak, o.busy * 100.0));
    report(&format!(
        "  processor a message: server {} ms, database {} ms, alone in its commit {} ms",
        o.server_ms, o.database_ms, o.alone_ms
    ));
    report(&format!(
        "  instance {} cores, {} to spare; database node {} cores, {} GB of which {:.0} % full, {} copies",
        o.instance_cores,
        o.spare,
        o.node_cores,
        o.node_disk,
        o.full * 100.0,
        o.copies
    ));
    report(&format!(
        "  bytes × days: message {} × {}, ids {} × {}, hook {} × {}, attempts {} × {}; a conversation {}; slack {}",
        o.message_bytes,
        o.message_days,
        o.ids_bytes,
        o.ids_days,
        o.hook_bytes,
        o.hook_days,
        o.attempt_bytes,
        o.attempt_days,
        o.conversation_bytes,
        o.slack
    ));
    report(&format!("  log a message {} bytes, archived for {} days", o.wal_bytes, o.wal_days));
    report(&format!(
        "  prices a month: core {}, GB of disk {}, GB of archive {}",
        o.core_price, o.disk_price, o.archive_price
    ));
    report("needs");
    report(&format!("  messages a second    {:>10.0}   busiest minute {:.0}", plan.average, plan.busiest));
    report(&format!("  instances            {:>10.0}   of {} cores", plan.instances, o.instance_cores));
    report(&format!(
        "  database nodes       {:>10.0}   {:.0} for the processor at {} ms a message, {:.0} for the disk; {} copies of each",
        plan.nodes, plan.for_processor, plan.database_ms, plan.for_disk, o.copies
    ));
    report(&format!("  disk                 {:>10.0} GB of each copy", plan.disk));
    report(&format!(
        "  write-ahead log      {:>10.0} GB a day   busiest minute {:.0} MB a second",
        plan.wal, plan.wal_busiest
    ));
    report(&format!(
        "  cost of a month      {:>10.0}   instances {:.0}, database nodes {:.0}, disk {:.0}, archive {:.0}; {:.4} for 1,000 messages",
        plan.cost(),
        plan.cost_instances,
        plan.cost_nodes,
        plan.cost_disk,
        plan.cost_archive,
        plan.cost() / (o.accounts * o.messages * MONTH) * 1_000.0
    ));
}

#[cfg(test)]
mod tests;
