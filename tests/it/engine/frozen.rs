//! A process that is frozen for longer than its lease, and then continues.

use std::path::Path;

use parom_tests::cluster::Cluster;
use simulator::crm::Part;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_was_frozen_settles_no_letter() {
    let binary = Path::new(env!("CARGO_BIN_EXE_parom_faults"));
    let Some(mut cluster) = Cluster::prepare(binary, 2).await else { return };
    cluster.starts(0).await;
    let line = cluster.line("support").await;
    let anna = cluster.customer(&line, "anna");
    anna.writes("opens").await;
    let at_crm = async |cluster: &Cluster, texts: &[&str]| {
        cluster.until("the texts are at amoCRM", async || (cluster.texts_at_crm(&line) == texts).then_some(())).await;
    };
    at_crm(&cluster, &["opens"]).await;
    let gate = cluster.sandbox.faults().hold(Part::Message);
    anna.writes("one").await;
    anna.writes("two").await;
    gate.until_waiting(1).await;
    cluster.freezes(0).await;
    gate.open();
    at_crm(&cluster, &["opens", "one"]).await;
    cluster.sandbox.faults().clear();
    // The answer was not read, and the lease expires.
    cluster.a_minute_passes().await;
    cluster.starts(1).await;
    at_crm(&cluster, &["opens", "one", "two"]).await;
    cluster.thaws(0).await;
    cluster
        .until("it notices that its lease is lost", async || {
            cluster.log_of(0).contains("a lease was lost").then_some(())
        })
        .await;
    assert_eq!(cluster.texts_at_crm(&line), ["opens", "one", "two"]);
    assert!(cluster.sandbox.repeats().is_empty(), "amoCRM was asked before anything was sent again");
    cluster.ends().await;
}
