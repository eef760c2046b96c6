use std::cell::RefCell;
use std::convert::Infallible;
use std::fs;
use std::future::ready;
use std::path::Path;

use futures_util::FutureExt;
use futures_util::future::join_all;
use tokio::sync::Barrier;

use super::*;

pub(super) fn hook(number: u8) -> Hook {
    Hook {
        id: Uuid::from_u128(u128::from(number)),
        received_at: i64::from(number),
        scope_id: "scope".into(),
        body: Bytes::from(vec![number; 100]),
    }
}

pub(super) fn claimed(dir: &Path) -> (Spool, Option<Lock>) {
    let spool = Spool::default();
    let lock = spool.claim(&Config { dir: dir.to_owned(), most_mb: 1 }, &Faults::default());
    (spool, lock)
}

async fn all(spool: &Spool) -> Vec<Hook> {
    let taken = RefCell::new(Vec::new());
    let store = |hook| {
        taken.borrow_mut().push(hook);
        ready(Ok::<_, Infallible>(()))
    };
    spool.drain(by_scope, store).await.unwrap();
    taken.into_inner()
}

pub(super) fn by_scope(hook: &Hook) -> String {
    hook.scope_id.clone()
}

#[tokio::test]
async fn a_burst_waits_for_the_disk_and_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, _lock) = claimed(dir.path());
    let hooks: Vec<_> = (0..1000).map(|number| Hook { received_at: number, ..hook(0) }).collect();
    let kept = join_all(hooks.iter().map(|hook| spool.keep(hook, spool.arrive()))).await;
    assert!(kept.iter().all(Result::is_ok));
    assert_eq!(all(&spool).await, hooks, "first come, first served");
}

#[cfg(feature = "faults")]
#[tokio::test]
async fn a_panic_of_the_thread_that_writes_ends_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, faults) = (Spool::default(), Faults::default());
    let _lock = spool.claim(&Config { dir: dir.path().to_owned(), most_mb: 1 }, &faults);
    spool.keep(&hook(1), spool.arrive()).await.unwrap();
    faults.add("spool.sync=panic:1").unwrap();
    assert!(matches!(spool.keep(&hook(2), spool.arrive()).await, Err(HookNotKept::Ended)), "it gets an error");
    spool.keep(&hook(3), spool.arrive()).await.unwrap();
    let kept: Vec<_> = all(&spool).await.into_iter().map(|hook| hook.received_at).collect();
    assert!(kept.starts_with(&[1]) && kept.ends_with(&[3]), "{kept:?}");
    assert_eq!(spool.waiting(), 0);
}

#[test]
fn the_new_owner_of_a_folder_knows_the_previous_one() {
    let dir = tempfile::tempdir().unwrap();
    let instance = |number| Uuid::from_u128(number);
    let claim = || folder::FolderClaim::first(dir.path()).unwrap();
    let (first, beside) = (claim(), claim());
    assert_eq!(first.lock.succeed(instance(1)).unwrap(), None);
    assert_eq!(beside.lock.succeed(instance(2)).unwrap(), None, "a live process is not an earlier life of another");
    drop(first);
    let again = claim();
    assert_eq!(again.lock.succeed(instance(3)).unwrap(), Some(instance(1)));
    drop((again, beside));
    assert_eq!(claim().lock.succeed(instance(4)).unwrap(), Some(instance(3)));
    fs::write(dir.path().join("1/instance"), "no id").unwrap();
    assert_eq!(claim().lock.succeed(instance(5)).unwrap(), None);
}

#[tokio::test]
async fn a_sender_that_gave_up_is_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, _lock) = claimed(dir.path());
    spool.keep(&hook(1), spool.arrive()).await.unwrap();
    // Larger than the whole spool may be: refused, although its sender has given up.
    let large = Hook { body: Bytes::from(vec![0; 2 * 1024 * 1024]), ..hook(2) };
    let _ = spool.keep(&large, spool.arrive()).now_or_never();
    // Given up while it is being written: it stays.
    let _ = spool.keep(&hook(3), spool.arrive()).now_or_never();
    assert_eq!(all(&spool).await, [hook(1), hook(3)]);
    assert_eq!(spool.waiting(), 0, "else later hooks would go by the disk for ever");
}

