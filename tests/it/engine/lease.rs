//! Rule 6: one holder a lane; what a lost lease would write is not written; a lease that ran out leaves an unknown
//! outcome.

use std::collections::HashSet;
use std::iter::repeat_with;
use std::path::Path;
use std::time::Duration;

use base::clock::Clock;
use base::millis::HOUR;
use futures_util::poll;
use parom_tests::cluster::Cluster;
use parom_tests::office::{Desk, LEASE, again, all_at_once, settlement, texts};
use parom_tests::settings::PATIENCE;
use parom_tests::{Engine, Office, Place, World, both, on_postgres};
use queue::{Claim, Settled, TurnEffect};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, Value};
use simulator::crm::{Fault, Part};
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::timeout;
use uuid::Uuid;

async fn a_lease_that_ran_out_comes_back_as_unknown(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let first = office.claims_one(&desk).await;
    assert_eq!((first.letter.unknown, first.starts), (false, 1));
    office.advance(u64::try_from(LEASE).unwrap() - 1);
    assert!(office.claims(&desk, desk.channel_id, 10).await.is_empty(), "the lease still runs");
    office.advance(1);
    let second = office.claims_one(&desk).await;
    assert_eq!((second.letter.unknown, second.starts, second.epoch), (true, 2, first.epoch + 1));
    assert!(office.settles(&second, Settled::Delivered).await);
}

async fn an_old_epoch_settles_nothing(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    office.accepts(desk.to_crm("chat", "2", "two")).await;
    let old = office.claims_one(&desk).await;
    office.advance(u64::try_from(LEASE).unwrap());
    let new = office.claims_one(&desk).await;
    let (letters, lanes) = (office.letters(&desk).await, office.lanes(&desk).await);
    let buried = Settled::Buried { reason: "r".to_owned(), detail: "d".to_owned() };
    for settled in [Settled::Delivered, again(5), buried, Settled::GivenBack, Settled::Superseded] {
        let mut late = settlement(&old, settled.clone());
        late.turn = TurnEffect::Hold { reason: "never".to_owned() };
        assert!(!office.writer.settle(late).await, "{settled:?} of a lost lease");
        assert_eq!(office.letters(&desk).await, letters, "{settled:?} of a lost lease changed letters");
        assert_eq!(office.lanes(&desk).await, lanes, "{settled:?} of a lost lease changed the lane");
        assert_eq!(office.turn(&desk, desk.channel_id).await.reason, "", "{settled:?} of a lost lease held the turn");
    }
    // Another instance that guesses the epoch is no holder either.
    let stranger = office.another_instance();
    assert_eq!(stranger.settle(&[settlement(&new, Settled::Delivered)]).await.unwrap(), [false]);
    assert!(office.settles(&new, Settled::Delivered).await);
    assert!(!office.settles(&new, Settled::Delivered).await, "a lease settles once");
    let last = office.claims_one(&desk).await;
    assert_eq!(last.letter.payload, "two");
    assert!(office.settles(&last, Settled::Delivered).await);
}

async fn a_lane_has_one_holder_when_many_workers_claim(office: &mut Office) {
    let desk = office.desk();
    for lane in 0..40 {
        for letter in 0..3 {
            let id = format!("{lane}-{letter}");
            office.accepts(desk.to_crm(&format!("chat {lane}"), &id, &id)).await;
        }
    }
    let instances: Vec<_> = (0..8).map(|_| office.another_instance()).collect();
    let mut asked = all_at_once(instances.into_iter().map(|queue| {
        let desk = desk.clone();
        async move {
            let mut all = Vec::new();
            for _ in 0..6 {
                all.extend(queue.claim(&[desk.wish(desk.channel_id, 3)], LEASE).await.expect("the claim"));
            }
            (queue, all)
        }
    }))
    .await;
    // A claim does not wait for a turn that another one holds: the rest is left to the next claim.
    let (queue, claims) = &mut asked[0];
    claims.extend(queue.claim(&[desk.wish(desk.channel_id, 40)], LEASE).await.expect("the claim"));
    let mut holders = HashSet::new();
    for (queue, claims) in &asked {
        for claim in claims {
            assert!(holders.insert(claim.lane_id), "two hold one lane");
            assert!(claim.letter.payload.ends_with("-0"), "only heads are leased: {}", claim.letter.payload);
            assert_eq!(queue.settle(&[settlement(claim, Settled::Delivered)]).await.unwrap(), [true]);
        }
    }
    assert_eq!(holders.len(), 40, "every lane found a holder");
}

