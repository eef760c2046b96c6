//! A line is taken over from another service and given back, with a kill at every step: nothing is lost, nothing comes
//! twice, and no two services have it.

mod taken;

use std::collections::BTreeSet;
use std::time::Duration;

use parom_tests::settings::HOST;
use parom_tests::{Beside, Line, Reply, Simulated, World, both, once};
use serde_json::{Value, json};
use simulator::avito::Avito;
use simulator::crm::{HookMessage, OtherMessage};
use simulator::max::Max;
use simulator::telegram::Telegram;
use simulator::vk::{Fault, NewPerson, Vk};
use simulator::whatsapp::WhatsApp;
use taken::{At, Rival, THEIR_APP, Taken};

use crate::admin::operator::Operator;
use crate::pages::olga;
use crate::routes::has_rules;

/// A shadow, or for a line with one receiver a source.
async fn source<M: Taken>(world: &Beside<M>, at: &At, shadow: bool) -> Line {
    let line = world.line("support").await;
    let body =
        json!({"kind": M::KIND, "name": "Line", "external_id": "taken", "shadow": shadow, "settings": at.settings});
    let made = world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &body).await.is(201);
    world.messenger.reports_all().await;
    Line { source_id: made.text_at("/id").parse().unwrap(), external_id: "taken".to_owned(), ..line }
}

async fn takeover(world: &World, line: &Line) -> Value {
    world.api.get(&line.path("/takeover")).await.is(200).json
}

/// Takes the steps until this one is due, with a kill before and after each commit. The server starts anew now and then.
async fn goes_to<M: Taken>(world: &mut Beside<M>, line: &Line, wanted: &str) {
    reaches(world, line, wanted, true).await;
}

/// The same. With restarts the messenger goes on to call the server that ended, as it does not know the new one's address.
async fn reaches<M: Taken>(world: &mut Beside<M>, line: &Line, wanted: &str, restarts: bool) {
    let mut seen = BTreeSet::new();
    for round in 0..90 {
        let now = takeover(world, line).await;
        let (state, step) = (now["state"].as_str().unwrap().to_owned(), now["step"].as_str().unwrap().to_owned());
        if wanted == step || wanted == state {
            world.faults.clear();
            return;
        }
        seen.insert(format!("{state} {step}"));
        let point = if round % 2 == 0 { "takeover.before_commit" } else { "takeover.after_commit" };
        world.faults.add(&format!("{point}=error:1")).unwrap();
        world.hurries("takeovers").await;
        world.works("takeovers").await;
        if restarts && round % 7 == 6 {
            world.restart().await;
        }
        world.advance(Duration::from_secs(20));
    }
    panic!("{wanted} was not reached: {seen:?}, {}", takeover(world, line).await);
}

/// The other service brings a message into amoCRM now.
fn others_message(world: &World, contact_id: i64) {
    let at = world.clock.millis() / 1000;
    let message = OtherMessage { contact_id, is_outgoing: false, origin: "other.channel".into(), at };
    world.sandbox.other_service_message(HOST, message);
}

/// The customer writes, and everything that is due is delivered.
async fn writes<M: Taken>(world: &mut Beside<M>, at: &At, text: &str) {
    world.messenger.writes(at, text);
    world.messenger.reports_all().await;
    world.deliver_all().await;
}

fn at_crm(world: &World, text: &str) -> usize {
    let came = |one: &&simulator::crm::MessageView| one.msgid.is_some() && one.text.contains(text);
    world.sandbox.messages(HOST).iter().filter(came).count()
}

async fn manager_answers<M: Taken>(world: &mut Beside<M>, line: &Line, text: &str) {
    let chats = world.sandbox.chats(HOST);
    let chat = chats.iter().find(|chat| chat.source.as_deref() == Some("taken")).expect("the line's chat");
    line.manager_sends_to(world, &chat.id, HookMessage::text(text)).await;
    world.deliver_all().await;
    world.messenger.reports_all().await;
    world.deliver_all().await;
}

fn has_crm_source(world: &World) -> bool {
    world.sandbox.sources(HOST).iter().any(|one| one["external_id"] == "taken")
}