#[tokio::test]
async fn lines_are_drained_at_once_and_each_in_its_order() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, _lock) = claimed(dir.path());
    let of = |line: &str, number| Hook { scope_id: line.to_owned(), ..hook(number) };
    for kept in [of("a", 1), of("b", 2), of("a", 3), of("b", 4)] {
        spool.keep(&kept, spool.arrive()).await.unwrap();
    }
    let (taken, both) = (RefCell::new(Vec::new()), Barrier::new(2));
    let store = async |hook: Hook| {
        taken.borrow_mut().push((hook.scope_id, hook.received_at));
        both.wait().await;
        Ok::<_, Infallible>(())
    };
    spool.drain(by_scope, store).await.unwrap();
    let of = |line: &str| taken.borrow().iter().filter(|one| one.0 == line).map(|one| one.1).collect::<Vec<_>>();
    assert_eq!((of("a"), of("b")), (vec![1, 3], vec![2, 4]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hooks_that_arrive_during_a_drain_are_not_lost() {
    const SENDERS: u8 = 8;
    const EACH: i64 = 200;
    let dir = tempfile::tempdir().unwrap();
    let (spool, _lock) = claimed(dir.path());
    let senders = (0..SENDERS).map(|sender| {
        let spool = spool.clone();
        tokio::spawn(async move {
            for number in 0..EACH {
                spool.keep(&Hook { received_at: number, ..hook(sender) }, spool.arrive()).await.unwrap();
            }
        })
    });
    let senders: Vec<_> = senders.collect();
    let mut taken = Vec::new();
    while senders.iter().any(|sender| !sender.is_finished()) {
        taken.extend(all(&spool).await);
    }
    taken.extend(all(&spool).await);
    assert_eq!(spool.waiting(), 0);
    for sender in 0..SENDERS {
        let one: Vec<_> = taken.iter().filter(|taken| taken.id == hook(sender).id).collect();
        assert!(one.iter().map(|hook| hook.received_at).eq(0..EACH), "{} of {EACH}", one.len());
    }
}

#[tokio::test]
async fn a_hook_that_is_too_large_does_not_affect_others() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, _lock) = claimed(dir.path());
    let large = Hook { body: Bytes::from(vec![0; 2 * 1024 * 1024]), ..hook(2) };
    let hooks = [hook(1), large, hook(3)];
    let kept = join_all(hooks.iter().map(|hook| spool.keep(hook, spool.arrive()))).await;
    assert!(matches!(kept[..], [Ok(()), Err(HookNotKept::Limit), Ok(())]), "{kept:?}");
    assert_eq!(all(&spool).await, [hook(1), hook(3)]);
}

#[tokio::test]
async fn a_later_process_finds_what_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let (first, lock) = claimed(dir.path());
    first.keep(&hook(1), first.arrive()).await.unwrap();
    // While the first lives, a second one has a folder of its own and does not touch the other.
    let (second, _second) = claimed(dir.path());
    assert_eq!(all(&second).await, []);
    drop(lock);
    let (third, _third) = claimed(dir.path());
    assert_eq!(third.waiting(), 1);
    third.keep(&hook(2), third.arrive()).await.unwrap();
    assert_eq!(all(&third).await, [hook(1), hook(2)]);
}

#[tokio::test]
async fn earlier_hooks_of_another_process_are_drained_first() {
    let dir = tempfile::tempdir().unwrap();
    let [(first, _first), (second, _second), (third, third_lock)] = [(); 3].map(|()| claimed(dir.path()));
    let elsewhere = Hook { scope_id: "other".to_owned(), ..hook(0) };
    for (spool, kept) in
        [(&first, &elsewhere), (&first, &hook(1)), (&third, &hook(2)), (&second, &hook(3)), (&first, &hook(4))]
    {
        spool.keep(kept, spool.arrive()).await.unwrap();
    }
    assert_eq!(all(&second).await, [hook(1), hook(2), hook(3)], "the others may be blocked");
    drop(third_lock);
    let mut line = all(&first).await;
    line.retain(|hook| *hook != elsewhere);
    assert_eq!(line, [hook(1), hook(2), hook(1), hook(4)], "each process that kept a hook finds it stored");
}

#[tokio::test]
async fn a_hook_is_behind_what_waits_in_any_spool_of_the_machine() {
    let dir = tempfile::tempdir().unwrap();
    let (first, lock) = claimed(dir.path());
    let (second, _second) = claimed(dir.path());
    fs::create_dir(dir.path().join("no spool")).unwrap();
    fs::write(dir.path().join("3"), "no folder").unwrap();
    assert!(!first.is_before("scope").await && !second.is_before("scope").await);
    first.keep(&hook(1), first.arrive()).await.unwrap();
    assert!(first.is_before("scope").await && second.is_before("scope").await);
    drop(lock);
    assert!(second.is_before("scope").await, "its process is no more, its hook is there");
    all(&second).await;
    assert!(!second.is_before("scope").await);
}

