//! Which lead an enquiry gets: amoCRM's own, a person's, or a new one.

use parom::route::decision::Outcome;
use parom_tests::settings::HOST;
use parom_tests::{World, once};
use serde_json::json;
use simulator::crm::{Fault, Part};

use super::{HOUR, MINUTE, SOON, decision, has_a_lead, has_rules, lead, person, routed, second_stage};
use crate::pages::olga;

/// The lead of amoCRM or of a person who was faster is the new one that the rule asks for.
async fn a_new_lead_is_made_once(world: &mut World) {
    let line = world.line("support").await;
    let manager = world.sandbox.users(HOST)[1].id;
    let new = |accept: bool| json!({"lead": "new", "accept": accept, "responsible": person(manager)});
    let rules = json!([
        {"id": "waits", "when": {"text_begins": ["wait"]}, "then": new(false)},
        {"id": "all", "then": new(true)},
    ]);
    has_rules(world, &line, rules).await;
    let accepts = |world: &World| {
        let waiting = world.sandbox.incoming_leads(HOST).pop().expect("an incoming lead");
        assert!(world.sandbox.accept_lead(HOST, &waiting.uid));
    };
    // Accepted after the decision, which waits for it.
    world.customer(&line, "anna").writes("Wait").await;
    assert_eq!(routed(world).await, 1);
    accepts(world);
    world.advance(HOUR);
    assert_eq!(world.works("routes").await, 1);
    // Accepted before the decision.
    world.customer(&line, "boris").writes("Hello").await;
    world.deliver_all().await;
    accepts(world);
    assert_eq!(routed(world).await, 1);
    // An account without incoming leads.
    world.sandbox.switch(HOST, |switches| switches.no_unsorted = true);
    world.customer(&line, "carla").writes("Hello").await;
    assert_eq!(routed(world).await, 1);
    let leads = world.sandbox.leads(HOST);
    assert_eq!(leads.iter().map(|lead| lead.responsible_user_id).collect::<Vec<_>>(), [manager; 3], "{leads:#?}");
}

/// An account without incoming leads has one as soon as the customer writes: it is no earlier one.
async fn the_lead_that_amocrm_has_just_made_is_none_of_before(world: &mut World) {
    let line = world.line("support").await;
    world.sandbox.switch(HOST, |switches| switches.no_unsorted = true);
    let tags = |tag: &str| json!({"tags": [tag]});
    let rules = json!([
        {"id": "first", "when": {"lead": "none"}, "then": tags("first")},
        {"id": "again", "when": {"lead": "open"}, "then": tags("again")},
    ]);
    has_rules(world, &line, rules).await;
    for tags in [vec!["first"], vec!["first", "again"]] {
        world.customer(&line, "anna").writes("Hello").await;
        assert_eq!(routed(world).await, 1);
        assert_eq!(
            (lead(world).tags, world.sandbox.leads(HOST).len()),
            (tags.iter().map(|tag| (*tag).to_owned()).collect(), 1)
        );
        world.advance(25 * HOUR);
    }
}

/// amoCRM's answer to the creation of a lead is lost.
async fn a_lost_answer_makes_no_second_lead(world: &mut World) {
    let line = world.line("support").await;
    let manager = world.sandbox.users(HOST)[1].id;
    let then = json!({"lead": "new", "responsible": person(manager), "task": {"text": "Call", "within_minutes": 5}});
    has_rules(world, &line, json!([{"id": "all", "when": {"text_begins": ["again"]}, "then": then}])).await;
    has_a_lead(world, &line, "anna").await;
    world.customer(&line, "anna").writes("Again").await;
    world.deliver_all().await;
    world.sandbox.faults().next_with(Part::Rest, "_embedded", 1, Fault::LostAnswer);
    world.advance(SOON);
    assert_eq!(world.works("routes").await, 1);
    world.sandbox.faults().next_with(Part::Rest, "complete_till", 1, Fault::LostAnswer);
    world.advance(HOUR);
    assert_eq!(world.works("routes").await, 1);
    world.advance(HOUR);
    assert_eq!(world.works("routes").await, 1);
    let leads = world.sandbox.leads(HOST);
    assert_eq!(leads.len(), 2, "{leads:?}");
    assert_eq!(leads[1].tasks.len(), 1, "{leads:?}");
    assert_eq!(leads[1].responsible_user_id, manager);
}