/// There and back, with a kill at every step.
async fn there_and_back<M: Taken>(world: &mut Beside<M>) {
    let rival = Rival::start();
    let at = world.messenger.has(&rival).await;
    let line = source(world, &at, true).await;
    world.messenger.is_beside(&rival).await;
    let contact_id = world.sandbox.add_contact(HOST, "Maria", None, None);
    writes(world, &at, "before-the-switch").await;
    others_message(world, contact_id);
    assert_eq!((rival.got("before-the-switch"), at_crm(world, "before-the-switch")), (1, 0));
    world.advance(Duration::from_secs(600));

    let plan = world.api.get(&line.path("/takeover/plan")).await.is(200);
    assert!(
        plan.json["is_ready"].as_bool().unwrap() && plan.json["others"].as_array().unwrap().len() == 1,
        "{}",
        plan.text
    );
    assert_eq!(plan.json["chats"], 1);
    world.api.get(&line.path("/takeover")).await.is(404);
    world.api.post(&line.path("/takeover"), &json!({"stays": ["nobody"]})).await.is(422);
    world.api.post(&line.path("/takeover"), &json!({})).await.is(202);
    world.api.post(&line.path("/takeover"), &json!({})).await.is(409);
    world.api.post(&line.path("/takeover/back"), &json!({})).await.is(409);
    goes_to(world, &line, "switch_off").await;
    // Both have it still, and the other service brings it in.
    writes(world, &at, "both-had-this").await;
    others_message(world, contact_id);
    assert_eq!(rival.got("both-had-this"), 1);
    world.messenger.by_hand(false).await;
    goes_to(world, &line, "begin").await;
    assert!(!world.messenger.serves(&at, &rival), "the other service is off before ours begins");
    writes(world, &at, "only-parom-had-this").await;
    // The other service had this one already when it was switched off.
    world.advance(Duration::from_secs(5));
    writes(world, &at, "in-flight").await;
    others_message(world, contact_id);
    assert_eq!((rival.got("only-parom-had-this"), at_crm(world, "only-parom-had-this")), (0, 0));
    goes_to(world, &line, "settle").await;
    assert!(has_crm_source(world));
    world.deliver_all().await;
    world.advance(Duration::from_secs(180));
    settles(world).await;
    writes(world, &at, "after-the-switch").await;
    for text in ["before-the-switch", "both-had-this", "only-parom-had-this", "in-flight", "after-the-switch"] {
        assert_eq!(at_crm(world, text), 1, "{text} is in the chat once");
    }
    assert_eq!(rival.got("after-the-switch"), 0);
    let links = world.sandbox.contact_links(HOST);
    assert!(links.iter().any(|link| link.contact_id == contact_id), "the chat goes on with its contact: {links:?}");
    manager_answers(world, &line, "answered-by-parom").await;
    assert_eq!(Taken::sent(&*world.messenger, &at).iter().filter(|text| text.contains("answered-by-parom")).count(), 1);

    let report = world.api.get(&line.path("/takeover/report")).await.is(200);
    assert_eq!(
        (report.json["sent_as_history"].as_i64(), report.json["came_during"].as_i64()),
        // What a person switches off may be off from the start.
        if M::KIND == "whatsapp" { (Some(1), Some(3)) } else { (Some(2), Some(2)) },
        "{}",
        report.text
    );
    let hour = &report.json["first_hour"];
    assert_eq!(
        (hour["received"].as_i64(), hour["sent"].as_i64(), hour["failed"].as_i64()),
        (Some(1), Some(1), Some(0))
    );

    gives_back(world, &at, &line, &rival).await;
    assert_eq!(rival.got("after-the-way-back"), 1);
    others_message(world, contact_id);
    settles(world).await;
    assert_eq!(at_crm(world, "after-the-way-back"), 0, "it is the other service's again");
    let shown = world.api.get(&line.path("")).await.is(200);
    assert!(shown.json["shadow_since"].is_string(), "it receives beside the other service again: {}", shown.text);
    world.api.get(&line.path("/takeover/plan")).await.is(200);
}

/// Settles what waits for amoCRM's events.
async fn settles<M: Taken>(world: &mut Beside<M>) {
    world.advance(Duration::from_secs(180));
    world.hurries("takeovers").await;
    world.works("takeovers").await;
    world.deliver_all().await;
}

