//! Rules 3 and 5: no wake-up is lost and no batch deadlocks, whatever overlaps with what.

use std::collections::BTreeMap;

use parom_tests::office::{LEASE, all_at_once, settlement};
use parom_tests::settings::PATIENCE;
use parom_tests::{Office, both};
use queue::{Settled, accept_batch::AcceptBatch};
use rand::seq::SliceRandom;

/// Delivers until `count` letters were sent; returns them in the order of their settlement, by lane.
async fn carry(
    queue: queue::Queue,
    desk: parom_tests::office::Desk,
    left: std::sync::Arc<std::sync::atomic::AtomicI64>,
) -> Vec<(uuid::Uuid, i64, String)> {
    use std::sync::atomic::Ordering;
    let mut carried = Vec::new();
    while left.load(Ordering::SeqCst) > 0 {
        let claims = queue.claim(&[desk.wish(desk.channel_id, 4)], LEASE).await.expect("the claim");
        if claims.is_empty() {
            tokio::task::yield_now().await;
        }
        for claim in claims {
            assert_eq!(queue.settle(&[settlement(&claim, Settled::Delivered)]).await.expect("the settlement"), [true]);
            left.fetch_sub(1, Ordering::SeqCst);
            carried.push((claim.lane_id, claim.letter.seq, claim.letter.payload.clone()));
        }
    }
    carried
}

async fn no_wake_up_is_lost(office: &mut Office) {
    const TASKS: i64 = 8;
    const EACH: i64 = 25;
    let desk = office.desk();
    let left = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(TASKS * EACH));
    let carriers: Vec<_> =
        (0..2).map(|_| tokio::spawn(carry(office.another_instance(), desk.clone(), left.clone()))).collect();
    let writers = (0..TASKS).map(|task| {
        let (writer, desk) = (office.writer.clone(), desk.clone());
        async move {
            for number in 0..EACH {
                let id = format!("{task}-{number}");
                writer.accept(desk.to_crm("the one chat", &id, &id)).await.expect("it is stored");
            }
        }
    });
    all_at_once(writers).await;
    // A lost wake-up would leave the workers waiting for ever: the test's own limit ends it.
    let mut carried = Vec::new();
    for carrier in carriers {
        carried
            .extend(tokio::time::timeout(PATIENCE, carrier).await.expect("a lane fell asleep over letters").unwrap());
    }
    carried.sort_by_key(|one| one.1);
    assert_eq!(carried.len(), 200);
    let mut of_task: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (_, _, id) in carried {
        let (task, number) = id.split_once('-').unwrap();
        of_task.entry(task.to_owned()).or_default().push(number.parse().unwrap());
    }
    for (task, numbers) in of_task {
        assert!(numbers.is_sorted(), "what task {task} wrote one after the other left otherwise: {numbers:?}");
    }
}

async fn batches_that_cross_do_not_deadlock(office: &mut Office) {
    let desks: Vec<_> = (0..4).map(|_| office.desk()).collect();
    let instances: Vec<_> = (0..6).map(|_| office.another_instance()).collect();
    let done = all_at_once(instances.into_iter().enumerate().map(|(task, queue)| {
        let desks = desks.clone();
        async move {
            let mut errors = Vec::new();
            for round in 0..15 {
                let mut batches: Vec<AcceptBatch> = Vec::new();
                for desk in &desks {
                    for chat in 0..6 {
                        let id = format!("{task}-{round}-{chat}");
                        batches.push(desk.to_crm(&format!("chat {chat}"), &id, &id));
                        // Some keys are fought over.
                        batches.push(desk.to_crm(&format!("chat {chat}"), &format!("{round}-{chat}"), "same"));
                    }
                }
                batches.shuffle(&mut rand::rng());
                let batches: Vec<&AcceptBatch> = batches.iter().collect();
                errors.extend(queue.accept(&batches, false).await.err());
                let wishes: Vec<_> = desks.iter().map(|desk| desk.wish(desk.channel_id, 8)).collect();
                match queue.claim(&wishes, LEASE).await {
                    Ok(claims) => {
                        let mut all: Vec<_> =
                            claims.iter().map(|claim| settlement(claim, Settled::Delivered)).collect();
                        all.shuffle(&mut rand::rng());
                        errors.extend(queue.settle(&all).await.err());
                    }
                    Err(error) => errors.push(error),
                }
            }
            errors
        }
    }))
    .await;
    let errors: Vec<_> = done.into_iter().flatten().collect();
    assert!(errors.is_empty(), "{} errors, the first: {}", errors.len(), errors[0]);
}

both!(no_wake_up_is_lost, batches_that_cross_do_not_deadlock);
