//! Rule 1: what came before is recognised inside the commit, not by a look before it.

use parom_tests::office::all_at_once;
use parom_tests::{Office, both};
use queue::accept_batch::{AcceptBatch, ItemOutcome};

async fn twenty_equal_posts_are_one_message(office: &mut Office) {
    let desk = office.desk();
    let posts = (0..20).map(|_| {
        let (writer, batch) = (office.writer.clone(), desk.to_crm("chat", "same", "Hello"));
        async move { writer.accept(batch).await.expect("it is stored")[0] }
    });
    let outcomes = all_at_once(posts).await;
    let new: Vec<_> = outcomes.iter().filter(|one| matches!(one, ItemOutcome::New { .. })).collect();
    assert_eq!(new.len(), 1);
    assert!(outcomes.iter().all(|one| one.message_id() == new[0].message_id()), "all get the same id");
    assert_eq!(office.letters(&desk).await.len(), 1);
}

async fn racing_instances_store_one_message(office: &mut Office) {
    let desk = office.desk();
    let posts = (0..6).map(|_| {
        let (queue, desk) = (office.another_instance(), desk.clone());
        async move {
            let mut new = 0;
            for round in 0..10 {
                let batch = desk.to_crm("chat", &format!("message {round}"), "Hello");
                let receipts = queue.accept(&[&batch], false).await.expect("it is stored");
                new += usize::from(matches!(receipts[0][0], ItemOutcome::New { .. }));
            }
            new
        }
    });
    assert_eq!(all_at_once(posts).await.iter().sum::<usize>(), 10);
    assert_eq!(office.letters(&desk).await.len(), 10);
    assert_eq!(office.lanes(&desk).await.len(), 1, "a conversation that two open at once is one");
}

async fn equal_ids_of_two_sources_are_two_messages(office: &mut Office) {
    let (one, mut two) = (office.desk(), office.desk());
    two.tenant_id = one.tenant_id;
    let first = office.accepts(one.to_crm("chat", "same", "Hello")).await;
    let second = office.accepts(two.to_crm("chat", "same", "Hello")).await;
    assert_ne!(first, second);
    assert_eq!(office.letters(&one).await.len(), 2);
    assert_eq!(office.lanes(&one).await.len(), 2, "and equal conversation ids are two conversations");
}

async fn a_repeat_with_other_content_is_reported_as_different(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "same", "Hello")).await;
    let mut batch = desk.to_crm("chat", "same", "Good bye");
    batch.entries[0].fingerprint = 1;
    let receipt = office.writer.accept(batch).await.unwrap();
    assert!(matches!(receipt[0], ItemOutcome::Duplicate { same: false, .. }), "{receipt:?}");
}

async fn after_a_lost_commit_own_rows_are_distinguished_from_duplicates(office: &mut Office) {
    let desk = office.desk();
    let batches: Vec<AcceptBatch> = (0..3).map(|number| desk.to_crm("chat", &format!("{number}"), "Hello")).collect();
    let batches: Vec<&AcceptBatch> = batches.iter().collect();
    office.queue.accept(&batches, false).await.unwrap();
    // The answer to COMMIT was lost: the batch is written again.
    let receipts = office.queue.accept(&batches, true).await.unwrap();
    assert!(receipts.iter().all(|receipt| matches!(receipt[0], ItemOutcome::New { .. })), "{receipts:?}");
    assert_eq!(office.letters(&desk).await.len(), 3, "nothing is queued twice");
}

async fn the_writer_repeats_by_itself(office: &mut Office) {
    let desk = office.desk();
    for (number, plan) in ["accept.before_commit=error:2", "accept.after_commit=error:1"].into_iter().enumerate() {
        office.faults.add(plan).unwrap();
        let receipt = office.writer.accept(desk.to_crm("chat", plan, "Hello")).await.unwrap();
        assert!(matches!(receipt[0], ItemOutcome::New { .. }), "{plan}: {receipt:?}");
        assert_eq!(office.letters(&desk).await.len(), number + 1, "{plan}");
    }
    let again = office.writer.accept(desk.to_crm("chat", "accept.after_commit=error:1", "Hello")).await.unwrap();
    assert!(matches!(again[0], ItemOutcome::Duplicate { same: true, .. }));
}

both!(
    twenty_equal_posts_are_one_message,
    racing_instances_store_one_message,
    equal_ids_of_two_sources_are_two_messages,
    a_repeat_with_other_content_is_reported_as_different,
    after_a_lost_commit_own_rows_are_distinguished_from_duplicates,
    the_writer_repeats_by_itself,
);