/// amoCRM's answer to the acceptance of the incoming lead is lost, and the rule asks for a new lead: it is the accepted one.
async fn a_lead_that_was_accepted_unheard_is_the_new_one(world: &mut World) {
    let line = world.line("support").await;
    let manager = world.sandbox.users(HOST)[1].id;
    let then = json!({"lead": "new", "accept": true, "responsible": person(manager)});
    has_rules(world, &line, json!([{"id": "all", "then": then}])).await;
    let message = world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.sandbox.faults().next_with(Part::Rest, "user_id", 1, Fault::LostAnswer);
    world.advance(SOON);
    assert_eq!(world.works("routes").await, 1);
    assert_eq!(lead(world).responsible_user_id, manager, "it was accepted");
    world.advance(HOUR);
    assert_eq!(world.works("routes").await, 1);
    assert_eq!(lead(world).responsible_user_id, manager, "and no other is made");
    let decided = decision(world, &line, &message).await;
    assert_eq!((decided.row.state.as_str(), decided.row.lead_id), ("done", lead(world).id));
}

async fn a_person_accepts_first_if_the_rule_does_not(world: &mut World) {
    let line = world.line("support").await;
    let manager = world.sandbox.users(HOST)[1].id;
    has_rules(world, &line, json!([{"id": "all", "then": {"responsible": person(manager), "tags": ["late"]}}])).await;
    let message = world.customer(&line, "anna").writes("Hello").await;
    assert_eq!(routed(world).await, 1);
    assert_eq!(decision(world, &line, &message).await.row.state, "waiting");
    assert!(world.sandbox.leads(HOST).is_empty());
    let waiting = world.sandbox.incoming_leads(HOST).remove(0);
    assert!(world.sandbox.accept_lead(HOST, &waiting.uid));
    world.advance(HOUR);
    assert_eq!(world.works("routes").await, 1);
    assert_eq!((lead(world).responsible_user_id, lead(world).tags), (manager, vec!["late".to_owned()]));
}

/// A lead that a person declines or closes in amoCRM gets no successor, and its fallback does not run.
async fn what_a_person_ends_in_amocrm_is_over(world: &mut World) {
    let line = world.line("support").await;
    let [manager, boss] = ["Manager", "Boss"].map(|name| world.sandbox.add_manager(HOST, name));
    let falls = json!({"after_minutes": 15, "to": person(boss)});
    let waits =
        json!({"id": "all", "when": {"text_contains": ["spam"]}, "then": {"tags": ["late"], "fallback": falls}});
    let gives = json!({"id": "rest", "then": {"accept": true, "responsible": person(manager), "fallback": falls}});
    has_rules(world, &line, json!([waits, gives])).await;
    let declined = world.customer(&line, "anna").writes("spam").await;
    assert_eq!(routed(world).await, 1);
    let waiting = world.sandbox.incoming_leads(HOST).remove(0);
    assert!(world.sandbox.decline_lead(HOST, &waiting.uid));
    let closed = world.customer(&line, "boris").writes("Hello").await;
    assert_eq!(routed(world).await, 1);
    world.sandbox.win_lead(HOST, lead(world).id);
    world.advance(HOUR);
    world.works("routes").await;
    assert_eq!(world.works("route_fallbacks").await, 2);
    let leads = world.sandbox.leads(HOST);
    assert_eq!(leads.iter().map(|lead| lead.responsible_user_id).collect::<Vec<_>>(), [manager], "{leads:#?}");
    for message in [&declined, &closed] {
        let made = decision(world, &line, message).await;
        assert_eq!((made.row.state.as_str(), made.outcome("fallback").unwrap().outcome), ("done", Outcome::Skipped));
    }
    let olga = olga(world, line.tenant_id).await;
    olga.opens(&format!("/panel/messages/{declined}")).await.is(200).says(&["It was declined in amoCRM"]);
}

