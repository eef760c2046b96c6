//! The runner of jobs, with a kind of its own.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use base::store::{finish_tx, migrate, statements_of};
use chrono::TimeDelta;
use entity::job;
use parom::job::{
    AtOnce, JobContext, JobEnd, JobKind, NewJob, NextRun, Patience, Retry, cancel, due_now, schedule, schedule_by,
    schedule_new,
};
use parom_tests::{World, both};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use uuid::Uuid;

const KIND: &str = "test";
const BACK_OFF: [TimeDelta; 2] = [TimeDelta::minutes(1), TimeDelta::hours(1)];

/// Does what a job's payload says.
struct Obeys {
    world: Arc<parom::platform::PlatformContext>,
    ends: Mutex<Vec<(String, JobEnd)>>,
    /// Attempts that hang wait here.
    gate: Semaphore,
    /// In progress: now, and the most at a time.
    running: AtomicUsize,
    most: AtomicUsize,
}

#[async_trait]
impl JobKind for Obeys {
    fn name(&self) -> &'static str {
        KIND
    }

    fn retry(&self) -> Retry {
        Retry { waits: &BACK_OFF, patience: Patience::For(TimeDelta::hours(3)) }
    }

    fn at_once(&self) -> AtOnce {
        AtOnce { all: 3, of_account: 1 }
    }

    fn keeps_given_up(&self) -> bool {
        true
    }

    async fn attempt(&self, job: &job::Model) -> anyhow::Result<NextRun> {
        self.most.fetch_max(self.running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        match job.payload.as_str() {
            "\"hang\"" => self.gate.acquire().await.unwrap().forget(),
            _ => tokio::task::yield_now().await,
        }
        self.running.fetch_sub(1, Ordering::SeqCst);
        match job.payload.as_str() {
            "\"fail\"" => anyhow::bail!("as asked"),
            "\"panic\"" => panic!("as asked"),
            "\"schedule again\"" => scheduled(&self.world, job.tenant_id, &job.key, "work").await,
            "\"hourly\"" => return Ok(NextRun::At(self.world.clock.millis() + 3_600_000)),
            _ => {}
        }
        Ok(NextRun::Never)
    }

    async fn ended(&self, _: &DatabaseTransaction, job: &job::Model, end: JobEnd) -> Result<(), DbErr> {
        self.ends.lock().unwrap().push((job.key.clone(), end));
        Ok(())
    }
}

fn new(app: &parom::platform::PlatformContext, tenant_id: Uuid, key: &str, what: &str) -> NewJob {
    NewJob { payload: json!(what), sealed: Some(vec![1]), ..NewJob::new(tenant_id, KIND, key, app.clock.millis()) }
}

async fn scheduled(app: &parom::platform::PlatformContext, tenant_id: Uuid, key: &str, what: &str) {
    schedule(app.store.write(), app.clock.millis(), new(app, tenant_id, key, what)).await.unwrap();
}

struct Stage {
    jobs: Arc<JobContext>,
    kind: Arc<Obeys>,
}

fn stage(world: &World) -> Stage {
    let platform = world.app().platform.clone();
    let kind = Arc::new(Obeys {
        world: platform.clone(),
        ends: Mutex::default(),
        gate: Semaphore::new(0),
        running: AtomicUsize::new(0),
        most: AtomicUsize::new(0),
    });
    Stage { jobs: Arc::new(JobContext { platform, kinds: vec![kind.clone()] }), kind }
}

async fn of_kind(world: &World) -> Vec<job::Model> {
    let rows = job::Entity::find().filter(job::Column::Kind.eq(KIND));
    rows.all(world.app().store.write()).await.unwrap()
}

/// Key, payload, failed attempts and whether it is still tried.
async fn rows(world: &World) -> Vec<(String, Value, i32, bool)> {
    let shown = of_kind(world).await.into_iter().map(|row| {
        assert_eq!(row.sealed.is_some(), row.next_try_at.is_some(), "what is given up has no secrets");
        (row.key, serde_json::from_str(&row.payload).unwrap(), row.tries, row.next_try_at.is_some())
    });
    shown.collect()
}

