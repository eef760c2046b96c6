//! The simulator (`parom_tests::simulation`): seeds find nothing, and each mistake that is made on purpose is
//! found.

use base::fault::DEFECTS;
use parom_tests::Engine;
use parom_tests::history::{
    ALIVE, Arrived, BOUNDS, Bound, DOUBLED, Fate, History, LOST, MIXED, REORDERED, Renewals, SECRETS, STATUSES, Stored,
    Sum, TOKENS, Written,
};
use parom_tests::simulation::{FOUND_BY, Log, Outcome, Plan, run};

const STEPS: usize = 80;

fn as_text(plan: Plan, outcome: &Outcome) -> String {
    let violations: Vec<String> = outcome.violations.iter().map(ToString::to_string).collect();
    format!("{plan:?}\n{}\n{}", outcome.story.join("\n"), violations.join("\n"))
}

async fn find_nothing(engine: Engine, seeds: impl IntoIterator<Item = u64>) {
    let log = Log::start();
    for seed in seeds {
        let plan = Plan { seed, engine, steps: STEPS, defect: None };
        let Some(outcome) = run(plan, &log).await else { return };
        assert!(outcome.violations.is_empty(), "{}", as_text(plan, &outcome));
    }
}

macro_rules! seeds {
    ($($name:ident: $engine:ident, $seeds:expr;)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            find_nothing(Engine::$engine, $seeds).await;
        }
    )+};
}

seeds! {
    seeds_1_to_7_find_nothing: Sqlite, 1..=7;
    seeds_8_to_14_find_nothing: Sqlite, 8..=14;
    seeds_15_to_20_find_nothing_on_postgres: Postgres, 15..=20;
    seeds_that_found_something_once_find_nothing: Sqlite, FOUND_BY.iter().copied();
}

/// What each mistake breaks.
const FOUND_AS: &[(&str, &str)] = &[
    ("defect.lose_a_letter", LOST),
    ("defect.answer_before_commit", LOST),
    ("defect.look_before_insert", DOUBLED),
    ("defect.leave_the_lane", REORDERED),
    ("defect.forget_the_epoch", LOST),
    ("defect.mix_accounts", MIXED),
    ("defect.log_a_secret", SECRETS),
    ("defect.lower_a_status", STATUSES),
    ("defect.miscount", LOST),
];

/// So many seeds may pass without showing it.
const WITHIN: u64 = 12;

#[test]
fn every_defect_is_looked_for() {
    let listed: Vec<&str> = FOUND_AS.iter().map(|(defect, _)| *defect).collect();
    assert_eq!(listed, DEFECTS);
}

async fn is_found(defect: &'static str) {
    let log = Log::start();
    let (_, wanted) = FOUND_AS.iter().find(|(known, _)| *known == defect).unwrap();
    for seed in 1..=WITHIN {
        let plan = Plan { seed, engine: Engine::Sqlite, steps: STEPS, defect: Some(defect) };
        let outcome = run(plan, &log).await.expect("SQLite");
        if outcome.violations.iter().any(|violation| violation.invariant == *wanted) {
            return;
        }
    }
    panic!("{WITHIN} seeds do not find {defect}");
}

macro_rules! defects {
    ($($name:ident: $defect:literal;)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            is_found($defect).await;
        }
    )+};
}

defects! {
    a_lost_letter_is_found: "defect.lose_a_letter";
    an_answer_before_the_commit_is_found: "defect.answer_before_commit";
    a_look_before_the_insert_is_found: "defect.look_before_insert";
    a_lane_that_is_left_is_found: "defect.leave_the_lane";
    a_forgotten_epoch_is_found: "defect.forget_the_epoch";
    mixed_accounts_are_found: "defect.mix_accounts";
    a_secret_in_the_log_is_found: "defect.log_a_secret";
    a_lowered_status_is_found: "defect.lower_a_status";
    a_miscount_is_found: "defect.miscount";
}

// The checker of histories, on histories made by hand: a run that is well has no violations, and each mistake has
// its own.

fn written(number: u64, text: &str) -> Written {
    Written {
        tenant: "acme".to_owned(),
        lane: "anna to the manager".to_owned(),
        number,
        text: text.to_owned(),
        at: number * 10,
        queued: None,
        past_the_spool: false,
        begun: Some(number * 10 + 1),
        answers: vec![Some(202)],
        remembered: false,
    }
}

fn arrived(text: &str, at: u64) -> Arrived {
    let (tenant, text) = ("acme".to_owned(), text.to_owned());
    Arrived { request_id: format!("id of {text}"), tenant, text, at, taken: true, marked: false, sent: 1 }
}

fn delivered(text: &str) -> Stored {
    Stored { text: text.to_owned(), fate: Fate::Delivered }
}

/// Three messages of one lane, all well.
fn well() -> History {
    let texts = ["one", "two", "three"];
    History {
        written: (1..).zip(texts).map(|(number, text)| written(number, text)).collect(),
        arrived: (1..).zip(texts).map(|(number, text)| arrived(text, number * 10 + 5)).collect(),
        stored: texts.map(delivered).into(),
        ledger: vec![Sum { name: "line".to_owned(), accepted: 3, delivered: 3, failed: 0, waiting: 0 }],
        secrets: vec!["hush-hush".to_owned()],
        log: "3 letters were carried\n".to_owned(),
        ..History::default()
    }
}

/// The invariants that a change of the good run breaks.
#[track_caller]
fn broken(change: impl FnOnce(&mut History)) -> Vec<&'static str> {
    let mut history = well();
    change(&mut history);
    let mut found: Vec<_> = history.violations().into_iter().map(|one| one.invariant).collect();
    found.dedup();
    found
}

const NOTHING: [&str; 0] = [];

#[test]
fn tokens_are_renewed_once_and_never_shown_again() {
    let renewals = |expired, granted, refused, lost| {
        let one = Renewals { tenant: "acme".to_owned(), expired, granted, refused, lost };
        broken(|run| run.renewals.push(one))
    };
    assert_eq!(renewals(2, 2, 0, 0), NOTHING);
    assert_eq!(renewals(1, 2, 1, 1), NOTHING, "an answer was lost");
    assert_eq!(renewals(1, 2, 0, 0), [TOKENS]);
    assert_eq!(renewals(1, 1, 1, 0), [TOKENS]);
}

#[test]
fn bounds_secrets_and_ends() {
    let bound = |value| Bound { name: "requests a message".to_owned(), value, limit: 1.2 };
    assert_eq!(broken(|run| run.bounds.push(bound(1.2))), NOTHING);
    assert_eq!(broken(|run| run.bounds.push(bound(1.3))), [BOUNDS]);
    assert_eq!(broken(|run| run.log.push_str("secret=hush-hush")), [SECRETS]);
    assert_eq!(broken(|run| run.log.push_str("a customer wrote: two")), [SECRETS], "texts are secrets");
    let leak = |run: &mut History| run.log.push_str("secret=hush-hush");
    let mut told = well();
    leak(&mut told);
    assert!(told.violations().iter().all(|one| !one.to_string().contains("hush-hush")), "a report is no leak");
    assert_eq!(
        broken(|run| {
            run.arrived.remove(2);
            run.stored[2].fate = Fate::Waiting;
            run.ledger[0].delivered = 2;
            run.ledger[0].waiting = 1;
        }),
        [ALIVE]
    );
}