async fn gives_back<M: Taken>(world: &mut Beside<M>, at: &At, line: &Line, rival: &Rival) {
    world.api.post(&line.path("/takeover/back"), &json!({})).await.is(202);
    goes_to(world, line, "put_back").await;
    assert!(!world.messenger.serves(at, rival));
    writes(world, at, "on-the-way-back").await;
    if M::KIND == "whatsapp" {
        settles(world).await;
        assert_eq!(takeover(world, line).await["step"], "put_back", "it is waited for the person who adds it again");
    }
    world.messenger.by_hand(true).await;
    goes_to(world, line, "settle_back").await;
    assert!(world.messenger.serves(at, rival), "the other service has the line as before");
    world.advance(Duration::from_secs(180));
    for _ in 0..4 {
        settles(world).await;
    }
    let now = takeover(world, line).await;
    assert_eq!((now["state"].as_str(), now["step"].as_str()), (Some("returned"), Some("settle")), "{now}");
    assert!(now["others"][0]["trouble"].is_null() && !has_crm_source(world), "{now}");
    assert_eq!((rival.got("on-the-way-back"), at_crm(world, "on-the-way-back")), (0, 1), "Parom alone had it");
    world.api.post(&line.path("/takeover/back"), &json!({})).await.is(409);
    writes(world, at, "after-the-way-back").await;
}

async fn vk_goes_there_and_back(world: &mut Beside<Vk>) {
    there_and_back(world).await;
}

async fn avito_goes_there_and_back(world: &mut Beside<Avito>) {
    there_and_back(world).await;
}

async fn whatsapp_goes_there_and_back(world: &mut Beside<WhatsApp>) {
    there_and_back(world).await;
}

async fn max_goes_there_and_back(world: &mut Beside<Max>) {
    there_and_back(world).await;
}

/// A line with one receiver can be planned first: nothing changes before the switch, and nothing comes to both.
async fn telegram_is_switched_by_plan(world: &mut Beside<Telegram>) {
    let rival = Rival::start();
    let at = world.messenger.has(&rival).await;
    let line = source(world, &at, true).await;
    world.works("lines").await;
    writes(world, &at, "before-the-switch").await;
    assert_eq!((rival.got("before-the-switch"), world.messages().await.len()), (1, 0));
    let plan = world.api.get(&line.path("/takeover/plan")).await.is(200);
    let other = &plan.json["others"][0];
    assert_eq!((plan.json["is_ready"].as_bool(), other["loses_secret"].as_bool()), (Some(true), Some(true)));
    let registered = plan.json["checks"].as_array().unwrap().iter().find(|check| check["name"] == "webhook").unwrap();
    assert_eq!(registered["detail"], "the switch registers it");
    world.api.post(&line.path("/takeover"), &json!({"stays": [other["id"]]})).await.is(422);
    let visitor = olga(world, line.tenant_id).await;
    let page = visitor.opens(&format!("/panel/sources/{}/takeover", line.source_id)).await.is(200);
    page.says(&["the line has one address, which becomes Parom’s", "does not show the secret", "Switch now"]);
    page.never_says(&["Leave it connected"]);
    world.api.post(&line.path("/takeover"), &json!({})).await.is(202);
    goes_to(world, &line, "begin").await;
    assert!(!world.messenger.serves(&at, &rival));
    // The other service brings in what it had before.
    let contact_id = world.sandbox.add_contact(HOST, "Maria", None, None);
    others_message(world, contact_id);
    writes(world, &at, "only-parom-had-this").await;
    goes_to(world, &line, "settle").await;
    settles(world).await;
    writes(world, &at, "after-the-switch").await;
    for text in ["only-parom-had-this", "after-the-switch"] {
        let came: Vec<_> = world.sandbox.messages(HOST).into_iter().filter(|one| one.text == text).collect();
        assert!(came.len() == 1 && !came[0].silent && rival.got(text) == 0, "{text} is new in Parom's chat: {came:#?}");
    }
    gives_back(world, &at, &line, &rival).await;
    assert_eq!((rival.got("after-the-way-back"), at_crm(world, "after-the-way-back")), (1, 0));
}

/// A service that asks Telegram itself has no address: on the way back ours is removed, so that it can ask again.
async fn telegram_without_an_address_gets_none(world: &mut Beside<Telegram>) {
    let bot = world.messenger.add_bot(simulator::telegram::NewBot::default());
    let at = At { settings: json!({ "bot_token": bot.token }), line: bot.id.into(), place: bot.id.into(), person: 0 };
    let line = source(world, &at, true).await;
    world.works("lines").await;
    assert!(world.messenger.webhook(bot.id).is_none());
    world.api.post(&line.path("/takeover"), &json!({})).await.is(202);
    goes_to(world, &line, "settle").await;
    assert!(world.messenger.webhook(bot.id).is_some());
    world.api.post(&line.path("/takeover/back"), &json!({})).await.is(202);
    goes_to(world, &line, "returned").await;
    assert!(world.messenger.webhook(bot.id).is_none());
}