// A claim of accounts of several shards is one statement for each, and their calls begin together. Leases that have
// waited for another shard's until a call could outlast them are given back.

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

// C6: what is erased while it is about to be leased does not leave.

/// The head is removed and the epoch incremented between the claim's read and its write.
async fn c6_a_claim_is_only_what_its_update_leased(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "erased")).await;
    office.accepts(desk.to_crm("other chat", "2", "stays")).await;
    let lanes = office.lanes(&desk).await;
    let letters = office.letters(&desk).await;
    let erased = letters.iter().find(|letter| letter.payload == "erased").unwrap().lane_id;
    assert_eq!(lanes.len(), 2);
    let other = office.store.write_tx().await.unwrap();
    let on_lane = |text: &str| {
        let values: [Value; 2] = [desk.tenant_id.into(), erased.into()];
        Statement::from_sql_and_values(office.store.backend(), text, values)
    };
    other.query_all_raw(on_lane("SELECT 1 FROM lane WHERE tenant_id = $1 AND lane_id = $2 FOR UPDATE")).await.unwrap();
    let (queue, wish) = (office.queue.clone(), desk.wish(desk.channel_id, 10));
    let claim = tokio::spawn(async move { queue.claim(&[wish], LEASE).await });
    office.until_waiting(1).await;
    other.execute_raw(on_lane("DELETE FROM letter WHERE tenant_id = $1 AND lane_id = $2")).await.unwrap();
    let gone = "UPDATE lane SET epoch = epoch + 1, waiting = 0, due_at = NULL WHERE tenant_id = $1 AND lane_id = $2";
    other.execute_raw(on_lane(gone)).await.unwrap();
    other.commit().await.unwrap();
    let claims = claim.await.unwrap().unwrap();
    let texts: Vec<&str> = claims.iter().map(|claim| claim.letter.payload.as_str()).collect();
    assert_eq!(texts, ["stays"], "what was not leased is not sent");
    assert_eq!(office.queue.settle(&[settlement(&claims[0], Settled::Delivered)]).await.unwrap(), [true]);
}

/// The turn is the mutex of its lanes, for erasing too: it waits for a claim that has read the heads.
async fn c6_erasing_waits_for_the_holder_of_the_turn(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let conversation: Uuid = office.lanes(&desk).await[0].conversation_id;
    let holder = office.store.write_tx().await.unwrap();
    holder.execute_unprepared("SELECT 1 FROM turn FOR NO KEY UPDATE").await.unwrap();
    let (queue, tenant) = (office.queue.clone(), desk.tenant_id);
    let erasing = tokio::spawn(async move { queue.empty(tenant, conversation).await });
    office.until_waiting(1).await;
    assert_eq!(office.letters(&desk).await.len(), 1, "it has not begun");
    holder.rollback().await.unwrap();
    assert_eq!(erasing.await.unwrap().unwrap(), 1);
    assert!(office.claims(&desk, desk.channel_id, 10).await.is_empty());
}

// A process that is frozen for longer than its lease, and then continues.

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