async fn a_job_is_retried_slower_each_time_and_given_up(world: &mut World) {
    let (line, stage) = (world.line("support").await, stage(world));
    for what in ["work", "fail", "panic"] {
        scheduled(world.app(), line.tenant_id, what, what).await;
    }
    assert_eq!(due_now(&stage.jobs).await, 3);
    let mut left = rows(world).await;
    left.sort_by_key(|row| row.0.clone());
    let failed = ["fail", "panic"].map(|what| (what.to_owned(), json!(what), 1, true));
    assert_eq!(left, failed, "a panic is a failure");
    let mut tries = Vec::new();
    for minutes in [1, 59, 1, 60, 59, 1] {
        world.advance(Duration::from_secs(minutes * 60));
        tries.push(due_now(&stage.jobs).await);
    }
    assert_eq!(tries, [2, 0, 2, 2, 2, 0], "after a minute, after an hour each, and a last time after three hours");
    assert!(rows(world).await.iter().all(|row| !row.3));
    let ends = stage.kind.ends.lock().unwrap().clone();
    assert_eq!(ends.iter().filter(|end| end.1 == JobEnd::GivenUp).count(), 2);
    assert!(ends.contains(&("work".to_owned(), JobEnd::Done)));
}

async fn a_job_scheduled_again_during_its_attempt_stays(world: &mut World) {
    let (line, stage) = (world.line("support").await, stage(world));
    scheduled(world.app(), line.tenant_id, "one", "schedule again").await;
    assert_eq!(due_now(&stage.jobs).await, 2, "the new one is due at once");
    assert_eq!(rows(world).await, []);
    assert_eq!(*stage.kind.ends.lock().unwrap(), [("one".to_owned(), JobEnd::Done)], "of the new one alone");
}

async fn a_job_of_an_unknown_kind_waits(world: &mut World) {
    let line = world.line("support").await;
    scheduled(world.app(), line.tenant_id, "one", "work").await;
    let others = JobContext { platform: world.app().platform.clone(), kinds: Vec::new() };
    assert_eq!(due_now(&others).await, 0);
    assert_eq!(rows(world).await.len(), 1);
    assert_eq!(due_now(&stage(world).jobs).await, 1);
}

async fn a_regular_job_is_due_again_at_its_time(world: &mut World) {
    let (line, stage) = (world.line("support").await, stage(world));
    scheduled(world.app(), line.tenant_id, "one", "hourly").await;
    assert_eq!(due_now(&stage.jobs).await, 1);
    world.advance(Duration::from_secs(3_599));
    assert_eq!(due_now(&stage.jobs).await, 0);
    world.advance(Duration::from_secs(1));
    assert_eq!(due_now(&stage.jobs).await, 1);
    // It can be brought forward, and not put off.
    let (db, now) = (world.app().store.write(), world.clock.millis());
    schedule_by(db, now, NewJob::new(line.tenant_id, KIND, "one", now)).await.unwrap();
    schedule_by(db, now, NewJob::new(line.tenant_id, KIND, "one", now + 1_000)).await.unwrap();
    assert!(!schedule_new(db, now, NewJob::new(line.tenant_id, KIND, "one", now + 1_000)).await.unwrap());
    assert_eq!(due_now(&stage.jobs).await, 1);
}

async fn scheduling_and_cancelling_are_part_of_a_commit(world: &mut World) {
    let (line, stage) = (world.line("support").await, stage(world));
    let app = world.app().clone();
    let tx = app.store.write_tx().await.unwrap();
    schedule(&tx, 0, new(&app, line.tenant_id, "never", "work")).await.unwrap();
    tx.rollback().await.unwrap();
    scheduled(&app, line.tenant_id, "cancelled", "work").await;
    scheduled(&app, line.tenant_id, "kept", "work").await;
    let tx = app.store.write_tx().await.unwrap();
    let done = cancel(&tx, line.tenant_id, KIND, "cancelled").await;
    assert!(finish_tx(tx, done).await.unwrap());
    assert_eq!(due_now(&stage.jobs).await, 1);
    assert_eq!(*stage.kind.ends.lock().unwrap(), [("kept".to_owned(), JobEnd::Done)]);
}

/// Due jobs for which there is no room yet are kept in memory; the table is not read again for each attempt.
async fn many_due_jobs_are_read_few_times(world: &mut World) {
    let stage = stage(world);
    for number in 1..=90 {
        scheduled(world.app(), Uuid::from_u128(number), "one", "work").await;
    }
    let cost = statements_of(async { assert_eq!(due_now(&stage.jobs).await, 90) }).await;
    let reads = cost.statements.iter().filter(|statement| statement.starts_with("SELECT")).count();
    assert!(reads < 20, "{reads} reads for 90 jobs, of which 3 have room");
}

