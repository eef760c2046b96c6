//! Who is at work, and what amoCRM still has: deleted stages and users, users without an id in chats, lists that amoCRM does not
//! give, and decisions that come late.

use chrono::TimeDelta;
use parom::source::crm_copy::renewed;
use parom::source::{KnownPipeline, KnownUser};
use parom_tests::settings::HOST;
use parom_tests::{Line, World, once};
use serde_json::json;

use super::{HOUR, MINUTE, SOON, decision, has_rules, is_alerted, lead, path, person, routed, second_stage};
use crate::pages::olga;

/// Reads users and pipelines again.
async fn lists_are_read(world: &World, line: &Line) {
    let app = &world.app().sources;
    assert!(renewed::<KnownUser>(app, line.tenant_id, TimeDelta::zero()).await.unwrap().is_some());
    assert!(renewed::<KnownPipeline>(app, line.tenant_id, TimeDelta::zero()).await.unwrap().is_some());
}

async fn what_amocrm_no_longer_has_goes_to_the_fallback_with_an_alert(world: &mut World) {
    let line = world.line("support").await;
    let gone = world.sandbox.add_manager(HOST, "Gone");
    let admin = world.sandbox.users(HOST)[0].id;
    let (pipeline, stage) = second_stage(world);
    let then = json!({"accept": true, "stage": {"pipeline_id": pipeline, "status_id": stage}, "responsible": person(gone),
        "tags": ["kept"]});
    has_rules(world, &line, json!([{"id": "all", "then": then}])).await;
    world.customer(&line, "anna").writes("Hello").await;
    assert_eq!(routed(world).await, 1);
    assert_eq!(lead(world).responsible_user_id, gone);
    // The lists that Parom knows are minutes old when both are deleted.
    world.advance(2 * MINUTE);
    world.sandbox.remove_user(HOST, gone);
    world.sandbox.delete_stage(HOST, stage);
    let message = world.customer(&line, "boris").writes("Hello").await;
    assert_eq!(routed(world).await, 1);
    let leads = world.sandbox.leads(HOST);
    assert_eq!((leads[1].responsible_user_id, leads[1].tags.as_slice()), (admin, &["kept".to_owned()][..]));
    assert_ne!(leads[1].status_id, stage);
    assert_eq!(decision(world, &line, &message).await.row.state, "failed");
    assert!(is_alerted(world, &line).await);
    // They have been read again: amoCRM is asked for nothing that it would refuse, and the fallback is decided.
    let message = world.customer(&line, "carla").writes("Hello").await;
    assert_eq!(routed(world).await, 1);
    let decided = decision(world, &line, &message).await;
    assert_eq!(json!(decided.verdict.faults), json!(["stage_gone", "user_gone"]));
    assert_eq!(world.sandbox.leads(HOST)[2].responsible_user_id, admin);
    assert_eq!(decided.row.state, "done");
    // A rule that works ends the alert.
    has_rules(world, &line, json!([{"id": "all", "then": {"accept": true}}])).await;
    world.customer(&line, "dora").writes("Hello").await;
    assert_eq!(routed(world).await, 1);
    assert!(!is_alerted(world, &line).await);
}

/// The person of the rule gets the lead, whether the deleted stage was noticed before or by the refusal.
async fn a_deleted_stage_leaves_the_person(world: &mut World) {
    let line = world.line("support").await;
    let manager = world.sandbox.users(HOST)[1].id;
    let (pipeline, stage) = second_stage(world);
    let then = json!({"accept": true, "responsible": person(manager),
        "stage": {"pipeline_id": pipeline, "status_id": stage}, "task": {"text": "Call", "within_minutes": 5}});
    has_rules(world, &line, json!([{"id": "all", "then": then}])).await;
    lists_are_read(world, &line).await;
    world.advance(2 * MINUTE);
    world.sandbox.delete_stage(HOST, stage);
    for (name, state) in [("anna", "failed"), ("boris", "done")] {
        let message = world.customer(&line, name).writes("Hello").await;
        assert_eq!(routed(world).await, 1);
        assert_eq!(decision(world, &line, &message).await.row.state, state);
        assert!(is_alerted(world, &line).await);
    }
    for lead in world.sandbox.leads(HOST) {
        assert_eq!((lead.responsible_user_id, lead.tasks), (manager, vec![("Call".to_owned(), manager)]));
    }
}

