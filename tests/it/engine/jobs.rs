//! The runner of jobs, with a kind of its own.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use entity::job;
use parom::job::{JobContext, JobEnd, JobKind, NewJob, due_now, plan};
use parom_tests::{World, both};
use sea_orm::{DatabaseTransaction, DbErr, EntityTrait};
use serde_json::{Value, json};
use uuid::Uuid;

const KIND: &str = "test";
const BACK_OFF: [TimeDelta; 2] = [TimeDelta::minutes(1), TimeDelta::hours(1)];

/// Does what a job's payload says.
struct Obeys {
    world: Arc<parom::platform::PlatformContext>,
    ends: Mutex<Vec<(String, JobEnd)>>,
}

#[async_trait]
impl JobKind for Obeys {
    fn name(&self) -> &'static str {
        KIND
    }

    fn back_off(&self) -> &'static [TimeDelta] {
        &BACK_OFF
    }

    fn patience(&self) -> TimeDelta {
        TimeDelta::hours(3)
    }

    async fn attempt(&self, job: &job::Model) -> anyhow::Result<()> {
        match job.payload.as_str() {
            "\"fail\"" => anyhow::bail!("as asked"),
            "\"panic\"" => panic!("as asked"),
            "\"plan again\"" => planned(&self.world, job.tenant_id, &job.key, "work").await,
            _ => {}
        }
        Ok(())
    }

    async fn ended(&self, _: &DatabaseTransaction, job: &job::Model, end: JobEnd) -> Result<(), DbErr> {
        self.ends.lock().unwrap().push((job.key.clone(), end));
        Ok(())
    }
}

async fn planned(app: &parom::platform::PlatformContext, tenant_id: Uuid, key: &str, what: &str) {
    let now = app.clock.millis();
    let new = NewJob {
        tenant_id,
        kind: KIND,
        key: key.to_owned(),
        payload: json!(what),
        sealed: Some(vec![1]),
        due: Some(now),
    };
    plan(app.store.write(), now, new).await.unwrap();
}

struct Stage {
    jobs: JobContext,
    kind: Arc<Obeys>,
}

fn stage(world: &World) -> Stage {
    let platform = world.app().platform.clone();
    let kind = Arc::new(Obeys { world: platform.clone(), ends: Mutex::default() });
    Stage { jobs: JobContext { platform, kinds: vec![kind.clone()] }, kind }
}

/// Key, payload, failed attempts and whether it is still tried.
async fn rows(world: &World) -> Vec<(String, Value, i32, bool)> {
    let rows = job::Entity::find().all(world.app().store.write()).await.unwrap();
    let shown = rows.into_iter().map(|row| {
        assert_eq!(row.sealed.is_some(), row.next_try_at.is_some(), "what is given up has no secrets");
        (row.key, serde_json::from_str(&row.payload).unwrap(), row.tries, row.next_try_at.is_some())
    });
    shown.collect()
}

async fn a_job_is_retried_slower_each_time_and_given_up(world: &mut World) {
    let (line, stage) = (world.line("support").await, stage(world));
    for what in ["work", "fail", "panic"] {
        planned(world.app(), line.tenant_id, what, what).await;
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
    assert_eq!(ends[0], ("work".to_owned(), JobEnd::Done));
}

async fn a_job_planned_again_during_its_attempt_stays(world: &mut World) {
    let (line, stage) = (world.line("support").await, stage(world));
    planned(world.app(), line.tenant_id, "one", "plan again").await;
    assert_eq!(due_now(&stage.jobs).await, 2, "the new plan is due at once");
    assert_eq!(rows(world).await, []);
    assert_eq!(*stage.kind.ends.lock().unwrap(), [("one".to_owned(), JobEnd::Done)], "of the new plan alone");
}

async fn a_job_of_an_unknown_kind_waits(world: &mut World) {
    let line = world.line("support").await;
    planned(world.app(), line.tenant_id, "one", "work").await;
    assert_eq!(due_now(&world.app().jobs).await, 0);
    assert_eq!(rows(world).await.len(), 1);
    assert_eq!(due_now(&stage(world).jobs).await, 1);
}

both!(
    a_job_is_retried_slower_each_time_and_given_up,
    a_job_planned_again_during_its_attempt_stays,
    a_job_of_an_unknown_kind_waits,
);
