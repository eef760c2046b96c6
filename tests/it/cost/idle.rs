//! What an idle system does for a message before its first byte leaves, and until it is settled.

use std::time::Duration;

use parom_tests::settings::PATIENCE;
use parom_tests::{Line, World, both};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Statements that are not a message's own. The background looks for work, for calls of installations and for changed
/// integrations; a key of the API and the source that its caller names are read again after 750 ms.
const LOOKS: [&str; 8] = [
    "FROM turn AS due",
    "AS ahead",
    "WITH RECURSIVE pools",
    "FROM \"install_call\"",
    "FROM \"integration\"",
    "FROM \"directory\"",
    "FROM \"api_key\"",
    "JOIN source ON source.tenant_id = directory.tenant_id",
];

/// What a message cost.
struct Cost {
    /// Statements that the message waited for, in order.
    awaited: Vec<String>,
    commits: usize,
}

async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let looked = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, looked).await.unwrap_or_else(|_| panic!("{what}"));
}

/// A line that has carried messages both ways, and a worker that delivers from now on until it is stopped.
async fn idle(world: &mut World) -> (Line, CancellationToken, JoinHandle<()>) {
    let (line, _) = world.chatting().await;
    world.manager(&line).answers("anna", "first answer").await;
    world.deliver_all().await;
    let stop = CancellationToken::new();
    let worker = tokio::spawn(world.another_worker().run(stop.clone()));
    until("the worker starts", || world.app().writer.starts_at_once()).await;
    (line, stop, worker)
}

/// Carries a message with a server that delivers by itself.
async fn cost_of(world: &World, send: impl AsyncFnOnce(), mut arrived: impl FnMut() -> bool) -> Cost {
    let app = world.app();
    let mut settled = app.changes.subscribe();
    app.store.counted().watch();
    send().await;
    until("it arrives", &mut arrived).await;
    let end = tokio::time::timeout(PATIENCE, async {
        loop {
            settled.recv().await.expect("the application runs");
            let statements = app.store.counted().statements();
            if statements.iter().any(|text| text.contains("INSERT INTO attempt")) {
                return statements;
            }
        }
    });
    let statements = end.await.expect("it is settled");
    let awaited: Vec<String> =
        statements.into_iter().filter(|text| !LOOKS.iter().any(|look| text.contains(look))).collect();
    Cost { awaited, commits: app.store.counted().transactions() }
}

/// Between a message and its first byte: the commit that stores and leases it, and returns its context.
async fn a_message_of_an_idle_system_leaves_after_its_commit(world: &mut World) {
    let (line, stop, worker) = idle(world).await;

    let answers = async || {
        world.manager(&line).answers("anna", "at once").await;
    };
    let to_messenger = cost_of(world, answers, || world.messenger.texts().contains(&"at once".to_owned())).await;
    let writes = async || {
        world.customer(&line, "anna").writes("thank you").await;
    };
    let to_crm = cost_of(world, writes, || world.texts_at_crm(&line).contains(&"thank you".to_owned())).await;
    stop.cancel();
    worker.await.unwrap();
    for (direction, cost) in [("to the messenger", to_messenger), ("to amoCRM", to_crm)] {
        let before = cost.awaited.iter().position(|text| text.contains("AS conversation_external_id"));
        let before = before.expect("its context is read") + 1;
        let reads = cost.awaited.iter().filter(|text| text.contains("AS conversation_external_id")).count();
        assert_eq!(reads, 1, "{direction}: {:#?}", cost.awaited);
        println!(
            "{direction}: {before} statements before the first byte, {} in all, {} commits",
            cost.awaited.len(),
            cost.commits
        );
        let most = if world.app().store.is_sqlite() { 14 } else { 3 };
        assert!(before <= most, "{direction}: {:#?}", cost.awaited);
        assert_eq!(cost.commits, 2, "{direction}: {:#?}", cost.awaited);
    }
}

/// The worker does not look for due letters because of a message that its own commit leases: neither when it is stored, nor
/// when it is settled or its slot is free again.
async fn a_message_of_an_idle_system_causes_no_look_for_due_letters(world: &mut World) {
    const MESSAGES: usize = 20;
    let (line, stop, worker) = idle(world).await;
    let (mut looks, began) = (0, std::time::Instant::now());
    for number in 0..MESSAGES {
        let text = format!("thanks {number}");
        let writes = async || {
            world.customer(&line, "anna").writes(&text).await;
        };
        cost_of(world, writes, || world.texts_at_crm(&line).contains(&text)).await;
        looks +=
            world.app().store.counted().statements().iter().filter(|text| text.contains("FROM turn AS due")).count();
    }
    stop.cancel();
    worker.await.unwrap();
    // Once a second it looks in any case.
    let seconds = usize::try_from(began.elapsed().as_secs()).unwrap();
    println!("{looks} looks for {MESSAGES} messages in {seconds} seconds");
    assert!(looks <= seconds + MESSAGES / 2, "{looks} looks for {MESSAGES} messages in {seconds} seconds");
}

both!(a_message_of_an_idle_system_leaves_after_its_commit, a_message_of_an_idle_system_causes_no_look_for_due_letters,);
