//! The writer's thread on SQLite: its transactions run there, without a hand-over to another thread for each statement
//! (docs/queue.md#sqlite-on-a-thread-of-its-own). Everything that they start runs on the tasks of the process.

use std::io;
use std::sync::Arc;

use base::supervisor::Supervisor;
use sea_orm::DbErr;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::accept::AcceptWork;
use super::settle::SettleWork;
use crate::{Claim, LeaseRequest};

/// A claim, and the caller that waits for its leases.
pub(super) struct ClaimCall {
    wishes: Vec<LeaseRequest>,
    lease_millis: i64,
    answer: oneshot::Sender<Result<Vec<Claim>, DbErr>>,
}

/// Passes claims to the thread. Clones share it.
#[derive(Clone)]
pub(super) struct Claims(mpsc::UnboundedSender<ClaimCall>);

impl Claims {
    /// [`crate::Queue::claim`] on the thread. Leases that no one waits for any longer are given back.
    pub async fn claim(&self, wishes: &[LeaseRequest], lease_millis: i64) -> Result<Vec<Claim>, DbErr> {
        let (answer, answered) = oneshot::channel();
        let ended = |_| DbErr::Custom("the writer has ended".into());
        self.0.send(ClaimCall { wishes: wishes.to_vec(), lease_millis, answer }).map_err(|_| ended(()))?;
        answered.await.unwrap_or_else(|_| Err(ended(())))
    }
}

/// Starts a thread for these tasks and for claims; their queue may block it. It ends when they have ended.
pub(super) fn start(settling: SettleWork, accepting: AcceptWork, supervisor: &Supervisor) -> io::Result<Claims> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let (claims, calls) = mpsc::unbounded_channel();
    let calls = Arc::new(Mutex::new(calls));
    let kept = supervisor.clone();
    supervisor.start_thread("writer", move || {
        runtime.block_on(async {
            tokio::join!(
                kept.keep_until_done("settlements", || settling.clone().run()),
                kept.keep_until_done("writer", || accepting.clone().run()),
                kept.keep_until_done("writer", || answer(calls.clone(), accepting.clone())),
            )
        });
    })?;
    Ok(Claims(claims))
}

/// Ends when the last [`Claims`] are gone.
async fn answer(calls: Arc<Mutex<mpsc::UnboundedReceiver<ClaimCall>>>, work: AcceptWork) {
    let AcceptWork { queue, starting, .. } = work;
    let mut calls = calls.lock().await;
    while let Some(ClaimCall { wishes, lease_millis, answer }) = calls.recv().await {
        let claims = queue.claim(&wishes, lease_millis).await;
        if let Err(Ok(claims)) = answer.send(claims)
            && !claims.is_empty()
        {
            starting.give_back(&queue, claims, ());
        }
    }
}