/// An account whose jobs hang, and one that has many, delay no other; and no more run at a time than the kind allows.
async fn accounts_share_the_room_of_a_kind(world: &mut World) {
    let stage = stage(world);
    let accounts: Vec<Uuid> = (1..=5).map(Uuid::from_u128).collect();
    for key in ["one", "two", "three"] {
        scheduled(world.app(), accounts[0], key, "hang").await;
    }
    for account in &accounts[1..] {
        for key in 0..4 {
            scheduled(world.app(), *account, &key.to_string(), "work").await;
        }
    }
    let jobs = stage.jobs.clone();
    let working = tokio::spawn(async move { due_now(&jobs).await });
    let others = async || (rows(world).await.len() == 3).then_some(());
    world.until("all jobs of the others are done", others).await;
    stage.kind.gate.add_permits(3);
    assert_eq!(working.await.unwrap(), 3 + 4 * 4);
    assert!(stage.kind.most.load(Ordering::SeqCst) <= 3, "{:?}", stage.kind.most);
}

async fn another_process_takes_over_when_the_claim_ends(world: &mut World) {
    let (line, one, other) = (world.line("support").await, stage(world), stage(world));
    scheduled(world.app(), line.tenant_id, "one", "hang").await;
    let jobs = one.jobs.clone();
    let working = tokio::spawn(async move { due_now(&jobs).await });
    world.until("it is begun", async || (one.kind.running.load(Ordering::SeqCst) == 1).then_some(())).await;
    working.abort();
    other.kind.gate.add_permits(1);
    world.advance(Duration::from_secs(119));
    assert_eq!(due_now(&other.jobs).await, 0, "it is claimed");
    world.advance(Duration::from_secs(1));
    assert_eq!(due_now(&other.jobs).await, 1);
    assert_eq!(*other.kind.ends.lock().unwrap(), [("one".to_owned(), JobEnd::Done)]);
}

/// A process of 0.1.0 goes on with its own columns; what it leaves is moved when it is overdue.
async fn what_an_earlier_version_left_is_taken_over(world: &mut World) {
    let line = world.line("support").await;
    let app = world.app().clone();
    let left = job::Entity::delete_many().filter(job::Column::Kind.is_in(["lines", "accounts", "contacts"]));
    left.exec(app.store.write()).await.unwrap();
    let (id, conversation) = match app.store.is_sqlite() {
        true => (format!("x'{}'", line.tenant_id.simple()), "x'00000000000000000000000000000007'".to_owned()),
        false => (format!("'{}'", line.tenant_id), "'00000000-0000-0000-0000-000000000007'".to_owned()),
    };
    let task = format!(
        "INSERT INTO contact_task (tenant_id, conversation_id, tries, making, linking, renamed_from, next_try_at, created_at) \
         VALUES ({id}, {conversation}, 2, true, false, 'A \"title\"', 100, 50)"
    );
    for statement in ["UPDATE tenant SET probe_at = 100", "UPDATE source SET look_at = 200", &task] {
        app.store.write().execute_unprepared(statement).await.unwrap();
    }
    assert_eq!(migrate::move_jobs(&app.store, 100).await.unwrap(), 2);
    assert_eq!(migrate::move_jobs(&app.store, 199).await.unwrap(), 0, "each once, and none before its time");
    assert_eq!(migrate::move_jobs(&app.store, 200).await.unwrap(), 1);
    let found =
        job::Entity::of_tenant(line.tenant_id).filter(job::Column::Kind.is_in(["lines", "accounts", "contacts"]));
    let mut found = found.all(app.store.write()).await.unwrap();
    found.sort_by_key(|job| job.kind.clone());
    let shown: Vec<_> = found.iter().map(|job| (job.kind.as_str(), job.key.as_str(), job.next_try_at)).collect();
    let (conversation, source) = (Uuid::from_u128(7).to_string(), line.source_id.to_string());
    assert_eq!(
        shown,
        [
            ("accounts", "", Some(100)),
            ("contacts", conversation.as_str(), Some(100)),
            ("lines", source.as_str(), Some(200))
        ]
    );
    let payload: Value = serde_json::from_str(&found[1].payload).unwrap();
    assert_eq!(payload, json!({"making": true, "linking": false, "renamed_from": "A \"title\""}));
    assert_eq!((found[1].tries, found[1].created_at), (2, 50));
}

both!(a_job_is_retried_slower_each_time_and_given_up, a_job_scheduled_again_during_its_attempt_stays);
both!(scheduling_and_cancelling_are_part_of_a_commit, another_process_takes_over_when_the_claim_ends);
both!(what_an_earlier_version_left_is_taken_over, a_regular_job_is_due_again_at_its_time);
both!(accounts_share_the_room_of_a_kind, a_job_of_an_unknown_kind_waits, many_due_jobs_are_read_few_times);