/// Who gives the line back at once loses nothing of what came during the switch.
async fn the_way_back_settles_the_switch_too(world: &mut Beside<Vk>) {
    let rival = Rival::start();
    let at = world.messenger.has(&rival).await;
    let line = source(world, &at, true).await;
    world.api.post(&line.path("/takeover"), &json!({})).await.is(202);
    goes_to(world, &line, "begin").await;
    writes(world, &at, "during-the-switch").await;
    goes_to(world, &line, "settle").await;
    world.api.post(&line.path("/takeover/back"), &json!({})).await.is(202);
    goes_to(world, &line, "unmirror").await;
    world.deliver_all().await;
    goes_to(world, &line, "returned").await;
    assert_eq!((rival.got("during-the-switch"), at_crm(world, "during-the-switch")), (0, 1));
}

/// What a messenger repeats after the way back is not lost.
async fn a_process_that_was_away_on_the_way_back_loses_nothing(world: &mut Beside<Vk>) {
    let rival = Rival::start();
    let at = world.messenger.has(&rival).await;
    let line = source(world, &at, true).await;
    world.api.post(&line.path("/takeover"), &json!({})).await.is(202);
    goes_to(world, &line, "settle").await;
    world.api.post(&line.path("/takeover/back"), &json!({})).await.is(202);
    goes_to(world, &line, "put_back").await;
    world.crash();
    world.messenger.writes(&at, "nobody-was-there");
    world.messenger.reports_all().await;
    world.come_back().await;
    world.advance(Duration::from_secs(8));
    world.hurries("takeovers").await;
    world.works("takeovers").await;
    assert!(world.messenger.serves(&at, &rival), "the other service has the line, but not this message");
    world.advance(Duration::from_secs(60));
    world.messenger.reports_all().await;
    // Soon after the other service has one of its own.
    let contact_id = world.sandbox.add_contact(HOST, "Maria", None, None);
    world.messenger.writes(&at, "theirs-again");
    world.messenger.reports_all().await;
    others_message(world, contact_id);
    for _ in 0..4 {
        settles(world).await;
    }
    assert_eq!((rival.got("nobody-was-there"), rival.got("theirs-again")), (0, 1));
    let came: Vec<_> = world.sandbox.messages(HOST).into_iter().filter(|one| one.msgid.is_some()).collect();
    assert!(came.len() == 1 && came[0].text == "nobody-was-there" && !came[0].silent, "{came:#?}");
}

/// Nor is what it repeats once the line is given back.
async fn what_comes_late_on_the_way_back_is_delivered(world: &mut Beside<Vk>) {
    let rival = Rival::start();
    let at = world.messenger.has(&rival).await;
    let line = source(world, &at, true).await;
    world.api.post(&line.path("/takeover"), &json!({})).await.is(202);
    goes_to(world, &line, "settle").await;
    world.api.post(&line.path("/takeover/back"), &json!({})).await.is(202);
    goes_to(world, &line, "put_back").await;
    world.messenger.hold_hooks(true);
    world.messenger.writes(&at, "late");
    goes_to(world, &line, "returned").await;
    world.messenger.hold_hooks(false);
    writes(world, &at, "theirs-again").await;
    for _ in 0..3 {
        settles(world).await;
    }
    assert_eq!((rival.got("late"), at_crm(world, "late")), (0, 1), "Parom alone had it");
    assert_eq!((rival.got("theirs-again"), at_crm(world, "theirs-again")), (1, 0));
    world.advance(Duration::from_secs(86_400));
    settles(world).await;
    assert_eq!(takeover(world, &line).await["step"], "done");
}

