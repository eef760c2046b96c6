use std::future::ready;

use super::tests::{by_scope, claimed, hook};
use super::*;

#[tokio::test]
async fn hooks_of_an_account_that_cannot_be_stored_now_hold_up_no_others() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, _lock) = claimed(dir.path());
    let of = |scope: &str, number| Hook { scope_id: scope.to_owned(), ..hook(number) };
    for (number, scope) in (0..).zip(["away", "here", "away", "here"]) {
        spool.keep(&of(scope, number), spool.arrive()).await.unwrap();
    }
    let taken = Mutex::new(Vec::new());
    let drain = async |node_is_away: bool| {
        let store = |hook: Hook| {
            let is_away = node_is_away && hook.scope_id == "away";
            if !is_away {
                taken.lock().unwrap().push(hook.received_at);
            }
            ready(if is_away { Err(std::io::Error::other("its node is away")) } else { Ok(()) })
        };
        spool.drain_around(by_scope, store, |_| true).await.unwrap()
    };
    assert_eq!(drain(true).await, Drained { hooks: 2, damaged: 0, held: 2 });
    assert_eq!(std::mem::take(&mut *taken.lock().unwrap()), [1, 3]);
    assert_eq!((spool.waiting(), spool.moving()), (2, 0));
    assert!(spool.is_before("away").await, "a later hook of the account must not overtake them");
    assert!(!spool.is_before("here").await, "others need not queue");
    // What was stored is not passed again; a later file of the account stays too.
    spool.keep(&of("away", 4), spool.arrive()).await.unwrap();
    assert!(spool.is_before("here").await, "until the drain has seen whose it is");
    assert_eq!(drain(true).await, Drained { hooks: 0, damaged: 0, held: 3 });
    assert_eq!(drain(false).await, Drained { hooks: 3, damaged: 0, held: 0 });
    assert_eq!(*taken.lock().unwrap(), [0, 2, 4]);
    assert_eq!((spool.waiting(), spool.moving(), spool.is_before("away").await), (0, 0, false));
}
