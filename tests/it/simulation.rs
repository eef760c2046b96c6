//! The simulator (`parom_tests::simulation`): seeds find nothing, and each mistake that is made on purpose is
//! found.

use base::fault::DEFECTS;
use parom_tests::Engine;
use parom_tests::history::{DOUBLED, LOST, MIXED, REORDERED, SECRETS, STATUSES};
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