/// A line with one receiver is taken over by the source's creation, and remembers who had it.
async fn telegram_goes_there_and_back(world: &mut Beside<Telegram>) {
    let rival = Rival::start();
    let at = world.messenger.has(&rival).await;
    writes(world, &at, "before-the-switch").await;
    assert_eq!(rival.got("before-the-switch"), 1);
    let line = source(world, &at, false).await;
    assert!(!world.messenger.serves(&at, &rival));
    let taken = takeover(world, &line).await;
    assert_eq!(
        (taken["state"].as_str(), taken["others"][0]["loses_secret"].as_bool()),
        (Some("switched"), Some(true)),
        "{taken}"
    );
    world.restart().await;
    writes(world, &at, "after-the-switch").await;
    manager_answers(world, &line, "answered-by-parom").await;
    assert_eq!((at_crm(world, "after-the-switch"), rival.got("after-the-switch")), (1, 0));
    assert_eq!(Taken::sent(&*world.messenger, &at).iter().filter(|text| text.contains("answered-by-parom")).count(), 1);
    gives_back(world, &at, &line, &rival).await;
    assert_eq!((rival.got("after-the-way-back"), at_crm(world, "after-the-way-back")), (1, 0));
    // It is not taken again by the regular check.
    world.advance(Duration::from_secs(600));
    world.works("lines").await;
    assert!(world.messenger.serves(&at, &rival));
    // And once more, now with a plan.
    world.api.post(&line.path("/takeover"), &json!({})).await.is(202);
    goes_to(world, &line, "settle").await;
    assert!(!world.messenger.serves(&at, &rival) && has_crm_source(world));
    writes(world, &at, "switched-again").await;
    settles(world).await;
    assert_eq!((at_crm(world, "switched-again"), rival.got("switched-again")), (1, 0));
}

/// A step that fails undoes what was done, and is named with its reason.
async fn a_step_that_fails_is_undone(world: &mut Beside<Vk>) {
    let rival = Rival::start();
    let at = world.messenger.has(&rival).await;
    let line = source(world, &at, true).await;
    world.api.post(&line.path("/takeover"), &json!({})).await.is(202);
    world.messenger.faults().until_cleared("groups.setCallbackSettings", Fault::refuse(200, 15, "Access denied"));
    world.works("takeovers").await;
    world.messenger.faults().clear();
    settles(world).await;
    settles(world).await;
    let now = takeover(world, &line).await;
    assert_eq!(now["state"], "rolled_back", "{now}");
    assert_eq!(now["failure"]["step"], "switch_off");
    assert!(!now["failure"]["reason"].as_str().unwrap().is_empty(), "{now}");
    assert!(world.messenger.serves(&at, &rival) && !has_crm_source(world), "all is as before");
    writes(world, &at, "still-theirs").await;
    assert_eq!((rival.got("still-theirs"), at_crm(world, "still-theirs")), (1, 0));
    world.api.post(&line.path("/takeover"), &json!({})).await.is(202);
    goes_to(world, &line, "settle").await;
}

/// A service that only its owner can remove, and that stays, is waited for and then left alone.
async fn a_service_that_stays_ends_the_switch(world: &mut Beside<WhatsApp>) {
    let rival = Rival::start();
    let at = world.messenger.has(&rival).await;
    let line = source(world, &at, true).await;
    world.api.post(&line.path("/takeover"), &json!({})).await.is(202);
    world.works("takeovers").await;
    let now = takeover(world, &line).await;
    assert_eq!((now["state"].as_str(), now["step"].as_str()), (Some("switching"), Some("switch_off")), "{now}");
    world.api.delete(&line.path("")).await.is(503);
    world.advance(Duration::from_secs(16 * 60));
    settles(world).await;
    settles(world).await;
    let now = takeover(world, &line).await;
    assert_eq!(
        (now["state"].as_str(), now["failure"]["step"].as_str()),
        (Some("rolled_back"), Some("switch_off")),
        "{now}"
    );
    assert!(now["failure"]["reason"].as_str().unwrap().contains("Other"), "{now}");
    // A person knows that it answers nobody.
    world.api.post(&line.path("/takeover"), &json!({"stays": [THEIR_APP]})).await.is(202);
    goes_to(world, &line, "settle").await;
    assert_eq!(takeover(world, &line).await["others"][0]["stays"], true);
}

/// After a day the line cannot be given back, and the others' addresses are forgotten.
async fn a_day_later_it_is_over(world: &mut Beside<Vk>) {
    let rival = Rival::start();
    let at = world.messenger.has(&rival).await;
    let line = source(world, &at, true).await;
    world.api.post(&line.path("/takeover"), &json!({})).await.is(202);
    goes_to(world, &line, "settle").await;
    world.advance(Duration::from_secs(86_400));
    settles(world).await;
    assert_eq!(takeover(world, &line).await["step"], "done");
    let over: Reply = world.api.post(&line.path("/takeover/back"), &json!({})).await.is(409);
    assert_eq!(over.json["type"], "/problems/takeover_over");
    assert!(!world.messenger.serves(&at, &rival));
    world.api.delete(&line.path("")).await.is(204);
}

