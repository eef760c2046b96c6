//! A claim of accounts of several shards is one statement for each, and their calls begin together. Leases that have waited for
//! another shard's until a call could outlast them are given back.

use std::iter::repeat_with;

use futures_util::poll;
use parom_tests::office::{Desk, LEASE, texts};
use parom_tests::settings::PATIENCE;
use parom_tests::{Office, on_postgres};
use queue::{Claim, Settled};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::timeout;

/// No call begins this long after its lease was asked for, in milliseconds.
const LATE: u64 = 15_000;

/// Two accounts of different shards, each with two messages in one conversation. They were stored without the writer, so that
/// nothing has a pass of a turnstile.
async fn of_two_shards(office: &Office) -> [Desk; 2] {
    let shard = |desk: &Desk| desk.tenant_id.as_bytes()[15] % 2;
    let one = office.desk();
    let other = repeat_with(|| office.desk()).find(|desk| shard(desk) != shard(&one)).unwrap();
    for desk in [&one, &other] {
        for text in ["first", "second"] {
            office.queue.accept(&[&desk.to_crm("chat", text, text)], false).await.unwrap();
        }
    }
    [one, other]
}

/// Another program that has locked an account's row of this table.
async fn locks(office: &Office, table: &str, desk: &Desk) -> DatabaseConnection {
    let other = office.connect().await;
    let text = format!("BEGIN; SELECT 1 FROM {table} WHERE tenant_id = '{}' FOR NO KEY UPDATE", desk.tenant_id);
    other.execute_unprepared(&text).await.unwrap();
    other
}

/// Waits until no lane of the account is leased any more.
async fn until_given_back(office: &Office, desk: &Desk) {
    let given_back = async { while office.lanes(desk).await.iter().any(|lane| lane.owner.is_some()) {} };
    timeout(PATIENCE, given_back).await.expect("the lease is given back");
}

/// The next claims lease the accounts' messages in their order, each as if no process had ever had it, and no other one.
async fn are_carried(office: &Office, desks: &[&Desk], wanted: &[&str]) {
    let wishes: Vec<_> = desks.iter().map(|desk| desk.wish(desk.channel_id, 10)).collect();
    for text in wanted {
        let claims = office.writer.claim(&wishes, LEASE, |_| {}).await.unwrap();
        assert_eq!(texts(&claims), vec![*text; desks.len()]);
        for claim in &claims {
            assert_eq!((claim.starts, claim.letter.unknown), (1, false), "no process has sent it");
            assert!(office.settles(claim, Settled::Delivered).await);
        }
    }
    assert!(office.writer.claim(&wishes, LEASE, |_| {}).await.unwrap().is_empty());
}

/// The statement of one shard has its leases at once, that of the other waits for a lane.
async fn leases_that_waited_for_those_of_another_shard_are_given_back(office: &mut Office) {
    let [prompt, slow] = of_two_shards(office).await;
    let holder = locks(office, "lane", &slow).await;
    let (writer, wishes) = (office.writer.clone(), [&prompt, &slow].map(|desk| desk.wish(desk.channel_id, 10)));
    let (leased, mut accounts) = unbounded_channel();
    let claim = tokio::spawn(async move {
        let found = |claims: &[Claim]| leased.send(claims[0].tenant_id).unwrap();
        writer.claim(&wishes, LEASE, found).await.unwrap()
    });
    assert_eq!(timeout(PATIENCE, accounts.recv()).await.expect("a lease"), Some(prompt.tenant_id));
    office.until_waiting(1).await;
    office.advance(LATE);
    holder.execute_unprepared("ROLLBACK").await.unwrap();
    assert_eq!(texts(&claim.await.unwrap()), Vec::<&str>::new(), "no call begins");
    for desk in [&prompt, &slow] {
        until_given_back(office, desk).await;
    }
    are_carried(office, &[&prompt, &slow], &["first", "second"]).await;
}

/// The statement of one shard begins so late, after a commit of that shard, that only the other's leases have become old.
async fn leases_that_were_asked_for_later_are_kept(office: &mut Office) {
    let [prompt, slow] = of_two_shards(office).await;
    let holder = locks(office, "turn", &slow).await;
    let (writer, third) = (office.writer.clone(), slow.to_crm("chat", "third", "third"));
    let accept = tokio::spawn(async move { writer.accept(third).await.unwrap() });
    office.until_waiting(1).await;
    let wishes = [&prompt, &slow].map(|desk| desk.wish(desk.channel_id, 10));
    let mut claim = Box::pin(office.writer.claim(&wishes, LEASE, |_| {}));
    assert!(poll!(&mut claim).is_pending(), "one shard has asked, the other one waits for its turnstile");
    office.advance(LATE);
    holder.execute_unprepared("ROLLBACK").await.unwrap();
    accept.await.unwrap();
    let claims = claim.await.unwrap();
    assert_eq!(texts(&claims), ["first"]);
    assert_eq!(claims[0].tenant_id, slow.tenant_id);
    assert!(office.settles(&claims[0], Settled::Delivered).await);
    until_given_back(office, &prompt).await;
    are_carried(office, &[&prompt], &["first", "second"]).await;
    are_carried(office, &[&slow], &["second", "third"]).await;
}

on_postgres!(leases_that_waited_for_those_of_another_shard_are_given_back, leases_that_were_asked_for_later_are_kept,);
