//! Keeps the background tasks running for the life of the process and reports every unexpected end.
//!
//! ```text
//! keep ─▶ runs ─▶ panics, or ends before the stop ─▶ logged, counted ─▶ restarted, with growing delays
//!          └─ a minute without a failure: healthy  third time in a minute: failing (/readyz, the vendor's alert)
//! ```
//!
//! Work of one request goes through [`detach`]: it is not restarted, but a panic in it is logged and counted.

use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Failures within [`WINDOW`] that make a task count as failing.
const ENDS: usize = 3;
/// A task that has run this long without a failure is healthy.
const WINDOW: Duration = Duration::from_secs(60);
/// Delay before the second restart; the first is immediate, each later delay doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Keeps the background tasks of a process running. Clones share the tasks.
#[derive(Clone, Default)]
pub struct Supervisor(Arc<SupervisorState>);

#[derive(Default)]
struct SupervisorState {
    tasks: Mutex<BTreeMap<&'static str, Task>>,
    /// A task began to fail or recovered.
    changed: Notify,
}

/// The state of all tasks of one name.
#[derive(Default)]
struct Task {
    /// Restarts since the process began.
    restarts: u64,
    /// Failures since it was last healthy.
    in_a_row: u32,
    /// Its last failures, [`ENDS`] at most.
    ended_at: VecDeque<Instant>,
    failing: bool,
    why: String,
    #[cfg(feature = "faults")]
    kick: Arc<Notify>,
}

/// A task that keeps failing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    pub task: &'static str,
    /// The text of its last panic, for the log and the vendor.
    pub why: String,
}

/// When a kept task may end.
enum Until<'call> {
    Stop(&'call CancellationToken),
    ItIsDone,
}

impl Supervisor {
    /// Runs the future of `make` until the stop. If it ends or panics earlier, it is restarted.
    pub async fn keep<Work>(&self, task: &'static str, stop: &CancellationToken, make: impl Fn() -> Work)
    where
        Work: Future<Output = ()>,
    {
        self.run(task, &Until::Stop(stop), make).await;
    }

    /// Runs the future of `make` until it ends by itself; only after a panic it is restarted.
    pub async fn keep_until_done<Work>(&self, task: &'static str, make: impl Fn() -> Work)
    where
        Work: Future<Output = ()>,
    {
        self.run(task, &Until::ItIsDone, make).await;
    }

    /// [`Supervisor::keep_until_done`] in a new task.
    pub fn start<Work>(&self, task: &'static str, make: impl Fn() -> Work + Send + Sync + 'static)
    where
        Work: Future<Output = ()> + Send + 'static,
    {
        let supervisor = self.clone();
        tokio::spawn(async move { supervisor.keep_until_done(task, make).await });
    }

    /// [`Supervisor::keep_until_done`] for blocking work on a new thread.
    pub fn start_thread(&self, task: &'static str, mut work: impl FnMut() + Send + 'static) -> io::Result<()> {
        let supervisor = self.clone();
        supervisor.task(task);
        let kept = move || {
            while let Err(panic) = catch_unwind(AssertUnwindSafe(&mut work)) {
                std::thread::sleep(supervisor.ended(task, words(&*panic)));
            }
        };
        std::thread::Builder::new().name(task.to_owned()).spawn(kept)?;
        Ok(())
    }

    /// Makes a task's metrics exist before its first failure.
    pub fn announce(&self, task: &'static str) {
        metrics::counter!("parom_task_restarts_total", "task" => task).increment(0);
        metrics::gauge!("parom_task_failing", "task" => task).set(0.0);
    }

    /// Records a panic of work that is repeated later and not restarted.
    pub fn panicked(&self, task: &'static str, why: &str) {
        self.ended(task, why.to_owned());
    }

    /// Tasks that failed three times within a minute and have not recovered.
    pub fn failing(&self) -> Vec<Failing> {
        let tasks = self.tasks();
        let failing = tasks.iter().filter(|(_, of)| of.failing);
        failing.map(|(task, of)| Failing { task, why: of.why.clone() }).collect()
    }

    /// Every task, with its restarts.
    pub fn restarts(&self) -> BTreeMap<&'static str, u64> {
        self.tasks().iter().map(|(task, of)| (*task, of.restarts)).collect()
    }

    /// Waits until a task begins to fail or recovers. A change that happened before the call counts, too.
    pub async fn changed(&self) {
        self.0.changed.notified().await;
    }

    /// Makes a task panic at its next await, for tests.
    #[cfg(feature = "faults")]
    pub fn panics(&self, task: &'static str) {
        self.task(task).notify_one();
    }

    async fn run<Work>(&self, task: &'static str, until: &Until<'_>, make: impl Fn() -> Work)
    where
        Work: Future<Output = ()>,
    {
        self.task(task);
        loop {
            let ended = AssertUnwindSafe(async { self.watch(task, make()).await }).catch_unwind().await;
            let is_over = match until {
                Until::Stop(stop) => stop.is_cancelled(),
                Until::ItIsDone => ended.is_ok(),
            };
            let pause = match ended {
                Ok(()) if is_over => return,
                Ok(()) => self.ended(task, "it ended without an error".to_owned()),
                Err(panic) => self.ended(task, words(&*panic)),
            };
            match until {
                Until::Stop(stop) => {
                    if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                        return;
                    }
                }
                Until::ItIsDone => tokio::time::sleep(pause).await,
            }
        }
    }