// Rule 9: on PostgreSQL time is the database's, whatever an instance's own clock says.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_clocks_end_no_lease_and_no_back_off() {
    let Some(office) = Office::on(Engine::Postgres, Clock::system()).await else { return };
    let fast = office.another_instance_at(Clock::skewed(HOUR)).await;
    let slow = office.another_instance_at(Clock::skewed(-HOUR)).await;
    let desk = office.desk();
    let wish = [desk.wish(desk.channel_id, 10)];
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let mine = office.claims_one(&desk).await;
    for other in [&fast, &slow] {
        assert!(other.claim(&wish, LEASE).await.unwrap().is_empty(), "the lease applies to all processes");
    }
    assert!(office.settles(&mine, again(HOUR / 2)).await);
    assert!(fast.claim(&wish, LEASE).await.unwrap().is_empty(), "half an hour has not passed");

    office.accepts(desk.to_crm("another chat", "2", "two")).await;
    let theirs = slow.claim(&wish, LEASE).await.unwrap();
    assert_eq!(theirs.len(), 1, "what is due is due for one that is an hour behind");
    assert!(office.claims(&desk, desk.channel_id, 10).await.is_empty(), "its lease is a whole one");
    assert_eq!(slow.settle(&[settlement(&theirs[0], again(0))]).await.unwrap(), [true]);
    let last = fast.claim(&wish, LEASE).await.unwrap();
    assert_eq!(last.len(), 1, "due at once means now, not in an hour");
    assert_eq!(fast.settle(&[settlement(&last[0], Settled::Delivered)]).await.unwrap(), [true]);
    office.close().await;
}

/// What waits by a clock that stood ahead goes on when the clock is set right.
async fn a_clock_that_stood_ahead_holds_nothing_back(world: &mut World) {
    let line = world.line("support").await;
    let beats = async |world: &World| parom::missed_hooks::beat(&world.app().intake).await.unwrap();
    beats(world).await;
    world.advance(Duration::from_secs(3600));
    world.sandbox.faults().until_cleared(Part::Message, Fault::Status { code: 503, retry_after: None });
    for name in ["anna", "boris", "clara"] {
        world.customer(&line, name).writes(name).await;
    }
    for _ in 0..5 {
        world.deliver_all().await;
        world.advance(Duration::from_secs(20));
        beats(world).await;
    }
    assert!(world.texts_at_crm(&line).is_empty());
    world.sandbox.faults().clear();
    world.clock.set_back(Duration::from_secs(3600));
    world.restart().await;
    beats(world).await;
    for _ in 0..60 {
        world.deliver_all().await;
        world.advance(Duration::from_secs(1));
    }
    let mut texts = world.texts_at_crm(&line);
    texts.sort();
    assert_eq!(texts, ["anna", "boris", "clara"]);
}

/// What the clock that was set right has leased meanwhile is not due for another call beside the one that runs.
async fn a_lease_of_the_right_clock_stays(office: &mut Office) {
    let desk = office.desk();
    office.accepts(desk.to_crm("chat", "1", "one")).await;
    let mine = office.claims_one(&desk).await;
    office.accepts(desk.to_crm("another chat", "2", "two")).await;
    let waits = office.claims_one(&desk).await;
    assert!(office.settles(&waits, again(2 * HOUR)).await);
    for by in [30_000, HOUR] {
        office.queue.set_back(office.store.write(), by, LEASE).await.unwrap();
        assert!(office.claims(&desk, desk.channel_id, 10).await.is_empty(), "after {by}");
    }
    office.queue.set_back(office.store.write(), HOUR, LEASE).await.unwrap();
    let last = office.claims_one(&desk).await;
    for claim in [&mine, &last] {
        assert!(office.settles(claim, Settled::Delivered).await);
    }
}

both!(a_lane_has_one_holder_when_many_workers_claim, a_clock_that_stood_ahead_holds_nothing_back);
both!(a_lease_that_ran_out_comes_back_as_unknown);
both!(a_lease_of_the_right_clock_stays, an_old_epoch_settles_nothing);
on_postgres!(leases_that_waited_for_those_of_another_shard_are_given_back, c6_erasing_waits_for_the_holder_of_the_turn);
on_postgres!(c6_a_claim_is_only_what_its_update_leased, leases_that_were_asked_for_later_are_kept);
