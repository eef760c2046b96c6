//! The simulator (`parom_tests::simulation`): seeds find nothing, and each mistake that is made on purpose is
//! found.

use base::fault::DEFECTS;
use parom_tests::Engine;
use parom_tests::history::{
    ALIVE, Arrived, BOUNDS, Bound, DOUBLED, FORBIDDEN, Fate, History, INVENTED, LOST, MIXED, REFUSED, REORDERED,
    Renewals, SECRETS, STATUSES, Status, Stored, Sum, TOKENS, Written,
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
fn a_correct_run_has_no_violations() {
    assert_eq!(broken(|_| {}), NOTHING);
    assert!(well().violations().is_empty());
}

#[test]
fn an_accepted_message_that_is_nowhere_counts_as_lost() {
    assert_eq!(broken(|run| drop(run.stored.remove(1))), [LOST]);
    assert_eq!(broken(|run| drop(run.arrived.remove(1))), [LOST], "delivered, and never came");
    assert_eq!(broken(|run| run.arrived[1].taken = false), [LOST], "it came and was refused");
    assert_eq!(broken(|run| run.ledger[0].delivered = 2), [LOST], "a gap in the ledger");
    let given_up = |reason: &str| {
        let fate = Fate::Ended(reason.to_owned());
        broken(move |run| {
            run.arrived.remove(1);
            run.stored[1].fate = fate;
        })
    };
    assert_eq!(given_up(""), [LOST], "without a reason");
    assert_eq!(given_up("internal"), [LOST], "by our own mistake");
    assert_eq!(given_up("too_old"), NOTHING, "a dead letter with its reason is no loss");
}

#[test]
fn an_unanswered_message_may_be_missing_or_arrive_once() {
    let unanswered = |run: &mut History| run.written[1].answers = vec![None, Some(503)];
    assert_eq!(broken(unanswered), NOTHING);
    assert_eq!(
        broken(|run| {
            unanswered(run);
            run.stored.remove(1);
            run.arrived.remove(1);
        }),
        NOTHING
    );
    assert_eq!(
        broken(|run| {
            unanswered(run);
            run.unknown_outcomes = 1;
            run.arrived.push(Arrived { request_id: "another".to_owned(), ..arrived("two", 90) });
        }),
        [FORBIDDEN]
    );
    assert_eq!(
        broken(|run| {
            unanswered(run);
            run.written[1].remembered = true;
            run.stored.remove(1);
            run.arrived.remove(1);
        }),
        [REFUSED],
        "amoCRM's history shows it"
    );
}

#[test]
fn a_repeat_is_marked_and_has_a_cause() {
    let again = |marked| Arrived { marked, ..arrived("two", 90) };
    let repeated = |marked: bool, caused: usize| {
        broken(|run| {
            run.unknown_outcomes = caused;
            run.arrived.push(again(marked));
        })
    };
    assert_eq!(repeated(true, 1), NOTHING);
    assert_eq!(repeated(true, 0), [DOUBLED], "no answer was lost");
    assert_eq!(repeated(false, 1), [DOUBLED], "unmarked");
    let overtaken = |marked: bool, sent: i64| {
        broken(|run| {
            run.unknown_outcomes = 2;
            run.arrived[1].marked = true;
            run.arrived[1].sent = 61;
            run.arrived.push(Arrived { sent, ..again(marked) });
        })
    };
    assert_eq!(overtaken(false, 1), NOTHING, "what a dead process had sent came after its successor's repeat");
    assert_eq!(overtaken(false, 62), [DOUBLED], "once known as a repeat, it is sent as one");
    assert_eq!(overtaken(true, 62), NOTHING);
    let under_another_id = |run: &mut History| {
        run.unknown_outcomes = 1;
        run.arrived.push(Arrived { request_id: "another".to_owned(), ..again(true) });
    };
    assert_eq!(broken(under_another_id), [DOUBLED]);
    assert_eq!(broken(|run| run.stored.push(delivered("two"))), [DOUBLED], "two rows");
}

#[test]
fn a_lane_keeps_its_order() {
    assert_eq!(broken(|run| run.arrived.swap(0, 1)), [REORDERED]);
    assert_eq!(broken(|run| run.arrived.swap(0, 2)), [REORDERED]);
    let late = |run: &mut History| {
        run.arrived.swap(0, 1);
        // Its hook was held up until the second had gone.
        run.written[0].at = 99;
    };
    assert_eq!(broken(late), NOTHING);
    let out_of_the_spool = |run: &mut History, first: usize| {
        run.arrived.swap(0, 1);
        // Both came while the database was away; the second was drained and had gone when the first was drained.
        run.written[first].at = 8;
        run.written[1 - first].at = 9;
        (run.written[0].queued, run.written[1].queued) = (Some(99), Some(99));
    };
    assert_eq!(broken(|run| out_of_the_spool(run, 1)), NOTHING);
    assert_eq!(broken(|run| out_of_the_spool(run, 0)), [REORDERED], "the spool is drained in order");
    let past_the_spool = |run: &mut History, past: bool| {
        run.arrived.swap(0, 1);
        // The first waits in the spool when the second comes.
        run.written[0].queued = Some(99);
        run.written[1].past_the_spool = past;
    };
    assert_eq!(broken(|run| past_the_spool(run, true)), NOTHING, "the spool could not keep it");
    assert_eq!(broken(|run| past_the_spool(run, false)), [REORDERED]);
    let other_lane = |run: &mut History| {
        run.arrived.swap(0, 1);
        run.written[0].lane = "boris to the manager".to_owned();
    };
    assert_eq!(broken(other_lane), NOTHING);
}

#[test]
fn accounts_do_not_mix_and_nothing_is_invented() {
    assert!(broken(|run| run.arrived[1].tenant = "other".to_owned()).contains(&MIXED));
    assert_eq!(broken(|run| run.arrived.push(arrived("four", 90))), [INVENTED]);
    assert_eq!(broken(|run| run.arrived.push(Arrived { taken: false, ..arrived("four", 90) })), [INVENTED]);
    assert_eq!(broken(|run| run.stored.push(delivered("four"))), [INVENTED]);
    assert_eq!(broken(|run| run.complaints.push("a wrong signature".to_owned())), [INVENTED]);
}

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
fn statuses_rise_and_belong_to_messages() {
    let told = |ranks: &[i64]| {
        let all = ranks.iter().map(|rank| Status { message: "m".to_owned(), known: true, rank: *rank });
        broken(|run| run.statuses.extend(all))
    };
    assert_eq!(told(&[1, 2]), NOTHING);
    assert_eq!(told(&[2, 1]), [STATUSES]);
    assert_eq!(told(&[1, 1]), NOTHING, "the answer was lost: the status is sent again");
    assert_eq!(broken(|run| run.statuses.push(Status { message: "m".to_owned(), known: false, rank: 1 })), [STATUSES]);
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