    /// Runs the work and records when it becomes healthy.
    async fn watch(&self, task: &'static str, work: impl Future<Output = ()>) {
        let mut work = std::pin::pin!(work);
        let mut minute = std::pin::pin!(tokio::time::sleep(WINDOW));
        let mut is_well = false;
        loop {
            tokio::select! {
                () = &mut work => return,
                () = &mut minute, if !is_well => {
                    is_well = true;
                    self.well(task);
                }
                () = self.kicked(task) => resume_unwind(Box::new("a panic that a test asked for")),
            }
        }
    }

    #[cfg(feature = "faults")]
    async fn kicked(&self, task: &'static str) {
        self.task(task).notified().await;
    }

    #[cfg(not(feature = "faults"))]
    async fn kicked(&self, _task: &'static str) {
        std::future::pending().await
    }

    /// Registers a task, so that its metrics exist from the start.
    #[cfg(feature = "faults")]
    fn task(&self, task: &'static str) -> Arc<Notify> {
        self.enter(task).entry(task).or_default().kick.clone()
    }

    #[cfg(not(feature = "faults"))]
    fn task(&self, task: &'static str) {
        drop(self.enter(task));
    }

    fn enter(&self, task: &'static str) -> MutexGuard<'_, BTreeMap<&'static str, Task>> {
        let mut tasks = self.tasks();
        tasks.entry(task).or_insert_with(|| {
            self.announce(task);
            Task::default()
        });
        tasks
    }

    /// Records an unexpected end; returns the delay before the restart.
    fn ended(&self, task: &'static str, why: String) -> Duration {
        let now = Instant::now();
        let mut tasks = self.tasks();
        let of = tasks.entry(task).or_default();
        of.restarts += 1;
        of.in_a_row = of.in_a_row.saturating_add(1);
        of.ended_at.push_back(now);
        if of.ended_at.len() > ENDS {
            of.ended_at.pop_front();
        }
        let often = of.ended_at.len() >= ENDS && of.ended_at.front().is_some_and(|first| now - *first < WINDOW);
        let begins = often && !of.failing;
        of.failing |= often;
        of.why.clone_from(&why);
        let pause = pause(of.in_a_row);
        drop(tasks);
        metrics::counter!("parom_task_restarts_total", "task" => task).increment(1);
        tracing::error!(
            task,
            error = why,
            again_in_ms = pause.as_millis(),
            "a background task failed and is restarted"
        );
        if begins {
            metrics::gauge!("parom_task_failing", "task" => task).set(1.0);
            self.0.changed.notify_one();
        }
        pause
    }

    /// Records that a task of this name runs; after a minute without a failure it has recovered.
    pub fn well(&self, task: &'static str) {
        let mut tasks = self.tasks();
        let Some(of) = tasks.get_mut(task) else { return };
        if of.ended_at.back().is_some_and(|last| last.elapsed() < WINDOW) {
            // Another task of the same name failed.
            return;
        }
        let was_failing = std::mem::take(&mut of.failing);
        of.in_a_row = 0;
        drop(tasks);
        if was_failing {
            metrics::gauge!("parom_task_failing", "task" => task).set(0.0);
            tracing::info!(task, "a background task has recovered");
            self.0.changed.notify_one();
        }
    }

    fn tasks(&self) -> MutexGuard<'_, BTreeMap<&'static str, Task>> {
        self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts work of one request that continues when the caller disconnects. A panic is logged and counted here and also
/// reaches the awaiter of the handle. `task` names it in log and metrics.
pub fn detach<T: Send + 'static>(task: &'static str, work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    tokio::spawn(async move {
        match AssertUnwindSafe(work).catch_unwind().await {
            Ok(done) => done,
            Err(panic) => {
                metrics::counter!("parom_detached_panics_total", "task" => task).increment(1);
                tracing::error!(task, error = words(&*panic), "work detached from a request panicked");
                resume_unwind(panic)
            }
        }
    })
}

fn pause(in_a_row: u32) -> Duration {
    match in_a_row {
        0 | 1 => Duration::ZERO,
        more => FIRST_PAUSE.saturating_mul(1 << (more - 2).min(10)).min(LONGEST_PAUSE),
    }
}

/// The text of a panic.
fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without a message".to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    const TASK: &str = "a task of the tests";