/// amoCRM gives some users no id in chats, and takes them as responsible all the same.
async fn who_has_no_id_in_chats_gets_enquiries(world: &mut World) {
    let line = world.line("support").await;
    let pavel = world.sandbox.users(HOST).into_iter().find(|user| user.amojo_id.is_none()).expect("one without");
    has_rules(world, &line, json!([{"id": "all", "then": {"accept": true, "responsible": person(pavel.id)}}])).await;
    lists_are_read(world, &line).await;
    let message = world.customer(&line, "anna").writes("Hello").await;
    assert_eq!(routed(world).await, 1);
    assert_eq!(json!(decision(world, &line, &message).await.verdict.faults), json!([]));
    assert_eq!(lead(world).responsible_user_id, pavel.id);
    let olga = olga(world, line.tenant_id).await;
    let rules = olga.opens("/panel/routing").await.is(200);
    assert!(rules.text.contains(&pavel.name) && !rules.text.contains("Its person has left"), "{}", rules.text);
    olga.opens("/panel/routing/rules/all").await.is(200).says(&[&format!("{} (amoCRM gives no chat ID)", pavel.name)]);
    // Once they have left they are found by amoCRM's id.
    world.sandbox.remove_user(HOST, pavel.id);
    lists_are_read(world, &line).await;
    olga.opens("/panel/routing").await.is(200).says(&[&pavel.name, "Its person has left"]);
}

/// Users that amoCRM does not list are asked for once in ten minutes, pipelines no more often for that.
async fn a_list_that_is_refused_is_asked_for_after_a_pause(world: &mut World) {
    let line = world.line("support").await;
    let manager = world.sandbox.users(HOST)[1].id;
    has_rules(world, &line, json!([{"id": "all", "then": {"accept": true, "responsible": person(manager)}}])).await;
    world.sandbox.set(|settings| settings.external = true);
    let asked =
        |world: &World, list: &str| world.sandbox.requests().iter().filter(|one| one.path.contains(list)).count();
    let (users, pipelines) = (asked(world, "/api/v4/users"), asked(world, "/api/v4/leads/pipelines"));
    for (number, (wait, wanted)) in [(0, 1), (2, 1), (4, 1), (4, 2), (2, 2)].into_iter().enumerate() {
        world.advance(wait * MINUTE);
        world.customer(&line, &format!("c{number}")).writes("Hello").await;
        assert_eq!(routed(world).await, 1);
        assert_eq!(asked(world, "/api/v4/users") - users, wanted, "after {number}");
        assert!(asked(world, "/api/v4/leads/pipelines") - pipelines <= 1, "after {number}");
    }
    let leads = world.sandbox.leads(HOST);
    assert!(
        leads.iter().all(|lead| lead.responsible_user_id == manager),
        "who was never listed is believed to be there"
    );
}

/// Decisions that come late, because the server or amoCRM was away over night: the rule is that of the message's time. Who is at
/// work, their room for today and the minutes until the fallback are those of the decision, as *Try* says before.
async fn a_late_decision_goes_to_who_is_present(world: &mut World) {
    let line = world.line("support").await;
    let [early, late, boss] = ["Early", "Late", "Boss"].map(|name| world.sandbox.add_manager(HOST, name));
    let seat = |id: i64, times: &str| json!({"user_id": id.to_string(), "times": [times], "limit": 1});
    let people = json!([seat(early, "mon-sun 00:00-15:00"), seat(late, "mon-sun 15:00-24:00")]);
    let then = json!({"accept": true, "responsible": {"kind": "round_robin", "people": people},
        "fallback": {"after_minutes": 15, "to": person(boss)}});
    let at = |times: &str| json!({ "times": [times] });
    let rules =
        json!([{"id": "day", "when": at("mon-sun 00:00-15:00"), "then": then}, {"id": "evening", "then": then}]);
    has_rules(world, &line, rules).await;
    // Each has their enquiry of this day.
    for (name, hours, rule, user) in [("anna", 0, "day", early), ("boris", 8, "evening", late)] {
        world.advance(hours * HOUR);
        let message = world.customer(&line, name).writes("Hello").await;
        assert_eq!(routed(world).await, 1);
        let made = decision(world, &line, &message).await;
        assert_eq!((made.row.rule_id.as_str(), made.verdict.plan.responsible.unwrap().0), (rule, user), "{made:#?}");
    }
    world.works("route_fallbacks").await;
    let message = world.customer(&line, "carla").writes("Hello").await;
    world.deliver_all().await;
    world.advance(16 * HOUR);
    let tried = world.api.post(&format!("{}/try", path(&line)), &json!({"message_id": message})).await.is(200).json;
    world.advance(SOON);
    assert_eq!(world.works("routes").await, 1);
    let made = decision(world, &line, &message).await;
    let said = [&tried["verdict"]["rule"]["id"], &tried["verdict"]["plan"]["responsible"]];
    assert_eq!(said, [&json!("evening"), &json!(early.to_string())], "{tried}");
    assert_eq!(json!([made.row.rule_id, made.verdict.plan.responsible]), json!(said));
    let lead_id = made.row.lead_id;
    let responsible = |world: &World| {
        let leads = world.sandbox.leads(HOST);
        leads.iter().find(|lead| lead.id == lead_id).map(|lead| lead.responsible_user_id)
    };
    for (wait, wanted) in [(0, early), (14, early), (2, boss)] {
        world.advance(wait * MINUTE);
        world.works("route_fallbacks").await;
        assert_eq!(responsible(world), Some(wanted), "{wait} minutes later");
    }
}

