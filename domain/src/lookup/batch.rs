//! Batches concurrent reads into one statement.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use base::store::is_node_away;
use base::supervisor::{Supervisor, detach};
use sea_orm::DbErr;
use tokio::sync::{Mutex, mpsc, oneshot};

/// Maximum keys per statement.
const MOST: usize = 256;

type Answer<V> = Result<Option<V>, DbErr>;
type BatchKey<K, V> = (K, oneshot::Sender<Answer<V>>);

/// Reads one row per call: keys requested while a statement runs go into the next one. With more accounts than fit
/// into the cache nearly every message causes a read, and a statement for each would cost the database more than
/// storing the message. Cheap to clone; the task ends with the last clone.
pub struct BatchLoader<K, V>(mpsc::Sender<BatchKey<K, V>>);

impl<K, V> Clone for BatchLoader<K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V> BatchLoader<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// `read` returns the rows that exist for the keys; the keys it gets are distinct.
    pub fn new<Reading>(supervisor: &Supervisor, read: impl Fn(Vec<K>) -> Reading + Send + Sync + 'static) -> Self
    where
        Reading: Future<Output = Result<HashMap<K, V>, DbErr>> + Send + 'static,
    {
        let (line, questions) = mpsc::channel::<BatchKey<K, V>>(MOST);
        // After a panic the next task continues with the same queue.
        let (questions, read) = (Arc::new(Mutex::new(questions)), Arc::new(read));
        supervisor.start("lookup", move || {
            let (questions, read) = (questions.clone(), read.clone());
            async move { answer_all(&mut *questions.lock().await, &*read).await }
        });
        Self(line)
    }

    /// The row of a key, as of now or later; none if there is none.
    pub async fn ask(&self, key: K) -> Answer<V> {
        let (one, answer) = oneshot::channel();
        if self.0.send((key, one)).await.is_err() {
            return Err(ended());
        }
        answer.await.unwrap_or_else(|_| Err(ended()))
    }
}

/// Runs until the last caller is gone.
async fn answer_all<K, V, Reading>(
    questions: &mut mpsc::Receiver<BatchKey<K, V>>,
    read: &(impl Fn(Vec<K>) -> Reading + Sync),
) where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    Reading: Future<Output = Result<HashMap<K, V>, DbErr>> + Send + 'static,
{
    let mut asked = Vec::with_capacity(MOST);
    while questions.recv_many(&mut asked, MOST).await > 0 {
        let mut who = HashMap::<K, Vec<_>>::with_capacity(asked.len());
        for (key, one) in asked.drain(..).filter(|(_, one)| !one.is_closed()) {
            who.entry(key).or_default().push(one);
        }
        if who.is_empty() {
            continue;
        }
        let together = detached(read(who.keys().cloned().collect())).await;
        let is_shared = who.len() > 1;
        for (key, all) in who {
            let answer = match &together {
                // One of the keys is of a node that does not answer: the others have their rows all the same.
                Err(error) if is_shared && is_node_away(error) => {
                    detached(read(vec![key.clone()])).await.map(|mut found| found.remove(&key))
                }
                together => together.as_ref().map(|found| found.get(&key).cloned()).map_err(DbErr::clone),
            };
            for one in all {
                let _ = one.send(answer.clone());
            }
        }
    }
}

/// In a separate task, so that a panic is an error of these keys only.
async fn detached<T: Send + 'static>(
    read: impl Future<Output = Result<T, DbErr>> + Send + 'static,
) -> Result<T, DbErr> {
    let read = detach("lookup_read", read);
    read.await.unwrap_or_else(|gone| Err(DbErr::Custom(format!("reading broke off: {gone}"))))
}

fn ended() -> DbErr {
    DbErr::Custom("the reader has ended, because the server stops".to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures_util::future::join_all;
    use tokio::sync::Semaphore;

    use super::*;

    #[tokio::test]
    async fn keys_requested_during_a_read_are_read_together_and_once() {
        let (read, gate) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Semaphore::new(0)));
        let together = {
            let (read, gate) = (read.clone(), gate.clone());
            BatchLoader::new(&Supervisor::default(), move |mut keys: Vec<u8>| {
                keys.sort_unstable();
                read.lock().unwrap().push(keys.clone());
                let gate = gate.clone();
                async move {
                    gate.acquire().await.unwrap().forget();
                    Ok(keys.into_iter().filter(|key| *key != 4).map(|key| (key, u32::from(key) * 10)).collect())
                }
            })
        };
        let answers = tokio::spawn({
            let together = together.clone();
            async move { join_all([1, 2, 3, 3, 4].map(|key| together.ask(key))).await }
        });
        while read.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        gate.add_permits(9);
        let answers: Vec<_> = answers.await.unwrap().into_iter().map(Result::unwrap).collect();
        assert_eq!(answers, [Some(10), Some(20), Some(30), Some(30), None]);
        let read = read.lock().unwrap();
        assert_eq!(read.concat(), [1, 2, 3, 4]);
        assert!(read.len() <= 2, "one by one: {read:?}");
    }

    #[tokio::test]
    async fn an_error_reaches_all_waiting_callers_and_the_next_call_reads_again() {
        let tries = Mutex::new(0);
        let together = BatchLoader::new(&Supervisor::default(), move |keys: Vec<u8>| {
            *tries.lock().unwrap() += 1;
            let fails = *tries.lock().unwrap() == 1;
            async move {
                if fails {
                    Err(DbErr::Custom("away".into()))
                } else {
                    Ok(keys.into_iter().map(|key| (key, ())).collect())
                }
            }
        });
        assert!(together.ask(1).await.is_err());
        assert_eq!(together.ask(1).await.unwrap(), Some(()));
    }
}