/// The pages have the same steps as the API.
async fn people_switch_and_give_back(world: &mut Beside<Vk>) {
    let rival = Rival::start();
    let at = world.messenger.has(&rival).await;
    let line = source(world, &at, true).await;
    let visitor = olga(world, line.tenant_id).await;
    let path = format!("/panel/sources/{}/takeover", line.source_id);
    let plan = visitor.opens(&path).await.is(200);
    plan.says(&["Before the switch", "Parom switches it off", "Switch now"]);
    visitor.sends(&path, &[]).await.is(303);
    goes_to(world, &line, "settle").await;
    let shown = visitor.opens(&path).await.is(200);
    shown.says(&["Taken over", "First hour", "Give the line back"]);
    visitor.opens(&format!("{path}/report")).await.is(200).says(&["Report of the takeover", "127.0.0.1"]);
    let file = visitor.opens(&format!("{path}/report.csv")).await.is(200);
    assert!(file.text.contains("\"first_hour\",\"received\",\"0\""), "{}", file.text);
    visitor.opens(&format!("/panel/sources/{}", line.source_id)).await.is(200).says(&["Takeover"]);
    let admin = Operator::signed_in(world).await;
    admin.opens("/admin/takeovers").await.is(200).says(&["Taken over", HOST]);
    visitor.sends(&format!("{path}/back"), &[]).await.is(303);
    goes_to(world, &line, "put_back").await;
    visitor.opens(&path).await.is(200).says(&["Being given back"]);
}

/// Routes decide about enquiries that are Parom's: a chat that goes on after the switch begins none until it was silent, and
/// then with the contact of the other service; a chat that begins during the switch is decided about once.
async fn chats_of_the_switch_are_routed(world: &mut Beside<Vk>) {
    const DAY: Duration = Duration::from_secs(86_400);
    let rival = Rival::start();
    let at = world.messenger.has(&rival).await;
    let boris = At { person: world.messenger.add_person(NewPerson::default()), ..at.clone() };
    let line = source(world, &at, true).await;
    let contact_id = world.sandbox.add_contact(HOST, "Maria", None, None);
    has_rules(world, &line, json!([{"id": "all", "then": {"accept": true, "tags": ["routed"]}}])).await;
    let tags = |world: &World| world.sandbox.leads(HOST).into_iter().map(|lead| (lead.contact_id, lead.tags));
    writes(world, &at, "before-the-switch").await;
    others_message(world, contact_id);
    world.advance(Duration::from_secs(600));
    world.api.post(&line.path("/takeover"), &json!({})).await.is(202);
    reaches(world, &line, "begin", false).await;
    writes(world, &boris, "begun-during-the-switch").await;
    reaches(world, &line, "settle", false).await;
    settles(world).await;
    writes(world, &at, "goes-on").await;
    settles(world).await;
    assert_eq!(world.works("routes").await, 1);
    let routed: Vec<_> = tags(world).collect();
    assert!(routed.len() == 1 && routed[0].0 != contact_id && routed[0].1 == ["routed"], "{routed:?}");
    assert_eq!(at_crm(world, "goes-on"), 1);
    world.advance(DAY + Duration::from_secs(60));
    writes(world, &at, "after-a-day").await;
    world.advance(Duration::from_secs(4));
    assert_eq!(world.works("routes").await, 1);
    let routed: Vec<_> = tags(world).filter(|(contact, _)| *contact == contact_id).collect();
    assert_eq!(routed, [(contact_id, vec!["routed".to_owned()])], "the contact of the other service");
}

both!(vk_goes_there_and_back);
once!(avito_goes_there_and_back, whatsapp_goes_there_and_back, max_goes_there_and_back, telegram_goes_there_and_back);
once!(telegram_is_switched_by_plan, telegram_without_an_address_gets_none);
once!(
    a_process_that_was_away_on_the_way_back_loses_nothing,
    what_comes_late_on_the_way_back_is_delivered,
    the_way_back_settles_the_switch_too,
);
once!(
    people_switch_and_give_back,
    a_step_that_fails_is_undone,
    a_service_that_stays_ends_the_switch,
    a_day_later_it_is_over,
    chats_of_the_switch_are_routed
);