/// A person leaves between the decision and its carrying out: what they would have got goes to the fallback user, the contact and
/// the task with it, into the rule's stage.
async fn who_leaves_after_the_decision_gets_nothing(world: &mut World) {
    let line = world.line("support").await;
    let (admin, gone) = (world.sandbox.users(HOST)[0].id, world.sandbox.add_manager(HOST, "Gone"));
    let (pipeline, stage) = second_stage(world);
    let then = json!({"accept": true, "responsible": person(gone), "task": {"text": "Call", "within_minutes": 5},
        "stage": {"pipeline_id": pipeline, "status_id": stage}});
    has_rules(world, &line, json!([{"id": "all", "then": then}])).await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.faults.add("route.decided=error:1").unwrap();
    world.advance(SOON);
    assert_eq!(world.works("routes").await, 1);
    world.sandbox.remove_user(HOST, gone);
    world.faults.add("route.before_step=error:4").unwrap();
    for _ in 0..6 {
        world.advance(24 * HOUR);
        world.works("routes").await;
    }
    let made = lead(world);
    assert_eq!((made.responsible_user_id, made.pipeline_id, made.status_id), (admin, pipeline, stage));
    assert_eq!(world.sandbox.responsible_for_contact(HOST, made.contact_id), admin);
    assert_eq!(made.tasks, [("Call".to_owned(), admin)]);
    assert!(is_alerted(world, &line).await);
}

/// The person of the fallback has left when they are to get the enquiry.
async fn a_fallback_to_who_left_is_told(world: &mut World) {
    let line = world.line("support").await;
    let [first, boss] = ["First", "Boss"].map(|name| world.sandbox.add_manager(HOST, name));
    let admin = world.sandbox.users(HOST)[0].id;
    for (name, accept) in [("anna", true), ("boris", false)] {
        let then = json!({"accept": accept, "responsible": person(first),
            "fallback": {"after_minutes": 5, "to": person(boss)}});
        has_rules(world, &line, json!([{"id": "all", "then": then}])).await;
        world.customer(&line, name).writes("Hello").await;
        assert_eq!(routed(world).await, 1);
    }
    // The list that Parom knows is minutes old.
    world.sandbox.remove_user(HOST, boss);
    world.advance(6 * MINUTE);
    assert_eq!(world.works("route_fallbacks").await, 2);
    let leads = world.sandbox.leads(HOST);
    assert_eq!(leads.iter().map(|lead| lead.responsible_user_id).collect::<Vec<_>>(), [admin, admin], "{leads:?}");
    assert!(is_alerted(world, &line).await);
    // They have been read again, so the rule is marked when it decides.
    let message = world.customer(&line, "carla").writes("Hello").await;
    // With a look at Boris's lead.
    assert_eq!(routed(world).await, 2);
    assert_eq!(json!(decision(world, &line, &message).await.verdict.faults), json!(["user_gone"]));
    has_rules(world, &line, json!([{"id": "other"}])).await;
    assert!(!is_alerted(world, &line).await, "the rule is no longer in force");
}

/// When a person of a round robin works is a week as that of a source's working hours.
async fn when_people_work_is_entered_as_a_week(world: &mut World) {
    let line = world.line("support").await;
    let olga = olga(world, line.tenant_id).await;
    let id = world.sandbox.users(HOST)[1].id;
    let name = |field: &str| format!("{field}.{id}");
    let (weight, day, from, until) = (name("weight"), name("day"), name("from.mon"), name("until.mon"));
    let rule = [
        ("seen", "0"),
        ("id", "shift"),
        ("name", "Shift"),
        ("on", "on"),
        ("accept", "on"),
        ("responsible", "round_robin"),
    ];
    let times = [(&*weight, "1"), (&*day, "mon"), (&*from, "09:00")];
    let wrong = olga.sends("/panel/routing/rules", &[&rule[..], &times].concat()).await.is(422);
    wrong.says(&["Monday: enter from when", &format!("id=\"f-day.mon.{id}\"")]);
    assert_eq!(wrong.text.matches("class=\"group\" open").count(), 1, "the wrong week is unfolded");
    olga.sends("/panel/routing/rules", &[&rule[..], &times, &[(&*until, "15:00")]].concat()).await.is(303);
    let stored = world.api.get(&path(&line)).await.is(200).json["draft"]["routes"]["rules"][0].clone();
    let people = json!([{"user_id": id.to_string(), "weight": 1, "times": ["mon 09:00-15:00"]}]);
    assert_eq!(stored["then"]["responsible"]["people"], people);
    olga.opens("/panel/routing/rules/shift").await.is(200).says(&["works: mon 09:00-15:00", "works at any time"]);
}

once!(
    when_people_work_is_entered_as_a_week,
    what_amocrm_no_longer_has_goes_to_the_fallback_with_an_alert,
    a_deleted_stage_leaves_the_person,
    who_has_no_id_in_chats_gets_enquiries,
    a_list_that_is_refused_is_asked_for_after_a_pause,
    a_late_decision_goes_to_who_is_present,
    who_leaves_after_the_decision_gets_nothing,
    a_fallback_to_who_left_is_told
);
