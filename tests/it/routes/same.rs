//! What the trial page says is what happens, message by message, under generated rules.

use parom::route::rule::{Assignee, Conditions, ContactKind, CustomerKind, LeadKind, LeadUse, Seat};
use parom::route::versions::{self, NewVersion};
use parom::route::{Rule, RuleSet, trial};
use parom_tests::settings::HOST;
use parom_tests::{World, once};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use super::routed;

const SETS: usize = 20;
const MESSAGES: usize = 10;
const WORDS: [&str; 6] = ["price", "hello", "delivery", "цена", "hola", "boots"];

/// Some of a list.
fn some<T: Clone>(random: &mut StdRng, of: &[T]) -> Vec<T> {
    of.iter().filter(|_| random.random_bool(0.3)).cloned().collect()
}

/// One of a list, or nothing.
fn maybe<T: Copy>(random: &mut StdRng, of: &[T]) -> Option<T> {
    random.random_bool(0.25).then(|| of.choose(random).copied()).flatten()
}

fn rule(random: &mut StdRng, number: usize, users: &[i64]) -> Rule {
    let words: Vec<String> = WORDS.map(str::to_owned).into();
    let person = |random: &mut StdRng| base::json::NumericId(*users.choose(random).unwrap());
    let when = Conditions {
        messengers: some(random, &["custom".to_owned(), "telegram".to_owned()]),
        languages: some(random, &["en".to_owned(), "ru".to_owned()]),
        customer: maybe(random, &CustomerKind::ALL),
        contact: maybe(random, &ContactKind::ALL),
        lead: maybe(random, &LeadKind::ALL),
        text_begins: some(random, &words),
        text_contains: some(random, &words),
        ..Conditions::default()
    };
    let responsible = match random.random_range(0..5) {
        0 => Some(Assignee::Contact),
        1 => Some(Assignee::Lead),
        2 => Some(Assignee::Person { user_id: person(random) }),
        3 => {
            let seat =
                |id: &i64| Seat { user_id: base::json::NumericId(*id), weight: 1, limit: None, times: Vec::new() };
            Some(Assignee::RoundRobin { people: users.iter().map(seat).collect() })
        }
        _ => None,
    };
    let then = parom::route::rule::Actions {
        lead: if random.random_bool(0.3) { LeadUse::New } else { LeadUse::Open },
        accept: random.random_bool(0.7),
        responsible,
        tags: some(random, &words),
        ..Default::default()
    };
    Rule { id: format!("rule-{number}"), name: format!("Rule {number}"), on: random.random_bool(0.9), when, then }
}

/// A rule set that makes sense.
fn rules(random: &mut StdRng, users: &[i64]) -> RuleSet {
    loop {
        let rules = (0..random.random_range(1..8)).map(|number| rule(random, number, users)).collect();
        let fallback_user = users.first().copied().map(base::json::NumericId);
        if let Ok(rules) = (RuleSet { fallback_user, rules, ..RuleSet::default() }).checked()
            && rules.is_on()
        {
            return rules;
        }
    }
}

async fn a_trial_is_what_happens(world: &mut World) {
    let line = world.line("support").await;
    let mut random = StdRng::seed_from_u64(50);
    let users: Vec<i64> = world.sandbox.users(HOST).iter().map(|user| user.id).chain([1]).collect();
    let tenant = world.app().lookup.tenant(line.tenant_id).await.unwrap().unwrap();
    let (mut compared, mut matched) = (0, 0);
    for set in 0..SETS {
        let rules = rules(&mut random, &users);
        let new = NewVersion { rules: rules.clone(), is_draft: false, seen: None, restored: None };
        versions::save(world.app(), line.tenant_id, new, &parom::source::By::parom()).await.unwrap();
        world.advance(std::time::Duration::from_secs(25 * 3_600));
        let mut written = Vec::new();
        for number in 0..MESSAGES {
            // Half of them are customers of before.
            let name =
                if number % 2 == 0 { format!("c{}", random.random_range(0..40)) } else { format!("n{set}-{number}") };
            let text = some(&mut random, &WORDS).join(" ") + "!";
            let message = world.customer(&line, &name).writes(&text).await;
            written.push(message.parse().unwrap());
        }
        world.deliver_all().await;
        world.advance(super::SOON);
        let mut told = Vec::new();
        // Each is tried and done before the next, because round robins go on.
        for id in written {
            let before = trial::past(&world.app().intake, &tenant, &rules, id).await.unwrap();
            told.push((id, before));
        }
        routed(world).await;
        for (id, told) in told {
            let db = world.app().store.read();
            let Some(made) = parom::route::decision::find(db, line.tenant_id, id).await.unwrap() else { continue };
            let (mut now, mut then) = (made.verdict.clone(), told.verdict.clone());
            // Whose turn it was depends on the order of the jobs.
            let is_robin = |rule: &Rule| matches!(rule.then.responsible, Some(Assignee::RoundRobin { .. }));
            let by = now.rule.as_ref().and_then(|name| rules.rule(&name.id));
            if by.is_some_and(is_robin) {
                (now.plan.responsible, then.plan.responsible) = (None, None);
            }
            (now.turn, then.turn) = (None, None);
            assert_eq!(now, then, "set {set}: {rules:#?}");
            compared += 1;
            matched += usize::from(now.rule.is_some());
        }
    }
    assert!(compared > 160 && matched > 20, "{compared} compared, {matched} matched");
}

once!(a_trial_is_what_happens);
