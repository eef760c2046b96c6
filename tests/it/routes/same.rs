//! What the trial page says is what happens, message by message, under generated rules.

use std::time::Duration;

use entity::{job, message};
use parom::route::rule::{Assignee, Conditions, ContactKind, CustomerKind, LeadKind, LeadUse, Seat};
use parom::route::versions::{self, NewVersion};
use parom::route::{Rule, RuleSet, Verdict, trial};
use parom_tests::{Line, World, once};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;

use super::routed;

/// Accounts that have a rule set each at a time, and how often they get another one.
const ACCOUNTS: usize = 4;
const ROUNDS: usize = 250;
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
        accept: random.random_bool(0.1),
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
        let rules = RuleSet { silence_hours: 1, fallback_user, rules };
        if let Ok(rules) = rules.checked()
            && rules.is_on()
        {
            return rules;
        }
    }
}

async fn in_force(world: &World, line: &Line, rules: &RuleSet) {
    let new = NewVersion { rules: rules.clone(), is_draft: false, seen: None, restored: None };
    versions::save(world.app(), line.tenant_id, new, &parom::source::By::parom()).await.unwrap();
}

/// An account whose customers `c0` to `c9` have open and closed leads.
async fn account(world: &mut World, host: &str) -> Line {
    let line = world.line_at(host, "support").await;
    let everybody = json!({"silence_hours": 1, "rules": [{"id": "all", "name": "All", "then": {"accept": true}}]});
    in_force(world, &line, &serde_json::from_value(everybody).unwrap()).await;
    for number in 0..10 {
        world.customer(&line, &format!("c{number}")).writes("Hello").await;
    }
    assert_eq!(routed(world).await, 10);
    for lead in world.sandbox.leads(host).iter().step_by(3) {
        world.sandbox.win_lead(host, lead.id);
    }
    line
}

/// What one rule set says of the messages that come now.
struct Played {
    line: Line,
    rules: RuleSet,
    written: Vec<Uuid>,
    told: Vec<Verdict>,
}

/// Whether an earlier enquiry of the chat still waits until a person accepts it: the message belongs to it.
async fn is_waiting(world: &World, line: &Line, message_id: Uuid) -> bool {
    let db = world.app().store.read();
    let written =
        message::Entity::find_by_id((line.tenant_id, message_id)).one(db).await.unwrap().expect("the message");
    let (kind, key) = ("routes".to_owned(), written.conversation_id.to_string());
    job::Entity::find_by_id((line.tenant_id, kind, key)).one(db).await.unwrap().is_some()
}

/// Each of 1,000 rule sets is in force for a message, every tenth for five.
async fn a_trial_is_what_happens(world: &mut World) {
    let mut random = StdRng::seed_from_u64(50);
    let mut lines = Vec::new();
    for number in 0..ACCOUNTS {
        lines.push(account(world, &format!("shop{number}.amocrm.ru")).await);
    }
    let (mut sets, mut compared, mut waiting, mut matched) = (0, 0, 0, 0);
    for round in 0..ROUNDS {
        world.advance(Duration::from_secs(2 * 3_600));
        let mut played = Vec::new();
        for line in &lines {
            // Somebody who does not work there now and then: amoCRM is asked for its users then.
            let gone = (round % 8 == 0).then_some(1);
            let users: Vec<i64> = world.sandbox.users(&line.host).iter().map(|user| user.id).chain(gone).collect();
            let rules = rules(&mut random, &users);
            in_force(world, line, &rules).await;
            let mut written = Vec::new();
            for number in 0..if round % 10 == 0 { 5 } else { 1 } {
                // Most are customers of before.
                let is_new = random.random_bool(0.3);
                let name = if is_new { format!("n{round}-{number}") } else { format!("c{}", (round + number) % 10) };
                let text = some(&mut random, &WORDS).join(" ") + "!";
                written.push(world.customer(line, &name).writes(&text).await.parse().unwrap());
            }
            played.push(Played { line: line.clone(), rules, written, told: Vec::new() });
        }
        world.deliver_all().await;
        world.advance(super::SOON);
        for one in &mut played {
            let tenant = world.app().lookup.tenant(one.line.tenant_id).await.unwrap().unwrap();
            for id in &one.written {
                let tried = trial::past(&world.app().intake, &tenant, &one.rules, *id).await.unwrap();
                one.told.push(tried.verdict);
            }
        }
        world.works("routes").await;
        for one in played {
            sets += 1;
            for (id, mut then) in one.written.iter().zip(one.told) {
                let db = world.app().store.read();
                let made = parom::route::decision::find(db, one.line.tenant_id, *id).await.unwrap();
                let Some(made) = made else {
                    assert!(is_waiting(world, &one.line, *id).await, "set {sets} has no decision for {id}");
                    waiting += 1;
                    continue;
                };
                let mut now = made.verdict.clone();
                let by = now.rule.as_ref().and_then(|name| one.rules.rule(&name.id));
                let is_robin =
                    by.is_some_and(|rule| matches!(rule.then.responsible, Some(Assignee::RoundRobin { .. })));
                if is_robin && one.written.len() > 1 {
                    // Whose turn it was depends on the order of the jobs.
                    (now.plan.responsible, then.plan.responsible) = (None, None);
                }
                (then.turn, then.others) = (None, Vec::new());
                assert_eq!(now, then, "set {sets}: {:#?}", one.rules);
                compared += 1;
                matched += usize::from(now.rule.is_some());
            }
        }
    }
    let counts = format!("{sets} sets, {compared} compared, {waiting} waiting, {matched} matched");
    assert!(sets == 1_000 && compared + waiting == 1_400 && compared > 1_000 && matched > 100, "{counts}");
    println!("{counts}");
}

once!(a_trial_is_what_happens);