#[tokio::test]
async fn a_drain_that_stops_goes_on_where_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, _lock) = claimed(dir.path());
    for number in 0..3 {
        spool.keep(&hook(number), spool.arrive()).await.unwrap();
    }
    let stopped = spool
        .drain(by_scope, |hook| ready(if hook.received_at == 1 { Err(std::io::Error::other("down")) } else { Ok(()) }))
        .await;
    assert!(matches!(stopped, Err(DrainError::NotTaken(_))));
    assert_eq!(spool.waiting(), 3);
    spool.keep(&hook(3), spool.arrive()).await.unwrap();
    assert_eq!(all(&spool).await, (0..4).map(hook).collect::<Vec<_>>());
}

#[tokio::test]
async fn more_than_the_limit_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, _lock) = claimed(dir.path());
    let large = |number| Hook { body: Bytes::from(vec![0; 600 * 1024]), ..hook(number) };
    spool.keep(&large(1), spool.arrive()).await.unwrap();
    assert!(matches!(spool.keep(&large(2), spool.arrive()).await, Err(HookNotKept::Limit)));
    assert_eq!(spool.waiting(), 1);
    assert_eq!(all(&spool).await.len(), 1);
    spool.keep(&large(3), spool.arrive()).await.unwrap();
}

#[tokio::test]
async fn whether_the_disk_takes_hooks_is_tried() {
    let dir = tempfile::tempdir().unwrap();
    assert!(!Spool::default().takes().await, "none was claimed");
    let (spool, _lock) = claimed(dir.path());
    assert!(spool.takes().await);
    assert!(!dir.path().join("1/tried").exists());
    fs::remove_dir_all(dir.path()).unwrap();
    assert!(!spool.takes().await);
}

#[cfg(feature = "faults")]
#[tokio::test]
async fn after_a_failed_sync_nothing_is_answered_and_a_new_file_is_begun() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, faults) = (Spool::default(), Faults::default());
    let _lock = spool.claim(&Config { dir: dir.path().to_owned(), most_mb: 1 }, &faults);
    spool.keep(&hook(1), spool.arrive()).await.unwrap();
    faults.add("spool.sync=error:1").unwrap();
    assert!(matches!(spool.keep(&hook(2), spool.arrive()).await, Err(HookNotKept::Disk(_))));
    spool.keep(&hook(3), spool.arrive()).await.unwrap();
    let files = fs::read_dir(dir.path().join("1"))
        .unwrap()
        .filter(|one| one.as_ref().unwrap().path().extension().is_some_and(|ending| ending == "spool"));
    assert_eq!(files.count(), 2, "the contents of the first are unknown");
    assert_eq!(all(&spool).await, [hook(1), hook(3)], "what was not answered is not there");
}

#[tokio::test]
async fn damaged_bytes_are_kept_separately_and_cost_no_other_record() {
    let dir = tempfile::tempdir().unwrap();
    let (spool, _lock) = claimed(dir.path());
    for number in 0..3 {
        spool.keep(&hook(number), spool.arrive()).await.unwrap();
    }
    let file = dir.path().join("1/0000000000000001.spool");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    assert_eq!(all(&spool).await, [hook(0), hook(2)]);
    assert!(!file.exists() && file.with_extension("damaged").exists());
}

#[tokio::test]
async fn an_orphan_is_drained_and_a_living_one_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let orphan = dir.path().join("orphan/7");
    fs::create_dir_all(&orphan).unwrap();
    fs::write(orphan.join("0000000000000003.spool"), folder::encode(&hook(9))).unwrap();
    let taken = RefCell::new(Vec::new());
    let store = |hook| {
        taken.borrow_mut().push(hook);
        ready(Ok::<_, Infallible>(()))
    };
    let drained = drain_folder(&dir.path().join("orphan"), by_scope, store).await.unwrap();
    assert_eq!((drained, taken.into_inner()), (Drained { hooks: 1, damaged: 0, held: 0 }, vec![hook(9)]));

    let (spool, _lock) = claimed(dir.path());
    spool.keep(&hook(1), spool.arrive()).await.unwrap();
    let refused = drain_folder(dir.path(), by_scope, |_| ready(Ok::<_, Infallible>(()))).await.unwrap_err();
    assert!(refused.to_string().contains("running process"), "{refused}");
}

#[tokio::test]
async fn without_a_folder_nothing_is_kept() {
    let (none, _) = claimed(Path::new(""));
    assert!(matches!(none.keep(&hook(1), none.arrive()).await, Err(HookNotKept::None)));
    let file = tempfile::NamedTempFile::new().unwrap();
    let (none, _) = claimed(file.path());
    assert!(matches!(none.keep(&hook(1), none.arrive()).await, Err(HookNotKept::None)));
}

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