    /// Panics at each start before `well_from`, then waits for the stop.
    fn kept(supervisor: &Supervisor, well_from: u32) -> (Arc<AtomicU32>, CancellationToken, JoinHandle<()>) {
        let (starts, stop) = (Arc::new(AtomicU32::new(0)), CancellationToken::new());
        let kept = {
            let (supervisor, starts, stop) = (supervisor.clone(), starts.clone(), stop.clone());
            tokio::spawn(async move {
                supervisor
                    .keep(TASK, &stop, || async {
                        if starts.fetch_add(1, Ordering::SeqCst) + 1 < well_from {
                            resume_unwind(Box::new("on purpose"));
                        }
                        stop.cancelled().await;
                    })
                    .await;
            })
        };
        (starts, stop, kept)
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_panics_is_started_again_and_reported_after_the_third_time() {
        let supervisor = Supervisor::default();
        let (starts, stop, kept) = kept(&supervisor, 4);
        supervisor.changed().await;
        assert_eq!(supervisor.failing(), [Failing { task: TASK, why: "on purpose".into() }]);
        tokio::time::sleep(WINDOW - Duration::from_secs(1)).await;
        assert_eq!(
            (starts.load(Ordering::SeqCst), supervisor.failing().len()),
            (4, 1),
            "it runs, but not for a minute yet"
        );
        supervisor.changed().await;
        assert_eq!((supervisor.failing(), supervisor.restarts()[TASK]), (vec![], 3));
        stop.cancel();
        kept.await.unwrap();
        assert_eq!(starts.load(Ordering::SeqCst), 4, "a stop is no end");
    }

    #[tokio::test(start_paused = true)]
    async fn an_unrequested_end_of_a_task_counts_as_a_failure() {
        let (supervisor, stop) = (Supervisor::default(), CancellationToken::new());
        tokio::select! {
            () = supervisor.keep(TASK, &stop, || async {}) => {}
            () = supervisor.changed() => {}
        }
        assert_eq!(supervisor.failing(), [Failing { task: TASK, why: "it ended without an error".into() }]);
    }

    #[tokio::test(start_paused = true)]
    async fn ends_that_lie_far_apart_are_no_failure() {
        let (supervisor, stop) = (Supervisor::default(), CancellationToken::new());
        let lives = || tokio::time::sleep(Duration::from_secs(61));
        tokio::select! {
            () = supervisor.keep(TASK, &stop, lives) => {}
            () = tokio::time::sleep(Duration::from_secs(620)) => {}
        }
        assert_eq!((supervisor.failing(), supervisor.restarts()[TASK]), (vec![], 10));
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_may_end_is_not_restarted() {
        let (supervisor, starts) = (Supervisor::default(), AtomicU32::new(0));
        let twice = || async {
            if starts.fetch_add(1, Ordering::SeqCst) == 0 {
                resume_unwind(Box::new("once".to_owned()));
            }
        };
        supervisor.keep_until_done(TASK, twice).await;
        assert_eq!((starts.load(Ordering::SeqCst), supervisor.restarts()[TASK]), (2, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_thread_goes_on_where_it_was() {
        let (told, mut heard) = tokio::sync::mpsc::channel(8);
        let (ask, mut asked) = tokio::sync::mpsc::channel::<u8>(8);
        let supervisor = Supervisor::default();
        let work = move || {
            while let Some(number) = asked.blocking_recv() {
                if number == 0 {
                    resume_unwind(Box::new("on purpose"));
                }
                let _ = told.blocking_send(number);
            }
        };
        supervisor.start_thread(TASK, work).unwrap();
        for number in [1, 0, 2] {
            ask.send(number).await.unwrap();
        }
        assert_eq!((heard.recv().await, heard.recv().await), (Some(1), Some(2)));
        drop(ask);
        assert_eq!((heard.recv().await, supervisor.restarts()[TASK]), (None, 1));
    }

    #[tokio::test]
    async fn a_detached_task_returns_its_result_or_its_panic() {
        assert_eq!(detach(TASK, async { 7 }).await.unwrap(), 7);
        let broken: JoinHandle<()> = detach(TASK, async { resume_unwind(Box::new("on purpose")) });
        assert!(broken.await.unwrap_err().is_panic());
    }

    #[test]
    fn pauses_grow_to_half_a_minute() {
        let millis: Vec<_> = (1..=13).map(|ends| pause(ends).as_millis()).collect();
        assert_eq!(millis, [0, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000, 30_000]);
        assert_eq!(pause(u32::MAX), LONGEST_PAUSE);
    }
}