/// The customer is blocked before or after the decision: there is no greeting, and nobody becomes responsible later.
async fn a_blocked_customers_enquiry_is_over(world: &mut World) {
    let line = world.line("support").await;
    let [manager, boss] = ["Manager", "Boss"].map(|name| world.sandbox.add_manager(HOST, name));
    let then = json!({"accept": true, "responsible": person(manager), "greeting": "Welcome",
        "fallback": {"after_minutes": 15, "to": person(boss)}});
    has_rules(world, &line, json!([{"id": "all", "then": then}])).await;
    let blocks = async |world: &World, name: &str| {
        let path = line.path(&format!("/conversations/chat-{name}/block"));
        world.api.post(&path, &json!({})).await.is(204);
    };
    world.customer(&line, "anna").writes("Buy now").await;
    world.deliver_all().await;
    blocks(world, "anna").await;
    world.advance(SOON);
    assert_eq!(world.works("routes").await, 1);
    assert!(world.sandbox.leads(HOST).is_empty());
    world.deliver_all().await;
    assert!(world.messenger.received().is_empty(), "no greeting");
    world.customer(&line, "boris").writes("Buy now").await;
    assert_eq!(routed(world).await, 1);
    blocks(world, "boris").await;
    world.advance(20 * MINUTE);
    world.works("route_fallbacks").await;
    assert_eq!(lead(world).responsible_user_id, manager);
    world.deliver_all().await;
}

async fn a_closed_lead_is_opened_again(world: &mut World) {
    let line = world.line("support").await;
    let (pipeline, stage) = second_stage(world);
    let stage = json!({"pipeline_id": pipeline, "status_id": stage});
    let rules = json!([
        {"id": "back", "when": {"lead": "closed"}, "then": {"lead": "reopen", "accept": true, "stage": stage,
            "responsible": {"kind": "contact"}}},
        {"id": "first", "then": {"accept": true}},
    ]);
    has_rules(world, &line, rules).await;
    world.customer(&line, "anna").writes("Hello").await;
    assert_eq!(routed(world).await, 1);
    let first = lead(world);
    world.sandbox.win_lead(HOST, first.id);
    let manager = world.sandbox.users(HOST)[1].id;
    world.sandbox.set_responsible(HOST, first.contact_id, manager);
    world.advance(48 * HOUR);
    world.customer(&line, "anna").writes("Hello again").await;
    assert_eq!(routed(world).await, 1);
    let again = lead(world);
    assert_eq!((again.id, again.pipeline_id, again.responsible_user_id), (first.id, pipeline, manager));
}

async fn nobody_accepted_it_in_time(world: &mut World) {
    let line = world.line("support").await;
    let (manager, boss) = (world.sandbox.users(HOST)[1].id, world.sandbox.add_manager(HOST, "Boss"));
    let then = json!({"responsible": person(manager), "fallback": {"after_minutes": 5, "to": person(boss)}});
    has_rules(world, &line, json!([{"id": "all", "then": then}])).await;
    world.customer(&line, "anna").writes("Hello").await;
    assert_eq!(routed(world).await, 1);
    world.advance(6 * MINUTE);
    assert_eq!(world.works("route_fallbacks").await, 1);
    assert_eq!(lead(world).responsible_user_id, boss, "it is accepted for who is to answer");
    world.advance(HOUR);
    assert_eq!(world.works("routes").await, 1);
    assert_eq!(lead(world).responsible_user_id, boss, "and stays with them");
}

/// The rule fails to accept the lead, and the fallback accepts it before the rule tries again: the step is recorded as done.
async fn what_the_fallback_accepted_is_told(world: &mut World) {
    let line = world.line("support").await;
    let (manager, boss) = (world.sandbox.users(HOST)[1].id, world.sandbox.add_manager(HOST, "Boss"));
    let fallback = json!({"after_minutes": 5, "to": person(boss)});
    let then = json!({"accept": true, "responsible": person(manager), "fallback": fallback});
    has_rules(world, &line, json!([{"id": "all", "then": then}])).await;
    let message = world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.faults.add("route.before_step=error:1").unwrap();
    world.advance(SOON);
    assert_eq!(world.works("routes").await, 1);
    world.advance(6 * MINUTE);
    assert_eq!(world.works("route_fallbacks").await, 1);
    assert_eq!(world.works("routes").await, 1);
    let decided = decision(world, &line, &message).await;
    assert_eq!((lead(world).responsible_user_id, decided.row.state.as_str()), (boss, "done"));
    let begun = decided.steps.iter().find(|step| step.outcome == Outcome::Begun);
    assert!(begun.is_none(), "{begun:?}");
}

once!(
    a_new_lead_is_made_once,
    the_lead_that_amocrm_has_just_made_is_none_of_before,
    a_lost_answer_makes_no_second_lead,
    a_lead_that_was_accepted_unheard_is_the_new_one,
    a_person_accepts_first_if_the_rule_does_not,
    what_a_person_ends_in_amocrm_is_over,
    a_blocked_customers_enquiry_is_over,
    a_closed_lead_is_opened_again,
    nobody_accepted_it_in_time,
    what_the_fallback_accepted_is_told
);
