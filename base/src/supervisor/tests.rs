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
